"""One example as cells: what is worked out, in which order, and by which formula."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.compute.backends.spreadsheet import Lowering, uses
from derive.compute.programs.program import Program, Statement, auxiliary, gradient
from derive.compute.programs.scalar import scalar_program, target_program
from derive.expression.nodes import DELTA, TARGET, VARIABLE, Expression, Negative, Quantity, Sum
from derive.expression.rewriting import substitute
from derive.graph import E, NetworkGraph, activations, pre_activations
from derive.network.description import Network


@dataclass(frozen=True, slots=True)
class Step:
    """target := value.

    value    in the terms of the compiled function
    formula  the same as a spreadsheet works it out, in the targets of other steps; None where it
             stands inside the formulas that use it and has no cell
    """

    target: Quantity
    value: Expression
    formula: Expression | None

    @property
    def is_helper(self) -> bool:
        """Whether no notation has a name for it, such as the e^−|x| of a sigmoid."""
        return self.target.kind == VARIABLE


def steps(network: Network, graph: NetworkGraph, formulas: bool) -> tuple[Step, ...]:
    """Everything about one example: targets where these are formulas, z, a, E, delta, gradients."""
    named = [q for layer in network.layers for q in (*pre_activations(layer), *activations(layer))]
    named += [*graph.terms, E]
    named += [
        Quantity(DELTA, layer.index, j) for layer in network.layers for j in range(layer.units)
    ]
    named += map(gradient, network.parameters())
    named += [Quantity(TARGET, unit=k) for k in range(network.sizes[-1]) if formulas]
    before = target_program(network).items if formulas else ()
    items = (*before, *scalar_program(network).items)
    return tuple(_inlined(list(_lowered(Program(items).only(named), len(network.layers)))))


def _lowered(program: Program, depth: int) -> Iterator[Step]:
    """The statements in the functions that spreadsheets have, and the cells these ask for."""
    place = (0, 0)
    count: dict[tuple[int, int], int] = {}

    def fresh() -> Quantity:
        count[place] = count.get(place, 0) + 1
        return auxiliary(f"k{count[place]}", *place)

    lower = Lowering(fresh)
    for item in program.items:
        if isinstance(item, Statement):
            # What belongs to no layer, such as a loss term, belongs to the last one.
            place = (item.target.layer or depth, item.target.unit)
            formula_of_cell = lower(item.expression)
            for cell, value, formula in lower.cells:
                yield Step(cell, value, formula)
            lower.cells.clear()
            yield Step(item.target, item.expression, formula_of_cell)


def _inlined(steps: list[Step]) -> Iterator[Step]:
    """Helpers that are used once, or are as short as y − t, stand inside formulas, not in cells."""
    often = uses([step.formula for step in steps if step.formula is not None])
    inside: dict[Expression, Expression] = {}
    for step in steps:
        assert step.formula is not None
        formula = substitute(step.formula, inside)
        if step.is_helper and (often.get(step.target, 0) < 2 or _is_short(formula)):
            inside[step.target] = formula
            yield Step(step.target, step.value, None)
        else:
            yield Step(step.target, step.value, formula)


def _is_short(e: Expression) -> bool:
    """y − t, −y, 1 − t or a name alone."""
    if not isinstance(e, (Negative, Sum)):
        return not e.children
    bare = [part.operand if isinstance(part, Negative) else part for part in e.children]
    return len(bare) <= 2 and not any(part.children for part in bare)
