"""One point, looked at with more digits until two values agree or are known not to.

Two sides of an equality may differ by rounding alone: 1 − y of y = 1 − 10⁻⁵⁰ has lost fifty of
sixty digits. With more digits such a difference goes away; a fault stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from derive.expression.arithmetic import DIGITS, HIGH

MORE = (3 * DIGITS, 9 * DIGITS)
ROUNDING = HIGH.number(Fraction(1, 10**40))  # of a 1 that has sixty digits
_LAST_FLOOR = HIGH.number(Fraction(1, 10 ** (MORE[-1] * 2 // 3)))

P = TypeVar("P", bound="Refinable")


class Refinable(Protocol):
    """A point that can be worked out anew with more digits, or (None) has no more."""

    def finer(self: P, digits: int) -> P | None: ...


def looks(point: P) -> Iterator[tuple[P, Any]]:
    """The point with more and more digits, and how much of a 1 counts as rounding.

    That is 0 before the last: while more digits are to come, nothing is put down to rounding.
    """
    yield point, 0
    for digits in MORE:
        finer = point.finer(digits)
        if finer is None:
            yield point, ROUNDING
            return
        yield finer, _LAST_FLOOR if digits == MORE[-1] else 0
