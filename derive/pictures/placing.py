"""Labels along lines, so that they touch neither each other nor a circle.

Of the places along its line that are free, a label takes the one where the fewest other lines
run behind it. What cannot be placed is not drawn: the whole set of labels is given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import atan2, degrees
from typing import TYPE_CHECKING

from derive.pictures.extent import Area, area
from derive.pictures.picture import Content, Label, Point
from derive.pictures.plan import Edge, Node

if TYPE_CHECKING:
    from derive.notation import Names

Ends = tuple[Point, Point]
_SHARES = tuple(0.1 + 0.025 * step for step in range(33))  # of the way along a line
_LIKED = 0.3  # lines from one circle are apart there, and those to one not yet together


def along_lines(
    edges: Sequence[Edge],
    content: Callable[[Edge], Content],
    names: Names,
    size: float,
    nodes: Sequence[Node],
    occupied: Sequence[Area],
    role: str = "",
) -> tuple[Label, ...] | None:
    """A label on every line, or None where there is not room for all.

    nodes  the circles that labels keep clear of; occupied: the areas of other labels
    """
    lines = [(edge.source.at[0], edge.ends) for edge in edges]
    labels: list[Label] = []
    areas = list(occupied)
    for edge, (column, ends) in zip(edges, lines, strict=True):
        near = [other for x, other in lines if x == column]
        label = Label(ends[0], content(edge), size, "middle", role, _angle(ends), about=edge.weight)
        free = [
            (cost, share, room)
            for cost, share, room in _rooms(label, ends, near, names)
            if not any(_touches(node, room) for node in nodes)
            and not any(room.meets(other) for other in areas)
        ]
        if not free:
            return None
        _, share, room = min(free, key=lambda one: one[:2])
        labels.append(replace(label, at=_at(ends, share)))
        areas.append(room)
    return tuple(labels)


def _rooms(
    label: Label, ends: Ends, near: Sequence[Ends], names: Names
) -> Iterator[tuple[float, float, Area]]:
    """The places along the line: how bad, how far, which room it takes there."""
    first = area(label, names)
    for share in _SHARES:
        room = replace(first, centre=_at(ends, share))
        behind = sum(room.crossed_by(*other) for other in near) - 1
        yield behind + 2 * abs(share - _LIKED), share, room


def _at(ends: Ends, share: float) -> Point:
    (x0, y0), (x1, y1) = ends
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0)


def _angle(ends: Ends) -> float:
    (x0, y0), (x1, y1) = ends
    return degrees(atan2(y1 - y0, x1 - x0))


def _touches(node: Node, room: Area) -> bool:
    near = abs(node.at[0] - room.centre[0]) < node.radius + room.half[0] + room.half[1]
    return near and room.meets_circle(node.at, node.radius + 1)
