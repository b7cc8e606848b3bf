"""Which misconceptions a variant's numbers tell from the right answer, and which they do not.

A slip on a line is told apart where its value, rounded as the sheet asks, lies outside of what
is still accepted as right there. It is worked out in ordinary floating point: many variants are
tried, and the marks are made from exact numbers all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derive.derivation.numbers import Atom, Numbers, atoms
from derive.derivation.rounding import half_unit
from derive.expression.evaluate import Bindings, evaluate, slopes
from derive.expression.nodes import Expression, Partial, Quantity, substitute, variable
from derive.worksheets.exercise import Exercise
from derive.worksheets.floats import FLOATS
from derive.worksheets.misconceptions import slips


@dataclass(frozen=True, slots=True)
class Alike:
    """A misconception that leads to the right answer of a line, or too near to it."""

    misconception: str
    source: str  # the id of the step that the line asks about


@dataclass(frozen=True, slots=True)
class _Line:
    """A task in letters: its formula, and what misconceptions make of it."""

    source: str
    subject: Expression
    update: bool
    mentioned: tuple[Quantity, ...]
    right: Expression
    wrong: tuple[tuple[str, int, Expression], ...]  # misconception, decimals lost, formula


class Telling:
    """The slips of an exercise, ready to be tried on many variants."""

    def __init__(self, exercise: Exercise) -> None:
        self._letters: dict[Expression, Expression] = {}
        self.lines = tuple(self._line(exercise, task) for task in exercise.tasks if task.asked)

    def _line(self, exercise: Exercise, task: Any) -> _Line:
        wrong = []
        for slip in slips(task, exercise):
            row = slip.misconception
            wrong.append((row.id, row.fewer, self._in_letters(slip.formula)))
        right = self._in_letters(task.formula)
        mentioned = tuple(self._letters[atom] for atom in atoms(task.formula))
        return _Line(
            task.source, task.step.subject, task.part == "update",
            mentioned, right, tuple(wrong),  # type: ignore[arg-type]
        )  # fmt: skip

    def _in_letters(self, formula: Expression) -> Expression:
        for atom in atoms(formula):
            self._letters.setdefault(atom, variable(f"n{len(self._letters)}"))
        return substitute(formula, self._letters)

    def alike(self, numbers: Numbers) -> tuple[Alike, ...]:
        """The slips that these numbers do not tell from the right answers."""
        shown = {
            letter: numbers.shown(atom).number
            for atom, letter in self._letters.items()
            if isinstance(atom, (Quantity, Partial))
        }
        asked = Fraction(1, 2 * 10**numbers.rounding.digits)  # 1, the slope of a relu, is exact
        errors = {
            letter: float(min(half_unit(shown[letter]), asked))
            if shown[letter].text and self._is_rounded(atom, numbers)
            else 0.0
            for atom, letter in self._letters.items()
        }
        values = {letter: float(number.value) for letter, number in shown.items()}
        found: dict[Alike, None] = {}
        for line in self.lines:
            for misconception in _untold(line, values, errors, numbers):
                found[Alike(misconception, line.source)] = None
        return tuple(found)

    def _is_rounded(self, atom: Expression, numbers: Numbers) -> bool:
        return isinstance(atom, Partial) or atom in numbers.formulas


def _untold(
    line: _Line, values: dict[Any, float], errors: dict[Any, float], numbers: Numbers
) -> list[str]:
    rounding = numbers.rounding
    digits = rounding.update_digits if line.update else rounding.digits
    bindings = Bindings(values, FLOATS)
    right = evaluate(line.right, bindings)
    known: Atom | None = line.subject if isinstance(line.subject, (Quantity, Partial)) else None
    asked = 10.0**-digits / 2
    half = asked
    if known is not None and not line.update:
        number = numbers.shown(known).number
        half = min(asked, float(half_unit(number))) if number.text else asked
    slope = slopes(line.right, bindings)
    allowed = 2 * half + sum(abs(slope.get(q, 0.0)) * errors[q] for q in line.mentioned)
    found = []
    for misconception, fewer, formula in line.wrong:
        put_in = values
        if fewer:
            put_in = {**values}
            for q in line.mentioned:
                put_in[q] = round(values[q], max(rounding.digits - fewer, 0))
            if all(put_in[q] == values[q] for q in line.mentioned):
                continue  # there is nothing to be rounded too early
        try:
            value = evaluate(formula, Bindings(put_in, FLOATS))
        except ArithmeticError:
            continue  # no value cannot be taken for the right one
        if abs(value - right) <= allowed:
            found.append(misconception)
    return found
