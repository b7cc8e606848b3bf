"""Whether two formulas are the same: their values at random points of the network."""

from __future__ import annotations

from collections.abc import Collection

from derive.derivation.check.points import draw
from derive.derivation.numbers.rounding import equal
from derive.derivation.trace import Trace
from derive.expression.evaluate import evaluate
from derive.expression.nodes import Expression
from derive.graph import NetworkGraph


def agree(a: Expression, b: Expression, point: Trace) -> bool:
    """Whether two formulas have the same value at a point; not so where one has none."""
    try:
        return equal(evaluate(a, point), evaluate(b, point))
    except (ArithmeticError, KeyError, TypeError):  # TypeError: a second derivative
        return False


class Equality:
    """Compares formulas about one network; what was compared once is remembered.

    seed   of the first point
    count  of the points
    """

    def __init__(self, graph: NetworkGraph, seed: int = 7000, count: int = 3) -> None:
        self.graph = graph
        self._seeds = range(seed, seed + count)
        self._points: dict[frozenset[str], tuple[Trace, ...]] = {}
        self._known: dict[object, bool] = {}

    def points(self, assumes: Collection[str] = ()) -> tuple[Trace, ...]:
        """The points, units with a kink on either side of it in turn."""
        assumptions = frozenset(assumes)
        if assumptions not in self._points:
            self._points[assumptions] = tuple(
                draw(self.graph, seed, assumptions, bit=position // 2)
                for position, seed in enumerate(self._seeds)
            )
        return self._points[assumptions]

    def same(self, a: Expression, b: Expression, assumes: tuple[str, ...] = ()) -> bool:
        """Whether two formulas are equal at every point."""
        key = a, b, assumes
        if key not in self._known:
            self._known[key] = all(agree(a, b, point) for point in self.points(assumes))
        return self._known[key]
