"""The columns of a training sheet: what stands in each, under which heading, by which formula.

    epoch | t | i | w, b | h, a_h | o, a_o | E_k, E | δ | ∂E/∂w | helpers

A batch has, after the weights and biases, such a block of columns (t, i, h, a_h, o, a_o, E_k, E,
δ) for every example, then the loss over the examples and the gradients. What has no name in the
notation, such as the e^−|h| of a sigmoid, comes last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.compute.programs.program import gradient
from derive.compute.programs.taught import Taught
from derive.derivation.delta_sign import as_delta, with_minus
from derive.expression.nodes import (
    BIAS,
    DELTA,
    WEIGHT,
    Expression,
    Negative,
    Number,
    Partial,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from derive.graph import (
    BATCH_E,
    RATE,
    E,
    NetworkGraph,
    activations,
    pre_activations,
    same_example,
)
from derive.network.description import Network
from derive.notation import NEGATIVE
from derive.notation.names import Names
from derive.spreadsheet.steps import Step, steps

# The groups of columns; their names are sentences "spreadsheet-group-…".
GROUPS = ("data", "parameters", "hidden", "output", "loss", "deltas", "gradients", "helpers")


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    quantity  what stands in it: of a batch's example, or of all of them
    group     one of GROUPS
    formula   from the other columns of the row; None where the cell is a given number
    left, right  the mathematics: left = right; right is None where there is none to tell
    """

    quantity: Quantity
    group: str
    formula: Expression | None
    left: Expression
    right: Expression | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training sheet of a network holds, whatever the number of epochs.

    examples  of a batch their numbers; of a single example None, whose names have no mark
    steps     of one example, in the order in which they can be worked out
    columns   in the order of the sheet
    loss      the column that training makes small
    """

    network: Network
    examples: tuple[int | None, ...]
    steps: tuple[Step, ...]
    columns: tuple[Column, ...]
    loss: Quantity

    @property
    def is_batch(self) -> bool:
        """Whether there is more than one example."""
        return len(self.examples) > 1


def plan(network: Network, names: Names, count: int, formulas: bool) -> Plan:
    """The columns for so many examples, weights in the order of the notation.

    formulas  the targets are worked out from the inputs, by the network's formulas
    """
    rows = tuple(range(count)) if count > 1 else (None,)
    return _Planner(network, names, rows, formulas).plan()


class _Planner:
    def __init__(
        self, network: Network, names: Names, rows: tuple[int | None, ...], formulas: bool
    ) -> None:
        self.network = network
        self.rows = rows
        self.is_batch = len(rows) > 1
        self.names = names
        self.graph = NetworkGraph(network)
        self.taught = Taught(self.graph)
        self.steps = tuple(map(self.in_sign, steps(network, self.graph, formulas)))
        self.cell_formulas = {
            step.target: step.formula for step in self.steps if step.formula is not None
        }
        self.loss = BATCH_E if self.is_batch else E
        self.trained = frozenset(network.parameters())

    def in_sign(self, step: Step) -> Step:
        """A step with δ as the network means it, ∂E/∂z or −∂E/∂z."""
        if self.network.delta_sign != NEGATIVE:
            return step
        change = as_delta if step.target.kind == DELTA else with_minus
        formula = None if step.formula is None else change(step.formula)
        return Step(step.target, change(step.value), formula)

    def plan(self) -> Plan:
        columns: list[Column] = []
        if self.is_batch:
            columns += self.parameters()
        for example in self.rows:
            columns += self.data(example)
            if not self.is_batch:
                columns += self.parameters()
            columns += self.example(example)
        if self.is_batch:
            losses = [same_example(E, example) for example in self.rows]
            whole = self.over_examples(losses)
            columns.append(Column(BATCH_E, "loss", whole, BATCH_E, whole))
        columns += self.gradients()
        for example in self.rows:
            for step in self.steps:
                if step.is_helper and step.formula is not None:
                    target = same_example(step.target, example)
                    value = _of(step.formula, example)
                    columns.append(Column(target, "helpers", value, target, value))
        return Plan(self.network, self.rows, self.steps, tuple(columns), self.loss)

    def parameters(self) -> Iterator[Column]:
        for q in self.names.quantities():
            if q.kind in (WEIGHT, BIAS):
                change = Sum((q, Negative(Product((RATE, Partial(self.loss, q))))))
                yield Column(q, "parameters", None, q, change if q in self.trained else None)

    def data(self, example: int | None) -> Iterator[Column]:
        for target in self.graph.targets:
            if target in self.cell_formulas:
                yield self.of_example(target, "data", example, self.graph.definitions[target])
            else:
                yield self.data_column(same_example(target, example))
        for q in self.graph.inputs:
            yield self.data_column(same_example(q, example))

    def data_column(self, q: Quantity) -> Column:
        return Column(q, "data", None, q)

    def example(self, example: int | None) -> Iterator[Column]:
        """Forward, loss and deltas of one example."""
        last = len(self.network.layers)
        for layer in self.network.layers:
            group = "output" if layer.index == last else "hidden"
            for q in (*pre_activations(layer), *activations(layer)):
                yield self.of_example(q, group, example, self.graph.definitions[q])
        for q in (*self.graph.terms, E):
            yield self.of_example(q, "loss", example, self.graph.definitions[q])
        for layer in reversed(self.network.layers):
            for j in range(layer.units):
                delta = self.taught.delta(layer, j)
                q = Quantity(DELTA, layer.index, j)
                meaning = self.in_sign(Step(q, delta.right, None)).value
                yield self.of_example(q, "deltas", example, meaning)

    def of_example(
        self, q: Quantity, group: str, example: int | None, meaning: Expression
    ) -> Column:
        here = same_example(q, example)
        return Column(here, group, _of(self.cell_formulas[q], example), here, _of(meaning, example))

    def gradients(self) -> Iterator[Column]:
        for q in self.names.quantities():
            if q in self.trained:
                value = self.cell_formulas[gradient(q)]
                formula = self.over_examples([_of(value, example) for example in self.rows])
                yield Column(gradient(q), "gradients", formula, Partial(self.loss, q), formula)

    def over_examples(self, parts: Sequence[Expression]) -> Expression:
        """The mean, or the sum, of something over the examples; of a single one itself."""
        if len(parts) == 1:
            return parts[0]
        whole = Sum(tuple(parts))
        if self.network.over_examples == "sum":
            return whole
        return Quotient(whole, Number(Fraction(len(parts))))


def _of(e: Expression, example: int | None) -> Expression:
    """A formula about one example of a batch."""
    if example is None:
        return e
    if isinstance(e, Quantity):
        return e if e.kind in (WEIGHT, BIAS) else same_example(e, example)
    return e.with_children(tuple(_of(child, example) for child in e.children)) if e.children else e
