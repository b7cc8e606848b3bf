"""Numbers for the leaves of a graph that has none for them, so that its code can be run at once."""

from __future__ import annotations

from derive.expression.nodes import Quantity
from derive.graph import FormulaGraph


def numbers(graph: FormulaGraph) -> dict[Quantity, float]:
    """Leaf → its number in the graph, or one made up: 0.1, 0.2, … so that neighbours differ."""
    values = {}
    for leaves, turn in ((graph.parameters, 9), (graph.inputs, 5)):
        for k, q in enumerate(leaves):
            own = graph.given.get(q)
            values[q] = float(own.value) if own is not None else (k % turn + 1) / 10
    return values
