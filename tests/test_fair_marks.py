"""A reduced run of the figures of fair marks, and that each kind of unfairness would be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from derive.worksheets.marking import Mark, judges, nearness, number_rule
from derive.worksheets.marking.carried import Result
from derive.worksheets.marking.reading.numbers import Reading
from derive.worksheets.marking.verdicts import Verdict
from tests.truth import fairness

SOME = tuple(slip for slip in fairness.SLIPS if slip.name in ("no-rate", "no-derivative"))


@pytest.fixture
def one_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fairness, "NETWORKS", fairness.NETWORKS[:1])


def test_nothing_is_marked_unfairly(one_network: None) -> None:
    found = fairness.counted(1)
    assert found.unfair == []
    assert found.unnamed == [] and found.told > 10
    assert found.lines > 1_000


def test_a_unit_too_much_would_be_seen(one_network: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: what is cut off may be a whole unit away."""
    strict = nearness.is_cut_off

    def lenient(reading: Reading, result: Result) -> bool:
        return strict(reading, Result(result.value, result.error, exact=False))

    monkeypatch.setattr(number_rule, "is_cut_off", lenient)
    monkeypatch.setattr(fairness, "HONEST", {})
    found = fairness.counted(1, SOME)
    assert any("a unit beside" in line for line in found.unfair)


def test_a_mistake_that_costs_twice_would_be_seen(
    one_network: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def each(marks: Sequence[Mark], guessed: Any) -> tuple[Mark, ...]:
        return tuple(marks)

    monkeypatch.setattr(judges, "once", each)
    monkeypatch.setattr(fairness, "HONEST", {})
    found = fairness.counted(1, SOME)
    assert any("no-rate everywhere" in line for line in found.unfair)


def test_a_follow_through_that_is_punished_would_be_seen(
    one_network: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: only the key's numbers count."""
    whole = number_rule.verdict_on
    monkeypatch.setattr(
        "derive.worksheets.marking.marks.verdict_on",
        lambda reading, line, ways: whole(reading, line, ()),
    )
    monkeypatch.setattr(fairness, "HONEST", {})
    found = fairness.counted(1, SOME)
    assert any("after no-derivative" in line for line in found.unfair)
    assert any(Verdict.WRONG.value in line for line in found.unfair)
