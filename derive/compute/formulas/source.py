"""Source code of a graph of formulas: one example in plain Python, or many in NumPy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from types import MappingProxyType

from derive.algebra.languages.statements import INDENT
from derive.compute.backends import numpy as arrays
from derive.compute.formulas.program import Programs, counts
from derive.compute.programs.program import Program, gradient, second, tangent
from derive.compute.sources.identifiers import Identifiers
from derive.compute.sources.source import RESERVED, OneSource
from derive.compute.sources.text import Text
from derive.expression.nodes import VARIABLE, Quantity
from derive.graph import FormulaGraph
from derive.graph.names import names_of


class FormulaIdentifiers(Identifiers):
    """x as it is called, df_dx a derivative, u1_f what the lines of f share."""

    def __init__(
        self, graph: FormulaGraph, reserved: Iterable[str], one_case: bool = False
    ) -> None:
        super().__init__(names_of(graph), reserved, one_case)
        self.loss = graph.loss
        self._order = tuple(graph.definitions)
        for q in (*graph.leaves, *graph.definitions):  # before what is made up
            self(q)

    def _base_name(self, q: Quantity) -> str:
        if q.kind == VARIABLE:
            return f"{q.name}_{self(self._order[q.layer - 1])}"
        if q == counts(q):
            return f"weight_{q.name}"
        return super()._base_name(q)


class FormulaSource(OneSource):
    """Functions of one example, a statement for each formula and each derivative.

    loss_and_gradient(theta, inputs) -> loss, list
    loss(theta, inputs) -> loss
    forward(theta, inputs) -> list, the value of every formula
    input_gradient(theta, inputs) -> list
    gradient_along(theta, inputs, direction) -> list
    values_along(theta, inputs, direction) -> list, one for each formula
    pulled_back(theta, inputs, weights) -> list, of Σ weight·formula by theta
    """

    arguments = MappingProxyType({
        "loss_and_gradient": ("theta", "inputs"),
        "loss": ("theta", "inputs"),
        "forward": ("theta", "inputs"),
        "input_gradient": ("theta", "inputs"),
        "gradient_along": ("theta", "inputs", "direction"),
        "values_along": ("theta", "inputs", "direction"),
        "pulled_back": ("theta", "inputs", "weights"),
    })  # fmt: skip
    summaries = MappingProxyType({
        "loss_and_gradient": "The loss, and its gradient with respect to theta.",
        "loss": "The loss.",
        "forward": "The value of every formula.",
        "input_gradient": "The gradient of the loss with respect to the inputs.",
        "gradient_along": "How the gradient changes where theta moves along a direction.",
        "values_along": "How every formula changes where theta moves along a direction.",
        "pulled_back": "The gradient of a weighted sum of the formulas with respect to theta.",
    })  # fmt: skip
    reserved = (*RESERVED, "direction", "weights")

    def __init__(self, graph: FormulaGraph) -> None:
        self.graph = graph
        self.programs = Programs(graph)
        super().__init__(names_of(graph), graph.loss, graph.inputs)

    def identified(self, more: Sequence[str] = ()) -> Identifiers:
        return FormulaIdentifiers(self.graph, (*self.reserved, *more))

    @property
    def theta(self) -> tuple[Quantity, ...]:
        return self.graph.parameters

    @cached_property
    def direction(self) -> tuple[Quantity, ...]:
        """How every entry of theta moves."""
        return tuple(map(tangent, self.theta))

    @cached_property
    def weights(self) -> tuple[Quantity, ...]:
        """What every formula counts."""
        return tuple(map(counts, self.graph.definitions))

    @property
    def program(self) -> Program:
        return self.programs.gradient

    def _program(self, function: str, remarks: bool) -> Program:
        if function in ("gradient_along", "values_along", "pulled_back"):
            program: Program = getattr(self.programs, function)
            return program
        return self.program

    def program_for(self, function: str, results: Iterable[Quantity], remarks: bool) -> Program:
        program = super().program_for(function, results, remarks)
        return self.programs.with_remarks(program) if remarks else program

    def _results(self, function: str) -> tuple[Sequence[Quantity], Sequence[Quantity]]:
        every = tuple(self.graph.definitions)
        results: dict[str, tuple[Sequence[Quantity], Sequence[Quantity]]] = {
            "loss_and_gradient": ((self.loss,), tuple(map(gradient, self.theta))),
            "loss": ((self.loss,), ()),
            "forward": ((), every),
            "input_gradient": ((), tuple(map(gradient, self.inputs))),
            "gradient_along": ((), tuple(map(second, self.theta))),
            "values_along": ((), tuple(map(tangent, every))),
            "pulled_back": ((), tuple(map(gradient, self.theta))),
        }
        return results[function]

    # -- many examples -----------------------------------------------------------------------

    def of_many(self, functions: Sequence[str], remarks: bool = False) -> list[str]:
        """The same functions for many examples at once, ``…_of_many``: arrays for the inputs.

        A result that differs from example to example is an array, any other a number.
        """
        with self._lock:
            writer = arrays.Tiles(self.identifiers, arrays.Elementwise)
            lines: list[str] = []
            for function in functions:
                lines += [*self._of_many(function, writer, remarks), "", ""]
            return [*writer.definitions(), *lines[:-2]]

    def _of_many(self, function: str, writer: arrays.Tiles, remarks: bool) -> list[str]:
        code = self.identifiers
        arguments = self.arguments[function]
        loss, results = self._results(function)
        lines = [
            f"def {function}_of_many({', '.join(arguments)}):",
            f'{INDENT}"""{self.summaries[function]}"""',
        ]
        for name in arguments:
            lines += writer.unpacking([code(q) for q in getattr(self, name)], name)
        program = self.program_for(function, (*loss, *results), remarks)
        lines += writer.body(program, Text(self.names.text) if remarks else None)
        names = [code(q) for q in (*loss, *results)]
        return [*lines, writer.wrapped_list("return [", names, "]", INDENT)]
