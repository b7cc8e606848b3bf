"""Quotients of exponentials, however they are spelled, so that nothing overflows or cancels.

    (e²ᵘ − 1)/(e²ᵘ + 1),   1 − 2/(e²ᵘ + 1),   2·σ(2u) − 1   ⇒   tanh(u)

Whatever +, −, ×, ÷ and whole powers make of e^(a·u) with rational a is a quotient of polynomials
in E = e^(g·u), worked out exactly:

    c·(E − 1)ᵏ·Eˢ·M(E)/D(E),   M(1) ≠ 0, D(1) ≠ 0, no common factor

Its value is computed from e = e^(−g·|u|) ≤ 1 and w = e − 1 = expm1(−g·|u|), above 0 with the
polynomials turned round; so is its derivative, which is of the same kind. Two of these have
names that losses know: σ and tanh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from derive.compute.programs.functions import EXPM1
from derive.compute.stable.polynomials import (
    Polynomial,
    add,
    divided,
    greatest_divisor,
    slope,
    times,
)
from derive.compute.stable.ratios import MOST_TERMS, Ratio, is_number, ratio_of
from derive.expression.constructors import ONE, ZERO, product, total
from derive.expression.functions import (
    ABS,
    EXP,
    SIGMOID,
    TANH,
    Function,
    X,
)
from derive.expression.nodes import (
    Apply,
    Cases,
    Comparison,
    Expression,
    Negative,
    Number,
    Product,
    Quotient,
    Sum,
)
from derive.expression.rewriting import rewrite, substitute

_MOST_SPAN = 4 * MOST_TERMS  # between the lowest and the highest power of E


def recognised(formula: Expression) -> Expression:
    """The formula with its largest quotients of exponentials replaced by functions of their
    argument, which have stable derivatives. ``written_out`` turns those into formulas."""
    replacement = _function_of(formula)
    if replacement is None and isinstance(formula, Sum):
        replacement = _together(formula.terms, total)
    elif replacement is None and isinstance(formula, (Product, Quotient)):
        replacement = _factors_together(formula)
    if replacement is not None:
        return replacement
    children = tuple(map(recognised, formula.children))
    return formula.with_children(children) if children else formula


def _together(parts: Sequence[Expression], combine: Callable[..., Expression]) -> Expression | None:
    """Those parts as one that are a quotient together: x + 1 − 2/(e²ˣ + 1) ⇒ x + tanh(x)."""
    alike = [p for p in parts if is_number(p) or ratio_of(p) is not None]
    if len(alike) == len(parts):
        return None
    together = _function_of(combine(*alike)) or _less_one(combine(*alike))
    if together is None:
        return None
    return combine(*(recognised(p) for p in parts if p not in alike), together)


def _less_one(formula: Expression) -> Expression | None:
    """eᵘ − 1, which among other terms is not seen as such."""
    (first, second) = formula.children if len(formula.children) == 2 else (ZERO, ZERO)
    if (
        isinstance(first, Apply)
        and first.function == EXP
        and second in (Number(Fraction(-1)), Negative(ONE))
    ):
        return Apply(EXPM1, first.arguments)
    return None


def _factors_together(formula: Product | Quotient) -> Expression | None:
    """x·eˣ/(1 + eˣ) ⇒ x·σ(x)"""
    above, below = _factors(formula)
    top, bottom = ([f for f in side if ratio_of(f) is not None] for side in (above, below))
    together = _function_of(_over(top, bottom))
    if together is None:
        return None
    above = [recognised(f) for f in above if f not in top]
    return _over([*above, together], [recognised(f) for f in below if f not in bottom])


def _factors(e: Expression) -> tuple[list[Expression], list[Expression]]:
    """What stands above and below the bar of a product or quotient."""
    if isinstance(e, Product):
        sides = [_factors(f) for f in e.factors]
        return [f for above, _ in sides for f in above], [f for _, below in sides for f in below]
    if isinstance(e, Quotient):
        above, below = _factors(e.numerator)
        under, over = _factors(e.denominator)
        return above + over, below + under
    return [e], []


def _over(above: Sequence[Expression], below: Sequence[Expression]) -> Expression:
    return Quotient(product(*above), product(*below)) if below else product(*above)


def written_out(formula: Expression) -> Expression:
    """The formula with what ``recognised`` put into it as it is to be computed."""

    def change(node: Expression) -> Expression:
        if isinstance(node, Apply) and node.function.name in _WRITTEN_OUT:
            definition = node.function.definition
            if definition is not None:
                return substitute(written_out(definition), {X: node.arguments[0]})
        return node

    return rewrite(formula, change)


def joined(formula: Expression) -> Expression:
    """eᵘ·a·eᵛ ⇒ e^(u + v)·a: of ∞·0 nothing is left."""

    def change(node: Expression) -> Expression:
        if not isinstance(node, Product):
            return node
        powers = [f for f in node.factors if isinstance(f, Apply) and f.function == EXP]
        if len(powers) < 2:
            return node
        others = (f for f in node.factors if f not in powers)
        return product(EXP(total(*(power.arguments[0] for power in powers))), *others)

    return rewrite(formula, change)


_MINUS_ONE = (Negative(ONE), Number(Fraction(-1)))
_VALUE, _SLOPE = "quotient of exponentials", "its derivative"
# |x| in a formula that is smooth at 0: its derivative there is that of the side the formula takes.
_SIZE = Function(
    "size", "", "", (X,), ABS(X), (Cases((ONE, Negative(ONE)), (Comparison(X, ">=", ZERO),)),)
)
_WRITTEN_OUT = (_VALUE, _SLOPE, f"{_SLOPE}_prime", _SIZE.name)


def _function_of(formula: Expression) -> Expression | None:
    """What stands for a quotient of exponentials; None for another formula, and for one that is
    right as it is typed."""
    quotient = ratio_of(formula)
    if quotient is None:
        return None
    typed, argument = quotient
    lowest = min(typed.bottom)  # taken out of both: (e²ᵘ − 1)/(e²ᵘ + 1) for (eᵘ − e⁻ᵘ)/(eᵘ + e⁻ᵘ)
    ratio = Ratio(*({k - lowest: c for k, c in p.items()} for p in (typed.top, typed.bottom)))
    grain = _grain((ratio.top, ratio.bottom))
    if any(max(p) - min(p) > grain * _MOST_SPAN for p in (ratio.top, ratio.bottom) if p):
        return None
    form = _reduced(ratio, grain)
    if form is None:
        return ZERO
    if form.is_plain:
        return _plain(form, grain, argument, formula)
    if form == _SIGMOID:
        return Apply(SIGMOID, (_times(grain, argument),))
    if form == _TANH:
        return Apply(TANH, (_times(grain / 2, argument),))
    slope_of_it = Function(_SLOPE, "", "", (X,), _formula(_slope(form), grain, grain))
    return Apply(
        Function(_VALUE, "", "", (X,), _formula(form, grain), (slope_of_it(X),)), (argument,)
    )


def _plain(
    form: _Form, grain: Fraction, argument: Expression, typed: Expression
) -> Expression | None:
    """A sum of exponentials without a quotient, where more of them were typed: e²ˣ/eˣ ⇒ eˣ."""
    if form.k:
        return None
    powers = {k + form.s: c for k, c in enumerate(form.top) if c}
    if sum(isinstance(n, Apply) for n in typed.walk()) <= sum(k != 0 for k in powers):
        return None
    return total(*(
        _times(c, EXP(_times(grain * k, argument))) if k else Number(c) for k, c in powers.items()
    ))  # fmt: skip


# -- the reduced form, and how it is computed -----------------------------------------------------


@dataclass(frozen=True)
class _Form:
    """(E − 1)ᵏ·Eˢ·top(E)/bottom(E), coefficients from E⁰ upwards."""

    k: int
    s: int
    top: tuple[Fraction, ...]
    bottom: tuple[Fraction, ...]

    @property
    def is_plain(self) -> bool:
        """Whether it is right as it stands: no quotient, and nothing but E − 1 that cancels."""
        one = len(self.bottom) == 1
        return one and (self.k == 0 or (self.k == 1 and self.s == 0 and len(self.top) == 1))


def _slope(form: _Form) -> _Form:
    """E·d/dE, in the same form."""
    minus_one = {Fraction(1): Fraction(1), Fraction(0): Fraction(-1)}
    top, bottom = _sparse(form.top, form.s), _sparse(form.bottom)
    for _ in range(abs(form.k)):
        if form.k > 0:
            top = times(top, minus_one)
        else:
            bottom = times(bottom, minus_one)
    change = add(times(slope(top), bottom), {k: -c for k, c in times(top, slope(bottom)).items()})
    slope_form = _reduced(Ratio(change, times(bottom, bottom)), Fraction(1))
    return slope_form if slope_form is not None else _Form(0, 0, (Fraction(0),), (Fraction(1),))


def _sparse(dense: tuple[Fraction, ...], shift: int = 0) -> Polynomial:
    return {Fraction(k + shift): c for k, c in enumerate(dense) if c}


def _grain(polynomials: Iterable[Polynomial]) -> Fraction:
    """The largest g of which every exponent is a multiple."""
    exponents = [k for polynomial in polynomials for k in polynomial if k]
    if not exponents:
        return Fraction(1)
    bottom = lcm(*(k.denominator for k in exponents))
    return Fraction(gcd(*(int(k * bottom) for k in exponents)), bottom)


def _reduced(ratio: Ratio, grain: Fraction) -> _Form | None:
    """The form without common factors; None for 0."""
    if not ratio.top:
        return None
    low_top, top = _dense(ratio.top, grain)
    low_bottom, bottom = _dense(ratio.bottom, grain)
    common = greatest_divisor(top, bottom)
    top, bottom = divided(top, common)[0], divided(bottom, common)[0]
    k = 0
    for sign in (1, -1):
        part = top if sign == 1 else bottom
        while len(part) > 1 and not sum(part):
            part, _ = divided(part, (Fraction(-1), Fraction(1)))
            k += sign
        top, bottom = (part, bottom) if sign == 1 else (top, part)
    unit = bottom[-1]
    return _Form(
        k, low_top - low_bottom, tuple(c / unit for c in top), tuple(c / unit for c in bottom)
    )


def _dense(polynomial: Polynomial, grain: Fraction) -> tuple[int, tuple[Fraction, ...]]:
    """The lowest power of E, and the coefficients from there upwards."""
    powers = {int(k / grain): c for k, c in polynomial.items()}
    low, high = min(powers), max(powers)
    return low, tuple(powers.get(k, Fraction(0)) for k in range(low, high + 1))


_SIGMOID = _Form(0, 1, (Fraction(1),), (Fraction(1), Fraction(1)))
_TANH = _Form(1, 0, (Fraction(1),), (Fraction(1), Fraction(1)))


def _formula(form: _Form, grain: Fraction, factor: Fraction = Fraction(1)) -> Expression:
    """factor times the form at E = e^(grain·x), from e = e^(−grain·|x|)."""
    size = _times(grain, _SIZE(X))
    e, w = EXP(Negative(size)), EXPM1(Negative(size))
    growth = form.k + form.s + len(form.top) - len(form.bottom)  # the power of E at +∞
    sign = Fraction(-1) if form.k % 2 else Fraction(1)
    left = _side(form.k, form.s, form.top, form.bottom, e, w, factor)
    right = _side(form.k, -growth, form.top[::-1], form.bottom[::-1], e, w, factor * sign)
    return Cases((right, left), (Comparison(X, ">=", ZERO),))


def _side(
    k: int, s: int, top: tuple[Fraction, ...], bottom: tuple[Fraction, ...],
    e: Expression, w: Expression, factor: Fraction,
) -> Expression:  # fmt: skip
    """factor·wᵏ·eˢ·top(e)/bottom(e) as it is computed."""
    above = [_polynomial(tuple(c * factor for c in top), e)]
    below = [_polynomial(bottom, e)]
    (above if k > 0 else below).extend([w] * abs(k))
    (above if s > 0 else below).extend([e] * abs(s))
    upper = product(*(p for p in above if p != ONE))
    lower = product(*(p for p in below if p != ONE))
    return upper if lower == ONE else Quotient(upper, lower)


def _polynomial(coefficients: tuple[Fraction, ...], e: Expression) -> Expression:
    """c0 + e·(c1 + e·(c2 + …))"""
    *others, last = coefficients
    result: Expression = Number(last)
    for c in reversed(others):
        inner = e if result == ONE else product(e, result)
        result = inner if not c else Sum((Number(c), inner))
    return result


def _times(factor: Fraction, e: Expression) -> Expression:
    return e if factor == 1 else product(Number(factor), e)
