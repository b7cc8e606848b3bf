"""MathML says what the LaTeX says, in elements that every browser knows."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from writers.drawn_expressions import SHAPE, expressions
from writers.mathml_reader import as_latex, plain

from derive.expression.blank import Blank
from derive.expression.constructors import integer, variable
from derive.expression.functions import SIGMOID
from derive.expression.matrices import Hadamard, Matrix, MatrixProduct, Named, Transpose, row
from derive.expression.nodes import (
    ACTIVATION,
    ARRAY,
    INPUT,
    LOSS,
    WEIGHT,
    Expression,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Sum,
)
from derive.notation import BUILT_IN, Shape, names
from derive.writers.expressions.latex import latex
from derive.writers.expressions.letters import letters
from derive.writers.expressions.mathml import IN_LINE, mathml, name, one
from derive.writers.html.parts import NARROW, parts

# Those of MathML Core that are used; and what each must hold.
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2,
            "munderover": 3}  # fmt: skip
TOKENS = {"mi", "mn", "mo", "mtext"}
OTHERS = {"mrow", "msqrt", "mtable", "mtr", "mtd", "mspace"}
NAMES = names("numbered", SHAPE)
A, B = variable("a"), variable("b")
M = Matrix(((A, B), (integer(1), Negative(A))))
MATRICES = (
    M, MatrixProduct(M, Transpose(M)), Hadamard(MatrixProduct(M, M), M), Transpose(row((A, B))),
    Transpose(Named(Quantity(ARRAY, 1, name=WEIGHT), M)), SIGMOID(M), Sum((M, Negative(M))),
    Product((Number(Fraction(1, 2)), M)),
)  # fmt: skip


def well_formed(elements: str) -> None:
    for element in fromstring(f"<mrow>{elements}</mrow>").iter():
        if element.tag in CHILDREN:
            assert len(element) == CHILDREN[element.tag], elements
        else:
            assert element.tag in TOKENS | OTHERS, element.tag
        assert element.tag in TOKENS or not (element.text or element.tail), elements


@pytest.mark.parametrize("notation", BUILT_IN)
@settings(max_examples=100)
@given(expression=expressions())
def test_it_says_what_the_latex_says(notation: str, expression: Expression) -> None:
    naming = names(notation, SHAPE)
    elements = mathml(expression, naming)
    well_formed(elements)
    assert as_latex(elements) == plain(latex(expression, naming))


@pytest.mark.parametrize("expression", MATRICES, ids=lambda e: type(e).__name__)
def test_matrices(expression: Expression) -> None:
    elements = mathml(expression, NAMES)
    well_formed(elements)
    assert as_latex(elements) == plain(latex(expression, NAMES))


@pytest.mark.parametrize("notation", BUILT_IN)
@pytest.mark.parametrize("sizes", [(2, 2, 2), (3, 12, 11, 1)])
def test_every_name_is_set_as_it_is_in_latex(notation: str, sizes: tuple[int, ...]) -> None:
    naming = names(notation, Shape(sizes))
    for quantity in naming.quantities():
        shown = mathml(quantity, naming)
        well_formed(shown)
        assert "<mtext>" not in shown
        assert as_latex(shown) == plain(naming.latex(quantity))


def test_a_slip_would_be_seen() -> None:
    e = Power(Sum((A, Negative(B))), integer(2))
    shown, wanted = mathml(e, NAMES), plain(latex(e, NAMES))
    assert as_latex(shown) == wanted
    for before, after in (("−", "+"), ("(", "["), ("<mi>b</mi>", "<mi>a</mi>"), ("2", "3")):
        assert before in shown
        assert as_latex(shown.replace(before, after, 1)) != wanted


def test_a_name_that_says_more_than_is_known_is_text() -> None:
    assert letters(r"\Lambda_{\unknown{x}}") is None
    assert name(r"\Lambda_{\unknown{x}}", "Λ<x>") == "<mtext>Λ&lt;x&gt;</mtext>"


def test_bold_and_accents() -> None:
    assert name(r"\mathbf{W}^{(1)}", "").startswith("<msup><mi>𝐖</mi>")
    assert name(r"\boldsymbol{\delta}", "") == "<mi>𝜹</mi>"
    assert name(r"\hat{y}_1", "").startswith('<msub><mover accent="true"><mi>y</mi><mo>^</mo>')


def test_what_belongs_into_a_gap_is_not_in_it() -> None:
    gap = Blank(Number(Fraction("0.123"), "0.123"), "a")
    assert "123" not in mathml(gap, NAMES)
    assert "123" in mathml(Blank(gap.of, "a", filled=True), NAMES)


def test_a_derivative_in_running_text_stays_on_the_line() -> None:
    slope = Partial(Quantity(LOSS), Quantity(WEIGHT, 1))
    assert "<mfrac>" not in IN_LINE(Product((slope, Quantity(INPUT))), NAMES)
    assert "<mfrac>" in mathml(slope, NAMES)


def test_one_element_needs_no_row() -> None:
    assert one("<mi>a</mi>") == "<mi>a</mi>"
    assert one("<mrow><mi>a</mi></mrow>") == "<mrow><mi>a</mi></mrow>"
    assert one("<mi>a</mi><mi>b</mi>") == "<mrow><mi>a</mi><mi>b</mi></mrow>"
    twice = "<mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow>"
    assert one(twice) == f"<mrow>{twice}</mrow>"
    assert one("") == "<mrow></mrow>"


@settings(max_examples=200)
@given(expression=expressions())
def test_parts_of_a_row_are_the_row(expression: Expression) -> None:
    """Nothing is lost or turned around where lines may end."""
    row = f"<mo>=</mo>{mathml(expression, NAMES)}"
    broken = parts(row)
    assert all(broken)
    for part in broken:
        well_formed(part)
    text = re.sub("<[^>]*>", "", row)
    assert re.sub("<[^>]*>", "", "".join(broken)) == text


def test_a_line_ends_before_a_sign_and_in_brackets_only_where_it_must() -> None:
    a = Quantity(ACTIVATION, 1, 0)
    short = Sum((Product((a, a)), Product((a, Sum((a, integer(1)))))))
    assert len(parts(f"<mo>=</mo>{mathml(short, NAMES)}")) == 2
    long = Product((a, Sum((a,) * 12)))
    broken = parts(f"<mo>=</mo>{mathml(long, NAMES)}")
    assert len(broken) > 10 and all('form="infix"' in part for part in broken[2:])
    assert NARROW > 0
