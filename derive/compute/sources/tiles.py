"""Many examples in C: a tile of them at a time, with a column for each.

Every array of a layer has a row per unit and a column per example of the tile. What is done to
each unit and each example alone is one loop, with what it adds up over the other layer's units;
its innermost loop goes over the columns, which a compiler puts into vectors. Sums over the
examples follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING

import sympy  # type: ignore[import-untyped]

from derive.algebra.convert import AsItStands
from derive.algebra.functions import named
from derive.algebra.languages import special
from derive.compute.backends.code import texts
from derive.compute.blocks import blocks
from derive.compute.programs import layers
from derive.compute.programs.functions import ALL, MIX, OUTER, ROWS, SPREAD
from derive.compute.programs.plan import (
    ONE,
    PER_EXAMPLE,
    Elementwise,
    Operation,
    Plan,
    Step,
    key,
    stored,
)
from derive.compute.programs.program import auxiliary
from derive.compute.sources.identifiers import LayerIdentifiers
from derive.compute.sources.source import array_of, layer_plan
from derive.compute.sources.text import Text
from derive.expression.nodes import Cases, Expression, Quantity, quantities
from derive.network.description import Network

if TYPE_CHECKING:
    from derive.algebra.languages.writing import Writer

_PRODUCTS = (MIX, SPREAD)
_SUMS = (OUTER, ROWS, ALL)
_SIZES = (32, 16, 8)  # columns of a tile
_MOST = 8192  # numbers of a tile, so that it stays in a processor's nearest cache, or nearly
_STEP = "    "


@dataclass(frozen=True, slots=True)
class Tile:
    """What the template of a language makes the function of a tile of.

    columns    how many examples it has
    inputs, targets  its arguments' names
    pointers   declarations of the parameters and of their gradients
    lines      its statements
    over_units the functions that these call
    """

    columns: int
    inputs: str
    targets: str
    pointers: list[str]
    lines: list[str]
    over_units: set[str]


def tile(network: Network, code: LayerIdentifiers, formula: Text, writer: Writer) -> Tile:
    """The sums of a tile's losses and gradients."""
    return _Writing(network, code, formula, writer).tile()


def loops(plan: Plan) -> list[list[Step]]:
    """A plan's steps in the loops that do them.

    One that is about the same units goes into the loop before it, unless it needs what that loop
    has yet to finish. Sums over the examples wait until a loop has ended.
    """
    done: list[list[Step]] = []
    sums: list[list[Step]] = []
    for step in plan.steps:
        if isinstance(step, Operation) and step.function in _SUMS:
            sums.append([step])
        elif not sums and not done:
            done.append([step])
        elif done and _joins(plan, done[-1], step):
            done[-1].append(step)
        else:
            done += sums
            sums = []
            done.append([step])
    return done + sums


def _joins(plan: Plan, loop: list[Step], step: Step) -> bool:
    if not (_is_of_units(loop[0]) and _is_of_units(step)) or _rows(plan, loop[0]) != _rows(
        plan, step
    ):
        return False
    assigned = {name for one in loop for name in _targets(one)}
    return not (isinstance(step, Operation) and assigned & set(step.operands))


def _is_of_units(step: Step) -> bool:
    return isinstance(step, Elementwise) or step.function in _PRODUCTS


def _rows(plan: Plan, step: Step) -> int:
    return step.rows if isinstance(step, Elementwise) else plan.rows[step.target]


def _targets(step: Step) -> list[str]:
    return [step.target] if isinstance(step, Operation) else [t for t, _ in step.statements]


class _Writing:
    def __init__(
        self, network: Network, code: LayerIdentifiers, formula: Text, writer: Writer
    ) -> None:
        self.network = network
        self.code = code
        self.formula = formula
        self.writer = writer
        self.plan = layer_plan(network, remarks=True)
        self.loops = loops(self.plan)
        self.stored = set(stored(self.loops)) | {key(layers.INPUTS), key(layers.TARGETS)}
        self.parameters = {key(array_of(b)): array_of(b) for b in blocks(network)}
        self.over_units: set[str] = set()
        self.local: dict[str, str] = {}  # cell → its name, in the loop that is being written
        self.convert = AsItStands(
            lambda q: sympy.Symbol(self.local.get(self.cell(q), self.cell(q))),
            writer.printer.function, {"tanh": named(special.TANH)},
        )  # fmt: skip

    def tile(self) -> Tile:
        lines = [line for loop in self.loops for line in (*self.arrays(loop), *self.loop(loop))]
        rows = sum(max(1, self.plan.rows[name]) for name in self.stored)
        columns = next((n for n in _SIZES if n * rows <= _MOST), _SIZES[-1])
        return Tile(
            columns, self.code(layers.INPUTS), self.code(layers.TARGETS), list(self.pointers()),
            lines, self.over_units,
        )  # fmt: skip

    # -- memory ------------------------------------------------------------------------------

    def arrays(self, steps: list[Step]) -> list[str]:
        """The declaration of what a loop leaves in memory."""
        names = [n for step in steps for n in _targets(step) if n in self.stored]
        items = []
        for name in names:
            rows = self.plan.rows[name]
            items.append(f"{self.name(name)}{f'[{rows}]' if rows != PER_EXAMPLE else ''}[TILE]")
        return self.writer.folded("double ", ", ".join(items)) if items else []

    def pointers(self) -> Iterator[str]:
        """Declarations of the parameters and of their gradients."""
        ends = {"theta": 0, "FIXED": 0}
        for block in blocks(self.network):
            source = "FIXED" if block.frozen else "theta"
            array, at = array_of(block), ends[source]
            ends[source] += block.size
            yield _pointer("const double", self.code(array), block.shape, source, at)
            if not block.frozen:
                slope = self.code(layers.gradient(array))
                yield _pointer("double", slope, block.shape, "gradient", at)

    def name(self, name: str) -> str:
        return self.code(self.plan.of[name])

    def cell(self, q: Quantity) -> str:
        """How a quantity is written for unit j and example k."""
        name = key(q)
        if name in self.plan.columns:
            return f"{self.code(self.parameters[self.plan.columns[name]])}[j]"
        if self.plan.rows[name] == ONE:
            return f"*{self.code(q)}"
        if name not in self.stored:
            return self.code(q)
        return f"{self.code(q)}{'' if self.plan.rows[name] == PER_EXAMPLE else '[j]'}[k]"

    # -- statements --------------------------------------------------------------------------

    def loop(self, steps: list[Step]) -> list[str]:
        first = steps[0]
        if isinstance(first, Operation) and first.function in _SUMS:
            return [*self.comments(first.target), *self.sum(first)]
        if isinstance(first, Operation) and first.function not in _PRODUCTS:
            return [*self.comments(first.target), self.of_layer(first)]
        self.local = {}
        inside = {name for step in steps for name in _targets(step)}
        body = [line for step in steps for line in self.of_unit(step, inside)]
        rows = _rows(self.plan, first)
        lines = [
            f"{_STEP}#pragma omp simd", f"{_STEP}for (int k = 0; k < TILE; k++) {{",
            *_indented(body, 1), f"{_STEP}}}",
        ]  # fmt: skip
        if rows == PER_EXAMPLE:
            return lines
        over = f"{_STEP}for (int j = 0; j < {rows}; j++) {{"
        return [over, *_indented(lines, 1), f"{_STEP}}}"]

    def comments(self, name: str) -> list[str]:
        """What the program says above a statement."""
        return [
            line
            for item in self.plan.remarks.get(name, ())
            for text in texts(item, self.formula)
            for line in self.writer.comment(text)
        ]

    def of_unit(self, step: Step, inside: set[str]) -> Iterator[str]:
        """The statements of a step about unit j and example k; its loop assigns ``inside``."""
        if isinstance(step, Operation):
            yield from self.comments(step.target)
            yield from self.product(step)
            return
        for name, expression in step.statements:
            yield from self.comments(name)
            yield from self.ahead_of_choices(expression, inside)
            yield from self.assigned(name, self.writer.whole(self.convert(expression)))

    def ahead_of_choices(self, expression: Expression, inside: set[str]) -> Iterator[str]:
        """What a choice has in memory, read whichever side it takes: in vectors it takes both."""
        if not any(isinstance(part, Cases) for part in expression.walk()):
            return
        for q in quantities(expression):
            cell = self.cell(q)
            if key(q) not in inside and cell.endswith("]") and cell not in self.local:
                self.local[cell] = cell.replace("][", "").replace("[", "_").removesuffix("]")
                yield f"{_STEP}double {self.local[cell]} = {cell};"

    def assigned(self, name: str, value: str) -> list[str]:
        cell = self.cell(self.plan.of[name])
        kind = "" if name in self.stored else "double "
        return self.writer.folded(f"{kind}{cell} = ", value)

    def product(self, step: Operation) -> Iterator[str]:
        """A sum over the units of the layer before, or of the one after."""
        weights, operand = step.operands
        ins, outs = self.plan.arrays[weights]
        forwards = step.function is MIX
        count, entry = (ins, "[i][j]") if forwards else (outs, "[j][i]")
        number = next(n for n, one in enumerate(self.plan.steps) if one is step)
        local = self.code(auxiliary("sum", number) if step.target in self.stored
                          else self.plan.of[step.target])  # fmt: skip
        other = self.given(operand)
        weight = f"{self.code(self.parameters[weights])}{entry}"
        yield f"{_STEP}double {local} = 0.0;"
        yield f"{_STEP}for (int i = 0; i < {count}; i++) {local} += {weight}*{other}[i][k];"
        if step.target in self.stored:
            yield from self.assigned(step.target, local)

    def given(self, name: str) -> str:
        for q in (layers.INPUTS, layers.TARGETS):
            if name == key(q):
                return self.code(q)
        return self.name(name)

    def of_layer(self, step: Operation) -> str:
        """A function of all units of a layer, for each example."""
        self.over_units.add(step.function.name)
        (operand,) = step.operands
        count, target = self.plan.rows[operand], self.name(step.target)
        return f"{_STEP}{step.function.name}_of_units({count}, {self.given(operand)}, {target});"

    def sum(self, step: Operation) -> list[str]:
        """Over the examples."""
        names = [self.given(operand) for operand in step.operands]
        rows = [self.plan.rows[operand] for operand in step.operands]
        sign = "+="
        factor = ""
        if step.factor == -1:
            sign = "-="
        elif step.factor != 1:
            factor = f"{self.writer.number(step.factor)}*"
        if step.function is OUTER:
            a, delta = names
            target = self.name(step.target)
            return [
                f"{_STEP}for (int i = 0; i < {rows[0]}; i++)",
                f"{_STEP * 2}for (int j = 0; j < {rows[1]}; j++)",
                f"{_STEP * 3}{target}[i][j] {sign} {factor}sum_of_products({a}[i], {delta}[j]);",
            ]
        (name,) = names
        if step.target == key(layers.SUM_OF_LOSSES):
            target = "loss"
        else:
            target = f"{self.name(step.target)}[j]" if step.function is ROWS else (
                f"*{self.name(step.target)}"
            )  # fmt: skip
        if rows[0] == PER_EXAMPLE:
            return [f"{_STEP}{target} {sign} {factor}sum_of({name});"]
        over = f"{_STEP}for (int j = 0; j < {rows[0]}; j++)"
        return [f"{over} {target} {sign} {factor}sum_of({name}[j]);"]


def _pointer(kind: str, name: str, shape: tuple[int, ...], source: str, at: int) -> str:
    where = f"{source} + {at}" if at else source
    if len(shape) < 2:
        return f"{kind} *{name} = {where};"
    where = f"({where})" if at else where
    return f"{kind} (*{name})[{shape[1]}] = ({kind} (*)[{shape[1]}]){where};"


def _indented(lines: list[str], depth: int) -> list[str]:
    return indent("\n".join(lines), _STEP * depth).splitlines()
