"""One question of a sheet: what is printed, what is filled in, what it is worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from derive.derivation.numbers.chains import Numbers
from derive.document.blocks import Block
from derive.expression.nodes import Partial, Quantity
from derive.worksheets.answers import AnyAnswer, line_of
from derive.worksheets.items import Item


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its key.

    letter   "A", "B", … on the sheet
    kind     a name of ``KINDS``
    points   for the whole question, shared out to its lines
    sheet    the blocks below its heading; key: the same, filled in
    answers  what belongs into every blank, in the order of the labels
    items    the lines that its numbers are worked out in
    numbers  what those lines are worked out from; None where there are none
    given    what is printed in it and not worked out
    """

    letter: str
    kind: str
    points: int
    sheet: tuple[Block, ...]
    key: tuple[Block, ...]
    answers: tuple[AnyAnswer, ...]
    items: tuple[Item, ...] = ()
    numbers: Numbers | None = field(default=None, compare=False)
    given: tuple[Quantity | Partial, ...] = ()

    @property
    def has_numbers(self) -> bool:
        """Whether the numbers of the variant are needed to answer it."""
        return bool(self.items) or self.kind == "concept"

    @property
    def lines(self) -> tuple[tuple[AnyAnswer, ...], ...]:
        """The answers of each line; those of one line share its points."""
        lines: dict[str, list[AnyAnswer]] = {}
        for answer in self.answers:
            lines.setdefault(line_of(answer.label), []).append(answer)
        return tuple(map(tuple, lines.values()))

    @property
    def worth(self) -> Fraction:
        """The points of one line."""
        return Fraction(self.points, max(1, len(self.lines)))
