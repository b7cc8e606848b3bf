"""Faults planted in derivations: how to put one in, and which there are."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from derive.derivation.derivation import Derivation
from derive.derivation.steps import Relation, Section, Step
from derive.expression.nodes import (
    WEIGHT,
    Cases,
    Comparison,
    Constant,
    Expression,
    Negative,
    Number,
    Product,
    Quantity,
    Sum,
)


def plant(derivation: Derivation, name: str, change: Callable[[Step], Step | None]) -> Derivation:
    """The derivation with one step changed wherever it stands, or left out (None)."""
    found = 0

    def in_steps(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        nonlocal found
        kept: list[Step] = []
        for step in steps:
            new: Step | None = replace(step, substeps=in_steps(step.substeps))
            if step.id == name:
                found += 1
                new = change(new) if new is not None else None
            if new is not None:
                kept.append(new)
        return tuple(kept)

    def in_section(section: Section) -> Section:
        return replace(
            section,
            steps=in_steps(section.steps),
            sections=tuple(in_section(inner) for inner in section.sections),
        )

    sections = tuple(in_section(section) for section in derivation.sections)
    assert found, f"there is no step {name}"
    return Derivation(derivation.graph, derivation.style, sections)


def member(position: int, expression: Callable[[Expression], Expression]) -> Callable[[Step], Step]:
    """A change of one member of the chain."""

    def change(step: Step) -> Step:
        relations = list(step.relations)
        old = relations[position]
        relations[position] = Relation(old.sign, expression(old.expression))
        return replace(step, relations=tuple(relations))

    return change


def _sign(node: Expression) -> Iterator[Expression]:
    if not isinstance(node, Comparison):
        yield Negative(node)


def _index(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Quantity) and node.unit >= 0 and node.kind not in ("variable", "loss"):
        for unit in (0, 1):
            if unit != node.unit:
                yield replace(node, unit=unit)


def _transpose(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Quantity) and node.kind == WEIGHT and node.unit != node.source:
        yield replace(node, unit=node.source, source=node.unit)


def _drop(node: Expression) -> Iterator[Expression]:
    if isinstance(node, (Sum, Product)) and len(node.children) > 1:
        for position in range(len(node.children)):
            kept = node.children[:position] + node.children[position + 1 :]
            yield kept[0] if len(kept) == 1 else node.with_children(kept)


def _number(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Number):
        yield Number(node.value + 1)
        yield Number(node.value + Fraction(1, 10**9))
    if isinstance(node, Constant):
        yield Constant("e" if node.name == "pi" else "pi")


def _branch(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Cases):
        yield replace(node, values=tuple(reversed(node.values)))
        for position, value in enumerate(node.values):
            values = list(node.values)
            values[position] = Sum((value, Number(Fraction(1))))
            yield replace(node, values=tuple(values))


OPERATORS: dict[str, Callable[[Expression], Iterator[Expression]]] = {
    "sign": _sign, "index": _index, "transpose": _transpose, "drop": _drop, "number": _number,
    "branch": _branch,
}  # fmt: skip


def mutants(step: Step, chance: random.Random, each: int = 2) -> Iterator[tuple[str, Step]]:
    """Changed copies of a step, a few of every kind, at random places behind the first member."""
    for kind, operator in OPERATORS.items():
        places = []
        for position in range(1, len(step.relations)):
            expression = step.relations[position].expression
            for address, node in expression.addresses():
                places += [(position, address, new) for new in operator(node)]
        for position, address, new in chance.sample(places, min(each, len(places))):
            relations = list(step.relations)
            old = relations[position]
            try:
                changed = old.expression.replace_at(address, new)
            except TypeError:  # a derivative by something that is not a quantity
                continue
            relations[position] = Relation(old.sign, changed)
            yield kind, replace(step, relations=tuple(relations))
