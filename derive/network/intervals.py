"""Where values lie: ranges of activations, domains of losses."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Interval:
    """low … high; None is infinite, and a bound is in the interval only where ``closed``."""

    low: Fraction | None = None
    high: Fraction | None = None
    closed: bool = False

    def inside(self, other: Interval) -> bool:
        """Whether every point of this interval is in the other."""
        return _fits(self.low, other.low, self.closed and not other.closed, 1) and _fits(
            self.high, other.high, self.closed and not other.closed, -1
        )

    def __contains__(self, value: Fraction) -> bool:
        return Interval(value, value, closed=True).inside(self)

    def __str__(self) -> str:
        left, right = ("[", "]") if self.closed else ("(", ")")
        low = f"{left}{_decimal(self.low)}" if self.low is not None else "(−∞"
        high = f"{_decimal(self.high)}{right}" if self.high is not None else "∞)"
        return f"{low}, {high}"


def _decimal(value: Fraction) -> str:
    return f"{float(value):g}".replace("-", "−")


def _fits(mine: Fraction | None, theirs: Fraction | None, strict: bool, sign: int) -> bool:
    if theirs is None:
        return True
    if mine is None:
        return False
    return sign * mine > sign * theirs if strict else sign * mine >= sign * theirs


def interval(low: str | None, high: str | None, closed: bool = False) -> Interval:
    return Interval(
        None if low is None else Fraction(low), None if high is None else Fraction(high), closed
    )


REAL = interval(None, None)
