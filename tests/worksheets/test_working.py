"""Answers with their working: what is arithmetic is compared, what is not is passed over, and no
answer costs more than a known amount of work."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from worksheets.networks import relu_softmax, two_two_two
from worksheets.sheets import Sheet, sheet

from derive.worksheets.marking import Mark, Verdict, carried, mark_values
from derive.worksheets.marking.reading.faults import Faults
from derive.worksheets.marking.working import read_working

MADE = sheet(two_two_two(), 1)
RELU = sheet(relu_softmax(), 1)
FAULTS = Faults(MADE.reader.names)


def read(text: str, variant: Sheet = MADE) -> tuple[Fraction | None, str]:
    reading, slip = read_working(text, variant.reader.read)
    return reading.value, FAULTS(slip)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("h1 = 0.59", "0.59"),
        ("a_h1 ≈ 0.6434", "0.6434"),
        ("x = 0.59", "0.59"),
        ("σ(0.59) = 0.6434", "0.6434"),
        ("a_h1 = σ(h1) = σ(0.59) ≈ 0.6434", "0.6434"),
        ("sigmoid(0,59) = 0,6434", "0.6434"),
        ("0.7246×(1-0.7246) = 0.1996", "0.1996"),
        ("0.7246*(1−0.7246) ≈ 0.19955484 ≈ 0.1996", "0.1996"),
        ("0.561 ≈ 0.56", "0.56"),
        ("0.5678 = 0.567", "0.567"),  # cut off
        ("0.561 ≈ 0.56 ≈ 0.5612", "0.5612"),
        ("σ(0.59) = what? = 0.6434", "0.6434"),
        ("what? = 0.6434", "0.6434"),
        ("1/0 = 0.6434", "0.6434"),
        ("2/3 ≈ 1", "1"),
        ("= 0.25", "0.25"),
        ("0.5 = ", "0.5"),
        ("0.5² = 0.25", "0.25"),
        ("0·61 = 0.25", "0.25"),  # the first may be a number, or 0
    ],
)
def test_a_right_working_has_no_slip(text: str, value: str) -> None:
    assert read(text) == (Fraction(value), "")


def test_the_functions_of_the_sheet_are_known() -> None:
    assert read("relu(-0.3) = 0", RELU) == (0, "")
    assert read("relu(−0.3) = 0.3", RELU)[1] == "relu(−0.3) is 0.0, not 0.3"


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("σ(0.59) = 0.6534", "σ(0.59) is 0.643365, not 0.6534"),
        ("h1 = 0.5·0.2 = 0.2", "0.5·0.2 is 0.1, not 0.2"),
        ("0.5 + 0.5*0 = 0.5 ≈ 0.6434", "0.5 is 0.5, not 0.6434"),
        ("0.561 ≈ 0.57", "0.561 is 0.561, not 0.57"),
        ("0.5 + 0.73 = 1.22", "0.5 + 0.73 is 1.23, not 1.22"),
        ("0.561 = 0.563", "0.561 is 0.561, not 0.563"),
        ("2/3 = 1", "2/3 is 0.666667, not 1"),
        ("0.5·0.2 = h1 = 0.2", "0.5·0.2 is 0.1, not 0.2"),
    ],
)
def test_a_wrong_working_has_one(text: str, slip: str) -> None:
    assert read(text)[1] == slip


def test_an_answer_is_shown_as_it_was_typed() -> None:
    assert read_working("h1 = 0.59", MADE.reader.read)[0].text == "h1 = 0.59"
    assert read_working("=cmd()", MADE.reader.read)[0].text == "=cmd()"
    long = read_working("1" + "·1" * 80 + " = 0.59", MADE.reader.read)[0].text
    assert long.startswith("1·1") and long.endswith("…=0.59") and len(long) <= 60


def marks(answers: dict[str, str], variant: Sheet = MADE) -> dict[str, Mark]:
    marks = mark_values(variant.reader, variant.items, variant.numbers, answers)
    return {mark.label: mark for mark in marks}


def test_right_answers_with_names_are_right_and_nothing_is_first() -> None:
    """Also the numbers put in: every answer with a name and an equals sign before it."""
    key = MADE.key()
    graded = marks({label: f"x = {text}" for label, text in key.items()})
    assert {(m.verdict, m.first, m.working) for m in graded.values()} == {
        (Verdict.RIGHT, False, "")
    }  # fmt: skip


# -- a bound on the work -------------------------------------------------------------------------

MOST = 60_000  # calls of functions for one answer; a guided line with its slips takes some 9,000


def _repeated(text: str, by: str) -> str:
    return text + by * ((1_990 - len(text)) // len(by))


HOSTILE = [
    *(f"{f}({x})" for f in ("exp", "tanh", "sigmoid", "sinh", "cosh", "erf", "σ", "sin", "ln")
      for x in ("1e6", "1e7", "1e9", "1e300", "-1e9")),
    "1/exp(1e7)", "exp(exp(20))", "exp(exp(exp(20)))", "exp(1e9)/exp(1e9)", "exp(1e9)-exp(1e9)",
    "9**9**9", "2**(2**60)", "(1e300)**(2**60)", "1e300", "-1e-300", "1e300*1e300*1e300",
    "0.5**1e300", "exp(-1e300)**-1e18", "abs(-1e300)", "max(1e300, exp(1e9))",
    _repeated("3", "/3"), _repeated("3", "*3/3"), _repeated("3", "-3"), _repeated("3", "=3"),
    _repeated("3", "≈3/3"), _repeated("0.123", "+0.123"), _repeated("-", "-") + "1",
    "(" * 39 + "3" + "/3)" * 39, "(" * 39 + "3" + "*3/3)" * 39, "exp(" * 39 + "1" + ")" * 39,
    "σ(" * 39 + "1" + ")" * 39, "=".join(["3" + "/3" * 60] * 12), "=".join(["exp(1e9)"] * 200),
    "(" * 1_990, _repeated("σ", "σ"), "1" * 1_990, _repeated("1", "²"), _repeated("h1", "·h1"),
    _repeated("h1", "/h1"), _repeated("∂(h1)/∂h1", "+∂(h1)/∂h1"), "∂(" * 9 + "h1" + ")/∂h1" * 9,
    _repeated("1 if 1>0 else ", "1 if 1>0 else ") + "1", "\x00" * 1_990, "٣" * 1_990, "½" * 1_990,
    "=" * 1_990, "1,2,3" * 300, "0.1" * 600, _repeated("e", "/e"),
    "|" * 1_990, "{" * 1_990, "x" * 100_000,
]  # fmt: skip


def calls(work: Callable[[], Any]) -> int:
    """How many functions are called, by Python or in C."""
    count = 0

    def counted(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_answer_costs_more_than_a_known_amount_of_work(text: str) -> None:
    """Few calls, and no number in them that is long: only so many digits are ever written out."""
    reading, slip = read_working(text, MADE.reader.read)
    assert len(reading.text) <= 60 and len(FAULTS(slip)) < 200
    for part in (reading.value or Fraction(0), reading.unit):
        assert max(map(int.bit_length, part.as_integer_ratio())) < 3_000
    assert calls(lambda: read_working(text, MADE.reader.read)) < MOST
    label = MADE.label("define/z1.1")
    assert calls(lambda: marks({label: text})) - calls(lambda: marks({})) < 2 * MOST


def test_the_bound_would_see_what_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: without the limit on their size numbers of any length are written out."""
    monkeypatch.setattr(carried, "_LARGEST", 10**6)
    value = read_working("exp(1e4) + 0", MADE.reader.read)[0].value
    assert value is not None and value.numerator.bit_length() > 3_000
    work = [calls(lambda n=n: MADE.reader.read("3" + "/3" * n)) for n in (100, 400)]
    assert work[1] > 3 * work[0]


def test_the_worst_time_of_an_answer_is_told() -> None:
    """Only printed, as machines differ: `make truth` shows it."""
    worst = 0.0, ""
    for text in HOSTILE:
        start = time.perf_counter()
        read_working(text, MADE.reader.read)
        worst = max(worst, (time.perf_counter() - start, text[:40]))
    print(f"\n{len(HOSTILE)} hostile answers; the worst took {1000 * worst[0]:.1f} ms: {worst[1]}")
