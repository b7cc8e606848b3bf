"""The same program for whole layers and many examples: a column per example.

    z1 = W1ᵀ·a0 + b1    a1 = …    δ2 = …    δ1 = (W2·δ2)·slope    ∂E/∂W1 = a0·δ1ᵀ

``W1`` is (n_in, n_out), ``a0`` (n_in, examples), ``z1`` (n_out, examples). With columns a sum
over the units of a layer runs along whole rows of memory, which for narrow layers is several
times faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from derive.compute.programs.functions import ALL, COLUMN, FILL, MIX, OUTER, ROWS, SPREAD
from derive.compute.programs.program import Item, Note, Program, Statement, auxiliary
from derive.compute.programs.taught import Taught
from derive.compute.stable import forms
from derive.compute.stable.loss_forms import loss_form, share
from derive.derivation.calculus.tidy import tidy
from derive.expression.binding import Line
from derive.expression.constructors import product, variable
from derive.expression.nodes import (
    ACTIVATION,
    DELTA,
    INPUT,
    LOSS,
    WEIGHT,
    Expression,
    Negative,
    Product,
    Quantity,
    Sum,
    quantities,
)
from derive.expression.rewriting import rewrite
from derive.graph import E, NetworkGraph, activations, bias_of, pre_activations
from derive.network.description import Layer, Network

TARGETS = auxiliary("t", 0)
INPUTS = auxiliary("a", 0)
SUM_OF_LOSSES = Quantity(LOSS)


def weights(layer: int) -> Quantity:
    """All weights of a layer, an array (n_in, n_out)."""
    return auxiliary("W", layer)


def biases(layer: int) -> Quantity:
    """All biases of a layer, an array (n_out,), or () where shared."""
    return auxiliary("b", layer)


def outputs(network: Network) -> Quantity:
    """The outputs, (n_out, examples)."""
    return auxiliary("a", len(network.layers))


def layer_program(network: Network, remarks: bool = False) -> Program:
    """Outputs, the sum of the losses, its gradients for weights, biases and inputs."""
    taught = Taught(NetworkGraph(network)) if remarks and _is_small(network) else None
    return Program(tuple(_items(network, taught)))


def _is_small(network: Network) -> bool:
    """Whether formulas of single units still help: not with hundreds of terms."""
    return max(network.sizes) <= 16


def _items(network: Network, taught: Taught | None) -> Iterator[Item]:
    yield from forward(network, taught)
    last = network.layers[-1]
    loss = loss_form(network.loss, last.activation)
    if taught is not None:
        yield Note("the loss of every example, summed over the examples")
        yield from map(taught.definition, [*_few(taught.graph.terms), E])
    yield from lines(last, loss.lines)
    total = tidy(product(share(network), ALL(_expand(last, loss.value))))
    yield Statement(SUM_OF_LOSSES, total)
    yield from backward(network, loss_slopes(network), taught)


def loss_slopes(network: Network) -> dict[str, Expression]:
    """∂loss/∂face of the outputs, in letters."""
    loss = loss_form(network.loss, network.layers[-1].activation)
    return {face: tidy(product(share(network), slope)) for face, slope in loss.slopes.items()}


def forward(network: Network, taught: Taught | None = None) -> Iterator[Item]:
    """The activations, layer by layer."""
    for layer in network.layers:
        yield from _forward(layer, taught)


def backward(
    network: Network, slopes: dict[str, Expression], taught: Taught | None = None
) -> Iterator[Item]:
    """Back from ∂loss/∂face of the outputs to every gradient."""
    last = network.layers[-1]
    for layer in reversed(network.layers):
        yield Note(f"the deltas of layer {layer.index}, ({layer.units}, examples)")
        if taught is not None:
            yield from (taught.delta(layer, unit) for unit in _few(range(layer.units)))
        if layer is not last:
            spread = SPREAD(weights(layer.index + 1), auxiliary("delta", layer.index + 1))
            yield Statement(auxiliary("g", layer.index), spread)
            slopes = {"y": variable("g")}
        back = forms.backward(forms.form(layer.activation), slopes)
        yield from lines(layer, (*back.lines, ("delta", back.delta)))
        yield from _gradients(layer, taught)


T = TypeVar("T")


def _few(things: Sequence[T]) -> Sequence[T]:
    """All of a few, the first of many."""
    return things if len(things) <= 4 else things[:1]


def _forward(layer: Layer, taught: Taught | None) -> Iterator[Item]:
    index = layer.index
    mixed: Expression = MIX(weights(index), auxiliary("a", index - 1))
    if layer.has_own_biases:
        added: Expression = COLUMN(biases(index))
        mixed = Sum((mixed, Negative(added) if layer.subtracts else added))
    elif layer.bias == "shared":
        mixed = Sum((mixed, biases(index)))
    yield Note(f"the pre-activations of layer {index}, ({layer.units}, examples)")
    if taught is not None:
        yield from map(taught.definition, _few(pre_activations(layer)))
    yield Statement(auxiliary("z", index), mixed)
    yield Note(f"its {layer.activation.name} activations")
    if taught is not None:
        yield from map(taught.definition, _few(activations(layer)))
    yield from lines(layer, forms.form(layer.activation).lines)


def _gradients(layer: Layer, taught: Taught | None) -> Iterator[Item]:
    index, delta = layer.index, auxiliary("delta", layer.index)
    first = Quantity(DELTA, index, 0)
    if taught is not None:
        sender = Quantity(ACTIVATION, index - 1, 0) if index > 1 else Quantity(INPUT)
        yield taught.gradient(Quantity(WEIGHT, index, 0, 0), Product((first, sender)))
    yield Statement(gradient(weights(index)), OUTER(auxiliary("a", index - 1), delta))
    if layer.has_own_biases:
        slopes: tuple[Expression, Expression] = (first, ROWS(delta))
        if layer.subtracts:
            slopes = (Negative(slopes[0]), Negative(slopes[1]))
        if taught is not None:
            yield taught.gradient(bias_of(layer, 0), slopes[0])
        yield Statement(gradient(biases(index)), slopes[1])
    elif layer.bias == "shared":
        yield Note("a shared bias collects the deltas of all units")
        yield Statement(gradient(biases(index)), ALL(delta))
    if index == 1:
        yield Note("with respect to the inputs")
        yield Statement(gradient(INPUTS), SPREAD(weights(1), delta))


def gradient(of: Quantity) -> Quantity:
    """∂loss/∂of for a whole array: dW1, db1, da0."""
    return auxiliary(f"d{of.name}", of.layer)


def lines(layer: Layer, form: Iterable[Line]) -> Iterable[Statement]:
    """The lines of a form for a whole layer."""
    for letter, formula in form:
        yield Statement(_named(layer, letter), _expand(layer, formula))


def _named(layer: Layer, letter: str) -> Quantity:
    if letter == "t":
        return TARGETS
    return auxiliary({"x": "z", "y": "a"}.get(letter, letter), layer.index)


def _expand(layer: Layer, formula: Expression) -> Expression:
    def change(node: Expression) -> Expression:
        return _named(layer, node.name) if isinstance(node, Quantity) else node

    if not quantities(formula):  # a constant, but an array is wanted
        return FILL(formula, auxiliary("z", layer.index))
    return rewrite(formula, change)
