"""How far the errors of the numbers in a formula can move its value: first-order propagation.

Δf = Σ |∂f/∂x|·Δx
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derive.algebra.slopes import slopes
from derive.expression.evaluate import Bindings, Point, evaluate
from derive.expression.nodes import Expression, Quantity


class _Numbers(Point, Bindings):
    """Numbers for letters: what the partials of a formula need is not worked out again for its
    value."""

    def __init__(self, values: Mapping[Quantity, Any]) -> None:
        Point.__init__(self)
        Bindings.__init__(self, values)


def propagated(partials: Mapping[Quantity, Any], errors: Mapping[Quantity, Any], none: Any) -> Any:
    """Σ |∂f/∂x|·Δx; ``none``, a 0 of their arithmetic, where there are no errors."""
    parts = (abs(partials[x]) * error for x, error in errors.items() if x in partials)
    return sum(parts, none)


def value_and_error(
    formula: Expression, values: Mapping[Quantity, Any], errors: Mapping[Quantity, Any], none: Any
) -> tuple[Any, Any]:
    """What a formula in letters comes to, and how far the errors can move it.

    Raises ArithmeticError where it has no value or no partials.
    """
    numbers = _Numbers(values)
    error = propagated(slopes(formula, numbers), errors, none)
    return evaluate(formula, numbers), error
