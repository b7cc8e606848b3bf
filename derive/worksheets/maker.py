"""Makes the variants of a worksheet, each by its number alone.

The structure is derived and checked once; a variant is its numbers, its items and its pages.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from derive.derivation.numbers import Numbers
from derive.derivation.rounding import Rounding, exponent
from derive.document.blocks import Document
from derive.document.wording import Wording
from derive.expression.nodes import Number, Quantity
from derive.network.description import Network
from derive.notation import Names, names
from derive.worksheets.exercise import Exercise, Task, exercise
from derive.worksheets.items import Answer, Item, items
from derive.worksheets.keycheck import check_key
from derive.worksheets.recipe import Recipe
from derive.worksheets.sheet import Form, Pages
from derive.worksheets.variant import find

REDRAWS = 50  # of numbers that another variant has


@dataclass(frozen=True)
class Variant:
    """One student's worksheet.

    number   from 1
    network  with this variant's numbers
    items    what is asked, in order; ``answers`` are those of all items
    """

    number: int
    network: Network
    items: tuple[Item, ...]
    numbers: Numbers = field(compare=False, repr=False)
    form: Form
    pages: Pages = field(compare=False, repr=False)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What belongs in every blank, in the order of their labels."""
        return tuple(answer for item in self.items for answer in item.answers)

    @property
    def signature(self) -> str:
        """A short digest of the network and its numbers: equal where two variants are alike."""
        n = self.network
        told: list[object] = [n.inputs, n.targets, n.learning_rate, n.loss.name, n.loss.formula]
        for layer in n.layers:
            told += [layer.activation.name, layer.activation.formula, layer.weights, layer.biases]
        return sha256(repr(told).encode()).hexdigest()[:32]

    @cached_property
    def sheet(self) -> Document:
        """What is handed out."""
        return self.pages.sheet(self.form, self.items, self.numbers)

    @cached_property
    def key(self) -> Document:
        """The sheet with every blank filled."""
        return self.pages.key(self.form, self.items, self.numbers)


class Maker:
    """Derives and checks a structure, then makes variants of it.

    Raises WorksheetError where no good sheet can be made, CheckFailed where a step or a key does
    not hold.
    """

    def __init__(
        self, network: Network, recipe: Recipe, seed: int, templates: Path | None = None
    ) -> None:
        self.recipe = recipe
        self.seed = seed
        self.templates = templates
        self.exercise: Exercise = exercise(network)
        structure = self.exercise.structure
        self.names: Names = names(structure.notation, structure.shape, structure.layout)
        self._rate = network.learning_rate
        self._rounding = _rounding(recipe, network.learning_rate)
        self._pages = Pages(self.exercise, self.names, Wording("en", templates))

    def variant(self, number: int, redraw: int = 0) -> Variant:
        """A variant by its number; ``redraw`` counts how often others had its numbers before."""
        chance = random.Random(f"{self.seed}/{number}" + (f"/{redraw}" if redraw else ""))
        numbers = find(self.exercise, self._rate, self._rounding, chance)
        mine = items(tuple(_picked(self.exercise, self.recipe.most, chance)), numbers)
        check_key(mine, numbers)
        form = Form(self.seed, number)
        return Variant(number, numbers.network, mine, numbers, form, self._pages)


def _rounding(recipe: Recipe, rate: Number | None) -> Rounding:
    """Every line in one go; a small learning rate asks for more decimals of what it moves."""
    more = 0 if rate is None or not rate.value else max(0, -1 - exponent(rate.value))
    return Rounding(recipe.digits, recipe.digits + more, carried=True, parts=False)


def _picked(asked: Exercise, most: int, chance: random.Random) -> Iterator[Task]:
    """All tasks, but of the gradients at most so many, from every layer, and their updates."""
    gradients = [task for task in asked.tasks if task.part == "gradient"]
    wanted = set(_spread([_parameter(task) for task in gradients], most, chance))
    for task in asked.tasks:
        if task.part not in ("gradient", "update") or _parameter(task) in wanted:
            yield task


def _spread(parameters: Sequence[Quantity], most: int, chance: random.Random) -> Iterator[Quantity]:
    """So many parameters, taken in turn from the weights and the biases of every layer."""
    groups = [
        chance.sample(mine, len(mine))
        for mine in (list(some) for _, some in groupby(parameters, lambda w: (w.layer, w.kind)))
    ]
    left = min(most, len(parameters))
    while left:
        for group in groups:
            if group and left:
                left -= 1
                yield group.pop()


def _parameter(task: Task) -> Quantity:
    return task.step.about[0]
