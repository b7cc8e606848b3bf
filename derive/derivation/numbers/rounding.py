"""How numbers are displayed: rounded half away from zero, to a stated number of decimals.

A value below 0.01 keeps three significant digits, so that a gradient of 0.000188256 does not
become 0.00019. One of 10⁻¹⁰ or 10⁹ is shown as 1.23·10⁻¹⁰ or 1.23457·10⁹. A value that is not
changed by rounding is exact and shown without trailing zeros; one that is, is shown with all its
digits, and the relation before it is ``≈``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from derive.expression.arithmetic import HIGH, Arithmetic, high_precision, reach
from derive.expression.nodes import Number
from derive.graph import FormulaGraph
from derive.network.description import Network

_BIT = math.log10(2)

SIGNIFICANT = 3  # digits a small value keeps
SMALL = -2  # the power of ten of 0.01
_SMALLEST = 9  # decimals past which a value is shown as 1.23e-12
_LARGEST = 9  # digits before the point past which it is shown as 1.23457e12


@dataclass(frozen=True, slots=True)
class Rounding:
    """digits: decimals shown; update: decimals of updated parameters; carried: go on with them.

    parts  inner parts of a formula are displayed, and so rounded, before its value; without
           them a formula is worked out in one go, as on a pocket calculator
    """

    digits: int = 5
    update: int | None = None
    carried: bool = False
    parts: bool = True

    @property
    def update_digits(self) -> int:
        """Decimals of updated parameters."""
        return self.digits if self.update is None else self.update


def rounding_of(source: Network | FormulaGraph) -> Rounding:
    """How a network wants its numbers displayed; those of formulas are displayed as usual."""
    if isinstance(source, FormulaGraph):
        return Rounding()
    return Rounding(source.digits, source.update_digits, source.rounding == "carried")


@dataclass(frozen=True, slots=True)
class Displayed:
    """A value, the number displayed for it, and whether nothing was lost."""

    value: Any
    number: Number
    exact: bool


def typed(number: Number, arithmetic: Arithmetic) -> Displayed:
    """A number as someone typed it: nothing is rounded."""
    return Displayed(arithmetic.number(number.value), number, True)


def rounded(value: Any, digits: int) -> Displayed:
    """A computed value as it is displayed with so many decimals."""
    number = display(settled(value), digits)
    exact = equal(value, high_precision(value.context.dps).number(number.value))
    if exact:
        number = Number(number.value, _stripped(number.text))
    return Displayed(value, number, exact)


def settled(value: Any) -> Fraction:
    """A computed value without the noise of computing it: 0.3 for 0.3 + 10⁻⁵⁸, 0 for 10⁻⁵⁸."""
    one = 10 ** _sure(value)
    return Fraction(int(value.context.nint(value * one)), one)


def is_zero(value: Any) -> bool:
    """Whether a computed value is 0, or as close to it as rounding alone may bring it."""
    return bool(2 * abs(value) < _unit(_sure(value)))


def equal(a: Any, b: Any) -> bool:
    """Whether two computed values are the same number: all that is within reach is told apart."""
    gap = abs(a - b)
    return not gap or bool(gap <= _unit(min(_sure(a), _sure(b)) + 4))


@cache
def _unit(decimals: int) -> Any:
    """A unit of the last of so many decimals."""
    return HIGH.number(Fraction(1, 10**decimals))


def _sure(value: Any) -> int:
    """How many decimals of a computed value are right; see ``derive.expression.arithmetic``."""
    known = _SURE.get(type(value))  # the numbers of each arithmetic are of one type
    if known is None:
        digits: int = value.context.dps
        known = _SURE[type(value)] = digits - reach(digits) - 9
    return known


_SURE: dict[type, int] = {}


def display(value: Fraction, digits: int) -> Number:
    """The value rounded half away from zero.

    e.g. (0.750260…, 5) → 0.75026; (0.000188256, 5) → 0.000188; (1.23456e-12, 5) → 1.23e-12
    """
    if value == 0:
        return Number(Fraction(0), "0")
    power = exponent(value)
    places = digits if power >= SMALL else max(digits, SIGNIFICANT - 1 - power)
    if places > max(digits, _SMALLEST):
        return _scientific(value, SIGNIFICANT - 1)
    if power >= _LARGEST:
        return _scientific(value, max(digits, SIGNIFICANT - 1))
    units = _units(value, places)
    return Number(Fraction(units, 10**places), _decimal(units, places))


def exponent(value: Fraction) -> int:
    """The power of ten of the first significant digit: 0.0123 → −2."""
    above, below = abs(value.numerator), value.denominator
    guess = int((above.bit_length() - below.bit_length()) * _BIT)
    while not _reaches(above, below, guess):
        guess -= 1
    while _reaches(above, below, guess + 1):
        guess += 1
    return guess


def _reaches(above: int, below: int, power: int) -> bool:
    """Whether above/below is 10^power or more."""
    return bool(above * 10**-power >= below if power < 0 else above >= below * 10**power)


def half_unit(number: Number) -> Fraction:
    """Half a unit of the last displayed digit: how far the exact value may be away."""
    mantissa, _, power = number.text.partition("e")
    _, _, decimals = mantissa.partition(".")
    return Fraction(1, 2) * Fraction(10) ** (int(power or 0) - len(decimals))


def _units(value: Fraction, places: int) -> int:
    """The value in units of the last of so many decimals, rounded half away from zero."""
    above, below = abs(value.numerator), value.denominator
    if places >= 0:
        above *= 10**places
    else:
        below *= 10**-places
    half_up = (2 * above + below) // (2 * below)
    return -half_up if value.numerator < 0 else half_up


def _decimal(units: int, places: int) -> str:
    digits = str(abs(units)).rjust(places + 1, "0")
    sign = "-" if units < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _stripped(text: str) -> str:
    mantissa, e, power = text.partition("e")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + e + power


def _scientific(value: Fraction, places: int) -> Number:
    power = exponent(value)
    units = _units(value, places - power)
    if len(str(abs(units))) > places + 1:  # 9.996e-12 rounds up to 1.00e-11
        units, power = units // 10, power + 1
    return Number(units * Fraction(10) ** (power - places), f"{_decimal(units, places)}e{power}")
