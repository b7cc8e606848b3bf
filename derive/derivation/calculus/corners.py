"""Where a formula has no derivative: the corners at which its slopes from both sides differ.

relu at x = 0, |y − t| at y = t, the hinge loss at t·y = 1. Not every seam is one: elu with α = 1
and the Huber loss have the same slope on both sides, and x/(1 + |x|) has it in spite of |x|.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derive.algebra.slopes import slopes
from derive.derivation.check.kinks import gaps
from derive.derivation.check.roots import roots
from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.functions import Function
from derive.expression.kinks import has_kinks
from derive.expression.nodes import (
    Comparison,
    Expression,
    Negative,
    Number,
    Quantity,
    Sum,
    quantities,
)

_ASIDE = Fraction(1, 10**25)  # how far from a corner its two slopes are read off
_SIMPLE = 10**6  # the denominator from which a place is none that anybody would write
_EQUAL = HIGH.number(Fraction(1, 10**12))
# Values of the other letters (t of a loss) at which corners are looked for.
_OTHERS = tuple(map(Fraction, ("1", "-1", "3/4", "-5/4", "1/4")))

Values = dict[Quantity, Fraction]


@dataclass(frozen=True, slots=True)
class Corner:
    """A place where a formula has no derivative by one of its letters.

    apart     the condition under which it has one: x ≠ 0, y ≠ t, t·y ≠ 1
    at        the place itself, where the formula has no other letter
    declared  what takes the place of the derivative there; None where that is not one number
    """

    apart: Comparison
    at: Number | None
    declared: Any | None


def corners_of(function: Function) -> tuple[Corner, ...]:
    """The corners of a function of one variable, from left to right."""
    if function.definition is None:
        return ()
    return corners(function.definition, function.parameters[0])


def corners(formula: Expression, by: Quantity) -> tuple[Corner, ...]:
    """The corners of a formula where one of its letters moves; each condition once."""
    if not has_kinks(formula):
        return ()
    others = [q for q in quantities(formula) if q != by]
    slopes_by_condition: dict[Comparison, list[Any | None]] = {}
    places: dict[Comparison, Number | None] = {}
    for gap in gaps(formula):
        for base in _bases(others):

            def point(x: Fraction, base: Values = base) -> Bindings:
                return _point({**base, by: x})

            for root in roots(gap, by, point):
                if _turns(formula, by, base, root):
                    simple = root.denominator < _SIMPLE
                    at = Number(root) if simple and not others else None
                    apart = _apart(gap, by, at)
                    places[apart] = at
                    slope = _slope(formula, by, {**base, by: root}) if simple else None
                    slopes_by_condition.setdefault(apart, []).append(slope)
    every = (
        Corner(apart, places[apart], _one(slopes_))
        for apart, slopes_ in slopes_by_condition.items()
    )
    return tuple(sorted(every, key=lambda corner: corner.at.value if corner.at else Fraction(0)))


def _bases(others: list[Quantity]) -> Iterator[Values]:
    if not others:
        yield {}
        return
    for value in _OTHERS:
        yield dict.fromkeys(others, value)


def _point(values: Mapping[Quantity, Fraction]) -> Bindings:
    return Bindings({q: HIGH.number(value) for q, value in values.items()})


def _slope(formula: Expression, by: Quantity, values: Values) -> Any:
    return slopes(formula, _point(values)).get(by, HIGH.number(Fraction(0)))


def _turns(formula: Expression, by: Quantity, base: Values, root: Fraction) -> bool:
    """Whether the slopes on both sides of a place differ."""
    try:
        left, right = (
            _slope(formula, by, {**base, by: root + aside}) for aside in (-_ASIDE, _ASIDE)
        )
        evaluate(formula, _point({**base, by: root}))
        _slope(formula, by, {**base, by: root})
    except ArithmeticError:  # it ends there, or stands upright as √|x| at 0
        return False
    return bool(abs(left - right) > _EQUAL * max(1, abs(left), abs(right)))


def _apart(gap: Expression, by: Quantity, at: Number | None) -> Comparison:
    if at is not None:
        return Comparison(by, "!=", at)
    if isinstance(gap, Sum) and len(gap.terms) == 2 and isinstance(gap.terms[1], Negative):
        return Comparison(gap.terms[0], "!=", gap.terms[1].operand)
    return Comparison(gap, "!=", Number(Fraction(0)))


def _one(values: list[Any | None]) -> Any | None:
    """The value that all of them are."""
    known = [value for value in values if value is not None]
    alike = len(known) == len(values) and all(abs(v - known[0]) <= _EQUAL for v in known)
    return known[0] if alike else None
