"""Activations of one's own: with a derivative as taught, parameters and a name."""

from __future__ import annotations

import io
from typing import Any

import pytest

import derive
from derive.derivation.derivation import STYLES

BIPOLAR = {
    "formula": "2/(1 + exp(-x)) - 1", "derivative": "(1 - y**2)/2", "name": "bipolar sigmoid",
}  # fmt: skip


def network(activation: Any) -> derive.Network:
    layers = [
        derive.Dense(2, activation, weights=[[0.1, -0.2], [0.3, 0.4]], biases=[0.1, -0.1]),
        derive.Dense(1, activation, weights=[[0.5], [0.6]], biases=[0.2]),
    ]
    return derive.Network({"i1": 0.5, "i2": -1}, layers, targets=[1], learning_rate=0.5)


def source(of: derive.Network) -> list[str]:
    """The lines that are run, without the formulas of the page above them."""
    lines = derive.compile(of, backend="python").source.splitlines()
    return [line for line in lines if not line.lstrip().startswith("#")]


def problem(text: str) -> str:
    with pytest.raises(derive.NetworkError) as caught:
        derive.load(io.StringIO(f"inputs: 1\nlayers:\n  - units: 1\n    activation: {text}\n"))
    return str(caught.value)


@pytest.mark.parametrize("style", STYLES)
def test_the_taught_derivative_is_the_result_of_the_lemma(style: Any) -> None:
    derivation = derive.derive(network(BIPOLAR), style)
    (lemma,) = [step for step in derivation.walk() if step.id == "lemma/f"]
    page = derive.render(derivation, "text")
    assert isinstance(page, str)
    assert "= (1 − (f(x))²)/2" in page and "(1 − a_o1²)/2" in page
    assert "(bipolar sigmoid)" in page and "given by a formula" not in page
    assert len(lemma.relations) >= 3


def test_the_compiled_gradients_do_not_depend_on_it() -> None:
    assert source(network({"formula": BIPOLAR["formula"]})) == source(network(BIPOLAR))


def test_named_parameters_take_their_values() -> None:
    steep = {
        "formula": "2/(1 + exp(-a*x)) - 1", "derivative": "a*(1 - y**2)/2",
        "parameters": {"a": 1.5},
    }  # fmt: skip
    written = {"formula": "2/(1 + exp(-1.5*x)) - 1"}
    assert source(network(steep)) == source(network(written))
    page = derive.render(derive.derive(network(steep)), "text")
    assert isinstance(page, str) and "1.5·(1 − (f(x))²)/2" in page


def test_two_with_different_parameters_are_two_functions() -> None:
    uses = [{"formula": "x/(a + abs(x))", "parameters": {"a": a}} for a in (1, 2, 1)]
    n = derive.Network(1, [derive.Dense(1, use) for use in uses])
    found = [layer.activation.function.text for layer in n.layers if layer.activation.function]
    assert found == ["f", "f2", "f"]


def test_all_of_it_is_written_and_read_back() -> None:
    steep = BIPOLAR | {"formula": "2/(1 + exp(-a*x)) - 1", "derivative": "a*(1 - y**2)/2",
                       "parameters": {"a": 1.5}}  # fmt: skip
    n = network(steep)
    assert derive.load(io.StringIO(n.text())) == n


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{formula: "2/(1 + exp(-x)) - 1", derivative: "1 - y**2"}',
            "4:62: derivative: is 0.999973 at x = 0.0103093, where y = 0.00515459 and the slope "
            "of the formula is 0.499987; mend the derivative or the formula",
        ),
        (
            '{formula: "max(0, x)", derivative: "1 if x > 0 else 0"}',
            "4:52: derivative: is 0 at x = 0, where y = 0 and the slope of the formula is 0.5; at "
            "a corner the slope is the mean of both sides",
        ),
        (
            '{formula: "x**3", derivative: "3*y/x"}',
            "4:47: derivative: has no value at x = 0, where y = 0 and the slope of the formula",
        ),
        (
            '{formula: "x if x < 0.3 else 0.3", derivative: "1 if x <= 0.3 else 0"}',
            "derivative: is 1 at x = 0.3, where y = 0.3 and the slope of the formula is 0",
        ),
        (
            '{formula: "x**3", derivative: "3*z**2"}',
            "derivative: unknown name 'z'; allowed are x, y",
        ),
        ('{formula: "x**3", derivative: 3}', "derivative: got 3; allowed is a formula"),
        ('{formula: "a*x", parameters: {x: 1}}', "x: allowed are names of letters, digits and _"),
        ('{formula: "a*x", parameters: {a: high}}', "a: got 'high'; allowed are numbers"),
        ('{formula: "a*x", parameters: 3}', "parameters: got 3; allowed are 1 to 8 names"),
        ('{formula: "x", name: relu}', "name: relu is an activation that there is"),
        ('{formula: "x", name: [a]}', "name: got a list of 1; allowed is a short text"),
        ('{formula: "x", slope: 3}', "unknown key 'slope'; allowed are formula, derivative"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, message: str) -> None:
    found = problem(text)
    assert message in found and found.startswith("network:4:")


def test_a_derivative_that_holds_everywhere_but_at_its_corner_is_taken_with_cases() -> None:
    ramp = {"formula": "x if x > 0 else 0", "derivative": "1 if x > 0 else 0"}
    derive.derive(network(ramp)).check()
    inverse = {"formula": "sqrt(1 + x**2) - 1", "derivative": "x/(y + 1)"}
    derive.derive(network(inverse)).check()
