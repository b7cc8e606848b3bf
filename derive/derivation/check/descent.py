"""Checking what stands beside the gradients: finite differences, and the loss after a step."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from derive.derivation.calculus.local import key
from derive.derivation.failure import CheckFailed
from derive.derivation.numbers.rounding import is_zero, rounded
from derive.derivation.numbers.valuation import STEP, Valuation, along_all
from derive.derivation.trace import values_with
from derive.expression.arithmetic import HIGH, reach
from derive.graph import RATE

_CLOSE = HIGH.number(Fraction(1, 10**7))
_FLAT = HIGH.number(Fraction(1, 10**9))  # of the difference where the slope is 0
_SHORTER = (0, 2, 5, 9, 14)  # powers of ten by which steps are shorter, as digits allow


def check_loss_after(valuation: Valuation) -> None:
    """In exact mode, the loss after the step is that of the exact new parameters, or not there."""
    if valuation.graph.learning_rate is None or valuation.rounding.carried:
        return
    full, goal = valuation.trace, valuation.goal
    rate = full.quantity(RATE)
    moved = {w: full.quantity(w) - rate * full.partial(goal, w) for w in valuation.graph.trained}
    displayed = valuation.loss_after()
    try:
        after = values_with(valuation.graph, moved).quantity(goal)
    except ArithmeticError:
        if displayed is not None:
            raise CheckFailed("loss/after", "is shown, and has no value") from None
        return
    expected = rounded(after, valuation.rounding.digits).number
    if displayed is None or displayed.number != expected:
        raise CheckFailed("loss/after", f"is not {expected.text}")


def _steps(value: Any) -> Iterator[Fraction]:
    """Shorter and shorter steps; where there are more digits, down to what those reach."""
    for shorter in _SHORTER:
        yield STEP / 10**shorter
    while shorter < reach(value.context.dps):
        shorter *= 2
        yield STEP / 10**shorter


def check_differences(valuation: Valuation) -> int:
    """The finite differences beside the gradients must agree with the exact gradients.

    A difference is wrong by about c·h², and where a step of h saturates a unit (an input of
    100,000) by anything: then smaller steps must come to the gradient, however small it is.
    """
    parameters = valuation.graph.trained
    directions = [{w: 1} for w in valuation.differences]
    if not directions and valuation.along_all is not None:
        directions = [along_all(parameters)]
    count = 0
    for direction in directions:
        exact = sum(v * valuation.trace.partial(valuation.goal, w) for w, v in direction.items())
        agreed = None
        for step in _steps(exact):
            slope = valuation.measured(direction, step)
            if slope is not None:  # there is no kink in between
                least = _FLAT if is_zero(exact) else 0
                agreed = abs(slope - exact) <= _CLOSE * abs(exact) + least
            if agreed:
                break
        if agreed is False:
            name = key(next(iter(direction))) if len(direction) == 1 else "all"
            raise CheckFailed(f"difference/{name}", "the finite difference disagrees")
        count += agreed is not None
    return count
