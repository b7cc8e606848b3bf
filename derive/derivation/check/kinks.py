"""Kinks: which side of each a point is on, which branches hold there, and where they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from derive.expression.evaluate import HIGH, Bindings, Environment, chosen, evaluate
from derive.expression.functions import Function
from derive.expression.nodes import (
    Apply,
    Cases,
    Comparison,
    Expression,
    Negative,
    Quantity,
    substitute,
    total,
)

Branch = tuple[Cases, int]

_TIES = frozenset({"abs", "sign", "max", "min"})  # functions with a kink of their own
_GRID = tuple(Fraction(n, 2) for n in (-40, -12, -5, -3, -1, 1, 3, 5, 12, 40))
_ROUNDS = 80  # halvings of an interval of the grid: to 10⁻²³
_EXACT = Fraction(1, 10**20)


def has_kinks(expression: Expression) -> bool:
    """Whether an expression, or a function it calls, has branches or a corner."""
    return any(
        isinstance(node, Cases) or (isinstance(node, Apply) and _kinked(node.function))
        for node in expression.walk()
    )


@cache
def _kinked(function: Function) -> bool:
    definition = function.definition
    return function.name in _TIES or (definition is not None and has_kinks(definition))


def all_branches(expression: Expression) -> set[Branch]:
    """Every branch of every case distinction in an expression and in the functions it calls."""
    found: set[Branch] = set()
    for node in expression.walk():
        if isinstance(node, Cases):
            found |= {(node, i) for i in range(len(node.values))}
        elif isinstance(node, Apply) and _kinked(node.function) and node.function.definition:
            found |= all_branches(node.function.definition)
    return found


def branches(expression: Expression, environment: Environment) -> set[Branch]:
    """The branches that are taken at a point."""
    return {
        (node, chosen(node, here))
        for node, here in _taken(expression, environment)
        if isinstance(node, Cases)
    }


def sides(expression: Expression, environment: Environment) -> tuple[int, ...]:
    """The side of every kink that a point is on: −1, 1, or 0 on the kink itself."""
    found = []
    for node, here in _taken(expression, environment):
        gap = _gap(node)
        if gap is not None:
            value = evaluate(gap, here)
            found.append((value > 0) - (value < 0))
    return tuple(found)


def _taken(e: Expression, environment: Environment) -> Iterator[tuple[Expression, Environment]]:
    """The nodes that count at a point, in functions too: no branch that does not hold."""
    if not has_kinks(e) and not isinstance(e, Comparison):
        return
    yield e, environment
    if isinstance(e, Cases):
        position = chosen(e, environment)
        inside: tuple[Expression, ...] = (*e.conditions[: position + 1], e.values[position])
    else:
        inside = e.children
    for child in inside:
        yield from _taken(child, environment)
    if isinstance(e, Apply) and e.function.definition is not None:
        values = (evaluate(argument, environment) for argument in e.arguments)
        bindings = Bindings(dict(zip(e.function.parameters, values, strict=True)))
        yield from _taken(e.function.definition, bindings)


def _gap(node: Expression) -> Expression | None:
    """What is 0 on the kink of a node: left − right of a comparison, u of |u|, u − v of max."""
    if isinstance(node, Comparison):
        return total(node.left, Negative(node.right))
    if isinstance(node, Apply) and node.function.name in _TIES:
        first, *second = node.arguments
        return total(first, *map(Negative, second))
    return None


def gaps(expression: Expression) -> list[Expression]:
    """What is 0 on the kinks of an expression and of the functions it calls, in its own names."""
    found: dict[Expression, None] = {}
    for node in expression.walk():
        gap = _gap(node)
        if gap is not None:
            found[gap] = None
        elif isinstance(node, Apply) and _kinked(node.function) and node.function.definition:
            values: dict[Expression, Expression] = dict(
                zip(node.function.parameters, node.arguments, strict=True)
            )
            found.update(dict.fromkeys(gaps(substitute(node.function.definition, values))))
    return list(found)


def roots(
    gap: Expression, letter: Quantity, point: Callable[[Fraction], Environment]
) -> list[Fraction]:
    """Where a gap is 0 when one letter moves: exactly, where the place is a simple fraction.

    point  the environment with the letter at a value
    """
    if not any(node == letter for node in gap.walk()):
        return []

    def value(x: Fraction) -> Any:
        try:
            return evaluate(gap, point(x))
        except ArithmeticError:
            return None

    known = [(x, v) for x in _GRID if (v := value(x)) is not None]
    found = {x for x, v in known if v == 0}
    pairs = list(pairwise(known))
    for (low, below), (high, above) in pairs:
        if below * above < 0:
            found.add(_between(low, high, below, value))
    if not found and pairs:  # beyond the grid: where a straight line would be 0
        (low, below), (high, above) = pairs[0]
        if below != above:
            x = low - (high - low) * _fraction(below / (above - below))
            if value(x) == 0:
                found.add(x)
    return sorted(found)


def _between(low: Fraction, high: Fraction, below: Any, value: Callable[[Fraction], Any]) -> (
    Fraction
):  # fmt: skip
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        here = value(middle)
        if here is None or here == 0:
            return middle
        if here * below > 0:
            low = middle
        else:
            high = middle
    simple = low.limit_denominator(10**6)
    return simple if abs(simple - low) < _EXACT else low


def _fraction(value: Any) -> Fraction:
    scaled = HIGH.context.nint(value * 10**30)
    return Fraction(int(scaled), 10**30).limit_denominator(10**6)
