"""What is known of a student so far: the numbers they go on with, and which of them are wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from derive.derivation.numbers.chains import Atom, Numbers, atoms
from derive.expression.arithmetic import HIGH
from derive.expression.nodes import Expression, Partial, Quantity
from derive.worksheets.exercise import Task
from derive.worksheets.marking.carried import Result, Value, Values, fraction
from derive.worksheets.marking.nearness import Precision
from derive.worksheets.marking.number_rule import Way
from derive.worksheets.marking.reading.numbers import Reading
from derive.worksheets.marking.verdicts import Verdict

_SURE = HIGH.number(Fraction(1, 10**40))
_FINE = frozenset({Verdict.RIGHT, Verdict.COARSE})


@dataclass
class Known:
    """Numbers that a student found.

    mistaken  what is wrong or follows from a mistake
    short     what has too few digits to count, or rests on such a number
    """

    values: dict[Atom, Value] = field(default_factory=dict)
    mistaken: set[Expression] = field(default_factory=set)
    short: set[Expression] = field(default_factory=set)


class Progress:
    """The numbers of the key and of one student, line after line.

    start  what the lines begin with instead of the key's parameters
    after  takes up the new values of the updates, which only lines after the update use
    """

    def __init__(self, numbers: Numbers, start: Known | None, after: Known) -> None:
        self.numbers = numbers
        self.key = Values(numbers)
        self.own = Values(numbers, start.values if start else None)
        self._known = Known(
            self.own.own, set(start.mistaken if start else ()), set(start.short if start else ())
        )
        self._after = after

    def way(
        self, formula: Expression, put_in: Mapping[Atom, Value] | None = None,
        nothing: Iterable[Atom] = (),
    ) -> Way:  # fmt: skip
        """A formula with the student's numbers.

        put_in  names in it that stand for numbers other than those of earlier lines
        nothing  those of them that are as good as 0
        """
        put_in = put_in or {}
        before = [atom for atom in atoms(formula) if atom not in put_in]
        known = self._known
        return Way(
            formula,
            Values(self.numbers, {**self.own.own, **put_in}) if put_in else self.own,
            frozenset({*put_in, *(atom for atom in before if atom in known.mistaken)}),
            frozenset(atom for atom in before if atom in known.short),
            frozenset({*nothing, *filter(self.is_nothing, before)}),
        )

    def is_mistaken(self, atom: Atom) -> bool:
        return atom in self._known.mistaken

    def is_short(self, atom: Atom) -> bool:
        return atom in self._known.short

    def is_nothing(self, atom: Atom) -> bool:
        """Whether a student's earlier number is 0, or as good as 0, and the key's is not."""
        return self.is_none(self.own.number(atom), self.key.number(atom))

    def is_none(self, own: Fraction, key: Fraction) -> bool:
        """Whether a number is at most one unit of the last digit asked, and the key's is not of
        its size: that is larger, or 0 itself."""
        unit = Fraction(1, 10**self.numbers.rounding.digits)
        return abs(own) <= unit and (not key or 10 * abs(own) < abs(key))

    # -- what a line adds -----------------------------------------------------------------------

    def rename(self, task: Task) -> None:
        """a_o1 = o1 behind an identity: another name, not asked for."""
        subject, same = task.step.subject, task.formula
        if isinstance(subject, (Quantity, Partial)) and isinstance(same, Quantity):
            for values in (self.key, self.own):
                values.own[subject] = values.value(same)
            for some in (self._known.mistaken, self._known.short):
                if same in some:
                    some.add(subject)

    def key_has(
        self, task: Task, number: Fraction, precision: Precision, right: Result | None
    ) -> None:
        """The key's number, and how far from it a student may be who rounds in another way."""
        subject = task.step.subject
        if task.part == "update" or not isinstance(subject, (Quantity, Partial)):
            return
        error = HIGH.number(precision.unit / 2) + (right.error if right else 0)
        self.key.own[subject] = _value(number, error, right)

    def wrote(
        self, task: Task, reading: Reading, precision: Precision, verdict: Verdict, way: Way | None
    ) -> None:
        """A number that can be read; ``way`` by which it follows from others of the student."""
        assert reading.value is not None
        error = HIGH.number(precision.of(reading) / 2)
        result = way.result() if way is not None else self.key.work_out(task.formula)
        self._goes_on(task, _value(reading.value, error, result))
        if verdict is Verdict.VAGUE or (verdict in _FINE and way is not None and way.short):
            self._of(task).short.add(task.step.subject)
        elif verdict not in _FINE:
            self._of(task).mistaken.add(task.step.subject)

    def skip(self, task: Task, precision: Precision, own: Way) -> None:
        """No number: the student goes on with what the line would have come to, where that rests
        on a mistake, else with the key's."""
        result = own.result() if own.mistaken else None
        number = fraction(result.value) if result else None
        if result is None or number is None:
            return
        self._goes_on(task, Value(number, result.error + HIGH.number(precision.unit / 2)))
        self._of(task).mistaken.add(task.step.subject)

    def _goes_on(self, task: Task, value: Value) -> None:
        subject = task.step.subject
        if isinstance(subject, (Quantity, Partial)):
            self._of(task).values[subject] = value

    def _of(self, task: Task) -> Known:
        return self._after if task.part == "update" else self._known


def _value(number: Fraction, error: object, result: Result | None) -> Value:
    """A number to go on with; exact where it is all that a line of exact numbers comes to."""
    if result and result.exact and abs(HIGH.number(number) - result.value) < _SURE:
        return Value(number)
    return Value(number, error)
