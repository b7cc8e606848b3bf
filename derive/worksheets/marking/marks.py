"""The verdict on every answer of a sheet, and the first wrong step.

Each line is worked out twice: from the key's numbers, and from the student's own earlier ones.
An answer that agrees with the first is right; one that agrees with the second follows from an
earlier mistake and is not punished again. One that agrees with neither is wrong, and the
misconceptions whose value it is are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from derive.derivation.numbers import Atom, Numbers, atoms
from derive.derivation.rounding import half_unit
from derive.expression.evaluate import HIGH
from derive.expression.nodes import Expression, Number, Partial, Quantity, variable
from derive.worksheets.exercise import Task
from derive.worksheets.items import Answer, Item, put_into
from derive.worksheets.marking.formulas import Formulas
from derive.worksheets.marking.own import Value, Values, fraction
from derive.worksheets.marking.readings import Reading
from derive.worksheets.marking.verdicts import Mark, Verdict, with_first
from derive.worksheets.marking.working import worked
from derive.worksheets.marking.worth import is_work
from derive.worksheets.misconceptions import slips

Worked = tuple[Any, Any] | None  # a value, and how far the numbers put in may move it
_ZERO = HIGH.number(Fraction(0))
_FEWEST = 2  # significant digits of an answer that counts though it has too few
_FEWER = 2  # decimals that may lack where an answer is not wrong, but too short to count
_AND_A_BIT = HIGH.number(Fraction(101, 100))  # a tie may be rounded either way


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


@dataclass(frozen=True, slots=True)
class _Way:
    """A formula to come to a value by, and the numbers to put in: which of them are mistaken, and
    which of those are as good as 0."""

    formula: Expression
    values: Values
    mistaken: frozenset[Atom] = frozenset()
    nothing: frozenset[Atom] = frozenset()


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
        slipped = [
            a for a, mark in zip(put_in, marks, strict=True) if mark.verdict is Verdict.WRONG
        ]
        mark, is_of_line = self._value(
            item.task, last, readings, self._as_put_in(line, slipped, readings)
        )
        if (
            is_of_line and mark.counts
        ):  # what was put in is the mistake: it is that which has a name
            named = self._named(item.task, readings[last.label], last.value)
            first = put_in.index(slipped[0])
            marks[first] = replace(marks[first], misconceptions=named)
        if mark.verdict is Verdict.FOLLOWS:  # a 0 put in is no work alone, but may be part of some
            marks = [
                replace(m, verdict=Verdict.FOLLOWS) if m.verdict is Verdict.TRIVIAL else m
                for m in marks
            ]
        marks.append(replace(mark, working=found[last.label][1]))
        return marks

    def _as_put_in(
        self, line: Expression, slipped: Sequence[Answer], readings: Mapping[str, Reading]
    ) -> _Way | None:
        """A line with the numbers that were put in, where they are not those of earlier lines."""
        if not slipped:
            return None
        own, letters, nothing = dict(self.own.own), [], []
        for i, answer in enumerate(slipped):
            reading = readings[answer.label]
            assert reading.value is not None
            letter = variable(f"put{i}")
            error = HIGH.number(self._half_written(reading, answer.value))
            own[letter] = Value(reading.value, error)
            letters.append(letter)
            if self._is_none(reading.value, answer.value.value):
                nothing.append(letter)
            line = line.replace_at(answer.address, letter)
        return self._way(line, Values(self.numbers, own), letters, nothing)

    def _way(
        self, formula: Expression, values: Values, put_in: Sequence[Atom] = (),
        nothing: Sequence[Atom] = (),
    ) -> _Way:  # fmt: skip
        put_in_before = [atom for atom in atoms(formula) if atom not in put_in]
        mistaken = [atom for atom in put_in_before if atom in self._mistaken]
        none = filter(self._is_nothing, put_in_before)
        return _Way(formula, values, frozenset({*put_in, *mistaken}), frozenset({*nothing, *none}))

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
            follows = Verdict.RIGHT
            if atom in self._mistaken:
                follows = Verdict.TRIVIAL if self._is_nothing(atom) else Verdict.FOLLOWS
            for values, found in ((self.key, Verdict.RIGHT), (self.own, follows)):
                value = values.value(atom)
                if self._agrees(reading, HIGH.number(value.number), value.error, answer.value):
                    verdict = found
                    break
        return _mark(answer, reading, verdict)

    def _value(
        self, task: Task, answer: Answer, readings: Mapping[str, Reading], as_put_in: _Way | None
    ) -> tuple[Mark, bool]:
        """The mark of a line's value; and whether it comes from what was put in, wrongly."""
        reading, key = readings[answer.label], answer.value
        right = _worked(_Way(task.formula, self.key))
        self._keep(self.key, task, key.value, right, key)
        own = self._way(task.formula, self.own)
        verdict = _without_value(reading)
        if verdict is not None:
            self._go_on(task, own, key)
            return _mark(answer, reading, verdict), False
        assert reading.value is not None
        ways = (own, as_put_in) if as_put_in else (own,)
        verdict, way = self._verdict(reading, key, right, ways, task)
        named = self._named(task, reading, key) if verdict is Verdict.WRONG else ()
        if verdict not in (Verdict.RIGHT, Verdict.COARSE):
            self._is_mistaken(task)
        self._keep(self.own, task, reading.value, None, key, reading)
        return _mark(answer, reading, verdict, named), way is not None and way is as_put_in

    def _go_on(self, task: Task, own: _Way, key: Number) -> None:
        """Behind a line that was left out, or cannot be read: with what it would have come to,
        where that rests on a mistake."""
        found = _worked(own) if own.mistaken else None
        number = fraction(found[0]) if found else None
        if found is None or number is None:
            return
        self._is_mistaken(task)
        subject = task.step.subject
        value = Value(number, found[1] + HIGH.number(self._half(key)))
        if isinstance(subject, (Quantity, Partial)):
            (self._into.values if task.part == "update" else self.own.own)[subject] = value

    def _is_mistaken(self, task: Task) -> None:
        is_update = task.part == "update"
        (self._into.mistaken if is_update else self._mistaken).add(task.step.subject)

    def _is_nothing(self, atom: Atom) -> bool:
        """Whether a student's earlier number is 0, or as good as 0, and the key's is not."""
        return self._is_none(self.own.number(atom), self.key.number(atom))

    def _is_none(self, own: Fraction, key: Fraction) -> bool:
        """Whether a number is at most one unit of the last digit asked, and the key's is not of
        its size: that is larger, or 0 itself."""
        unit = Fraction(1, 10**self.numbers.rounding.digits)
        return abs(own) <= unit and (not key or 10 * abs(own) < abs(key))

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
        self, reading: Reading, key: Number, right: Worked, ways: Sequence[_Way], task: Task
    ) -> tuple[Verdict, _Way | None]:
        """What an answer is, and by which way that is not the key's."""
        # Judged from the key's numbers first: two mistakes that cancel cost nothing here.
        if self._agrees(reading, HIGH.number(key.value), right[1] if right else _ZERO, key):
            return Verdict.RIGHT, None
        fewer = self._fewer(reading, right, task) if right else None
        follows = [(way, found) for way in ways if (found := _worked(way))]
        for way, found in follows:
            if self._agrees(reading, *found, key):
                verdict = self._following(way, key, Verdict.RIGHT)
                if fewer is None or verdict is not Verdict.TRIVIAL:
                    return verdict, way
        if fewer:
            return fewer, None
        for way, found in follows:
            if fewer := self._fewer(reading, found, task):
                return self._following(way, key, fewer), way
        return Verdict.WRONG, None

    def _following(self, way: _Way, key: Number, otherwise: Verdict) -> Verdict:
        """What an answer is that comes from these numbers; ``otherwise`` where none is mistaken."""
        if not way.mistaken or otherwise is Verdict.VAGUE:
            return otherwise
        work = is_work(way.formula, way.values, way.mistaken, way.nothing, self._half(key))
        return Verdict.FOLLOWS if work else Verdict.TRIVIAL

    def _agrees(self, reading: Reading, value: Any, error: Any, key: Number) -> bool:
        assert reading.value is not None
        allowed = error + HIGH.number(self._half_written(reading, key)) * _AND_A_BIT
        return bool(abs(HIGH.number(reading.value) - value) <= allowed)

    def _fewer(self, reading: Reading, worked: tuple[Any, Any], task: Task) -> Verdict | None:
        """What an answer is that is the value rounded, or cut off, to the digits written.

        An updated parameter needs so many that one sees it move. Other mistakes would come to the
        same few digits as well, and are not looked for: the student has the benefit of the doubt.
        """
        value, error = worked
        assert reading.value is not None
        written, unit = HIGH.number(reading.value), HIGH.number(reading.unit)
        away = abs(written - value)
        cut_off = abs(written) <= abs(value) + error and written * value >= 0
        if away > error + (unit if cut_off else unit / 2 * _AND_A_BIT):
            return None
        is_update = task.part == "update"
        still = is_update and unit >= abs(value - self.key.quantity(task.step.about[0]))
        if reading.digits >= _FEWEST and not still:
            return Verdict.COARSE
        rounding = self.numbers.rounding
        asked = rounding.update_digits if is_update else rounding.digits
        return Verdict.VAGUE if reading.unit <= Fraction(10) ** (_FEWER - asked) else None

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


def _worked(way: _Way) -> Worked:
    try:
        return way.values.evaluate(way.formula)
    except ArithmeticError:
        return None  # a student's own number may leave the domain of a logarithm


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
