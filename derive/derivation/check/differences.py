"""Finite differences: the judge that knows no rule of differentiation.

Along a random direction v, (f(x + h·v) − f(x − h·v))/2h is compared with Σ ∂f/∂x·v; one direction
tests all partial derivatives of a formula at once. Each quantity moves in proportion to itself,
so that ln of a probability of 10⁻³⁰ is asked about its neighbourhood, and both sides must agree
to thirty digits of the sum's largest part.

With D digits and h = 10^(−D/3) a difference is wrong by about h² (the third derivative) and by
10^(−D)·f/h (rounding). Where sixty digits do not tell, because a slope is tiny beside f or a
singularity is near (1 − y of a saturated output), the same point is looked at with more: an
honest disagreement shrinks, and one that does not is a fault. Then the direction is halved until
one quantity is left to blame.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from derive.derivation.calculus.local import key
from derive.derivation.check.kinks import sides
from derive.derivation.check.leaves import signed
from derive.derivation.check.more_digits import looks
from derive.derivation.failure import CheckFailed
from derive.derivation.trace import ExampleTrace, Trace
from derive.expression.arithmetic import HIGH, HighPrecision
from derive.expression.evaluate import evaluate
from derive.expression.kinks import has_kinks
from derive.expression.nodes import Expression, Quantity
from derive.graph import AnyGraph

Direction = Mapping[Quantity, Fraction]

_AGREE = HIGH.number(Fraction(1, 10**30))


def _steps(
    example: ExampleTrace, direction: Direction, part: Iterable[Quantity]
) -> dict[Quantity, Any]:
    """h·v for each quantity: in proportion to its value, where that is not 0."""
    arithmetic = example.arithmetic
    if not isinstance(arithmetic, HighPrecision):
        raise TypeError("a difference drowns in the rounding of few digits")
    h = arithmetic.number(Fraction(1, 10 ** (arithmetic.digits // 3)))
    return {q: (abs(example.quantity(q)) or 1) * h * arithmetic.number(direction[q]) for q in part}


class _Moved:
    """An environment in which some quantities stand a little aside."""

    def __init__(self, example: ExampleTrace, steps: Mapping[Quantity, Any], sign: int) -> None:
        self.arithmetic = example.arithmetic
        self._example = example
        self._steps = steps
        self._sign = sign

    def quantity(self, quantity: Quantity) -> Any:
        value = self._example.quantity(quantity)
        step = self._steps.get(quantity)
        return value if step is None else value + self._sign * step

    def partial(self, of: Quantity, by: Quantity) -> Any:
        raise TypeError("a definition contains no derivative")

    def slope(self, of: Expression, by: Quantity) -> Any:
        raise TypeError("a definition contains no derivative")


def check_formulas(graph: AnyGraph, point: Trace, seed: int) -> int:
    """Compare the slopes of every definition. Returns how many.

    Where a kink lies between the two sides there is no difference to compare with; the points
    are drawn so that this is rare.
    Raises CheckFailed naming the definition.
    """
    chance = random.Random(f"derive directions {seed}")
    return sum(
        _check_formula(graph, point, quantity, formula, chance)
        for quantity, formula in graph.definitions.items()
    )


def check_totals(graph: AnyGraph, point: Trace, seed: int, of: Iterable[Quantity]) -> int:
    """Compare the total derivatives of some quantities by all leaves. Returns how many.

    Raises CheckFailed naming the quantity by which a total is wrong.
    """
    chance = random.Random(f"derive totals {seed}")
    example = point.examples[0]
    direction = {q: signed(chance) for q in example.values if q not in graph.definitions}
    totals, aside = list(of), _Aside(graph, direction)
    if not totals or _crosses_a_kink(aside, example):
        return 0
    for quantity in totals:
        _check_total(point, quantity, aside)
    return len(totals)


class _Aside:
    """Forward passes from leaves that stand a little aside; each is made once, for all totals."""

    def __init__(self, graph: AnyGraph, direction: Direction) -> None:
        self.graph = graph
        self.direction = direction
        self._steps: dict[int, dict[Quantity, Any]] = {}
        self._pairs: dict[tuple[int, tuple[Quantity, ...]], tuple[ExampleTrace, ExampleTrace]] = {}

    def steps(self, example: ExampleTrace) -> Mapping[Quantity, Any]:
        """h·v of every leaf."""
        if id(example) not in self._steps:
            steps = _steps(example, self.direction, self.direction)
            self._steps[id(example)] = steps
        return self._steps[id(example)]

    def pair(
        self, example: ExampleTrace, part: Sequence[Quantity]
    ) -> tuple[ExampleTrace, ExampleTrace]:
        """The example with some of the leaves moved ahead, and behind."""
        key = id(example), tuple(part)
        if key not in self._pairs:
            leaves = {q: example.quantity(q) for q in self.direction}
            steps = {q: self.steps(example)[q] for q in part}
            self._pairs[key] = (self._moved(example, leaves, steps, 1),
                                  self._moved(example, leaves, steps, -1))  # fmt: skip
        return self._pairs[key]

    def _moved(
        self, example: ExampleTrace, leaves: Mapping[Quantity, Any],
        steps: Mapping[Quantity, Any], sign: int,
    ) -> ExampleTrace:  # fmt: skip
        there = {**leaves, **{q: leaves[q] + sign * step for q, step in steps.items()}}
        return ExampleTrace(self.graph, there, example.arithmetic)


def _check_formula(
    graph: AnyGraph,
    point: Trace,
    quantity: Quantity,
    formula: Expression,
    chance: random.Random,
) -> bool:
    direction = {q: signed(chance) for q in graph.parents[quantity]}
    if has_kinks(formula):
        every = _steps(point.examples[0], direction, tuple(direction))
        ahead, behind = (_Moved(point.examples[0], every, sign) for sign in (1, -1))
        if sides(formula, ahead) != sides(formula, behind):
            return False

    def agrees(example: ExampleTrace, part: Sequence[Quantity], floor: Any) -> bool:
        steps = _steps(example, direction, part)
        values = [evaluate(formula, _Moved(example, steps, sign)) for sign in (1, -1)]
        slopes = example.slopes(quantity)
        return _agree([slopes[q] * step for q, step in steps.items() if q in slopes], values, floor)

    culprit = _wrong(point, tuple(direction), agrees)
    if culprit is not None:
        raise CheckFailed(
            f"define/{key(quantity)}", f"its slope by {key(culprit)} disagrees with differences"
        )
    return True


def _crosses_a_kink(aside: _Aside, example: ExampleTrace) -> bool:
    kinked = [formula for formula in aside.graph.definitions.values() if has_kinks(formula)]
    if not kinked:
        return False
    ahead, behind = aside.pair(example, tuple(aside.direction))
    return any(sides(formula, ahead) != sides(formula, behind) for formula in kinked)


def _check_total(point: Trace, of: Quantity, aside: _Aside) -> None:
    def agrees(example: ExampleTrace, part: Sequence[Quantity], floor: Any) -> bool:
        values = [side.quantity(of) for side in aside.pair(example, part)]
        steps = aside.steps(example)
        return _agree([example.partial(of, q) * steps[q] for q in part], values, floor)

    culprit = _wrong(point, tuple(aside.direction), agrees)
    if culprit is not None:
        raise CheckFailed(
            f"total/{key(of)}/{key(culprit)}",
            "the total derivative disagrees with finite differences",
        )


def _agree(parts: Sequence[Any], values: Sequence[Any], floor: Any) -> bool:
    """Whether f(x + h·v) − f(x − h·v) is 2·Σ ∂f/∂x·h·v, to thirty digits of its largest part.

    parts  ∂f/∂x·h·v of every x that is moved
    floor  how much of f itself may be rounding
    """
    ahead, behind = values
    error = abs(ahead - behind - 2 * sum(parts))
    allowed = 2 * _AGREE * max(map(abs, parts), default=0) + floor * max(1, abs(ahead))
    return bool(error <= allowed)


def _wrong(
    point: Trace,
    suspects: tuple[Quantity, ...],
    agrees: Callable[[ExampleTrace, Sequence[Quantity], Any], bool],
) -> Quantity | None:
    """The quantity to blame for a disagreement that no number of digits mends; None if there is
    none."""

    def wrong(part: Sequence[Quantity]) -> bool:
        return not any(agrees(at.examples[0], part, floor) for at, floor in looks(point))

    return blame(suspects, wrong) if wrong(suspects) else None


def blame(suspects: tuple[Quantity, ...], wrong: Callable[[Sequence[Quantity]], bool]) -> Quantity:
    """The quantity that makes a group wrong, by halving the group."""
    while len(suspects) > 1:
        half = suspects[: len(suspects) // 2]
        suspects = half if wrong(half) else suspects[len(half) :]
    return suspects[0]
