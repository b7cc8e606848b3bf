"""Which misconceptions a variant's numbers tell from the right answer, and which they do not.

A slip on a line is told apart where its value, rounded as the sheet asks, lies outside of what
is still accepted as right there. It is worked out in ordinary floating point: many variants are
tried, and the marks are made from exact numbers all the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from derive.algebra.slopes import slopes
from derive.derivation.numbers.chains import Numbers, atoms
from derive.derivation.numbers.rounding import SIGNIFICANT, SMALL, half_unit
from derive.expression.constructors import variable
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.nodes import Expression, Partial, Quantity
from derive.expression.rewriting import substitute
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.misconceptions import Slip, slips
from derive.worksheets.propagation import propagated
from derive.worksheets.source import FIRST
from derive.worksheets.variants.floats import FLOATS


@dataclass(frozen=True, slots=True)
class Alike:
    """A misconception that leads to the right answer of a line, or too near to it."""

    misconception: str
    source: str  # the id of the step that the line asks about


@dataclass(frozen=True, slots=True)
class _Line:
    """A task in letters: its formula, and what misconceptions make of it.

    letter  of its value in later lines; None for an update
    """

    source: str
    is_asked: bool
    update: bool
    letter: Quantity | None
    mentioned: tuple[Quantity, ...]
    right: Expression
    wrong: tuple[tuple[str, int, Expression], ...]  # misconception, decimals lost, formula


class Telling:
    """The slips of an exercise, ready to be tried on many variants.

    every  which of them; all that are recognised, unless given
    """

    def __init__(
        self, exercise: Exercise, every: Callable[[Task, Exercise], Iterable[Slip]] = slips
    ) -> None:
        self._every = every
        self._first = exercise.edition == FIRST
        self._letters: dict[Expression, Quantity] = {}
        self.lines = tuple(self._line(exercise, task) for task in exercise.tasks)

    def _line(self, exercise: Exercise, task: Task) -> _Line:
        wrong = tuple(
            (slip.misconception.id, slip.misconception.fewer, self._in_letters(slip.formula))
            for slip in (self._every(task, exercise) if task.is_asked else ())
        )
        right = self._in_letters(task.formula)
        update = task.part == "update"
        letter = None if update else self._letter(task.step.subject)
        mentioned = tuple(map(self._letter, atoms(task.formula)))
        return _Line(task.source, task.is_asked, update, letter, mentioned, right, wrong)

    def _letter(self, atom: Expression) -> Quantity:
        return self._letters.setdefault(atom, variable(f"n{len(self._letters)}"))

    def _in_letters(self, formula: Expression) -> Expression:
        return substitute(formula, {atom: self._letter(atom) for atom in atoms(formula)})

    def alike(self, numbers: Numbers, choosing: bool = False) -> tuple[Alike, ...]:
        """The slips that these numbers do not tell from the right answers.

        What is accepted on a line grows with the roundings of all lines that it rests on, as it
        does where answers are marked; a number that is cut off is accepted too.

        choosing  whether numbers are to be chosen by it. Then a number that is cut off is left
                  aside, for bundles must make theirs again; and so are lines that are 0, as those
                  of a dead unit, and updates by 0: hardly a mistake shows there.
        """
        displayed = {
            letter: numbers.displayed(atom).number
            for atom, letter in self._letters.items()
            if isinstance(atom, (Quantity, Partial))
        }
        values = {letter: float(number.value) for letter, number in displayed.items()}
        errors: dict[Quantity, float] = {}  # what is given has none
        alike: dict[Alike, None] = {}
        for line in self.lines:
            mentioned = {q: errors[q] for q in line.mentioned if q in errors}
            error = propagated(slopes(line.right, Bindings(values, FLOATS)), mentioned, 0.0)
            if not line.is_asked:  # another name of something worked out before
                assert line.letter is not None
                errors[line.letter] = error
                continue
            rounding = numbers.rounding
            digits = rounding.update_digits if line.update else rounding.digits
            # Right is the key's number, and what the numbers put in come to before it is rounded.
            right = exact = evaluate(line.right, Bindings(values, FLOATS))
            if line.letter is None:
                half = _half(right, digits)
            else:
                right = values[line.letter]
                half = 10.0**-digits / 2
                if displayed[line.letter].text:
                    half = min(half, float(half_unit(displayed[line.letter])))
                errors[line.letter] = error + half
            if choosing and not self._first and _is_idle(line, right, values):
                continue
            for misconception, value in _wrong(line, values, rounding.digits):
                written = min(_half(value, digits), 10.0**-rounding.digits / 2)
                towards_zero = value * exact >= 0 and abs(value) <= abs(exact) + error + written
                units = 2.01 if towards_zero and not choosing else 1.01
                allowed = error + written + units * max(half, written)
                if min(abs(value - right), abs(value - exact)) <= allowed:
                    alike[Alike(misconception, line.source)] = None
        return tuple(alike)


def _is_idle(line: _Line, right: float, values: Mapping[Quantity, float]) -> bool:
    """Whether a line is 0, or an update that changes nothing."""
    if not line.update:
        return right == 0
    return any(values.get(q) == 0 for q in line.mentioned if q != line.mentioned[0])


def _half(value: float, digits: int) -> float:
    """Half a unit of the last digit that is displayed of a value, zeros at the end left out."""
    power = math.floor(math.log10(abs(value))) if value else 0
    places = digits if power >= SMALL else max(digits, SIGNIFICANT - 1 - power)
    written = f"{value:.{places}f}".rstrip("0").partition(".")[2]
    return float(10.0 ** -len(written) / 2)


def _wrong(line: _Line, values: dict[Any, float], digits: int) -> Iterator[tuple[str, float]]:
    """What misconceptions make of a line; nothing of one that does not show in its numbers."""
    for misconception, fewer, formula in line.wrong:
        put_in = values
        if fewer:
            put_in = {**values}
            for q in line.mentioned:
                put_in[q] = round(values[q], max(digits - fewer, 0))
            if all(put_in[q] == values[q] for q in line.mentioned):
                continue  # there is nothing to be rounded too early
        try:
            yield misconception, evaluate(formula, Bindings(put_in, FLOATS))
        except ArithmeticError:
            continue  # no value cannot be taken for the right one
