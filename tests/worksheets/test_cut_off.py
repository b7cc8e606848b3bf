"""Rounded, cut off, too short: the bounds of what counts as a value, worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from worksheets.networks import two_two_two
from worksheets.sheets import Sheet, sheet

from derive.expression.arithmetic import HIGH
from derive.expression.nodes import Number
from derive.network import Dense, Network
from derive.worksheets.marking import Mark, Verdict, mark_values, read
from derive.worksheets.marking.carried import Result
from derive.worksheets.marking.nearness import Precision, is_cut_off
from derive.worksheets.marking.number_rule import Line, verdict_on

ASKED = Precision(Fraction(1, 10**4), Fraction(1, 10**4))  # four decimals
SHORT = (Verdict.COARSE, Verdict.VAGUE)


def verdict(text: str, value: str, error: str = "0") -> Verdict:
    """What an answer is, where the key's numbers lead to ``value`` give or take ``error``."""
    exact = Fraction(value)
    key = Number(Fraction(round(exact * 10**4), 10**4))
    right = Result(HIGH.number(exact), HIGH.number(Fraction(error)), error == "0")
    return verdict_on(read(text), Line(key, ASKED, right), ())[0]


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        # an exact value is what it is: a whole unit away is another number
        ("1.22", "1.23", Verdict.WRONG), ("1.24", "1.23", Verdict.WRONG),
        ("0.97", "0.98", Verdict.WRONG), ("0.979", "0.98", Verdict.WRONG),
        ("0.9799", "0.98", Verdict.WRONG), ("0.97…", "0.98", Verdict.WRONG),
        ("0.981", "0.98", Verdict.WRONG), ("0.974", "0.975", Verdict.WRONG),
        ("-0.357", "-0.358", Verdict.WRONG), ("-0.359", "-0.358", Verdict.WRONG),
        ("9.7e-1", "0.98", Verdict.WRONG), ("9,7·10⁻¹", "0.98", Verdict.WRONG),
        ("97%", "0.98", Verdict.WRONG), ("1.229", "1.23", Verdict.WRONG),
        ("1.23", "1.23", Verdict.RIGHT), ("1.2300", "1.23", Verdict.RIGHT),
        ("1.2", "1.23", Verdict.COARSE), ("12.3e-1", "1.23", Verdict.RIGHT),
        ("123%", "1.23", Verdict.RIGHT), ("1,23 (gerundet)", "1.23", Verdict.RIGHT),
        # one that goes on is rounded or cut off, towards zero
        ("0.7531", "0.75307", Verdict.RIGHT), ("0.7530", "0.75307", Verdict.RIGHT),
        ("0.7530…", "0.75307", Verdict.RIGHT), ("0.75307", "0.75307", Verdict.RIGHT),
        ("0.7532", "0.75307", Verdict.WRONG), ("0.7529", "0.75307", Verdict.WRONG),
        ("-0.7530", "-0.75307", Verdict.RIGHT), ("-0.7532", "-0.75307", Verdict.WRONG),
        ("-0.7529", "-0.75307", Verdict.WRONG), ("0.7530", "-0.75307", Verdict.WRONG),
        ("0.753", "0.75307", Verdict.COARSE), ("0.752", "0.75297", Verdict.COARSE),
        ("-0.752", "-0.75297", Verdict.COARSE), ("-0.754", "-0.75307", Verdict.WRONG),
        ("0.75", "0.75307", Verdict.COARSE), ("0.76", "0.75307", Verdict.WRONG),
        ("7.5e-1", "0.75307", Verdict.COARSE), ("7.53E-1", "0.75307", Verdict.COARSE),
        # two digits of the value must be seen, not two that are written
        ("1.0", "0.98", Verdict.VAGUE), ("1.0", "0.9842", Verdict.VAGUE),
        ("1.00", "0.9962", Verdict.COARSE), ("0.8", "0.75307", Verdict.VAGUE),
        ("0.01", "0.0123", Verdict.VAGUE), ("0.00", "0.0042", Verdict.VAGUE),
        ("0", "0.0042", Verdict.WRONG), ("1", "0.98", Verdict.WRONG),
        ("0.7", "0.76", Verdict.WRONG),
        # exactly between two numbers it may be rounded to either
        ("0.7530", "0.75305", Verdict.RIGHT), ("0.7531", "0.75305", Verdict.RIGHT),
        ("0.75", "0.755", Verdict.COARSE), ("0.76", "0.755", Verdict.COARSE),
        ("1.3", "1.2496", Verdict.WRONG),
        ("1/3", "1/3", Verdict.RIGHT), ("0.3333", "1/3", Verdict.RIGHT),
    ],
)  # fmt: skip
def test_what_an_answer_is(text: str, value: str, expected: Verdict) -> None:
    assert verdict(text, value) is expected


def test_a_value_that_was_rounded_before_may_lie_anywhere_within_its_error() -> None:
    """1.23 that may be 1.22996 is cut off to 1.22, and not to 1.21."""
    assert verdict("1.22", "1.23", "0.00005") is Verdict.COARSE
    assert verdict("1.21", "1.23", "0.00005") is Verdict.WRONG
    assert verdict("1.2300", "1.23004", "0.00005") is Verdict.RIGHT


@pytest.mark.parametrize("digits", range(1, 6))
def test_no_number_is_cut_off_to_its_neighbour(digits: int) -> None:
    """Every number with so many decimals, and the two beside it."""
    for units in range(-150, 151):
        value = Fraction(units, 10**digits)
        result = Result(HIGH.number(value), exact=True)
        for other in (units - 1, units, units + 1):
            text = f"{float(Fraction(other, 10**digits)):.{digits}f}"
            assert is_cut_off(read(text), result) == (other == units), (text, value)


# -- on a sheet --------------------------------------------------------------------------------

RELU = Network(2, [Dense(2, "relu"), Dense(2)], learning_rate=0.5)


def marked(variant: Sheet, label: str, text: str) -> Mark:
    marks = mark_values(
        variant.reader, variant.items, variant.numbers, {**variant.key(), label: text}
    )
    return next(mark for mark in marks if mark.label == label)


@pytest.mark.parametrize("seed", range(6))
def test_exact_lines_of_a_sheet_are_exact(seed: int) -> None:
    """h1 is a sum of products of numbers with few decimals, and relu hands it on: whatever is one
    unit of a last digit beside it is wrong, however many digits are written."""
    variant = sheet(RELU, seed)
    seen = 0
    for step in ("define/z1.1", "define/a1.1", "define/z1.2"):
        label = variant.label(step)
        key = Fraction(variant.key()[label])
        if not key or (key * 10**4).denominator != 1:
            continue
        for places in range(2, 7):
            unit = Fraction(1, 10**places)
            if (key / unit).denominator != 1:
                continue
            for other in (key - unit, key + unit):
                text = f"{float(other):.{places}f}"
                if abs(other - key) > Fraction(6, 10**5):  # else it is the key as far as is asked
                    assert marked(variant, label, text).verdict is Verdict.WRONG, (step, text, key)
                    seen += 1
    assert seen


def test_after_too_few_digits_nothing_follows_from_a_mistake() -> None:
    """∂E/∂w with one digit left is too short to count; the new weight worked out from it is right,
    from their own number, and there is no mistake that it could follow from."""
    variant = sheet(two_two_two(), 1)
    delta, gradient = variant.label("delta/z1.1"), variant.label("gradient/w1.1.1")
    short = f"{float(variant.key()[delta]):.2f}"
    x = next(i for i in variant.items if i.task.source == "gradient/w1.1.1").task.formula
    inputs = [variant.numbers.displayed(atom).number.value for atom in x.children[1:]]  # type: ignore[arg-type]
    own = f"{float(Fraction(short) * inputs[0]):.4f}"
    answers = {**variant.key(), delta: short, f"{gradient}a": short, gradient: own}
    by_label = {
        m.label: m for m in mark_values(variant.reader, variant.items, variant.numbers, answers)
    }
    assert by_label[delta].verdict in SHORT
    assert by_label[gradient].verdict is Verdict.RIGHT
    assert not any(m.verdict is Verdict.FOLLOWS for m in by_label.values())
