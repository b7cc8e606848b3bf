"""Letters, small numbers, and sums and products as one writes them: no brackets in brackets."""

from __future__ import annotations

from fractions import Fraction

from derive.expression.nodes import (
    NAMED,
    VARIABLE,
    Expression,
    Negative,
    Number,
    Product,
    Quantity,
    Sum,
)

ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))
TWO = Number(Fraction(2))
HALF = Number(Fraction(1, 2))


def variable(name: str) -> Quantity:
    """A letter of a general formula, such as the x of σ(x)."""
    return Quantity(VARIABLE, name=name)


def named_quantity(name: str) -> Quantity:
    """What a graph of formulas calls so, and no letter of a general formula."""
    return Quantity(NAMED, name=name)


def integer(value: int) -> Number:
    """A whole number as a node."""
    return Number(Fraction(value))


def product(*factors: Expression) -> Expression:
    """A product without needless nesting: no factors is 1, one factor is itself.

    e.g. (a, b·c) → a·b·c
    """
    flat: list[Expression] = []
    for factor in factors:
        flat.extend(factor.factors if isinstance(factor, Product) else (factor,))
    if not flat:
        return ONE
    return flat[0] if len(flat) == 1 else Product(tuple(flat))


def times(e: Expression, factor: Expression) -> Expression:
    """e·factor as one writes it: e for 1, −e for −1."""
    if isinstance(factor, Negative) and factor.operand == ONE:
        factor = Number(Fraction(-1))
    if isinstance(factor, Number) and factor.value in (1, -1):
        return e if factor.value == 1 else Negative(e)
    return product(e, factor)


def total(*terms: Expression) -> Expression:
    """A sum without needless nesting: no terms is 0, one term is itself.

    e.g. (a, b + c) → a + b + c
    """
    flat: list[Expression] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, Sum) else (term,))
    if not flat:
        return ZERO
    return flat[0] if len(flat) == 1 else Sum(tuple(flat))
