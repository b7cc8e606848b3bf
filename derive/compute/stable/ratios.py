"""Formulas read as quotients of exponentials of one argument: exact polynomials in e^u."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from derive.compute.stable.polynomials import ONE as ONE_POLYNOMIAL
from derive.compute.stable.polynomials import Polynomial, add, times
from derive.expression.constructors import product
from derive.expression.functions import COSH, EXP, LN, SIGMOID, SINH, TANH, Function
from derive.expression.nodes import (
    Apply,
    Constant,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)

MOST_TERMS = 16  # of a polynomial; a longer one is left as it is typed
_MOST_POWER = 8


@dataclass(frozen=True, slots=True)
class Ratio:
    """top/bottom in e^u: polynomials whose exponents may be any fractions."""

    top: Polynomial
    bottom: Polynomial


class _Unlike(Exception):
    """Not a quotient of exponentials of one argument, or too long."""


def ratio_of(formula: Expression) -> tuple[Ratio, Expression] | None:
    """The formula as a quotient in e^argument; None where it is another kind of formula, or has
    no exponential at all."""
    reader = _Reader()
    try:
        ratio = reader.read(formula)
    except _Unlike:
        return None
    return None if reader.argument is None else (ratio, reader.argument)


def is_number(formula: Expression) -> bool:
    """Whether the formula is a rational number, which goes with every quotient."""
    number = formula.operand if isinstance(formula, Negative) else formula
    return isinstance(number, Number)


class _Reader:
    """Reads a formula bottom-up; all exponents in it are multiples of one argument."""

    def __init__(self) -> None:
        self.argument: Expression | None = None

    def read(self, e: Expression) -> Ratio:
        if isinstance(e, Number):
            return Ratio({Fraction(0): e.value} if e.value else {}, ONE_POLYNOMIAL)
        if isinstance(e, Negative):
            return _product(
                Ratio({Fraction(0): Fraction(-1)}, ONE_POLYNOMIAL), self.read(e.operand)
            )
        if isinstance(e, Sum):
            first, *others = map(self.read, e.terms)
            for other in others:
                first = _sum(first, other)
            return first
        if isinstance(e, Product):
            first, *others = map(self.read, e.factors)
            for other in others:
                first = _product(first, other)
            return first
        if isinstance(e, Quotient):
            return _product(self.read(e.numerator), _inverse(self.read(e.denominator)))
        if isinstance(e, Power):
            return self.power(e)
        if isinstance(e, Apply) and e.function in _EXPONENTIAL:
            top, bottom = _EXPONENTIAL[e.function]
            a = self.multiple(e.arguments[0])
            return Ratio({k * a: c for k, c in top.items()}, {k * a: c for k, c in bottom.items()})
        raise _Unlike

    def power(self, e: Power) -> Ratio:
        if e.base == Constant("e"):
            return Ratio({self.multiple(e.exponent): Fraction(1)}, ONE_POLYNOMIAL)
        if isinstance(e.base, Number) and e.base.value > 0 and not isinstance(e.exponent, Number):
            growth = product(e.exponent, LN(e.base))  # 2ˣ = e^(x·ln 2)
            return Ratio({self.multiple(growth): Fraction(1)}, ONE_POLYNOMIAL)
        n = e.exponent
        if not isinstance(n, Number) or n.value.denominator != 1 or abs(n.value) > _MOST_POWER:
            raise _Unlike
        base = self.read(e.base)
        base = base if n.value >= 0 else _inverse(base)
        result = Ratio(ONE_POLYNOMIAL, ONE_POLYNOMIAL)
        for _ in range(abs(n.value.numerator)):
            result = _product(result, base)
        return result

    def multiple(self, exponent: Expression) -> Fraction:
        """How many times the argument an exponent is."""
        factor, argument = _factored(exponent)
        if not factor:
            raise _Unlike
        if self.argument is None:
            self.argument = argument
        if self.argument != argument:
            raise _Unlike
        return factor


_UNIT = {Fraction(1): Fraction(1), Fraction(0): Fraction(1)}
_EXPONENTIAL: dict[Function, tuple[Polynomial, Polynomial]] = {
    EXP: ({Fraction(1): Fraction(1)}, ONE_POLYNOMIAL),
    SIGMOID: ({Fraction(1): Fraction(1)}, _UNIT),
    TANH: (
        {Fraction(1): Fraction(1), Fraction(-1): Fraction(-1)},
        {Fraction(1): Fraction(1), Fraction(-1): Fraction(1)},
    ),
    SINH: ({Fraction(1): Fraction(1, 2), Fraction(-1): Fraction(-1, 2)}, ONE_POLYNOMIAL),
    COSH: ({Fraction(1): Fraction(1, 2), Fraction(-1): Fraction(1, 2)}, ONE_POLYNOMIAL),
}


def _factored(e: Expression) -> tuple[Fraction, Expression]:
    """−2·x/3 → (−2/3, x)"""
    if isinstance(e, Negative):
        factor, rest = _factored(e.operand)
        return -factor, rest
    if isinstance(e, Quotient) and isinstance(e.denominator, Number):
        factor, rest = _factored(e.numerator)
        return factor / e.denominator.value, rest
    if isinstance(e, Product):
        numbers = [f.value for f in e.factors if isinstance(f, Number)]
        others = [f for f in e.factors if not isinstance(f, Number)]
        factor = Fraction(1)
        for number in numbers:
            factor *= number
        if len(others) == 1:
            inner, rest = _factored(others[0])
            return factor * inner, rest
        return factor, product(*others)
    if isinstance(e, Number):
        raise _Unlike
    return Fraction(1), e


def _sum(a: Ratio, b: Ratio) -> Ratio:
    if a.bottom == b.bottom:
        return _short(Ratio(add(a.top, b.top), a.bottom))
    top = add(times(a.top, b.bottom), times(b.top, a.bottom))
    return _short(Ratio(top, times(a.bottom, b.bottom)))


def _product(a: Ratio, b: Ratio) -> Ratio:
    return _short(Ratio(times(a.top, b.top), times(a.bottom, b.bottom)))


def _inverse(a: Ratio) -> Ratio:
    if not a.top:
        raise _Unlike
    return Ratio(a.bottom, a.top)


def _short(a: Ratio) -> Ratio:
    if max(len(a.top), len(a.bottom)) > MOST_TERMS:
        raise _Unlike
    return a
