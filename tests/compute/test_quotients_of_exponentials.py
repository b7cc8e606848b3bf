"""Quotients of exponentials however they are spelled, and digits lost near 0; against mpmath."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from mpmath import mp, mpf

import derive
from derive.compute.stable.exponentials import recognised, written_out
from derive.expression.functions import SIGMOID, TANH, X
from derive.expression.nodes import Apply
from derive.expression.typed.formula import parse
from tests.compute.test_activation_forms import computed

SIZES = (1e-300, 1e-12, 1e-9, 1e-6, 1e-3, 0.1, 0.5, 1.0, 2.0, 5.0, 20.0, 40.0, 360.0, 400.0, 800.0)
POINTS = [sign * size for size in SIZES for sign in (1, -1)]
FORMULAS = (
    "(exp(2*x) - 1)/(exp(2*x) + 1)", "(1 - exp(-x))/(1 + exp(-x))", "exp(x)/(exp(x) + exp(-x))",
    "1 - 2/(exp(2*x) + 1)", "2*sigmoid(2*x) - 1", "x + 1 - 2/(exp(2*x) + 1)",
    "x*exp(x)/(1 + exp(x))", "(exp(x) - exp(-x))/2", "1/cosh(x)", "4/(exp(x) + exp(-x))**2",
    "sinh(x)/cosh(x)", "(exp(x) - 1)**2/(exp(2*x) + 1)", "exp(-x)/(1 + exp(-x))**2",
    "sigmoid(x)*(1 - sigmoid(x))", "tanh(x) - tanh(x/2)", "1 - tanh(x)", "exp(x) - 2 + exp(-x)",
    "(2**x - 1)/(2**x + 1)", "(e**x - 1)/(e**x + 1)", "(1 + exp(x))/(2 + exp(x))",
    "exp(x)/(1 + exp(x))**3", "exp(2*x)/exp(x)", "x*(exp(x) - 1)", "x + exp(x) - 1",
    "tanh(x)*(1 - tanh(x)) + x", "3*x*exp(x)/(1 + exp(x))/(x**2 + 1)", "cosh(x) - 1",
    "(exp(3*x) - exp(x))/(exp(3*x) + 1)", "x if x > 0 else (exp(x) - exp(-x))/(exp(x) + exp(-x))",
    "sqrt(1 + x**2) - 1", "sqrt(x**2 + 1) - 1", "1 - sqrt(1 + x**2)", "1 - cos(x)", "cos(x) - 1",
)  # fmt: skip
NAMES = {
    name: getattr(mp, name) for name in ("exp", "sinh", "cosh", "tanh", "sqrt", "cos")
} | {"e": mp.e, "sigmoid": lambda x: 1 / (1 + mp.exp(-x))}  # fmt: skip


@cache
def exact(formula: str, x: float) -> tuple[Any, Any]:
    with mp.workdps(1600):
        h = mpf(10) ** -700

        def of(value: Any) -> Any:
            return eval(formula, dict(NAMES), {"x": value})

        return of(mpf(x)), (of(mpf(x) + h) - of(mpf(x) - h)) / (2 * h)


@pytest.mark.parametrize("backend", ["python", "numpy"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_value_and_slope_keep_twelve_digits(formula: str, backend: str) -> None:
    for x, found in zip(POINTS, computed({"formula": formula}, backend, POINTS), strict=True):
        for got, true in zip(found, exact(formula, x), strict=True):
            if abs(true) > mpf("1e300"):
                continue
            # The exponent is rounded: x·ln 2 of 2ˣ, and so on.
            assert abs(got - true) <= 1e-12 * abs(true) + mpf("1e-300"), (x, got, true)


def test_quotients_that_have_a_name_get_it() -> None:
    """So that a loss knows 1 − y and y − t of them."""
    for text in ("1 - 2/(exp(2*x) + 1)", "2*sigmoid(2*x) - 1", "sinh(x)/cosh(x)"):
        assert recognised(parse(text, {"x": X})) == Apply(TANH, (X,))
    for text in ("exp(x)/(exp(x) + 1)", "1/2 + tanh(x/2)/2", "1 - 1/(1 + exp(x))"):
        assert recognised(parse(text, {"x": X})) == Apply(SIGMOID, (X,))


@pytest.mark.parametrize(
    "text",
    ["exp(x)", "exp(x) - 1", "exp(x) + exp(-x**2)", "x/(1 + abs(x))", "sqrt(2)*x", "exp(x)**0.5",
     "sin(x)/cos(x)", "exp(x)/(exp(x*x) + 1)", "exp(x)*(1 + exp(pi*x))"],
)  # fmt: skip
def test_what_is_no_quotient_of_exponentials_is_left_alone(text: str) -> None:
    formula = parse(text, {"x": X})
    assert recognised(formula) == formula == written_out(formula)


def test_long_quotients_are_left_alone() -> None:
    formula = parse("*".join(f"(exp({k}*x) + {k})/(exp(x) + {k})" for k in range(1, 30)), {"x": X})
    recognised(formula)
    assert derive.compile(
        derive.Network(1, [derive.Dense(1, {"formula": "exp(99*x)/(1 + exp(x))"})])
    )


@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_a_loss_of_quotients(backend: str) -> None:
    """ln(1 + e^(−t·y)) and its like, where e^(−t·y) would overflow."""
    network = derive.Network(
        1, [derive.Dense(1, bias="none", weights=[[1]])],
        {"formula": "(exp(t*y) - 1)/(exp(t*y) + 1)"}, targets=[2],
    )  # fmt: skip
    f = derive.compile(network, backend)
    for x in (-500.0, -1e-9, 0.3, 500.0):
        loss, gradients = f([x], [2.0])
        with mp.workdps(1000):
            assert loss == pytest.approx(float(mp.tanh(mpf(x))), rel=1e-13)
            slope = x / mp.cosh(mpf(x)) ** 2
            assert float(gradients["W1"][0][0]) == pytest.approx(float(slope), rel=1e-12, abs=0)


def test_the_spelling_typed_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail."""
    from derive.compute.stable import forms, prepared

    for module in (forms, prepared):
        monkeypatch.setattr(module, "recognised", lambda formula: formula)
    forms.form.cache_clear()
    try:
        with pytest.raises(AssertionError):
            test_value_and_slope_keep_twelve_digits(FORMULAS[0], "python")
    finally:
        forms.form.cache_clear()
