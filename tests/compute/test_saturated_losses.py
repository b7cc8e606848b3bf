"""Losses of outputs that have rounded to their bound, with the target on that bound; by mpmath."""

from __future__ import annotations

from typing import Any

import pytest
from mpmath import mp, mpf

import derive
from derive.compute.stable import forms, loss_forms
from tests.compute import reference

BACK_ENDS = ("python", "numpy")
ROWS = 600  # copies of an example that make the numpy back end run whole layers
LOSSES = (
    "hinge", "half_squared_error", "mean_squared_error", "absolute_error", "huber", "log_cosh",
)  # fmt: skip
SIGNED = ("tanh", "softsign", "elu")
POINTS = {
    "sigmoid": (-40.0, -37.0, -3.0, -0.1, 0.0, 0.2, 3.0, 17.0, 36.0, 37.0, 40.0, 300.0),
    "tanh": (-100.0, -20.0, -18.5, -2.0, -0.6, -0.3, 0.4, 0.7, 3.0, 18.5, 20.0, 100.0),
    "softsign": (-1e300, -1e17, -1e9, -3.0, -0.5, 0.5, 2.0, 1e9, 1e16, 1e200),
    "elu": (-300.0, -40.0, -37.0, -20.0, -1.5, -0.5, 0.5, 2.0),
}


def computed(activation: Any, loss: Any, x: float, t: float, backend: str) -> tuple[float, float]:
    """The loss of one unit with weight 0 and bias x, and ∂loss/∂x."""
    layer = derive.Dense(1, activation, weights=[[0]], biases=[0])
    f = derive.compile(derive.Network(1, [layer], loss), backend)
    rows = ROWS if backend == "numpy" else 1
    found, gradients = f([[1.0]] * rows, [[t]] * rows, {"W1": [[0.0]], "b1": [x]})
    return float(found), float(gradients["b1"][0])


def exact(activation: str, loss: str, x: float, t: float) -> tuple[Any, Any]:
    """By a difference whose step is far below what is left to the bound."""
    with mp.workdps(60 + (900 if activation == "softsign" else int(6 * abs(x)))):

        def of(point: list[Any]) -> Any:
            y = reference.ACTIVATIONS[activation](point[0])
            return reference.TERMS[loss](y, mpf(t))

        size = mpf(10) ** (-mp.dps // 2)
        ahead, behind = of([mpf(x) + size]), of([mpf(x) - size])
        return of([mpf(x)]), (ahead - behind) / (2 * size)


CASES = [
    (activation, loss, t)
    for activation in POINTS
    for loss in LOSSES
    for t in ((1.0, -1.0) if loss == "hinge" or activation in SIGNED else (1.0, 0.0))
]


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize(("activation", "loss", "t"), CASES)
def test_a_saturated_output_keeps_thirteen_digits(
    activation: str, loss: str, t: float, backend: str
) -> None:
    for x in POINTS[activation]:
        found, slope = computed(activation, loss, x, t, backend)
        value, true = exact(activation, loss, x, t)
        assert reference.worst([found], [value]) <= 1e-13, (x, found, value)
        assert reference.worst([slope], [true]) <= 1e-13, (x, slope, true)


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_saturated_softmax_keeps_thirteen_digits(loss: str, backend: str) -> None:
    """z = (g, 0), t = (1, −1) for hinge and (1, 0) else: all that is left is e^−g."""
    layer = derive.Dense(2, "softmax", weights=[[0, 0]], biases=[0, 0])
    f = derive.compile(derive.Network(1, [layer], loss), backend)
    t = [1.0, -1.0] if loss == "hinge" else [1.0, 0.0]
    rows = ROWS if backend == "numpy" else 1
    for g in (1.0, 36.0, 38.0, 50.0, 200.0):
        parameters = {"W1": [[0.0, 0.0]], "b1": [g, 0.0]}
        found, gradients = f([[1.0]] * rows, [t] * rows, parameters)
        with mp.workdps(60 + int(2 * g)):

            def of(point: list[Any]) -> Any:
                return reference.loss_of(loss, reference.softmax(point), reference.high(t))

            point = [mpf(g), mpf(0)]
            slopes = reference.differences(of, point, mp.dps // 2)
            assert reference.worst([float(found)], [of(point)]) <= 1e-13, g
            assert reference.worst([float(v) for v in gradients["b1"]], slopes) <= 1e-13, g


@pytest.mark.parametrize("backend", BACK_ENDS)
def test_hinge_on_a_saturated_tanh_and_sigmoid_by_hand(backend: str) -> None:
    """1 − tanh 20 = 2/(e⁴⁰ + 1), its slope −sech² 20; 1 − σ(40) = 1/(e⁴⁰ + 1)."""
    found, slope = computed("tanh", "hinge", 20.0, 1.0, backend)
    assert found == pytest.approx(8.496708510583158e-18, rel=1e-14)
    assert slope == pytest.approx(-1.6993417021166318e-17, rel=1e-14)
    found, slope = computed("sigmoid", "hinge", 40.0, 1.0, backend)
    assert found == pytest.approx(4.248354255291579e-18, rel=1e-14)
    assert slope == pytest.approx(-4.248354255291579e-18, rel=1e-14)


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize(
    ("own", "loss"),
    [
        ("max(0, 1 - t*y)", "hinge"), ("max(0, 1 - y*t)", "hinge"),
        ("abs(t - y)", "absolute_error"), ("(t - y)**2/2", "half_squared_error"),
        ("ln(cosh(y - t))", "log_cosh"),
    ],
)  # fmt: skip
def test_a_loss_of_ones_own_is_as_exact(own: str, loss: str, backend: str) -> None:
    for x, t in ((20.0, 1.0), (-20.0, -1.0), (0.3, 1.0)):
        found, slope = computed("tanh", {"formula": own}, x, t, backend)
        value, true = exact("tanh", loss, x, t)
        assert reference.worst([found, slope], [value, true]) <= 1e-13


def test_the_textbook_form_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: with y − t as it stands all is 0."""
    monkeypatch.setattr(forms, "NEAR", {})
    forms.form.cache_clear()
    loss_forms.loss_form.cache_clear()
    try:
        assert computed("tanh", "hinge", 20.0, 1.0, "python") == (0.0, 0.0)
    finally:
        forms.form.cache_clear()
        loss_forms.loss_form.cache_clear()
