"""OMML says what the LaTeX says, in elements in the order that Word takes."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from writers.drawn_expressions import SHAPE, expressions
from writers.mathml_reader import plain
from writers.omml_reader import MATH, as_latex
from writers.test_mathml import MATRICES

from derive.derivation.steps import Relation
from derive.expression.blank import Blank
from derive.expression.constructors import integer, variable
from derive.expression.nodes import (
    LOSS,
    WEIGHT,
    Expression,
    IndexedSum,
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
from derive.writers.expressions.layout import chain_lines
from derive.writers.expressions.omml import IN_LINE, OMML, name, omml

NAMES = names("numbered", SHAPE)
A, B = variable("a"), variable("b")
_M = f"{{{MATH}}}"
# What each element holds, in the order of the schema of ECMA-376, part 1, 22.1.
ORDER = {
    "acc": "accPr e", "bar": "barPr e", "borderBox": "borderBoxPr e", "d": "dPr e",
    "f": "fPr num den", "limLow": "limLowPr e lim", "limUpp": "limUppPr e lim", "m": "mPr mr+",
    "mr": "e+",
    "nary": "naryPr sub sup e", "r": "rPr? t", "rad": "radPr deg e", "sSub": "sSubPr e sub",
    "sSup": "sSupPr e sup", "sSubSup": "sSubSupPr e sub sup", "rPr": "lit? nor? sty?",
    "naryPr": "chr limLoc", "dPr": "begChr endChr", "accPr": "chr", "barPr": "pos", "mPr": "mcs",
    "mcs": "mc", "mc": "mcPr", "mcPr": "count mcJc", "radPr": "degHide",
}  # fmt: skip
EMPTY = {"deg", "t", "fPr", "sSubPr", "sSupPr", "sSubSupPr", "borderBoxPr", "limLowPr", "limUppPr"}
LEAVES = EMPTY | {"chr", "limLoc", "begChr", "endChr", "pos", "count", "mcJc", "degHide", "lit",
                  "nor", "sty"}  # fmt: skip


def well_formed(elements: str) -> None:
    """Every element holds what the schema says; none that shall hold something is empty."""
    for element in fromstring(f'<row xmlns:m="{MATH}">{elements}</row>').iter():
        kind = element.tag.removeprefix(_M)
        inside = " ".join(part.tag.removeprefix(_M) for part in element)
        if kind in ORDER:
            wanted = re.sub(r"(\w+)([+?]?) ?", r"(?:\1 )\2", ORDER[kind])
            assert re.fullmatch(wanted, inside and f"{inside} "), (kind, inside)
        elif kind in LEAVES:
            assert not inside, (kind, inside)
        else:
            assert kind in ("row", "e", "num", "den", "sub", "sup", "lim") and inside, elements


@pytest.mark.parametrize("notation", BUILT_IN)
@settings(max_examples=25)
@given(expression=expressions())
def test_it_says_what_the_latex_says(notation: str, expression: Expression) -> None:
    naming = names(notation, SHAPE)
    elements = omml(expression, naming)
    well_formed(elements)
    assert as_latex(elements) == plain(latex(expression, naming))


@pytest.mark.parametrize("expression", MATRICES, ids=lambda e: type(e).__name__)
def test_matrices(expression: Expression) -> None:
    elements = omml(expression, NAMES)
    well_formed(elements)
    assert as_latex(elements) == plain(latex(expression, NAMES))


@pytest.mark.parametrize("notation", BUILT_IN)
@pytest.mark.parametrize("sizes", [(2, 2, 2), (3, 12, 11, 1)])
def test_every_name_is_set_as_it_is_in_latex(notation: str, sizes: tuple[int, ...]) -> None:
    naming = names(notation, Shape(sizes))
    for quantity in naming.quantities():
        shown = omml(quantity, naming)
        well_formed(shown)
        assert "<m:nor/>" not in shown
        assert as_latex(shown) == plain(naming.latex(quantity))


def test_a_slip_would_be_seen() -> None:
    e = Power(Sum((A, Negative(B))), integer(2))
    shown, wanted = omml(e, NAMES), plain(latex(e, NAMES))
    assert as_latex(shown) == wanted
    for before, after in (("−", "+"), ('"("', '"["'), (">b<", ">a<"), (">2<", ">3<")):
        assert before in shown
        assert as_latex(shown.replace(before, after, 1)) != wanted


def test_a_name_that_says_more_than_is_known_is_text() -> None:
    assert ">Λ&lt;x&gt;</m:t>" in name(r"\Lambda_{\unknown{x}}", "Λ<x>")


def test_what_belongs_into_a_gap_is_not_in_it() -> None:
    gap = Blank(Number(Fraction("0.123"), "0.123"), "a")
    assert "123" not in omml(gap, NAMES)
    assert "123" in omml(Blank(gap.of, "a", filled=True), NAMES)


def test_a_derivative_in_running_text_stays_on_the_line() -> None:
    slope = Partial(Quantity(LOSS), Quantity(WEIGHT, 1))
    assert "<m:f>" not in IN_LINE(Product((slope, A)), NAMES)
    assert "<m:f>" in omml(slope, NAMES)


@settings(max_examples=25)
@given(expression=expressions())
def test_every_line_of_a_broken_formula_is_a_formula(expression: Expression) -> None:
    """Nothing is open at the end of a line, and no line is empty."""
    chain = (Relation("", A), Relation("=", expression))
    for line in chain_lines(chain, NAMES, OMML, 12, 0, 1_000_000):
        assert line.left or line.right
        for part in filter(None, (line.left, line.right)):
            well_formed(part)


def test_a_sum_that_is_broken_keeps_its_bounds() -> None:
    summed = IndexedSum(Product((A, *[B] * 9)), "n", 3)
    lines = chain_lines((Relation("", A), Relation("=", summed)), NAMES, OMML, 14, 0, 1_000_000)
    assert len(lines) > 2
    assert as_latex(lines[1].right if not lines[0].sign else lines[0].right).startswith(
        r"\sum_{n=1}^3"
    )


def test_widths_grow_with_what_is_printed() -> None:
    short, long = omml(A, NAMES), omml(Sum((A, B)), NAMES)
    fraction = omml(Partial(A, B), NAMES)
    assert 0 < OMML.width(short) < OMML.width(fraction) < OMML.width(long)
    assert OMML.width(omml(MATRICES[0], NAMES)) > 2 * OMML.width(short)
