"""Clearing up: the small simplifications a teacher does without a word.

``tidy`` applies a fixed list of rules once, from the leaves to the root, so it ends after one
pass over the tree. It never re-sorts, multiplies out or factors: the order of a formula is the
author's.

    0·u → 0      1·u → u       u + 0 → u       ½·2·u → u       −(−u) → u
    u/1 → u      u¹ → u        u⁰ → 1          (t − a)·(−1) → a − t
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from derive.expression.constructors import ONE, ZERO, product, total
from derive.expression.nodes import (
    Bracket,
    Cases,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from derive.expression.rewriting import rewrite


def tidy(expression: Expression) -> Expression:
    """The expression with needless zeros, ones and signs cleared away."""
    return rewrite(expression, _tidy_node)


def negative(expression: Expression) -> Expression:
    """−expression, without a double sign: t − a → a − t, −u → u, 3 → −3."""
    if isinstance(expression, Negative):
        return expression.operand
    if isinstance(expression, Number):
        return Number(-expression.value)
    if isinstance(expression, Sum) and len(expression.terms) == 2:
        first, second = expression.terms
        if isinstance(second, Negative):
            return Sum((second.operand, negative(first)))
    return Negative(expression)


def _tidy_node(e: Expression) -> Expression:
    rule = _RULES.get(type(e))
    return rule(e) if rule else e


def _tidy_negative(e: Negative) -> Expression:
    if isinstance(e.operand, Number):
        return Number(-e.operand.value)
    return e.operand.operand if isinstance(e.operand, Negative) else e


def _tidy_sum(e: Sum) -> Expression:
    terms: list[Expression] = []
    constant = Fraction(0)
    place = None
    for term in total(*e.terms).children if len(e.terms) > 1 else e.terms:
        if isinstance(term, Number) and not term.text:
            constant += term.value
            if place is None:
                place = len(terms)
        else:
            terms.append(term)
    if constant and place is not None:
        terms.insert(place, Number(constant))
    # 1 + (−u) is written 1 − u; a number that is negative is subtracted.
    for i, term in enumerate(terms):
        if i and isinstance(term, Number) and term.value < 0 and not term.text:
            terms[i] = Negative(Number(-term.value))
    return total(*terms)


def _tidy_product(e: Product) -> Expression:
    number = Fraction(1)
    factors: list[Expression] = []
    signs = 0
    waiting = list(reversed(e.factors))
    while waiting:
        factor = waiting.pop()
        if isinstance(factor, Negative):
            signs += 1
            waiting.append(factor.operand)
        elif isinstance(factor, Product):
            waiting.extend(reversed(factor.factors))
        elif isinstance(factor, Number) and not factor.text:
            number *= factor.value
        else:
            factors.append(factor)
    if number == 0:
        return ZERO
    if number < 0:
        signs, number = signs + 1, -number
    if number != 1 or not factors:
        factors.insert(0, Number(number))
    if signs % 2 == 0:
        return product(*factors)
    return _signed(factors)


def _signed(factors: list[Expression]) -> Expression:
    """−(product of the factors): a difference among them swaps its sides instead."""
    for position, factor in enumerate(factors):
        if isinstance(factor, Sum) and len(factor.terms) == 2 and not _has_number(factor):
            swapped = negative(factor)
            if not isinstance(swapped, Negative):
                factors[position] = swapped
                return product(*factors)
    return negative(product(*factors))


def _has_number(e: Sum) -> bool:
    """Whether it is such as 1 − a, which is not turned into a − 1."""
    return any(isinstance(term, Number) for term in e.terms)


def _tidy_quotient(e: Quotient) -> Expression:
    top, bottom = e.numerator, e.denominator
    if isinstance(top, Number) and top.value == 0:
        return ZERO
    if isinstance(bottom, Number) and bottom.value == 1:
        return top
    if isinstance(top, Negative):
        return Negative(Quotient(top.operand, bottom))
    return Quotient(top, bottom)


def _tidy_power(e: Power) -> Expression:
    if isinstance(e.exponent, Number):
        if e.exponent.value == 1:
            return e.base
        if e.exponent.value == 0:
            return ONE
    return e


def _tidy_bracket(e: Bracket) -> Expression:
    return e if isinstance(e.inner, (Sum, Product)) else e.inner


def _tidy_cases(e: Cases) -> Expression:
    return e.values[0] if all(value == e.values[0] for value in e.values) else e


_RULES: dict[type, Callable[[Any], Expression]] = {
    Negative: _tidy_negative,
    Sum: _tidy_sum,
    Product: _tidy_product,
    Quotient: _tidy_quotient,
    Power: _tidy_power,
    Bracket: _tidy_bracket,
    Cases: _tidy_cases,
}
