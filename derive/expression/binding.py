"""Names for what a formula computes more than once.

    ½·(y − t)² and (y − t)   ⇒   v1 = y − t,   ½·v1·v1 and v1

Also for what is nested too deeply for Python's own parser.
"""

from __future__ import annotations

from collections.abc import Iterable

from derive.expression.constructors import variable
from derive.expression.nodes import Comparison, Expression, Negative, Number, Power, Quantity

Line = tuple[str, Expression]  # letter := formula
MAX_HEIGHT = 30  # brackets inside each other; CPython stops at 200
SMALL_POWERS = (2, 3, 4)  # printed as products of the base


def repeats(power: Power) -> int:
    """How often the base stands in the product that a small whole power is printed as; else 1."""
    exponent = power.exponent
    if isinstance(exponent, Number) and exponent.value in SMALL_POWERS:
        return int(exponent.value)
    return 1


class Binder:
    """Gives letters to repeated and to too deeply nested parts, in the order they are needed."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.lines: list[Line] = []
        self._uses: dict[Expression, int] = {}
        self._bound: dict[Expression, tuple[Expression, int]] = {}

    def bind(self, formulas: Iterable[Expression]) -> tuple[Expression, ...]:
        """The formulas in terms of ``lines``."""
        trees = tuple(formulas)
        for tree in trees:
            self._count(tree, 1)
        return tuple(self._replace(tree)[0] for tree in trees)

    def _count(self, node: Expression, times: int) -> None:
        if not node.children:
            return
        seen = node in self._uses
        self._uses[node] = self._uses.get(node, 0) + times
        if seen:
            return
        if isinstance(node, Power):
            self._count(node.base, repeats(node))
            self._count(node.exponent, 1)
            return
        for child in node.children:
            self._count(child, 1)

    def _replace(self, node: Expression) -> tuple[Expression, int]:
        """What stands for the node, and how deeply it is nested."""
        if node in self._bound:
            return self._bound[node]
        if not node.children:
            return node, 0
        parts = [self._replace(child) for child in node.children]
        height = 1 + max(height for _, height in parts)
        new = node.with_children(tuple(part for part, _ in parts))
        plain = isinstance(node, (Comparison, Negative)) and height < 2
        repeated = self._uses[node] > 1 and not isinstance(node, Comparison) and not plain
        if repeated or (height > MAX_HEIGHT and not isinstance(node, Comparison)):
            letter: Quantity = variable(f"{self.prefix}{len(self.lines) + 1}")
            self.lines.append((letter.name, new))
            new, height = letter, 0
        self._bound[node] = (new, height)
        return new, height
