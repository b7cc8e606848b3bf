"""A picture as a tikzpicture, for a LaTeX document that loads TikZ and defines the roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.expression.nodes import Partial
from derive.pictures.picture import Box, Circle, Label, Line, Pen, Picture, Point
from derive.writers.drawings.style import TINT, arrow_head, base_point, number
from derive.writers.expressions.latex import latex
from derive.writers.latex.text import escape, escape_formula

if TYPE_CHECKING:
    from derive.expression.nodes import Expression
    from derive.notation import Names
    from derive.pictures.picture import Shape

_ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}


def tikz(picture: Picture, names: Names) -> str:
    """The picture between \\begin and \\end{tikzpicture}, one shape a line.

    The document defines a colour for every role: hidden, output, loss, gradient, positive,
    negative and faint.
    """
    width, height = map(number, picture.size)
    lines = [
        r"\begin{tikzpicture}[x=1bp,y=-1bp,line join=round]",
        rf"\path[use as bounding box] (0,0) rectangle ({width},{height});",
        *(_shape(shape, names) for shape in picture.shapes),
        r"\end{tikzpicture}",
    ]
    return "\n".join(lines)


def _shape(shape: Shape, names: Names) -> str:
    if isinstance(shape, Line):
        return _line(shape)
    if isinstance(shape, Circle):
        options = _options(_fill(shape.fill), *_pen(shape.pen))
        return rf"\path{options} {_point(shape.centre)} circle[radius={number(shape.radius)}bp];"
    if isinstance(shape, Box):
        (x, y), (width, height) = shape.corner, shape.size
        rounding = (f"rounded corners={number(shape.rounding)}bp",) if shape.rounding else ()
        options = _options(_fill(shape.fill), *_pen(shape.pen), *rounding)
        return rf"\path{options} {_point((x, y))} rectangle {_point((x + width, y + height))};"
    return _label(shape, names)


def _options(*options: str) -> str:
    return f"[{','.join(options)}]" if options else ""


def _fill(role: str) -> str:
    return f"fill={role}!{round(100 * TINT)}" if role else "fill=white"


def _pen(pen: Pen) -> tuple[str, ...]:
    if not pen.width:
        return ()
    options = [f"draw={pen.role or 'black'}", f"line width={number(pen.width)}bp"]
    if pen.dash:
        pattern = " ".join(
            f"{'off' if position % 2 else 'on'} {number(length)}bp"
            for position, length in enumerate(pen.dash)
        )
        options.append(f"dash pattern={pattern}")
    return tuple(options)


def _line(line: Line) -> str:
    points, head = arrow_head(line) if line.arrow else (line.points, ())
    drawn = rf"\path{_options(*_pen(line.pen))} {' -- '.join(map(_point, points))};"
    if head:
        corners = " -- ".join(map(_point, head))
        drawn += rf" \path[fill={line.pen.role or 'black'}] {corners} -- cycle;"
    return drawn


def _point(point: Point) -> str:
    return f"({number(point[0])},{number(point[1])})"


def _label(label: Label, names: Names) -> str:
    size, line = number(label.size), number(1.2 * label.size)
    options = [
        f"anchor={_ANCHORS[label.anchor]}",
        f"inner sep={'0.8' if label.halo else '0'}bp",
        rf"font=\fontsize{{{size}bp}}{{{line}bp}}\selectfont",
    ]
    if label.role:
        options.append(f"text={'faint!70!black' if label.role == 'faint' else label.role}")
    if label.halo:
        options.append("fill=white")
    if label.angle:
        options.append(f"rotate={number(-label.angle)}")
    body = "".join(_piece(piece, names) for piece in label.content)
    return rf"\node[{','.join(options)}] at {_point(base_point(label))} {{{body}}};"


def _piece(piece: str | Expression, names: Names) -> str:
    if isinstance(piece, str):
        return escape(piece)
    if isinstance(piece, Partial):  # on the line, as in the other drawings: a fraction is too high
        over, under = (escape_formula(latex(part, names)) for part in (piece.of, piece.by))
        return rf"$\partial {over}/\partial {under}$"
    return f"${escape_formula(latex(piece, names))}$"
