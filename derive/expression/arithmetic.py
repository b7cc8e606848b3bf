"""Numbers of many digits, for everything that must be exact to the last printed one.

Everything is generic over an *arithmetic*; ``HIGH`` works with 60 digits (mpmath), whose exponents
have no bound. What digits are lost by is differences: 1 − σ(800) is 10⁻³⁴⁷, and 0 to sixty digits.
So an arithmetic of D digits *reaches* from 10⁻ᴹ to 10ᴹ, M = (D − 40)/3. As long as all numbers
are within its reach, a difference of two of them, down to 10⁻²ᴹ, still has more than thirty digits
that are right, and one that is 0 comes out below 10⁻⁽²ᴹ⁺⁴⁰⁾: the two cannot be mistaken.
``within_reach`` finds the digits that a calculation needs.
"""

from __future__ import annotations

import copyreg
import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any, Protocol, TypeVar

from mpmath.ctx_mp import MPContext  # type: ignore[import-untyped]
from mpmath.libmp import from_pickable, to_pickable  # type: ignore[import-untyped]

from derive.expression import error_function

DIGITS = 60  # decimal digits of HIGH
MOST_DIGITS = 500 * DIGITS  # as far as σ(22,900) needs: beyond, a page would take minutes
_DEAR = 9 * DIGITS  # digits past which erf is our own, and fewer values are kept
_FEW = 256
_SPARE = 40
_AMPLE = 1.2  # of what is seen first: others are often a little larger
_DECADE = math.log(10)
_BIT = math.log10(2)
_MOST_KNOWN = 10_000  # numbers kept, and values of each function: few are used, over and over


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
        if digits > _DEAR:
            self._functions["erf"] = error_function.erf
        most = _FEW if digits > _DEAR else _MOST_KNOWN
        for name in _DEAR_TO_FIND:
            self._functions[name] = _remembered(self._functions[name], most)

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
            raise ArithmeticError(f"{name} of {_brief(arguments[0])}")
        if name in _GROWING and self.context.mag(arguments[0]) > _LARGEST:
            raise ArithmeticError(f"{name} of a number beyond 2^{_LARGEST}")
        return self._functions[name](*arguments)

    def compare(self, left: Any, right: Any) -> int:
        return int(left > right) - int(left < right)


# The same e^(−h1) stands in many lines of a page.
_DEAR_TO_FIND = (
    "exp", "ln", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "atan", "erf",
)  # fmt: skip


def _remembered(function: Callable[[Any], Any], most: int) -> Callable[[Any], Any]:
    """A function of one number that keeps the values it has found."""
    known: dict[Any, Any] = {}

    def remembered(x: Any) -> Any:
        value = known.get(x._mpf_)  # to hash the number itself takes longer
        if value is None:
            if len(known) >= most:
                known.clear()
            value = known[x._mpf_] = function(x)
        return value

    return remembered


# exp(exp(exp(20))) is short to type, and its exponent alone has half a gigabit.
_GROWING = frozenset({"exp", "sin", "cos", "sinh", "cosh", "tanh", "erf"})
_LARGEST = 4_096


@cache
def high_precision(digits: int = DIGITS) -> HighPrecision:
    """The arithmetic of so many digits: one each, so that their numbers are of one type."""
    return HighPrecision(digits)


def reach(digits: int) -> int:
    """M: numbers from 10⁻ᴹ to 10ᴹ are told apart by an arithmetic of so many digits."""
    return (digits - _SPARE) // 3


class OutOfReach(ArithmeticError):
    """A number of the size of 10^power, or 10^−power, which some arithmetic does not reach."""

    def __init__(self, what: str, power: float) -> None:
        super().__init__(f"{what} is beyond 10^±{reach(MOST_DIGITS)}")
        self.power = power


class Bounded:
    """An arithmetic that raises OutOfReach where functions lead out of its reach."""

    def __init__(self, inner: HighPrecision) -> None:
        self.inner = inner
        self.number = inner.number
        self.constant = inner.constant
        self.compare = inner.compare

    def power(self, base: Any, exponent: Any) -> Any:
        value = self.inner.power(base, exponent)
        self.check(value)
        return value

    def elementary(self, name: str, arguments: tuple[Any, ...]) -> Any:
        if name in _EXPONENT:
            x = arguments[0]
            self._within(lambda: f"{name} of {_brief(x)}", _EXPONENT[name](x) / _DECADE)
        return self.inner.elementary(name, arguments)

    def check(self, value: Any) -> None:
        """Raise OutOfReach for a value, not 0, that is too large or too small."""
        if value:
            power = self.inner.context.mag(value) * _BIT
            self._within(lambda: f"10^{power:.0f}", power)

    def _within(self, what: Callable[[], str], power: Any) -> None:
        if abs(power) > reach(self.inner.digits):
            raise OutOfReach(what(), abs(float(power)))


# e^(this) is how large or small functions become, or what they have left to their bounds:
# 1 − tanh x is about 2·e^(−2x).
_EXPONENT: dict[str, Callable[[Any], Any]] = {
    "exp": lambda x: x, "sinh": lambda x: x, "cosh": lambda x: x,
    "tanh": lambda x: 2 * x, "erf": lambda x: x * x,
}  # fmt: skip

T = TypeVar("T")


def within_reach(work: Callable[[HighPrecision, Bounded], T]) -> T:
    """What ``work`` comes to, in sixty digits or as many more as it takes to stay in reach.

    Raises OutOfReach where even ``MOST_DIGITS`` are not enough.
    """
    digits = DIGITS
    while True:
        arithmetic = high_precision(digits)
        try:
            return work(arithmetic, Bounded(arithmetic))
        except OutOfReach as error:
            if error.power > reach(MOST_DIGITS):
                raise
            needed = 3 * _AMPLE * error.power + _SPARE
            digits = min(MOST_DIGITS, DIGITS * math.ceil(needed / DIGITS))


def _brief(value: Any) -> str:
    """A number in a message. It is rounded first: mpmath writes out all the digits it is given,
    and Python no integers beyond 4,300."""
    text: str = HIGH.context.nstr(+HIGH.context.mpf(value), 6)
    return text.removesuffix(".0")


def _number(digits: int, number: Any) -> Any:
    """The copy of a number, in the arithmetic that it belongs to."""
    return high_precision(digits).context.make_mpf(from_pickable(number))


HIGH = high_precision()
