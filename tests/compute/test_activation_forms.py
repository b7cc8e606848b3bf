"""Every activation and its derivative against mpmath, from subnormal tails to overflow."""

from __future__ import annotations

import pytest
from mpmath import mp, mpf

import derive
from derive.compute.programs.functions import LARGEST, SECOND, TOTAL
from derive.compute.stable import forms
from derive.expression.nodes import Apply, Expression, Number, Quantity
from derive.network.catalogue import ACTIVATIONS, activation
from tests.compute import reference

ELEMENTWISE = [name for name, row in ACTIVATIONS.items() if row.elementwise]
SIZES = (
    1e-300, 1e-20, 1e-10, 1e-3, 0.1, 0.5, 1.0, 1.3, 2.0, 3.0, 5.0, 8.0, 10.0, 14.0, 17.0, 20.0,
    23.0, 25.0, 30.0, 36.0, 37.0, 38.0, 50.0, 100.0, 300.0, 700.0, 708.0, 740.0, 745.0, 1000.0,
    1e5, 1e10, 1e100, 1e200, 1e308,
)  # fmt: skip
GRID = [sign * size for size in SIZES for sign in (1, -1)]
SMOOTH_AT_0 = [name for name in ELEMENTWISE if name not in ("relu", "leaky_relu", "elu", "selu")]
# Where the exponent of a tail is rounded before it is used, the error grows with it.
# Where the exponent of a tail is rounded before it is used, the error grows with the exponent:
# x²/2 of gelu, 1.6·(|x| + 0.0447·|x|³) of gelu_tanh. Past −40 both are 0.
TAILS = {
    "gelu": lambda x: 4e-16 * x * x / 2 if -40 < x < -20 else 0.0,
    "gelu_tanh": lambda x: 4e-16 * 1.6 * (-x - 0.0447 * x**3) if -40 < x < -15 else 0.0,
}


def allowed(name: str, x: float) -> float:
    return max(1e-13, TAILS.get(name, lambda x: 0.0)(x))


def network(activation: object) -> derive.Network:
    """One unit with weight 1 whose loss is its output: ∂loss/∂input is the slope."""
    layer = derive.Dense(1, activation, bias="none", weights=[[1]])
    return derive.Network(1, [layer], {"formula": "y"}, targets=[0], over_examples="sum")


def computed(activation: object, backend: str, points: list[float]) -> list[tuple[float, float]]:
    """(value, slope) at every point; enough rows that the numpy back end runs whole layers."""
    f = derive.compile(network(activation), backend)
    rows = [[x] for x in points]
    if backend == "numpy":
        rows = rows * (1 + 600 // len(rows))
    values = f.forward(rows)
    slopes = f.input_gradient(rows, [[0.0]] * len(rows))
    return [(float(values[k][0]), float(slopes[k][0])) for k in range(len(points))]


@pytest.mark.parametrize("backend", ["python", "numpy"])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_value_and_slope_keep_thirteen_digits(name: str, backend: str) -> None:
    for x, (value, slope) in zip(GRID, computed(name, backend, GRID), strict=True):
        limit = allowed(name, x)
        assert reference.worst([value], [reference.value(name, x)]) <= limit, (x, value)
        assert reference.worst([slope], [reference.slope(name, x)]) <= limit, (x, slope)


@pytest.mark.parametrize("backend", ["python", "numpy"])
@pytest.mark.parametrize("name", SMOOTH_AT_0)
def test_smooth_activations_at_zero(name: str, backend: str) -> None:
    ((value, slope),) = computed(name, backend, [0.0])
    assert reference.worst([value, slope], [reference.value(name, 0), reference.slope(name, 0)]) < (
        1e-15
    )


@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_declared_derivatives_at_kinks(backend: str) -> None:
    selu = 1.0507009873554804934 * 1.6732632423543772848
    declared = {"relu": 0.0, "leaky_relu": 0.01, "elu": 1.0, "selu": selu}
    for name, slope in declared.items():
        assert computed(name, backend, [0.0]) == [(0.0, slope)]
    own = {"max(x, 2*x)": 1.5, "min(x, 0)": 0.5, "abs(x)": 0.0, "x if x > 0 else 3*x": 3.0}
    for formula, slope in own.items():
        assert computed({"formula": formula}, backend, [0.0]) == [(0.0, slope)]


@pytest.mark.parametrize("backend", ["python", "numpy"])
@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("sigmoid", "1/(1 + exp(-x))"),
        ("sigmoid", "exp(x)/(1 + exp(x))"),
        ("tanh", "(exp(x) - exp(-x))/(exp(x) + exp(-x))"),
        ("tanh", "tanh(x)"),
        ("softplus", "ln(1 + exp(x))"),
        ("softsign", "x/(1 + abs(x))"),
        ("silu", "x*sigmoid(x)"),
        ("silu", "x/(1 + exp(-x))"),
        ("mish", "x*tanh(ln(1 + exp(x)))"),
        ("elu", "x if x > 0 else exp(x) - 1"),
        ("relu", "max(x, 0)"),
        ("gelu", "x/2*(1 + erf(x/sqrt(2)))"),
    ],
)
def test_formulas_of_ones_own_are_recognised(name: str, formula: str, backend: str) -> None:
    """What someone types in textbook form neither overflows nor loses its tails."""
    points = [sign * x for x in SIZES if 1e-3 <= x <= 1000 for sign in (1, -1)]
    for x, (value, slope) in zip(
        points, computed({"formula": formula}, backend, points), strict=True
    ):
        limit = allowed(name, x)
        assert reference.worst([value], [reference.value(name, x)]) <= limit, (x, value)
        scale = 1e-16 if formula == "x/(1 + abs(x))" else 0  # (1 + |x| − |x|) cancels
        assert reference.worst([slope], [reference.slope(name, x)], scale) <= limit, (x, slope)


@pytest.mark.parametrize("backend", ["python", "numpy"])
@pytest.mark.parametrize("x", [float("inf"), float("-inf"), float("nan"), 1e300])
@pytest.mark.parametrize(
    "formula", ["exp(x**2)", "ln(x)", "sqrt(x)/x", "cosh(x)", "x**5", "sin(x)"]
)
def test_formulas_of_ones_own_go_on_with_infinities(formula: str, x: float, backend: str) -> None:
    """No exception, and both back ends agree."""
    import numpy as np

    found = computed({"formula": formula}, backend, [x])
    np.testing.assert_allclose(found, computed({"formula": formula}, "python", [x]), rtol=1e-14)


def test_a_wrong_row_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: the textbook slope of tanh is not good enough."""
    lines, _ = forms.FORMS["tanh"]
    monkeypatch.setitem(forms.FORMS, "tanh", (lines, {"y": "1 - y**2"}))
    forms.form.cache_clear()
    try:
        with pytest.raises(AssertionError):
            test_value_and_slope_keep_thirteen_digits("tanh", "python")
    finally:
        forms.form.cache_clear()


def test_the_reference_itself() -> None:
    """σ′ and gelu at points that a hand calculation gives."""
    with mp.workdps(30):
        assert abs(reference.slope("sigmoid", 0) - mpf(1) / 4) < mpf("1e-25")
        assert abs(reference.value("gelu", 1) - mpf("0.841344746068542948585")) < mpf("1e-20")


def test_what_a_softmax_has_once_is_what_its_lines_take_of_the_layer() -> None:
    once: set[str] = set()

    def of_the_layer(e: Expression) -> bool:
        if isinstance(e, Apply) and e.function in (TOTAL, LARGEST, SECOND):
            return True
        if isinstance(e, Quantity):
            return e.name in once
        return bool(e.children) and all(
            of_the_layer(part) or isinstance(part, Number) for part in e.children
        )

    for letter, formula in forms.form(activation("softmax")).lines:
        if of_the_layer(formula):
            once.add(letter)
    assert once == forms.ONCE
