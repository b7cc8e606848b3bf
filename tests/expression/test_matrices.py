"""Matrices of expressions: their values, their entries, their parts."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.expression.arithmetic import HIGH
from derive.expression.constructors import variable
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.functions import SIGMOID
from derive.expression.grid import Grid
from derive.expression.matrices import (
    Hadamard,
    Matrix,
    MatrixProduct,
    Transpose,
    column,
    entry,
    entrywise,
    part,
    row,
    shape,
)
from derive.expression.nodes import (
    Apply,
    Expression,
    Negative,
    Number,
    Product,
    Quantity,
    Sum,
    quantities,
)

A, B, C, D = (variable(letter) for letter in "abcd")


def names(rows: int, columns: int, layer: int) -> Matrix:
    """A matrix of weights, no two of them alike."""
    return Matrix(
        tuple(tuple(Quantity("weight", layer, j, i) for j in range(columns)) for i in range(rows))
    )


@st.composite
def expressions(draw: st.DrawFn, rows: int = 0, columns: int = 0, depth: int = 3) -> Expression:
    """A matrix expression of a given shape, or of any."""
    rows = rows or draw(st.integers(1, 3))
    columns = columns or draw(st.integers(1, 3))
    kinds = ["matrix"] if not depth else [
        "matrix", "transpose", "product", "entrywise", "sum", "minus", "times", "function",
    ]  # fmt: skip
    kind = draw(st.sampled_from(kinds))

    def inner(r: int, c: int) -> Expression:
        return draw(expressions(r, c, depth - 1))

    if kind == "matrix":
        return names(rows, columns, draw(st.integers(1, 5)))
    if kind == "transpose":
        return Transpose(inner(columns, rows))
    if kind == "product":
        between = draw(st.integers(1, 3))
        return MatrixProduct(inner(rows, between), inner(between, columns))
    if kind == "entrywise":
        return Hadamard(inner(rows, columns), inner(rows, columns))
    if kind == "sum":
        return Sum((inner(rows, columns), Negative(inner(rows, columns))))
    if kind == "minus":
        return Negative(inner(rows, columns))
    if kind == "times":
        return Product((A, inner(rows, columns)))
    return SIGMOID(inner(rows, columns))


def somewhere(expression: Expression) -> Bindings:
    chance = random.Random(5)
    found = {q: HIGH.number(Fraction(chance.randint(-9, 9), 7)) for q in quantities(expression)}
    return Bindings(found)


@settings(max_examples=150)
@given(expressions())
def test_every_entry_is_what_the_matrix_has_there(expression: Expression) -> None:
    at = somewhere(expression)
    value = evaluate(expression, at)
    assert isinstance(value, Grid) and value.shape == shape(expression)
    for i, j, found in value.cells():
        assert abs(evaluate(entry(expression, i, j), at) - found) < 1e-50


@settings(max_examples=100)
@given(expressions(), st.integers(0, 2), st.integers(0, 2))
def test_a_part_has_the_entries_of_the_whole(expression: Expression, i: int, j: int) -> None:
    size = shape(expression)
    assert size is not None
    rows, columns = range(min(i, size[0] - 1), size[0]), range(min(j, size[1] - 1), size[1])
    at = somewhere(expression)
    whole = evaluate(expression, at).rows
    some = evaluate(part(expression, rows, columns), at)
    assert some.shape == (len(rows), len(columns))
    for k, m, found in some.cells():
        assert abs(found - whole[rows[k]][columns[m]]) < 1e-50


def test_addresses_walk_row_by_row() -> None:
    matrix = Matrix(((A, B), (C, D)))
    assert matrix.children == (A, B, C, D)
    assert matrix.at((2,)) == C
    assert matrix.replace_at((1,), A) == Matrix(((A, A), (C, D)))
    turned = Transpose(matrix)
    assert turned.replace_at((0, 3), A) == Transpose(Matrix(((A, B), (C, A))))
    for node in (MatrixProduct(matrix, turned), Hadamard(matrix, matrix)):
        assert node.with_children(node.children) == node


def test_vectors() -> None:
    assert shape(row((A, B, C))) == (1, 3) and shape(column((A, B, C))) == (3, 1)
    assert shape(A) is None and shape(Sum((A, B))) is None and shape(Number(Fraction(1))) is None
    assert shape(Apply(SIGMOID, (row((A, B)),))) == (1, 2)
    assert entrywise(row((A, B)), Negative) == row((Negative(A), Negative(B)))


@pytest.mark.parametrize(
    "expression",
    [
        MatrixProduct(row((A, B)), row((A, B))),
        Sum((row((A, B)), column((A, B)))),
        Sum((row((A, B)), A)),
        Hadamard(row((A, B)), row((A,))),
        Product((row((A, B)), row((A, B)))),
    ],
    ids=["product", "sum", "sum with a number", "entrywise", "times"],
)
def test_shapes_that_do_not_go_together_have_no_value(expression: Expression) -> None:
    with pytest.raises(TypeError, match="matri"):
        evaluate(expression, somewhere(expression))
