"""How much room a label takes, estimated a little too large, and whether labels touch things.

The estimate counts the plain text of names with most scripts at full size, and letters as wide
as those of Computer Modern at seven points, so that it holds for any face a drawing is set in.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians, sin
from typing import TYPE_CHECKING

from derive.expression.nodes import Expression, Number, Partial, Quantity
from derive.pictures.picture import Content, Label, Point

if TYPE_CHECKING:
    from derive.notation import Names

_NARROW = frozenset("ijltfrI.,;:'|()[] ")
_SMALL = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾₀₁₂₃₄₅₆₇₈₉")
_WIDE = frozenset("mwMW≈=+−δ∂")
_TALL = 1.25  # height of a line, of its size
_MARGIN = 1.5  # around a label, so that two of them are told apart


def width(content: Content, names: Names, size: float) -> float:
    """About how wide a label of a size comes out, rather too wide than too narrow."""
    return size * sum(_advance(c) for part in content for c in _text(part, names))


def _text(part: str | Expression, names: Names) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Quantity):
        return names.text(part)
    if isinstance(part, Number):
        return (part.text or str(part.value)).replace("e", "·10")
    if isinstance(part, Partial):
        return f"∂{_text(part.of, names)}/∂{names.text(part.by)}"
    return " + ".join(f"({_text(child, names)})" for child in part.children)


def _advance(character: str) -> float:
    if character in _NARROW or character in _SMALL:
        return 0.40
    return 0.86 if character in _WIDE else 0.72 if character.isupper() else 0.58


def fitting(content: Content, names: Names, size: float, room: float) -> float:
    """The size, made smaller where the label would be wider than the room."""
    needed = width(content, names, size)
    return size if needed <= room else size * room / needed


@dataclass(frozen=True, slots=True)
class Area:
    """A turned rectangle: centre, half its length and height, its angle in degrees."""

    centre: Point
    half: Point
    angle: float = 0.0

    def local(self, point: Point) -> Point:
        """A point as seen from the centre, along the rectangle and across it."""
        dx, dy = point[0] - self.centre[0], point[1] - self.centre[1]
        c, s = cos(radians(self.angle)), sin(radians(self.angle))
        return dx * c + dy * s, dy * c - dx * s

    @property
    def corners(self) -> tuple[Point, ...]:
        """Its four corners in turn."""
        (x, y), (a, b) = self.centre, self.half
        c, s = cos(radians(self.angle)), sin(radians(self.angle))
        signs = ((1, 1), (-1, 1), (-1, -1), (1, -1))
        return tuple((x + i * a * c - j * b * s, y + i * a * s + j * b * c) for i, j in signs)

    def meets(self, other: Area) -> bool:
        """Whether two rectangles overlap: no side of either has the other behind it."""
        (x, y), (u, v) = self.centre, other.centre
        if hypot(x - u, y - v) > hypot(*self.half) + hypot(*other.half):
            return False
        return not (self._apart(other) or other._apart(self))

    def _apart(self, other: Area) -> bool:
        seen = [self.local(corner) for corner in other.corners]
        return any(
            min(point[axis] for point in seen) >= self.half[axis]
            or max(point[axis] for point in seen) <= -self.half[axis]
            for axis in (0, 1)
        )

    def meets_circle(self, centre: Point, radius: float) -> bool:
        """Whether a circle reaches into the rectangle."""
        x, y = self.local(centre)
        return hypot(max(abs(x) - self.half[0], 0), max(abs(y) - self.half[1], 0)) < radius

    def crossed_by(self, start: Point, end: Point) -> bool:
        """Whether a line from start to end runs through the rectangle."""
        (x0, y0), (x1, y1) = self.local(start), self.local(end)
        first, last = 0.0, 1.0
        for a, b, half in ((x0, x1, self.half[0]), (y0, y1, self.half[1])):
            if a == b:
                if abs(a) >= half:
                    return False
                continue
            entry, leaving = sorted(((-half - a) / (b - a), (half - a) / (b - a)))
            first, last = max(first, entry), min(last, leaving)
        return first < last


def area(label: Label, names: Names) -> Area:
    """The room of a label, with the margin around it."""
    length = width(label.content, names, label.size)
    shift = {"start": length / 2, "middle": 0.0, "end": -length / 2}[label.anchor]
    turn = radians(label.angle)
    centre = (label.at[0] + shift * cos(turn), label.at[1] + shift * sin(turn))
    half = (length / 2 + _MARGIN, _TALL * label.size / 2 + _MARGIN / 3)
    return Area(centre, half, label.angle)
