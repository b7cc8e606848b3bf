"""Checking what stands beside the gradients: finite differences, and the loss after a step."""

from __future__ import annotations

from fractions import Fraction

from derive.derivation.check.failure import CheckFailed
from derive.derivation.graph import RATE
from derive.derivation.local import key
from derive.derivation.rounding import shown
from derive.derivation.trace import trace
from derive.derivation.valuation import STEP, Valuation, along_all
from derive.expression.arithmetic import HIGH

_CLOSE = HIGH.number(Fraction(1, 10**7))
_TINY = HIGH.number(Fraction(1, 10**9))
_STEPS = (STEP, *(STEP / 10**n for n in (2, 5, 9, 14)))


def check_loss_after(valuation: Valuation) -> None:
    """In exact mode, the loss after the step is that of the exact new parameters."""
    if valuation.derivation.network.learning_rate is None or valuation.rounding.carried:
        return
    full, goal = valuation.trace, valuation.goal
    rate = full.quantity(RATE)
    moved = {
        w: full.quantity(w) - rate * full.partial(goal, w)
        for w in valuation.derivation.network.parameters()
    }
    after = trace(valuation.graph, moved).quantity(goal)
    expected = shown(after, valuation.rounding.digits).number
    if valuation.loss_after().number != expected:
        raise CheckFailed("loss/after", f"is not {expected.text}")


def check_differences(valuation: Valuation) -> int:
    """The finite differences beside the gradients must agree with the exact gradients.

    A difference is wrong by about c·h², and where a step of h saturates a unit (an input of
    100,000) by anything: then smaller steps must come to the gradient.
    """
    parameters = valuation.derivation.network.parameters()
    directions = [{w: 1} for w in valuation.differences]
    if not directions and valuation.along_all is not None:
        directions = [along_all(parameters)]
    count = 0
    for direction in directions:
        exact = sum(v * valuation.trace.partial(valuation.goal, w) for w, v in direction.items())
        agreed = None
        for step in _STEPS:
            slope = valuation.measured(direction, step)
            if slope is not None:  # there is no kink in between
                agreed = abs(slope - exact) <= _CLOSE * abs(exact) + _TINY
            if agreed:
                break
        if agreed is False:
            name = key(next(iter(direction))) if len(direction) == 1 else "all"
            raise CheckFailed(f"difference/{name}", "the finite difference disagrees")
        count += agreed is not None
    return count
