"""What a derivation must be before numbers are looked at: ids, order, predicates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from derive.derivation.calculus.differentiator import prime
from derive.derivation.calculus.local import key
from derive.derivation.failure import CheckFailed
from derive.derivation.steps import SUM_TO_ONE, Rule, Section, Step
from derive.derivation.styles.deltas import pre_activation_of
from derive.expression.constructors import ZERO
from derive.expression.nodes import DELTA, Apply, Expression, Partial, Quantity, quantities
from derive.graph import AnyGraph, FormulaGraph, layered

if TYPE_CHECKING:
    from derive.derivation.derivation import Derivation


def check_structure(derivation: Derivation) -> dict[str, Step]:
    """Every step by id, those it contains before it.

    Raises CheckFailed where a step rests on one that does not come before it, where one id
    means two things, where a chain states nothing, where a step says that a path does not exist
    and one does (or the other way round), and where a parameter's gradient or update is missing.
    """
    steps: dict[str, Step] = {}
    numbers: dict[int, str] = {}
    for section in derivation.sections:
        for step in _inner_first(section):
            if step.number is not None and numbers.setdefault(step.number, step.id) != step.id:
                raise CheckFailed(step.id, f"({step.number}) is {numbers[step.number]} already")
            known = steps.get(step.id)
            if known is not None and _bare(known) != _bare(step):
                raise CheckFailed(step.id, "two different steps have this id")
            for use in step.uses:
                if use not in steps:
                    raise CheckFailed(step.id, f"rests on {use}, which does not come before it")
            _check_chain(step)
            _check_predicate(derivation.graph, step, steps)
            steps.setdefault(step.id, step)
    _check_complete(derivation, steps)
    return steps


def _inner_first(section: Section) -> list[Step]:
    steps: list[Step] = []

    def add(step: Step) -> None:
        for inner in step.substeps:
            add(inner)
        steps.append(step)

    for step in section.steps:
        add(step)
    for inner in section.sections:
        steps.extend(_inner_first(inner))
    return steps


def _bare(step: Step) -> tuple[object, ...]:
    return step.rule, step.relations


def _check_chain(step: Step) -> None:
    """first = second = …, or w ← formula; and it leads somewhere."""
    if len(step.relations) < 2:
        raise CheckFailed(step.id, "states no relation")
    expected = ("", "←") if step.rule is Rule.UPDATE else ("", *["="] * (len(step.relations) - 1))
    if tuple(relation.sign for relation in step.relations) != expected:
        raise CheckFailed(step.id, "a relation in it has the wrong sign")
    if step.result == step.subject:
        raise CheckFailed(step.id, "ends where it began")


def _check_predicate(graph: AnyGraph, step: Step, before: dict[str, Step]) -> None:
    """The claims that sentences make of a step, tested on the graph."""
    unknown = set(step.assumes) - {SUM_TO_ONE}
    if unknown:
        raise CheckFailed(step.id, f"assumes {min(unknown)}, which no point is drawn for")
    if step.rule is Rule.LOCAL and step.about:
        _check_local(graph, step)
    elif step.rule is Rule.INDEPENDENT:
        _check_independent(graph, step)
    elif step.rule in (Rule.CHAIN, Rule.GATHER):
        _check_known(step, before)
    elif step.rule is Rule.SPLIT:
        _check_split(graph, step, before)


def _check_local(graph: AnyGraph, step: Step) -> None:
    of, by = step.about
    defined = tuple(_as_defined(graph, of, by))
    if step.subject != Partial(of, by) and step.subject not in defined:
        raise CheckFailed(step.id, "is about another derivative than it states")
    if step.subject not in defined and step.relations[1].expression not in defined:
        raise CheckFailed(step.id, "derives another formula than the definition")


def _check_independent(graph: AnyGraph, step: Step) -> None:
    w, e = step.about
    if step.subject != Partial(e, w):
        raise CheckFailed(step.id, "is about another derivative than it states")
    if graph.reaches(w, e):
        raise CheckFailed(step.id, "says that no path leads there, and one does")
    if step.result != ZERO:
        raise CheckFailed(step.id, "a derivative along no path is 0")


def _check_known(step: Step, before: dict[str, Step]) -> None:
    for delta in quantities(step.result):
        if delta.kind == DELTA:
            name = f"delta/{key(pre_activation_of(delta))}"
            if name not in before:
                raise CheckFailed(step.id, f"uses {name} before it is known")


def _check_split(graph: AnyGraph, step: Step, before: dict[str, Step]) -> None:
    (w,) = step.about
    lost = {Partial(e, w) for e in layered(graph).terms if not graph.reaches(w, e)}
    if {before[use].subject for use in step.uses} != lost:
        raise CheckFailed(step.id, "leaves out other loss terms than those without a path")


def _as_defined(graph: AnyGraph, of: Quantity, by: Quantity) -> Iterator[Expression]:
    """∂of/∂by with the definition put in: ∂(formula)/∂by, or f′(by) where it says f(by)."""
    definition = graph.definitions[of]
    yield Partial(definition, by)
    yield Partial(graph.relevant(of, by), by)
    if isinstance(graph, FormulaGraph):
        return
    if isinstance(definition, Apply) and definition.arguments == (by,):
        yield prime(definition.function)(by)


def _check_complete(derivation: Derivation, steps: dict[str, Step]) -> None:
    """Every trained parameter has its gradient, worked out, and of a network its update."""
    graph = derivation.graph
    goal = graph.goal
    known = {step.subject for step in steps.values() if step.rule is Rule.LOCAL}
    for w in graph.trained:
        gradient = steps.get(f"gradient/{key(w)}")
        if gradient is None or gradient.subject != Partial(graph.loss, w):
            raise CheckFailed(f"gradient/{key(w)}", "is missing")
        if any(
            isinstance(node, Partial) and node.by == w and node not in known
            for node in gradient.result.walk()
        ):
            raise CheckFailed(gradient.id, "is not worked out")
        if isinstance(graph, FormulaGraph):
            continue
        average = steps.get(f"average/{key(w)}")
        if graph.is_batch and (average is None or average.subject != Partial(goal, w)):
            raise CheckFailed(f"average/{key(w)}", "is missing")
        update = steps.get(f"update/{key(w)}")
        if update is None or update.subject != w:
            raise CheckFailed(f"update/{key(w)}", "is missing")
