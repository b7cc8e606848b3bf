"""What the functions of whole layers have in common, whatever their lanes are.

    examples   a lane for each of eight examples: batches
    units      a lane for each of eight units: one example alone
    runs       a lane for each of eight runs of gradient descent

All write the same plan, step by step. Eight lanes are eight on every machine, whether its vectors
hold eight doubles, four or two, and every sum has its order: the bits are the same on all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derive.compute.native.elementary import definition
from derive.compute.native.expressions import assignment, emitted
from derive.compute.native.values import Body, Value
from derive.compute.programs.functions import ALL, MIX, OTHERS, OUTER, ROWS, SPREAD
from derive.compute.programs.plan import ONE, Elementwise, Operation, Plan, Step, key, stored
from derive.expression.nodes import quantities

LANES = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the numbers of a call lie.

    places     parameter → (argument, where it begins there)
    gradients  what is written → where it begins in the results
    loss       what is given back
    inputs, targets  what the arrays of these are called in the plan
    """

    places: Mapping[str, tuple[str, int]]
    gradients: Mapping[str, int]
    loss: str
    inputs: str
    targets: str


class Kernel(ABC):
    """A function of a plan in LLVM's language."""

    def __init__(self, plan: Plan, layout: Layout) -> None:
        self.plan = plan
        self.layout = layout
        self.body = Body(LANES)
        self.room = 0  # doubles that the function needs to work in, known once it is written
        self.stored = frozenset(stored([step] for step in plan.steps))

    # -- what a subclass says ----------------------------------------------------------------

    @abstractmethod
    def elementwise(self, step: Elementwise) -> None:
        """Statements about each unit and each example alone."""

    @abstractmethod
    def product(self, step: Operation) -> None:
        """Wᵀ·a or W·δ."""

    @abstractmethod
    def outer(self, step: Operation) -> None:
        """a·δᵀ, summed over the examples."""

    @abstractmethod
    def summed(self, step: Operation) -> None:
        """Sums over the examples: of each row, or of all."""

    @abstractmethod
    def others(self, step: Operation) -> None:
        """For every row the sum of all others."""

    @abstractmethod
    def over_units(self, step: Operation) -> None:
        """One value per example: the sum of all rows, the largest, the second largest."""

    # -- steps -------------------------------------------------------------------------------

    def run(self, step: Step) -> None:
        if isinstance(step, Elementwise):
            self.elementwise(step)
        elif step.function in (MIX, SPREAD):
            self.product(step)
        elif step.function is OUTER:
            self.outer(step)
        elif step.function in (ROWS, ALL):
            self.summed(step)
        elif step.function is OTHERS:
            self.others(step)
        else:
            self.over_units(step)

    def targets(self) -> Iterator[str]:
        """What is in memory: sums, and what a later step asks for."""
        for step in self.plan.steps:
            if isinstance(step, Operation):
                yield step.target
            else:
                yield from (name for name, _ in step.statements if name in self.stored)

    def outer_names(self, step: Elementwise) -> list[str]:
        """The names that the statements of a step take from outside of it."""
        inside = {name for name, _ in step.statements}
        names = dict.fromkeys(key(q) for _, e in step.statements for q in quantities(e))
        return [name for name in names if name not in inside]

    def ones(self, names: Sequence[str]) -> dict[str, Value]:
        """Those of the names that are one number, in every lane."""
        return {name: self.weight(name) for name in names if self.plan.rows[name] == ONE}

    def worked_out(self, step: Elementwise, values: dict[str, Value]) -> None:
        """The statements of a step for eight lanes; ``values`` gains what they assign."""
        rests: dict[str, Value] = {}
        for name, e in step.statements:
            values[name] = emitted(assignment(e), self.body, values, rests)

    # -- memory ------------------------------------------------------------------------------

    def at(self, pointer: str, *terms: str | int, element: str = "double") -> str:
        """A pointer to doubles, or to another element, so many further on."""
        number = sum(term for term in terms if isinstance(term, int))
        total: str | int = number
        for term in terms:
            if isinstance(term, str):
                total = term if total == 0 else self.body.emit(f"add i64 {total}, {term}")
        return self.body.emit(f"getelementptr {element}, ptr {pointer}, i64 {total}")

    def scaled(self, index: str | int, by: int) -> str | int:
        return index * by if isinstance(index, int) else self.body.emit(f"mul i64 {index}, {by}")

    def plus(self, index: str | int, more: int) -> str | int:
        if isinstance(index, int):
            return index + more
        return self.body.emit(f"add i64 {index}, {more}") if more else index

    def load(self, pointer: str) -> Value:
        return self.body.value(f"load {self.body.double}, ptr {pointer}, align 64")

    def store(self, value: Value, pointer: str) -> None:
        self.body.lines.append(f"  store {self.body.double} {value.name}, ptr {pointer}, align 64")

    def spread(self, number: str, element: str = "double") -> str:
        """A number, in every lane."""
        of = self.body.of(element)
        first = self.body.emit(f"insertelement {of} poison, {element} {number}, i64 0")
        mask = f"<{LANES} x i32> zeroinitializer"
        return self.body.emit(f"shufflevector {of} {first}, {of} poison, {mask}")

    def splat(self, pointer: str) -> Value:
        """A number in memory, in every lane."""
        number = self.body.emit(f"load double, ptr {pointer}, align 8")
        return Value(self.body, self.spread(number))

    def weight(self, name: str, *terms: str | int) -> Value:
        """A number of a parameter, in every lane."""
        return self.splat(self.parameter(name, *terms))

    def parameter(self, name: str, *terms: str | int) -> str:
        argument, start = self.layout.places[name]
        return self.at(f"%{argument}", start, *terms)


def needed(*bodies: Body) -> list[str]:
    """The declarations and the functions of ours that bodies need, each once."""
    declared: dict[str, str] = {}
    lines: list[str] = []
    for width, name in sorted({(body.width, name) for body in bodies for name in body.calls}):
        text, inner = definition(name, width)
        declared |= inner.declared
        lines += text
    for body in bodies:
        declared |= body.declared
    return [*declared.values(), *lines]
