"""What is left of a formula without its indices: by that, two lines of a kind are alike.

    ∂E/∂w1 = δ_h1·i1, ∂E/∂w2 = δ_h1·i2        both δ·i
    [δ_o1·w5 + δ_o2·w7]·∂a_h1/∂h1             [δ·w]·∂a/∂h
    σ(h1)·(1 − σ(h1)), a_h1·(1 − a_h1)        both a·(1 − a)

Whoever reads the one can write the other by changing an index.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from derive.expression.constructors import product, total
from derive.expression.functions import Function
from derive.expression.nodes import (
    ACTIVATION,
    PRE_ACTIVATION,
    Apply,
    Bracket,
    Expression,
    Number,
    Partial,
    Product,
    Quantity,
    Sum,
)
from derive.expression.rewriting import rewrite


def pattern(formula: Expression, activations: Set[Function] = frozenset()) -> Expression:
    """A formula without indices; of members of a sum that are alike one is left.

    activations  functions f for which f(z) counts as the activation a
    """

    def wiped(node: Expression) -> Expression:
        if isinstance(node, Quantity):
            return Quantity(node.kind, name=node.name)
        if isinstance(node, Apply) and node.function in activations:
            (argument,) = node.arguments
            if isinstance(argument, Quantity) and argument.kind == PRE_ACTIVATION:
                return Quantity(ACTIVATION)
        if isinstance(node, Sum):
            return total(*dict.fromkeys(node.terms))
        if isinstance(node, Bracket) and not isinstance(node.inner, Sum):
            return node.inner
        return product(*node.factors) if isinstance(node, Product) else node

    return rewrite(formula, wiped)


def patterns_in(
    formula: Expression, activations: Set[Function] = frozenset()
) -> Iterator[Expression]:
    """Everything that can be read off a formula: its own pattern, those of its parts, and of some
    of its factors or terms that stand side by side."""
    yield pattern(formula, activations)
    for node in formula.walk():
        if is_one_name(node):
            continue
        yield pattern(node, activations)
        if isinstance(node, (Sum, Product)):
            yield from (pattern(run, activations) for run in side_by_side(node))


def side_by_side(node: Sum | Product, around: int | None = None) -> Iterator[Expression]:
    """Some of the terms or factors that follow upon each other, at least two and not all; those
    around a position alone, where one is given."""
    members = node.children
    for first in range(len(members)):
        for end in range(first + 2, len(members) + (first > 0)):
            if around is None or first <= around < end:
                yield node.with_children(members[first:end])


def is_one_name(node: Expression) -> bool:
    """Whether a formula is a name or a number, of which there is nothing to be told."""
    return isinstance(node, (Quantity, Number, Partial))
