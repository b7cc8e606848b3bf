"""One formula by itself: its arguments may be anything, so every branch and kink can be reached."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product as combinations
from typing import Any

from derive.derivation.check.kinks import gaps, has_kinks, roots
from derive.derivation.check.points import number_between, signed
from derive.derivation.graph import Graph
from derive.derivation.steps import Step
from derive.expression.evaluate import HIGH, Point, evaluate, slopes
from derive.expression.nodes import Quantity

Values = dict[Quantity, Fraction]

_SPECIAL = tuple(Fraction(n) for n in (0, 1, -1))
_SIMPLE = (-7, -5, -3, -2, -1, 1, 2, 3, 5, 7)  # quarters
_BASES = 3
_ASIDE = tuple(map(Fraction, ("0", "0.01", "-0.01", "0.3", "-0.3", "2", "-2")))


class LocalPoint(Point):
    """An environment for one formula: its arguments are free, the rest follows from them."""

    def __init__(self, graph: Graph, values: Mapping[Quantity, Fraction]) -> None:
        super().__init__()
        self.arithmetic = HIGH
        self._graph = graph
        self._values: dict[Quantity, Any] = {q: HIGH.number(v) for q, v in values.items()}

    def quantity(self, quantity: Quantity) -> Any:
        if quantity not in self._values:
            self._values[quantity] = evaluate(self._graph.definitions[quantity], self)
        return self._values[quantity]

    def partial(self, of: Quantity, by: Quantity) -> Any:
        found = slopes(self._graph.definitions[of], self)
        return found.get(by, HIGH.number(Fraction(0)))


def draws(graph: Graph, steps: tuple[Step, ...], free: tuple[Quantity, ...]) -> list[Values]:
    """Values for the free quantities of steps about one formula.

    Random ones, small whole numbers, the kinks of every formula in the steps and what lies on
    both sides of them; where the loss is not meant for them (a target of −2 for a logarithm),
    they are left out.
    """
    chance = random.Random(f"derive local {steps[0].id}")
    kinked = any(has_kinks(r.expression) for step in steps for r in step.relations)
    found = [*_random(free, chance, 2 if kinked else 1), *_special(free)]
    if kinked:
        found += _around_kinks(graph, steps, free, chance)
    return [values for values in found if _allowed(graph, values)]


def _random(free: tuple[Quantity, ...], chance: random.Random, times: int) -> Iterator[Values]:
    for size in (3.0, 1.0, 1.0) * times:
        yield {q: signed(chance, 0.05, size) for q in free}
    for _ in range(2 * times):  # targets and outputs between 0 and 1
        yield {q: number_between(chance, 0.05, 0.95) for q in free}


def _special(free: tuple[Quantity, ...]) -> Iterator[Values]:
    if len(free) <= 2:
        for values in combinations(_SPECIAL, repeat=len(free)):
            yield dict(zip(free, values, strict=True))


def _around_kinks(
    graph: Graph, steps: tuple[Step, ...], free: tuple[Quantity, ...], chance: random.Random
) -> Iterator[Values]:
    expressions = {r.expression: None for step in steps for r in step.relations}
    for gap in {gap: None for e in expressions if has_kinks(e) for gap in gaps(e)}:
        for _ in range(_BASES):
            # Few binary digits, so that what is computed from them is exact.
            base = {q: Fraction(chance.choice(_SIMPLE), 4) for q in free}
            for letter in free:

                def point(
                    x: Fraction, base: Values = base, letter: Quantity = letter
                ) -> LocalPoint:
                    return LocalPoint(graph, {**base, letter: x})

                for root in roots(gap, letter, point):
                    for aside in _ASIDE:
                        yield {**base, letter: root + aside}


def _allowed(graph: Graph, values: Values) -> bool:
    """Whether the loss is meant for these targets and outputs."""
    row = graph.network.loss.row
    if row is None:
        return True
    domains = dict.fromkeys(graph.targets, row.targets)
    domains |= dict.fromkeys(graph.outputs, row.domain)
    return all(value in domains[q] for q, value in values.items() if q in domains)
