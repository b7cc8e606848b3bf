"""One formula by itself: its arguments may be anything, so every branch and kink can be reached."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product as combinations
from typing import Any

from derive.algebra.slopes import Differentiating, slopes
from derive.derivation.check.kinks import gaps
from derive.derivation.check.leaves import number_between, signed
from derive.derivation.check.points import draw
from derive.derivation.check.roots import on_seam, roots
from derive.derivation.numbers.rounding import settled
from derive.derivation.steps import Step
from derive.expression.arithmetic import HIGH, HighPrecision, high_precision
from derive.expression.evaluate import Point, evaluate
from derive.expression.kinks import has_kinks
from derive.expression.nodes import Quantity
from derive.graph import AnyGraph, FormulaGraph, NetworkGraph

Values = Mapping[Quantity, Fraction]

_SPECIAL = tuple(Fraction(n) for n in (0, 1, -1))
_SIMPLE = (-7, -5, -3, -2, -1, 1, 2, 3, 5, 7)  # quarters
_BASES = 3
_INSIDE, _ALONE = 2, 2_000  # points of the whole graph, and the first of their seeds
_ASIDE = tuple(
    map(Fraction, ("1e-10", "-1e-10", "1e-4", "-1e-4", "0.01", "-0.01", "0.3", "-0.3", "2", "-2"))
)


class LocalPoint(Differentiating, Point):
    """An environment for one formula: its arguments are free, the rest follows from them."""

    def __init__(self, graph: AnyGraph, values: Values, arithmetic: HighPrecision = HIGH) -> None:
        super().__init__()
        self.arithmetic = arithmetic
        self._graph = graph
        self._free = values
        self._values: dict[Quantity, Any] = {q: arithmetic.number(v) for q, v in values.items()}

    def quantity(self, quantity: Quantity) -> Any:
        if quantity not in self._values:
            self._values[quantity] = evaluate(self._graph.definitions[quantity], self)
        return self._values[quantity]

    def partial(self, of: Quantity, by: Quantity) -> Any:
        if of in self._free:
            return self.arithmetic.number(Fraction(int(of == by)))
        partials = slopes(self._graph.definitions[of], self)
        return partials.get(by, self.arithmetic.number(Fraction(0)))

    def finer(self, digits: int) -> LocalPoint | None:
        """The same point with more digits; a seam is known to sixty only."""
        if self.arithmetic is on_seam():
            return None
        return LocalPoint(self._graph, self._free, high_precision(digits))


def draws(graph: AnyGraph, steps: tuple[Step, ...], free: tuple[Quantity, ...]) -> list[LocalPoint]:
    """Where steps about one formula are looked at.

    At random values of the free quantities, at small whole numbers, on the kinks of every formula
    in the steps and on both sides of them, near and far. Where the loss is not meant for the
    values (a target of −2 for a logarithm), they are left out.
    """
    chance = random.Random(f"derive local {steps[0].id}")
    kinked = any(has_kinks(r.expression) for step in steps for r in step.relations)
    places = [(values, HIGH) for values in _random(free, chance, 2 if kinked else 1)]
    places += [(values, HIGH) for values in _special(free)]
    inside = tuple(_inside(graph, free))
    places += [(values, HIGH) for values in inside]
    if kinked:
        places += _around_kinks(graph, steps, free, chance, inside)
    return [LocalPoint(graph, *place) for place in places if _allowed(graph, place[0])]


def _random(free: tuple[Quantity, ...], chance: random.Random, times: int) -> Iterator[Values]:
    for size in (3.0, 1.0, 1.0) * times:
        yield {q: signed(chance, 0.05, size) for q in free}
    for _ in range(2 * times):  # targets and outputs between 0 and 1
        yield {q: number_between(chance, 0.05, 0.95) for q in free}


def _special(free: tuple[Quantity, ...]) -> Iterator[Values]:
    if len(free) <= 2:
        for values in combinations(_SPECIAL, repeat=len(free)):
            yield dict(zip(free, values, strict=True))


def _inside(graph: AnyGraph, free: tuple[Quantity, ...]) -> Iterator[Values]:
    """Values that the quantities have where all formulas of a graph are defined: those of
    formulas may be far from what is usual in a network, such as x of ln(x − 100)."""
    if isinstance(graph, FormulaGraph) and graph.level.keys() | set(graph.leaves) >= set(free):
        for seed in range(_INSIDE):
            point = draw(graph, _ALONE + seed)
            yield {q: settled(point.quantity(q)) for q in free}


def _around_kinks(
    graph: AnyGraph, steps: tuple[Step, ...], free: tuple[Quantity, ...], chance: random.Random,
    inside: tuple[Values, ...],
) -> Iterator[tuple[Values, HighPrecision]]:  # fmt: skip
    expressions = {r.expression: None for step in steps for r in step.relations}
    for gap in {gap: None for e in expressions if has_kinks(e) for gap in gaps(e)}:
        # Few binary digits, so that what is computed from them is exact.
        simple = (
            {q: Fraction(chance.choice(_SIMPLE), 4) for q in free}
            for _ in range(_BASES if len(free) > 1 else 1)
        )
        for base in (*simple, *inside):
            for letter in free:

                def point(
                    x: Fraction, base: Values = base, letter: Quantity = letter
                ) -> LocalPoint:
                    return LocalPoint(graph, {**base, letter: x})

                for root in roots(gap, letter, point):
                    yield {**base, letter: root}, on_seam()
                    for aside in _ASIDE:
                        yield {**base, letter: root + aside}, HIGH


def _allowed(graph: AnyGraph, values: Values) -> bool:
    """Whether the loss is meant for these targets and outputs."""
    row = graph.network.loss.row if isinstance(graph, NetworkGraph) else None
    if row is None:
        return True
    domains = dict.fromkeys(graph.targets, row.targets)
    domains |= dict.fromkeys(graph.outputs, row.domain)
    return all(value in domains[q] for q, value in values.items() if q in domains)
