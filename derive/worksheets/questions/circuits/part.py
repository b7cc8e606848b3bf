"""What is drawn of a computation graph, and which of its results may be gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from derive.derivation.numbers.chains import atoms
from derive.derivation.styles.deltas import pre_activation_of
from derive.expression.nodes import (
    DELTA,
    LOSS_TERM,
    PRE_ACTIVATION,
    Expression,
    Partial,
    Product,
    Quantity,
)
from derive.graph import E, pre_activations
from derive.pictures.circuits.completion import drawn
from derive.worksheets.exercise import Task
from derive.worksheets.questions.context import Ground


def parts(ground: Ground, difficulty: str) -> Iterator[Part]:
    """What might be drawn: the whole network, else one unit; an easy one is an output, a hard one
    in the first layer."""
    yield Part(ground, None)
    layers = ground.exercise.structure.layers
    pools = {"easy": layers[-1:], "hard": layers[:1]}
    units = [z for layer in pools.get(difficulty, layers) for z in pre_activations(layer)]
    yield Part(ground, ground.chance.choice(units))


@dataclass(frozen=True)
class Part:
    """What is drawn of a network: ``unit``, or all of it."""

    ground: Ground
    unit: Quantity | None

    @cached_property
    def places(self) -> dict[Expression, Task | None]:
        """Where labels stand, and what is worked out there."""
        graph = self.ground.graph
        task_at: dict[Expression, Task] = {}
        for task in self.ground.exercise.tasks:
            place = _place(task, averaged=isinstance(graph.definitions[E], Product))
            if place is not None:
                task_at[place] = task
        return {place: task_at.get(place) for place in drawn(graph, self.unit)}

    @cached_property
    def tasks(self) -> list[Task]:
        """What is worked out in it and has not been further up, in the order of the work."""
        known = self.ground.ledger.is_known
        mine = {t.source for t in self.places.values() if t and not known(t.step.subject)}
        return [task for task in self.ground.exercise.tasks if task.source in mine]

    @cached_property
    def pool(self) -> list[Task]:
        """What may be asked: all that it rests on is in the picture, or beside it."""
        known = self.ground.ledger.is_known
        there = {task.step.subject for task in self.tasks}
        by_subject = {t.step.subject: t for t in self.ground.exercise.tasks if t.part != "update"}
        receives = {t.source for place, t in self.places.items() if t and self._receives(place)}
        pool = [
            task for task in self.tasks if task.is_asked and task.source not in receives and all(
                atom in there or known(atom) or atom not in by_subject
                or by_subject[atom].part == "local"
                for atom in atoms(task.formula)
            )
        ]  # fmt: skip
        others = [task for task in self.tasks if task not in pool and task.is_asked]
        if self.ground.is_first:
            return [t for t in pool if not any(self._gives_away(other, t) for other in others)]
        return [task for task in pool if self.ground.ledger.may_ask(task.step.subject)]

    @cached_property
    def telling(self) -> list[Task]:
        """What must not be printed: at once the result of something asked for further up, or what
        a question to come asks for."""
        ledger = self.ground.ledger
        if not self.ground.is_first:
            return [
                task for task in self.tasks
                if ledger.is_expected(task) or not ledger.may_print(task.step.subject)
            ]  # fmt: skip
        known = [t for t in self.ground.exercise.tasks if ledger.is_known(t.step.subject)]
        telling: list[Task] = []
        for task in self.tasks:
            if any(self._gives_away(task, other) for other in (*known, *telling)):
                telling.append(task)
        return telling

    def silent(self, gaps: Sequence[Task]) -> list[Task]:
        """What has a place without a number: it would tell what is asked for, here or elsewhere."""
        if self.ground.is_first:
            return self.telling
        twins = {twin for task in gaps for twin in self.ground.ledger.twins(task.step.subject)}
        return [t for t in self.tasks if t in self.telling or t.step.subject in twins]

    def _receives(self, place: Expression) -> bool:
        """Whether a derivative arrives from what is not drawn."""
        return (
            self.unit is not None and isinstance(place, Partial)
            and place.by.kind == PRE_ACTIVATION and place.by.layer > self.unit.layer
        )  # fmt: skip

    def _gives_away(self, other: Task, task: Task) -> bool:
        """Whether the result of one task is at once that of another: ∂E/∂b = δ."""
        if task.step.subject not in atoms(other.formula):
            return False
        value, same = (
            abs(self.ground.numbers.displayed(t.atom).number.value) for t in (task, other)
        )
        return value != 0 and same == value

    def gaps(self, most: int, difficulty: str) -> list[Task]:
        """At most so many gaps. Whatever would give one away is a gap as well, and so is what one
        rests on and is not printed."""
        gaps: list[Task] = []
        for task in self._in_turn(difficulty):
            group = [] if task in gaps else [task]
            possible = True
            for one in group:
                more = [t for t in self._with(one) if t not in (*gaps, *group)]
                possible = possible and all(other in self.pool for other in more)
                group += more
            if possible and len(gaps) + len(group) <= most:
                gaps += group
        return [task for task in self.pool if task in gaps]

    def _with(self, one: Task) -> list[Task]:
        """What must be a gap where one is."""
        if self.ground.is_first:
            return [other for other in self.pool if self._gives_away(other, one)]
        ledger = self.ground.ledger
        twins, operands = ledger.twins(one.step.subject), atoms(one.formula)
        return [
            task for task in self.ground.exercise.tasks
            if task.is_asked and task.step.subject in operands
            and not ledger.is_known(task.step.subject)
            and (task.step.subject in twins or task in self.telling or ledger.is_expected(task)
                 or not ledger.may_print(task.step.subject))
        ]  # fmt: skip

    def _in_turn(self, difficulty: str) -> list[Task]:
        """The pool: from the start, from the end, or one of every part in turn."""
        if difficulty != "normal":
            return self.pool if difficulty == "easy" else self.pool[::-1]
        parts: dict[str, list[Task]] = {}
        for task in self.ground.chance.sample(self.pool, len(self.pool)):
            parts.setdefault(task.part, []).append(task)
        turns = [(place, task) for part in parts.values() for place, task in enumerate(part)]
        return [task for _, task in sorted(turns, key=lambda turn: turn[0])]


def _place(task: Task, averaged: bool) -> Expression | None:
    """Where the result of a task stands in a circuit; None where it has no place there.

    averaged  whether a loss term counts in part only: then ∂E_k/∂a is not ∂E/∂a
    """
    subject = task.step.subject
    if task.part == "update" or not isinstance(subject, (Quantity, Partial)):
        return None
    if isinstance(subject, Quantity):
        return Partial(E, pre_activation_of(subject)) if subject.kind == DELTA else subject
    if isinstance(subject.of, Quantity) and subject.of.kind == LOSS_TERM:
        return None if averaged else Partial(E, subject.by)
    return subject
