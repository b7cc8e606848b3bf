"""Slips of the update w ← w − η·∂E/∂w, or w ← w + η·δ·a where δ = −∂E/∂z."""

from __future__ import annotations

from collections.abc import Iterator

from derive.expression.constructors import product
from derive.expression.nodes import Expression, Negative, Product, Sum
from derive.graph import RATE
from derive.worksheets.exercise import Exercise, Task


def _step(task: Task) -> tuple[Expression, Expression] | None:
    """The parameter and what is added to it, −η·∂E/∂w or η·δ·a."""
    formula = task.formula
    if task.part == "update" and isinstance(formula, Sum) and len(formula.terms) == 2:
        w, change = formula.terms
        return w, change
    return None


def _changed(change: Expression, *factors: Expression) -> Expression:
    """The step with other factors, and its sign."""
    changed = product(*factors)
    return Negative(changed) if isinstance(change, Negative) else changed


def _factors(change: Expression) -> tuple[Expression, ...]:
    inside = change.operand if isinstance(change, Negative) else change
    return inside.factors if isinstance(inside, Product) else ()


def uphill(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. w − η·∂E/∂w → w + η·∂E/∂w, and w + η·δ·a → w − η·δ·a"""
    if step := _step(task):
        w, change = step
        yield Sum((w, change.operand if isinstance(change, Negative) else Negative(change)))


def rate_twice(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. w − η·∂E/∂w → w − η·η·∂E/∂w"""
    if step := _step(task):
        w, change = step
        yield Sum((w, _changed(change, RATE, *_factors(change))))


def no_rate(task: Task, exercise: Exercise) -> Iterator[Expression]:
    """e.g. w − η·∂E/∂w → w − ∂E/∂w"""
    step = _step(task)
    if step and RATE in _factors(step[1]):
        w, change = step
        yield Sum((w, _changed(change, *(f for f in _factors(change) if f != RATE))))
