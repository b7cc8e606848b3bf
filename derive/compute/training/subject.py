"""What is trained: a network, or a graph of formulas; everything in which the two differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Protocol

from derive.compute.arguments import ArgumentError, listing, rows
from derive.compute.backends.code import load
from derive.compute.blocks import blocks
from derive.compute.compiling import compile as compiled
from derive.compute.domain import check_examples
from derive.compute.engines import Defaults, ScalarEngine
from derive.compute.programs.program import gradient
from derive.compute.sources.source import OneSource, ScalarSource, names_of
from derive.compute.targets import as_rows
from derive.compute.training.descent import (
    Descent,
    LoopBackEnd,
    Rows,
    descent,
    descent_of_formulas,
)
from derive.compute.training.source import LoopSource, parameters_of, quantities_of_one
from derive.compute.training.start import (
    Drawing,
    Start,
    many_starting_points,
    starting_point,
)
from derive.expression.nodes import INPUT, TARGET, Number, Quantity
from derive.graph import BATCH_E, E, FormulaGraph
from derive.network.description import Layer, Network


class Subject(Protocol):
    """What training asks of either.

    title, over_examples, learning_rate   as they were said
    layers   of a network
    trained  the entries of theta
    tabled   every parameter, in the order of a table
    """

    @property
    def title(self) -> str: ...
    @property
    def over_examples(self) -> str: ...
    @property
    def learning_rate(self) -> Number | None: ...
    @property
    def layers(self) -> tuple[Layer, ...]: ...
    @property
    def trained(self) -> tuple[Quantity, ...]: ...
    @property
    def tabled(self) -> tuple[Quantity, ...]: ...
    def describe(self) -> str: ...
    def goal(self, is_batch: bool) -> Quantity: ...
    def of_one(self) -> tuple[Quantity, ...]:
        """The columns of a table of iterations with one example."""

    def source(self) -> OneSource: ...
    def examples(self, inputs: Any, targets: Any) -> tuple[Rows, Rows]: ...
    def start(self, seed: int | None) -> Start: ...
    def drawing(self) -> Drawing:
        """Of many starts."""

    def descent(
        self,
        start: Start,
        inputs: Rows,
        targets: Rows,
        size: int | None,
        backend: LoopBackEnd | None,
    ) -> Descent: ...
    def over(self, inputs: Rows, targets: Rows, start: Start) -> Callable[[list[float]], Any]:
        """theta ↦ the loss over all examples and its gradient, a list."""


class OfNetwork:
    """A network is trained."""

    def __init__(self, network: Network) -> None:
        self.network = network

    @property
    def title(self) -> str:
        return self.network.title

    @property
    def over_examples(self) -> str:
        return self.network.over_examples

    @property
    def learning_rate(self) -> Number | None:
        return self.network.learning_rate

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.network.layers

    @property
    def trained(self) -> tuple[Quantity, ...]:
        return self.network.parameters()

    @property
    def tabled(self) -> tuple[Quantity, ...]:
        return parameters_of(self.network)

    def describe(self) -> str:
        return f"a {'-'.join(map(str, self.network.sizes))} network"

    def goal(self, is_batch: bool) -> Quantity:
        return BATCH_E if is_batch else E

    def of_one(self) -> tuple[Quantity, ...]:
        return quantities_of_one(self.network)

    def source(self) -> OneSource:
        return ScalarSource(self.network)

    def start(self, seed: int | None) -> Start:
        return starting_point(self.network, seed)

    def drawing(self) -> Drawing:
        return many_starting_points(self.network)

    def descent(
        self,
        start: Start,
        inputs: Rows,
        targets: Rows,
        size: int | None,
        backend: LoopBackEnd | None,
    ) -> Descent:
        return descent(self.network, start, inputs, targets, size, backend)

    def over(self, inputs: Rows, targets: Rows, start: Start) -> Callable[[list[float]], Any]:
        function = compiled(self.network)
        frozen: dict[str, Any] = {}
        left = list(start.fixed)
        for block in blocks(self.network):
            if block.frozen:
                values, left = left[: block.size], left[block.size :]
                frozen[block.key] = block.shaped(values)

        def run(theta: list[float]) -> tuple[float, Any]:
            loss, gradients = function(inputs, targets, function.unpack(theta) | frozen)
            return loss, function.pack(gradients)

        return run

    def examples(self, inputs: Any, targets: Any) -> tuple[Rows, Rows]:
        """The examples as rows of numbers: those given, else the network's own."""
        network = self.network
        notation = names_of(network)
        names_in = tuple(notation.code(Quantity(INPUT, unit=i)) for i in range(network.sizes[0]))
        names_out = tuple(notation.code(Quantity(TARGET, unit=k)) for k in range(network.sizes[-1]))
        own = network.inputs if inputs is None else None
        if inputs is None and own is None:
            raise ArgumentError(
                "inputs", "nothing, and the network has no values for them", "rows of numbers",
                "write them in the network file, or give data: inputs (--data FILE)",
            )  # fmt: skip
        x = _numbers(own) if own is not None else rows(inputs, names_in, "inputs")[0]
        if targets is not None:
            t = rows(as_rows(network, targets, len(x)), names_out, "targets")[0]
        elif network.target_formulas is not None and inputs is not None:
            t = ScalarEngine(Defaults(network)).target_values(x)
        elif network.targets is not None and inputs is None:
            t = _numbers(network.targets)
        else:
            raise ArgumentError(
                "targets", "nothing", "a row of numbers for each example",
                "write them in the network file, or give them with the inputs",
            )  # fmt: skip
        if len(t) != len(x):
            raise ArgumentError(
                "targets", f"{len(t)} rows", f"as many as there are inputs, {len(x)}",
                "give a row of targets for each example",
            )  # fmt: skip
        check_examples(network, x, t)
        return list(map(list, x)), list(map(list, t))  # its own, whatever becomes of those given


class OfFormulas:
    """The parameters of a graph of formulas are trained; an example has a number for other leaves.

    The loss over several examples is their mean.
    """

    over_examples = "mean"
    learning_rate: Number | None = None
    layers: tuple[Layer, ...] = ()

    def __init__(self, graph: FormulaGraph) -> None:
        self.graph = graph

    @property
    def title(self) -> str:
        return self.graph.title or "A graph of formulas"

    @property
    def trained(self) -> tuple[Quantity, ...]:
        return self.graph.parameters

    @property
    def tabled(self) -> tuple[Quantity, ...]:
        return self.graph.parameters

    def describe(self) -> str:
        count = len(self.graph.definitions)
        return f"a graph of {count} formula{'s' * (count != 1)}"

    def goal(self, is_batch: bool) -> Quantity:
        return self.graph.loss

    def of_one(self) -> tuple[Quantity, ...]:
        graph = self.graph
        slopes = map(gradient, graph.parameters)
        return (*graph.inputs, *graph.parameters, *graph.definitions, *slopes)

    def source(self) -> OneSource:
        from derive.compute.formulas.source import FormulaSource

        return FormulaSource(self.graph)

    def start(self, seed: int | None) -> Start:
        missing = [q.name for q in self.graph.parameters if q not in self.graph.given]
        if missing:
            raise ArgumentError(
                listing(missing), "nothing, and the graph has no number", "numbers to start from",
                "write them in given",
            )  # fmt: skip
        if seed is not None:
            raise ArgumentError(
                "initial", f"the seed {seed}, but nothing is drawn for formulas",
                "numbers in given", "leave it out",
            )  # fmt: skip
        return Start(tuple(float(self.graph.given[q].value) for q in self.graph.parameters), (), ())

    def drawing(self) -> Drawing:
        raise ArgumentError(
            "starts", "a graph of formulas, for which nothing is drawn", "a network",
            "leave it out, and write numbers in given",
        )  # fmt: skip

    def descent(
        self,
        start: Start,
        inputs: Rows,
        targets: Rows,
        size: int | None,
        backend: LoopBackEnd | None,
    ) -> Descent:
        if backend == "native":
            raise ArgumentError(
                "backend", "'native', and a graph of formulas is trained", "'python'",
                "leave it out for 'python'",
            )  # fmt: skip
        return descent_of_formulas(self.graph, inputs, size)

    def over(self, inputs: Rows, targets: Rows, start: Start) -> Callable[[list[float]], Any]:
        function = compiled(self.graph)
        columns = map(list, zip(*inputs, strict=True))
        values = dict(zip(function.inputs, columns, strict=True))
        return lambda theta: function.flat(theta, values)

    def examples(self, inputs: Any, targets: Any) -> tuple[Rows, Rows]:
        """The numbers of the leaves that are no parameters, a row for each example."""
        from derive.compute.formulas.values import Leaves

        if targets is not None:
            raise ArgumentError(
                "targets", "numbers, but a graph of formulas has no targets",
                "every leaf by its name among the inputs", "give them there",
            )  # fmt: skip
        if inputs is not None and not isinstance(inputs, Mapping):
            raise ArgumentError(
                "inputs", f"a {type(inputs).__name__}", "a dict of numbers, or lists of them, by "
                "name", 'write them as in {"x": [0.5, 1.5]}',
            )  # fmt: skip
        leaf_rows = Leaves(self.graph).data(inputs).rows()
        return leaf_rows, [[] for _ in leaf_rows]


def subject(given: Network | FormulaGraph) -> Subject:
    """What training asks of a network or a graph."""
    return OfFormulas(given) if isinstance(given, FormulaGraph) else OfNetwork(given)


@lru_cache(maxsize=32)
def table_row(
    given: Network | FormulaGraph, quantities: tuple[Quantity, ...]
) -> Callable[..., list[float]]:
    """The function that works out quantities of one example, loaded once."""
    loops = LoopSource(subject(given).source(), mean=False)
    row: Callable[..., list[float]] = load(loops.table_row(quantities))["table_row"]
    return row


def _numbers(given: tuple[tuple[Number, ...], ...]) -> list[list[float]]:
    return [[float(number.value) for number in row] for row in given]
