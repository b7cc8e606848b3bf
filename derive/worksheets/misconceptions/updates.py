"""Slips of the update w ← w − η·∂E/∂w."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.graph import RATE
from derive.expression.nodes import Expression, Negative, Product, Sum, product
from derive.worksheets.exercise import Exercise, Task


def _step(task: Task) -> tuple[Expression, Expression] | None:
    """The parameter and what is taken from it, η·∂E/∂w."""
    formula = task.formula
    if task.part == "update" and isinstance(formula, Sum) and len(formula.terms) == 2:
        w, moved = formula.terms
        if isinstance(moved, Negative):
            return w, moved.operand
    return None


def uphill(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. w − η·∂E/∂w → w + η·∂E/∂w"""
    if found := _step(task):
        yield Sum(found)


def rate_twice(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. w − η·∂E/∂w → w − η·η·∂E/∂w"""
    if found := _step(task):
        yield Sum((found[0], Negative(product(RATE, found[1]))))


def no_rate(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. w − η·∂E/∂w → w − ∂E/∂w"""
    found = _step(task)
    if found and isinstance(found[1], Product):
        yield Sum((found[0], Negative(product(*(f for f in found[1].factors if f != RATE)))))
