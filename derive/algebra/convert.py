"""From an ordered tree to SymPy: the algebra behind what is shown, not a way to show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial as partial_of
from types import MappingProxyType
from typing import Any

import sympy  # type: ignore[import-untyped]

from derive.expression.blank import Blank
from derive.expression.evaluate import with_example
from derive.expression.functions import Function
from derive.expression.nodes import (
    NAMED,
    VARIABLE,
    Apply,
    Bracket,
    Cases,
    Constant,
    Expression,
    IndexedSum,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
    substitute,
)

_SIGNS = {"<": "Lt", "<=": "Le", ">": "Gt", ">=": "Ge", "==": "Eq", "!=": "Ne"}
_ELEMENTARY = {
    "exp": "exp", "ln": "log", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "sinh": "sinh",
    "cosh": "cosh", "tanh": "tanh", "atan": "atan", "erf": "erf", "abs": "Abs", "sign": "sign",
}  # fmt: skip
_SYMMETRIC = {"max": "Max", "min": "Min"}  # SymPy keeps no order of their arguments


def identity_name(q: Quantity) -> str:
    """A name that no other quantity has, whatever the notation: a letter's is the letter."""
    if q.kind == VARIABLE:
        return q.name
    if q.kind == NAMED:
        return f"{NAMED}_{q.name}"
    example = "" if q.example is None else f"_{q.example}"
    return f"{q.kind.replace(' ', '_').replace('-', '_')}_{q.layer}_{q.unit}_{q.source}{example}"


def identity(q: Quantity) -> sympy.Symbol:
    """A symbol that no other quantity has, whatever the notation."""
    return sympy.Symbol(identity_name(q), real=True)


def to_sympy(
    expression: Expression,
    symbol: Callable[[Quantity], Any] = identity,
    named: Callable[[Function], Any] | None = None,
    elementary: Mapping[str, Any] = MappingProxyType({}),
    *,
    evaluate: bool = True,
) -> sympy.Expr:
    """The expression in SymPy.

    symbol  what stands for a quantity: a real symbol
    named   the SymPy function of one that has a definition; without it, the definition is
            written out
    elementary  SymPy functions to be taken for some of ours: name → function
    evaluate  False keeps every sum, product and choice as it stands, in its order: what is to be
            computed in doubles must not be rearranged. ``named`` is then asked for all functions
            that are not elementary, max and min among them.

    A derivative of a formula is taken. A derivative of a quantity raises TypeError: what it means
    lies in the definitions, not here.
    """

    def apply(function: Function, arguments: tuple[Expression, ...]) -> Any:
        name = function.name
        if function.definition is None and name in _ELEMENTARY:
            sympy_function = elementary.get(name) or getattr(sympy, _ELEMENTARY[name])
            return sympy_function(*map(convert, arguments), evaluate=evaluate)
        if evaluate and function.definition is None:
            sympy_function = elementary.get(name) or getattr(sympy, _SYMMETRIC[name])
            return sympy_function(*map(convert, arguments))
        if named is not None or function.definition is None:
            assert named is not None, "max and min are asked for by name where nothing is evaluated"
            return named(function)(*map(convert, arguments))
        values: dict[Expression, Expression] = dict(
            zip(function.parameters, arguments, strict=True)
        )
        return convert(substitute(function.definition, values))

    def cases(e: Cases) -> Any:
        *values, otherwise = map(convert, e.values)
        conditions = [
            getattr(sympy, _SIGNS[c.sign])(
                convert(c.left), convert(c.right), evaluate=evaluate
            )
            for c in e.conditions
        ]  # fmt: skip
        pairs = zip(values, conditions, strict=True)
        return sympy.Piecewise(*pairs, (otherwise, True), evaluate=evaluate)

    def partial(e: Partial) -> Any:
        if isinstance(e.of, Quantity):
            raise TypeError(f"the derivative of {symbol(e.of)} is a matter of the definitions")
        return sympy.diff(convert(e.of), symbol(e.by))

    def indexed_sum(e: IndexedSum) -> Any:
        bodies = (with_example(e.body, e.index, example) for example in range(e.count))
        return add(*map(convert, bodies))

    add = partial_of(sympy.Add, evaluate=evaluate)
    times = partial_of(sympy.Mul, evaluate=evaluate)
    power = partial_of(sympy.Pow, evaluate=evaluate)

    rules: dict[type, Callable[[Any], Any]] = {
        Quantity: symbol,
        Number: lambda e: sympy.Rational(e.value.numerator, e.value.denominator),
        Constant: lambda e: {"pi": sympy.pi, "e": sympy.E}[e.name],
        Negative: lambda e: times(-1, convert(e.operand)),
        Sum: lambda e: add(*map(convert, e.terms)),
        Product: lambda e: times(*map(convert, e.factors)),
        Quotient: lambda e: times(convert(e.numerator), power(convert(e.denominator), -1)),
        Power: lambda e: power(convert(e.base), convert(e.exponent)),
        Apply: lambda e: apply(e.function, e.arguments),
        Cases: cases,
        Bracket: lambda e: convert(e.inner),
        Blank: lambda e: convert(e.of),
        Partial: partial,
        IndexedSum: indexed_sum,
    }

    def convert(e: Expression) -> Any:
        return rules[type(e)](e)

    result: sympy.Expr = convert(expression)
    return result
