"""Displayed chains as rows of aligned columns, for the formats that align them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from derive.document.blocks import Equation, Equations
from derive.writers.expressions.latex import LATEX
from derive.writers.expressions.layout import Line, chain_lines, left_column
from derive.writers.expressions.tiles import LATEX_FRAME, Frame, is_matrix, tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from derive.notation import Names
    from derive.writers.expressions.printer import Printer

_BOX = 2.0  # half ems that a box adds
_NOTE_GAP = 4.0  # half ems before a reason or a number
_TEXT_LETTER = 1.1  # half ems of a letter of a reason, on the average

# How a row hangs on the one above it: the higher, the worse a cut between them.
SEAM, TIED, CHAIN, MEMBER = range(4)


class Row(NamedTuple):
    """One row of a displayed formula.

    number, reason  on the last row of their equation only; "" for none
    role            of the equation, as the document says it
    width           half ems from the beginning of the widest left side, without the note
    scale           what a row too wide for the page is to be multiplied by; 1 for the others
    joint           SEAM: a chain begins; TIED: one that belongs to the chain above; CHAIN: the
                    chain goes on; MEMBER: a member of it does
    """

    left: str
    sign: str
    right: str
    number: str = ""
    reason: str = ""
    role: str = ""
    width: float = 0.0
    scale: float = 1.0
    joint: int = SEAM


class Target(NamedTuple):
    """What formulas are printed in.

    frame  what a matrix needs besides its entries
    boxed  a result in its box
    """

    printer: Printer
    frame: Frame
    boxed: Callable[[str], str]


LATEX_TARGET = Target(LATEX, LATEX_FRAME, lambda result: f"\\boxed{{{result}}}")


def rows(
    block: Equation | Equations,
    names: Names,
    escape: Callable[[str], str],
    limit: float,
    characters: int,
    matrix: int,
    target: Target = LATEX_TARGET,
) -> Iterator[Row]:
    """The rows of a block: each chain on as many lines as it needs, signs below each other.

    limit       half ems a row may be wide, its number and reason included
    characters  of the source of one row
    matrix      characters of the source of one matrix
    """
    equations = block.rows if isinstance(block, Equations) else (block,)
    if any(is_matrix(equation.chain) for equation in equations):
        equations = tuple(one for e in equations for one in _tiled(e, names, limit, matrix, target))
    chains = [e.chain for e in equations if not is_matrix(e.chain)]
    column = left_column(chains, names, target.printer, limit)
    for equation in equations:
        beside = 0.0 if is_matrix(equation.chain) else column
        yield from _equation_rows(equation, names, escape, beside, limit, characters, target)


def _tiled(
    equation: Equation, names: Names, limit: float, characters: int, target: Target
) -> Iterator[Equation]:
    """An equation between matrices in parts that fit; its number stands beside the last."""
    parts = tiles(equation.chain, names, target.printer, target.frame, limit, characters)
    for chain in parts[:-1]:
        yield replace(equation, chain=chain, number=None, reason="")
    yield replace(equation, chain=parts[-1])


def _note_width(equation: Equation) -> float:
    box = _BOX if equation.result else 0.0
    number = "" if equation.number is None else str(equation.number)
    return box + note_width(equation.reason, number)


def note_width(reason: str, number: str) -> float:
    """Half ems of what stands behind a row."""
    width = _NOTE_GAP + _TEXT_LETTER * len(reason) if reason else 0.0
    return width + (_NOTE_GAP + len(number) + 2 if number else 0.0)


def _equation_rows(
    equation: Equation,
    names: Names,
    escape: Callable[[str], str],
    column: float,
    limit: float,
    characters: int,
    target: Target,
) -> Iterator[Row]:
    printer = target.printer
    # The note stands beside the last line alone: the others need not leave room for it.
    note = min(_note_width(equation), limit / 2)
    lines = chain_lines(equation.chain, names, printer, limit, column, characters)
    column = column or _matrix_column(equation, lines, printer)
    if column + printer.width(f"{lines[-1].sign} {lines[-1].right}") + note > limit:
        before = 0.0 if is_matrix(equation.chain) else column
        lines = chain_lines(equation.chain, names, printer, limit - note, before, characters)
        column = before or _matrix_column(equation, lines, printer)
    begins = CHAIN if equation.chain[0].sign else TIED if equation.tied else SEAM
    joints = [begins, *(CHAIN if line.sign else MEMBER for line in lines[1:])]
    for line, joint in zip(lines[:-1], joints, strict=False):
        yield _row(line, equation.role, column, limit, joint, printer)
    last = _row(lines[-1], equation.role, column, limit - note, joints[-1], printer)
    result = printer(equation.chain[-1].expression, names) if equation.result else ""
    yield last._replace(
        right=_boxed(last.right, result, target),
        number="" if equation.number is None else str(equation.number),
        reason=escape(equation.reason),
    )


def _matrix_column(equation: Equation, lines: tuple[Line, ...], printer: Printer) -> float:
    """How wide the left side of a matrix is where it stands beside it, not on a line of its own."""
    beside = is_matrix(equation.chain) and lines[0].sign
    return printer.width(lines[0].left) if beside else 0.0


def _row(line: Line, role: str, column: float, room: float, joint: int, printer: Printer) -> Row:
    left, sign, right = line
    if not sign:  # a left side too wide to stand beside the others, or a continued line
        left, right = "", left or right
    width = printer.width(f"{sign} {right}")
    scale = min(1.0, round((room - column) / width, 2))
    wide = column + width * scale
    return Row(left, sign, right, role=role, width=wide, scale=scale, joint=joint)


def _boxed(right: str, result: str, target: Target) -> str:
    """The row with the result in a box, where all of the result stands on it."""
    if not result or not right.endswith(result):
        return right
    return f"{right[: -len(result)]}{target.boxed(result)}"
