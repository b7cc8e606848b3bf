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

__all__ = [
    "BATCH_E", "EXAMPLE", "RATE", "E", "FormulaGraph", "Graph", "NetworkGraph", "Path",
    "activation_formula", "activations", "bias_of", "over", "pre_activations", "same_example",
    "summands",
]  # fmt: skip
