"""Source code that trains: the statements of one example inside the loops around them.

    descend(theta, examples, fixed, rate, epochs, losses, history) -> theta
    loss(theta, examples, fixed) -> float
    table_row(theta, inputs, targets, fixed) -> every quantity of one example, a list

A loop of its own saves the call, the unpacking and the list of every single step.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import indent

from derive.compute.backends.python import PythonPrinter, PythonWriter
from derive.compute.backends.writer import INDENT, listed, unpacking
from derive.compute.identifiers import Identifiers
from derive.compute.program import gradient
from derive.compute.source import RESERVED, ScalarSource
from derive.derivation.graph import E, Graph
from derive.expression.nodes import LOSS, TARGET, Quantity
from derive.network.description import Network

_SUM = "sum"  # the example of what is added up over the examples
_LOOP = ("descend", "loss", "table_row", "examples", "rate", "epochs", "losses", "history", "_")


class _Names(Identifiers):
    """dE_dw5 is one example's derivative, sum_dE_dw5 that of all examples together."""

    def _wanted(self, q: Quantity) -> str:
        if q.example != _SUM:
            return super()._wanted(q)
        return f"sum_{self(Quantity(q.kind, q.layer, q.unit, q.source, name=q.name))}"


class LoopSource:
    """The functions above for a network, whose loss over several examples is a mean or a sum."""

    def __init__(self, network: Network) -> None:
        self.one = ScalarSource(network)
        self.mean = network.over_examples == "mean"
        self.code = _Names(self.one.names, (*RESERVED, *_LOOP))
        self.writer = PythonWriter(PythonPrinter(self.code))

    def descend(self, examples: int) -> str:
        """Gradient descent with all examples at every step.

        Before each step the loss goes into ``losses`` and theta into ``history``; what is left
        in them after an interruption is complete but for the last entry.
        """
        theta = self.one.theta
        gradients = [gradient(q) for q in theta]
        sums = [_summed(q) for q in gradients]
        share = f"/{examples}" if self.mean and examples > 1 else ""
        w, g = [self.code(q) for q in theta], [self.code(q) for q in sums]
        step = [
            *self._over_examples((E, *gradients)),
            f"losses.append({self.code(_summed(E))}{share})",
            *listed("history.extend((", w, ",))" if len(w) == 1 else "))", ""),
            *(f"{a} -= rate*{f'({b}{share})' if share else b}" for a, b in zip(w, g, strict=True)),
        ]
        lines = [
            "def descend(theta, examples, fixed, rate, epochs, losses, history):",
            *self._unpacked("theta", "fixed"),
            f"{INDENT}for _ in epochs:",
            *_indented(step, 2),
            *listed("return [", w, "]"),
        ]
        return self._source(lines)

    def loss(self, examples: int) -> str:
        """The loss of all examples."""
        share = f"/{examples}" if self.mean and examples > 1 else ""
        lines = [
            "def loss(theta, examples, fixed):",
            *self._unpacked("theta", "fixed"),
            *_indented(self._over_examples((E,)), 1),
            f"{INDENT}return float({self.code(_summed(E))}{share})",
        ]
        return self._source(lines)

    def table_row(self, columns: Sequence[Quantity]) -> str:
        """Some quantities of one example; a derivative is meant by ``gradient``."""
        lines = [
            "def table_row(theta, inputs, targets, fixed):",
            *self._unpacked("theta", "inputs", "targets", "fixed"),
            *self.writer.body(self.one.program.only(columns)),
            *listed("return [", [self.code(q) for q in columns], "]"),
        ]
        return self._source(lines)

    def _over_examples(self, results: Sequence[Quantity]) -> list[str]:
        """Each result added up over the examples, without indentation."""
        sums = [self.code(_summed(q)) for q in results]
        row = ", ".join(self.code(q) for q in (*self.one.inputs, *self.one.targets))
        body = [line.removeprefix(INDENT) for line in self._body(results)]
        added = [f"{s} += {self.code(q)}" for s, q in zip(sums, results, strict=True)]
        return [
            *(f"{name} = 0.0" for name in sums),
            f"for {row} in examples:",
            *_indented([*body, *added], 1),
        ]

    def _body(self, results: Sequence[Quantity]) -> list[str]:
        return self.writer.body(self.one.program.only(results))

    def _unpacked(self, *names: str) -> list[str]:
        return [
            line
            for name in names
            for line in unpacking([self.code(q) for q in getattr(self.one, name)], name)
        ]

    def _source(self, lines: Sequence[str]) -> str:
        return "\n".join([*self.writer.definitions(), *lines]) + "\n"


def quantities_of_one(network: Network) -> tuple[Quantity, ...]:
    """The columns of a table of iterations with one example, gradients by ``gradient``.

    Inputs, targets, parameters, then layer by layer pre-activations and activations, the terms
    of the loss, the loss, and its derivative by every trained parameter.
    """
    graph = Graph(network)
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


def _summed(q: Quantity) -> Quantity:
    return Quantity(q.kind, q.layer, q.unit, q.source, _SUM, q.name)


def _indented(lines: Sequence[str], depth: int) -> list[str]:
    return indent("\n".join(lines), INDENT * depth).splitlines()
