"""Exact arithmetic: fractions in, a fraction out, or the news that there is none."""

from __future__ import annotations

from fractions import Fraction
from typing import Any


class Irrational(ArithmeticError):
    """A value that no fraction is, such as sin(1)."""


class Rational:
    """The arithmetic of fractions, for ``derive.expression.evaluate``."""

    def number(self, value: Fraction) -> Fraction:
        return value

    def constant(self, name: str) -> Fraction:
        raise Irrational(name)

    def power(self, base: Fraction, exponent: Fraction) -> Fraction:
        if exponent.denominator != 1 or abs(exponent.numerator) > 4_096:
            raise Irrational("power")
        return Fraction(base) ** exponent.numerator

    def elementary(self, name: str, arguments: tuple[Any, ...]) -> Fraction:
        x = arguments[0]
        if name == "abs":
            return Fraction(abs(x))
        if name in ("max", "min"):
            return Fraction(max(arguments) if name == "max" else min(arguments))
        if name == "sign":
            return Fraction((x > 0) - (x < 0))
        if (name, x) in _KNOWN:
            return _KNOWN[name, x]
        raise Irrational(name)

    def compare(self, left: Fraction, right: Fraction) -> int:
        return (left > right) - (left < right)


_KNOWN: dict[tuple[str, Fraction], Fraction] = {
    **{(name, Fraction(0)): Fraction(0) for name in ("sin", "sinh", "tanh", "atan", "erf", "sqrt")},
    **{(name, Fraction(0)): Fraction(1) for name in ("exp", "cos", "cosh")},
    ("ln", Fraction(1)): Fraction(0),
    ("sqrt", Fraction(1)): Fraction(1),
}
