"""Where kinks lie: the zeros of a gap while one letter moves, and the arithmetic on a seam.

Most kinks are at simple numbers and are met exactly. Others (√2, where tanh is ½, even 4/3 in
binary) can only be met to so many digits, and there no two sides are ever equal: on a seam, what
agrees to forty digits is taken to be equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from mpmath.libmp import to_rational  # type: ignore[import-untyped]

from derive.derivation.check.more_digits import ROUNDING
from derive.expression.arithmetic import DIGITS, HIGH, HighPrecision
from derive.expression.evaluate import Environment, evaluate
from derive.expression.nodes import Expression, Quantity

Value = Callable[[Fraction], Any]

_SIZES = (
    *(Fraction(1, 10**n) for n in (12, 9, 6, 4, 3, 2, 1)),
    *(Fraction(n, 2) for n in (1, 3, 5, 7, 9, 12, 17, 26, 40, 61, 90, 140)),
    *(Fraction(10**n) for n in (2, 3, 4, 6, 9, 12)),
)
_GRID = (*(-size for size in reversed(_SIZES)), Fraction(0), *_SIZES)
_ROUNDS = 260  # halvings of an interval of the grid: to sixty digits
_STEPS = 40  # of a method that needs about ten where the gap is smooth
_CLOSE = Fraction(1, 10**50)  # a root lies between the two points so far from what was found
_MOST = 6  # of sin(x) − 0.99, those nearest to 0
_SIMPLE = 10**6  # the largest denominator of a simple number
_EXACT = Fraction(1, 10**20)
_NARROW = 40  # rounds of the search for the bottom of a dip
_LOOKS = 8  # rounds before a dip may be called too shallow


class OnSeam(HighPrecision):
    """The arithmetic at a kink: what agrees to forty digits is equal."""

    def compare(self, left: Any, right: Any) -> int:
        if abs(left - right) <= ROUNDING * max(1, abs(left), abs(right)):
            return 0
        return super().compare(left, right)


@cache
def on_seam() -> OnSeam:
    """One for all points, so that their numbers are of one type."""
    return OnSeam(DIGITS)


def roots(
    gap: Expression, letter: Quantity, point: Callable[[Fraction], Environment]
) -> list[Fraction]:
    """Where a gap is 0 when one letter moves: a simple number where it is one, else to sixty
    digits.

    Seen are the roots between two points of a grid at which the gap has different signs, those
    in a dip that does not reach over a point of the grid, and that of a straight line anywhere.

    point  the environment with the letter at a value
    """
    if not any(node == letter for node in gap.walk()):
        return []

    def value(x: Fraction) -> Any:
        try:
            return evaluate(gap, point(x))
        except ArithmeticError:
            return None

    known = [(x, v) for x in _GRID if (v := value(x)) is not None]
    known += _bottoms(known, value)
    known.sort()
    zeros = {x for x, v in known if v == 0}
    for (low, below), (high, above) in pairwise(known):
        if below * above < 0:
            zeros.add(_between(low, high, below, value))
    if not zeros and len(known) > 1:  # beyond the grid
        (low, below), (high, above) = known[0], known[-1]
        if below != above:
            x = low - (high - low) * _fraction(below / (above - below))
            if value(x) == 0:
                zeros.add(x)
    return sorted(sorted(zeros, key=abs)[:_MOST])


def _bottoms(known: list[tuple[Fraction, Any]], value: Value) -> Iterator[tuple[Fraction, Any]]:
    """Where the gap is nearest to 0 between neighbours that are farther from it."""
    for (low, below), (middle, here), (high, above) in zip(
        known, known[1:], known[2:], strict=False
    ):
        if not (below * here > 0 and above * here > 0 and abs(here) <= min(abs(below), abs(above))):
            continue
        for number in range(_NARROW):
            if number >= _LOOKS and 2 * max(abs(below), abs(above)) < 3 * abs(here):
                break  # what is convex stays away from 0
            left, right = (low + middle) / 2, (middle + high) / 2
            a, b = value(left), value(right)
            if a is None or b is None:
                break
            if min(a * here, b * here) <= 0:  # it reaches over
                yield (left, a) if a * here <= 0 else (right, b)
                break
            if abs(a) < abs(here):
                middle, high, here, above = left, middle, a, here
            elif abs(b) < abs(here):
                low, middle, here, below = middle, right, b, here
            else:
                low, high, below, above = left, right, a, b
        simple = middle.limit_denominator(_SIMPLE)  # where it touches 0 and turns back
        if value(simple) == 0:
            yield simple, HIGH.number(Fraction(0))


def _between(low: Fraction, high: Fraction, below: Any, value: Value) -> Fraction:
    """The root between two points where a gap has different signs; a simple number where it is."""
    place = _interpolated(low, high, value)
    if place is None:
        place = _halved(low, high, below, value)
    simple = place.limit_denominator(_SIMPLE)
    return simple if abs(simple - place) < _EXACT * (1 + abs(place)) else place


def _interpolated(low: Fraction, high: Fraction, value: Value) -> Fraction | None:
    """The root by regula falsi; None at a jump, a pole, or where the gap is too flat for it."""

    def gap(x: Any) -> Any:
        here = value(_exactly(x))
        if here is None:
            raise ArithmeticError
        return here

    ends = tuple(map(HIGH.number, (low, high)))
    try:
        root = HIGH.context.findroot(gap, ends, "anderson", maxsteps=_STEPS, verify=False)
    except ArithmeticError:
        return None
    place = _exactly(root)
    aside = _CLOSE * (1 + abs(place))
    around = value(place - aside), value(place + aside)
    return place if None not in around and around[0] * around[1] <= 0 else None


def _halved(low: Fraction, high: Fraction, below: Any, value: Value) -> Fraction:
    middle = low
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        here = value(middle)
        if here is None or here == 0:
            break
        if here * below > 0:
            low = middle
        else:
            high = middle
    return middle


def _fraction(value: Any) -> Fraction:
    scaled = HIGH.context.nint(value * 10**30)
    return Fraction(int(scaled), 10**30).limit_denominator(_SIMPLE)


def _exactly(number: Any) -> Fraction:
    """What a number of the arithmetic is, to its last binary digit."""
    return Fraction(*to_rational(number._mpf_))
