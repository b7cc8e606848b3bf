"""The frame of a chart: a grid with ticks, axes, what stands beside them, and a legend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.pictures.charts.scales import Scale
from derive.pictures.picture import Box, Circle, Content, Label, Line, Pen, Shape

WIDTH, HEIGHT = 460.0, 270.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 366.0, 12.0, 232.0
APART = 13.0  # between two rows of a legend
_GRID = Pen("faint", 0.4)
_AXIS = Pen("", 0.8)


def frame(x: Scale, y: Scale, across: Content, up: Content) -> Iterator[Shape]:
    """Grid and axes; ``across`` and ``up`` stand beside them."""
    for value, numeral in y.ticks():
        at = y(value)
        yield Line(((LEFT, at), (RIGHT, at)), _GRID)
        yield Label((LEFT - 5, at), (numeral,), 8.0, "end", halo=False)
    for value, numeral in x.ticks():
        at = x(value)
        yield Line(((at, TOP), (at, BOTTOM)), _GRID)
        yield Label((at, BOTTOM + 10), (numeral,), 8.0, halo=False)
    yield Line(((LEFT, TOP), (LEFT, BOTTOM), (RIGHT, BOTTOM)), _AXIS)
    yield Label(((LEFT + RIGHT) / 2, BOTTOM + 26), across, 9.0, halo=False)
    yield Label((12, (TOP + BOTTOM) / 2), up, 9.0, angle=-90, halo=False)


def legend(rows: Sequence[tuple[Sequence[Shape], Content]], room: float) -> Iterator[Shape]:
    """Rows beside the frame, from the top: a sample drawn about (0, 0) to the right, and words.

    room  for the samples
    """
    for place, (sample, words) in enumerate(rows):
        at = TOP + 6 + place * APART
        for shape in sample:
            yield moved(shape, RIGHT + 10, at)
        yield Label((RIGHT + 10 + room, at), words, 8.5, "start", halo=False)


def moved(shape: Shape, x: float, y: float) -> Shape:
    """A shape so much further to the right and down."""
    if isinstance(shape, Line):
        return replace(shape, points=tuple((a + x, b + y) for a, b in shape.points))
    if isinstance(shape, Circle):
        return replace(shape, centre=(shape.centre[0] + x, shape.centre[1] + y))
    if isinstance(shape, Box):
        return replace(shape, corner=(shape.corner[0] + x, shape.corner[1] + y))
    return replace(shape, at=(shape.at[0] + x, shape.at[1] + y))
