"""How the points of a question lie on its blanks: in halves or wholes, never in sevenths.

Six points on seven lines, given in halves, are twelve steps: five lines have two, two have one.
Where there are fewer steps than lines, a step is for several lines together, and is given where
all of them count. Half of a line's points are for its value, the other half for the numbers put
in, which are shared out in the same way. Whatever is given, the points of a question add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from derive.worksheets.recipes.recipe import HALVES

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank: whether it counts, and whether it is the value of a line with numbers put in."""

    counts: bool
    is_value: bool = False


@dataclass(frozen=True, slots=True)
class Worth:
    """The points of a blank: those there are, and those that are given.

    Of blanks that share a step all stand at one: the first that does not count, else the last.
    """

    worth: Fraction = Fraction(0)
    points: Fraction = Fraction(0)


def shared_out(
    lines: Sequence[Sequence[Blank]], points: int, points_in: str
) -> list[list[Worth]]:  # fmt: skip
    """The points of a question by the blanks of its lines.

    e.g. 3 points in halves on 2 lines of one blank → 3/2 each; in wholes → 1 and 2
    """
    step = Fraction(1, 2) if points_in == HALVES else Fraction(1)
    worths: list[list[Worth]] = []
    for group, steps in _dealt(lines, int(points / step)):
        worths += _of_lines(group, steps, step)
    return worths


def _dealt(members: Sequence[T], steps: int) -> Iterator[tuple[Sequence[T], int]]:
    """Members in order, each alone with its steps; several with one where there are too few."""
    ends = [steps * (i + 1) // len(members) for i in range(len(members))]
    start = 0
    for place, (before, after) in enumerate(pairwise([0, *ends])):
        last = place == len(members) - 1
        if after > before or last:
            yield members[start : place + 1], after - before
            start = place + 1


def _of_lines(
    lines: Sequence[Sequence[Blank]], steps: int, step: Fraction
) -> list[list[Worth]]:  # fmt: skip
    """One line's blanks, or those of several lines that share a step."""
    if len(lines) > 1 or steps < 2 or len(lines[0]) == 1:
        flat = iter(_together([blank for line in lines for blank in line], steps * step))
        return [[next(flat) for _ in line] for line in lines]
    (line,) = lines
    if not line[-1].is_value:
        return [_apart(line, steps, step)]
    *put_in, value = line
    for_value = steps - steps // 2
    return [[*_apart(put_in, steps - for_value, step), *_together([value], for_value * step)]]


def _apart(blanks: Sequence[Blank], steps: int, step: Fraction) -> list[Worth]:
    return [
        worth for group, some in _dealt(blanks, steps) for worth in _together(group, some * step)
    ]


def _together(blanks: Sequence[Blank], worth: Fraction) -> list[Worth]:
    """Points for blanks that are all to count."""
    failing = next((i for i, blank in enumerate(blanks) if not blank.counts), None)
    place = len(blanks) - 1 if failing is None else failing
    points = worth if failing is None else Fraction(0)
    return [Worth(worth, points) if i == place else Worth() for i in range(len(blanks))]
