"""Typst maths says what the LaTeX says, as Typst itself reads it: it writes MathML, too."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

import pytest
import typst as library
from hypothesis import given, settings
from hypothesis import strategies as st
from writers.drawn_expressions import SHAPE, expressions
from writers.mathml_reader import as_latex, plain

from derive.expression.constructors import integer, variable
from derive.expression.functions import SIGMOID
from derive.expression.matrices import Matrix
from derive.expression.nodes import Cases, Comparison, Expression, Number, Partial
from derive.notation import BUILT_IN, names
from derive.writers.expressions.latex import latex
from derive.writers.expressions.typst import TYPST, typst

NAMES = names("numbered", SHAPE)
A, B = variable("a"), variable("b")
_WORD = re.compile(r"<mo[^>]*>([^\W\d_]{2,}′?)</mo>")
_MATHS = re.compile(r"<math[^>]*>(.*?)</math>", re.DOTALL)


def as_read(formulas: list[str]) -> list[str]:
    """What Typst reads, as LaTeX in the one form that printers are compared in."""
    source = "#set document(date: none)\n" + "\n\n".join(f"$ {one} $" for one in formulas)
    page = library.compile(source.encode(), format="html", ignore_system_fonts=True)
    assert isinstance(page, bytes)
    found = _MATHS.findall(re.sub(r">\s+<", "><", page.decode()))
    assert len(found) == len(formulas)
    # Slanted letters are characters of their own there, and words are operators.
    return [
        as_latex(_WORD.sub(r"<mi>\1</mi>", unicodedata.normalize("NFKC", one))) for one in found
    ]


@pytest.mark.parametrize("notation", BUILT_IN)
@settings(max_examples=8, deadline=None)
@given(drawn=st.lists(expressions(), min_size=4, max_size=4))
def test_it_says_what_the_latex_says(notation: str, drawn: list[Expression]) -> None:
    naming = names(notation, SHAPE)
    read = as_read([typst(one, naming) for one in drawn])
    assert read == [plain(latex(one, naming)) for one in drawn]


def test_another_formula_is_seen() -> None:
    """What Typst makes of spellings that look right."""
    expected = plain(latex(Partial(A, B), NAMES))
    right, wrong = as_read([typst(Partial(A, B), NAMES), "diff a/diff b".replace("diff", "∂")])
    assert right == expected != wrong


def test_widths_grow_with_what_is_printed() -> None:
    short, long = typst(A, NAMES), typst(SIGMOID(A), NAMES)
    fraction = typst(Partial(A, B), NAMES)
    assert 0 < TYPST.width(short) < TYPST.width(fraction) < TYPST.width(long)
    matrix = Matrix(((A, B, A), (integer(1), A, B)))
    assert TYPST.width(typst(matrix, NAMES)) > 3 * TYPST.width(short)
    cases = Cases((A, Number(Fraction(0))), (Comparison(A, ">", integer(0)),))
    assert TYPST.width(typst(cases, NAMES)) > TYPST.width(long)
