"""Matrices on the page: brackets, columns, and equations in parts that fit."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.derivation.steps import Relation, chain
from derive.document.blocks import Document, Equation
from derive.expression.constructors import integer, variable
from derive.expression.matrices import (
    Hadamard,
    Matrix,
    MatrixProduct,
    Transpose,
    column,
    entry,
    row,
    shape,
)
from derive.expression.nodes import (
    INPUT,
    PRE_ACTIVATION,
    WEIGHT,
    Expression,
    Negative,
    Partial,
    Product,
    Quantity,
    Sum,
)
from derive.notation import Shape, names
from derive.writers import write
from derive.writers.columns import width
from derive.writers.expressions.boxes import matrix_lines
from derive.writers.expressions.latex import LATEX, latex
from derive.writers.expressions.text import TEXT, text
from derive.writers.expressions.tiles import LATEX_FRAME, TEXT_FRAME, tiles
from tests.writers.markdown_rules import problems

NAMES = names("plain", Shape((9, 9, 9)))
A, B, C, D = (variable(letter) for letter in "abcd")
M = Matrix(((A, B), (C, D)))


def test_latex() -> None:
    assert latex(M, NAMES) == r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}"
    assert latex(Transpose(row((A, B))), NAMES) == r"\begin{bmatrix} a & b \end{bmatrix}^{\top}"
    turned = Transpose(MatrixProduct(M, M))
    assert latex(turned, NAMES).startswith(r"\left( \begin{bmatrix}")
    assert r"\odot" in latex(Hadamard(M, M), NAMES)


def test_fractions_in_a_matrix_are_as_large_as_outside() -> None:
    h, w = Quantity(PRE_ACTIVATION, 1), Quantity(WEIGHT, 1)
    printed = latex(column((Partial(h, w), Partial(h, w))), NAMES)
    assert printed.count(r"\dfrac{\partial h_1}{\partial w_1}") == 2
    assert r"\\[9pt]" in printed
    layered = latex(column((Partial(h, w), Partial(h, w))), names("layered", Shape((1, 1))))
    assert r"\\[13pt]" in layered, "superscripts need more room"


def test_text_on_one_line() -> None:
    assert text(M, NAMES) == "[a  b; c  d]"
    update = Sum((M, Negative(Product((variable("eta"), M)))))
    assert text(update, NAMES) == "[a  b; c  d] − η·[a  b; c  d]"
    assert text(MatrixProduct(row((A, B)), Sum((M, M))), NAMES) == (
        "[a  b] · ([a  b; c  d] + [a  b; c  d])"
    )


def test_text_in_boxes() -> None:
    told = matrix_lines(chain(row((A, B)), MatrixProduct(row((C, D)), Transpose(M))), NAMES, 60)
    assert told == [
        "[a  b] = [c  d] · ⎡a  b⎤ᵀ",
        "                  ⎣c  d⎦",
    ]  # fmt: skip


def test_numbers_stand_below_each_other() -> None:
    numbers = column((integer(-5), integer(12), integer(3)))
    assert matrix_lines(chain(column((A, B, C)), numbers), NAMES, 60) == [
        "⎡a⎤   ⎡−5⎤", "⎢b⎥ = ⎢12⎥", "⎣c⎦   ⎣ 3⎦",
    ]  # fmt: skip


def weights(rows: int, columns: int) -> Matrix:
    return Matrix(
        tuple(tuple(Quantity(WEIGHT, 1, j, i) for j in range(columns)) for i in range(rows))
    )


def product_of(rows: int, columns: int) -> tuple[Relation, ...]:
    """z = x W = the sums, of any size, with entries of any length."""
    xs = [Quantity(INPUT, unit=i) for i in range(rows)]
    w = weights(rows, columns)
    sums = [Sum(tuple(Product((x, w.rows[i][j])) for i, x in enumerate(xs)))
            if rows > 1 else Product((xs[0], w.rows[0][j])) for j in range(columns)]  # fmt: skip
    zs = row([Quantity(PRE_ACTIVATION, 1, j) for j in range(columns)])
    return chain(zs, MatrixProduct(row(xs), w), row(sums))


@settings(max_examples=60)
@given(st.integers(1, 9), st.integers(1, 9), st.booleans(), st.integers(20, 90))
def test_tiles_have_every_entry_once_and_fit(
    rows: int, columns: int, as_text: bool, limit: int
) -> None:
    told = product_of(rows, columns)
    printer, frame = (TEXT, TEXT_FRAME) if as_text else (LATEX, LATEX_FRAME)
    found: Counter[Expression] = Counter()
    for tile in tiles(told, NAMES, printer, frame, limit, 900):
        size = shape(tile[0].expression)
        for place in [(i, j) for i in range(size[0]) for j in range(size[1])] if size else [(0, 0)]:
            entries = [entry(r.expression, *place) for r in tile]
            found[entries[0]] += 1
            unit = entries[0].unit  # type: ignore[attr-defined]
            assert all(e in (entry(r.expression, 0, unit) for r in told) for e in entries)
        for relation in tile if size else ():
            for leaf in relation.expression.walk():
                if isinstance(leaf, Matrix):
                    widest = sum(
                        max(printer.width(printer(one, NAMES)) for one in some)
                        for some in zip(*leaf.rows, strict=True)
                    )
                    assert widest < limit
                    assert len(latex(leaf, NAMES)) < 1000
    assert found == Counter(told[0].expression.children)


@pytest.mark.parametrize("rows, columns", [(2, 2), (3, 9), (9, 9), (9, 1)])
@pytest.mark.parametrize("dialect", ["github", "plain"])
def test_a_page_of_matrices_keeps_the_rules(rows: int, columns: int, dialect: str) -> None:
    gradients = Matrix(tuple(
        tuple(Product((Partial(Quantity("loss"), z), Partial(z, w)))
              for z, w in zip(product_of(rows, columns)[0].expression.children, ws, strict=True))
        for ws in weights(rows, columns).rows
    ))  # fmt: skip
    document = Document(
        ("Matrices",),
        (Equation(product_of(rows, columns), 1, result=True),
         Equation(chain(weights(rows, columns), gradients), 2)),
    )  # fmt: skip
    page = write(document, NAMES, "markdown", dialect=dialect)
    assert isinstance(page, str)
    assert problems(page, dialect) == []
    told = write(document, NAMES, "text")
    assert isinstance(told, str)
    assert max(map(width, told.split("\n"))) <= 80
    for w in weights(rows, columns).children:
        assert re.search(rf"∂h\d/∂{text(w, NAMES)}\b", told), w
    assert told.count("(1)") == told.count("(2)") == 1


def test_a_matrix_wider_than_bmatrix_takes_is_an_array() -> None:
    wide = row((A,) * 11)
    assert latex(wide, NAMES) == (
        r"\left[ \begin{array}{ccccccccccc} " + " & ".join("a" * 11) + r" \end{array} \right]"
    )
    assert r"\begin{bmatrix}" in latex(row((A,) * 10), NAMES)
    assert LATEX.width(latex(wide, NAMES)) > LATEX.width(latex(row((A,) * 10), NAMES))
