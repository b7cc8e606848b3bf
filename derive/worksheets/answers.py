"""The forms of what a student writes: a number, a count, a formula, a letter, a set of names.

A number is an ``Answer`` of an item (``items.py``): it is judged line by line, a student's own
earlier values counted in. The others stand alone and are here.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.expression.nodes import Expression, Quantity
from derive.worksheets.items import Answer


@dataclass(frozen=True, slots=True)
class CountAnswer:
    """A whole number, exact: how many parameters, how many rows."""

    label: str
    value: int
    step: str = ""


@dataclass(frozen=True, slots=True)
class FormulaAnswer:
    """A formula in the names of the sheet; any that is equal is right.

    subject  what it is a formula of; it may not stand in an answer
    formula  the one in the key
    assumes  what the equality may rest on, words of ``Step.assumes``
    wrong    what misconceptions lead to: their ids, and the formulas
    """

    label: str
    subject: Expression
    formula: Expression
    step: str = ""
    assumes: tuple[str, ...] = ()
    wrong: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True, slots=True)
class ChoiceAnswer:
    """A letter.

    letter          the right one
    misconceptions  for each letter in turn, the id of what leads to it; "" where none does
    """

    label: str
    letter: str
    misconceptions: tuple[str, ...]
    step: str = ""

    @property
    def letters(self) -> str:
        """The letters there are, "abcd"."""
        return "abcdefghijklmnopqrstuvwxyz"[: len(self.misconceptions)]


@dataclass(frozen=True, slots=True)
class NamesAnswer:
    """Names of quantities in any order; ``names`` is empty where the answer is "none".

    ends  names that may be left out or stand there: those of a path that lies between
    """

    label: str
    names: tuple[Quantity, ...]
    step: str = ""
    ends: tuple[Quantity, ...] = ()


AnyAnswer = Answer | CountAnswer | FormulaAnswer | ChoiceAnswer | NamesAnswer


def line_of(label: str) -> str:
    """The line that a blank belongs to: "7" for "7", "7a" and "7b"."""
    return label.rstrip("abcdefghijklmnopqrstuvwxyz")
