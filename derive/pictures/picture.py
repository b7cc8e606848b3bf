"""What a picture is made of. Writers draw these shapes and know nothing of networks.

Lengths are points of 1/72 inch; x runs to the right, y down, from the upper left corner. Text in
a label is a tuple of strings and expressions, which a writer sets in the notation it was given.
What a shape is ``about``, a quantity or a derivative, is not drawn: where a picture is to follow
changes, it says which shapes belong to what, and whose number a label ends in.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.expression.nodes import Expression

Point = tuple[float, float]
Content = tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line is drawn.

    role  "hidden", "output", "loss", "gradient", "positive", "negative", "faint", or "" (black);
          colour only repeats what a dash, a width or a label says
    dash  lengths of dashes and gaps in turn; a whole line if empty
    """

    role: str = ""
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, with an arrow at its end if asked for."""

    points: tuple[Point, ...]
    pen: Pen = Pen()
    arrow: bool = False
    about: Expression | None = None


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle, filled with the light tint of a role, or with white if ``fill`` is empty."""

    centre: Point
    radius: float
    pen: Pen = Pen()
    fill: str = ""
    about: Expression | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle from its upper left corner, its corners rounded by ``rounding``."""

    corner: Point
    size: Point
    pen: Pen = Pen()
    fill: str = ""
    rounding: float = 0.0
    about: Expression | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """Words and formulas, vertically centred on a point.

    anchor  "start", "middle" or "end": which part of the text the point is at
    angle   turned by so many degrees, clockwise
    halo    a white edge, so that lines behind do not touch the text
    """

    at: Point
    content: Content
    size: float = 9.0
    anchor: str = "middle"
    role: str = ""
    angle: float = 0.0
    halo: bool = True
    about: Expression | None = None


Shape = Line | Circle | Box | Label


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, its shapes from back to front.

    name         of its file, such as "network"
    title        a few words for screen readers, and the tooltip
    description  what is to be seen, in sentences, for whoever does not see it
    """

    name: str
    title: Content
    description: Content
    size: Point
    shapes: tuple[Shape, ...]
