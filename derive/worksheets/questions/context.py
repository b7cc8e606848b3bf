"""What the questions of a variant are made from."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from derive.derivation.numbers.chains import Numbers, atoms
from derive.document.blocks import Paragraph
from derive.document.wording import Value, Wording
from derive.expression.nodes import BIAS
from derive.graph import NetworkGraph
from derive.notation import Names
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.questions.ledger import Ledger
from derive.worksheets.recipes.recipe import DoesNotFit
from derive.worksheets.recipes.units import Special
from derive.worksheets.source import FIRST


@dataclass(frozen=True)
class Ground:
    """One variant while its questions are made, in their order.

    ledger  what they print and ask: the only part that changes
    units   those that the recipe asks for to be saturated or dead
    """

    exercise: Exercise
    numbers: Numbers
    names: Names
    words: Wording
    chance: random.Random
    ledger: Ledger
    units: tuple[Special, ...] = ()

    @property
    def graph(self) -> NetworkGraph:
        return self.exercise.derivation.layered

    @property
    def is_first(self) -> bool:
        """Whether the sheet is one of the first edition, which stays as it was handed out."""
        return self.exercise.edition == FIRST

    def layer_name(self, index: int) -> str:
        """the output layer, the hidden layer, hidden layer 2."""
        return self.words.layer_name(index, len(self.exercise.structure.layers))

    def say(self, sentence: str, **values: Value) -> Paragraph:
        """A sentence of worksheets as a paragraph."""
        return Paragraph(self.words(f"worksheet_{sentence}", **values))

    def prerequisites(self, tasks: Sequence[Task]) -> list[Task]:
        """What the tasks rest on and has neither been worked out nor printed yet."""
        by_subject = {
            task.step.subject: task for task in self.exercise.tasks if task.part != "update"
        }
        sources = {task.source for task in tasks}
        needed: set[str] = set()
        waiting = list(tasks)
        while waiting:
            for atom in atoms(waiting.pop().formula):
                before = by_subject.get(atom)
                if before is None or self.ledger.is_known(atom):
                    continue
                if before.source not in needed | sources:
                    needed.add(before.source)
                    waiting.append(before)
        return [task for task in self.exercise.tasks if task.source in needed]

    def fresh(self, pool: Iterable[Task]) -> list[Task]:
        """Tasks whose formula the sheet neither tells nor asks for so far.

        Some are left to the questions to come. Raises DoesNotFit where there is none.
        """
        ledger = self.ledger
        unused = [task for task in pool if ledger.may_ask_for(task.step.subject, task.formula)]
        if not unused:
            raise DoesNotFit("the other questions say it all")
        mine = ledger.shared((ledger.pattern(task.formula) for task in unused), self.chance)
        return [task for task in unused if ledger.pattern(task.formula) in mine]

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
            shuffled = self.chance.sample(tasks, len(tasks))
            tiers.setdefault(tier.get(difficulty, (0, False)), []).append(shuffled)
        dealt: list[Task] = []
        for _, groups in sorted(tiers.items(), key=lambda tier: tier[0]):
            while any(groups) and len(dealt) < most:
                for group in groups:
                    if group and len(dealt) < most:
                        dealt.append(group.pop())
        return [task for task in pool if task in dealt]

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
