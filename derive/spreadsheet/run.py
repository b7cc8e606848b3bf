"""What a program computes for every cell: the values that a file has beside its formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from typing import Any

from derive.algebra.languages.statements import INDENT
from derive.compute.backends.code import Code, load
from derive.compute.programs.program import Program, Statement, gradient
from derive.compute.sources.identifiers import Identifiers
from derive.compute.sources.source import RESERVED, names_of
from derive.expression.nodes import BIAS, INPUT, TARGET, VARIABLE, WEIGHT, Quantity, quantities
from derive.graph import E, same_example
from derive.spreadsheet.cells import Start
from derive.spreadsheet.columns import Plan


def rows(plan: Plan, start: Sequence[Start], rate: float, epochs: int) -> Iterator[list[Any]]:
    """Per epoch, from 0 on, the value of every column; None where a spreadsheet has an error.

    The first row is before any update. The numbers are those of ``derive.compile``: the same
    statements in the same order.
    """
    leaves = {one.quantity: one.value for one in start}
    parameters = [one.quantity for one in start if one.quantity.kind in (WEIGHT, BIAS)]
    trained = plan.network.parameters()
    of_example = _Example(plan, parameters)
    order = [column.quantity for column in plan.columns]
    broken = _Broken(plan)
    for _ in range(epochs + 1):
        row = dict(leaves)
        for example in plan.examples:
            row |= of_example(leaves, example)
        if plan.is_batch:
            row[plan.loss] = _whole(
                plan, [row[same_example(E, example)] for example in plan.examples]
            )
        for q in trained:
            slope = gradient(q)
            row[slope] = _whole(
                plan, [row[same_example(slope, example)] for example in plan.examples]
            )
        yield broken.marked([row[q] for q in order])
        for q in trained:
            leaves[q] -= rate * row[gradient(q)]


class _Example:
    """The values of one example: generated Python, statement by statement."""

    def __init__(self, plan: Plan, parameters: Sequence[Quantity]) -> None:
        network = plan.network
        self.parameters = parameters
        self.inputs = [Quantity(INPUT, unit=i) for i in range(network.sizes[0])]
        worked_out = {step.target for step in plan.steps}
        targets = [Quantity(TARGET, unit=k) for k in range(network.sizes[-1])]
        self.targets = [q for q in targets if q not in worked_out]
        self.results = [step.target for step in plan.steps if step.formula is not None]
        code = Identifiers(names_of(network), RESERVED)
        writer = Code(code)
        program = Program(tuple(Statement(step.target, step.value) for step in plan.steps))
        lines = ["def values(parameters, inputs, targets):"]
        for name in ("parameters", "inputs", "targets"):
            lines += writer.unpacking([code(q) for q in getattr(self, name)], name)
        lines += writer.body(program)
        lines.append(writer.wrapped_list("return [", [code(q) for q in self.results], "]", INDENT))
        source = "\n".join([*writer.definitions(), *lines])
        self.run: Callable[..., list[float]] = load(source)["values"]

    def __call__(self, leaves: dict[Quantity, float], example: int | None) -> dict[Quantity, float]:
        def numbers(of: Sequence[Quantity]) -> list[float]:
            return [leaves[same_example(q, example)] for q in of]

        weights = [leaves[q] for q in self.parameters]
        values = self.run(weights, numbers(self.inputs), numbers(self.targets))
        return {
            same_example(q, example): value for q, value in zip(self.results, values, strict=True)
        }


def _whole(plan: Plan, parts: Sequence[float]) -> float:
    """The mean or sum over the examples, added in their order."""
    total = parts[0]
    for part in parts[1:]:
        total += part
    mean = plan.network.over_examples == "mean" and len(parts) > 1
    return total / len(parts) if mean else total


class _Broken:
    """Which cells are errors in a spreadsheet, which knows neither ∞ nor NaN.

    An error passes on to whatever uses the cell, except from a helper that is itself too large:
    that one stands in a branch of IF which then is not taken.
    """

    def __init__(self, plan: Plan) -> None:
        place = {column.quantity: k for k, column in enumerate(plan.columns)}
        self.uses = [
            [place[q] for q in quantities(column.formula) if q in place] if column.formula else []
            for column in plan.columns
        ]
        self.helper = [column.quantity.kind == VARIABLE for column in plan.columns]
        self.updates = [(place[q], place[gradient(q)]) for q in plan.network.parameters()]
        self.before: set[int] = set()

    def marked(self, row: list[float]) -> list[Any]:
        """The row with None for errors; remembers what the next one takes over."""
        infinite = {k for k, value in enumerate(row) if not isfinite(value)}
        if not infinite and not self.before:
            return row
        bad = self.before | {k for k in infinite if not self.helper[k]}
        size = -1
        while size < len(bad):
            size = len(bad)
            bad |= {k for k, used in enumerate(self.uses) if not bad.isdisjoint(used)}
        self.before = {k for k, slope in self.updates if k in bad or slope in bad}
        return [None if k in bad or k in infinite else value for k, value in enumerate(row)]
