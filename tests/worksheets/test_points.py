"""Points in halves or wholes: every total is right, and no blank is worth a seventh."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from derive.worksheets.marking.points import Blank, shared_out

HALF, ONE = Fraction(1, 2), Fraction(1)
SHAPES = [[1], [1] * 7, [1, 1, 4, 1, 6, 1], [9], [3, 3], [5, 1, 1]]  # blanks of each line


def blanks(shape: list[int], counts: bool = True) -> list[list[Blank]]:
    return [[Blank(counts, n > 1 and i == n - 1) for i in range(n)] for n in shape]


@pytest.mark.parametrize(
    ("shape", "points", "points_in"),
    [(shape, points, way) for shape, points, way in product(
        SHAPES, (0, 1, 2, 3, 6, 7, 10), ("halves", "wholes"))],
)  # fmt: skip
def test_all_points_are_shared_out_in_steps(shape: list[int], points: int, points_in: str) -> None:
    step = HALF if points_in == "halves" else ONE
    for counts in (True, False):
        found = [w for line in shared_out(blanks(shape, counts), points, points_in) for w in line]
        assert len(found) == sum(shape)
        assert sum(w.worth for w in found) == points
        assert sum(w.points for w in found) == (points if counts else 0)
        assert all(
            (w.worth / step).denominator == (w.points / step).denominator == 1 for w in found
        )


@pytest.mark.parametrize(
    ("shape", "points", "points_in", "worths"),
    [
        ([1] * 7, 6, "halves", [HALF, ONE, ONE, HALF, ONE, ONE, ONE]),
        ([1] * 7, 6, "wholes", [0, ONE, ONE, ONE, ONE, ONE, ONE]),  # two share the first
        ([1, 1], 3, "halves", [3 * HALF, 3 * HALF]),
        ([1, 1], 3, "wholes", [ONE, 2 * ONE]),
        ([4], 1, "halves", [0, 0, HALF, HALF]),  # three numbers put in, and the value
        ([4], 1, "wholes", [0, 0, 0, ONE]),
        ([3], 3, "halves", [HALF, ONE, 3 * HALF]),
    ],
)
def test_how_they_lie(
    shape: list[int], points: int, points_in: str, worths: list[Fraction]
) -> None:
    found = [w for line in shared_out(blanks(shape), points, points_in) for w in line]
    assert [w.worth for w in found] == worths


def test_blanks_that_share_a_step_must_all_count() -> None:
    line = [Blank(True), Blank(False), Blank(True), Blank(True, True)]
    (found,) = shared_out([line], 1, "halves")
    assert [(w.worth, w.points) for w in found] == [(0, 0), (HALF, 0), (0, 0), (HALF, HALF)]
    lines = [[Blank(False)], [Blank(True)], [Blank(True)]]
    given = [w for line in shared_out(lines, 1, "wholes") for w in line]
    assert [(w.worth, w.points) for w in given] == [(1, 0), (0, 0), (0, 0)]
