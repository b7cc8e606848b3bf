"""The command that counts: its lines, and that a missed bound is seen."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from tests.truth import __main__ as truth
from tests.truth.figure import Figure

KEPT = Figure("forgeries found", 10, 10, at_least=True)
MISSED = Figure("numbers that are wrong", 1, 0, misses=("seed 7: 0.1 for 0.2",))


@pytest.mark.parametrize(("found", "code"), [((KEPT,), 0), ((KEPT, MISSED), 1)])
def test_the_exit_code_says_whether_every_bound_is_kept(
    found: tuple[Figure, ...],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = SimpleNamespace(figures=lambda: iter(found))
    monkeypatch.setattr(truth, "import_module", lambda name: rows)
    monkeypatch.setattr(sys, "argv", ["truth", "numbers"])
    assert truth.main() == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("10  ≥ 10      ok")
    assert (lines[1:] == []) == (code == 0)


def test_a_missed_figure_tells_its_cases() -> None:
    line, case = str(MISSED).splitlines()
    assert line.endswith("1  ≤ 0       OVER") and case == "    seed 7: 0.1 for 0.2"


def test_every_row_is_a_module() -> None:
    for name in truth.ALL:
        assert callable(truth.import_module(f"tests.truth.{name}").figures)
