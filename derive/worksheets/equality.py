"""Whether two formulas are the same: their values at random points of the network."""

from __future__ import annotations

from derive.derivation.check.points import draw
from derive.derivation.rounding import equal
from derive.derivation.trace import Trace
from derive.expression.evaluate import evaluate
from derive.expression.nodes import Expression
from derive.graph import NetworkGraph

_POINTS = 3
_SEED = 7000


class Truth:
    """Compares formulas about one network; what was compared once is remembered."""

    def __init__(self, graph: NetworkGraph) -> None:
        self.graph = graph
        self._points: dict[tuple[str, ...], tuple[Trace, ...]] = {}
        self._known: dict[object, bool] = {}

    def points(self, assumes: tuple[str, ...] = ()) -> tuple[Trace, ...]:
        """The points, units with a kink on either side of it in turn."""
        if assumes not in self._points:
            self._points[assumes] = tuple(
                draw(self.graph, _SEED + seed, frozenset(assumes), bit=seed // 2)
                for seed in range(_POINTS)
            )
        return self._points[assumes]

    def same(self, a: Expression, b: Expression, assumes: tuple[str, ...] = ()) -> bool:
        """Whether two formulas are equal at every point; not so where one has no value."""
        asked = a, b, assumes
        if asked not in self._known:
            self._known[asked] = self._compare(a, b, assumes)
        return self._known[asked]

    def _compare(self, a: Expression, b: Expression, assumes: tuple[str, ...]) -> bool:
        try:
            return all(equal(evaluate(a, p), evaluate(b, p)) for p in self.points(assumes))
        except (ArithmeticError, KeyError, TypeError):
            return False
