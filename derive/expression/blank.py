"""A gap in a formula, as on a worksheet: no mathematics, so it stands beside the nodes."""

from __future__ import annotations

from derive.expression.nodes import Expression, node


@node
class Blank(Expression):
    """A gap to be filled in; ``of`` is what belongs there, ``label`` what the gap is called.

    ``filled``: what belongs there stands in it, as in a key.
    ``signed``: it may be a negative number, so that a minus sign before it or an exponent behind it
    needs brackets around it.
    """

    of: Expression
    label: str
    filled: bool = False
    signed: bool = False

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.of,)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Blank(children[0], self.label, self.filled, self.signed)
