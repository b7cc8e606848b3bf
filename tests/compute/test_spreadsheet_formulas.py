"""Numbers and functions as spreadsheets read them."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.compute.backends.spreadsheet import DIGITS, SpreadsheetPrinter, literal
from derive.compute.stable.forms import tree

PRINT = SpreadsheetPrinter(lambda q: q.name.upper() + "1")


@given(st.fractions() | st.floats(allow_nan=False, allow_infinity=False).map(Fraction))
def test_a_literal_of_few_digits_is_the_double_nearest_to_the_number(value: Fraction) -> None:
    if abs(value) > 10**300:
        return  # no file has such a number
    nearest = float(value)
    text = literal(value)
    for number in re.findall(r"\d+\.?\d*(?:E[+-]\d+)?", text):
        assert len(re.sub(r"E.*|\.", "", number).strip("0")) <= DIGITS
    assert eval(text) == nearest or abs(nearest) < 1e-290


@pytest.mark.parametrize(
    ("formula", "printed"),
    [
        ("-x**2", "-X1*X1"),
        ("(-x)**2", "(-X1)*(-X1)"),
        ("(x + y)**2", "POWER(X1+Y1,2)"),
        ("x - (y - t)", "X1-(Y1-T1)"),
        ("x/(y*t)", "X1/(Y1*T1)"),
        ("0 if x <= 0 else x", "IF(X1<=0,0,X1)"),
        ("1 if x == y else 2", "IF(X1=Y1,1,2)"),
        ("-1.5*x", "-1.5*X1"),
    ],
)
def test_formulas(formula: str, printed: str) -> None:
    assert PRINT(tree(formula)) == printed
