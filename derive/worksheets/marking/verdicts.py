"""What is said of an answer: right, following from a mistake, wrong, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from derive.expression.nodes import Expression
from derive.worksheets.marking.formulas import Compared


class Verdict(Enum):
    """What is said of an answer; the rule for numbers is in ``number_rule.py``."""

    RIGHT = "right"
    COARSE = "right, with too few digits"
    VAGUE = "too few digits to see the step"
    FOLLOWS = "follows from an earlier mistake"
    TRIVIAL = "follows from an earlier mistake that makes it trivial"
    REPEATED = "the same mistake again"
    WRONG = "wrong"
    UNREADABLE = "unreadable"
    MISSING = "missing"


COUNTS = frozenset({Verdict.RIGHT, Verdict.COARSE, Verdict.FOLLOWS, Verdict.REPEATED})


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of one blank.

    expected        what the key has there: a number or formula, or the text of another form
    misconceptions  ids of those that lead to the number given, the likelier first
    first           whether this is the first wrong step of the sheet
    fault           of an unreadable answer: why
    working         of an answer with its working: what does not hold in it
    differs         of a formula that is not the right one: where they differ
    """

    label: str
    step: str
    verdict: Verdict
    given: str
    expected: Expression | str
    misconceptions: tuple[str, ...] = ()
    first: bool = False
    fault: str = ""
    working: str = ""
    differs: Compared | None = None

    @property
    def counts(self) -> bool:
        """Whether the point is given."""
        return self.verdict in COUNTS


def with_first(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """The marks of a sheet, the first with something wrong in it marked as such."""
    first = next((m for m in marks if m.verdict is Verdict.WRONG or m.working), None)
    return tuple(replace(mark, first=mark is first) for mark in marks)
