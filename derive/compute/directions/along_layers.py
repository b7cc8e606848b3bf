"""The programs of ``along`` for whole layers and many examples: a column per example.

Rz = RWᵀ·a + Wᵀ·Ra + Rb    Ra = a′·Rz    Rδ = …    R ∂E/∂W = a·Rδᵀ + Ra·δᵀ
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from derive.compute.directions.along import COTANGENT, slopes_move, trained_biases, trained_weights
from derive.compute.directions.curvature import backward_along, curved
from derive.compute.programs import layers
from derive.compute.programs.functions import (
    ALL,
    COLUMN,
    EACH,
    FILL,
    MIX,
    OUTER,
    PRODUCTS,
    ROW,
    ROWS,
    SPREAD,
    TOTAL,
)
from derive.compute.programs.layers import biases, gradient, lines, weights
from derive.compute.programs.program import Item, Program, Statement, auxiliary
from derive.expression.constructors import ZERO, total, variable
from derive.expression.functions import Function
from derive.expression.nodes import Apply, Expression, Negative, Quantity
from derive.expression.rewriting import rewrite
from derive.network.description import Layer, Network


def array_tangent(array: Quantity) -> Quantity:
    """How an array moves along a direction."""
    return auxiliary(f"R{array.name}", array.layer)


def activations_move(layer: int) -> Quantity:
    """R of a layer's activations; of layer 0, the inputs."""
    return auxiliary("Ry", layer)


def outputs_along(network: Network, inputs: bool) -> Program:
    """R of the outputs where the inputs move, or else the parameters that are trained."""
    return Program((*layers.forward(network), *_outputs_move(network, inputs)))


def pulled_back(network: Network) -> Program:
    """Gradients of Σ (weight of an output)·output, as new arrays, summed over the examples."""
    return _with(_BY_SUM, _pulled_back(network))


def pulled_back_each(network: Network) -> Program:
    """The same for every example alone."""
    return _with(_BY_EXAMPLE, _pulled_back(network))


def gradients_each(network: Network) -> Program:
    """The loss and the gradients of every example alone."""
    return _with(_BY_EXAMPLE, layers.layer_program(network))


def gradient_along(network: Network) -> Program:
    """R of the gradients where the parameters that are trained move, summed over the examples."""
    items = [*layers.layer_program(network).items, *_outputs_move(network, inputs=False)]
    slopes: Mapping[str, Expression] = layers.loss_slopes(network)
    last = network.layers[-1]
    slope_lines, along = slopes_move(network)
    items += lines(last, slope_lines)
    for layer in reversed(network.layers):
        if layer is not last:
            slopes, along = {"y": variable("g")}, {"y": variable("Rg")}
            items.append(Statement(auxiliary("Rg", layer.index), _spread_moves(network, layer)))
        delta_lines, delta = backward_along(layer.activation, slopes, along)
        items += lines(layer, (*delta_lines, ("Rdelta", delta)))
        items += _gradients_move(layer)
    return Program(tuple(items))


def _pulled_back(network: Network) -> Program:
    weight: dict[str, Expression] = {"y": variable(COTANGENT)}
    return Program((*layers.forward(network), *layers.backward(network, weight)))


def _outputs_move(network: Network, inputs: bool) -> Iterator[Item]:
    for layer in network.layers:
        k = layer.index
        parts: list[Expression] = []
        if not inputs and trained_weights(layer):
            parts.append(MIX(array_tangent(weights(k)), auxiliary("a", k - 1)))
        if k > 1 or inputs:
            parts.append(MIX(weights(k), activations_move(k - 1)))
        if not inputs and trained_biases(layer):
            bias_tangent = array_tangent(biases(k))
            added: Expression = COLUMN(bias_tangent) if layer.has_own_biases else bias_tangent
            parts.append(Negative(added) if layer.subtracts else added)
        if not any(isinstance(part, Apply) and part.function == MIX for part in parts):
            parts.insert(0, FILL(ZERO, auxiliary("z", k)))
        yield Statement(auxiliary("Rx", k), total(*parts))
        yield from lines(layer, curved(layer.activation).lines)


def _spread_moves(network: Network, layer: Layer) -> Expression:
    following = network.layers[layer.index]
    k = following.index
    parts: list[Expression] = [SPREAD(weights(k), auxiliary("Rdelta", k))]
    if trained_weights(following):
        parts.append(SPREAD(array_tangent(weights(k)), auxiliary("delta", k)))
    return total(*parts)


def _gradients_move(layer: Layer) -> Iterator[Item]:
    k, delta = layer.index, auxiliary("Rdelta", layer.index)
    if trained_weights(layer):
        parts: list[Expression] = [PRODUCTS(auxiliary("a", k - 1), delta)]
        if k > 1:
            parts.append(PRODUCTS(activations_move(k - 1), auxiliary("delta", k)))
        yield Statement(array_tangent(gradient(weights(k))), total(*parts))
    if trained_biases(layer):
        deltas: Expression = ROWS(delta) if layer.has_own_biases else ALL(delta)
        along = Negative(deltas) if layer.subtracts else deltas
        yield Statement(array_tangent(gradient(biases(k))), along)


_BY_SUM = {OUTER: PRODUCTS}
_BY_EXAMPLE = {OUTER: EACH, ROWS: ROW, ALL: TOTAL}


def _with(functions: Mapping[Function, Function], program: Program) -> Program:
    """The program with other operations in place of some."""

    def change(node: Expression) -> Expression:
        if isinstance(node, Apply) and node.function in functions:
            return Apply(functions[node.function], node.arguments)
        return node

    return Program(tuple(
        Statement(item.target, rewrite(item.expression, change))
        if isinstance(item, Statement) else item
        for item in program.items
    ))  # fmt: skip
