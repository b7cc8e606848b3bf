"""Expressions as lists of JSON, for a script that works them out and prints them.

    w1·i1 + 0.5        ["+", ["*", 0, 3], ["n", "0.5"]]       an integer is the number of a name
    σ(h1)              ["f", "sigmoid", 7]
    x if x > 0 else 0  ["?", [["v", 0], ["n", "0"]], [[">", ["v", 0], ["n", "0"]]]]

In the formula of a function ["v", k] is its k-th argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from derive.expression.functions import Function
from derive.expression.nodes import (
    Apply,
    Bracket,
    Cases,
    Comparison,
    Constant,
    Expression,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)

Tree = Any  # an integer, or a list that begins with a sign
_SIGNS: Mapping[type[Expression], str] = {
    Sum: "+", Product: "*", Quotient: "/", Power: "^", Negative: "-", Bracket: "[",
}  # fmt: skip


class Trees:
    """Turns expressions into trees.

    number     of a quantity or a derivative
    functions  those that were met, by their names
    """

    def __init__(self, number: Callable[[Quantity | Partial], int]) -> None:
        self.number = number
        self.functions: dict[str, Function] = {}

    def __call__(self, expression: Expression) -> Tree:
        """The tree of a formula in names."""
        return self._tree(expression, {})

    def definition(self, function: Function) -> Tree | None:
        """The formula of a function in its arguments; None of an elementary one."""
        if function.definition is None:
            return None
        return self._tree(function.definition, {q: k for k, q in enumerate(function.parameters)})

    def _tree(self, e: Expression, arguments: Mapping[Quantity, int]) -> Tree:
        if isinstance(e, Quantity) and e in arguments:
            return ["v", arguments[e]]
        if isinstance(e, (Quantity, Partial)):
            return self.number(e)
        if isinstance(e, Number):
            return ["n", e.text or str(e.value)]
        if isinstance(e, Constant):
            return ["c", e.name]
        inner = [self._tree(child, arguments) for child in e.children]
        if isinstance(e, Apply):
            self.functions[e.function.name] = e.function
            return ["f", e.function.name, *inner]
        if isinstance(e, Comparison):
            return [e.sign, *inner]
        if isinstance(e, Cases):
            return ["?", inner[: len(e.values)], inner[len(e.values) :]]
        return [_SIGNS[type(e)], *inner]
