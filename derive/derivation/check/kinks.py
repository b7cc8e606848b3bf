"""Kinks: which side of each a point is on, and which branches hold there."""

from __future__ import annotations

from collections.abc import Iterator

from derive.expression.constructors import total
from derive.expression.evaluate import Bindings, Environment, chosen, evaluate
from derive.expression.kinks import TIES, has_kinks, kinked
from derive.expression.nodes import Apply, Cases, Comparison, Expression, Negative
from derive.expression.rewriting import substitute

Branch = tuple[Cases, int]


def all_branches(expression: Expression) -> set[Branch]:
    """Every branch of every case distinction in an expression and in the functions it calls."""
    branches: set[Branch] = set()
    for node in expression.walk():
        if isinstance(node, Cases):
            branches |= {(node, i) for i in range(len(node.values))}
        elif isinstance(node, Apply) and kinked(node.function) and node.function.definition:
            branches |= all_branches(node.function.definition)
    return branches


def branches(expression: Expression, environment: Environment) -> set[Branch]:
    """The branches that are taken at a point."""
    return {
        (node, chosen(node, here))
        for node, here in _live_nodes(expression, environment)
        if isinstance(node, Cases)
    }


def sides(expression: Expression, environment: Environment) -> tuple[int, ...]:
    """The side of every kink that a point is on: −1, 1, or 0 on the kink itself."""
    signs = []
    for node, here in _live_nodes(expression, environment):
        gap = _gap(node)
        if gap is not None:
            signs.append(here.arithmetic.compare(evaluate(gap, here), 0))
    return tuple(signs)


def _live_nodes(
    e: Expression, environment: Environment
) -> Iterator[tuple[Expression, Environment]]:
    """The nodes that count at a point, in functions too: no branch that does not hold."""
    if not has_kinks(e) and not isinstance(e, Comparison):
        return
    yield e, environment
    if isinstance(e, Cases):
        position = chosen(e, environment)
        inside: tuple[Expression, ...] = (*e.conditions[: position + 1], e.values[position])
    else:
        inside = e.children
    for child in inside:
        yield from _live_nodes(child, environment)
    if isinstance(e, Apply) and e.function.definition is not None:
        values = (evaluate(argument, environment) for argument in e.arguments)
        named = dict(zip(e.function.parameters, values, strict=True))
        bindings = Bindings(named, environment.arithmetic)
        yield from _live_nodes(e.function.definition, bindings)


def _gap(node: Expression) -> Expression | None:
    """What is 0 on the kink of a node: left − right of a comparison, u of |u|, u − v of max."""
    if isinstance(node, Comparison):
        return total(node.left, Negative(node.right))
    if isinstance(node, Apply) and node.function.name in TIES:
        first, *second = node.arguments
        return total(first, *map(Negative, second))
    return None


def gaps(expression: Expression) -> list[Expression]:
    """What is 0 on the kinks of an expression and of the functions it calls, in its own names."""
    distinct: dict[Expression, None] = {}
    for node in expression.walk():
        gap = _gap(node)
        if gap is not None:
            distinct[gap] = None
        elif isinstance(node, Apply) and kinked(node.function) and node.function.definition:
            values: dict[Expression, Expression] = dict(
                zip(node.function.parameters, node.arguments, strict=True)
            )
            distinct.update(dict.fromkeys(gaps(substitute(node.function.definition, values))))
    return list(distinct)
