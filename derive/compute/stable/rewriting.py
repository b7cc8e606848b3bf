"""Rewritings of formulas: a pattern, what replaces it, and when that is allowed.

A pattern is a formula. The letters u and v in it stand for any formula, every other letter for
itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from derive.compute.programs.functions import read
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import variable
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.functions import MAX, MIN, U, V
from derive.expression.nodes import Apply, Cases, Comparison, Constant, Expression, Number
from derive.expression.rewriting import rewrite, substitute

_OTHERWISE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_LETTERS: dict[str, Expression] = {name: variable(name) for name in (*"uvxyqlmt", "gap", "margin")}


@dataclass(frozen=True)
class Rewriting:
    """before ⇒ after.

    why  what goes wrong in double precision without it
    """

    before: str
    after: str
    why: str

    @cached_property
    def trees(self) -> tuple[Expression, Expression]:
        return read(self.before, _LETTERS), read(self.after, _LETTERS)

    def __call__(self, expression: Expression) -> Expression | None:
        """What replaces the expression, or None where the pattern is another."""
        before, after = self.trees
        bindings: dict[Expression, Expression] = {}
        return substitute(after, bindings) if match(before, expression, bindings) else None

    def __str__(self) -> str:
        return f"{self.before} ⇒ {self.after}"


def match(
    pattern: Expression, expression: Expression, bindings: dict[Expression, Expression]
) -> bool:
    """Whether the expression has the pattern's form; ``bindings`` gets what u and v stand for."""
    if pattern in (U, V):
        return bindings.setdefault(pattern, expression) == expression
    if type(pattern) is not type(expression):
        return False
    if isinstance(pattern, Number) and isinstance(expression, Number):
        return pattern.value == expression.value
    if isinstance(pattern, Apply) and isinstance(expression, Apply):
        if pattern.function != expression.function:
            return False
    elif isinstance(pattern, Comparison) and isinstance(expression, Comparison):
        if pattern.sign != expression.sign:
            return False
    elif not pattern.children:
        return pattern == expression
    parts, others = pattern.children, expression.children
    return len(parts) == len(others) and all(
        match(part, other, bindings) for part, other in zip(parts, others, strict=True)
    )


def apply(rules: Iterable[Rewriting], expression: Expression) -> Expression:
    """The expression with every rule applied wherever it fits, from the leaves to the root.

    At one node the first rule that fits is applied, and then the rest to its result: each
    rule at most once a node, so it ends.
    """
    table = tuple(rules)

    def change(node: Expression) -> Expression:
        for rule in table:
            replaced = rule(node)
            if replaced is not None:
                node = replaced
        return node

    return rewrite(expression, change)


def fold(expression: Expression) -> Expression:
    """Formulas of constants replaced by their values, correctly rounded: √(2/π) ⇒ 0.797…"""

    def change(node: Expression) -> Expression:
        parts = node.children
        if not parts or isinstance(node, Comparison):
            return node
        if not all(isinstance(part, (Number, Constant)) for part in parts):
            return node
        try:
            return Number(Fraction(float(evaluate(node, Bindings({}, HIGH)))))
        except (ArithmeticError, KeyError, TypeError):
            return node  # such as ln(−1) or e^1000, which are for the run to show

    return rewrite(expression, change)


def nan_kept(node: Expression) -> Expression:
    """A choice or a maximum with its constant first: NaN, unequal to all, then takes the other.

    1 − z if z < 1 else 0 ⇒ 0 if z >= 1 else 1 − z; max(0, z) ⇒ max(z, 0), as Python compares
    """
    if isinstance(node, Apply) and node.function in (MAX, MIN):
        first, second = node.arguments
        return Apply(node.function, (second, first)) if isinstance(first, Number) else node
    if not isinstance(node, Cases) or len(node.values) != 2:
        return node
    (value, constant), (condition,) = node.values, node.conditions
    if condition.sign not in _OTHERWISE or not isinstance(constant, Number):
        return node
    if isinstance(value, Number):
        return node
    otherwise = Comparison(condition.left, _OTHERWISE[condition.sign], condition.right)
    return Cases((constant, value), (otherwise,))
