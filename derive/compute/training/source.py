"""Source code that trains: the statements of one example inside the loops around them.

    descend(theta, examples, fixed, rate, epochs, losses, history) -> theta
    loss(theta, examples, fixed) -> float
    table_row(theta, inputs, targets, fixed) -> every quantity of one example, a list

A loop of its own saves the call, the unpacking and the list of every single step.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.algebra.languages.statements import INDENT
from derive.compute.programs.program import gradient
from derive.compute.sources.looped import Looped, indented
from derive.compute.sources.source import OneSource
from derive.expression.nodes import LOSS, TARGET, Quantity
from derive.graph import E, NetworkGraph
from derive.network.description import Network


class LoopSource(Looped):
    """The functions above, where the loss over several examples is their mean or sum."""

    def __init__(self, one: OneSource, mean: bool) -> None:
        super().__init__(one)
        self.mean = mean

    def descend(self, examples: int) -> str:
        """Gradient descent with all examples at every step.

        Before each step the loss goes into ``losses`` and theta into ``history``; what is left
        in them after an interruption is complete but for the last entry.
        """
        theta = self.one.theta
        gradients = [gradient(q) for q in theta]
        share = f"/{examples}" if self.mean and examples > 1 else ""
        w, g = [self.code(q) for q in theta], [self.summed(q) for q in gradients]
        step = [
            *self.over_examples((self.one.loss, *gradients)),
            f"losses.append({self.summed(self.one.loss)}{share})",
            self.writer.wrapped_list("history.extend((", w, ",))" if len(w) == 1 else "))"),
            *(f"{a} -= rate*{f'({b}{share})' if share else b}" for a, b in zip(w, g, strict=True)),
        ]
        lines = [
            "def descend(theta, examples, fixed, rate, epochs, losses, history):",
            *self.unpacked("theta", "fixed"),
            f"{INDENT}for _ in epochs:",
            *indented(step, 2),
            self.returned("", w),
        ]
        return self.source(lines)

    def loss(self, examples: int) -> str:
        """The loss of all examples."""
        share = f"/{examples}" if self.mean and examples > 1 else ""
        lines = [
            "def loss(theta, examples, fixed):",
            *self.unpacked("theta", "fixed"),
            *indented(self.over_examples((self.one.loss,)), 1),
            f"{INDENT}return float({self.summed(self.one.loss)}{share})",
        ]
        return self.source(lines)

    def table_row(self, columns: Sequence[Quantity]) -> str:
        """Some quantities of one example; a derivative is meant by ``gradient``."""
        lines = [
            "def table_row(theta, inputs, targets, fixed):",
            *self.unpacked("theta", "inputs", "targets", "fixed"),
            *self.writer.body(self.one.program.only(columns)),
            self.returned("", [self.code(q) for q in columns]),
        ]
        return self.source(lines)


def quantities_of_one(network: Network) -> tuple[Quantity, ...]:
    """The columns of a table of iterations with one example, gradients by ``gradient``.

    Inputs, targets, parameters, then layer by layer pre-activations and activations, the terms
    of the loss, the loss, and its derivative with respect to every trained parameter.
    """
    graph = NetworkGraph(network)
    parameters = parameters_of(network)
    trained = set(network.parameters())
    return (
        *graph.inputs,
        *graph.targets,
        *parameters,
        *(q for q in graph.definitions if q.kind not in (TARGET, LOSS)),
        E,
        *(gradient(q) for q in parameters if q in trained),
    )


def parameters_of(network: Network) -> tuple[Quantity, ...]:
    """Every parameter, layer by layer, weights by receiver: w1, w2 into h1; w3, w4 into h2."""
    return tuple(
        q
        for layer in network.layers
        for q in (
            *sorted(network.weights(layer.index), key=lambda w: (w.unit, w.source)),
            *network.biases(layer.index),
        )
    )
