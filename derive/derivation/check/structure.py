"""What a derivation must be before numbers are looked at: ids, order, predicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.derivation.check.failure import CheckFailed
from derive.derivation.graph import Graph
from derive.derivation.steps import Rule, Section, Step
from derive.expression.nodes import ZERO

if TYPE_CHECKING:
    from derive.derivation.derivation import Derivation


def check_structure(derivation: Derivation) -> dict[str, Step]:
    """Every step by id, those it contains before it.

    Raises CheckFailed where a step rests on one that does not come before it, where one id
    means two things, where a chain has no relation in it, and where a step says that a path
    does not exist and one does (or the other way round).
    """
    steps: dict[str, Step] = {}
    for section in derivation.sections:
        for step in _inner_first(section):
            known = steps.get(step.id)
            if known is not None and _bare(known) != _bare(step):
                raise CheckFailed(step.id, "two different steps have this id")
            for use in step.uses:
                if use not in steps:
                    raise CheckFailed(step.id, f"rests on {use}, which does not come before it")
            if len(step.relations) < 2:
                raise CheckFailed(step.id, "states no relation")
            _check_predicate(derivation.graph, step)
            steps.setdefault(step.id, step)
    return steps


def _inner_first(section: Section) -> list[Step]:
    found: list[Step] = []

    def add(step: Step) -> None:
        for inner in step.substeps:
            add(inner)
        found.append(step)

    for step in section.steps:
        add(step)
    for inner in section.sections:
        found.extend(_inner_first(inner))
    return found


def _bare(step: Step) -> tuple[object, ...]:
    return step.rule, step.relations


def _check_predicate(graph: Graph, step: Step) -> None:
    """The claims that sentences make of a step, tested on the graph."""
    if step.rule is Rule.INDEPENDENT:
        w, e = step.about
        if graph.reaches(w, e):
            raise CheckFailed(step.id, "says that no path leads there, and one does")
        if step.result != ZERO:
            raise CheckFailed(step.id, "a derivative along no path is 0")
    if step.rule is Rule.SPLIT:
        (w,) = step.about
        lost = [e for e in graph.terms if not graph.reaches(w, e)]
        if len(lost) != len(step.uses):
            raise CheckFailed(step.id, "leaves out other loss terms than those without a path")
