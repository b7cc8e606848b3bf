"""Bundles of derive 0.1.0, with the keys, answers and marks that it gave: they stay as they were.

Their sheets have been handed out. A change of a sheet's rules that reaches them is a mistake here:
it needs an edition of its own (``derive/worksheets/source.py``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import derive
from derive.worksheets.answers import ChoiceAnswer, CountAnswer, FormulaAnswer, NamesAnswer
from derive.worksheets.classes.bundle import Bundle
from derive.worksheets.classes.bundle_files import read_bundle
from derive.worksheets.source import FIRST

FOLDER = Path(__file__).parents[1] / "data" / "handed-out"
FILES = sorted(FOLDER.glob("*.json"))


@pytest.fixture(scope="module", params=FILES, ids=[path.stem for path in FILES])
def kept(request: pytest.FixtureRequest) -> dict[str, Any]:
    return json.loads(request.param.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bundle(kept: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    place = tmp_path_factory.mktemp("old") / "bundle.json"
    place.write_text(json.dumps(kept["bundle"]), encoding="utf-8")
    return read_bundle(place)


def plain(answer: object) -> str | None:
    """An answer that is printed one way only; None for a formula or names."""
    if isinstance(answer, (FormulaAnswer, NamesAnswer)):
        return None
    if isinstance(answer, ChoiceAnswer):
        return answer.letter
    if isinstance(answer, CountAnswer):
        return str(answer.value)
    return answer.value.text or str(answer.value.value)  # type: ignore[attr-defined]


def test_the_sheets_ask_what_they_asked(kept: dict[str, Any], bundle: Bundle) -> None:
    assert list(map(bundle.form, range(1, bundle.count + 1))) == list(kept["keys"])
    for number, (form, key) in enumerate(kept["keys"].items(), start=1):
        assert bundle.number_of_form(form) == number
        variant = bundle.variant(number)
        assert [answer.label for answer in variant.answers] == list(key), form
        for answer in variant.answers:
            assert plain(answer) in (None, key[answer.label]), (form, answer)


def test_their_keys_are_right_and_their_marks_the_same(
    kept: dict[str, Any], bundle: Bundle
) -> None:
    for answers, wanted in ((kept["keys"], None), (kept["answers"], kept["marks"])):
        for student in derive.mark(bundle, answers).students:
            for graded in student.graded:
                verdict = "RIGHT" if wanted is None else wanted[student.form][graded.mark.label]
                assert graded.mark.verdict.name == verdict, (student.form, graded.mark)


def test_they_are_written_as_they_were(kept: dict[str, Any], bundle: Bundle) -> None:
    assert bundle.source.edition == FIRST and not bundle.source.demonstration
    assert json.loads(bundle.text()) == kept["bundle"]
