"""What is asked where results are predicted, and the rules of marking it: the catalogue's, as data.

A task is worked out by the formula of an exercise, the one that worksheets are made of, and its
slips are those of the catalogue of misconceptions: formulas that lead to a wrong value. Nothing
comes from a bundle; the numbers are those of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from derive.derivation.numbers.chains import Atom, atoms
from derive.derivation.steps import Kind, Rule, Step, chain
from derive.derivation.styles.deltas import delta_of
from derive.document.narration.teller import Teller
from derive.document.wording import in_macros
from derive.explore.steps import UPDATE, Stage
from derive.explore.values import Values
from derive.expression.nodes import Expression, Partial
from derive.expression.rewriting import substitute
from derive.graph import FormulaGraph, pre_activations
from derive.worksheets.exercise import Exercise, Task, exercise, too_large
from derive.worksheets.misconceptions import MISCONCEPTIONS, Slip, slips


@dataclass(frozen=True, slots=True)
class Question:
    """A task, and the step of the page whose result it is.

    place  of the step; −1 where the page does not show it: it only carries mistakes on
    """

    task: Task
    place: int
    slips: Sequence[Slip]


def questions(teller: Teller, stages: Sequence[Stage]) -> Iterator[Question]:
    """Every task in an order in which they can be worked out, the page's as far as it goes."""
    given = _exercise(teller)
    known: dict[tuple[Expression, bool], tuple[Task, Sequence[Slip]]] = {}
    for task in given.tasks if given is not None else ():
        own = _as_on_page(teller, task)
        assert given is not None
        wrong = [replace(s, formula=_renamed(teller, s.formula)) for s in slips(task, given)]
        known[own.step.subject, own.part == UPDATE] = own, wrong
    places: dict[tuple[Expression, bool], int] = {
        (stage.subject, stage.part == UPDATE): k for k, stage in enumerate(stages)
    }
    for key, stage in zip(places, stages, strict=True):
        known.setdefault(key, (_plain(stage), ()))
    seen: set[tuple[Expression, bool]] = set()

    def in_order(key: tuple[Expression, bool]) -> Iterator[Question]:
        if key in seen or key not in known:
            return
        seen.add(key)
        task, wrong = known[key]
        for atom in atoms(task.formula):
            yield from in_order((atom, False))
        yield Question(task, places.get(key, -1), wrong)

    for key in places:
        yield from in_order(key)


def as_data(every: Sequence[Question], values: Values) -> list[dict[str, Any]]:
    """Questions for the script: formulas as trees, slips as [id, decimals lost, tree]."""
    return [
        {
            "step": question.place, "value": values(_subject(question.task)),
            "update": int(question.task.part == UPDATE), "renames": int(not question.task.is_asked),
            "tree": values.tree(question.task.formula),
            "slips": [
                [slip.misconception.id, slip.misconception.fewer, values.tree(slip.formula)]
                for slip in question.slips
            ],
        }
        for question in every
    ]  # fmt: skip


def names_of_slips(teller: Teller, every: Sequence[Question]) -> dict[str, dict[str, str]]:
    """The misconceptions that may be met: what they are called, and what is said to the reader."""
    ids = {slip.misconception.id for question in every for slip in question.slips}
    return {
        row.id: {
            "title": row.title,
            "feedback": teller.words.text(f"misconception_{in_macros(row.id)}"),
        }
        for row in MISCONCEPTIONS.values() if row.id in ids
    }  # fmt: skip


def _exercise(teller: Teller) -> Exercise | None:
    """The exercise about the network; None of formulas, and of what nobody works out by hand."""
    derivation = teller.derivation
    if isinstance(derivation.graph, FormulaGraph) or too_large(derivation.network.sizes):
        return None
    return exercise(derivation.network)


def _as_on_page(teller: Teller, task: Task) -> Task:
    subject, formula = (_renamed(teller, e) for e in (task.step.subject, task.formula))
    return replace(task, step=replace(task.step, relations=chain(subject, formula)))


def _renamed(teller: Teller, e: Expression) -> Expression:
    """∂E/∂z for δ, on a page that goes node by node."""
    if teller.derivation.style != "nodes":
        return e
    graph = teller.graph
    every = [z for layer in graph.network.layers for z in pre_activations(layer)]
    return substitute(e, {delta_of(z): Partial(graph.loss, z) for z in every})


def _plain(stage: Stage) -> Task:
    """A step of the page that the exercise does not ask about, by the page's own formula."""
    step = Step(
        f"task/{stage.step.id}", Kind.TASK, Rule.SUBSTITUTE, chain(stage.subject, stage.formula)
    )
    return Task(stage.part, step, stage.step.id, ())


def _subject(task: Task) -> Atom:
    return task.atom
