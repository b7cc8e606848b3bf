"""Second derivatives of activations and losses in double precision, beside mpmath."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from mpmath import mp, mpf

import derive
from derive.compute.directions import curvature
from derive.compute.stable import forms
from derive.network.catalogue import ACTIVATIONS, LOSSES, activation
from tests.compute import reference

BACK_ENDS = ("python", "numpy")
POINTS = (-700.0, -200.0, -60.0, -37.5, -36.5, -20.0, -7.0, -3.0, -1.1, -0.9, -0.3, -1e-3, 1e-3,
          0.2, 0.6, 1.0, 2.5, 6.0, 19.0, 36.0, 45.0, 300.0, 700.0)  # fmt: skip
SINGLE = [name for name, row in ACTIVATIONS.items() if row.elementwise]
# Where the exponent is rounded before it is used, as ``stable`` says; zeros of the second
# derivative itself are kept away from by the points.
FAR = {"gelu": 20.0, "gelu_tanh": 15.0}
OWN = {
    "1/(1 + exp(-x))": "sigmoid", "exp(x)/(1 + exp(x))": "sigmoid", "ln(1 + exp(x))": "softplus",
    "(exp(x) - exp(-x))/(exp(x) + exp(-x))": "tanh", "1 - 2/(exp(2*x) + 1)": "tanh",
}  # fmt: skip


def of_one(kind: Any, loss: Any, x: float, t: float, backend: str) -> tuple[float, float]:
    """∂²loss/∂x² of one unit with the input 0 and the bias x, and the loss."""
    f = derive.compile(derive.Network(1, [derive.Dense(1, kind)], loss), backend)
    rows = 3 if backend == "numpy" else 1
    given = [[0.0]] * rows, [[t]] * rows, {"W1": [[1.0]], "b1": [x]}
    return float(f.hessian(*given)[1][1]), f.loss(*given)


def differences(function: Any, x: float, digits: int) -> Any:
    """A second difference whose step is far below everything that there is to be seen."""
    with mp.workdps(digits):
        h = mpf(10) ** (-digits // 4)
        point = mpf(x)
        found = (function(point + h) - 2 * function(point) + function(point - h)) / h**2
        return (
            found if abs(found) > mpf(10) ** (-45 * digits // 100) else mpf(0)
        )  # rounding over h²


@cache
def exact(name: str, x: float) -> Any:
    tail = {"gelu": x * x, "gelu_tanh": abs(x) ** 3}.get(name, abs(x))
    digits = 120 + min(2000, int(2 * tail))
    return differences(reference.ACTIVATIONS[name], x, digits)


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize("name", SINGLE)
def test_an_activation(name: str, backend: str) -> None:
    for x in POINTS:
        if abs(x) > FAR.get(name, 1e9):
            continue
        found, _ = of_one(name, {"formula": "y - t"}, x, 0.0, backend)
        true = exact(name, x)
        assert reference.worst([found], [true]) < 1e-12, (x, found, true)


@pytest.mark.parametrize("formula", OWN)
def test_a_formula_of_one_s_own_that_is_one_of_these(formula: str) -> None:
    for x in POINTS:
        found, _ = of_one({"formula": formula}, {"formula": "y - t"}, x, 0.0, "python")
        assert reference.worst([found], [exact(OWN[formula], x)]) < 1e-12, x


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize(
    "formula",
    ["x*exp(-x**2)", "x/(1 + exp(-x))", "sqrt(1 + x**2) - 1", "atan(x)", "x**3", "sin(x)*x",
     "1/(1 + x**2)", "ln(1 + x**2)"],
)  # fmt: skip
def test_any_formula_of_one_s_own(formula: str, backend: str) -> None:
    """Written a second time, in mpmath."""
    mine = {
        "x*exp(-x**2)": lambda x: x * mp.exp(-x * x),
        "x/(1 + exp(-x))": reference.ACTIVATIONS["silu"],
        "sqrt(1 + x**2) - 1": lambda x: mp.sqrt(1 + x * x) - 1, "atan(x)": mp.atan,
        "x**3": lambda x: x**3, "sin(x)*x": lambda x: x * mp.sin(x),
        "1/(1 + x**2)": lambda x: 1 / (1 + x * x), "ln(1 + x**2)": lambda x: mp.log1p(x * x),
    }[formula]  # fmt: skip
    for x in (-5.0, -2.5, -0.9, -0.2, 0.3, 1.1, 2.2, 4.5):
        found, _ = of_one({"formula": formula}, {"formula": "y - t"}, x, 0.0, backend)
        assert reference.worst([found], [differences(mine, x, 160)]) < 1e-11, x


CASES = [
    (name, loss, t)
    for loss in LOSSES
    for name in ("sigmoid", "softplus", "tanh", "elu", "softsign", "identity")
    for t in ((1.0, -1.0) if loss == "hinge" else (0.0, 1.0, 0.25))
    if not (loss in ("binary_cross_entropy", "cross_entropy", "kl_divergence") and name
            not in ("sigmoid", "softplus")) and not (loss == "binary_cross_entropy"
            and name == "softplus")
]  # fmt: skip


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize(("name", "loss", "t"), CASES)
def test_a_loss_on_an_output(name: str, loss: str, t: float, backend: str) -> None:
    for x in (-300.0, -40.0, -30.0, -6.0, -1.3, -0.4, 0.3, 1.7, 5.0, 30.0, 40.0, 300.0):
        true, scale = bent(name, loss, x, t)
        found, _ = of_one(name, loss, x, t, backend)
        assert reference.worst([found], [true], scale) < 1e-12, (x, found, true)


@cache
def bent(name: str, loss: str, x: float, t: float) -> tuple[Any, Any]:
    """∂²loss/∂x², and its largest part: y″·∂E/∂y and y′²·∂²E/∂y² may cancel, and must."""
    digits = 120 + int(6 * abs(x))

    def of(y: Any) -> Any:
        return reference.TERMS[loss](y, mpf(t))

    true = differences(lambda x: of(reference.ACTIVATIONS[name](x)), x, digits)
    if loss in FACED:  # these are exact throughout
        return true, 0
    with mp.workdps(digits):
        h = mpf(10) ** (-digits // 4)
        y = reference.ACTIVATIONS[name](mpf(x))
        slope = (of(y + h) - of(y - h)) / (2 * h)
        curve = (of(y + h) - 2 * of(y) + of(y - h)) / h**2
        return true, max(abs(slope * exact(name, x)), abs(curve * reference.slope(name, x) ** 2))


FACED = ("binary_cross_entropy", "cross_entropy", "kl_divergence")


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize("loss", [*FACED, "half_squared_error", {"formula": "-t*ln(y)*y"}])
@pytest.mark.parametrize(
    "logits", [[0.3, -0.2, 0.7], [0.0, 40.0, 2.0], [800.0, -800.0, 1.0], [-3.0, 700.0, 690.0],
               [5.0, 5.0, -5.0]],
)  # fmt: skip
def test_a_softmax(loss: Any, logits: list[float], backend: str) -> None:
    """The Hessian in the logits, where logits of 800 overflow in the textbook's form."""
    last = derive.Dense(3, "softmax")
    f = derive.compile(derive.Network(1, [last], loss), backend)
    found = f.hessian([[0.0]], [GOAL], {"W1": [[0.0] * 3], "b1": logits})
    true = in_logits(loss if isinstance(loss, str) else "own", tuple(logits))
    for i in range(3):
        mine = [float(found[3 + i][3 + j]) for j in range(3)]
        assert reference.worst(mine, true[i]) < 2e-12, (i, mine)


GOAL = [0.0, 1.0, 0.0]


@cache
def in_logits(loss: str, logits: tuple[float, ...]) -> list[list[Any]]:
    """By differences, to hundreds of digits."""

    def of(i: int, a: int, j: int, b: int) -> Any:
        point = [mpf(v) for v in logits]
        point[i] += a * h
        point[j] += b * h
        y = reference.softmax(point)
        return -mp.log(y[1]) * y[1] if loss == "own" else reference.loss_of(loss, y, GOAL)

    def second(i: int, j: int) -> Any:
        return (of(i, 1, j, 1) - of(i, 1, j, -1) - of(i, -1, j, 1) + of(i, -1, j, -1)) / (4 * h * h)

    with mp.workdps(1600):
        h = mpf(10) ** -400
        upper = {(i, j): second(i, j) for i in range(3) for j in range(i, 3)}
        return [[upper[min(i, j), max(i, j)] for j in range(3)] for i in range(3)]


def test_every_row_has_its_second_derivatives() -> None:
    assert set(curvature.SECOND) == set(SINGLE)
    for name, row in curvature.SECOND.items():
        assert set(row) == set(forms.FORMS[name][1])


@pytest.mark.parametrize(
    ("name", "at_0"),
    [
        ("relu", 0.0),
        ("leaky_relu", 0.0),
        ("elu", 1.0),
        ("softsign", 0.0),
        ("selu", 1.7580993408473768),
    ],
)
def test_at_a_corner_the_piece_of_the_first_derivative_decides(name: str, at_0: float) -> None:
    for backend in BACK_ENDS:
        found, _ = of_one(name, {"formula": "y - t"}, 0.0, 0.0, backend)
        assert found == pytest.approx(at_0, rel=1e-15)
    for loss, t in (("absolute_error", 0.0), ("hinge", 1.0)):
        assert of_one("identity", loss, t, t, "python")[0] == 0.0
    assert of_one("identity", "huber", 1.0, 0.0, "python")[0] == 1.0  # |u| <= 1 is its parabola
    assert of_one("identity", "huber", 1.0 + 1e-9, 0.0, "python")[0] == 0.0


def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign in one row, and the test of that activation fails."""
    wrong = {"y": "8*e*r*r*y"}
    assert wrong != curvature.SECOND["tanh"]
    monkeypatch.setitem(curvature.SECOND, "tanh", wrong)
    curvature.curved.cache_clear()
    try:
        with pytest.raises(AssertionError):
            test_an_activation("tanh", "python")
    finally:
        monkeypatch.undo()
        curvature.curved.cache_clear()
    assert curvature.curved(activation("tanh")).second


QUOTIENTS = {
    "1/(1 + exp(-x))**2": lambda x: 1 / (1 + mp.exp(-x)) ** 2,
    "exp(x)/(1 + exp(x) + exp(2*x))": lambda x: mp.exp(x) / (1 + mp.exp(x) + mp.exp(2 * x)),
    "x/(1 + exp(-x)) + tanh(x)**2": lambda x: x / (1 + mp.exp(-x)) + mp.tanh(x) ** 2,
}


@pytest.mark.parametrize("formula", QUOTIENTS)
@pytest.mark.parametrize("x", [0.0, 0.3, -0.7, 5.0, -20.0, 30.0])
def test_quotients_of_exponentials_of_ones_own(formula: str, x: float) -> None:
    """Also at 0, where the |x| in their stable form has a corner and they have none."""
    one = derive.Dense(1, {"formula": formula}, bias="none")
    network = derive.Network([1], [one], {"formula": "y"}, targets=[0])
    ((found,),) = derive.compile(network, "python").hessian(parameters={"W1": [[x]]})
    with mp.workdps(60):
        true = mp.diff(QUOTIENTS[formula], mp.mpf(x), 2)
        assert abs(found - true) <= 1e-14 * abs(true)
