"""Matrices of expressions, the operations on them, and what stands at one of their places.

A row vector has one row, a column vector one column. ``Sum`` and ``Negative`` of matrices, a
``Product`` with one matrix among numbers, and ``Apply`` of a function of one variable to a matrix
(entry by entry) are matrices too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from derive.expression.constructors import total
from derive.expression.nodes import Apply, Expression, Negative, Product, Sum, node

Shape = tuple[int, int]  # rows, columns


@node
class Matrix(Expression):
    """Expressions in rows of equal length."""

    rows: tuple[tuple[Expression, ...], ...]

    @property
    def children(self) -> tuple[Expression, ...]:
        return tuple(entry for row in self.rows for entry in row)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        width = len(self.rows[0])
        starts = range(0, len(children), width)
        return Matrix(tuple(children[start : start + width] for start in starts))


@node
class Transpose(Expression):
    """ofᵀ: rows become columns."""

    of: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.of,)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Transpose(*children)


@node
class MatrixProduct(Expression):
    """left right: entry (i, j) is Σ_k left(i, k)·right(k, j)."""

    left: Expression
    right: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.left, self.right)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return MatrixProduct(*children)


@node
class Hadamard(Expression):
    """left ⊙ right: entry (i, j) is left(i, j)·right(i, j)."""

    left: Expression
    right: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.left, self.right)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Hadamard(*children)


@node
class Named(Expression):
    """An array by its name: prints as ``symbol``, W⁽¹⁾ or ∂E/∂W⁽¹⁾, and is the matrix ``of``.

    A number may have a name too: the 1/N of a mean over N examples.
    """

    symbol: Expression
    of: Expression

    @property
    def matrix(self) -> Matrix:
        """The matrix that it is. Raises TypeError for a number."""
        if not isinstance(self.of, Matrix):
            raise TypeError("a number by its name is no matrix")
        return self.of

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.of,)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        (of,) = children
        return replace(self, of=of)


def row(entries: Sequence[Expression]) -> Matrix:
    """A row vector."""
    return Matrix((tuple(entries),))


def column(entries: Sequence[Expression]) -> Matrix:
    """A column vector."""
    return Matrix(tuple((entry,) for entry in entries))


def shape(expression: Expression) -> Shape | None:
    """Rows and columns of a matrix, None for anything else."""
    rule = _SHAPES.get(type(expression))
    return None if rule is None else rule(expression)


def _transposed(e: Transpose) -> Shape | None:
    inner = shape(e.of)
    return None if inner is None else (inner[1], inner[0])


def _multiplied(e: MatrixProduct) -> Shape | None:
    left, right = shape(e.left), shape(e.right)
    return None if left is None or right is None else (left[0], right[1])


def _of_a_part(e: Expression) -> Shape | None:
    for child in e.children:
        rule = _SHAPES.get(type(child))
        inner = None if rule is None else rule(child)
        if inner is not None:
            return inner
    return None


# Kinds of node that are a matrix or may be one. Nearly every formula that is asked is none.
_SHAPES: dict[type[Expression], Callable[[Any], Shape | None]] = {
    Matrix: lambda e: (len(e.rows), len(e.rows[0])),
    Named: lambda e: shape(e.of),
    Transpose: _transposed,
    MatrixProduct: _multiplied,
    **dict.fromkeys((Sum, Negative, Product, Apply, Hadamard), _of_a_part),
}


def entry(expression: Expression, i: int, j: int) -> Expression:
    """What stands at row i, column j (from 0); an expression that is no matrix is itself.

    e.g. of a row times a matrix: a₁·w₁ⱼ + a₂·w₂ⱼ
    """
    if isinstance(expression, Matrix):
        return expression.rows[i][j]
    if isinstance(expression, Named):
        return entry(expression.of, i, j)
    if isinstance(expression, Transpose):
        return entry(expression.of, j, i)
    if isinstance(expression, MatrixProduct):
        inner = shape(expression.left)
        assert inner is not None  # a product has two matrices
        pairs = ((entry(expression.left, i, k), entry(expression.right, k, j))
                 for k in range(inner[1]))  # fmt: skip
        return total(*(Product(pair) for pair in pairs))
    if isinstance(expression, Hadamard):
        return Product((entry(expression.left, i, j), entry(expression.right, i, j)))
    if shape(expression) is None:
        return expression
    inside = tuple(entry(child, i, j) for child in expression.children)
    return total(*inside) if isinstance(expression, Sum) else expression.with_children(inside)


def part(expression: Expression, rows: range, columns: range) -> Expression:
    """The rows and columns of a matrix, whichever way it is written.

    e.g. of x W + b, column 2: x times column 2 of W, plus entry 2 of b
    """
    if isinstance(expression, Matrix):
        return Matrix(tuple(tuple(expression.rows[i][j] for j in columns) for i in rows))
    if isinstance(expression, Named):  # a part of it has no name
        whole = shape(expression) == (len(rows), len(columns))
        return expression if whole else part(expression.of, rows, columns)
    if isinstance(expression, Transpose):
        return Transpose(part(expression.of, columns, rows))
    if isinstance(expression, MatrixProduct):
        inner = shape(expression.left)
        assert inner is not None  # a product has two matrices
        every = range(inner[1])
        return MatrixProduct(part(expression.left, rows, every),
                             part(expression.right, every, columns))  # fmt: skip
    if shape(expression) is None:
        return expression
    return expression.with_children(
        tuple(part(child, rows, columns) for child in expression.children)
    )


def unnamed(expression: Expression) -> Expression:
    """The expression with every array written out."""
    if isinstance(expression, Named):
        return expression.of
    if shape(expression) is None or isinstance(expression, Matrix):
        return expression
    return expression.with_children(tuple(map(unnamed, expression.children)))


def written_out(expression: Expression) -> Iterator[Matrix]:
    """The matrices that a reader sees entry by entry."""
    if isinstance(expression, Matrix):
        yield expression
    elif shape(expression) is not None and not isinstance(expression, Named):
        for child in expression.children:
            yield from written_out(child)


def entrywise(expression: Matrix, change: Callable[[Expression], Expression]) -> Matrix:
    """The matrix with every entry changed."""
    return Matrix(tuple(tuple(change(one) for one in entries) for entries in expression.rows))
