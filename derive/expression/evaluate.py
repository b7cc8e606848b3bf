"""Numbers for expressions: values, and derivatives by a reverse sweep over the tree.

Everything is generic over an *arithmetic*. The reverse sweep (``slopes``) is written independently
of the stepwise differentiator and is one of the two things that check it; the other is finite
differences.
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
    """What an expression's names mean."""

    @property
    def arithmetic(self) -> Arithmetic: ...
    def quantity(self, quantity: Quantity) -> Any: ...
    def partial(self, of: Quantity, by: Quantity) -> Any: ...


class Point:
    """An environment that remembers what was worked out in it, by the identity of tree nodes.

    Formulas share their parts (a softmax denominator stands in every line about it): each part
    is worked out once. The node is kept beside its value, so that no other can take its id.
    """

    def __init__(self) -> None:
        self.known: dict[int, tuple[Expression, Any]] = {}
        self.known_slopes: dict[int, tuple[Expression, dict[Quantity, Any]]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Without what is remembered: the nodes of a copy have other identities."""
        return {**self.__dict__, "known": {}, "known_slopes": {}}


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


def evaluate(expression: Expression, environment: Environment) -> Any:
    """The value of an expression, a Grid for a matrix.

    Raises ArithmeticError outside a function's domain, TypeError where shapes do not go together.
    """
    kind = type(expression)
    if kind not in _REMEMBERED or not isinstance(environment, Point):
        return _EVALUATE[kind](expression, environment)
    known = environment.known.get(id(expression))
    if known is None:
        known = expression, _EVALUATE[kind](expression, environment)
        environment.known[id(expression)] = known
    return known[1]


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


def _sum(e: Sum, env: Environment) -> Any:
    terms = iter(e.terms)
    result = evaluate(next(terms), env)
    for term in terms:
        result = result + evaluate(term, env)
    return result


def _product(e: Product, env: Environment) -> Any:
    factors = iter(e.factors)
    result = evaluate(next(factors), env)
    for factor in factors:
        result = result * evaluate(factor, env)
    return result


def _quotient(e: Quotient, env: Environment) -> Any:
    return evaluate(e.numerator, env) / evaluate(e.denominator, env)


def _power(e: Power, env: Environment) -> Any:
    return env.arithmetic.power(evaluate(e.base, env), evaluate(e.exponent, env))


def _apply(e: Apply, env: Environment) -> Any:
    values = tuple(evaluate(a, env) for a in e.arguments)
    if isinstance(values[0], Grid):
        return values[0].map(lambda value: apply(e.function, (value,), env.arithmetic))
    return apply(e.function, values, env.arithmetic)


def _partial(e: Partial, env: Environment) -> Any:
    if isinstance(e.of, Quantity):
        return env.partial(e.of, e.by)
    return slopes(e.of, env).get(e.by, env.arithmetic.number(Fraction(0)))


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
    Sum: _sum,
    Product: _product,
    Quotient: _quotient,
    Power: _power,
    Apply: _apply,
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


_REMEMBERED = frozenset({Sum, Quotient, Apply})  # what is dear enough to be remembered


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


def slopes(expression: Expression, environment: Environment) -> dict[Quantity, Any]:
    """∂expression/∂q for every quantity q in it, by one reverse sweep: linear in its size.

    A Cases passes everything to the branch that holds; max, min and abs at a tie have the mean
    of the two slopes.
    """
    if isinstance(environment, Point) and id(expression) in environment.known_slopes:
        return environment.known_slopes[id(expression)][1]
    found: dict[Quantity, Any] = {}
    _push(expression, environment.arithmetic.number(Fraction(1)), environment, found)
    if isinstance(environment, Point):
        environment.known_slopes[id(expression)] = expression, found
    return found


def _push(e: Expression, weight: Any, env: Environment, found: dict[Quantity, Any]) -> None:
    if isinstance(e, Quantity):
        found[e] = found[e] + weight if e in found else weight
    elif isinstance(e, Sum):
        for term in e.terms:
            _push(term, weight, env, found)
    elif isinstance(e, Negative):
        _push(e.operand, -weight, env, found)
    elif isinstance(e, Product):
        _push_product(e, weight, env, found)
    elif isinstance(e, Quotient):
        top, bottom = evaluate(e.numerator, env), evaluate(e.denominator, env)
        _push(e.numerator, weight / bottom, env, found)
        _push(e.denominator, -weight * top / bottom / bottom, env, found)
    elif isinstance(e, Power):
        _push_power(e, weight, env, found)
    elif isinstance(e, Apply):
        values = tuple(evaluate(a, env) for a in e.arguments)
        factors = function_slopes(e.function, values, env.arithmetic)
        for argument, factor in zip(e.arguments, factors, strict=True):
            _push(argument, weight * factor, env, found)
    elif isinstance(e, Cases):
        _push(e.values[chosen(e, env)], weight, env, found)
    elif isinstance(e, Bracket):
        _push(e.inner, weight, env, found)
    elif not isinstance(e, (Number, Constant)):
        raise TypeError(f"{type(e).__name__} inside a derivative")


def _push_product(e: Product, weight: Any, env: Environment, found: dict[Quantity, Any]) -> None:
    values = [evaluate(factor, env) for factor in e.factors]
    # The product of the others, without dividing: a factor may be 0.
    after = [weight]
    for value in reversed(values[1:]):
        after.append(after[-1] * value)
    _push(e.factors[0], after[-1], env, found)
    before = values[0]
    for position in range(1, len(values)):
        _push(e.factors[position], before * after[-1 - position], env, found)
        before = before * values[position]


def _push_power(e: Power, weight: Any, env: Environment, found: dict[Quantity, Any]) -> None:
    arithmetic = env.arithmetic
    base, exponent = evaluate(e.base, env), evaluate(e.exponent, env)
    one = arithmetic.number(Fraction(1))
    if exponent != 0:
        _push(e.base, weight * exponent * arithmetic.power(base, exponent - one), env, found)
    if any(isinstance(node, Quantity) for node in e.exponent.walk()):
        growth = arithmetic.elementary("ln", (base,)) * arithmetic.power(base, exponent)
        _push(e.exponent, weight * growth, env, found)


def function_slopes(
    function: Function, values: tuple[Any, ...], arithmetic: Arithmetic
) -> tuple[Any, ...]:
    """A function's derivative by each argument, at given arguments."""
    if function.definition is not None:
        bindings = Bindings(dict(zip(function.parameters, values, strict=True)), arithmetic)
        found = slopes(function.definition, bindings)
        zero = arithmetic.number(Fraction(0))
        return tuple(found.get(p, zero) for p in function.parameters)
    return _ELEMENTARY_SLOPES[function.name](values, arithmetic)


def _of_two(values: tuple[Any, ...], arithmetic: Arithmetic, larger: bool) -> tuple[Any, ...]:
    side = arithmetic.compare(values[0], values[1]) * (1 if larger else -1)
    first = arithmetic.number(Fraction(1 + side, 2))
    return first, arithmetic.number(Fraction(1 - side, 2))


def _one(slope: Callable[[Any, Callable[..., Any], Arithmetic], Any]) -> Callable[..., Any]:
    def result(values: tuple[Any, ...], arithmetic: Arithmetic) -> tuple[Any, ...]:
        def function(name: str, argument: Any) -> Any:
            return arithmetic.elementary(name, (argument,))

        return (slope(values[0], function, arithmetic),)

    return result


# Deliberately not read from the table of taught derivatives: these check that table.
_ELEMENTARY_SLOPES: dict[str, Callable[[tuple[Any, ...], Arithmetic], tuple[Any, ...]]] = {
    "exp": _one(lambda x, f, a: f("exp", x)),
    "ln": _one(lambda x, f, a: 1 / x),
    "sqrt": _one(lambda x, f, a: f("sqrt", x) / (x + x)),
    "sin": _one(lambda x, f, a: f("cos", x)),
    "cos": _one(lambda x, f, a: -f("sin", x)),
    "sinh": _one(lambda x, f, a: f("cosh", x)),
    "cosh": _one(lambda x, f, a: f("sinh", x)),
    "tanh": _one(lambda x, f, a: 1 / (f("cosh", x) * f("cosh", x))),
    "atan": _one(lambda x, f, a: 1 / (1 + x * x)),
    "erf": _one(lambda x, f, a: 2 * f("exp", -x * x) / f("sqrt", a.constant("pi"))),
    "abs": _one(lambda x, f, a: f("sign", x)),
    "sign": _one(lambda x, f, a: a.number(Fraction(0))),
    "max": lambda values, arithmetic: _of_two(values, arithmetic, larger=True),
    "min": lambda values, arithmetic: _of_two(values, arithmetic, larger=False),
}
