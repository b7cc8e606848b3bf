"""Sheets that were handed out before are made again as they were, and marked with their points.

The bundles and the answers that their keys had were written by derive 0.1.0.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import derive
from derive.worksheets.classes.bundle_files import read_bundle
from derive.worksheets.marking import Verdict

FOLDER = Path(__file__).parents[1] / "data" / "bundles"
NAMES = ("sigmoid", "tanh-bce", "relu-softmax")


@pytest.mark.parametrize("name", NAMES)
def test_the_key_of_an_old_sheet_is_right(name: str) -> None:
    key = json.loads((FOLDER / f"{name}-key.json").read_text(encoding="utf-8"))
    marks = derive.mark(read_bundle(FOLDER / f"{name}.json"), key)
    assert [student.form for student in marks.students] == list(key)
    for student in marks.students:
        assert {g.mark.verdict for g in student.graded} == {Verdict.RIGHT}
        assert student.points == student.worth


def test_another_key_is_not() -> None:
    key = json.loads((FOLDER / "sigmoid-key.json").read_text(encoding="utf-8"))
    first, second, *_ = key
    marks = derive.mark(read_bundle(FOLDER / "sigmoid.json"), {first: key[second]})
    (student,) = marks.students
    assert student.points < student.worth
    assert student.first is not None
