"""Numbers that may lie anywhere between two bounds, and the functions of a textbook on them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Span:
    """low ≤ x ≤ high; what is worked out from spans holds every value that can come out."""

    low: float
    high: float

    def __add__(self, other: Any) -> Span:
        b = span(other)
        return Span(self.low + b.low, self.high + b.high)

    def __neg__(self) -> Span:
        return Span(-self.high, -self.low)

    def __sub__(self, other: Any) -> Span:
        return self + -span(other)

    def __rsub__(self, other: Any) -> Span:
        return span(other) - self

    def __mul__(self, other: Any) -> Span:
        b = span(other)
        ends = [x * y for x in (self.low, self.high) for y in (b.low, b.high)]
        return Span(min(ends), max(ends))

    def __truediv__(self, other: Any) -> Span:
        b = span(other)
        assert b.low > 0 or b.high < 0, "a division by what may be 0"
        return self * Span(1 / b.high, 1 / b.low)

    def __rtruediv__(self, other: Any) -> Span:
        return span(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def wider(self, by: float) -> Span:
        return Span(self.low - by, self.high + by)

    def __contains__(self, x: float) -> bool:
        return self.low <= x <= self.high


def span(x: Any) -> Span:
    return x if isinstance(x, Span) else Span(float(x), float(x))


def _growing(f: Callable[[float], float]) -> Callable[[Any], Any]:
    """A function that grows, on spans too."""
    return lambda x: Span(f(x.low), f(x.high)) if isinstance(x, Span) else f(x)


exp, log, tanh = map(_growing, (math.exp, math.log, math.tanh))
relu = _growing(lambda x: max(x, 0.0))
positive = _growing(lambda x: float(x > 0))
