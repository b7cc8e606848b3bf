"""Points of several kinds, told apart by their shape as well as by colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.pictures.charts.frame import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    frame,
    legend,
    moved,
)
from derive.pictures.charts.scales import around
from derive.pictures.picture import Circle, Content, Line, Pen, Picture, Point, Shape

_R = 2.4  # half the width of a mark
_S = 0.9 * _R
_THIN = 0.9


def _polygon(role: str, *points: Point) -> tuple[Shape, ...]:
    return (Line((*points, points[0]), Pen(role, _THIN)),)


# In the order of the kinds; the last but two are for the further ones together.
MARKS: tuple[tuple[Shape, ...], ...] = (
    (Circle((0, 0), _R, Pen("output", _THIN), "output"),),
    _polygon("loss", (-_S, -_S), (_S, -_S), (_S, _S), (-_S, _S)),
    _polygon("hidden", (0, -_R), (_R, _S), (-_R, _S)),
    _polygon("negative", (0, -1.3 * _R), (_R, 0), (0, 1.3 * _R), (-_R, 0)),
    (Line(((-_R, 0), (_R, 0)), Pen("positive", _THIN)),
     Line(((0, -_R), (0, _R)), Pen("positive", _THIN))),
)  # fmt: skip
OTHERS: tuple[Shape, ...] = _polygon("", (-_R, -_S), (_R, -_S), (0, _R))
UNSETTLED: tuple[Shape, ...] = (Circle((0, 0), 0.5 * _R, Pen("faint", _THIN)),)
LOST: tuple[Shape, ...] = (
    Line(((-_S, -_S), (_S, _S)), Pen("", _THIN)), Line(((-_S, _S), (_S, -_S)), Pen("", _THIN)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """Points that are drawn alike, and what the legend says of them."""

    mark: tuple[Shape, ...]
    words: Content
    points: Sequence[Point]


def scatter(
    kinds: Sequence[Kind], *, name: str, title: Content, description: Content, across: Content,
    up: Content, above: Content,
) -> Picture:  # fmt: skip
    """The points of all kinds, those of the first kinds on top; ``above`` heads the legend."""
    every = [point for kind in kinds for point in kind.points]
    x = around(min(a for a, _ in every), max(a for a, _ in every), LEFT, RIGHT)
    y = around(min(b for _, b in every), max(b for _, b in every), BOTTOM, TOP)
    shapes: list[Shape] = [*frame(x, y, across, up)]
    for kind in reversed(kinds):
        for a, b in kind.points:
            shapes += (moved(shape, x(a), y(b)) for shape in kind.mark)
    rows: list[tuple[Sequence[Shape], Content]] = [((), above)]
    rows += [([moved(shape, _R, 0) for shape in kind.mark], kind.words) for kind in kinds]
    shapes += legend(rows, 2 * _R + 5)
    return Picture(name, title, description, (WIDTH, HEIGHT), tuple(shapes))
