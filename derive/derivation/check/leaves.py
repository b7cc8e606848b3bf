"""Random values: numbers drawn from a seed, and the leaves of a graph of formulas.

What formulas are defined for is not known before they are tried: ln x wants a positive number,
√(1 − x²) a small one, ln(x − 100) a large one. So leaves are drawn in several ways in turn, until
all formulas have values and slopes: of either sign, near the numbers that are given, positive, and
each of a size of its own.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from derive.expression.arithmetic import HIGH
from derive.expression.nodes import Quantity
from derive.graph import FormulaGraph

_STEP = 10**9
_WAYS = 4
_NEAR = 0.2  # of a given number, how far one is drawn from it
_POWERS = (-2, 3)  # of ten, from the smallest size of a leaf to the largest


def number_between(chance: random.Random, low: float, high: float) -> Fraction:
    """A seeded rational number with nine decimals."""
    return Fraction(_units_between(chance, low, high), _STEP)


def _units_between(chance: random.Random, low: float, high: float) -> int:
    return chance.randint(int(low * _STEP), int(high * _STEP))


def signed(chance: random.Random, low: float = 0.15, high: float = 1.5) -> Fraction:
    """A number of random sign, away from 0."""
    sign = chance.choice((-1, 1))
    return Fraction(sign * _units_between(chance, low, high), _STEP)


def some_leaves(
    graph: FormulaGraph, chance: random.Random, attempt: int, positive: bool
) -> dict[Quantity, Any]:
    """Values for the leaves of a graph, drawn in the way whose turn it is."""
    way = attempt % _WAYS
    if way == 1 and not graph.has_values:
        way = 0
    size = Fraction(1, 1 + attempt // (2 * _WAYS))
    values = {}
    for q in graph.leaves:
        value = signed(chance)
        if way == 1:
            number = graph.given[q].value
            value = number + (abs(number) or 1) * signed(chance, 0.01, _NEAR)
        elif way == 3:
            value *= Fraction(10) ** chance.randint(*_POWERS)
        elif way == 0:
            value *= size
        if way == 2 or (positive and way != 1):
            value = abs(value)
        values[q] = HIGH.number(value)
    return values
