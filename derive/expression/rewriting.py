"""Trees out of trees: some nodes replaced, all others as they were."""

from __future__ import annotations

from collections.abc import Callable
from operator import is_

from derive.expression.nodes import Expression, Partial


def rewrite(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The tree with ``change`` applied to every node, children before parents."""
    children = expression.children
    if children:
        new = tuple([rewrite(child, change) for child in children])
        if not all(map(is_, new, children)):
            expression = expression.with_children(new)
    return change(expression)


def substitute(expression: Expression, values: dict[Expression, Expression]) -> Expression:
    """The tree with whole nodes replaced: a key of ``values`` wherever it stands.

    What was put in is not searched again. The ``by`` of a derivative is never replaced.
    """
    # To look up a tree takes a walk through it: done for those kinds of node that are replaced.
    return _put_in(expression, values, {type(key) for key in values})


def _put_in(
    expression: Expression, values: dict[Expression, Expression], kinds: set[type[Expression]]
) -> Expression:
    if type(expression) in kinds and expression in values:
        return values[expression]
    children = expression.children
    if not children:
        return expression
    if isinstance(expression, Partial):
        return Partial(_put_in(expression.of, values, kinds), expression.by)
    new = tuple([_put_in(child, values, kinds) for child in children])
    if all(map(is_, new, children)):
        return expression
    return expression.with_children(new)
