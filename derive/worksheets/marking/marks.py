"""The verdict on every number of a sheet, line by line, and the first wrong step.

Each line is worked out twice: from the key's numbers, and from the student's own earlier ones.
What an answer is then, ``number_rule.py`` says; a wrong one gets the names of the misconceptions
whose value it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from derive.derivation.numbers.chains import Atom, Numbers
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import variable
from derive.expression.nodes import Expression
from derive.worksheets.items import Answer, Item, put_into
from derive.worksheets.marking.carried import Result, Value
from derive.worksheets.marking.causes import misconceptions_behind
from derive.worksheets.marking.formulas import Formulas
from derive.worksheets.marking.nearness import is_rounded, precision_of
from derive.worksheets.marking.number_rule import Line, Way, verdict_on
from derive.worksheets.marking.progress import Known, Progress
from derive.worksheets.marking.reading.faults import Faults
from derive.worksheets.marking.reading.numbers import Reading
from derive.worksheets.marking.reading.spelling import answered
from derive.worksheets.marking.verdicts import Mark, Verdict, with_first
from derive.worksheets.marking.working import read_working


def mark_values(
    reader: Formulas, items: Sequence[Item], numbers: Numbers, answers: Mapping[str, str],
    *, start: Known | None = None, after: Known | None = None, faults: Faults | None = None,
) -> tuple[Mark, ...]:  # fmt: skip
    """A mark for every blank, in the order of the sheet. Never raises for what was typed.

    reader   of what is written in the names of the sheet; it knows the exercise
    numbers  of the variant's key
    answers  label of a blank → what was written there; what is left out is missing
    start    what the lines begin with instead of the key's parameters
    after    takes up the new values that the lines about updates come to
    faults   says why an answer cannot be read
    """
    progress = Progress(numbers, start, after if after is not None else Known())
    marker = _Marker(reader, progress, faults or Faults(reader.names))
    return with_first([mark for item in items for mark in marker.item(item, answers)])


class _Marker:
    """Marks one line after the other."""

    def __init__(self, reader: Formulas, progress: Progress, faults: Faults) -> None:
        self.reader = reader
        self.progress = progress
        self.faults = faults

    def item(self, item: Item, answers: Mapping[str, str]) -> list[Mark]:
        """The marks of one line: of the numbers put in, then of its value."""
        if not item.answers:
            self.progress.rename(item.task)
            return []
        readings: dict[str, Reading] = {}
        for answer in item.answers:
            text = answered(answers.get(answer.label, ""), answer.label)
            readings[answer.label], working = read_working(text, self.reader.read)
        *put_in, last = item.answers
        line = put_into(item.task, self.progress.numbers)
        marks = [self._put_in(answer, line.at(answer.address), readings) for answer in put_in]
        slipped = [
            a for a, mark in zip(put_in, marks, strict=True) if mark.verdict is Verdict.WRONG
        ]
        other = self._as_put_in(line, slipped, readings)
        mark, way = self._value(item, last, readings[last.label], other)
        if way and way is other and mark.counts:  # what was put in is the mistake: it has the name
            first = put_in.index(slipped[0])
            names = self._names(item, readings[last.label])
            marks[first] = replace(marks[first], misconceptions=names)
        if mark.verdict is Verdict.FOLLOWS:  # a 0 put in is no work alone, but may be part of some
            marks = [
                replace(m, verdict=Verdict.FOLLOWS) if m.verdict is Verdict.TRIVIAL else m
                for m in marks
            ]
        return [*marks, replace(mark, working=self.faults(working))]

    # -- the numbers put in -----------------------------------------------------------------------

    def _put_in(self, answer: Answer, atom: Any, readings: Mapping[str, Reading]) -> Mark:
        """One of the numbers put in: the key's, or the student's own."""
        reading, progress = readings[answer.label], self.progress
        verdict = _without_value(reading)
        if verdict is None:
            precision = precision_of(answer.value, progress.numbers.rounding)
            is_key, is_own = (
                is_rounded(
                    reading, Result(HIGH.number(v.number), v.error, not v.error),
                    precision.of(reading),
                )
                for v in (progress.key.value(atom), progress.own.value(atom))
            )  # fmt: skip
            verdict = Verdict.RIGHT if is_key else Verdict.WRONG
            if is_own and not is_key:
                verdict = self._of_own(atom)
        return self._mark(answer, reading, verdict)

    def _of_own(self, atom: Any) -> Verdict:
        """What an earlier number of the student is, put in where the key's belongs."""
        nothing = self.progress.is_nothing(atom)
        if self.progress.is_mistaken(atom):
            return Verdict.TRIVIAL if nothing else Verdict.FOLLOWS
        return Verdict.VAGUE if nothing and self.progress.is_short(atom) else Verdict.RIGHT

    def _as_put_in(
        self, line: Expression, slipped: Sequence[Answer], readings: Mapping[str, Reading]
    ) -> Way | None:
        """A line with the numbers that were put in, where they are not those of earlier lines."""
        if not slipped:
            return None
        values: dict[Atom, Value] = {}
        nothing: list[Atom] = []
        for i, answer in enumerate(slipped):
            reading = readings[answer.label]
            assert reading.value is not None
            letter = variable(f"put{i}")
            precision = precision_of(answer.value, self.progress.numbers.rounding)
            values[letter] = Value(reading.value, HIGH.number(precision.of(reading) / 2))
            if self.progress.is_none(reading.value, answer.value.value):
                nothing.append(letter)
            line = line.replace_at(answer.address, letter)
        return self.progress.way(line, values, nothing)

    # -- the value --------------------------------------------------------------------------------

    def _value(
        self, item: Item, answer: Answer, reading: Reading, as_put_in: Way | None
    ) -> tuple[Mark, Way | None]:
        """The mark of a line's value, and by which way that is not the key's it was come to."""
        task, key, progress = item.task, answer.value, self.progress
        precision = precision_of(key, progress.numbers.rounding)
        right = progress.key.work_out(task.formula)
        progress.key_has(task, key.value, precision, right)
        own = progress.way(task.formula)
        verdict = _without_value(reading)
        if verdict is not None:
            progress.skip(task, precision, own)
            return self._mark(answer, reading, verdict), None
        line = Line(key, precision, right, self._old(item))
        ways = (own, as_put_in) if as_put_in else (own,)
        verdict, way = verdict_on(reading, line, ways)
        names = self._names(item, reading) if verdict is Verdict.WRONG else ()
        progress.wrote(task, reading, precision, verdict, way)
        return self._mark(answer, reading, verdict, names), way

    def _old(self, item: Item) -> Fraction | None:
        """A parameter before its update; None in any other line."""
        if item.task.part != "update":
            return None
        return self.progress.key.number(item.task.step.about[0])

    def _names(self, item: Item, reading: Reading) -> tuple[str, ...]:
        """The misconceptions whose value was written, from their own numbers or the key's."""
        precision = precision_of(item.answers[-1].value, self.progress.numbers.rounding)
        ways = (self.progress.own, self.progress.key)
        return misconceptions_behind(item.task, self.reader.exercise, reading, precision, ways)

    def _mark(
        self, answer: Answer, reading: Reading, verdict: Verdict, names: tuple[str, ...] = ()
    ) -> Mark:
        return Mark(
            answer.label, answer.step, verdict, reading.text, answer.value, names,
            fault=self.faults(reading.fault),
        )  # fmt: skip


def _without_value(reading: Reading) -> Verdict | None:
    if reading.value is not None:
        return None
    return Verdict.UNREADABLE if reading.fault else Verdict.MISSING
