"""A function of two numbers as lines of equal height, and a way across it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from derive.expression.nodes import Expression
from derive.pictures.charts.curves import PENS, straightened
from derive.pictures.charts.frame import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, frame, legend
from derive.pictures.charts.scales import Scale, around, decimal, logarithmic
from derive.pictures.picture import Circle, Content, Line, Pen, Picture, Point, Shape

_SAMPLE = 22.0
_WAY = Pen("", 2.0)
_RING = 3.4
_DOT = 2.2
_FAR = 30  # the ratio of heights from which on lines are at equal ratios, or nearly

Grid = Sequence[Sequence[float]]


def contours(
    across: Sequence[float], up: Sequence[float], heights: Grid, way: Sequence[Point], *,
    name: str, title: Content, description: Content, beside: tuple[Content, Content],
    above: Content, start: Content, end: Content,
) -> Picture:  # fmt: skip
    """The lines of equal height of ``heights[j][i]`` at (across[i], up[j]), and the way on top.

    beside      what stands beside the axes
    above       what stands above the heights in the legend
    start, end  what the ends of the way are called there
    """
    x = Scale(across[0], across[-1], LEFT, RIGHT)
    y = Scale(up[0], up[-1], BOTTOM, TOP)
    shapes: list[Shape] = [*frame(x, y, *beside)]
    rows: list[tuple[Sequence[Shape], Content]] = [((), above)]
    levels = list(levels_of(heights))
    for (level, numeral), pen in reversed(list(zip(levels, PENS, strict=False))):
        for line in lines_at(across, up, heights, level):
            shapes.append(Line(straightened([(x(a), y(b)) for a, b in line]), pen))
        rows.append(([Line(((0, 0), (_SAMPLE, 0)), pen)], (numeral,)))
    points = straightened([(x(a), y(b)) for a, b in way])
    first, last = points[0], points[-1]
    if len(points) > 1:
        shapes.append(Line(points, _WAY))
    shapes += [Circle(first, _RING, Pen("", 1.2)), *_dot(last)]
    middle = _SAMPLE / 2
    rows.append(([Circle((middle, 0), _RING, Pen("", 1.2))], start))
    rows.append(([*_dot((middle, 0))], end))
    shapes += legend(rows, _SAMPLE + 5)
    return Picture(name, title, description, (WIDTH, HEIGHT), tuple(shapes))


def _dot(at: Point) -> Iterator[Shape]:
    """A black disc: a ring as wide as its radius."""
    yield Circle(at, _DOT, Pen("", 1.0))
    yield Circle(at, _DOT / 2, Pen("", _DOT))


def levels_of(heights: Grid) -> Iterator[tuple[float, Expression]]:
    """At most eight heights between the lowest and the highest, with how they are written."""
    every = [height for row in heights for height in row if height == height]
    finite = [height for height in every if abs(height) < float("inf")]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    if high <= low:
        return
    if low > 0 and high / low > _FAR:
        yield from _ratios(low, high)
        return
    for value, numeral in around(low, high, 0, 1).ticks():
        if low < value < high:
            yield value, numeral


def _ratios(low: float, high: float) -> Iterator[tuple[float, Expression]]:
    """1, 2, 5, 10, … or 1, 3, 10, … or powers of ten alone, as there is room for."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for steps in ((1, 2, 5), (1, 3)):
        values = [step * Fraction(10) ** power for power in range(first, last) for step in steps]
        inside = [value for value in values if low < value < high]
        if len(inside) <= len(PENS):
            yield from ((float(value), decimal(value)) for value in inside)
            return
    for value, numeral in logarithmic(low, high, 0, 1).ticks():
        if low < value < high:
            yield value, numeral


def lines_at(
    across: Sequence[float], up: Sequence[float], heights: Grid, level: float
) -> list[list[Point]]:
    """Where a height is reached, interpolated along the edges of the cells: lines through points.

    Each cell adds a piece between two of its edges, or two pieces at a saddle, where the mean of
    its corners says which (Lorensen and Cline 1987, in two dimensions). Cells with a height that is
    no finite number add none.
    """
    ends: dict[tuple[int, int, int], list[tuple[int, int, int]]] = {}
    for j in range(len(up) - 1):
        for i in range(len(across) - 1):
            for a, b in _pieces(heights, i, j, level):
                ends.setdefault(a, []).append(b)
                ends.setdefault(b, []).append(a)
    place = _Places(across, up, heights, level)
    lines: list[list[Point]] = []
    # Lines with ends first, so that those which go round are begun anywhere.
    for edge in sorted(ends, key=lambda edge: (len(ends[edge]), edge)):
        while ends[edge]:
            line = [edge]
            while following := ends[line[-1]]:
                after = following.pop()
                ends[after].remove(line[-1])
                line.append(after)
            lines.append([place(one) for one in line])
    return lines


class _Places:
    """Where on an edge the height is: edge (i, j, 0) leads to the right, (i, j, 1) upwards."""

    def __init__(
        self, across: Sequence[float], up: Sequence[float], heights: Grid, level: float
    ) -> None:
        self.across, self.up, self.heights, self.level = across, up, heights, level

    def __call__(self, edge: tuple[int, int, int]) -> Point:
        i, j, upwards = edge
        here = self.heights[j][i]
        there = self.heights[j + 1][i] if upwards else self.heights[j][i + 1]
        share = (self.level - here) / (there - here)
        if upwards:
            return self.across[i], self.up[j] + share * (self.up[j + 1] - self.up[j])
        return self.across[i] + share * (self.across[i + 1] - self.across[i]), self.up[j]


def _pieces(
    heights: Grid, i: int, j: int, level: float
) -> Iterator[tuple[tuple[int, int, int], tuple[int, int, int]]]:
    """The pieces of a cell, each between two of its edges."""
    corners = (heights[j][i], heights[j][i + 1], heights[j + 1][i + 1], heights[j + 1][i])
    if not all(abs(height) < float("inf") for height in corners):
        return
    edges = ((i, j, 0), (i + 1, j, 1), (i, j + 1, 0), (i, j, 1))  # from each corner to the next
    above = [height >= level for height in corners]
    crossed = [edges[k] for k in range(4) if above[k] != above[(k + 1) % 4]]
    if len(crossed) == 2:
        yield crossed[0], crossed[1]
    elif crossed:
        # The corners 0 and 2 are joined, or 1 and 3: the line runs around the others.
        if (sum(corners) / 4 >= level) == above[0]:
            crossed = crossed[1:] + crossed[:1]
        yield crossed[0], crossed[3]
        yield crossed[1], crossed[2]
