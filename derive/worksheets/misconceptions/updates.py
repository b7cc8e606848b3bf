"""Slips of the update w ← w − η·∂E/∂w, or w ← w + η·δ·a where δ = −∂E/∂z."""

from __future__ import annotations

from collections.abc import Iterator

from derive.expression.nodes import Expression, Negative, Product, Sum, product
from derive.graph import RATE
from derive.worksheets.exercise import Exercise, Task


def _step(task: Task) -> tuple[Expression, Expression] | None:
    """The parameter and what is added to it, −η·∂E/∂w or η·δ·a."""
    formula = task.formula
    if task.part == "update" and isinstance(formula, Sum) and len(formula.terms) == 2:
        w, moved = formula.terms
        return w, moved
    return None


def _changed(moved: Expression, *factors: Expression) -> Expression:
    """The step with other factors, and its sign."""
    changed = product(*factors)
    return Negative(changed) if isinstance(moved, Negative) else changed


def _factors(moved: Expression) -> tuple[Expression, ...]:
    inside = moved.operand if isinstance(moved, Negative) else moved
    return inside.factors if isinstance(inside, Product) else ()


def uphill(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. w − η·∂E/∂w → w + η·∂E/∂w, and w + η·δ·a → w − η·δ·a"""
    if found := _step(task):
        w, moved = found
        yield Sum((w, moved.operand if isinstance(moved, Negative) else Negative(moved)))


def rate_twice(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. w − η·∂E/∂w → w − η·η·∂E/∂w"""
    if found := _step(task):
        w, moved = found
        yield Sum((w, _changed(moved, RATE, *_factors(moved))))


def no_rate(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. w − η·∂E/∂w → w − ∂E/∂w"""
    found = _step(task)
    if found and RATE in _factors(found[1]):
        w, moved = found
        yield Sum((w, _changed(moved, *(f for f in _factors(moved) if f != RATE))))
