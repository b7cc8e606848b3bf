"""Finite differences: the judge that knows no rule of differentiation.

Along a random direction v, (f(x + h·v) − f(x − h·v))/2h is compared with Σ ∂f/∂x·v. With sixty
digits and h = 10⁻²⁰ both agree to thirty digits or one of them is wrong; one direction tests
all partial derivatives of a formula at once. On failure the direction is halved until one
quantity is left to blame.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from derive.derivation.check.failure import CheckFailed
from derive.derivation.check.kinks import has_kinks, sides
from derive.derivation.check.points import signed
from derive.derivation.graph import Graph
from derive.derivation.local import key
from derive.derivation.trace import ExampleTrace, Trace
from derive.expression.evaluate import HIGH, evaluate
from derive.expression.nodes import Expression, Quantity

H = HIGH.number(Fraction(1, 10**20))
_ZERO = HIGH.number(Fraction(0))
_TOLERANCE = HIGH.number(Fraction(1, 10**30))

Direction = dict[Quantity, Any]


class _Moved:
    """An environment in which some quantities stand a little aside."""

    def __init__(self, example: ExampleTrace, direction: Direction, step: Any) -> None:
        self.arithmetic = example.arithmetic
        self._example = example
        self._direction = direction
        self._step = step

    def quantity(self, quantity: Quantity) -> Any:
        value = self._example.quantity(quantity)
        if quantity in self._direction:
            value = value + self._step * self._direction[quantity]
        return value

    def partial(self, of: Quantity, by: Quantity) -> Any:
        raise TypeError("a definition contains no derivative")


def check_formulas(graph: Graph, point: Trace, seed: int) -> int:
    """Compare the slopes of every definition. Returns how many.

    Where a kink lies between the two sides there is no difference to compare with; the points
    are drawn so that this is rare.
    Raises CheckFailed naming the definition.
    """
    chance = random.Random(f"derive directions {seed}")
    example = point.examples[0]
    return sum(
        _check_formula(graph, example, quantity, formula, chance)
        for quantity, formula in graph.definitions.items()
    )


def check_totals(graph: Graph, point: Trace, seed: int, of: Iterable[Quantity]) -> int:
    """Compare the total derivatives of some quantities by all leaves. Returns how many.

    Raises CheckFailed naming the quantity by which a total is wrong.
    """
    chance = random.Random(f"derive totals {seed}")
    example = point.examples[0]
    leaves = [q for q in example.values if q not in graph.definitions]
    direction = {leaf: HIGH.number(signed(chance)) for leaf in leaves}
    wanted = list(of)
    if not wanted or _crosses_a_kink(graph, example, direction):
        return 0
    for quantity in wanted:
        _check_total(graph, example, quantity, direction)
    return len(wanted)


def _check_formula(
    graph: Graph,
    example: ExampleTrace,
    quantity: Quantity,
    formula: Expression,
    chance: random.Random,
) -> bool:
    slopes = example.slopes(quantity)
    direction = {q: HIGH.number(signed(chance)) for q in graph.parents[quantity]}
    ahead, behind = _Moved(example, direction, H), _Moved(example, direction, -H)
    if has_kinks(formula) and sides(formula, ahead) != sides(formula, behind):
        return False

    def wrong(part: Sequence[Quantity]) -> bool:
        moved = {q: direction[q] for q in part}
        ahead, behind = _Moved(example, moved, H), _Moved(example, moved, -H)
        found = (evaluate(formula, ahead) - evaluate(formula, behind)) / (2 * H)
        return not _agree(found, _sum(slopes.get(q, _ZERO) * v for q, v in moved.items()))

    if wrong(tuple(direction)):
        culprit = blame(tuple(direction), wrong)
        raise CheckFailed(
            f"define/{key(quantity)}", f"its slope by {key(culprit)} disagrees with differences"
        )
    return True


def _crosses_a_kink(graph: Graph, example: ExampleTrace, direction: Direction) -> bool:
    kinked = [formula for formula in graph.definitions.values() if has_kinks(formula)]
    if not kinked:
        return False
    ahead, behind = (_shifted(graph, example, direction, step) for step in (H, -H))
    return any(sides(formula, ahead) != sides(formula, behind) for formula in kinked)


def _check_total(graph: Graph, example: ExampleTrace, of: Quantity, direction: Direction) -> None:
    def wrong(part: Sequence[Quantity]) -> bool:
        moved = {q: direction[q] for q in part}
        ahead, behind = _shifted(graph, example, moved, H), _shifted(graph, example, moved, -H)
        found = (ahead.quantity(of) - behind.quantity(of)) / (2 * H)
        return not _agree(found, _sum(example.partial(of, q) * v for q, v in moved.items()))

    if wrong(tuple(direction)):
        culprit = blame(tuple(direction), wrong)
        raise CheckFailed(
            f"total/{key(of)}/{key(culprit)}",
            "the total derivative disagrees with finite differences",
        )


def _sum(parts: Iterable[Any]) -> Any:
    return sum(parts, _ZERO)


def blame(suspects: tuple[Quantity, ...], wrong: Callable[[Sequence[Quantity]], bool]) -> Quantity:
    """The quantity that makes a group wrong, by halving the group."""
    while len(suspects) > 1:
        half = suspects[: len(suspects) // 2]
        suspects = half if wrong(half) else suspects[len(half) :]
    return suspects[0]


def _shifted(graph: Graph, example: ExampleTrace, direction: Direction, step: Any) -> ExampleTrace:
    """The forward pass from leaves that stand a little aside."""
    leaves = {
        q: value + step * direction[q] if q in direction else value
        for q, value in example.values.items()
        if q not in graph.definitions
    }
    return ExampleTrace(graph, leaves)


def _agree(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= _TOLERANCE * max(1, abs(a), abs(b)))
