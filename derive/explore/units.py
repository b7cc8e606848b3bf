"""Units that may saturate or die, and whether the loss makes up for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from derive.derivation.calculus.cancellation import output_delta_simplified
from derive.explore.trees import Tree
from derive.explore.values import Values
from derive.expression.nodes import Quantity
from derive.graph import AnyGraph, FormulaGraph, activations, pre_activations

# The steepest slope of an activation that flattens out on both sides.
_STEEPEST = {"sigmoid": 0.25, "tanh": 1.0, "softsign": 1.0}


class Unit(NamedTuple):
    """A unit that may let little or nothing of the gradient through.

    slope     the tree of f′; ``steepest``, the most that it can be
    dead      whether it is 0 there, and not only small
    cancels   whether the loss leaves no f′ in its δ
    """

    name: Quantity
    slope: Tree
    steepest: float
    dead: bool
    cancels: bool


def units(graph: AnyGraph, values: Values) -> Iterator[Unit]:
    """Every unit whose activation may let nothing through."""
    if isinstance(graph, FormulaGraph):
        return
    layers = graph.network.layers
    for layer in layers:
        name = layer.activation.name
        if name != "relu" and name not in _STEEPEST:
            continue
        for z, a in zip(pre_activations(layer), activations(layer), strict=True):
            last = layer is layers[-1]
            yield Unit(
                a, values.tree(values.local(a, z)), _STEEPEST.get(name, 1.0), name == "relu",
                last and output_delta_simplified(graph, z) is not None,
            )  # fmt: skip
