"""Source code of what goes along a direction, for one example or for many."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from types import MappingProxyType

from derive.algebra.languages.statements import INDENT
from derive.compute.backends import numpy as arrays
from derive.compute.directions import along, along_layers
from derive.compute.programs import layers
from derive.compute.programs.program import Program, auxiliary, gradient, second, tangent
from derive.compute.sources.identifiers import LayerIdentifiers
from derive.compute.sources.source import RESERVED, LayerSource, ScalarSource, array_of
from derive.expression.nodes import Quantity
from derive.network.description import Network

_RESERVED = (*RESERVED, "direction", "input_direction", "weights")


class AlongSource(ScalarSource):
    """Functions of one example, neuron by neuron, in plain Python.

    outputs_along(theta, inputs, direction, fixed=()) -> list, a number for each output
    outputs_along_inputs(theta, inputs, input_direction, fixed=()) -> the same
    pulled_back(theta, inputs, weights, fixed=()) -> list, a number for each entry of theta
    pulled_back_to_inputs(theta, inputs, weights, fixed=()) -> list, one for each input
    gradient_along(theta, inputs, targets, direction, fixed=()) -> list, as theta
    """

    arguments = MappingProxyType({
        "outputs_along": ("theta", "inputs", "direction", "fixed"),
        "outputs_along_inputs": ("theta", "inputs", "input_direction", "fixed"),
        "pulled_back": ("theta", "inputs", "weights", "fixed"),
        "pulled_back_to_inputs": ("theta", "inputs", "weights", "fixed"),
        "gradient_along": ("theta", "inputs", "targets", "direction", "fixed"),
    })  # fmt: skip
    summaries = MappingProxyType({
        "outputs_along": "How the outputs change where theta moves along a direction.",
        "outputs_along_inputs": "How the outputs change where the inputs move along a direction.",
        "pulled_back": "The gradient of the weighted sum of the outputs with respect to theta.",
        "pulled_back_to_inputs": "The gradient of that sum with respect to the inputs.",
        "gradient_along": "How the gradient changes where theta moves along a direction.",
    })  # fmt: skip
    reserved = _RESERVED

    @cached_property
    def direction(self) -> tuple[Quantity, ...]:
        return tuple(map(tangent, self.theta))

    @cached_property
    def input_direction(self) -> tuple[Quantity, ...]:
        return tuple(map(tangent, self.inputs))

    @cached_property
    def weights(self) -> tuple[Quantity, ...]:
        last = len(self.network.layers)
        return tuple(auxiliary(along.COTANGENT, last, q.unit) for q in self.targets)

    def _program(self, function: str, remarks: bool) -> Program:
        if function.startswith("outputs_along"):
            return along.outputs_along(self.network, inputs=function.endswith("inputs"))
        if function == "gradient_along":
            return along.gradient_along(self.network)
        return along.pulled_back(self.network)

    def _results(self, function: str) -> tuple[Sequence[Quantity], Sequence[Quantity]]:
        if function.startswith("outputs_along"):
            last = len(self.network.layers)
            return (), [auxiliary("Ry", last, q.unit) for q in self.targets]
        if function == "gradient_along":
            return (), [second(q) for q in self.theta]
        of = self.inputs if function.endswith("inputs") else self.theta
        return (), [gradient(q) for q in of]


_TILES = MappingProxyType({
    "outputs_along": ("a0", "directions"),
    "outputs_along_inputs": ("a0", "direction"),
    "pulled_back": ("a0", "weights"),
    "pulled_back_each": ("a0", "weights"),
    "pulled_back_to_inputs": ("a0", "weights"),
    "gradient_along": ("a0", "t", "directions"),
    "gradients_each": ("a0", "t"),
})  # fmt: skip


class AlongLayerSource:
    """Functions of one tile of examples, a column each, layer by layer, in NumPy.

        outputs_along_of_tile(parameters, a0, directions) -> (n_out, examples)
        outputs_along_inputs_of_tile(parameters, a0, direction) -> the same
        pulled_back_of_tile(parameters, a0, weights) -> an array for each that is trained
        pulled_back_each_of_tile(parameters, a0, weights) -> the same, an example each
        pulled_back_to_inputs_of_tile(parameters, a0, weights) -> (n_in, examples)
        gradient_along_of_tile(parameters, a0, t, directions) -> an array for each that is trained
        gradients_each_of_tile(parameters, a0, t) -> losses, then an array for each, an example each

    ``directions`` are arrays as those that are trained. All results come in a tuple.
    """

    def __init__(self, of: LayerSource) -> None:
        self.network = of.network
        self.blocks = of.blocks
        self.trained = [array_of(b) for b in of.blocks if not b.frozen]
        self.names = of.names

    def source(self, function: str) -> str:
        """One of the functions, with the helpers it calls."""
        code = LayerIdentifiers(self.names, _RESERVED)
        writer = arrays.Tiles(code)
        arguments = _TILES[function]
        last = len(self.network.layers)
        spelled = {
            "direction": code(along_layers.activations_move(0)),
            "weights": code(auxiliary(along.COTANGENT, last)),
        }
        head = ", ".join(spelled.get(name, name) for name in arguments)
        lines = [f"def {function}_of_tile(parameters, {head}):"]
        lines += writer.unpacking([code(array_of(b)) for b in self.blocks], "parameters")
        if "directions" in arguments:
            tangents = [code(along_layers.array_tangent(q)) for q in self.trained]
            lines += writer.unpacking(tangents, "directions")
        results = self._results(function)
        lines += writer.body(_program(self.network, function).only(results))
        lines.append(writer.wrapped_list("return (", [*map(code, results), ""], ")", INDENT))
        return "\n".join([*writer.definitions(), *lines]) + "\n"

    def _results(self, function: str) -> list[Quantity]:
        gradients = [layers.gradient(q) for q in self.trained]
        if function.startswith("outputs_along"):
            return [along_layers.activations_move(len(self.network.layers))]
        if function == "pulled_back_to_inputs":
            return [layers.gradient(layers.INPUTS)]
        if function == "gradient_along":
            return [along_layers.array_tangent(q) for q in gradients]
        return [*([layers.SUM_OF_LOSSES] if function == "gradients_each" else []), *gradients]


def _program(network: Network, function: str) -> Program:
    if function.startswith("outputs_along"):
        return along_layers.outputs_along(network, inputs=function.endswith("inputs"))
    programs = {
        "pulled_back": along_layers.pulled_back,
        "pulled_back_to_inputs": along_layers.pulled_back,
        "pulled_back_each": along_layers.pulled_back_each,
        "gradient_along": along_layers.gradient_along,
        "gradients_each": along_layers.gradients_each,
    }
    return programs[function](network)
