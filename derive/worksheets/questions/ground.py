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
from derive.expression.nodes import BIAS, Expression, Quantity
from derive.notation import Names
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.items import Item
from derive.worksheets.recipe import DoesNotFit
from derive.worksheets.units import Special


@dataclass
class Ground:
    """One variant while its questions are made, in their order.

    known  what has been worked out or printed so far
    items  every line so far, in an order in which each rests on earlier ones only; those of
           results that are printed and not asked for are among them
    lines  the numbers of the lines to come
    moved  parameters whose update has been asked for
    printed  results that the sheet gives
    told   what the sheet prints the formula of
    asked  what it asks the formula of
    guided  whether it has been said what to do with several blanks in a line
    planted  misconceptions that a derivation to be mended has shown
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
    printed: set[Expression] = field(default_factory=set)
    told: set[Expression] = field(default_factory=set)
    asked: set[Expression] = field(default_factory=set)
    guided: bool = False
    planted: set[str] = field(default_factory=set)
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

    def fresh(self, pool: Iterable[Task]) -> list[Task]:
        """Tasks whose formula the sheet neither prints nor asks for so far.

        Raises DoesNotFit where there is none.
        """
        found = [task for task in pool if task.step.subject not in self.told | self.asked]
        if not found:
            raise DoesNotFit("the other questions say it all")
        return found

    def deal(self, pool: Sequence[Task], most: int | None, difficulty: str) -> list[Task]:
        """At most so many tasks about deltas and parameters, taken in turn from those of each
        sort and layer: easy ones begin at the output, hard ones at the inputs, biases last."""
        if most is None or most >= len(pool):
            return list(pool)
        sorts: dict[tuple[int, str], list[Task]] = {}
        for task in pool:
            about = task.step.about[0]
            sorts.setdefault((about.layer, about.kind), []).append(task)
        tiers: dict[tuple[int, bool], list[list[Task]]] = {}
        for (layer, kind), tasks in sorts.items():
            tier = {"easy": (-layer, False), "hard": (layer, kind == BIAS)}
            drawn = self.chance.sample(tasks, len(tasks))
            tiers.setdefault(tier.get(difficulty, (0, False)), []).append(drawn)
        found: list[Task] = []
        for _, groups in sorted(tiers.items(), key=lambda tier: tier[0]):
            while any(groups) and len(found) < most:
                for group in groups:
                    if group and len(found) < most:
                        found.append(group.pop())
        return [task for task in pool if task in found]

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
