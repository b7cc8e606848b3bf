"""Every row of the catalogue, without knowing any: derivatives, proofs, ranges, kinks, domains."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import sympy

from derive.algebra.convert import to_sympy
from derive.algebra.slopes import slopes
from derive.derivation.calculus.differentiator import derivative
from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.functions import Function, X
from derive.expression.nodes import Expression, Quantity
from derive.expression.typed.literals import decimal
from derive.network import catalogue
from derive.network.catalogue import (
    ACTIVATIONS,
    LOSSES,
    OUTPUT,
    TARGET_LETTER,
    ActivationUse,
    LossUse,
)
from derive.network.intervals import Interval
from derive.network.proofs import loss_proof, proof
from tests.slopes_of_functions import function_slopes

MPF = HIGH.context.mpf
TOLERANCE = MPF(10) ** -45
STEP = MPF(10) ** -20

# Each elementwise row with its usual parameters, and once with others.
USES = [catalogue.activation(name) for name, row in ACTIVATIONS.items() if row.elementwise] + [
    catalogue.activation("leaky_relu", {"slope": decimal("0.2")}),
    catalogue.activation("elu", {"alpha": decimal("1.7")}),
    catalogue.activation("selu", {"scale": decimal("2"), "alpha": decimal("0.5")}),
    catalogue.activation("silu", {"beta": decimal("1.7")}),
    catalogue.activation("silu", {"beta": decimal("0.3")}),
]
USED_LOSSES = [catalogue.loss(name) for name in LOSSES]
# On both sides of 0, of the seams at ±1, and far out; on no seam.
POINTS = [Fraction(n, 97) for n in (-4000, -970, -300, -98, -96, -50, -1, 1, 50, 96, 98, 300, 970)]


def named(use: ActivationUse | LossUse) -> str:
    parameters = getattr(use, "parameters", ())
    return "-".join([use.name, *(str(float(value.value)) for _, value in parameters)])


def function(use: ActivationUse) -> Function:
    assert use.function is not None
    return use.function


def definition(use: ActivationUse) -> Expression:
    formula = function(use).definition
    assert formula is not None
    return formula


def at(expression: Expression, **letters: Any) -> Any:
    values = {Quantity("variable", name=name): value for name, value in letters.items()}
    return evaluate(expression, Bindings(values))


def in_sympy(formula: sympy.Expr, **letters: Fraction) -> Any:
    values = {
        sympy.Symbol(name, real=True): sympy.Rational(v.numerator, v.denominator)
        for name, v in letters.items()
    }
    # More digits than are asked for: at −41 softplus is 1e-18 and its parts are about 1.
    return MPF(str(sympy.N(formula.subs(values), 60, maxn=400)))


def close(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= TOLERANCE * max(1, abs(a), abs(b)))


# -- activations -----------------------------------------------------------------------------


@pytest.mark.parametrize("use", USES, ids=named)
def test_the_taught_derivative_of_an_activation_is_right(use: ActivationUse) -> None:
    formula, f = definition(use), function(use)
    (taught,) = f.derivatives
    in_symbols = sympy.diff(to_sympy(formula), sympy.Symbol("x", real=True))
    stepwise = derivative(formula, X)
    for point in POINTS:
        x = HIGH.number(point)
        value = at(formula, x=x)
        got = at(taught, x=x, y=value)
        difference = (at(formula, x=x + STEP) - at(formula, x=x - STEP)) / (2 * STEP)
        assert close(got, at(stepwise, x=x)), f"stepwise at {point}"
        assert close(got, in_sympy(in_symbols, x=point)), f"SymPy at {point}"
        assert close(got, slopes(formula, Bindings({X: x})).get(X, 0)), f"sweep at {point}"
        assert abs(got - difference) <= MPF(10) ** -35, f"difference at {point}"


@pytest.mark.parametrize("use", USES, ids=named)
def test_every_line_of_an_activations_proof_equals_the_taught_derivative(
    use: ActivationUse,
) -> None:
    (taught,) = function(use).derivatives
    for _, line in proof(use):
        for point in POINTS:
            x = HIGH.number(point)
            value = at(definition(use), x=x)
            assert close(at(line, x=x, y=value), at(taught, x=x, y=value)), point


@pytest.mark.parametrize("use", USES, ids=named)
def test_the_range_holds_every_value_and_is_no_larger_than_needed(use: ActivationUse) -> None:
    span = use.range
    assert span is not None
    values = [at(definition(use), x=HIGH.number(Fraction(n, 16))) for n in range(-640, 641)]
    low, high = min(values), max(values)
    if span.low is None:
        assert low < -0.5 * 40 * float(dict(use.parameters)["slope"].value if use.parameters else 1)
    else:
        bound = HIGH.number(span.low)
        assert low >= bound if span.closed else low > bound
        assert low - bound < 0.03
    if span.high is None:
        assert high > 39
    else:
        bound = HIGH.number(span.high)
        assert high <= bound if span.closed else high < bound
        assert bound - high < 0.03


@pytest.mark.parametrize("name", [name for name, row in ACTIVATIONS.items() if row.elementwise])
def test_a_row_is_its_formula(name: str) -> None:
    """SIGMOID comes from the table of functions; the row must say the same."""
    row, use = ACTIVATIONS[name], catalogue.activation(name)
    values = tuple((key, decimal(text)) for key, text in row.parameters)
    again = catalogue.own_activation(f"({row.formula})", parameters=values)
    for point in POINTS:
        x = HIGH.number(point)
        assert close(at(definition(use), x=x), at(definition(again), x=x))


@pytest.mark.parametrize(
    ("name", "parameters", "slope"),
    [
        ("relu", {}, "0"),
        ("leaky_relu", {}, "0.01"),
        ("leaky_relu", {"slope": "0.3"}, "0.3"),
        ("elu", {}, "1"),
        ("elu", {"alpha": "1.5"}, "1.5"),
        ("selu", {}, str(Decimal("1.0507009873554804934") * Decimal("1.6732632423543772848"))),
        ("softsign", {}, "1"),
    ],
)
def test_the_derivative_at_a_kink_is_the_declared_one(
    name: str, parameters: dict[str, str], slope: str
) -> None:
    use = catalogue.activation(name, {key: decimal(value) for key, value in parameters.items()})
    zero, expected = HIGH.number(Fraction(0)), HIGH.number(Fraction(slope))
    (taught,) = function(use).derivatives
    assert abs(at(taught, x=zero, y=zero) - expected) < MPF(10) ** -26
    assert abs(function_slopes(function(use), (zero,), HIGH)[0] - expected) < MPF(10) ** -26
    assert abs(at(derivative(definition(use), X), x=zero) - expected) < MPF(10) ** -26


@pytest.mark.parametrize(
    ("formula", "slope"),
    [
        ("max(0, x)", "1/2"),
        ("min(0, x)", "1/2"),
        ("abs(x)", "0"),
        ("max(x, 0.2*x)", "3/5"),
        ("x if x > 0 else 0", "0"),
        ("x if x >= 0 else 0", "1"),
    ],
)
def test_an_own_formula_at_a_tie_has_the_mean_of_the_slopes(formula: str, slope: str) -> None:
    use = catalogue.own_activation(formula)
    zero, expected = HIGH.number(Fraction(0)), HIGH.number(Fraction(slope))
    assert function_slopes(function(use), (zero,), HIGH) == (expected,)
    assert at(derivative(definition(use), X), x=zero) == expected


def test_the_constants_are_those_of_the_papers() -> None:
    assert dict(ACTIVATIONS["selu"].parameters) == {
        "scale": "1.0507009873554804934",
        "alpha": "1.6732632423543772848",
    }
    assert dict(ACTIVATIONS["elu"].parameters) == {"alpha": "1"}
    assert dict(ACTIVATIONS["leaky_relu"].parameters) == {"slope": "0.01"}
    # tanh-gelu is the formula with √(2/π) and 0.044715, gelu the exact one.
    one = HIGH.number(Fraction(1))
    inner = HIGH.context.sqrt(2 / HIGH.context.pi) * (1 + MPF("0.044715"))
    tanh_form = (1 + HIGH.context.tanh(inner)) / 2
    assert close(at(definition(catalogue.activation("gelu_tanh")), x=one), tanh_form)
    assert close(at(definition(catalogue.activation("gelu")), x=one), HIGH.context.ncdf(1))


def test_a_parameter_of_one_is_not_written_as_a_factor() -> None:
    assert "1*" not in str(to_sympy(definition(catalogue.activation("elu"))))
    own = catalogue.own_activation("x if x > 0 else exp(x) - 1")
    assert definition(catalogue.activation("elu")) == definition(own)


def test_own_formulas_are_told_apart() -> None:
    first, second = (catalogue.own_activation("x/(1 + abs(x))", n) for n in (0, 1))
    assert [function(use).text for use in (first, second)] == ["f", "f2"]
    assert function(first).latex != function(second).latex


def test_softmax_says_what_its_jacobian_is() -> None:
    z = [MPF("0.3"), MPF("-1.2"), MPF("2.5")]

    def softmax(at: list[Any]) -> list[Any]:
        powers = [HIGH.context.exp(value) for value in at]
        return [power / sum(powers) for power in powers]

    assert ACTIVATIONS["softmax"].derivative == (
        "y_k*(1 - y_k)/temperature, and -y_k*y_m/temperature for m ≠ k"
    )
    y = softmax(z)
    for m in range(3):
        up, down = ([v + s * STEP * (i == m) for i, v in enumerate(z)] for s in (1, -1))
        for k in range(3):
            difference = (softmax(up)[k] - softmax(down)[k]) / (2 * STEP)
            said = y[k] * (1 - y[k]) if k == m else -y[k] * y[m]
            assert abs(said - difference) < MPF(10) ** -35


# -- losses ----------------------------------------------------------------------------------


def pairs(use: LossUse) -> list[tuple[Fraction, Fraction]]:
    """Outputs in the domain and targets the loss allows, off every seam."""
    assert use.row is not None
    outputs = [y for y in POINTS if y in use.row.domain]
    outputs += [y for y in (Fraction(1, 7), Fraction(6, 7)) if y in use.row.domain]
    given = list(use.row.target_values) or [
        t for t in map(Fraction, (-2, 0, Fraction(2, 5), 1, 3)) if t in use.row.targets
    ]
    return [(y, t) for y in outputs for t in given if y != t]


@pytest.mark.parametrize("use", USED_LOSSES, ids=named)
def test_the_taught_derivative_of_a_loss_is_right(use: LossUse) -> None:
    assert use.derivative is not None and len(pairs(use)) >= 4
    in_symbols = sympy.diff(to_sympy(use.term), sympy.Symbol("y", real=True))
    stepwise = derivative(use.term, OUTPUT)
    for output, target in pairs(use):
        y, t = HIGH.number(output), HIGH.number(target)
        got = at(use.derivative, y=y, t=t)
        difference = (at(use.term, y=y + STEP, t=t) - at(use.term, y=y - STEP, t=t)) / (2 * STEP)
        assert close(got, at(stepwise, y=y, t=t)), (output, target)
        assert close(got, in_sympy(in_symbols, y=output, t=target)), (output, target)
        swept = slopes(use.term, Bindings({OUTPUT: y, TARGET_LETTER: t}))
        assert close(got, swept.get(OUTPUT, 0)), (output, target)
        assert abs(got - difference) <= MPF(10) ** -30 * max(1, abs(got)), (output, target)


@pytest.mark.parametrize("use", USED_LOSSES, ids=named)
def test_every_line_of_a_losss_proof_equals_the_taught_derivative(use: LossUse) -> None:
    assert use.derivative is not None
    for _, line in loss_proof(use):
        for output, target in pairs(use):
            y, t = HIGH.number(output), HIGH.number(target)
            assert close(at(line, y=y, t=t), at(use.derivative, y=y, t=t))


# Written down once more, from the definitions and not from the catalogue.
KNOWN = {
    "half_squared_error": lambda y, t, m: (y - t) ** 2 / 2,
    "mean_squared_error": lambda y, t, m: (y - t) ** 2,
    "absolute_error": lambda y, t, m: abs(y - t),
    "huber": lambda y, t, m: (y - t) ** 2 / 2 if abs(y - t) < 1 else abs(y - t) - MPF("0.5"),
    "log_cosh": lambda y, t, m: m.log(m.cosh(y - t)),
    "binary_cross_entropy": lambda y, t, m: -(t * m.log(y) + (1 - t) * m.log(1 - y)),
    "cross_entropy": lambda y, t, m: -t * m.log(y),
    "kl_divergence": lambda y, t, m: t * m.log(t / y) if t else MPF(0),
    "hinge": lambda y, t, m: max(MPF(0), 1 - t * y),
}


@pytest.mark.parametrize("use", USED_LOSSES, ids=named)
def test_a_loss_is_what_its_name_says(use: LossUse) -> None:
    for output, target in pairs(use):
        y, t = HIGH.number(output), HIGH.number(target)
        assert close(at(use.term, y=y, t=t), KNOWN[use.name](y, t, HIGH.context))
    assert use.mean == (use.name == "mean_squared_error")


@pytest.mark.parametrize(
    ("name", "y", "t", "slope"),
    [
        ("absolute_error", 2, 2, 0),
        ("hinge", 1, 1, 0),
        ("hinge", -1, -1, 0),
        ("huber", 3, 2, 1),
        ("huber", 1, 2, -1),
        ("log_cosh", 2, 2, 0),
        ("kl_divergence", Fraction(1, 2), 0, 0),
    ],
)
def test_the_derivative_of_a_loss_at_its_corner_is_the_declared_one(
    name: str, y: Fraction | int, t: int, slope: int
) -> None:
    use = catalogue.loss(name)
    assert use.derivative is not None
    point = {"y": HIGH.number(Fraction(y)), "t": HIGH.number(Fraction(t))}
    swept = slopes(use.term, Bindings({OUTPUT: point["y"], TARGET_LETTER: point["t"]}))
    assert at(use.derivative, **point) == slope
    assert swept.get(OUTPUT, 0) == slope
    assert at(derivative(use.term, OUTPUT), **point) == slope


def test_huber_and_log_cosh_have_no_corner() -> None:
    use = catalogue.loss("huber")
    for side in (-1, 1):
        seam = MPF(side)
        before, after = (at(use.derivative, y=seam + d * STEP, t=MPF(0)) for d in (-1, 1))
        assert abs(after - before) <= 2 * STEP


@pytest.mark.parametrize("target", [0, 1])
def test_zero_times_the_logarithm_is_zero(target: int) -> None:
    t = HIGH.number(Fraction(target))
    y = MPF("0.25")
    found = {
        name: at(catalogue.loss(name).term, y=y, t=t)
        for name in ("binary_cross_entropy", "cross_entropy", "kl_divergence")
    }
    assert close(found["cross_entropy"], -target * HIGH.context.log(y))
    assert close(found["kl_divergence"], -target * HIGH.context.log(y))
    assert close(found["binary_cross_entropy"], -HIGH.context.log(y if target else 1 - y))


def test_per_output_takes_the_mean() -> None:
    assert catalogue.loss("half_squared_error", "mean").mean
    assert catalogue.own_loss("(y - t)**4", "mean").mean
    assert not catalogue.own_loss("(y - t)**4").mean


# -- intervals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "outer", "inside"),
    [
        (("0", "1", False), ("0", "1", False), True),
        (("0", "1", False), ("0", "1", True), True),
        (("0", "1", True), ("0", "1", False), False),
        (("0", None, True), ("0", None, False), False),
        (("0", None, False), ("0", None, True), True),
        (("-1", "1", False), ("0", None, False), False),
        ((None, None, False), ("0", None, False), False),
        (("0", "1", False), (None, None, False), True),
        (("0", None, False), ("0", "1", False), False),
    ],
)
def test_one_interval_in_another(
    inner: tuple[str | None, str | None, bool],
    outer: tuple[str | None, str | None, bool],
    inside: bool,
) -> None:
    def interval(low: str | None, high: str | None, closed: bool) -> Interval:
        return Interval(low and Fraction(low), high and Fraction(high), closed)

    assert interval(*inner).inside(interval(*outer)) is inside


def test_an_interval_reads_as_in_a_book() -> None:
    assert str(ACTIVATIONS["sigmoid"].range) == "(0, 1)"
    assert str(ACTIVATIONS["relu"].range) == "[0, ∞)"
    assert str(ACTIVATIONS["identity"].range) == "(−∞, ∞)"
    assert str(ACTIVATIONS["gelu"].range) == "[−0.17, ∞)"
    assert str(LOSSES["hinge"].targets) == "[−1, 1]"
