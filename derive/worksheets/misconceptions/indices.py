"""Slips of indices: another unit's value, W for its transpose."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.styles.deltas import delta_of
from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    DELTA,
    INPUT,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Expression,
    Partial,
    Quantity,
    quantities,
)
from derive.expression.rewriting import substitute
from derive.network.description import Network
from derive.worksheets.exercise import Exercise, Task


def transposed(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. h1 = w11·i1 + w21·i2 → w11·i1 + w12·i2"""
    if task.part == "update":
        return
    sizes = exercise.structure.sizes
    turned: dict[Expression, Expression] = {}
    for w in quantities(task.formula):
        if w.kind == WEIGHT:
            if w.source >= sizes[w.layer] or w.unit >= sizes[w.layer - 1]:
                return
            turned[w] = Quantity(WEIGHT, w.layer, w.source, w.unit)
    if any(a != b for a, b in turned.items()):
        yield substitute(task.formula, turned)


def wrong_index(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. ∂E/∂w6 = δ_o1·a_h2 → δ_o1·a_h1: one name replaced by that of a neighbour"""
    formula = task.formula
    names = {node: None for node in formula.walk() if isinstance(node, (Quantity, Partial))}
    inside = {
        q for node in names if isinstance(node, Partial) for q in node.walk() if q is not node
    }
    for name in names:
        if name in inside:
            continue
        for other in _neighbours(name, exercise):
            yield substitute(formula, {name: other})


def _neighbours(name: Expression, exercise: Exercise) -> Iterator[Expression]:
    structure = exercise.structure
    if isinstance(name, Partial):
        of, by = name.of, name.by
        if isinstance(of, Quantity):
            for unit in range(structure.sizes[by.layer]):
                other = Partial(_of_unit(of, unit), _of_unit(by, unit))
                if other != name and other in exercise.formulas:
                    yield other
    elif isinstance(name, Quantity) and name.kind == WEIGHT:
        before, after = structure.sizes[name.layer - 1], structure.sizes[name.layer]
        yield from (
            Quantity(WEIGHT, name.layer, name.unit, i) for i in range(before) if i != name.source
        )
        yield from (
            Quantity(WEIGHT, name.layer, j, name.source) for j in range(after) if j != name.unit
        )
    elif isinstance(name, Quantity):
        yield from (_of_unit(name, j) for j in _units(name, structure) if j != name.unit)


def _units(name: Quantity, structure: Network) -> range:
    if name.kind in (ACTIVATION, PRE_ACTIVATION, DELTA) or (name.kind == BIAS and name.unit >= 0):
        return range(structure.sizes[name.layer])
    if name.kind == INPUT:
        return range(structure.sizes[0])
    if name.kind == TARGET:
        return range(structure.sizes[-1])
    return range(0)


def _of_unit(name: Quantity, unit: int) -> Quantity:
    if name.kind == DELTA:
        return delta_of(Quantity(PRE_ACTIVATION, name.layer, unit))
    return Quantity(name.kind, name.layer, unit)
