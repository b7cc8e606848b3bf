"""Equations between matrices in parts that fit: column by column, row by row, entry by entry.

    [a b c] = [… … …]   →   [a b] = [… …]  and  [c] = […]

A row vector too wide for the line is first stood up: [a b c] becomes the column with ᵀ.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from derive.derivation.steps import Relation
from derive.expression.matrices import (
    Matrix,
    Named,
    Transpose,
    column,
    entry,
    part,
    shape,
    written_out,
)
from derive.expression.nodes import Expression
from derive.writers.expressions.printer import Printer

if TYPE_CHECKING:
    from derive.derivation.steps import Chain
    from derive.notation import Names


class Frame(NamedTuple):
    """What a matrix needs besides its entries, in the printer's unit and in characters.

    between  two columns          around  both brackets          lead  the sign before it
    written  characters of source between two entries            fence  and around all of them
    """

    between: float
    around: float
    lead: float
    written: int
    fence: int


LATEX_FRAME = Frame(2.2, 3.0, 5.0, 9, 40)
TEXT_FRAME = Frame(2, 4, 5, 2, 4)


def is_matrix(chain: Chain) -> bool:
    """Whether a chain is between matrices that are written out, and not just named."""
    return any(True for relation in chain for _ in written_out(relation.expression))


def tiles(
    chain: Chain, names: Names, printer: Printer, frame: Frame, limit: float, characters: int
) -> tuple[Chain, ...]:
    """The chain in parts whose every matrix is no wider than a line and no longer than a formula.

    limit       the width of a line
    characters  of the source of one matrix
    """
    size = shape(chain[0].expression)
    if size is None or not is_matrix(chain):
        return (chain,)
    fitting = _Fitting(chain, names, printer, frame, limit - frame.lead, characters)
    rows, columns = fitting.block(*size)
    if not rows:
        cells = (_entries(chain, i, j) for i in range(size[0]) for j in range(size[1]))
        return tuple(cells)
    return tuple(
        tuple(Relation(r.sign, fitting.stood_up(part(r.expression, some, others))) for r in chain)
        for some in _runs(size[0], rows)
        for others in _runs(size[1], columns)
    )


class _Fitting:
    """Looks for the largest block of entries that fits in every member of a chain."""

    def __init__(
        self, chain: Chain, names: Names, printer: Printer, frame: Frame, room: float, most: int
    ) -> None:
        self.chain = chain
        self.names, self.printer, self.frame = names, printer, frame
        self.room, self.most = room, most
        self._sizes: dict[int, tuple[float, int, Expression]] = {}

    def block(self, rows: int, columns: int) -> tuple[int, int]:
        """Rows and columns of the blocks; as few blocks as can be. (0, 0) where none fits."""
        for count in range(1, columns + 1):
            wide = ceil(columns / count)
            if self._all_fit(rows, columns, rows, wide):
                return rows, wide
        for count in range(2, rows + 1):
            high = ceil(rows / count)
            if self._all_fit(rows, columns, high, 1):
                return high, 1
        return 0, 0

    def _all_fit(self, rows: int, columns: int, high: int, wide: int) -> bool:
        return all(
            self._fits(leaf)
            for some in _runs(rows, high)
            for others in _runs(columns, wide)
            for relation in self.chain
            for leaf in written_out(part(relation.expression, some, others))
        )

    def _fits(self, matrix: Matrix) -> bool:
        """Whether a matrix fits, or would if it were stood up."""
        if self._length(matrix) > self.most:
            return False
        if self._width(matrix) <= self.room:
            return True
        return len(matrix.rows) == 1 and self._width(column(matrix.rows[0])) <= self.room

    def stood_up(self, expression: Expression) -> Expression:
        """The expression with every row that is too wide written as a column."""
        if isinstance(expression, Matrix):
            if len(expression.rows) > 1 or self._width(expression) <= self.room:
                return expression
            return Transpose(column(expression.rows[0]))
        if shape(expression) is None or isinstance(expression, Named):
            return expression
        return expression.with_children(tuple(map(self.stood_up, expression.children)))

    def _width(self, matrix: Matrix) -> float:
        widest = (
            max(self._size(one)[0] for one in some) for some in zip(*matrix.rows, strict=True)
        )
        between = self.frame.between * (len(matrix.rows[0]) - 1)
        return sum(widest) + between + self.frame.around

    def _length(self, matrix: Matrix) -> int:
        lengths = (self._size(one)[1] + self.frame.written for one in matrix.children)
        return sum(lengths) + self.frame.fence

    def _size(self, one: Expression) -> tuple[float, int]:
        """Width and characters of an entry; the entry is kept, so that no other takes its id."""
        known = self._sizes.get(id(one))
        if known is None:
            printed = self.printer(one, self.names)
            known = self._sizes[id(one)] = self.printer.width(printed), len(printed), one
        return known[0], known[1]


def _entries(chain: Chain, i: int, j: int) -> Chain:
    """The chain of one entry, without members that say again what stands before them."""
    relations: list[Relation] = []
    for relation in chain:
        one = entry(relation.expression, i, j)
        if not relations or one != relations[-1].expression:
            relations.append(Relation(relation.sign, one))
    return tuple(relations)


def _runs(count: int, size: int) -> Iterator[range]:
    return (range(start, min(start + size, count)) for start in range(0, count, size))
