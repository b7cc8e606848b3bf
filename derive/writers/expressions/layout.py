"""Chains of relations on lines of limited width.

A chain that fits stands on one line: ``a = b = c``. A longer one has a line for each relation,
signs below each other; only numbers follow numbers on the same line. A member still too wide is
broken where it binds least tightly: a sum before its + and −, a product before its ·, then inside
brackets. A fraction is taken apart only where nothing else helps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from derive.expression.matrices import shape
from derive.expression.nodes import Expression, Partial, Quantity
from derive.writers.expressions.latex import LATEX
from derive.writers.expressions.printer import Piece, Printer

if TYPE_CHECKING:
    from derive.derivation.steps import Chain
    from derive.notation import Names

_WIDE_LEFT = 0.4  # share of the line past which a left side stands on a line of its own
_SIGN = 4.0  # half ems of a sign and the space around it
_HANGING = "  "  # how far what follows a left side of its own is indented, in text


class Line(NamedTuple):
    """One line of a chain: what stands left of the sign, the sign, what follows.

    A continued line has neither left side nor sign; a left side on a line of its own has
    nothing else.
    """

    left: str
    sign: str
    right: str


# -- chains ----------------------------------------------------------------------------------


def chain_lines(
    chain: Chain,
    names: Names,
    printer: Printer = LATEX,
    limit: float = 80,
    column: float = 0,
    characters: int = 900,
) -> tuple[Line, ...]:
    """A chain on lines no wider than ``limit`` in the printer's unit, where that can be.

    limit       columns of text, or half ems of LaTeX
    column      how wide the left side of another chain is with which this one is aligned
    characters  a bound for the source of a line, so that a formula of several keeps to a limit

    A chain whose first relation has a sign goes on from the row above: it has no left side.
    """
    members = [printer(relation.expression, names) for relation in chain]
    signs = [printer.signs[relation.sign] for relation in chain]
    goes_on = bool(chain[0].sign)
    if goes_on:
        members, signs = ["", *members], ["", *signs]
    first = members[0]
    tail = " ".join(f"{s} {m}" for s, m in zip(signs[1:], members[1:], strict=True))
    whole = f"{first} {tail}" if tail else first
    left_width = _left_width(chain, names, printer)
    shift = max(0.0, column - left_width)
    if len(whole) <= characters and printer.width(whole) + shift <= limit:
        return (_one_line(first, signs, members),)

    lines: list[Line] = []
    alone = (
        len(members) == 1
        or left_width > _WIDE_LEFT * limit
        or _crowded(chain, members, printer, left_width, limit, characters)
    )
    if alone:
        left_width = printer.width(_HANGING)
        for line in broken(chain[0].expression, names, printer, limit, characters):
            lines.append(Line(line, "", ""))
    filling = False  # whether the last line holds whole members, all of them numbers
    for position, relation in enumerate(chain if goes_on else chain[1:], start=1):
        sign = signs[position]
        room = limit - max(left_width, column) - printer.width(f" {sign} ")
        numeric = _is_numeric(relation.expression)
        if filling and numeric:
            longer = f"{lines[-1].right} {sign} {members[position]}"
            if len(lines[-1].left) + len(longer) <= characters and printer.width(longer) <= room:
                lines[-1] = lines[-1]._replace(right=longer)
                continue
        before = len(lines)
        left = first if position == 1 and not alone else ""
        for line in broken(relation.expression, names, printer, room, characters):
            lines.append(Line(left, sign, line))
            left = sign = ""
        filling = numeric and len(lines) == before + 1
    return tuple(lines)


def _crowded(
    chain: Chain,
    members: list[str],
    printer: Printer,
    left_width: float,
    limit: float,
    characters: int,
) -> bool:
    """Whether a matrix, which cannot be broken, has no room beside the left side."""
    if not left_width or shape(chain[0].expression) is None:
        return False
    if len(members[0]) + len(members[1]) > characters:
        return True
    return left_width + max(map(printer.width, members[1:])) + _SIGN > limit


def _is_numeric(expression: Expression) -> bool:
    """Whether no name is left in an expression: it is arithmetic."""
    return not any(isinstance(node, (Quantity, Partial)) for node in expression.walk())


def left_column(
    chains: Iterable[Chain], names: Names, printer: Printer = LATEX, limit: float = 80
) -> float:
    """How wide the left sides are that stand beside their signs: the ``column`` of each chain."""
    widths = (_left_width(chain, names, printer) for chain in chains)
    return max((w for w in widths if w <= _WIDE_LEFT * limit), default=0.0)


def _left_width(chain: Chain, names: Names, printer: Printer) -> float:
    return 0.0 if chain[0].sign else printer.width(printer(chain[0].expression, names))


def _one_line(first: str, signs: list[str], members: list[str]) -> Line:
    if len(members) == 1:
        return Line(first, "", "")
    right = members[1] + "".join(f" {s} {m}" for s, m in zip(signs[2:], members[2:], strict=True))
    return Line(first, signs[1], right)


# -- one expression --------------------------------------------------------------------------


def broken(
    expression: Expression, names: Names, printer: Printer, room: float, characters: int
) -> tuple[str, ...]:
    """An expression on as many lines as it needs; one line where it fits or cannot be broken."""
    filler = _Filler(names, printer, room, characters)
    filler.add(Piece("", expression))
    return tuple(filler.lines)


class _Filler:
    """Lines being filled, piece by piece.

    used   how wide the current line is; widths are added up, no line is measured twice
    start  how much of the current line is indentation, an operator and opening brackets: there
           is nothing yet after which it could end
    """

    def __init__(self, names: Names, printer: Printer, room: float, characters: int) -> None:
        self.names = names
        self.printer = printer
        self.room = room
        self.characters = characters
        self.indent = printer.step
        self.lines = [""]
        self.used = 0.0
        self.start = 0

    def add(self, piece: Piece) -> bool:
        """Put a piece on the current line, else on a new one, else break inside it: True."""
        body = self.printer(piece.node, self.names)
        printed = self._printed(piece, body)
        if self._has_room(printed):
            self._put(printed)
            return False
        if len(self.lines[-1]) > self.start:
            self._new_line()
            piece = piece._replace(lead=piece.lead.lstrip())
            printed = printed.lstrip()
        inner = self.printer.pieces(piece.node, self.names)
        if not inner or self._has_room(printed):
            self._put(printed)
            return False
        opening, closing = self.printer.ends(piece.bracket, body) if piece.bracket else ("", "")
        self._put(piece.lead + opening)
        self.start = len(self.lines[-1])
        last = inner[-1]
        inner[-1] = last._replace(tail=last.tail + closing + piece.tail)
        if piece.bracket and len(inner) > 1:
            outer, self.indent = self.indent, self.indent + self.printer.step
            self._all(inner)
            self.indent = outer
        else:
            self._all(inner)
        return True

    def _all(self, pieces: list[Piece]) -> None:
        """One piece after the other; a short rest behind a long or broken piece stays together."""
        printed = [self._printed(piece) for piece in pieces]
        rests = list(accumulate(map(self.printer.width, reversed(printed)), initial=0.0))[::-1]
        was_broken = False
        for position, piece in enumerate(pieces):
            before = rests[position - 1] - rests[position] if position else 0.0
            if was_broken or before > rests[position]:
                rest = "".join(printed[position:])
                if not self._has_room(rest) and self._has_room(self.indent + rest, alone=True):
                    self._new_line()
                    self._put(rest.lstrip())
                    return
            was_broken = self.add(piece)

    def _printed(self, piece: Piece, body: str | None = None) -> str:
        body = self.printer(piece.node, self.names) if body is None else body
        wrapped = self.printer.wrap(piece.bracket, body) if piece.bracket else body
        return f"{piece.lead}{wrapped}{piece.tail}"

    def _has_room(self, printed: str, alone: bool = False) -> bool:
        """Whether the current line takes that too, or an empty one takes it alone."""
        length, used = (0, 0.0) if alone else (len(self.lines[-1]), self.used)
        if length + len(printed) > self.characters:
            return False
        return used + self.printer.width(printed) <= self.room

    def _put(self, printed: str) -> None:
        self.lines[-1] += printed
        self.used += self.printer.width(printed)

    def _new_line(self) -> None:
        self.lines.append(self.indent)
        self.used = self.printer.width(self.indent)
        self.start = len(self.indent)


# -- putting lines together ------------------------------------------------------------------


def text_lines(lines: Sequence[Line]) -> tuple[str, ...]:
    """Text lines with their signs in one column."""
    column = max((len(line.left) for line in lines if line.sign), default=0)
    sign = max((len(line.sign) for line in lines), default=0)
    alone = any(line.left and not line.sign for line in lines)
    column = max(column, len(_HANGING)) if alone and sign else column
    out: list[str] = []
    for line in lines:
        if line.left and not line.sign:
            out.append(line.left)
        else:
            out.append(f"{line.left:<{column}} {line.sign:<{sign}} {line.right}".rstrip())
    return tuple(out)
