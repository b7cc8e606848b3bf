"""Networks and numbers at which every language is asked, and what is true there, by mpmath."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
from mpmath import mp, mpf

import derive
from tests.compute import reference
from tests.compute.languages import Query
from tests.compute.test_activation_forms import allowed
from tests.compute.test_loss_forms import digits

GAPS = (1.0, 20.0, 100.0, 700.0, 1000.0)


@dataclass(frozen=True)
class Case:
    """A network and what it is asked.

    exact    per query the loss and the gradient
    allowed  per query the relative error
    """

    name: str
    network: derive.Network
    queries: list[Query]
    exact: list[list[Any]]
    allowed: list[float]


# -- ordinary numbers ------------------------------------------------------------------------

FITTING = {
    "sigmoid": "binary_cross_entropy", "tanh": "hinge", "softmax": "cross_entropy",
    "relu": "huber", "leaky_relu": "absolute_error", "softplus": "mean_squared_error",
    "gelu": "log_cosh",
}  # fmt: skip
PAIRS = [
    *((name, name, FITTING.get(name, "half_squared_error"))
      for name in (*reference.ACTIVATIONS, "softmax")),
    ("tanh", "sigmoid", "kl_divergence"), ("tanh", "softmax", "kl_divergence"),
    ("sigmoid", "softmax", "binary_cross_entropy"), ("softmax", "softmax", "half_squared_error"),
]  # fmt: skip


@cache
def ordinary() -> tuple[Case, ...]:
    """Every activation in both layers of a 2-2-2 network, with a loss that fits it; two more."""
    made = [_case(f"2-2-2 {a} {b} {loss}", [2, 2, 2], [a, b], loss) for a, b, loss in PAIRS]
    deep = _case("4-8-8-3", [4, 8, 8, 3], ["tanh", "tanh", "softmax"], "cross_entropy", asked=1)
    mazur = _case("mazur", [2, 2, 2], ["sigmoid", "sigmoid"], "half_squared_error")
    return (*made, deep, mazur)


def _case(name: str, sizes: list[int], activations: list[str], loss: str, asked: int = 3) -> Case:
    random_ = random.Random(name)
    layers = [derive.Dense(n, a) for n, a in zip(sizes[1:], activations, strict=True)]
    network = derive.Network(sizes[0], layers, loss)
    queries, true = [], []
    for _ in range(asked):
        theta = [random_.uniform(-1, 1) for _ in network.parameters()]
        x = [random_.uniform(-2, 2) for _ in range(sizes[0])]
        t = [1.0, *[-1.0 if loss == "hinge" else 0.0] * (sizes[-1] - 1)]
        if loss in ("half_squared_error", "huber", "absolute_error", "mean_squared_error"):
            t = [random_.uniform(-3, 3) for _ in t]
        queries.append((theta, x, t))
        with mp.workdps(90):
            high = reference.high

            def of(point: list[Any]) -> Any:
                parameters = iter(point)
                stack = [
                    (a, [[next(parameters) for _ in range(n)] for _ in range(m)],
                     [next(parameters) for _ in range(n)])
                    for a, m, n in zip(activations, sizes, sizes[1:], strict=False)
                ]  # fmt: skip
                return reference.loss_of(loss, reference.forward(stack, high(x)), high(t))  # noqa: B023

            true.append([of(high(theta)), *reference.differences(of, high(theta), 35)])
    return Case(name, network, queries, true, [1e-13] * asked)


# -- far from 0, and where sides meet -----------------------------------------------------------


def _alone(activation: Any, loss: Any, n: int = 2) -> derive.Network:
    """A layer whose pre-activations are the inputs when the weights are the unit matrix."""
    return derive.Network(n, [derive.Dense(n, activation)], loss)


def _unit(n: int) -> list[list[int]]:
    return [[int(i == j) for j in range(n)] for i in range(n)]


def _theta(n: int) -> list[float]:
    return [*(float(v) for row in _unit(n) for v in row), *[0.0] * n]


def _by_parameters(z: list[float], value: Any, slopes: list[Any]) -> list[Any]:
    """∂E/∂W[i][j] = z_i·∂E/∂z_j, and the biases' gradient."""
    return [value, *(mpf(x) * slope for x in z for slope in slopes), *slopes]


@cache
def far() -> tuple[Case, ...]:
    """Pre-activations ±1 to ±1000 for every activation; gaps to 1000 for the logarithmic losses."""
    cases = []
    for activation in reference.ACTIVATIONS:
        loss = FITTING.get(activation, "half_squared_error")
        if loss in ("absolute_error", "huber", "hinge", "log_cosh"):
            loss = "half_squared_error"
        t = [1.0, 0.0] if loss == "binary_cross_entropy" else [0.375, -0.625]
        points = [[sign * gap, -sign * gap / 2] for gap in GAPS for sign in (1, -1)]
        cases.append(_far(activation, loss, [(z, t) for z in points]))
    bounds = [[z, -z] for z in (3.0, 17.0, 36.0, 37.0, 40.0, 100.0)]  # y has rounded to t
    cases.append(_far("sigmoid", "half_squared_error", [(z, [1.0, 0.0]) for z in bounds]))
    cases.append(_far("tanh", "hinge", [(z, [1.0, -1.0]) for z in bounds]))
    for loss in ("cross_entropy", "kl_divergence", "binary_cross_entropy"):
        points = [
            (z, t)
            for gap in GAPS for ahead in range(3) for t in ([1.0, 0.0, 0.0], [0.75, 0.125, 0.125])
            for z in ([gap * (k == ahead) for k in range(3)],)
        ]  # fmt: skip
        cases.append(_far("softmax", loss, points))
    return tuple(cases)


def _far(activation: str, loss: str, points: list[tuple[list[float], list[float]]]) -> Case:
    n = len(points[0][0])
    true = []
    for z, t in points:
        with mp.workdps(digits(z) + 2 * _tail(activation, z)):
            layers = [(activation, reference.high(_unit(n)), [mpf(0)] * n)]

            def of(point: list[Any]) -> Any:
                outputs = reference.forward(layers, point)  # noqa: B023
                return reference.loss_of(loss, outputs, reference.high(t))  # noqa: B023

            point = reference.high(z)
            slopes = reference.differences(of, point, 35 + _tail(activation, z))
            true.append(_by_parameters(z, of(point), slopes))
    limits = [max(allowed(activation, x) for x in z) for z, _ in points]
    queries = [(_theta(n), z, t) for z, t in points]
    return Case(f"{activation} {loss}", _alone(activation, loss, n), queries, true, limits)


def _tail(activation: str, z: list[float]) -> int:
    """Digits for the tails that fall faster than e^x, as far as doubles go."""
    x = max(map(abs, z))
    fall = {"gelu": x * x / 2, "gelu_tanh": 1.6 * (x + 0.0447 * x**3)}.get(activation, 0.0)
    return int(min(fall / 2.3, 330.0))


SELU = mpf("1.0507009873554804934")
DECLARED = {  # f(0), and f′(0) where the sides differ
    "relu": mpf(0), "leaky_relu": mpf("0.01"), "elu": mpf(1),
    "selu": SELU * mpf("1.6732632423543772848"), "max(x, 2*x)": mpf("1.5"),
    "min(x, 0)": mpf("0.5"), "abs(x)": mpf(0), "x if x > 0 else 3*x": mpf(3), "sign(x)": mpf(0),
}  # fmt: skip
TIES = (  # loss, y, t, ∂E/∂y as declared
    ("absolute_error", 2.0, 2.0, 0), ("hinge", 1.0, 1.0, 0), ("hinge", -1.0, -1.0, 0),
    ("huber", 3.0, 2.0, 1), ("huber", 1.0, 2.0, -1),
    ({"formula": "abs(y - t)"}, 2.0, 2.0, 0), ({"formula": "max(y, t)"}, 2.0, 2.0, "0.5"),
    ({"formula": "max(0, 1 - t*y)"}, 1.0, 1.0, "-0.5"),
)  # fmt: skip
VALUES = {"huber": mpf(1) / 2, "max(y, t)": mpf(2)}


@cache
def kinks() -> tuple[Case, ...]:
    """Where the sides of an activation or a loss meet there is the declared slope."""
    cases = []
    for name, slope in DECLARED.items():
        activation = name if name in derive.network.catalogue.ACTIVATIONS else {"formula": name}
        t = [0.5, -2.0]
        value = mpmath.fsum(mpf(v) ** 2 for v in t) / 2
        true = _by_parameters([0.0, 0.0], value, [-mpf(v) * slope for v in t])
        network = _alone(activation, "half_squared_error")
        cases.append(Case(name, network, [(_theta(2), [0.0, 0.0], t)], [true], [1e-15]))
    for loss, y, target, declared in TIES:
        name = loss["formula"] if isinstance(loss, dict) else loss
        true = _by_parameters([y], VALUES.get(name, mpf(0)), [mpf(declared)])
        network = _alone("identity", loss, 1)
        query = (_theta(1), [y], [target])
        cases.append(Case(f"{name} {y}", network, [query], [true], [1e-16]))
    return tuple(cases)
