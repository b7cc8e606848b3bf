"""Equations between matrices as Unicode text of several lines.

[h1  h2] = [i1  i2] · ⎡w1  w3⎤
                      ⎣w2  w4⎦
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from derive.expression.matrices import Matrix, Named, shape
from derive.expression.nodes import Expression, Number
from derive.writers.columns import pad, width
from derive.writers.expressions.printer import Piece
from derive.writers.expressions.text import SIGNS, TEXT, text

if TYPE_CHECKING:
    from derive.derivation.steps import Chain
    from derive.notation import Names

_GAP = "  "  # between two columns
_HANGING = "  "  # before the sign of a member that stands below its left side
_BRACKETS = {"[": "⎡⎢⎣", "]": "⎤⎥⎦", "(": "⎛⎜⎝", ")": "⎞⎟⎠"}


class Box(NamedTuple):
    """Lines of equal width; ``base`` is the line that signs stand on."""

    lines: tuple[str, ...]
    base: int

    @property
    def width(self) -> int:
        return width(self.lines[0])

    def padded(self, above: int, below: int) -> tuple[str, ...]:
        """The lines with so many above and below the base."""
        empty = " " * self.width
        over = (empty,) * (above - self.base)
        return (*over, *self.lines, *(empty,) * (below - (len(self.lines) - 1 - self.base)))


def beside(*boxes: Box) -> Box:
    """Boxes in a row, base on base."""
    above = max(one.base for one in boxes)
    below = max(len(one.lines) - 1 - one.base for one in boxes)
    columns = [one.padded(above, below) for one in boxes]
    return Box(tuple(map("".join, zip(*columns, strict=True))), above)


def line(content: str) -> Box:
    """Text of one line."""
    return Box((content,), 0)


def box(expression: Expression, names: Names) -> Box:
    """An expression, its matrices on several lines."""
    if isinstance(expression, Matrix):
        return _matrix(expression, names)
    if shape(expression) is None or isinstance(expression, Named):
        return line(text(expression, names))
    return beside(*(_piece(piece, names) for piece in TEXT.pieces(expression, names)))


def _piece(piece: Piece, names: Names) -> Box:
    inner = box(piece.node, names)
    if piece.bracket:
        opening, closing = TEXT.ends(piece.bracket, "")
        inner = beside(_bracket(opening, inner), inner, _bracket(closing, inner))
    # What follows a matrix, such as ᵀ, stands at its upper right corner.
    tail = Box((piece.tail, *(" " * width(piece.tail),) * (len(inner.lines) - 1)), inner.base)
    return beside(line(piece.lead), inner, tail)


def _bracket(sign: str, around: Box) -> Box:
    height = len(around.lines)
    if height == 1:
        return line(sign)
    pieces = _BRACKETS[sign]
    return Box((pieces[0], *(pieces[1],) * (height - 2), pieces[2]), around.base)


def _matrix(matrix: Matrix, names: Names) -> Box:
    cells = [[text(one, names) for one in row] for row in matrix.rows]
    columns = []
    for printed, entries in zip(
        zip(*cells, strict=True), zip(*matrix.rows, strict=True), strict=True
    ):
        if all(isinstance(one, Number) for one in entries):
            printed = _aligned(printed)
        wide = max(map(width, printed))
        columns.append([pad(one, wide) for one in printed])
    lines = tuple(map(_GAP.join, zip(*columns, strict=True)))
    inside = Box(lines, (len(lines) - 1) // 2)
    return beside(_bracket("[", inside), inside, _bracket("]", inside))


def _aligned(numbers: tuple[str, ...]) -> tuple[str, ...]:
    """Decimal points below each other."""
    whole = max(width(number.partition(".")[0]) for number in numbers)
    return tuple(" " * (whole - width(n.partition(".")[0])) + n for n in numbers)


def matrix_lines(chain: Chain, names: Names, room: int) -> list[str]:
    """A chain between matrices on lines no wider than ``room``, where that can be.

    On one row of boxes if it fits; else a row for each member, below each other's signs, and a
    left side too wide to stand beside them on a row of its own.
    """
    boxes = [box(relation.expression, names) for relation in chain]
    signs = [SIGNS[relation.sign] for relation in chain]
    members = [
        beside(line(f" {sign} "), one) for sign, one in zip(signs[1:], boxes[1:], strict=True)
    ]
    if boxes[0].width + sum(one.width for one in members) <= room:
        return _lines(beside(boxes[0], *members))
    alone = boxes[0].width + max(one.width for one in members) > room
    left = _HANGING if alone else " " * boxes[0].width
    lines = _lines(boxes[0]) if alone else []
    for position, (sign, one) in enumerate(zip(signs[1:], boxes[1:], strict=True), start=1):
        head = line(f"{left} {sign} ")
        if position == 1 and not alone:
            head = beside(boxes[0], line(f" {sign} "))
        if head.width + one.width <= room:
            lines += _lines(beside(head, one))
            continue
        for some in _broken(chain[position].expression, names, room - head.width):
            lines += _lines(beside(head, some))
            head = line(" " * head.width + _HANGING)
    return lines


def _broken(expression: Expression, names: Names, room: int) -> list[Box]:
    """A product or sum of matrices on several rows of boxes, filled one after the other."""
    rows: list[Box] = []
    for piece in TEXT.pieces(expression, names) if not isinstance(expression, Matrix) else ():
        one = _piece(piece, names)
        if rows and rows[-1].width + one.width <= room:
            rows[-1] = beside(rows[-1], one)
        else:
            rows.append(_piece(piece._replace(lead=piece.lead.lstrip()), names))
    return rows or [box(expression, names)]


def _lines(one: Box) -> list[str]:
    return [row.rstrip() for row in one.lines]
