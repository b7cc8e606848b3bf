"""Losses and gradients of networks, written a second time: plain mpmath, no rule of calculus.

Nothing here comes from derive. A network is a list of (activation, weights, biases), weights
row by row from the sending unit; gradients are central differences at so many digits that they
are exact for every purpose.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import mpmath
from mpmath import mp, mpf

Vector = list[Any]
Layer = tuple[str, list[list[Any]], list[Any]]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def _elu(x: Any, alpha: Any, scale: Any) -> Any:
    return scale * x if x > 0 else scale * alpha * mpmath.expm1(x)


def _gelu(x: Any) -> Any:
    if abs(x) > 10**5:  # erfc is 0 or 2 to more digits than can be asked for
        return max(x, mpf(0))
    return x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "identity": lambda x: x,
    "sigmoid": sigmoid,
    "tanh": mpmath.tanh,
    "relu": lambda x: max(x, mpf(0)),
    "leaky_relu": lambda x: x if x > 0 else x / 100,
    "elu": lambda x: _elu(x, mpf(1), mpf(1)),
    "selu": lambda x: _elu(x, mpf("1.6732632423543772848"), mpf("1.0507009873554804934")),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "gelu": _gelu,
    "gelu_tanh": lambda x: (
        x * (1 + mpmath.tanh(mpmath.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3))) / 2
    ),
    "silu": lambda x: x * sigmoid(x),
    "mish": lambda x: x * mpmath.tanh(mpmath.log1p(mpmath.exp(x))),
}


def softmax(z: Vector) -> Vector:
    top = max(z)
    powers = [mpmath.exp(v - top) for v in z]
    return [power / mpmath.fsum(powers) for power in powers]


def _times_ln(t: Any, y: Any) -> Any:
    return t * mpmath.log(y) if t else mpf(0)


def _huber(y: Any, t: Any) -> Any:
    u = abs(y - t)
    return u * u / 2 if u <= 1 else u - mpf(1) / 2


TERMS: dict[str, Callable[[Any, Any], Any]] = {
    "half_squared_error": lambda y, t: (y - t) ** 2 / 2,
    "mean_squared_error": lambda y, t: (y - t) ** 2,
    "absolute_error": lambda y, t: abs(y - t),
    "huber": _huber,
    "log_cosh": lambda y, t: mpmath.log(mpmath.cosh(y - t)),
    "binary_cross_entropy": lambda y, t: -(_times_ln(t, y) + _times_ln(1 - t, 1 - y)),
    "cross_entropy": lambda y, t: -_times_ln(t, y),
    "kl_divergence": lambda y, t: _times_ln(t, t / y) if t else mpf(0),
    "hinge": lambda y, t: max(mpf(0), 1 - t * y),
}
MEANS = ("mean_squared_error",)


def forward(layers: Sequence[Layer], inputs: Vector) -> Vector:
    """The outputs of one example."""
    a = inputs
    for activation, weights, biases in layers:
        z = [
            mpmath.fsum(a[i] * weights[i][j] for i in range(len(a))) + biases[j]
            for j in range(len(weights[0]))
        ]
        a = softmax(z) if activation == "softmax" else [ACTIVATIONS[activation](v) for v in z]
    return a


def loss_of(name: str, outputs: Vector, targets: Vector) -> Any:
    """The loss of one example."""
    total = mpmath.fsum(TERMS[name](y, t) for y, t in zip(outputs, targets, strict=True))
    return total / len(outputs) if name in MEANS else total


def differences(
    function: Callable[[Vector], Any], point: Vector, digits: int, alike: Sequence[Any] = ()
) -> Vector:
    """The gradient by central differences, exact to about ``digits`` digits of the largest.

    alike  of a function that is symmetric in pairs of a coordinate and one of these: where two
           pairs are equal, so are their derivatives
    """
    h = mpf(10) ** (-digits)
    known: dict[Any, Any] = {}
    found = []
    for k, value in enumerate(point):
        pair = (value, alike[k]) if alike else k
        if pair not in known:
            up, down = list(point), list(point)
            up[k], down[k] = value + h, value - h
            known[pair] = (function(up) - function(down)) / (2 * h)
        found.append(known[pair])
    return found


def high(values: Any) -> Any:
    """Doubles, nested or not, as the exact numbers that they are."""
    return [high(v) for v in values] if isinstance(values, (list, tuple)) else mpf(values)


@cache
def slope(name: str, x: float) -> Any:
    """f\'(x) of an activation to 30 digits, even where it is 1 − 1e-400 that changes."""
    with mp.workdps(_digits(name, x)):
        point = mpf(x)
        h = abs(point) / mpf(10) ** 35 or mpf(10) ** -35
        up, down = (ACTIVATIONS[name](point + step) for step in (h, -h))
        return (up - down) / (2 * h)


@cache
def value(name: str, x: float) -> Any:
    """f(x) of an activation to 30 digits."""
    with mp.workdps(_digits(name, x)):
        return +ACTIVATIONS[name](mpf(x))


def _digits(name: str, x: float) -> int:
    """Enough for h, for a point near 0 beside a 1, and for a tail beside a 1."""
    size = min(abs(x), 1000.0)
    tail = {"gelu": 0.0, "gelu_tanh": min(size**3, 1000.0)}.get(name, size)
    return 120 + int(tail) + (int(abs(math.log10(abs(x)))) if x else 0)


def worst(found: Sequence[float], exact: Sequence[Any], scale: Any = 0) -> float:
    """The largest relative error; below 1e-300, and against ``scale``, the absolute one."""
    errors = [0.0]
    for value, true in zip(found, exact, strict=True):
        if mpmath.isnan(value):
            return float("inf")
        error = abs(mpf(value) - true)
        if error > mpf("1e-300"):
            errors.append(float(error / max(abs(true), scale, mpf("1e-300"))))
    return max(errors)
