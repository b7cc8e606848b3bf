"""The pages: a sheet to fill in, and its key, which is the same page with the blanks filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from derive.derivation.graph import RATE, E
from derive.derivation.numbers import Numbers
from derive.derivation.rounding import Rounding
from derive.derivation.steps import chain
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import (
    Block,
    Document,
    Equation,
    Equations,
    Heading,
    Inline,
    Paragraph,
    Space,
    Table,
)
from derive.document.narration.opening import setting
from derive.document.narration.teller import Detail, Teller
from derive.document.wording import Value, Wording
from derive.expression.nodes import Comparison, Partial, Quantity
from derive.notation import Names
from derive.worksheets.exercise import Exercise
from derive.worksheets.items import Item

PAIRS = 4  # answers in a row of the table of a key
COLUMNS = 9  # numbers in a row of a table of givens


@dataclass(frozen=True)
class Form:
    """What tells one sheet from another: with it, a sheet can be made again."""

    seed: int
    number: int


class Pages:
    """Finds the words and blocks of one worksheet's sheets and keys."""

    def __init__(self, exercise: Exercise, names: Names, words: Wording) -> None:
        self.exercise = exercise
        self.words = words
        structure = exercise.structure
        teller = Teller(exercise.derivation, exercise.report, None, Detail.BRIEF, words, names)
        self._layer_name = teller.layer_name
        self._setting = (*setting(teller), *self._functions())
        self._title = structure.title

    def sheet(self, form: Form, items: Sequence[Item], numbers: Numbers) -> Document:
        """What is handed out."""
        title = self.words("worksheet-title", title=self._title)
        return Document(title, tuple(self._blocks(form, items, numbers, filled=False)))

    def key(self, form: Form, items: Sequence[Item], numbers: Numbers) -> Document:
        """The same with every blank filled, and all answers in a table."""
        title = self.words("worksheet-key-title", title=self._title)
        return Document(title, tuple(self._blocks(form, items, numbers, filled=True)))

    def _blocks(
        self, form: Form, items: Sequence[Item], numbers: Numbers, filled: bool
    ) -> Iterator[Block]:
        points = _points(items)
        if not filled:
            yield self._say("name", points=points)
        yield self._say("form", seed=form.seed, number=form.number)
        if filled:
            yield from self._answers(items)
        yield from self._setting
        yield from self._givens(numbers, {item.task.step.subject for item in items})
        rounding = numbers.rounding
        yield self._say("rounding", digits=rounding.digits)
        parts = groupby(items, key=lambda item: item.task.part)
        for letter, (part, mine) in zip("ABCDE", parts, strict=False):
            yield from self._part(letter, part, tuple(mine), filled, rounding)
        if filled:
            report = self.exercise.report
            yield self._say("checked", equalities=report.equalities, points=report.points,
                            lines=len(items))  # fmt: skip
            if report.unchecked:
                yield Paragraph(self.words("unchecked", count=len(report.unchecked)), "remark")

    def _say(self, sentence: str, **values: Value) -> Paragraph:
        return Paragraph(self.words(f"worksheet-{sentence}", **values))

    # -- what is given ------------------------------------------------------------------------

    def _functions(self) -> Iterator[Block]:
        """σ(x) = 1/(1 + e^(−x)); and f′, where no task says what it is."""
        shown = []
        for section in self.exercise.derivation.sections:
            for step in section.steps:
                if section.kind == "functions":
                    shown.append(Equation(step.relations))
                elif section.kind == "lemmas" and not isinstance(step.subject, Partial):
                    shown.append(Equation(chain(step.subject, step.result)))
        if shown:
            yield Equations(tuple(shown))

    def _givens(self, numbers: Numbers, worked: set[object]) -> Iterator[Block]:
        """The numbers, each in a column under its name."""
        network, graph = numbers.network, self.exercise.derivation.graph
        data = [*graph.inputs, *(t for t in graph.targets if t not in worked), RATE]
        yield self._table(data, numbers, self.words("worksheet-data"))
        for layer in network.layers:
            weights = sorted(network.weights(layer.index), key=lambda w: (w.unit, w.source))
            biases = network.biases(layer.index)
            caption = self.words(
                "worksheet-parameters" if biases else "worksheet-weights",
                layer=self._layer_name(layer),
            )
            for columns in _tables(weights, list(biases), network.sizes[layer.index - 1]):
                yield self._table(columns, numbers, caption)
                caption = ()

    def _table(self, given: list[Quantity], numbers: Numbers, caption: Inline) -> Table:
        header: tuple[Inline, ...] = tuple((q,) for q in given)
        row: tuple[Inline, ...] = tuple((numbers.shown(q).number,) for q in given)
        return Table(header, (row,), "c" * len(given), caption)

    # -- what is asked ------------------------------------------------------------------------

    def _part(
        self, letter: str, part: str, items: Sequence[Item], filled: bool, rounding: Rounding
    ) -> Iterator[Block]:
        count = _points(items)
        points = self.words("worksheet-point" if count == 1 else "worksheet-points", count=count)
        heading = self.words(f"worksheet-heading-{part}", letter=letter, points=points)
        yield Heading(2, heading)
        yield self._say(part, **self._said(part))
        asked = len(items)
        count = sum(task.part == part for task in self.exercise.tasks)
        if part == "gradient" and asked < count:
            yield self._say("picked", asked=asked, count=count)
        if part == "update" and rounding.update_digits != rounding.digits:
            yield self._say("update-digits", digits=rounding.update_digits)
        if filled:
            yield Equations(tuple(Equation(item.solved()) for item in items))
            return
        for item in items:
            yield Equation(item.asked())
            if item.answers and not item.guided:
                yield Space(1)

    def _said(self, part: str) -> dict[str, Value]:
        """What the sentence at the head of a part is filled with."""
        if part == "delta":
            z = Quantity("pre-activation", len(self.exercise.structure.layers))
            return {"example": Comparison(delta_of(z), "==", Partial(E, z))}
        return {"rate": RATE} if part == "update" else {}

    def _answers(self, items: Sequence[Item]) -> Iterator[Block]:
        """Every answer beside its number, several in a row."""
        answers = [answer for item in items for answer in item.answers]
        yield Heading(2, self.words("worksheet-answers"))
        columns = min(PAIRS, len(answers))
        deep = -(-len(answers) // columns)
        rows = []
        for first in range(deep):
            cells: list[Inline] = []
            for answer in answers[first::deep]:
                cells += [(f"({answer.label})",), (answer.value,)]
            rows.append((*cells, *[()] * (2 * columns - len(cells))))
        header = (self.words("worksheet-blank"), self.words("worksheet-value")) * columns
        yield Table(header, tuple(rows), "rl" * columns)


def _tables(
    weights: list[Quantity], biases: list[Quantity], inputs: int
) -> Iterator[list[Quantity]]:
    """Parameters in tables that fit on a page: those into one unit stay together."""
    if len(weights) + len(biases) <= COLUMNS:
        yield [*weights, *biases]
        return
    step = max(inputs, COLUMNS // inputs * inputs)
    for start in range(0, len(weights), step):
        yield weights[start : start + step]
    if biases:
        yield biases


def _points(items: Sequence[Item]) -> int:
    """One for every line with a blank."""
    return sum(bool(item.answers) for item in items)
