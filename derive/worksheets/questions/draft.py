"""A question while it is written: the same blocks for sheet and key, blanks empty or filled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from string import ascii_lowercase

from derive.derivation.numbers.chains import Numbers
from derive.derivation.steps import SUM_TO_ONE, Relation
from derive.document.blocks import Block, Choices, Equation, Inline, Paragraph, Space, Together
from derive.document.wording import Value, in_macros
from derive.expression.blank import Blank
from derive.expression.nodes import Expression, Quantity
from derive.worksheets.answers import (
    AnyAnswer,
    ChoiceAnswer,
    CountAnswer,
    FormulaAnswer,
    NamesAnswer,
)
from derive.worksheets.items import Item
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.recipe import Ask

_NAMES = 5  # that fit on one line, handwritten
Option = tuple[Inline, str]  # what is shown, and the misconception that leads to it


class Draft:
    """Collects blocks and answers; labels run on from question to question."""

    def __init__(self, ground: Ground, ask: Ask, letter: str) -> None:
        self.ground = ground
        self.ask = ask
        self.letter = letter
        self.answers: list[AnyAnswer] = []
        self.items: tuple[Item, ...] = ()
        self.numbers: Numbers | None = None
        self._sheet: list[Block] = []
        self._key: list[Block] = []

    def label(self) -> str:
        """The number of the next line."""
        return str(next(self.ground.ledger.labels))

    def both(self, *blocks: Block) -> None:
        """Blocks that sheet and key share."""
        self._sheet += blocks
        self._key += blocks

    def key_only(self, *blocks: Block) -> None:
        """Blocks that explain an answer."""
        self._key += blocks

    def say(self, sentence: str, **values: Value) -> None:
        """A sentence of worksheets, on sheet and key."""
        self.both(self.ground.say(sentence, **values))

    def begin(self, **values: Value) -> None:
        """What is asked, and a hint where the recipe wants one."""
        self.say(in_macros(self.ask.kind), **values)
        if self.ask.hints:
            hint = self.ground.words(f"hint_{in_macros(self.ask.kind)}", **values)
            self.both(Paragraph(hint, "remark"))

    def line(
        self, prompt: Inline, value: Inline, label: str, short: bool = False, more: int = 0
    ) -> None:
        """A line to write on behind a prompt, and so many more; in the key, what belongs there."""
        words = self.ground.words
        name = "worksheet_open_short" if short else "worksheet_open"
        self._sheet.append(Paragraph(words(name, prompt=prompt, label=label)))
        lines = 0 if short else self.ask.space - 1 + more
        if lines > 0:
            self._tie(self._sheet, Space(lines))
        self._key.append(
            Paragraph(words("worksheet_solved", prompt=prompt, label=label, value=value))
        )

    def count(self, prompt: Inline, value: int, step: str = "") -> None:
        """A whole number is asked for."""
        label = self.label()
        self.answers.append(CountAnswer(label, value, step))
        self.line(prompt, (str(value),), label, short=True)

    def names(
        self, prompt: Inline, names: Sequence[Quantity], step: str = "",
        ends: tuple[Quantity, ...] = (),
    ) -> None:  # fmt: skip
        """A set of names is asked for; ``ends`` may stand among them."""
        label = self.label()
        self.answers.append(NamesAnswer(label, tuple(names), step, ends))
        words = self.ground.words
        listing = words.listing(tuple(names)) if names else words("worksheet_no_names")
        self.line(prompt, listing, label, more=len(names) // _NAMES)

    def choice(
        self, prompt: Inline, right: Inline, wrong: Iterable[Option], step: str = "",
        shuffled: bool = True,
    ) -> None:  # fmt: skip
        """One of several is to be chosen; in random order unless they have one."""
        options: list[Option] = [(right, ""), *wrong]
        if shuffled:
            self.ground.chance.shuffle(options)
        place = next(i for i, (content, _) in enumerate(options) if content == right)
        self.choose(prompt, options, place, step)

    def choose(
        self, prompt: Inline, options: Sequence[Option], place: int, step: str = ""
    ) -> None:  # fmt: skip
        """One of several in the order given is to be chosen."""
        self.pick(prompt, [slip for _, slip in options], place, step)
        contents = tuple(content for content, _ in options)
        self._tie(self._sheet, Choices(contents))
        self._tie(self._key, Choices(contents, place))

    def pick(
        self, prompt: Inline, slips: Sequence[str], place: int, step: str = ""
    ) -> None:  # fmt: skip
        """The letter of one of several options that are shown elsewhere."""
        label, letter = self.label(), ascii_lowercase[place]
        self.answers.append(ChoiceAnswer(label, letter, tuple(slips), step))
        self.line(prompt, (f"({letter})",), label, short=True)

    def formula(
        self, subject: Expression, formula: Expression, step: str = "",
        assumes: tuple[str, ...] = (), wrong: tuple[tuple[str, Expression], ...] = (),
        whole: bool = False,
    ) -> None:  # fmt: skip
        """subject = a formula that is asked for; ``whole``: nor is the subject printed."""
        label = self.label()
        self.answers.append(FormulaAnswer(label, subject, formula, step, assumes, wrong))
        self.ground.ledger.ask_for(subject, formula)
        self.chain((Relation("", subject), Relation("=", formula)), ((label, 1, ()),))
        if whole:
            self._sheet[-1] = Equation((Relation("", Blank(formula, label)),))
        self.room()

    def room(self) -> None:
        """Lines to write on below the last block, as many as the recipe says."""
        if self.ask.space:
            self._tie(self._sheet, Space(self.ask.space))

    def _tie(self, blocks: list[Block], block: Block) -> None:
        """A block that belongs to the one before it: no page ends between them."""
        before = [blocks.pop()]
        if isinstance(before[0], Equation) and blocks and isinstance(blocks[-1], Paragraph):
            before.insert(0, blocks.pop())  # what is asked for
        blocks.append(Together((*before, block)))

    def chain(
        self, chain: Sequence[Relation], blanks: Sequence[tuple[str, int, tuple[int, ...]]]
    ) -> None:  # fmt: skip
        """A chain with blanks: label, member, address in it."""
        for filled, blocks in ((False, self._sheet), (True, self._key)):
            members = [relation.expression for relation in chain]
            for label, member, address in blanks:
                blank = Blank(members[member].at(address), label, filled)
                members[member] = members[member].replace_at(address, blank)
            signs = [relation.sign for relation in chain]
            blocks.append(Equation(tuple(map(Relation, signs, members))))

    def assuming(self, assumes: tuple[str, ...]) -> None:
        """What must hold for the lines above, on sheet and key."""
        if SUM_TO_ONE in assumes:
            self.say("assuming", targets=self.ground.words.listing(self.ground.graph.targets))

    def each(self, sheet: Block, key: Block) -> None:
        """A block of the sheet, and the one that the key has in its place."""
        self._sheet.append(sheet)
        self._key.append(key)

    def question(self) -> Question:
        """The finished question."""
        question = Question(
            self.letter, self.ask.kind, 0, tuple(self._sheet), tuple(self._key),
            tuple(self.answers), self.items, self.numbers,
        )  # fmt: skip
        points = len(question.lines) if self.ask.points is None else self.ask.points
        return replace(question, points=points)
