"""The public function: from a network to variants, each a sheet and a checked key."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from derive.derivation.rounding import Rounding, exponent
from derive.document.blocks import Document
from derive.document.wording import Wording
from derive.expression.nodes import Number, Quantity
from derive.files import write_whole
from derive.network.description import Network
from derive.notation import Names, names
from derive.worksheets.exercise import Exercise, Task, exercise
from derive.worksheets.items import Answer, Item, items
from derive.worksheets.keycheck import check_key
from derive.worksheets.recipe import Recipe, WorksheetError
from derive.worksheets.sheet import Form, Pages
from derive.worksheets.variant import find
from derive.writers import write
from derive.writers.registry import format_named

MOST_VARIANTS = 1000


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
    sheet: Document
    key: Document

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What belongs in every blank, in the order of their labels."""
        return tuple(answer for item in self.items for answer in item.answers)


@dataclass(frozen=True)
class Worksheet:
    """Variants of one exercise; the same network, recipe and seed give the same bytes."""

    variants: tuple[Variant, ...]
    seed: int
    names: Names
    templates: Path | None = None

    def write(
        self, directory: str | Path, formats: Iterable[str] = ("markdown", "latex")
    ) -> list[Path]:
        """Write ``sheet-01.md``, ``key-01.md``, … into a folder, all or nothing.

        Raises WriterError, OSError.
        """
        pages: dict[Path, str | bytes] = {}
        for place, kind, to, name in file_names(len(self.variants), formats):
            document: Document = getattr(self.variants[place], kind)
            pages[Path(directory) / name] = write(
                document, self.names, to, templates=self.templates
            )
        write_whole(pages)
        return list(pages)


def file_names(variants: int, formats: Iterable[str]) -> Iterator[tuple[int, str, str, str]]:
    """(0, "sheet", "markdown", "sheet-01.md"), … for every file of so many variants.

    Raises UnknownFormat.
    """
    rows = [format_named(name) for name in formats]
    digits = max(2, len(str(variants)))
    for place in range(variants):
        for kind in ("sheet", "key"):
            for row in rows:
                yield place, kind, row.name, f"{kind}-{place + 1:0{digits}}{row.suffix}"


def worksheet(
    network: Network,
    recipe: Recipe | None = None,
    variants: int = 30,
    seed: int = 7,
    templates: str | Path | None = None,
) -> Worksheet:
    """Worksheets on a network, each with numbers of its own; every key is checked.

    network    its structure counts, and its learning rate; its other numbers do not. Of a batch
               one example is asked about.
    recipe     for how many digits, and how many gradients; ``Recipe()`` unless given
    templates  a folder whose sentences and layouts stand before the built-in ones

    Raises WorksheetError where no good sheet can be made, CheckFailed where a step or a key does
    not hold.
    """
    if not 1 <= variants <= MOST_VARIANTS:
        raise WorksheetError(f"variants: got {variants}; allowed are 1 to {MOST_VARIANTS}")
    recipe = recipe or Recipe()
    asked = exercise(network)
    folder = None if templates is None else Path(templates)
    structure = asked.structure
    called = names(structure.notation, structure.shape, structure.layout)
    pages = Pages(asked, called, Wording("en", folder))
    rounding = _rounding(recipe, network.learning_rate)
    taken: set[tuple[Number, ...]] = set()
    made = []
    for number in range(1, variants + 1):
        chance = random.Random(f"{seed}/{number}")
        numbers = find(asked, network.learning_rate, rounding, chance, taken)
        mine = items(tuple(_picked(asked, recipe.most, chance)), numbers)
        check_key(mine, numbers)
        form = Form(seed, number)
        made.append(
            Variant(
                number, numbers.network, mine,
                pages.sheet(form, mine, numbers), pages.key(form, mine, numbers),
            )
        )  # fmt: skip
    return Worksheet(tuple(made), seed, called, folder)


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
