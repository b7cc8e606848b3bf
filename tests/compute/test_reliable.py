"""Where code of one's own formulas loses its digits: found, and told; else nothing is claimed."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from mpmath import mp, mpf

import derive
from derive.cli import commands
from derive.compute.stable import forms, prepared
from derive.compute.stable.reliable import FAR, Lost, lost
from tests.compute.test_activation_forms import computed


def own(activation: Any, loss: Any = "half_squared_error", units: int = 1) -> derive.Network:
    return derive.Network(1, [derive.Dense(units, activation)], loss)


@pytest.mark.parametrize(
    "formula",
    ["(exp(2*x) - 1)/(exp(2*x) + 1)", "x/(1 + exp(-x))", "exp(-exp(x))", "x**3/3 - x", "1/x",
     "0.5*x*(1 + erf(x/sqrt(2)))", "max(0, x)", "sqrt(x)", "atan(x)", "exp(x)*exp(-x**2)"],
)  # fmt: skip
def test_nothing_is_found_where_the_form_is_right(formula: str) -> None:
    assert lost(own({"formula": formula})) == ()


@pytest.mark.parametrize(
    ("loss", "activation"),
    [("max(0, 1 - t*y)", "tanh"), ("-t*ln(y) - (1 - t)*ln(1 - y)", "sigmoid"), 
     ("-t*ln(y)", "softmax"),
     ("sqrt(1 + (y - t)**2) - 1", "identity"), ("ln(1 + exp(-t*y))", "identity")],
)  # fmt: skip
def test_nothing_is_found_in_a_loss_that_is_right(loss: str, activation: str) -> None:
    assert lost(own(activation, {"formula": loss}, 2)) == ()


def test_the_catalogue_needs_no_trial() -> None:
    assert lost(own("sigmoid", "binary_cross_entropy")) == ()


@pytest.mark.parametrize(
    ("formula", "exact"),
    [
        ("x - sin(x)", lambda x: x - mp.sin(x)),
        ("ln(x + sqrt(x**2 + 1))", mp.asinh),
        ("(1 + x)**2 - 1", lambda x: x * (2 + x)),
        ("exp(x**2)/(1 + exp(x**2) + x)", lambda x: mp.exp(x**2) / (1 + mp.exp(x**2) + x)),
    ],
)
def test_a_range_is_wrong_inside_and_right_outside(formula: str, exact: Any) -> None:
    found = [one for one in lost(own({"formula": formula})) if one.of == "value"]
    assert found

    def error(x: float) -> float:
        ((value, _),) = computed({"formula": formula}, "python", [x])
        with mp.workdps(1500):
            return float(abs(value - exact(mpf(x))) / abs(exact(mpf(x))))

    for one in found:
        for end, outside in ((one.low, one.low * 10), (one.high, one.high * 10)):
            if abs(end) == FAR or not end:
                continue
            assert error(end) < 1e-8
            if not one.low <= outside <= one.high and one.low * one.high < 0:
                assert error(outside) < 1e-8


def test_an_overflow_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The spelling typed is ∞/∞ where e^2x is: the trial sees what the rows do not mend."""
    for module in (forms, prepared):
        monkeypatch.setattr(module, "recognised", lambda formula: formula)
    forms.form.cache_clear()
    try:
        found = lost(own({"formula": "(exp(2*x) - 1)/(2*(exp(2*x) + 1))"}))
    finally:
        forms.form.cache_clear()
    assert any(one.of == "value" and one.low == 300 and one.high == FAR for one in found)


def test_how_a_range_reads() -> None:
    assert str(Lost("f(x) = x - 1", "value", -1e-4, 1e-4)) == (
        "the value of f(x) = x − 1 for −0.0001 < x < 0.0001"
    )
    assert str(Lost("f", "derivative", 355, FAR)) == "the derivative of f for x > 355"
    assert str(Lost("f", "value", -FAR, -40)) == "the value of f for x < −40"
    assert str(Lost("f", "value", -FAR, FAR)) == "the value of f for every x"


@pytest.mark.parametrize(
    ("formula", "wrong"),
    [("sqrt(x*x + 1) - x", 1e9), ("ln(exp(x) + exp(-x))", 710), ("ln(exp(x) + exp(-x))", -800)],
)
def test_what_fails_far_out_is_not_called_stable(formula: str, wrong: float) -> None:
    assert any(
        one.of == "value" and one.low < wrong < one.high for one in lost(own({"formula": formula}))
    )


def test_the_file_and_the_check_say_so(tmp_path: Any) -> None:
    path = tmp_path / "own.yaml"
    path.write_text('inputs: 1\nlayers: [{units: 1, activation: {formula: "x - sin(x)"}}]\n')
    words = "the value of f(x) = x − sin(x) for"
    for to in ("python", "numpy"):
        text = " ".join(derive.standalone(derive.load(path), to).split())
        assert words in text and "neither overflows nor cancels" not in text
    told = CliRunner().invoke(commands, ["check", str(path)]).output
    assert words in " ".join(told.split())
    right = derive.standalone(own({"formula": "exp(x) - 1"}))
    assert "neither overflows nor cancels for pre-activations from" in " ".join(right.split())
    plain = derive.standalone(own("tanh"))
    assert "neither overflows nor cancels" in " ".join(plain.split())


def test_parameters_have_their_values(tmp_path: Any) -> None:
    """A formula that names parameters is tried with their values, and told with them."""
    path = tmp_path / "own.yaml"
    path.write_text(
        "inputs: 1\nlayers: [{units: 1, activation: {formula: 'a*(x - sin(x))', "
        "derivative: 'a*(1 - cos(x))', parameters: {a: 1.5}}}]\n"
    )
    network = derive.load(path)
    plain = lost(own({"formula": "1.5*(x - sin(x))"}))
    assert plain and [(one.of, one.low, one.high) for one in lost(network)] == [
        (one.of, one.low, one.high) for one in plain
    ]
    words = "the value of f(x) = a*(x − sin(x)), a = 1.5 for"
    told = CliRunner().invoke(commands, ["check", str(path)])
    assert told.exit_code == 0 and words in " ".join(told.output.split())
    written = " ".join(derive.standalone(network).split())
    assert words in written and "f(x) = a*(x - sin(x)), a = 1.5" in written
    loss = lost(own({"formula": "a*x", "parameters": {"a": 2}}, {"formula": "y - sin(y)"}))
    assert loss and all(one.what.endswith("on a*x, a = 2") for one in loss)
