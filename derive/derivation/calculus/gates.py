"""What a formula does to one of the quantities in it, as far as there is a word for it.

A sum passes the upstream gradient on, a product swaps its factors, a maximum routes. Each word is a
claim about the local derivative:

    ADD       1                             s = a + b
    SUBTRACT  −1                            s = a − b, by b
    TURN      −1                            n = −s
    SCALE     a number                      m = 1/3·s, m = s/3
    MULTIPLY  the product of the others     p = a·b·c, by a: b·c
    TERM      the same, in a sum            z = w·x + b, by w: x
    ROUTE     1 or 0                        m = max(a, b), m = min(a, b)
    FUNCTION  f′ of the quantity            a = tanh(z)
    OTHER     what the rules of differentiation give
"""

from __future__ import annotations

from enum import Enum

from derive.expression.functions import MAX, MIN
from derive.expression.kinks import kinked
from derive.expression.nodes import (
    Apply,
    Constant,
    Expression,
    Negative,
    Number,
    Product,
    Quantity,
    Quotient,
    Sum,
)


class Gate(Enum):
    """What is done to a quantity."""

    ADD = "add"
    SUBTRACT = "subtract"
    TURN = "turn"
    SCALE = "scale"
    MULTIPLY = "multiply"
    TERM = "term"
    ROUTE = "route"
    FUNCTION = "function"
    OTHER = "other"


def gate(formula: Expression, by: Quantity) -> Gate:
    """What a formula does to a quantity that it mentions."""
    if isinstance(formula, Sum):
        mine = [term for term in formula.terms if _mentions(term, by)]
        return _OF_TERM.get(gate_of_term(mine[0], by), Gate.OTHER) if len(mine) == 1 else Gate.OTHER
    of_term = gate_of_term(formula, by)
    return Gate.OTHER if of_term is Gate.ADD else of_term  # a = b: nothing is added


_OF_TERM = {
    Gate.ADD: Gate.ADD, Gate.TURN: Gate.SUBTRACT, Gate.SCALE: Gate.SCALE,
    Gate.MULTIPLY: Gate.TERM,
}  # fmt: skip


def gate_of_term(term: Expression, by: Quantity) -> Gate:
    """The same of one term of a sum, ADD being the quantity itself."""
    if term == by:
        return Gate.ADD
    if isinstance(term, Negative) and term.operand == by:
        return Gate.TURN
    if isinstance(term, Product):
        others = [factor for factor in term.factors if factor != by]
        if len(others) != len(term.factors) - 1 or any(_mentions(o, by) for o in others):
            return Gate.OTHER
        return Gate.SCALE if all(map(_is_number, others)) else Gate.MULTIPLY
    if isinstance(term, Quotient) and term.numerator == by and _is_number(term.denominator):
        return Gate.SCALE
    if isinstance(term, Apply) and sum(_mentions(a, by) for a in term.arguments) == 1:
        if term.function in (MAX, MIN):
            return Gate.ROUTE if by in term.arguments else Gate.OTHER
        if term.arguments == (by,) and not kinked(term.function):
            return Gate.FUNCTION
    return Gate.OTHER


def _mentions(e: Expression, by: Quantity) -> bool:
    return any(node == by for node in e.walk())


def _is_number(e: Expression) -> bool:
    return all(
        isinstance(node, (Number, Constant, Negative, Product, Quotient)) for node in e.walk()
    )
