"""Definitions: a network or formulas as one directed acyclic graph."""

from derive.graph.definitions import Graph, Path, same_example, summands
from derive.graph.formulas import FormulaGraph
from derive.graph.networks import (
    BATCH_E,
    EXAMPLE,
    RATE,
    E,
    NetworkGraph,
    activation_formula,
    activations,
    bias_of,
    over,
    pre_activations,
)
from derive.network.errors import NetworkError, Problem

_NO_LAYERS = (
    "a graph of formulas has no layers, which this needs: write the network with the key layers"
)
AnyGraph = NetworkGraph | FormulaGraph


def layered(graph: AnyGraph) -> NetworkGraph:
    """The graph of a network. Raises NetworkError for one of formulas, which has no layers."""
    if isinstance(graph, NetworkGraph):
        return graph
    raise NetworkError([Problem(_NO_LAYERS)])


__all__ = [
    "BATCH_E", "EXAMPLE", "RATE", "AnyGraph", "E", "FormulaGraph", "Graph", "NetworkGraph", "Path",
    "activation_formula", "activations", "bias_of", "layered", "over", "pre_activations",
    "same_example", "summands",
]  # fmt: skip
