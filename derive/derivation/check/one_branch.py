"""Formulas as they read where one branch of their cases holds.

    max(u, v)·w where u > v   ⇒   u·w        (1 if u > v, 0 if u < v, ½ else) there   ⇒   1

No number may ever lead there (x² + 1 < 0, or a seam that was not found): then the two sides of a
step are compared as if the condition held, so that no branch stands on a page unchecked.
"""

from __future__ import annotations

from collections.abc import Mapping

from derive.expression.constructors import HALF
from derive.expression.functions import MAX, MIN
from derive.expression.kinks import has_kinks
from derive.expression.nodes import (
    Apply,
    Cases,
    Comparison,
    Expression,
    Partial,
    Product,
    Quantity,
    Sum,
)
from derive.expression.rewriting import rewrite, substitute

Conditions = tuple[Comparison, ...]


def opened(expression: Expression, definitions: Mapping[Quantity, Expression]) -> Expression:
    """The expression with every function that has branches written out, and with the formula of
    a quantity for its name where it is derived."""

    def change(node: Expression) -> Expression:
        if isinstance(node, Partial) and isinstance(node.of, Quantity) and node.of in definitions:
            return Partial(opened(definitions[node.of], definitions), node.by)
        if not isinstance(node, Apply) or node.function.definition is None or not has_kinks(node):
            return node
        values: dict[Expression, Expression] = dict(
            zip(node.function.parameters, node.arguments, strict=True)
        )
        return opened(substitute(node.function.definition, values), definitions)

    return rewrite(expression, change)


def as_if(expression: Expression, conditions: Conditions, position: int) -> Expression:
    """The expression where, of cases with these conditions, the branch at a position holds."""

    def change(node: Expression) -> Expression:
        if isinstance(node, Cases) and node.conditions == conditions:
            return node.values[position]
        if isinstance(node, Apply) and node.function in (MAX, MIN):
            u, v = node.arguments
            if conditions == (Comparison(u, ">", v), Comparison(u, "<", v)):
                larger = (u, v)[position] if position < 2 else _mean(u, v)
                smaller = (v, u)[position] if position < 2 else _mean(u, v)
                return larger if node.function == MAX else smaller
        return node

    return rewrite(expression, change)


def _mean(u: Expression, v: Expression) -> Expression:
    """What stands for max(u, v) at a tie: its slope is the mean of the two."""
    return Product((HALF, Sum((u, v))))
