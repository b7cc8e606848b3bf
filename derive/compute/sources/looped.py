"""The statements of one example inside a loop over the examples.

What is added up over the examples stays in local variables: no call, no list and no second
unpacking of theta for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from textwrap import indent

from derive.algebra.languages.statements import INDENT
from derive.compute.backends.code import Code
from derive.compute.programs.program import gradient
from derive.compute.sources.identifiers import SUM
from derive.compute.sources.source import OneSource
from derive.expression.nodes import Quantity

_LOOP = ("descend", "loss", "table_row", "examples", "rate", "epochs", "losses", "history", "_")


class Looped:
    """Lines of Python with a loop over the examples in them, each of them as ``one`` has it."""

    def __init__(self, one: OneSource) -> None:
        self.one = one
        self.code = one.identified(_LOOP)
        self.writer = Code(self.code)

    def over_examples(self, results: Sequence[Quantity], in_pairs: bool = False) -> list[str]:
        """Each result added up over ``examples``, without indentation.

        in_pairs  an example is (inputs, targets) and not one row of both
        """
        sums = [self.summed(q) for q in results]
        x, t = (list(map(self.code, group)) for group in (self.one.inputs, self.one.targets))
        row = f"{_unpacked(x)}, {_unpacked(t)}" if in_pairs else _unpacked([*x, *t])[1:-1] or "_"
        body = [line.removeprefix(INDENT) for line in self.body(results)]
        added = [f"{s} += {self.code(q)}" for s, q in zip(sums, results, strict=True)]
        return [
            *(f"{name} = 0.0" for name in sums),
            f"for {row} in examples:",
            *indented([*body, *added], 1),
        ]

    def body(self, results: Sequence[Quantity]) -> list[str]:
        """What one example's results need."""
        return self.writer.body(self.one.program.only(results))

    def summed(self, q: Quantity) -> str:
        """The variable in which a quantity is added up."""
        return self.code(replace(q, example=SUM))

    def unpacked(self, *names: str) -> list[str]:
        """theta, fixed, inputs or targets as variables of their own."""
        return [
            line
            for name in names
            for line in self.writer.unpacking([self.code(q) for q in getattr(self.one, name)], name)
        ]

    def returned(self, first: str, names: Sequence[str]) -> str:
        """return first, [names]"""
        return self.writer.wrapped_list(f"return {first}[", names, "]", INDENT)

    def source(self, lines: Sequence[str]) -> str:
        """Lines, and before them the helpers that they call."""
        return "\n".join([*self.writer.definitions(), *lines]) + "\n"


def batch_source(one: OneSource) -> str:
    """loss_and_gradient_of_batch(theta, examples, fixed) -> the sum of the losses, a list.

    Examples are pairs of inputs and targets.
    """
    code = Looped(one)
    gradients = [gradient(q) for q in one.theta]
    lines = [
        "def loss_and_gradient_of_batch(theta, examples, fixed):",
        *code.unpacked("theta", "fixed"),
        *indented(code.over_examples((one.loss, *gradients), in_pairs=True), 1),
        code.returned(f"{code.summed(one.loss)}, ", [code.summed(q) for q in gradients]),
    ]
    return code.source(lines)


def _unpacked(names: Sequence[str]) -> str:
    """(a, b) as what a row is unpacked into."""
    return f"({', '.join(names)}{',' * (len(names) == 1)})"


def indented(lines: Sequence[str], depth: int) -> list[str]:
    return indent("\n".join(lines), INDENT * depth).splitlines()
