"""Definitions: a network or formulas as one directed acyclic graph."""

from derive.graph.definitions import Graph, Path, same_example, summands
from derive.graph.networks import (
    BATCH_E,
    EXAMPLE,
    RATE,
    E,
    NetworkGraph,
    activation_formula,
    activations,
    bias_of,
    leaves_of,
    over,
    parameters_of,
    pre_activations,
)

__all__ = [
    "BATCH_E", "EXAMPLE", "RATE", "E", "Graph", "NetworkGraph", "Path", "activation_formula",
    "activations", "bias_of", "leaves_of", "over", "parameters_of", "pre_activations",
    "same_example", "summands",
]  # fmt: skip
