"""A picture as a complete SVG file: real text in the fonts of the system, nothing to load."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from derive.expression.nodes import Expression, Number
from derive.pictures.picture import Box, Circle, Label, Line, Pen, Picture, Point
from derive.writers.columns import plain
from derive.writers.drawings.runs import Run, runs
from derive.writers.drawings.runs import width as width_of
from derive.writers.drawings.style import (
    COLOURS,
    arrow_head,
    base_point,
    number,
    text_colour,
    tint,
)
from derive.writers.expressions.text import text

if TYPE_CHECKING:
    from derive.notation import Names
    from derive.pictures.picture import Content, Shape

FONTS = "'STIX Two Text', 'Times New Roman', 'Liberation Serif', 'Nimbus Roman', Times, serif"
_HALO = 0.5  # width of the white edge around letters, of their size
_HEAD, _FOOT = 0.8, 0.3  # how far letters and scripts reach above and below their base line
_SPACE = 0.25


def svg(
    picture: Picture, names: Names, fonts: str = FONTS,
    marked: Callable[[Expression], str] | None = None,
) -> str:  # fmt: skip
    """The picture as the text of an .svg file, its quantities called what ``names`` says.

    marked  the mark of what a shape is about, "" for none: it stands in ``data-about``, so that a
            script finds the shape, and the number at the end of its label in ``class="live"``

    Title and description come first, for screen readers and as a tooltip.
    """
    width, height = map(number, picture.size)
    title, description = f"{picture.name}-title", f"{picture.name}-description"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt"'
        f' viewBox="0 0 {width} {height}" role="img"'
        f' aria-labelledby="{title} {description}">',
        f'<title id="{title}">{escape(in_words(picture.title, names))}</title>',
        f'<desc id="{description}">{escape(in_words(picture.description, names))}</desc>',
        f'<rect width="{width}" height="{height}" fill="#FFFFFF"/>',
        f'<g font-family="{fonts}" stroke-linecap="butt" stroke-linejoin="round">',
        *(_marked(shape, names, marked) for shape in picture.shapes),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def in_words(content: Content, names: Names) -> str:
    """A title or a description as plain text on one line."""
    return "".join(plain(p) if isinstance(p, str) else text(p, names) for p in content)


def _marked(
    shape: Shape, names: Names, marked: Callable[[Expression], str] | None
) -> str:  # fmt: skip
    mark = "" if marked is None or shape.about is None else marked(shape.about)
    if not mark:
        return _shape(shape, names)
    drawn = _label(shape, names, live=True) if isinstance(shape, Label) else _shape(shape, names)
    return f'<g data-about="{mark}">{drawn}</g>'


def _shape(shape: Shape, names: Names) -> str:
    if isinstance(shape, Line):
        return _line(shape)
    if isinstance(shape, Circle):
        x, y = map(number, shape.centre)
        place = f'cx="{x}" cy="{y}" r="{number(shape.radius)}"'
        return f'<circle {place} fill="{tint(shape.fill)}"{_pen(shape.pen)}/>'
    if isinstance(shape, Box):
        (x, y), (width, height) = map(number, shape.corner), map(number, shape.size)
        place = f'x="{x}" y="{y}" width="{width}" height="{height}"'
        rounding = f' rx="{number(shape.rounding)}"' if shape.rounding else ""
        return f'<rect {place}{rounding} fill="{tint(shape.fill)}"{_pen(shape.pen)}/>'
    return _label(shape, names)


def _pen(pen: Pen) -> str:
    if not pen.width:
        return ""
    dash = f' stroke-dasharray="{" ".join(map(number, pen.dash))}"' if pen.dash else ""
    return f' stroke="{COLOURS[pen.role]}" stroke-width="{number(pen.width)}"{dash}'


def _line(line: Line) -> str:
    points, head = arrow_head(line) if line.arrow else (line.points, ())
    drawn = f'<polyline points="{_points(points)}" fill="none"{_pen(line.pen)}/>'
    if head:
        drawn += f'<polygon points="{_points(head)}" fill="{COLOURS[line.pen.role]}"/>'
    return drawn


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)


def _label(label: Label, names: Names, live: bool = False) -> str:
    """Text, and before it the same in white with a wide edge, where there is a halo.

    Twice, because viewers paint the edge of each part of a text over the part before it; and a
    white box before both, for what would show in its gaps.

    live  the number at the end stands apart, for a script that changes it
    """
    x, y = map(number, base_point(label))
    place = f'x="{x}" y="{y}" font-size="{number(label.size)}"'
    if label.anchor != "start":
        place += f' text-anchor="{label.anchor}"'
    turned = f' transform="rotate({number(label.angle)} {x} {y})"' if label.angle else ""
    place += turned
    text_runs = runs(label.content, names)
    body = _live(label, names) if live else _spans(text_runs, label.size)
    drawn = f'<text {place} fill="{text_colour(label.role)}">{body}</text>'
    if not label.halo:
        return drawn
    width = number(_HALO * label.size)
    edge = f'fill="#FFFFFF" stroke="#FFFFFF" stroke-width="{width}" aria-hidden="true"'
    box = _box_behind(label, width_of(text_runs), turned)
    return f"{box}<text {place} {edge}>{body}</text>{drawn}"


def _live(label: Label, names: Names) -> str:
    """A label whose number, and the sign before it, are one part: of them only the text changes."""
    *before, last = label.content
    if not isinstance(last, Number):
        return _spans(runs(label.content, names), label.size)
    sign = before.pop() if len(before) > 1 else ""
    fixed = runs(tuple(before), names)
    moves = f' dx="{number(_SPACE * label.size)}"' if fixed else ""
    down = sum(run.down for run in fixed[-1:])
    if down:
        moves += f' dy="{number(-down * label.size)}"'
    words = f"{str(sign).strip()} {text(last, names)}".strip()
    return f'{_spans(fixed, label.size)}<tspan class="live"{moves}>{escape(words)}</tspan>'


def _box_behind(label: Label, wide: float, turned: str) -> str:
    """From the first letter to the last, from the foot of a subscript to the head of a raised
    number."""
    x, y = base_point(label)
    length = wide * label.size
    x -= {"start": 0.0, "middle": length / 2, "end": length}[label.anchor]
    top = y - _HEAD * label.size
    place = f'x="{number(x)}" y="{number(top)}" width="{number(length)}"'
    return f'<rect {place} height="{number((_HEAD + _FOOT) * label.size)}" fill="#FFFFFF"{turned}/>'


def _spans(text_runs: tuple[Run, ...], size: float) -> str:
    """The base line is moved from run to run, as not every viewer knows baseline-shift; spaces at
    the ends of a run are moves too, as not every viewer shows them."""
    spans: list[str] = []
    down = ahead = 0.0
    for run in text_runs:
        ahead -= run.back
        text = run.text.lstrip(" ")
        ahead += _SPACE * run.scale * (len(run.text) - len(text))
        if text:
            spans.append(_span(run, text.rstrip(" "), size, ahead, run.down - down))
            down, ahead = run.down, _SPACE * run.scale * (len(text) - len(text.rstrip(" ")))
    return "".join(spans)


def _span(run: Run, text: str, size: float, ahead: float, down: float) -> str:
    attributes = ""
    if number(ahead * size) != "0":
        attributes += f' dx="{number(ahead * size)}"'
    if number(down * size) != "0":
        attributes += f' dy="{number(down * size)}"'
    if run.scale != 1:
        attributes += f' font-size="{number(run.scale * size)}"'
    if run.italic:
        attributes += ' font-style="italic"'
    if run.bold:
        attributes += ' font-weight="bold"'
    body = escape(text)
    return f"<tspan{attributes}>{body}</tspan>" if attributes else body
