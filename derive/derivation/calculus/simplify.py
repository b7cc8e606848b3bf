"""Gathering up what a stepwise derivative leaves: one fraction, one power, one multiple.

One pass from the leaves to the root, so it ends. Nothing is multiplied out and no order is
changed but that like things come together where the first of them stands.

    t·(1/y) → t/y      3·x²/3 → x²      x·eˣ·2·x → 2·x²·eˣ      1 − x − x → 1 − 2·x
    (1/(2·√u))·2·x → x/√u               (x + 1) − (x − 1) → 2   x·sign(x) → |x|
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from derive.derivation.calculus.tidy import tidy
from derive.expression.constructors import ONE, product, total
from derive.expression.functions import ABS, EXP, SIGN
from derive.expression.nodes import (
    Apply,
    Comparison,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)

_DIGITS = 12  # up to so many, typed decimals are multiplied out: 3·0.044715 → 0.134145


def simplify(expression: Expression) -> Expression:
    """The expression with like factors and like terms gathered."""
    return tidy(_gathered(expression))


def _gathered(e: Expression) -> Expression:
    children = e.children
    if not children or isinstance(e, Comparison):  # conditions stay as their author has them
        return e
    new = tuple(_gathered(child) for child in children)
    if any(a is not b for a, b in zip(new, children, strict=True)):
        e = e.with_children(new)
    if isinstance(e, (Product, Quotient)):
        return _fraction(e)
    return _sum(e) if isinstance(e, Sum) else e


@dataclass(slots=True)
class _Factors:
    """A product as top/bottom · decimals · ∏ baseⁿ.

    merged    whether anything has met its like, so that it is worth writing anew
    """

    top: Fraction = Fraction(1)
    bottom: Fraction = Fraction(1)
    decimals: Fraction | None = None
    powers: list[tuple[Expression, Fraction]] = field(default_factory=list)
    merged: bool = False

    def take(self, e: Expression, power: Fraction = Fraction(1)) -> None:
        """Multiply by eⁿ."""
        if isinstance(e, Negative):
            self.top *= -1
            self.take(e.operand, power)
        elif isinstance(e, Product):
            for factor in e.factors:
                self.take(factor, power)
        elif isinstance(e, Quotient):
            self.merged = True
            self.take(e.numerator, power)
            self.take(e.denominator, -power)
        elif isinstance(e, Number) and e.value and abs(power) == 1:
            self._number(e, power)
        elif isinstance(e, Power) and _whole(e.exponent):
            self._base(e.base, power * _value(e.exponent))
        else:
            self._base(e, power)

    def _number(self, e: Number, power: Fraction) -> None:
        if e.text and power == 1:
            value = e.value * (1 if self.decimals is None else self.decimals)
            if as_decimal(value * self.top) is None:
                self._base(e, power)
                return
            self.merged = self.merged or self.decimals is not None
            self.decimals = value
        elif e.text:
            self._base(e, power)
        elif power == 1:
            self.top *= e.value
        else:
            self.bottom *= e.value

    def _base(self, base: Expression, power: Fraction) -> None:
        for position, (known, before) in enumerate(self.powers):
            # eˣ·eˣ stays as it is: e^z·S − e^z·e^z is how the derivative of softmax is read.
            if known == base and not (isinstance(base, Apply) and base.function is EXP):
                self.powers[position] = known, before + power
                self.merged = True
                return
        self.powers.append((base, power))

    def absorb_signs(self) -> None:
        """u·sign(u) → |u|."""
        for position, (base, power) in enumerate(self.powers):
            if isinstance(base, Apply) and base.function is SIGN and power == 1:
                (u,) = base.arguments
                for other, (known, count) in enumerate(self.powers):
                    if known == u and count >= 1:
                        self.powers[other] = known, count - 1
                        self.powers[position] = ABS(u), power
                        self.merged = True

    def written(self) -> Expression:
        """The product anew, as one fraction where something is below the line."""
        above = [_power(base, n) for base, n in self.powers if n > 0]
        below = [_power(base, -n) for base, n in self.powers if n < 0]
        number = self.top / self.bottom
        first: list[Expression] = []
        if self.decimals is not None:
            decimal = as_decimal(self.decimals * number)
            if decimal is None:
                first = [as_decimal(self.decimals) or Number(self.decimals)]
            else:
                first, number = ([] if decimal.value == 1 else [decimal]), Fraction(1)
        if below or self.bottom != 1:
            if abs(number.denominator) != 1:
                below.insert(0, Number(Fraction(number.denominator)))
            number = Fraction(number.numerator)
        if number != 1:
            first.insert(0, Number(number))
        numerator = product(*first, *above)
        return Quotient(numerator, product(*below)) if below else numerator


def _fraction(e: Product | Quotient) -> Expression:
    factors = _Factors()
    if isinstance(e, Quotient):
        factors.take(e.numerator)
        factors.take(e.denominator, Fraction(-1))
        common = (factors.top / factors.bottom).denominator != abs(factors.bottom)
        factors.merged = factors.merged or (factors.bottom != 1 and common)
    else:
        factors.take(e)
        several = factors.decimals is not None and factors.top not in (1, -1)
        factors.merged = factors.merged or several
    factors.absorb_signs()
    return factors.written() if factors.merged else e


def _power(base: Expression, exponent: Fraction) -> Expression:
    return base if exponent == 1 else Power(base, Number(exponent))


def _whole(exponent: Expression) -> bool:
    return isinstance(exponent, Number) and not exponent.text and exponent.value.denominator == 1


def _value(exponent: Expression) -> Fraction:
    return exponent.value if isinstance(exponent, Number) else Fraction(1)


def as_decimal(value: Fraction) -> Number | None:
    """The number as a short decimal, if it is one."""
    places = next((p for p in range(_DIGITS + 1) if 10**p % value.denominator == 0), None)
    if places is None or len(str(abs(value.numerator))) > _DIGITS:
        return None
    if places == 0:
        return Number(value)
    digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
    return Number(value, f"{'-' * (value < 0)}{digits[:-places]}.{digits[-places:]}")


def _sum(e: Sum) -> Expression:
    """Like terms as one multiple, where there are any."""
    multiples: dict[Expression, Fraction] = {}
    terms = _terms(e, Fraction(1))
    for multiple, core in terms:
        multiples[core] = multiples.get(core, Fraction(0)) + multiple
    if len(multiples) == len(terms):
        return e
    return total(*(_multiple(n, core) for core, n in multiples.items() if n))


def _terms(e: Expression, sign: Fraction) -> list[tuple[Fraction, Expression]]:
    if isinstance(e, Sum):
        return [part for term in e.terms for part in _terms(term, sign)]
    if isinstance(e, Negative):
        return _terms(e.operand, -sign)
    if isinstance(e, Number) and not e.text:
        return [(sign * e.value, ONE)]
    if isinstance(e, Product) and isinstance(e.factors[0], Number) and not e.factors[0].text:
        return [(sign * e.factors[0].value, product(*e.factors[1:]))]
    return [(sign, e)]


def _multiple(number: Fraction, core: Expression) -> Expression:
    if core == ONE:
        return Number(number)
    size = core if abs(number) == 1 else product(Number(abs(number)), core)
    return Negative(size) if number < 0 else size
