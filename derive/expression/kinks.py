"""Whether a formula has kinks: branches, or functions with a corner of their own."""

from __future__ import annotations

from functools import cache, lru_cache

from derive.expression.functions import Function
from derive.expression.nodes import Apply, Cases, Expression

_KNOWN = 8_192  # formulas: the check asks again at every point
TIES = frozenset({"abs", "sign", "max", "min"})  # functions with a kink of their own


@lru_cache(_KNOWN)
def has_kinks(expression: Expression) -> bool:
    """Whether an expression, or a function it calls, has branches or a corner."""
    return any(
        isinstance(node, Cases) or (isinstance(node, Apply) and kinked(node.function))
        for node in expression.walk()
    )


@cache
def kinked(function: Function) -> bool:
    """Whether a function has branches or a corner."""
    definition = function.definition
    return function.name in TIES or (definition is not None and has_kinks(definition))
