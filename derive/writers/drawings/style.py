"""What both kinds of drawing share: colours, the shape of an arrow, how a number is written."""

from __future__ import annotations

from math import cos, hypot, radians, sin

from derive.pictures.picture import Label, Line, Point

# The roles in the colours of the LaTeX template; each is told apart by dash or words as well.
COLOURS = {
    "": "#000000",
    "hidden": "#1B5E20",
    "output": "#0D3B8C",
    "loss": "#9B1C1C",
    "gradient": "#9B1C1C",
    "positive": "#37474F",
    "negative": "#9C4606",
    "faint": "#999999",
}
TINT = 0.1  # of the role's colour in a filled shape
_FAINT_TEXT = "#6B6B6B"  # letters need more contrast than lines
_ARROW_LENGTH, _ARROW_HALF = 5.0, 2.0  # for a line of width 1
_BELOW = 0.32  # of the size: from the middle of a line of text down to its base line


def text_colour(role: str) -> str:
    """The colour of a label."""
    return _FAINT_TEXT if role == "faint" else COLOURS[role]


def tint(role: str) -> str:
    """The light colour of a shape filled for a role; white for none."""
    if not role:
        return "#FFFFFF"
    full = COLOURS[role]
    parts = (int(full[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - TINT * (255 - part)):02X}" for part in parts)


def number(value: float) -> str:
    """A length to a hundredth, without needless zeros: 12.50 → 12.5, −0.00 → 0."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def arrow_head(line: Line) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The points of the line, shortened to the foot of its arrow, and those of the arrow."""
    (x0, y0), (x1, y1) = line.points[-2:]
    length = hypot(x1 - x0, y1 - y0)
    if not length:
        return line.points, ()
    grown = 0.6 + 0.4 * line.pen.width
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    back, half = _ARROW_LENGTH * grown, _ARROW_HALF * grown
    foot = (x1 - back * dx, y1 - back * dy)
    left = (foot[0] - half * dy, foot[1] + half * dx)
    right = (foot[0] + half * dy, foot[1] - half * dx)
    return (*line.points[:-1], foot), ((x1, y1), left, right)


def base_point(label: Label) -> Point:
    """Where the base line of a label is at its anchor, turned with the label."""
    below, angle = _BELOW * label.size, radians(label.angle)
    return label.at[0] - below * sin(angle), label.at[1] + below * cos(angle)
