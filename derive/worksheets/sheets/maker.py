"""Makes the variants of a worksheet, each by its number alone.

The structure is derived and checked once; a variant is its numbers, its items and its pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from derive.derivation.numbers.chains import Numbers
from derive.derivation.numbers.rounding import Rounding, exponent
from derive.document.blocks import Document, Figure, Paragraph
from derive.document.wording import wording
from derive.expression.nodes import Number
from derive.network.description import Network
from derive.notation import Names, names
from derive.worksheets.answers import AnyAnswer
from derive.worksheets.exercise import Exercise, exercise
from derive.worksheets.items import Item
from derive.worksheets.keycheck import check_key
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.ledger import Ledger
from derive.worksheets.questions.make import questions
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.recipe import Recipe
from derive.worksheets.sheets.pages import Form, Pages, setting_teller
from derive.worksheets.sheets.undetected import Untold, untold
from derive.worksheets.source import FIRST, LATEST, Source
from derive.worksheets.variants.variant import Draw, Search
from derive.writers.registry import write

_MOST_KEPT = 64  # structures that a process remembers


@dataclass(frozen=True)
class Variant:
    """One student's worksheet.

    number     from 1
    network    with this variant's numbers
    questions  what is asked, in order
    draw       how the numbers were found, and the mistakes that they do not tell
    left_out   kinds of questions that the variant has nothing for, and why
    """

    number: int
    network: Network
    questions: tuple[Question, ...]
    numbers: Numbers = field(compare=False, repr=False)
    form: Form
    pages: Pages = field(compare=False, repr=False)
    draw: Draw = field(compare=False, repr=False)
    left_out: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The lines of all questions that are worked out from the variant's numbers."""
        return tuple(
            item for question in self.questions if question.numbers is self.numbers
            for item in question.items
        )  # fmt: skip

    @property
    def names(self) -> Names:
        """What its quantities are called."""
        return self.pages.names

    @property
    def answers(self) -> tuple[AnyAnswer, ...]:
        """What belongs in every blank, in the order of their labels."""
        return tuple(answer for question in self.questions for answer in question.answers)

    @property
    def untold(self) -> tuple[Untold, ...]:
        """The mistakes that its numbers do not show, in lines that it asks."""
        return untold(self.questions, self.draw.untold)

    @property
    def varies(self) -> bool:
        """Whether there are numbers on the sheet, of which another variant has others."""
        return any(question.has_numbers for question in self.questions)

    @cached_property
    def signature(self) -> str:
        """A short digest of the network and its numbers, of what is asked where no number is:
        equal where two variants are alike."""
        if not self.varies:
            blocks = (block for question in self.questions for block in question.sheet)
            text = write(Document((), tuple(blocks)), self.names, "text")
            return sha256(str(text).encode()).hexdigest()[:32]
        n = self.network
        rate = () if n.learning_rate is None else (n.learning_rate,)
        facts: list[object] = [n.loss.name, n.loss.formula]
        facts += map(_typed, (*(n.inputs or ()), *(n.targets or ()), rate))
        for layer in n.layers:
            facts += [layer.activation.name, layer.activation.formula]
            facts += map(_typed, (*(layer.weights or ()), layer.biases or ()))
        return sha256(repr(facts).encode()).hexdigest()[:32]

    @cached_property
    def sheet(self) -> Document:
        """What is handed out."""
        return self.pages.sheet(self.form, self.questions, self.numbers)

    @cached_property
    def key(self) -> Document:
        """The sheet with every blank filled."""
        return self.pages.key(self.form, self.questions, self.numbers, self.untold, self.left_out)


class Maker:
    """Derives and checks a structure, then makes variants of it.

    Raises WorksheetError where no good sheet can be made, CheckFailed where a step or a key does
    not hold.
    """

    def __init__(
        self, network: Network, recipe: Recipe, edition: int = LATEST,
        templates: Path | None = None,
    ) -> None:  # fmt: skip
        self.recipe = recipe
        self.templates = templates
        by_nodes = any(ask.kind == "graph" for ask in recipe.questions)
        rate = network.learning_rate
        self._search = _search(
            network.with_numbers({}), by_nodes, edition, rate, _rounding(recipe, rate), recipe.units
        )
        self.exercise: Exercise = self._search.exercise
        structure = self.exercise.structure
        self.names: Names = names(structure.notation, structure.shape, structure.layout)

    @cached_property
    def _picture(self) -> tuple[Figure, ...]:
        """The network without numbers, the same on every sheet."""
        if not self.recipe.picture:
            return ()
        from derive.document.narration.pictures.networks import network_figure

        words = wording(self.exercise.structure, self.names, self.templates)
        teller = setting_teller(self.exercise, self.names, words)
        figure = network_figure(teller)
        return (replace(figure, instead=(Paragraph(figure.picture.description),)),)

    def variant(
        self, number: int, source: Source, redraw: int = 0, form: Form | None = None
    ) -> Variant:
        """A variant by its number; ``redraw`` counts how often others had its numbers before.

        form  what is printed on every page; nothing unless given
        """
        chance = source.chance("numbers", number, redraw)
        draw = self._search.find(chance)
        numbers = draw.numbers
        pages = Pages(self.exercise, self.names, self.recipe.title, self.templates, self._picture)
        if source.edition > FIRST:  # before, questions were drawn from what the numbers left
            chance = source.chance("questions", number, redraw)
        ledger = Ledger(self.exercise, numbers)
        ground = Ground(
            self.exercise, numbers, self.names, pages.words, chance, ledger,
            draw.units if self.recipe.units else (),
        )  # fmt: skip
        mine, left_out = questions(ground, self.recipe)
        check_key(ledger.items, numbers)
        return Variant(
            number, numbers.network, mine, numbers, form or Form(""), pages, draw,
            left_out,
        )  # fmt: skip


def _typed(numbers: Iterable[Number]) -> list[tuple[str, str]]:
    return [(str(number.value), number.text) for number in numbers]


@lru_cache(maxsize=_MOST_KEPT)
def _search(
    structure: Network, by_nodes: bool, edition: int, rate: Number | None, rounding: Rounding,
    units: tuple[str, ...],
) -> Search:  # fmt: skip
    """What finds numbers: the same for all recipes that ask about a structure with these digits."""
    return Search(exercise(structure, by_nodes, edition), rate, rounding, units)


def _rounding(recipe: Recipe, rate: Number | None) -> Rounding:
    """Every line in one go; a small learning rate asks for more decimals of what it moves."""
    more = 0 if rate is None or not rate.value else max(0, -1 - exponent(rate.value))
    return Rounding(recipe.digits, recipe.digits + more, carried=True, parts=False)
