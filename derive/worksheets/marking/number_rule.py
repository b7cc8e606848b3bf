"""The rule: what an answer that is a number is, and so whether it counts. All of it is here.

An answer is held against what the line comes to from the key's numbers, and from the student's own
earlier ones. The first of these that holds is its verdict:

1. It is the key's value, with the decimals asked for, rounded or cut off: RIGHT.
2. It is that of the student's own numbers. Where none of these is mistaken it is RIGHT as well,
   even if some have too few digits; where one is, it FOLLOWS. Either way something must have been
   left to work out (``work.py``): else it is TRIVIAL, or VAGUE.
3. It is either of the two with fewer decimals than asked for, rounded or cut off. With two digits
   of the value that is COARSE, and counts; with fewer nobody can tell, it is VAGUE, and does not.
   A new weight must have moved by a unit of its last digit.
4. It is WRONG.

What "rounded" and "cut off" are is in ``nearness.py``. RIGHT, COARSE and FOLLOWS count, and so
does REPEATED, a mistake that has cost its points before (``repeats.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.derivation.numbers.chains import Atom
from derive.derivation.numbers.rounding import exponent
from derive.expression.arithmetic import HIGH
from derive.expression.nodes import Expression, Number
from derive.worksheets.marking.carried import Result, Values, fraction
from derive.worksheets.marking.nearness import Precision, is_cut_off, is_rounded
from derive.worksheets.marking.reading.numbers import Reading
from derive.worksheets.marking.verdicts import COUNTS, Verdict
from derive.worksheets.marking.work import is_work

_FEWEST = 2  # digits of a value that must be seen
_FEWER = 2  # decimals that may lack where an answer is not wrong, but too short to count


@dataclass(frozen=True, slots=True)
class Line:
    """What a line comes to.

    key        its value as the key has it
    precision  the digits of it that are asked for
    right      the same, worked out from the key's numbers; None where they lead to no value
    old        the value before an update; None of any other line
    """

    key: Number
    precision: Precision
    right: Result | None
    old: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """A formula that a student may have come to a value by, and the numbers put in.

    mistaken  those of them that are wrong, or follow from a mistake
    short     those that have too few digits to count, or rest on such
    nothing   those that are 0, or as good as 0, and should not be
    """

    formula: Expression
    values: Values
    mistaken: frozenset[Atom] = frozenset()
    short: frozenset[Atom] = frozenset()
    nothing: frozenset[Atom] = frozenset()

    def result(self) -> Result | None:
        """What it comes to."""
        return self.values.work_out(self.formula)


def verdict_on(
    reading: Reading, line: Line, ways: Sequence[Way]
) -> tuple[Verdict, Way | None]:  # fmt: skip
    """What an answer is, and by which way that is not the key's."""
    # From the key's numbers first: two mistakes that cancel cost nothing here.
    if line.right is not None and _is(reading, line.right, line.precision):
        return Verdict.RIGHT, None
    if is_rounded(reading, _as_printed(line), line.precision.of(reading)):
        return Verdict.RIGHT, None
    fewer = None if line.right is None else _shorter(reading, line.right, line)
    follows = [(way, result) for way in ways if (result := way.result()) is not None]
    for way, result in follows:
        if _is(reading, result, line.precision):
            verdict = _following(way, line.precision, Verdict.RIGHT)
            if fewer is None or verdict in COUNTS:
                return verdict, way
    if fewer is not None:
        return fewer, None
    for way, result in follows:
        if (shorter := _shorter(reading, result, line)) is not None:
            return _following(way, line.precision, shorter), way
    return Verdict.WRONG, None


def _as_printed(line: Line) -> Result:
    """The number of the key, which is rounded itself."""
    number = HIGH.number(line.key.value)
    right = line.right
    return Result(number) if right is None else Result(number, right.error, right.exact)


def _is(reading: Reading, result: Result, precision: Precision) -> bool:
    """Whether an answer is a value with the digits asked for."""
    if is_rounded(reading, result, precision.of(reading)):
        return True
    return precision.complete(reading) and is_cut_off(reading, result)


def _following(way: Way, precision: Precision, otherwise: Verdict) -> Verdict:
    """What an answer is that comes from these numbers; ``otherwise`` where all are fine."""
    if (not way.mistaken and not way.short) or otherwise is Verdict.VAGUE:
        return otherwise
    work = is_work(
        way.formula, way.values, way.mistaken | way.short, way.nothing, precision.unit / 2
    )  # fmt: skip
    if way.mistaken:
        return Verdict.FOLLOWS if work else Verdict.TRIVIAL
    return otherwise if work else Verdict.VAGUE


def _shorter(reading: Reading, result: Result, line: Line) -> Verdict | None:
    """What an answer is that is a value with the digits that are written, if it is one.

    Other mistakes would come to the same few digits as well, and are not looked for: the student
    has the benefit of the doubt.
    """
    rounded = is_rounded(reading, result, reading.unit)
    if not rounded and not is_cut_off(reading, result):
        return None
    value = fraction(result.value)
    if value is None:
        return None
    digits = min(reading.digits, _seen(value, reading.unit))
    has_moved = line.old is None or reading.unit < abs(value - line.old)
    if digits >= _FEWEST and has_moved:
        return Verdict.COARSE
    near = reading.unit <= line.precision.most * 10**_FEWER
    return Verdict.VAGUE if near or (rounded and digits > 0) else None


def _seen(value: Fraction, unit: Fraction) -> int:
    """How many digits of a value are left at a unit: one of 0.98 at 0.1, where 1.0 is written."""
    if not value or not unit:
        return _FEWEST
    return exponent(value) - exponent(unit) + 1
