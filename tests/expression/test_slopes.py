"""Values and slopes: against SymPy on whole formulas, against finite differences, and at ties."""

from __future__ import annotations

import sys
from fractions import Fraction
from typing import Any

import pytest
import sympy
from expression.drawn_formulas import LETTERS, formulas, points
from hypothesis import given, settings

from derive.algebra.convert import to_sympy
from derive.algebra.slopes import Differentiating, slopes
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import variable
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.functions import VALUE, Function, X, elementary
from derive.expression.nodes import (
    INPUT,
    Expression,
    IndexedSum,
    Number,
    Partial,
    Product,
    Quantity,
    Sum,
)
from derive.expression.rewriting import substitute
from derive.expression.typed.formula import parse
from tests.slopes_of_functions import function_slopes

TOLERANCE = HIGH.context.mpf(10) ** -40
Point = dict[Quantity, Fraction]


class Differentiable(Differentiating, Bindings):
    """Plain values, and the slopes of formulas at them."""


def high(point: Point) -> Differentiable:
    return Differentiable({letter: HIGH.number(value) for letter, value in point.items()})


def in_sympy(formula: sympy.Expr, point: Point) -> Any:
    """SymPy's own value of a SymPy formula, in sixty digits."""
    values = {
        sympy.Symbol(letter.name, real=True): sympy.Rational(v.numerator, v.denominator)
        for letter, v in point.items()
    }
    return HIGH.context.mpf(str(sympy.N(formula.subs(values), 60)))


def close(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= TOLERANCE * max(1, abs(a), abs(b)))


@given(formulas(), points())
def test_the_value_is_sympys(formula: Expression, point: Point) -> None:
    assert close(evaluate(formula, high(point)), in_sympy(to_sympy(formula), point))


@settings(max_examples=60)
@given(formulas(6), points())
def test_the_slopes_are_sympys(formula: Expression, point: Point) -> None:
    found = slopes(formula, high(point))
    in_symbols = to_sympy(formula)
    for letter in LETTERS:
        expected = in_sympy(sympy.diff(in_symbols, sympy.Symbol(letter.name, real=True)), point)
        assert close(found.get(letter, 0), expected)


@given(formulas(), points())
def test_the_slopes_are_those_of_finite_differences(formula: Expression, point: Point) -> None:
    context, h = HIGH.context, HIGH.context.mpf(10) ** -20
    found = slopes(formula, high(point))
    for letter in LETTERS:
        values = [
            evaluate(
                formula, Bindings({**high(point).values, letter: high(point).values[letter] + d})
            )
            for d in (-h, h)
        ]
        difference = (values[1] - values[0]) / (2 * h)
        # The error is h²/6 times the third derivative, which these formulas keep moderate.
        assert abs(found.get(letter, 0) - difference) <= context.mpf(10) ** -28


@given(formulas(), points())
def test_a_partial_of_a_formula_has_the_value_of_its_slope(
    formula: Expression, point: Point
) -> None:
    if isinstance(formula, Quantity):
        formula = Sum((formula, formula))
    found = slopes(formula, high(point))
    for letter in LETTERS:
        value = evaluate(Partial(formula, letter), high(point))
        assert value == found.get(letter, 0)


# -- the table of functions ------------------------------------------------------------------

NAMED = sorted(set(elementary().values()), key=lambda f: f.name)
PLACES = [Fraction(n, 8) + Fraction(1, 97) for n in range(-24, 25, 4)]


def places(function: Function) -> list[tuple[Fraction, ...]]:
    """Arguments inside the function's domain and away from its kinks."""
    if len(function.parameters) == 2:
        return [(a, b) for a in PLACES[::3] for b in PLACES[1::3]]
    return [(x,) for x in PLACES if x > 0 or function.name not in ("ln", "sqrt")]


@pytest.mark.parametrize("function", NAMED, ids=lambda f: f.name)
def test_the_taught_derivative_is_sympys_the_sweeps_and_a_difference(function: Function) -> None:
    context, h = HIGH.context, HIGH.context.mpf(10) ** -20
    symbols = [sympy.Symbol(p.name, real=True) for p in function.parameters]
    in_symbols = to_sympy(function(*function.parameters))
    assert len(function.derivatives) == len(function.parameters)
    for arguments in places(function):
        point = dict(zip(function.parameters, arguments, strict=True))
        values = tuple(map(HIGH.number, arguments))
        value = evaluate(function(*map(Number, arguments)), Bindings({}))
        swept = function_slopes(function, values, HIGH)
        for position, taught in enumerate(function.derivatives):
            bindings = Bindings({**high(point).values, VALUE: value})
            got = evaluate(taught, bindings)
            assert close(got, in_sympy(sympy.diff(in_symbols, symbols[position]), point))
            assert close(got, swept[position])
            moved = [
                evaluate(
                    function(*function.parameters),
                    Bindings(
                        dict(
                            zip(
                                function.parameters,
                                (v + d * (i == position) for i, v in enumerate(values)),
                                strict=True,
                            )
                        )
                    ),
                )
                for d in (-h, h)
            ]
            assert abs(got - (moved[1] - moved[0]) / (2 * h)) <= context.mpf(10) ** -30


def test_the_table_knows_each_function_by_its_name_and_log_as_ln() -> None:
    table = elementary()
    assert {name for name, function in table.items() if name != function.name} == {"log"}
    assert table["log"] is table["ln"]


@pytest.mark.parametrize(
    ("formula", "point", "expected"),
    [
        ("abs(x)", {"x": 0}, {"x": 0}),
        ("abs(x - y)", {"x": 2, "y": 2}, {"x": 0, "y": 0}),
        ("sign(x)", {"x": 0}, {"x": 0}),
        ("max(x, y)", {"x": 1, "y": 1}, {"x": "1/2", "y": "1/2"}),
        ("min(x, y)", {"x": 1, "y": 1}, {"x": "1/2", "y": "1/2"}),
        ("max(0, x)", {"x": 0}, {"x": "1/2"}),
        ("max(x, y)", {"x": 3, "y": 1}, {"x": 1, "y": 0}),
        ("min(x, y)", {"x": 3, "y": 1}, {"x": 0, "y": 1}),
        ("x if x > 0 else 0.01*x", {"x": 0}, {"x": "1/100"}),
        ("x if x >= 0 else 0.01*x", {"x": 0}, {"x": 1}),
        ("x*y*t", {"x": 0, "y": 0, "t": 5}, {"x": 0, "y": 0, "t": 0}),
        ("x*y*t", {"x": 0, "y": 3, "t": 5}, {"x": 15, "y": 0, "t": 0}),
        ("x**2", {"x": 0}, {"x": 0}),
        ("x**0", {"x": 0}, {"x": 0}),
        ("x**1", {"x": 0}, {"x": 1}),
        ("x*x", {"x": 3}, {"x": 6}),
    ],
)
def test_kinks_ties_and_zeros(
    formula: str, point: dict[str, int], expected: dict[str, int | str]
) -> None:
    tree = parse(formula, {name: variable(name) for name in "xyt"})
    found = slopes(tree, high({variable(name): Fraction(v) for name, v in point.items()}))
    for name, slope in expected.items():
        assert found.get(variable(name), 0) == HIGH.number(Fraction(slope)), name


@pytest.mark.parametrize(
    "formula", ["ln(x)", "ln(x - 1)", "sqrt(x - 1)", "1/x", "(x - 1)**0.5", "x**-1"]
)
def test_outside_its_domain_a_formula_has_no_value(formula: str) -> None:
    with pytest.raises(ArithmeticError):
        evaluate(parse(formula, {"x": X}), high({X: Fraction(0)}))


# -- SymPy -----------------------------------------------------------------------------------


def test_quantities_keep_apart_in_sympy() -> None:
    a, b = Quantity(INPUT, unit=0, example=0), Quantity(INPUT, unit=0, example=1)
    assert to_sympy(Sum((a, b))) != 2 * to_sympy(a)
    names = {a: "i1", b: "i2"}
    assert str(to_sympy(Product((a, b)), lambda q: sympy.Symbol(names[q]))) == "i1*i2"


def test_a_sum_over_examples_is_written_out_in_sympy() -> None:
    running = IndexedSum(Quantity(INPUT, unit=0, example="n"), "n", 3)
    rows = [Quantity(INPUT, unit=0, example=n) for n in range(3)]
    assert to_sympy(running) == to_sympy(Sum(tuple(rows)))


def test_a_derivative_through_the_definitions_is_not_sympys_to_say() -> None:
    with pytest.raises(TypeError, match="a matter of the definitions"):
        to_sympy(Partial(Quantity(INPUT), Quantity(INPUT, unit=1)))


def test_a_derivative_of_a_formula_is_taken_in_sympy() -> None:
    assert to_sympy(Partial(parse("x**3", {"x": X}), X)) == to_sympy(parse("3*x**2", {"x": X}))


def test_a_named_function_is_written_out_in_sympy() -> None:
    sigmoid = parse("sigmoid(2*x)", {"x": X})
    written = substitute(parse("1/(1 + exp(-x))", {"x": X}), {X: parse("2*x", {"x": X})})
    assert to_sympy(sigmoid) == to_sympy(written)


@pytest.mark.parametrize("text", [
    "(" * 39 + "x" + "+ 1)*y" * 39, "sin(" * 38 + "x" + ")" * 38, "1/(1 + " * 38 + "x*y" + ")" * 38,
    "*".join(f"(x + {k})" for k in range(1, 60)), "/".join(f"(y + {k})" for k in range(1, 60)),
])  # fmt: skip
def test_what_is_deep_or_long_is_differentiated_in_parts(text: str) -> None:
    """SymPy recurses as deep as a formula is, and its products of n factors have n² in a slope."""
    formula = parse(text, {letter.name: letter for letter in LETTERS})
    point = {letter: Fraction(1, 3 + k) for k, letter in enumerate(LETTERS)}
    h = HIGH.context.mpf(10) ** -20
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(_depth() + 400)
    try:
        found = slopes(formula, high(point))
    finally:
        sys.setrecursionlimit(limit)
    for letter in LETTERS[:2]:
        ahead, behind = (
            evaluate(
                formula, Bindings({**high(point).values, letter: high(point).values[letter] + d})
            )
            for d in (h, -h)
        )
        difference = (ahead - behind) / (2 * h)
        assert abs(found.get(letter, 0) - difference) <= 1e-28 * (1 + abs(difference))


def _depth() -> int:
    frame, depth = sys._getframe(), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1  # type: ignore[assignment]
    return depth
