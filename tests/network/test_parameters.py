"""Parameters of rows: β of silu, δ of huber, the temperature of softmax."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from mpmath import mp, mpf

import derive
from derive.derivation.derivation import STYLES
from tests.compute import reference
from tests.compute.test_activation_forms import GRID, computed

BETAS = ("0.1", "1.7", "30")


def silu(beta: mpf, x: mpf) -> mpf:
    return x / (1 + mp.exp(-beta * x))


def silu_slope(beta: mpf, x: mpf) -> mpf:
    s = 1 / (1 + mp.exp(-beta * x))
    return s + beta * x * s / (1 + mp.exp(beta * x))


@pytest.mark.parametrize("backend", ["python", "numpy"])
@pytest.mark.parametrize("beta", BETAS)
def test_silu_with_beta_keeps_thirteen_digits(beta: str, backend: str) -> None:
    """The exponent βx of a tail is rounded before it is used: the error grows with it."""
    activation = {"name": "silu", "beta": Decimal(beta)}
    points = [x for x in GRID if abs(x) < 1e10] + [0.0]
    with mp.workdps(60):
        for x, (value, slope) in zip(points, computed(activation, backend, points), strict=True):
            b = mpf(float(beta))
            limit = max(1e-13, 3e-16 * abs(float(beta) * x) if x < 0 else 0)
            assert reference.worst([value], [silu(b, mpf(x))]) <= limit, x
            near = 1e-15 if -1.4 < float(beta) * x < -1.1 else 0  # the slope has a zero there
            assert reference.worst([slope], [silu_slope(b, mpf(x))], near) <= limit, x


def test_silu_with_beta_at_the_end_of_the_numbers() -> None:
    activation = {"name": "silu", "beta": 30}
    assert computed(activation, "python", [1e308, -1e308]) == [(1e308, 1.0), (0.0, 0.0)]


def network(last: Any, loss: Any, **more: Any) -> derive.Network:
    return derive.Network(
        {"i1": 0.5, "i2": -1},
        [
            derive.Dense(2, more.pop("hidden", "tanh"), weights=[[0.1, -0.2], [0.3, 0.4]],
                         biases=[0.1, -0.1]),
            derive.Dense(3, last, weights=[[0.5, 0.2, -0.3], [0.1, 0.6, 0.7]],
                         biases=[0.2, 0.05, 0]),
        ],
        loss, targets=[0, 1, 0], learning_rate=0.5, **more,
    )  # fmt: skip


def outputs(n: derive.Network, temperature: mpf) -> list[mpf]:
    w1, w2 = (
        [[mpf(w.value.numerator) / w.value.denominator for w in row] for row in layer.weights]
        for layer in n.layers
    )  # type: ignore[union-attr]
    b1, b2 = (
        [mpf(b.value.numerator) / b.value.denominator for b in layer.biases] for layer in n.layers
    )  # type: ignore[union-attr]
    x = (mpf("0.5"), mpf(-1))
    a = [mp.tanh(sum(x[i] * w1[i][j] for i in range(2)) + b1[j]) for j in range(2)]
    z = [sum(a[j] * w2[j][k] for j in range(2)) + b2[k] for k in range(3)]
    powers = [mp.exp(one / temperature) for one in z]
    return [one / sum(powers) for one in powers]


@pytest.mark.parametrize("temperature", ["2.5", "1/3", "0.05"])
@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_softmax_with_a_temperature(temperature: str, backend: Any) -> None:
    """∂E/∂b of the last layer is (y − t)/T behind a cross-entropy."""
    number: Any = temperature if "/" in temperature else Decimal(temperature)
    n = network({"name": "softmax", "temperature": number}, "cross_entropy")
    top, _, bottom = temperature.partition("/")
    with mp.workdps(40):
        t = mpf(top) / mpf(bottom or 1)
        y = outputs(n, t)
        loss, gradients = derive.compile(n, backend=backend)()
        assert abs(loss + mp.log(y[1])) < 1e-14
        for found, output, target in zip(gradients["b2"], y, (0, 1, 0), strict=True):
            assert abs(found - (output - target) / t) <= 1e-13 * abs((output - target) / t)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("loss", ["cross_entropy", "half_squared_error"])
def test_pages_with_a_temperature_are_checked(style: Any, loss: str) -> None:
    hot = {"name": "softmax", "temperature": Decimal("2.5")}
    n = network(hot, loss, hidden={"name": "softmax", "temperature": Decimal("0.5")})
    page = derive.render(derive.derive(n, style), "text", detail="full")
    assert isinstance(page, str)
    if loss == "cross_entropy" and style != "nodes":
        assert "the output minus its target, divided by the temperature 2.5" in " ".join(
            page.split()
        )
    if style == "deltas":
        assert ("(a_o1 − t1)/2.5" in page) == (loss == "cross_entropy")


@pytest.mark.parametrize(
    ("y", "slope"), [("0.2", "0.2"), ("0.3", "0.3"), ("2", "0.3"), ("-9", "-0.3")]
)
def test_huber_with_delta(y: str, slope: str) -> None:
    """½y² inside, δ·(|y| − ½δ) outside."""
    d, value = mpf("0.3"), mpf(y)
    inside = abs(value) <= d
    due = value**2 / 2 if inside else d * (abs(value) - d / 2)
    n = derive.Network(
        [1], [derive.Dense(1, bias="none", weights=[[Decimal(y)]])],
        {"name": "huber", "delta": Decimal("0.3")}, targets=[0],
    )  # fmt: skip
    for style in STYLES:
        derive.render(derive.derive(n, style), "text")
    loss, gradients = derive.compile(n)()
    assert abs(loss - due) < 1e-15 and abs(gradients["W1"][0][0] - float(slope)) < 1e-15


def test_parameters_are_written_and_read_back() -> None:
    n = network(
        {"name": "softmax", "temperature": Decimal("2.50")},
        {"name": "huber", "delta": Decimal("0.3"), "per_output": "mean"},
        hidden={"name": "silu", "beta": 2},
    )  # fmt: skip
    text = n.text()
    for piece in ("{name: softmax, temperature: 2.50}", "{name: silu, beta: 2}",
                  "{name: huber, delta: 0.3, per_output: mean}"):  # fmt: skip
        assert piece in text
    assert derive.load(io.StringIO(text)) == n
    plain = network("softmax", "huber", hidden="silu").text()
    assert "activation: softmax" in plain and "loss: huber" in plain and "beta" not in plain


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("activation: {name: softmax, temperature: 0}", "temperature of softmax: got 0; allowed"),
        ("activation: {name: silu, beta: -1}", "beta of silu: got -1; allowed are numbers above 0"),
        ("activation: {name: silu, alpha: 1}", "unknown key 'alpha'; allowed are name, beta"),
    ],
)
def test_wrong_parameters(said: str, message: str) -> None:
    with pytest.raises(derive.NetworkError) as caught:
        derive.load(io.StringIO(f"inputs: 1\nlayers: [{{units: 2, {said}}}]"))
    assert message in str(caught.value)
    with pytest.raises(derive.NetworkError, match="delta of huber: got 'x'; allowed are numbers"):
        derive.load(io.StringIO("inputs: 1\nlayers: [{units: 1}]\nloss: {name: huber, delta: x}"))
