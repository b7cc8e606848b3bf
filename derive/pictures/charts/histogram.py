"""How numbers are distributed: bars between edges, on a linear or a logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence

from derive.pictures.charts.frame import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, frame, legend
from derive.pictures.charts.scales import Scale, around, logarithmic
from derive.pictures.picture import Box, Content, Line, Pen, Picture, Shape

_BAR = Pen("output", 0.8)
_BOUND = Pen("loss", 1.4, (5, 2))
_SAMPLE = 14.0


def histogram(
    edges: Sequence[float], counts: Sequence[int], log: bool, bound: float, *, name: str,
    title: Content, description: Content, across: Content, up: Content,
    below: tuple[Content, Content],
) -> Picture:  # fmt: skip
    """A bar between two edges each, as high as its count.

    bound       a value with a dashed line; ``below`` says in two lines what lies below it
    across, up  what stands beside the axes
    """
    low, high = min(edges[0], bound), max(edges[-1], bound)
    x = scale(low, high, log and low > 0)
    y = around(0, max(counts), BOTTOM, TOP)
    shapes: list[Shape] = [*frame(x, y, across, up)]
    for k, count in enumerate(counts):
        if count:
            left, right, top = x(edges[k]), x(edges[k + 1]), y(count)
            shapes.append(Box((left, top), (right - left, BOTTOM - top), _BAR, "output"))
    shapes.append(Line(((x(bound), TOP), (x(bound), BOTTOM)), _BOUND))
    sample = [Line(((0, 0), (_SAMPLE, 0)), _BOUND)]
    shapes += legend([(sample, below[0]), ((), below[1])], _SAMPLE + 5)
    return Picture(name, title, description, (WIDTH, HEIGHT), tuple(shapes))


def scale(low: float, high: float, log: bool) -> Scale:
    """Of values along the lower edge."""
    return logarithmic(low, high, LEFT, RIGHT) if log else around(low, high, LEFT, RIGHT)
