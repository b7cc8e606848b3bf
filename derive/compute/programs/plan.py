"""The program of whole layers in steps: what is done to each unit and example alone, and sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from derive.compute.programs.functions import (
    ALL,
    COLUMN,
    FILL,
    LARGEST,
    MIX,
    OTHERS,
    OUTER,
    ROWS,
    SECOND,
    SPREAD,
    TOTAL,
)
from derive.compute.programs.program import Note, Program, Remark, Statement, auxiliary
from derive.expression.functions import Function
from derive.expression.nodes import (
    Apply,
    Expression,
    Negative,
    Number,
    Product,
    Quantity,
    quantities,
)
from derive.expression.rewriting import rewrite

# Of a name that has one value per example, and of one that has one value.
PER_EXAMPLE, ONE = 0, -1
_OVER_UNITS = (TOTAL, LARGEST, SECOND)
_OVER_EXAMPLES = (OUTER, ROWS, ALL)
_SUMS = (MIX, SPREAD, OTHERS, *_OVER_UNITS, *_OVER_EXAMPLES)


@dataclass(slots=True)
class Elementwise:
    """Statements about each unit and each example alone.

    rows  units; PER_EXAMPLE where it is about the examples of a whole layer
    """

    rows: int
    statements: list[tuple[str, Expression]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Operation:
    """target := factor·function(operands), a sum over units or over examples."""

    function: Function
    target: str
    operands: tuple[str, ...]
    factor: float = 1.0


Step = Elementwise | Operation


def key(q: Quantity) -> str:
    """A name that no other quantity of a program has."""
    return f"{q.kind} {q.name} {q.layer} {q.unit} {q.source}"


class Plan:
    """A program's steps, and how many rows each name has.

    arrays  parameter → (n_in, n_out), (n_out,) or ()
    given   what a tile begins with: inputs, targets → rows
    columns what stands for a bias in every column → the bias
    remarks what the program says above a statement, by what is worked out first for it
    of      name → what it is the name of
    """

    def __init__(
        self, program: Program, arrays: Mapping[str, tuple[int, ...]], given: Mapping[str, int]
    ) -> None:
        self.arrays = arrays
        self.rows: dict[str, int] = {
            **given, **{name: ONE for name, shape in arrays.items() if not shape}
        }  # fmt: skip
        self.columns: dict[str, str] = {}
        self.remarks: dict[str, list[Note | Remark]] = {}
        self.of: dict[str, Quantity] = {}
        self.steps: list[Step] = []
        self._fresh = count()
        self._pending: list[Note | Remark] = []
        for item in program.items:
            if isinstance(item, Statement):
                self._state(item.target, item.expression)
            else:
                self._pending.append(item)

    def _state(self, target: Quantity, expression: Expression) -> None:
        factor, bare = _factor(expression)
        if isinstance(bare, Apply) and bare.function in _SUMS and (
            factor == 1 or bare.function in _OVER_EXAMPLES
        ):  # fmt: skip
            self._sum(target, bare, factor)
            return
        rows = PER_EXAMPLE

        def change(node: Expression) -> Expression:
            nonlocal rows
            if not isinstance(node, Apply):
                return node
            if node.function is FILL:
                formula, like = node.arguments
                assert isinstance(like, Quantity)
                rows = max(rows, self.rows[key(like)])
                return formula
            if node.function is COLUMN:
                (bias,) = node.arguments
                assert isinstance(bias, Quantity)
                column = auxiliary(f"column of {bias.name}", bias.layer)
                self.columns[key(column)] = key(bias)
                (self.rows[key(column)],) = self.arrays[key(bias)]
                return column
            if node.function in _SUMS:
                inner = self._temporary()
                self._sum(inner, node)
                return inner
            return node

        flat = rewrite(expression, change)
        rows = max([rows, *(self.rows[key(q)] for q in quantities(flat))])
        self._assign(target, rows)
        last = self.steps[-1] if self.steps else None
        if not isinstance(last, Elementwise) or last.rows != rows:
            last = Elementwise(rows)
            self.steps.append(last)
        last.statements.append((key(target), flat))

    def _sum(self, target: Quantity, e: Apply, factor: float = 1.0) -> None:
        operands = []
        for argument in e.arguments:
            if not isinstance(argument, Quantity):
                formula, argument = argument, self._temporary()
                self._state(argument, formula)
            operands.append(key(argument))
        function = e.function
        if function is MIX:
            rows = self.arrays[operands[0]][1]
        elif function is SPREAD:
            rows = self.arrays[operands[0]][0]
        elif function is OTHERS:
            rows = self.rows[operands[0]]
        else:
            rows = PER_EXAMPLE if function in _OVER_UNITS else ONE
        self._assign(target, rows)
        self.steps.append(Operation(function, key(target), tuple(operands), factor))

    def _assign(self, target: Quantity, rows: int) -> None:
        name = key(target)
        self.rows[name], self.of[name] = rows, target
        if self._pending:
            self.remarks[name], self._pending = self._pending, []

    def _temporary(self) -> Quantity:
        return auxiliary("part", next(self._fresh))


def stored(loops: Iterable[Sequence[Step]]) -> Iterator[str]:
    """The names that a loop asks for which an earlier one assigns; a loop does some steps."""
    assigned: dict[str, int] = {}
    for place, steps in enumerate(loops):
        for step in steps:
            names = (
                step.operands
                if isinstance(step, Operation)
                else [key(q) for _, e in step.statements for q in quantities(e)]
            )
            yield from (name for name in names if assigned.get(name, place) != place)
            targets = (
                [step.target] if isinstance(step, Operation) else [t for t, _ in step.statements]
            )
            assigned.update(dict.fromkeys(targets, place))


def _factor(e: Expression) -> tuple[float, Expression]:
    """A number before a formula, and the formula."""
    if isinstance(e, Negative):
        factor, bare = _factor(e.operand)
        return -factor, bare
    if isinstance(e, Product) and len(e.factors) == 2 and isinstance(e.factors[0], Number):
        return float(e.factors[0].value), e.factors[1]
    return 1.0, e
