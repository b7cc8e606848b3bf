"""The verdict on every answer of a sheet, and the first wrong step.

Each line is worked out twice: from the key's numbers, and from the student's own earlier ones.
An answer that agrees with the first is right; one that agrees with the second follows from an
earlier mistake and is not punished again. One that agrees with neither is wrong, and the
misconceptions whose value it is are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import Any

from derive.derivation.numbers import Atom, Numbers, atoms
from derive.derivation.rounding import half_unit
from derive.expression.evaluate import HIGH
from derive.expression.nodes import Expression, Number, Partial, Quantity
from derive.worksheets.exercise import Task
from derive.worksheets.items import Answer, Item, put_into
from derive.worksheets.marking.formulas import Compared, Formulas
from derive.worksheets.marking.own import Value, Values
from derive.worksheets.marking.readings import Reading
from derive.worksheets.marking.working import worked
from derive.worksheets.misconceptions import EARLY_ROUNDING, slips

Worked = tuple[Any, Any] | None  # a value, and how far the numbers put in may move it
_ZERO = HIGH.number(Fraction(0))
_FEWEST = 2  # significant digits of an answer that counts though it has too few


class Verdict(Enum):
    """What is said of an answer."""

    RIGHT = "right"
    COARSE = "right, with too few digits"
    FOLLOWS = "follows from an earlier mistake"
    TRIVIAL = "follows from an earlier mistake that makes it trivial"
    WRONG = "wrong"
    UNREADABLE = "unreadable"
    MISSING = "missing"


_COUNTS = frozenset({Verdict.RIGHT, Verdict.COARSE, Verdict.FOLLOWS})


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
        return self.verdict in _COUNTS


@dataclass
class Carried:
    """The new values of parameters that a student found, for lines after the update.

    mistaken  those that are wrong or follow from a mistake
    """

    values: dict[Atom, Value] = field(default_factory=dict)
    mistaken: set[Expression] = field(default_factory=set)


def mark_values(
    reader: Formulas, items: Sequence[Item], numbers: Numbers, answers: Mapping[str, str],
    *, start: Carried | None = None, into: Carried | None = None,
) -> tuple[Mark, ...]:  # fmt: skip
    """A mark for every blank, in the order of the sheet. Never raises for what was typed.

    reader   of what is written in the names of the sheet; it knows the exercise
    numbers  of the variant's key
    answers  label of a blank → what was written there; what is left out is missing
    start    what the lines begin with instead of the key's parameters
    into     takes up the new values that the lines about updates come to
    """
    marker = _Marker(reader, numbers, start, into)
    marks: list[Mark] = []
    for item in items:
        marks += marker.item(item, answers)
    return with_first(marks)


def with_first(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """The marks of a sheet, the first with something wrong in it marked as such."""
    first = next((m for m in marks if m.verdict is Verdict.WRONG or m.working), None)
    return tuple(replace(mark, first=mark is first) for mark in marks)


class _Marker:
    """What is known of a student so far."""

    def __init__(
        self, reader: Formulas, numbers: Numbers, start: Carried | None, into: Carried | None
    ) -> None:
        self.exercise = reader.exercise
        self._reader = reader
        self.numbers = numbers
        self.key = Values(numbers)
        self.own = Values(numbers, start.values if start else None)
        self._mistaken: set[Expression] = set(start.mistaken) if start else set()
        self._into = into if into is not None else Carried()

    def item(self, item: Item, answers: Mapping[str, str]) -> list[Mark]:
        """The marks of one line: of the numbers put in, then of its value."""
        if not item.answers:
            self._rename(item.task)
            return []
        found = {
            answer.label: worked(answers.get(answer.label, ""), self._reader.read)
            for answer in item.answers
        }
        readings = {label: reading for label, (reading, _) in found.items()}
        *put_in, last = item.answers
        line = put_into(item.task, self.numbers)
        marks = [self._put_in(answer, line.at(answer.address), readings) for answer in put_in]
        mark = self._value(item.task, last, readings[last.label])
        marks.append(replace(mark, working=found[last.label][1]))
        return marks

    def _rename(self, task: Task) -> None:
        """a_o1 = o1 behind an identity: another name, not asked for."""
        subject, same = task.step.subject, task.formula
        if isinstance(subject, (Quantity, Partial)) and isinstance(same, Quantity):
            for values in (self.key, self.own):
                values.own[subject] = values.value(same)
            if same in self._mistaken:
                self._mistaken.add(subject)

    def _put_in(self, answer: Answer, atom: Any, readings: Mapping[str, Reading]) -> Mark:
        reading = readings[answer.label]
        verdict = _without_value(reading)
        if verdict is None:
            verdict = Verdict.WRONG
            for values, found in ((self.key, Verdict.RIGHT), (self.own, Verdict.FOLLOWS)):
                value = values.value(atom)
                if self._agrees(reading, HIGH.number(value.number), value.error, answer.value):
                    verdict = found
                    break
        return _mark(answer, reading, verdict)

    def _value(self, task: Task, answer: Answer, reading: Reading) -> Mark:
        right = self._worked(self.key, task)
        self._keep(self.key, task, answer.value.value, right, answer.value)
        verdict = _without_value(reading)
        if verdict is not None:
            return _mark(answer, reading, verdict)
        assert reading.value is not None
        verdict = self._verdict(reading, answer.value, right, self._worked(self.own, task), task)
        named: tuple[str, ...] = ()
        if verdict in (Verdict.WRONG, Verdict.COARSE):
            named = self._named(task, reading, answer.value)
            if verdict is Verdict.COARSE and set(named) - {EARLY_ROUNDING}:
                verdict = Verdict.WRONG  # a slip says more than digits that are missing
        if verdict not in (Verdict.RIGHT, Verdict.COARSE):
            is_update = task.part == "update"
            (self._into.mistaken if is_update else self._mistaken).add(task.step.subject)
        self._keep(self.own, task, reading.value, None, answer.value, reading)
        return _mark(answer, reading, verdict, named)

    def _worked(self, values: Values, task: Task) -> Worked:
        try:
            return values.evaluate(task.formula)
        except ArithmeticError:
            return None  # a student's own number may leave the domain of a logarithm

    def _keep(
        self, values: Values, task: Task, number: Fraction, worked: Worked,
        key: Number, reading: Reading | None = None,
    ) -> None:  # fmt: skip
        """What later lines go on with. An update gives a parameter's new value, which only lines
        after the update use."""
        subject = task.step.subject
        if not isinstance(subject, (Quantity, Partial)):
            return
        if reading is not None:
            error = HIGH.number(self._half_written(reading, key))
        else:
            error = HIGH.number(self._half(key)) + (worked[1] if worked else 0)
        if task.part != "update":
            values.own[subject] = Value(number, error)
        elif reading is not None:
            self._into.values[subject] = Value(number, error)

    def _half(self, key: Number) -> Fraction:
        """Half a unit of the last digit that the sheet asks for."""
        asked = Fraction(1, 2 * 10**self.numbers.rounding.digits)
        return min(half_unit(key), asked) if key.text else asked

    def _half_written(self, reading: Reading, key: Number) -> Fraction:
        """Half a unit of the last digit written, where as many decimals as asked are written."""
        asked = Fraction(1, 2 * 10**self.numbers.rounding.digits)
        return max(self._half(key), min(reading.unit / 2, asked))

    def _verdict(
        self, reading: Reading, key: Number, right: Worked, follows: Worked, task: Task
    ) -> Verdict:
        # Judged from the key's numbers first: two mistakes that cancel cost nothing here.
        error = right[1] if right else _ZERO
        if self._agrees(reading, HIGH.number(key.value), error, key):
            return Verdict.RIGHT
        if follows and self._agrees(reading, *follows, key):
            return self._following(task, follows[0])
        if right and self._coarsely(reading, right[0], task):
            return Verdict.COARSE
        if follows and self._coarsely(reading, follows[0], task):
            return self._following(task, follows[0])
        return Verdict.WRONG

    def _following(self, task: Task, value: Any) -> Verdict:
        mistaken = [atom for atom in atoms(task.formula) if atom in self._mistaken]
        if not mistaken:
            return Verdict.RIGHT
        return Verdict.FOLLOWS if self._is_worth(task, value, mistaken) else Verdict.TRIVIAL

    def _agrees(self, reading: Reading, value: Any, error: Any, key: Number) -> bool:
        assert reading.value is not None
        allowed = error + HIGH.number(self._half_written(reading, key)) * _AND_A_BIT
        return bool(abs(HIGH.number(reading.value) - value) <= allowed)

    def _coarsely(self, reading: Reading, value: Any, task: Task) -> bool:
        """Whether an answer is the value rounded, or cut off, to fewer digits than asked.

        An updated parameter needs so many that one sees it move.
        """
        if reading.value is None or reading.digits < _FEWEST:
            return False
        written, unit = HIGH.number(reading.value), HIGH.number(reading.unit)
        if task.part == "update" and unit >= abs(value - self.key.quantity(task.step.about[0])):
            return False
        away = abs(written - value)
        cut_off = abs(written) <= abs(value) and written * value >= 0
        return bool(away <= unit / 2 or (cut_off and away < unit))

    def _is_worth(self, task: Task, value: Any, mistaken: list[Atom]) -> bool:
        """Whether a line worked out from mistaken numbers was still work: nothing became 0."""
        subject = task.step.subject
        if value == 0 and task.part != "update" and self.key.number(subject) != 0:
            return False
        return all(self.own.number(a) != 0 or self.key.number(a) == 0 for a in mistaken)

    def _named(self, task: Task, reading: Reading, key: Number) -> tuple[str, ...]:
        """The misconceptions whose value was written, from their own numbers or the key's."""
        found: dict[str, None] = {}
        for slip in slips(task, self.exercise):
            row = slip.misconception
            for values in (self.own, self.key):
                try:
                    value, error = values.evaluate(slip.formula, row.fewer)
                except ArithmeticError:
                    continue
                if self._agrees(reading, value, error, key):
                    found[row.id] = None
        return tuple(found)


_AND_A_BIT = HIGH.number(Fraction(101, 100))  # a tie may be rounded either way


def _without_value(reading: Reading) -> Verdict | None:
    if reading.value is not None:
        return None
    return Verdict.UNREADABLE if reading.fault else Verdict.MISSING


def _mark(
    answer: Answer, reading: Reading, verdict: Verdict, named: tuple[str, ...] = ()
) -> Mark:  # fmt: skip
    return Mark(
        answer.label, answer.step, verdict, reading.text, answer.value, named, fault=reading.fault
    )
