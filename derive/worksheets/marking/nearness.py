"""Whether a number that was written is a value: rounded to the digits it has, or cut off there.

Written with the unit u of its last digit, w is v

    rounded, where      |w − v| ≤ u/2
    cut off, where  0 ≤ |v| − |w| < u     with the sign of v: towards zero, and less than a unit

so that 1.22 is 1.2261 cut off, and is not 1.23. Where numbers that v rests on were rounded
themselves, v may lie anywhere within its error, and the bounds are wider by that; an exact v is
what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derive.derivation.numbers.rounding import Rounding, half_unit
from derive.expression.arithmetic import HIGH
from derive.expression.nodes import Number
from derive.worksheets.marking.carried import Result
from derive.worksheets.marking.reading.numbers import Reading

_TIE = HIGH.number(Fraction(1, 10**30))  # of a unit: half of one may be rounded either way
_CURVED = HIGH.number(Fraction(1, 100))  # of half a unit: an error is worked out by slopes alone


@dataclass(frozen=True, slots=True)
class Precision:
    """The digits that a line asks for.

    unit  of the last digit of its value in the key; a small value has more decimals than others
    most  of the last decimal that the sheet asks for
    """

    unit: Fraction
    most: Fraction

    def of(self, reading: Reading) -> Fraction:
        """The unit that an answer is judged by: its own, but none beyond those asked."""
        return max(self.unit, min(reading.unit, self.most))

    def complete(self, reading: Reading) -> bool:
        """Whether as many decimals as the sheet asks for are written."""
        return reading.unit <= self.most


def precision_of(key: Number, rounding: Rounding) -> Precision:
    """The digits that are asked for of the line whose value in the key is this."""
    most = Fraction(1, 10**rounding.digits)
    return Precision(min(2 * half_unit(key), most) if key.text else most, most)


def is_rounded(reading: Reading, result: Result, unit: Fraction) -> bool:
    """Whether an answer is a value, rounded to this unit."""
    away = abs(HIGH.number(reading.written) - result.value)
    return bool(away <= result.error + HIGH.number(unit / 2) + _slack(result, unit))


def is_cut_off(reading: Reading, result: Result) -> bool:
    """Whether an answer is a value, cut off behind the last digit written."""
    written, value = HIGH.number(reading.written), result.value
    lost = abs(value) - abs(written)
    if written * value < 0 or lost < -result.error:
        return False
    unit = HIGH.number(reading.unit)
    if result.exact:
        return bool(lost < unit * (1 - _TIE))
    return bool(lost < unit + result.error + _slack(result, reading.unit))


def _slack(result: Result, unit: Fraction) -> Any:
    return HIGH.number(unit / 2) * (_TIE if result.exact else _CURVED)
