"""Axes: where on a line a value lies, and which values get a tick."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from derive.expression.constructors import integer
from derive.expression.nodes import Expression, Number, Power
from derive.network.values import exact

_TICKS = 5  # about as many on a linear scale
_NOTHING = Fraction(1, 10**9)  # of a step: what rounding may have taken away
_DECADES = 7  # labelled on a logarithmic one, at most


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from ``low`` to ``high`` on a line from ``start`` to ``end``.

    logarithmic  equal ratios take equal lengths; then ``low`` is positive
    """

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value, outside the line for one that is out of bounds."""
        low, high, at = self.low, self.high, value
        if self.logarithmic:
            low, high = math.log10(low), math.log10(high)
            at = math.log10(value) if value > 0 else -math.inf
        return self.start + (at - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> tuple[tuple[float, Expression], ...]:
        """Values worth a line, with how they are written."""
        if self.logarithmic and self.high / self.low > 30:
            return tuple(self._powers())
        return tuple(self._steps())

    def _steps(self) -> Iterator[tuple[float, Expression]]:
        """Multiples of 1, 2, 2.5 or 5 times a power of ten."""
        step = _step(self.high - self.low)
        first = math.ceil(Fraction(self.low) / step - _NOTHING)
        last = math.floor(Fraction(self.high) / step + _NOTHING)
        for count in range(first, last + 1):
            yield float(step * count), decimal(step * count)

    def _powers(self) -> Iterator[tuple[float, Expression]]:
        """Powers of ten, every one or every second, third, …"""
        low = math.ceil(math.log10(self.low) - 1e-9)
        high = math.floor(math.log10(self.high) + 1e-9)
        apart = 1 + (high - low) // _DECADES
        for power in range(low + (-low) % apart, high + 1, apart):
            numeral = Power(integer(10), integer(power)) if abs(power) > 3 else None
            yield 10.0**power, numeral or decimal(Fraction(10) ** power)


def _step(span: float) -> Fraction:
    rough = Fraction(span) / _TICKS * (1 - _NOTHING)
    power = Fraction(10) ** math.floor(math.log10(rough))
    return next(power * k for k in (1, 2, Fraction(5, 2), 5, 10) if power * k >= rough)


def decimal(value: Fraction) -> Expression:
    """A short decimal, or 2·10⁻⁷ for what has many zeros."""
    if not value or Fraction(1, 10**5) <= abs(value) < 10**7:
        return exact(value)
    sign, digits, power = Decimal(repr(float(value))).normalize().as_tuple()
    first, *others = map(str, digits)
    mantissa = "-" * sign + first + "." * bool(others) + "".join(others)
    return Number(value, f"{mantissa}e{int(power) + len(others)}")


def around(low: float, high: float, start: float, end: float) -> Scale:
    """A linear scale whose ends are ticks."""
    if high <= low:
        high = low + (abs(low) or 1.0)
    step = _step(high - low)
    bottom, top = math.floor(Fraction(low) / step), math.ceil(Fraction(high) / step)
    return Scale(float(step * bottom), float(step * top), start, end)


def logarithmic(low: float, high: float, start: float, end: float) -> Scale:
    """A logarithmic scale: whole decades, or near values with some room around them."""
    if high / low > 30:
        bottom, top = math.floor(math.log10(low)), math.ceil(math.log10(high))
        return Scale(10.0**bottom, 10.0**top, start, end, True)
    room = max(1.02, (high / low) ** 0.05)
    return Scale(low / room, high * room, start, end, True)
