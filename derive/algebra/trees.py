"""From SymPy back to an ordered tree, to be worked out by any arithmetic: not a way to show it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy  # type: ignore[import-untyped]

from derive.expression.constructors import ONE, product, total, variable
from derive.expression.functions import elementary
from derive.expression.nodes import Constant, Expression, Negative, Number, Power, Quotient

# SymPy's name of a function → ours.
_NAMES = {"log": "ln", "Abs": "abs", "Max": "max", "Min": "min", "_Tanh": "tanh"}


def to_tree(e: Any) -> Expression:
    """A smooth SymPy expression as a tree; symbols become letters.

    Raises ArithmeticError for what is nowhere defined, TypeError for what has no counterpart: a
    derivative or a condition.
    """
    if e in (sympy.nan, sympy.zoo):
        raise ArithmeticError("a formula without a value")
    for kind, rule in _RULES:
        if isinstance(e, kind):
            return rule(e)
    raise TypeError(f"{type(e).__name__} is not a formula")


def _power(e: Any) -> Expression:
    base, exponent = e.as_base_exp()
    if exponent.is_Rational and exponent < 0:
        return Quotient(ONE, to_tree(base**-exponent))
    if exponent == sympy.S.Half:
        return elementary()["sqrt"](to_tree(base))
    return Power(to_tree(base), to_tree(exponent))


def _product(e: Any) -> Expression:
    above: list[Any] = []
    below: list[Any] = []
    for factor in e.args:
        divides = factor.is_Pow and factor.exp.is_Rational and factor.exp < 0
        (below if divides else above).append(factor)
    top = product(*map(to_tree, above)) if above else ONE
    if not below:
        return top
    return Quotient(top, product(*(to_tree(1 / factor) for factor in below)))


def _function(e: Any) -> Expression:
    name = type(e).__name__
    function = elementary().get(_NAMES.get(name, name))
    if function is None:
        raise TypeError(f"{name} is not a function of ours")
    return function(*map(to_tree, e.args))


def _rational(e: Any) -> Expression:
    value = Fraction(int(e.p), int(e.q))
    return Negative(Number(-value)) if value < 0 else Number(value)


_RULES: tuple[tuple[Any, Callable[[Any], Expression]], ...] = (
    (sympy.Symbol, lambda e: variable(e.name)),
    (sympy.Rational, _rational),
    (sympy.Add, lambda e: total(*map(to_tree, e.args))),
    (sympy.Mul, _product),
    (sympy.exp, _function),  # before powers: SymPy may call e^x one
    (sympy.Pow, _power),
    (type(sympy.pi), lambda e: Constant("pi")),
    (type(sympy.E), lambda e: Constant("e")),
    (sympy.Function, _function),
)
