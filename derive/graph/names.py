"""What the quantities of a graph are called."""

from __future__ import annotations

from pathlib import Path

from derive.graph import AnyGraph, FormulaGraph
from derive.network.errors import NetworkError, Problem
from derive.notation import Names, names
from derive.notation.build import as_typed

_TYPED = (
    "notation: a graph of formulas has the names that were typed, and no notation; leave it out"
)


def names_of(graph: AnyGraph, notation: str | Path | None = None) -> Names:
    """The names of a network in a notation, or its own; those of formulas are as typed.

    Raises NotationError, and NetworkError where formulas are to have a notation.
    """
    if isinstance(graph, FormulaGraph):
        if notation is not None:
            raise NetworkError([Problem(_TYPED)])
        return as_typed((*graph.definitions, *graph.leaves))
    network = graph.network
    chosen = network.notation if notation is None else notation
    return names(chosen, network.shape, network.layout)
