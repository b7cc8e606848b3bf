"""The pages: a sheet to fill in, and its key, which is the same page with the blanks filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from derive.derivation.calculus.differentiator import is_short
from derive.derivation.delta_sign import meaning
from derive.derivation.numbers.chains import Numbers
from derive.derivation.steps import Kind, chain
from derive.derivation.styles.common import proofs
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import (
    Beside,
    Block,
    Document,
    Equation,
    Equations,
    Figure,
    Foot,
    Heading,
    Inline,
    Paragraph,
    Person,
    Table,
    Together,
)
from derive.document.narration.opening import setting
from derive.document.narration.teller import Detail, Teller
from derive.document.wording import Value, Wording, in_macros, wording
from derive.expression.nodes import PRE_ACTIVATION, Comparison, Expression, Quantity
from derive.graph import RATE
from derive.notation import Names
from derive.worksheets.answers import AnyAnswer, ChoiceAnswer, CountAnswer
from derive.worksheets.exercise import Exercise
from derive.worksheets.items import Answer
from derive.worksheets.questions.question import Question
from derive.worksheets.sheets.undetected import Untold
from derive.writers.columns import width

PAIRS = 4  # answers in a row of the table of a key
_FOOT = 40  # columns of a name that the foot of a page has room for
# Kinds that need no formula of a quantity, and kinds that speak of deltas.
_WITHOUT_FORMULAS = {"counting", "shapes", "activation", "paths"}
_WITH_DELTAS = {
    "gradient", "update", "unit", "layer", "symbolic", "blanks", "derivation", "code", "match",
    "mistake",
}  # fmt: skip
_OPENING = 2  # paragraphs that are kept with the heading of a question: what is asked, a hint
COLUMNS = 9  # numbers in a row of a table of givens


@dataclass(frozen=True)
class Form:
    """What tells one sheet from another, on every page of it.

    id             with the bundle, and not without, the sheet can be made again: K7QM-3XWP
    demonstration  whether anyone can make it again
    student        whose name is printed on it; None leaves room for one
    """

    id: str
    demonstration: bool = False
    student: Person | None = None


def setting_teller(exercise: Exercise, names: Names, words: Wording) -> Teller:
    """What tells of the network itself, without numbers."""
    return Teller(exercise.derivation, exercise.report, None, Detail.BRIEF, words, names)


def foot_of(form: str, student: Person | None, words: Wording, demonstration: bool = False) -> Foot:
    """What stands at the foot of every page: the form, whose it is, that it is no secret."""
    if demonstration:
        form = words.text("worksheet_foot_demonstration", form=form)
    if student is None:
        return Foot(words("worksheet_foot", form=form))
    if width(student) > _FOOT:
        shorter = next(n for n in range(len(student), 0, -1) if width(student[:n]) < _FOOT)
        student = Person(f"{student[:shorter].rstrip()}…", student.instead)
    return Foot(words("worksheet_foot_named", form=form, student=student))


class Pages:
    """The pages of one variant: what is given, the questions, the answers."""

    def __init__(
        self, exercise: Exercise, names: Names, title: str = "", templates: Path | None = None,
        picture: tuple[Figure, ...] = (),
    ) -> None:  # fmt: skip
        self.exercise = exercise
        self.names = names
        # Sentences that take turns begin anew on every sheet: none depends on another.
        self.words = wording(exercise.structure, names, templates)
        structure = exercise.structure
        teller = setting_teller(exercise, names, self.words)
        self._layer_name = teller.layer_name
        self._setting = (*setting(teller, aim=False), *picture, *self._functions())
        self._title = title or structure.title

    def sheet(self, form: Form, questions: Sequence[Question], numbers: Numbers) -> Document:
        """What is handed out."""
        points = sum(question.points for question in questions)
        blocks = (
            self._say("name", points=points)
            if form.student is None
            else self._say("named", points=points, student=form.student),
            *self._body(questions, numbers, filled=False),
        )
        return self._page("title", form, blocks)

    def key(
        self, form: Form, questions: Sequence[Question], numbers: Numbers,
        mistakes: Sequence[Untold] = (), left_out: Sequence[str] = (),
    ) -> Document:  # fmt: skip
        """The same with every blank filled, all answers in a table, and whose it is above them."""
        report = self.exercise.report
        checked = sum(len(question.items) for question in questions)
        blocks = (
            *(() if form.student is None else (self._say("key_named", student=form.student),)),
            *self._answers([answer for question in questions for answer in question.answers]),
            *self._body(questions, numbers, filled=True),
            *self._untold(mistakes),
            *([self._say("left_out", kinds="; ".join(left_out))] if left_out else []),
            self._say("checked" if checked else "checked_symbols", lines=checked,
                      equalities=report.equalities, points=report.points),
            *(() if not report.unchecked else
              (Paragraph(self.words("unchecked", count=len(report.unchecked)), "remark"),)),
        )  # fmt: skip
        return self._page("key_title", form, blocks)

    def _page(self, title: str, form: Form, blocks: tuple[Block, ...]) -> Document:
        """A document whose every page says which form it belongs to, and to whom."""
        above = self.words(f"worksheet_{title}", title=self._title)
        foot = foot_of(form.id, form.student, self.words, form.demonstration)
        form_line = self._say("form", form=form.id)
        warning = (self._say("demonstration"),) if form.demonstration else ()
        return Document(above, (foot, Heading(1, above), form_line, *warning, *blocks))

    def _body(
        self, questions: Sequence[Question], numbers: Numbers, filled: bool
    ) -> Iterator[Block]:
        yield from self._setting
        results = {item.task.step.subject for question in questions for item in question.items}
        kinds = {question.kind for question in questions}
        if not kinds <= _WITHOUT_FORMULAS:
            printed = {item.task.step.subject for question in questions for item in question.items
                     if question.kind != "graph" and not item.bare}  # fmt: skip
            yield from self._meanings(kinds, printed)
        if any(question.has_numbers for question in questions):
            yield from self._givens(numbers, results)
        if any(question.items for question in questions):
            rounding = self.words("worksheet_rounding", digits=numbers.rounding.digits)
            if all(question.worth == 1 for question in questions):
                rounding = (*rounding, " ", *self.words("worksheet_worth"))
            yield Paragraph(rounding)
        for question in questions:
            points = self.words("worksheet_points", count=question.points)
            kind = in_macros(question.kind)
            heading = self.words(f"worksheet_heading_{kind}", letter=question.letter, points=points)
            blocks = question.key if filled else question.sheet
            opening = tuple(
                takewhile(lambda block: isinstance(block, Paragraph), blocks[:_OPENING])
            )
            yield Together((Heading(2, heading), *opening), onwards=True)
            yield from blocks[len(opening) :]

    def _untold(self, mistakes: Sequence[Untold]) -> Iterator[Block]:
        """The mistakes that end in the right number here: a mark cannot see them."""
        if mistakes:
            listing = "; ".join(f"{one.title} ({', '.join(one.labels)})" for one in mistakes)
            yield self._say("untold", mistakes=listing)

    def _say(self, sentence: str, **values: Value) -> Paragraph:
        return Paragraph(self.words(f"worksheet_{sentence}", **values))

    # -- what is given ------------------------------------------------------------------------

    def _functions(self) -> Iterator[Block]:
        """σ(x) = 1/(1 + e^(−x)); and f′, where no task says what it is."""
        derivation = self.exercise.derivation
        equations = [Equation(s.relations) for s in derivation.walk() if s.kind is Kind.FUNCTION]
        equations += [
            Equation(chain(step.subject, step.result))
            for function, step in proofs(derivation.sections, derivation.layered)
            if not is_short(function)
        ]
        if equations:
            yield Equations(tuple(equations))

    def _meanings(self, kinds: set[str], printed: set[Expression]) -> Iterator[Block]:
        """The formulas that no question prints: one of each sort of quantity, and the loss."""
        definitions = self.exercise.derivation.layered.definitions
        sorts: dict[tuple[str, int], Quantity] = {}
        for q in definitions:
            sorts.setdefault((q.kind, q.layer), q)
        unprinted = [q for q in sorts.values() if q not in printed]
        if unprinted:
            alike = len(sorts) < len(definitions)
            yield self._say("formulas_alike" if alike else "formulas")
            yield Equations(tuple(Equation(chain(q, definitions[q])) for q in unprinted))
        if kinds & _WITH_DELTAS and "delta" not in kinds:
            z = Quantity(PRE_ACTIVATION, len(self.exercise.structure.layers))
            yield self._say(
                "delta_is", delta=Comparison(delta_of(z), "==", meaning(self.exercise.structure, z))
            )

    def _givens(self, numbers: Numbers, results: set[Expression]) -> Iterator[Block]:
        """The numbers, each in a column under its name."""
        network, graph = numbers.network, self.exercise.derivation.layered
        data = [*graph.inputs, *(t for t in graph.targets if t not in results), RATE]
        tables = [self._table(data, numbers, self.words("worksheet_data"))]
        for layer in network.layers:
            weights = sorted(network.weights(layer.index), key=lambda w: (w.unit, w.source))
            biases = network.biases(layer.index)
            caption = self.words(
                "worksheet_parameters" if biases else "worksheet_weights",
                layer=self._layer_name(layer),
            )
            for columns in _tables(weights, list(biases), network.sizes[layer.index - 1]):
                tables.append(self._table(columns, numbers, caption))
                caption = ()
        yield Beside(tuple(tables))

    def _table(self, quantities: list[Quantity], numbers: Numbers, caption: Inline) -> Table:
        header: tuple[Inline, ...] = tuple((q,) for q in quantities)
        row: tuple[Inline, ...] = tuple((numbers.displayed(q).number,) for q in quantities)
        return Table(header, (row,), "c" * len(quantities), caption)

    # -- the answers --------------------------------------------------------------------------

    def _answers(self, answers: Sequence[AnyAnswer]) -> Iterator[Block]:
        """Every short answer beside its number, several in a row; formulas stand below."""
        short = [(answer.label, value) for answer in answers if (value := _in_a_cell(answer))]
        if not short:
            return
        yield Heading(2, self.words("worksheet_answers"))
        columns = min(PAIRS, len(short))
        deep = -(-len(short) // columns)
        rows = []
        for first in range(deep):
            cells: list[Inline] = []
            for label, value in short[first::deep]:
                cells += [(f"({label})",), value]
            rows.append((*cells, *[()] * (2 * columns - len(cells))))
        header = (self.words("worksheet_blank"), self.words("worksheet_value")) * columns
        yield Table(header, tuple(rows), "rl" * columns)


def _in_a_cell(answer: AnyAnswer) -> Inline:
    """An answer in a table; nothing of one that is too long for it."""
    if isinstance(answer, Answer):
        return (answer.value,)
    if isinstance(answer, CountAnswer):
        return (str(answer.value),)
    if isinstance(answer, ChoiceAnswer):
        return (answer.letter,)
    return ()


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
