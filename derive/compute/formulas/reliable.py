"""Where a compiled graph of formulas loses its digits in double precision, found by trying.

Each leaf in turn goes over a grid while the others keep their numbers; what the generated code
gives is held against the formulas as they were typed, at many digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from derive.compute.backends.code import load
from derive.compute.formulas.made_up import numbers
from derive.compute.formulas.source import FormulaSource
from derive.compute.stable.reliable import (
    DIGITS,
    FAR,
    FAR_OF_ERF,
    GRID,
    SHIFT,
    Lost,
    differs,
    lost_ranges,
    mentions_erf,
    settled,
)
from derive.derivation.trace import ExampleTrace
from derive.expression.arithmetic import high_precision
from derive.expression.nodes import Quantity
from derive.graph import FormulaGraph

_WORK = 3_000  # formulas that are worked out, at most, in all points together
_MOST, _LEAST = 240, 40  # points
_EACH = 9  # points, at least, for a leaf

Point = dict[Quantity, Fraction]


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried, and found.

    leaves  those that went over the grid, one after the other
    far     how far
    lost    where what is compiled is wrong
    """

    leaves: tuple[Quantity, ...]
    far: float
    lost: tuple[Lost, ...]


@lru_cache(maxsize=16)
def tried(graph: FormulaGraph) -> Tried:
    """What was found by trying; of many leaves the first ones go over the grid."""
    far = FAR_OF_ERF if mentions_erf(graph.definitions.values()) else FAR
    grid = [x for x in GRID if abs(x) <= far]
    points = min(_MOST, max(_LEAST, _WORK // len(graph.definitions)))
    leaves = (*graph.parameters, *graph.inputs)[: points // _EACH]
    sample = grid[:: max(3, -(-len(grid) * len(leaves) // points))]
    probe = _Probe(graph)
    ranges: dict[Lost, None] = {}
    for leaf in leaves:
        wrong = [probe.wrong(leaf, x) for x in sample]
        ranges.update(dict.fromkeys(lost_ranges(graph.loss.name, sample, wrong, leaf.name)))
    return Tried(leaves, far, tuple(ranges))


class _Probe:
    """A graph's generated code beside its formulas."""

    def __init__(self, graph: FormulaGraph) -> None:
        self.graph = graph
        self.own = {q: Fraction(value) for q, value in numbers(graph).items()}
        source = FormulaSource(graph).source("loss_and_gradient")
        self.run = load(source)["loss_and_gradient"]

    def wrong(self, leaf: Quantity, x: float) -> tuple[bool, bool]:
        """Whether the loss, and whether a derivative has lost its digits where a leaf is x."""
        point = {**self.own, leaf: Fraction(x)}
        least = min(2 * abs(point[leaf]), Fraction(DIGITS[-1]))
        enough = [digits for digits in DIGITS if digits >= least]
        try:
            true = settled(lambda digits: self._exact(point, digits), enough)
        except ArithmeticError:
            return False, False  # it has no value there
        computed = self._computed(point)
        lost = {k for k, (g, t) in enumerate(zip(computed, true, strict=True)) if differs(g, t, t)}
        for neighbour in self._beside(point):
            if lost:  # what the rounding of the leaves themselves explains is not lost
                try:
                    beside = self._exact(neighbour, enough[0])
                except ArithmeticError:
                    return False, False
                lost = {k for k in lost if differs(computed[k], true[k], beside[k])}
        return 0 in lost, bool(lost - {0})

    def _computed(self, point: Point) -> list[float]:
        theta, inputs = (
            [float(point[q]) for q in group] for group in (self.graph.parameters, self.graph.inputs)
        )
        loss, gradient = self.run(theta, inputs)
        return [loss, *gradient]

    def _exact(self, point: Point, digits: int) -> Sequence[Any]:
        arithmetic = high_precision(digits)
        leaves = {q: arithmetic.number(value) for q, value in point.items()}
        example = ExampleTrace(self.graph, leaves, arithmetic)
        loss = self.graph.loss
        return [example.quantity(loss), *(example.partial(loss, w) for w in self.graph.parameters)]

    def _beside(self, point: Point) -> Iterator[Point]:
        """Points next to a point: every leaf moved alone."""
        for q, value in point.items():
            yield {**point, q: value * (1 + SHIFT)}
