"""Expressions as someone would type them: what ``formula.parse`` reads back.

e.g. Sum(x1, Negative(x2)) → x1 - x2; Power(x, 2) → x**2; Product(½, x) → 1/2*x
"""

from __future__ import annotations

from collections.abc import Callable

from derive.expression.nodes import (
    Apply,
    Bracket,
    Cases,
    Comparison,
    Constant,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)

Spell = Callable[[Expression], str]


def typed(expression: Expression, name: Spell) -> str:
    """A formula's text. ``name`` spells a quantity, and a derivative where there is one.

    Raises TypeError for what no formula can say: a sum over examples, a matrix.
    """
    if isinstance(expression, Number):
        return _number(expression)
    if isinstance(expression, Constant):
        return expression.name
    if isinstance(expression, Sum):
        return _sum(expression, name)
    if isinstance(expression, Negative):
        return f"-{_tight(expression.operand, name)}"
    if isinstance(expression, Product):
        return "*".join(_tight(factor, name) for factor in expression.factors)
    if isinstance(expression, Quotient):
        top, bottom = expression.numerator, expression.denominator
        return f"{_tight(top, name)}/{_tight(bottom, name)}"
    if isinstance(expression, Power):
        return f"{_tight(expression.base, name)}**{_tight(expression.exponent, name)}"
    if isinstance(expression, Apply):
        arguments = ", ".join(typed(argument, name) for argument in expression.arguments)
        return f"{expression.function.name}({arguments})"
    if isinstance(expression, Cases):
        *values, last = expression.values
        pairs = zip(values, expression.conditions, strict=True)
        branches = [f"{_tight(v, name)} if {_comparison(c, name)} else " for v, c in pairs]
        return "".join(branches) + _tight(last, name)
    if isinstance(expression, Bracket):
        return f"({typed(expression.inner, name)})"
    return name(expression)


def _sum(expression: Sum, name: Spell) -> str:
    """a - b for a + (−b)."""
    first, *rest = expression.terms
    text = typed(first, name)
    for term in rest:
        if isinstance(term, Negative):
            text += f" - {_tight(term.operand, name)}"
        else:
            text += f" + {_tight(term, name)}"
    return text


def _tight(expression: Expression, name: Spell) -> str:
    """In brackets, unless it is a name, a call or a number that needs none."""
    text = typed(expression, name)
    atomic = isinstance(expression, (Quantity, Apply, Constant, Bracket))
    return text if atomic or text.replace(".", "").isdigit() else f"({text})"


def _comparison(condition: Comparison, name: Spell) -> str:
    return f"{_tight(condition.left, name)} {condition.sign} {_tight(condition.right, name)}"


def _number(number: Number) -> str:
    return number.text or str(number.value)
