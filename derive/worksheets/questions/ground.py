"""What questions are made from, and what the sheet has said so far."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from derive.derivation.graph import Graph
from derive.derivation.numbers import Atom, Numbers, atoms
from derive.document.blocks import Paragraph
from derive.document.wording import Value, Wording
from derive.expression.nodes import Quantity
from derive.notation import Names
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.items import Item
from derive.worksheets.units import Special


@dataclass
class Ground:
    """One variant while its questions are made, in their order.

    known  what has been worked out or printed so far
    items  every line so far, in an order in which each rests on earlier ones only; those of
           results that are printed and not asked for are among them
    lines  the numbers of the lines to come
    moved  parameters whose update has been asked for
    left_out  kinds that the variant has nothing for, and why
    units  those that the recipe asks for to be saturated or dead
    alone  units that have been asked about alone
    """

    exercise: Exercise
    numbers: Numbers
    names: Names
    words: Wording
    chance: random.Random
    known: set[Atom] = field(default_factory=set)
    items: list[Item] = field(default_factory=list)
    lines: Iterator[int] = field(default_factory=lambda: count(1))
    moved: list[Quantity] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    units: tuple[Special, ...] = ()
    alone: list[Quantity] = field(default_factory=list)

    @property
    def graph(self) -> Graph:
        return self.exercise.derivation.graph

    def layer_name(self, index: int) -> str:
        """the output layer, the hidden layer, hidden layer 2."""
        last = len(self.exercise.structure.layers)
        if index == last:
            return self.words.text("layer-output")
        if last == 2:
            return self.words.text("layer-hidden")
        return self.words.text("layer-hidden-numbered", number=index)

    def say(self, sentence: str, **values: Value) -> Paragraph:
        """A sentence of worksheets as a paragraph."""
        return Paragraph(self.words(f"worksheet-{sentence}", **values))

    def missing(self, tasks: Iterable[Task]) -> list[Task]:
        """What the tasks rest on and has neither been worked out nor printed yet."""
        by_subject = {
            task.step.subject: task for task in self.exercise.tasks if task.part != "update"
        }
        asked = {task.source for task in tasks}
        needed: set[str] = set()
        waiting = list(tasks)
        while waiting:
            for atom in atoms(waiting.pop().formula):
                before = by_subject.get(atom)
                if before and atom not in self.known and before.source not in needed | asked:
                    needed.add(before.source)
                    waiting.append(before)
        return [task for task in self.exercise.tasks if task.source in needed]

    def choose(self, pool: Sequence[Task], most: int | None, difficulty: str) -> list[Task]:
        """At most so many tasks: the first, the last, or some from everywhere, in order."""
        if most is None or most >= len(pool):
            return list(pool)
        if difficulty == "easy":
            return list(pool[:most])
        if difficulty == "hard":
            return list(pool[-most:])
        places = sorted(self.chance.sample(range(len(pool)), most))
        return [pool[place] for place in places]
