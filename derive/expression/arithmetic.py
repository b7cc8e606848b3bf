"""Numbers of many digits, for everything that must be exact to the last printed one.

Everything is generic over an *arithmetic*; ``HIGH`` works with 60 digits (mpmath).
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any, Protocol

from mpmath.ctx_mp import MPContext  # type: ignore[import-untyped]
from mpmath.libmp import from_pickable, to_pickable  # type: ignore[import-untyped]

DIGITS = 60  # decimal digits of HIGH
_MOST_KNOWN = 10_000  # numbers kept: formulas and files use few, over and over


class Arithmetic(Protocol):
    """The operations an evaluation needs beyond + − × ÷; ``compare`` is −1, 0 or 1."""

    def number(self, value: Fraction) -> Any: ...
    def constant(self, name: str) -> Any: ...
    def power(self, base: Any, exponent: Any) -> Any: ...
    def elementary(self, name: str, arguments: tuple[Any, ...]) -> Any: ...
    def compare(self, left: Any, right: Any) -> int: ...


class HighPrecision:
    """Sixty decimal digits or more, by mpmath; exponents are unbounded, so nothing overflows."""

    def __init__(self, digits: int = DIGITS) -> None:
        self.digits = digits
        self.context = MPContext()
        self.context.dps = digits
        context = self.context
        # Its numbers have a type of their own, which no copy could find by its name.
        copyreg.pickle(context.mpf, lambda x: (_number, (digits, to_pickable(x._mpf_))))
        self._numbers: dict[tuple[int, int], Any] = {}
        self._functions: dict[str, Callable[..., Any]] = {
            "exp": context.exp, "ln": context.log, "sqrt": context.sqrt,
            "sin": context.sin, "cos": context.cos, "sinh": context.sinh,
            "cosh": context.cosh, "tanh": context.tanh, "atan": context.atan,
            "erf": context.erf, "abs": abs, "max": max, "min": min,
            "sign": lambda x: context.mpf(self.compare(x, 0)),
        }  # fmt: skip

    def __reduce__(self) -> tuple[Any, ...]:
        return high_precision, (self.digits,)

    def number(self, value: Fraction) -> Any:
        ratio = value.as_integer_ratio()
        known = self._numbers.get(ratio)
        if known is None:
            if len(self._numbers) > _MOST_KNOWN:
                self._numbers.clear()
            known = self._numbers[ratio] = self.context.mpf(ratio[0]) / ratio[1]
        return known

    def constant(self, name: str) -> Any:
        return +getattr(self.context, name)

    def power(self, base: Any, exponent: Any) -> Any:
        if self.context.mag(exponent) > 64:
            raise ArithmeticError("an exponent beyond 2^64")
        if exponent == int(exponent):
            return base ** int(exponent)
        if base < 0:
            raise ArithmeticError("a negative number to a fractional power")
        if base == 0 and exponent < 0:
            raise ArithmeticError("a negative power of 0")
        return self.context.power(base, exponent)

    def elementary(self, name: str, arguments: tuple[Any, ...]) -> Any:
        if (name == "ln" and arguments[0] <= 0) or (name == "sqrt" and arguments[0] < 0):
            raise ArithmeticError(f"{name} of {self.context.nstr(arguments[0], 6)}")
        if name in _GROWING and self.context.mag(arguments[0]) > _LARGEST:
            raise ArithmeticError(f"{name} of a number beyond 2^{_LARGEST}")
        return self._functions[name](*arguments)

    def compare(self, left: Any, right: Any) -> int:
        return int(left > right) - int(left < right)


# exp(exp(exp(20))) is short to type, and its exponent alone has half a gigabit.
_GROWING = frozenset({"exp", "sin", "cos", "sinh", "cosh", "tanh", "erf"})
_LARGEST = 4_096


@cache
def high_precision(digits: int = DIGITS) -> HighPrecision:
    """The arithmetic of so many digits: one each, so that their numbers are of one type."""
    return HighPrecision(digits)


def _number(digits: int, number: Any) -> Any:
    """The copy of a number, in the arithmetic that it belongs to."""
    return high_precision(digits).context.make_mpf(from_pickable(number))


HIGH = high_precision()
