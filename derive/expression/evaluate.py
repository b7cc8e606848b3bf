"""The value of an expression, in any *arithmetic*.

What a derivative in it comes to is a matter of the environment: see ``derive.algebra.slopes``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Protocol

from derive.expression.arithmetic import HIGH, Arithmetic
from derive.expression.blank import Blank
from derive.expression.functions import Function
from derive.expression.grid import Grid
from derive.expression.matrices import Hadamard, Matrix, MatrixProduct, Named, Transpose
from derive.expression.nodes import (
    Apply,
    Bracket,
    Cases,
    Comparison,
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
)


class Environment(Protocol):
    """What an expression's names mean.

    quantity  its value
    partial   the derivative of a quantity, through all that it is made from
    slope     the derivative of a formula with respect to a quantity in it
    """

    @property
    def arithmetic(self) -> Arithmetic: ...
    def quantity(self, quantity: Quantity) -> Any: ...
    def partial(self, of: Quantity, by: Quantity) -> Any: ...
    def slope(self, of: Expression, by: Quantity) -> Any: ...


class Point:
    """An environment that remembers what was worked out in it, by the identity of tree nodes.

    Formulas share their parts (a softmax denominator stands in every line about it): each part
    is worked out once. The node is kept beside its value, so that no other can take its id.
    So are the slopes of a formula, by the formula: one is asked for after the other.
    """

    def __init__(self) -> None:
        self.known: dict[int, tuple[Expression, Any]] = {}
        self.slopes_of: dict[Expression, dict[Quantity, Any]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Without what is remembered: the nodes of a copy have other identities."""
        return {**self.__dict__, "known": {}, "slopes_of": {}}


_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


class Bindings:
    """An environment of plain values, for formulas in letters."""

    def __init__(self, values: Mapping[Quantity, Any], arithmetic: Arithmetic = HIGH) -> None:
        self.values = values
        self.arithmetic = arithmetic

    def quantity(self, quantity: Quantity) -> Any:
        return self.values[quantity]

    def partial(self, of: Quantity, by: Quantity) -> Any:
        return self.arithmetic.number(Fraction(int(of == by)))

    def slope(self, of: Expression, by: Quantity) -> Any:
        raise TypeError("plain values differentiate nothing")


def evaluate(expression: Expression, environment: Environment) -> Any:
    """The value of an expression, a Grid for a matrix.

    Raises ArithmeticError outside a function's domain, TypeError where shapes do not go together.
    """
    return _EVALUATE[type(expression)](expression, environment)


def holds(condition: Comparison, environment: Environment) -> bool:
    """Whether a comparison is true."""
    left, right = evaluate(condition.left, environment), evaluate(condition.right, environment)
    return _COMPARE[condition.sign](environment.arithmetic.compare(left, right), 0)


def chosen(cases: Cases, environment: Environment) -> int:
    """Which value of a Cases applies."""
    for position, condition in enumerate(cases.conditions):
        if holds(condition, environment):
            return position
    return len(cases.conditions)


def apply(function: Function, arguments: tuple[Any, ...], arithmetic: Arithmetic) -> Any:
    """The value of a function at given arguments."""
    if function.definition is None:
        return arithmetic.elementary(function.name, arguments)
    values = dict(zip(function.parameters, arguments, strict=True))
    return evaluate(function.definition, Bindings(values, arithmetic))


def _remembered(rule: Callable[[Any, Environment], Any]) -> Callable[[Any, Environment], Any]:
    """How to work out what is dear enough to be remembered where an environment does so."""

    def value(e: Expression, env: Environment) -> Any:
        if not isinstance(env, Point):
            return rule(e, env)
        known = env.known.get(id(e))
        if known is None:
            known = env.known[id(e)] = e, rule(e, env)
        return known[1]

    return value


# A page works out tens of thousands of nodes: what stands in sums and products is looked up here
# and not by one more call.


def _sum(e: Sum, env: Environment) -> Any:
    first, *others = e.terms
    result = _EVALUATE[type(first)](first, env)
    for term in others:
        result = result + _EVALUATE[type(term)](term, env)
    return result


def _product(e: Product, env: Environment) -> Any:
    first, *others = e.factors
    result = _EVALUATE[type(first)](first, env)
    for factor in others:
        result = result * _EVALUATE[type(factor)](factor, env)
    return result


def _quotient(e: Quotient, env: Environment) -> Any:
    return evaluate(e.numerator, env) / evaluate(e.denominator, env)


def _power(e: Power, env: Environment) -> Any:
    return env.arithmetic.power(evaluate(e.base, env), evaluate(e.exponent, env))


def _apply(e: Apply, env: Environment) -> Any:
    values = tuple([evaluate(a, env) for a in e.arguments])
    if isinstance(values[0], Grid):
        return values[0].map(lambda value: apply(e.function, (value,), env.arithmetic))
    return apply(e.function, values, env.arithmetic)


def _partial(e: Partial, env: Environment) -> Any:
    return env.partial(e.of, e.by) if isinstance(e.of, Quantity) else env.slope(e.of, e.by)


def _indexed_sum(e: IndexedSum, env: Environment) -> Any:
    result = env.arithmetic.number(Fraction(0))
    for example in range(e.count):
        result = result + evaluate(with_example(e.body, e.index, example), env)
    return result


def _matrix(e: Matrix, env: Environment) -> Any:
    return Grid(tuple(tuple(evaluate(one, env) for one in row) for row in e.rows))


def _hadamard(e: Hadamard, env: Environment) -> Any:
    return evaluate(e.left, env).combine(evaluate(e.right, env), operator.mul)


_EVALUATE: dict[type, Callable[[Any, Environment], Any]] = {
    Quantity: lambda e, env: env.quantity(e),
    Number: lambda e, env: env.arithmetic.number(e.value),
    Constant: lambda e, env: env.arithmetic.constant(e.name),
    Negative: lambda e, env: -evaluate(e.operand, env),
    Sum: _remembered(_sum),
    Product: _product,
    Quotient: _remembered(_quotient),
    Power: _power,
    Apply: _remembered(_apply),
    Cases: lambda e, env: evaluate(e.values[chosen(e, env)], env),
    Bracket: lambda e, env: evaluate(e.inner, env),
    Partial: _partial,
    IndexedSum: _indexed_sum,
    Blank: lambda e, env: evaluate(e.of, env),
    Matrix: _matrix,
    Named: lambda e, env: evaluate(e.of, env),
    Transpose: lambda e, env: evaluate(e.of, env).transposed(),
    MatrixProduct: lambda e, env: evaluate(e.left, env).times(evaluate(e.right, env)),
    Hadamard: _hadamard,
}


def with_example(
    expression: Expression, index: int | str | None, example: int | str | None
) -> Expression:
    """The expression with every quantity of example ``index`` moved to ``example``."""
    if isinstance(expression, Quantity):
        if expression.example != index or expression.kind not in PER_EXAMPLE:
            return expression
        q = expression
        return Quantity(q.kind, q.layer, q.unit, q.source, example, q.name)
    children = expression.children
    if not children:
        return expression
    return expression.with_children(tuple(with_example(c, index, example) for c in children))


# Kinds of quantity that have a value of their own for every example of a batch.
PER_EXAMPLE = frozenset(
    {"input", "pre-activation", "activation", "target", "loss term", "loss", "delta"}
)
