"""What people type is read as what it says, and what may mean two things is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from worksheets.networks import two_two_two
from worksheets.sheets import sheet

from derive.worksheets.marking import Mark, Verdict, mark_values, read
from derive.worksheets.marking.reading.faults import Fault
from derive.worksheets.marking.reading.spelling import doubtful, spelled
from derive.worksheets.marking.working import read_working

READ = sheet(two_two_two(), 1).reader.read

TYPED = [
    ("6.1·10⁻¹", "61/100"), ("6,1 × 10⁻¹", "61/100"), ("6.1·10^{-1}", "61/100"),
    (r"6.1\cdot 10^{-1}", "61/100"), ("6.1•10^-1", "61/100"), ("10⁻³", "1/1000"),
    ("6.1 10^-1", "61/100"), ("−6,1 10⁻¹", "-61/100"),
    ("−10^-2", "-1/100"), ("2·10²", "200"), ("½", "1/2"), ("−½", "-1/2"), ("1½", "3/2"),
    ("−2¾", "-11/4"), ("1 1/2", "3/2"), ("1 ½", "3/2"), (r"\frac{1}{2}", "1/2"), ("1⁄2", "1/2"),
    ("1 / 3", "1/3"), ("٠.٦١", "61/100"), ("٠٫٦١", "61/100"), ("𝟎.𝟔𝟏", "61/100"),
    ("50%", "1/2"), ("12,5 %", "1/8"), ("~0.61", "61/100"), ("≈ 0.61", "61/100"),
    ("= ~ 0.61", "61/100"), ("0.61 (approx)", "61/100"), ("ca. 0.61", "61/100"),
    ("0.61.", "61/100"), ("0.6106…", "61065/100000"), ("−0.25...", "-255/1000"),
    ("$0.61$", "61/100"), (r"\(0{,}61\)", "61/100"), ("\u200b0.61", "61/100"),
    ("\u202d0.61\u202c", "61/100"), ("\ufeff0.61", "61/100"), ("− 0.61", "-61/100"),
    ("1 234.5", "2469/2"), ("0.123 456", "123456/1000000"), ("1’234.5", "2469/2"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), TYPED)
def test_a_number_is_read_as_it_is_meant(text: str, value: str) -> None:
    reading = read(text)
    assert reading.value == Fraction(value), reading.fault
    assert not reading.fault


# Next to what is read above, and not to be read that way: refused here, or worked out as it says.
DOUBTFUL = [
    "0·61", "0•61", "5⋅2", "6·1·10⁻¹", "1 3/2", "1 2", "0.61 0.62", "0.61 12", "1, 2", "0 .61",
    "½½", "0.5½", "½5", "1½2", r"1\frac{1}{2}", "5①", "⒈5", "⁻0.5", "0.5ⁿ", "2⁽²⁾", "3¹⁄2", "2⁴5",
    "\u00ad0.5", "\u202e16.0", "0.61 (no)", "about", "6..1", "0.6.1", "…", "%", "5%%", "2××3",
    "2··3", "W5½", "1½/2½x", "0·61·0.5",
    "1.2 e-3", "1e", "1.2E -3", "2E1 e",
]  # fmt: skip


@pytest.mark.parametrize("text", DOUBTFUL)
def test_what_may_mean_two_things_is_no_number(text: str) -> None:
    assert read(text).fault
    assert read_working(text, READ)[0].fault, "nor is it one as a working"


def test_a_raised_point_is_told_from_a_product() -> None:
    assert doubtful("0·61") == Fault("raised-point", "0·61", "0.61")
    for product in (
        "0.5·2",
        "2·0.5",
        "2 · 3",
        "2×3",
        "2*3",
        "2·10^3",
        "2·10⁻³",
        "2·(3)",
        "0.5·2·3",
        "2×3·0.5",
        "0·0.5",
    ):
        assert not doubtful(product), product


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.5²", "0.25"), ("0.5×0.2", "0.1"), ("0.5•0.2", "0.1"), ("W5 ← 0.7099", "0.7099"),
     ("2⁻¹·0.5", "0.25"), ("½·0.5", "0.25"), (r"\frac{1}{4} \cdot 0.5²", "0.0625"),
     ("−0.5²", "-0.25"), ("(0.5)²", "0.25"), ("12²", "144"), ("2*3", "6"), ("2 · 3", "6")],
)  # fmt: skip
def test_a_working_is_read_as_it_is_meant(text: str, value: str) -> None:
    assert read_working(text, READ)[0].value == Fraction(value)


@pytest.mark.parametrize("nothing", ["", " ", "-", "–", "—", "--", "\u200b"])
def test_a_dash_is_an_answer_that_is_missing(nothing: str) -> None:
    variant = sheet(two_two_two(), 1)
    mark: Mark = mark_values(variant.reader, variant.items, variant.numbers, {"1": nothing})[0]
    assert mark.verdict is Verdict.MISSING


def test_digits_that_go_on_agree_with_all_that_begin_so() -> None:
    reading = read("0.6106…")
    assert reading.value is not None
    assert abs(reading.value - Fraction("0.6106")) == abs(reading.value - Fraction("0.6107"))
    assert reading.unit == Fraction(1, 10**4)


def test_superscripts_are_never_digits() -> None:
    for i, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹"):
        assert spelled(f"7{raised}") == f"7**({i})"
    assert spelled("(1+e^(-x))⁻¹") == "(1+e^(-x))**(-1)"
    assert spelled("x⁽⁻¹⁾") == "x**(-1)"
    assert spelled("x⁽¹⁾") == "x⁽¹⁾", "an index"
