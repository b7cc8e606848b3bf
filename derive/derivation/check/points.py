"""Random points: seeded values for inputs, targets and parameters, nothing else.

Every other name is evaluated through the definitions. Weights are scaled by 1/√(number of
inputs), so that deep and wide networks stay where their activations move. Some points have
nothing but positive numbers: there a chain of ReLUs is alive, and √x and ln x are defined.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from derive.derivation.check.failure import CheckFailed
from derive.derivation.check.kinks import has_kinks, sides
from derive.derivation.graph import RATE, Graph
from derive.derivation.trace import ExampleTrace, Trace, parameters_of
from derive.expression.evaluate import HIGH
from derive.expression.nodes import INPUT, TARGET, Quantity
from derive.network.catalogue import Interval

SUM_TO_ONE = "targets sum to 1"
_TRIES = 200
_GOOD_TRIES = 64  # of them, how many may be given up for a kink or a huge value
_LARGE = 10**6
_STEP = 10**9


def number_between(chance: random.Random, low: float, high: float) -> Fraction:
    """A seeded rational number with nine decimals."""
    return Fraction(chance.randint(int(low * _STEP), int(high * _STEP)), _STEP)


def signed(chance: random.Random, low: float = 0.15, high: float = 1.5) -> Fraction:
    """A number of random sign, away from 0."""
    return chance.choice((-1, 1)) * number_between(chance, low, high)


def draw(
    graph: Graph, seed: int, assumptions: frozenset[str] = frozenset(), *, positive: bool = False
) -> Trace:
    """A point where the whole network is defined, off every kink and of ordinary size if can be.

    Targets sum to 1 only where an assumption says so: a step that needs it without saying so
    then fails. Raises CheckFailed where no point can be found.
    """
    chance = random.Random(f"derive check {seed} {sorted(assumptions)}")
    reason = ""
    spare = None
    for attempt in range(_TRIES):
        if spare is not None and attempt >= _GOOD_TRIES:
            break
        try:
            sign = 1 if positive or attempt % 4 == 3 else None
            size = Fraction(1, 1 + attempt // 8)
            point = _draw(graph, chance, SUM_TO_ONE in assumptions, sign, size)
        except ArithmeticError as error:
            reason = str(error)
            continue
        if is_ordinary(point) and is_smooth(graph, point):
            return point
        spare = spare or point
    if spare is not None:
        return spare
    raise CheckFailed("points", f"no point was found where the network is defined ({reason})")


def is_ordinary(point: Trace) -> bool:
    """Whether no value is so large that a finite difference would drown in it: e^(e^(e^x))."""
    return all(abs(value) < _LARGE for one in point.examples for value in one.values.values())


def is_smooth(graph: Graph, point: Trace) -> bool:
    """Whether no formula is on one of its kinks."""
    kinked = [formula for formula in graph.definitions.values() if has_kinks(formula)]
    return all(0 not in sides(formula, one) for formula in kinked for one in point.examples)


def _draw(
    graph: Graph, chance: random.Random, sum_to_one: bool, sign: int | None, size: Fraction
) -> Trace:
    def some() -> Fraction:
        return signed(chance) if sign is None else sign * abs(signed(chance))

    shared: dict[Quantity, Any] = {}
    for parameter in parameters_of(graph):
        width = graph.network.sizes[parameter.layer - 1] if parameter.kind == "weight" else 1
        shared[parameter] = HIGH.number(some() * size * 2 / (1 + _root(width)))
    shared[RATE] = HIGH.number(number_between(chance, 0.1, 0.9))
    examples = []
    for _ in range(graph.network.example_count):
        leaves = dict(shared)
        for unit in range(len(graph.inputs)):
            leaves[Quantity(INPUT, unit=unit)] = HIGH.number(some())
        if graph.network.target_formulas is None:
            leaves.update(_targets(graph, chance, sum_to_one))
        examples.append(ExampleTrace(graph, leaves))
    return Trace(graph, examples)


def _root(width: int) -> int:
    return int(width**0.5)


def _targets(graph: Graph, chance: random.Random, sum_to_one: bool) -> dict[Quantity, Any]:
    row = graph.network.loss.row
    units = [Quantity(TARGET, unit=unit) for unit in range(len(graph.targets))]
    if sum_to_one:
        shares = [number_between(chance, 0.1, 1) for _ in units]
        values = [share / sum(shares) for share in shares]
    else:
        values = [_inside(chance, row.targets if row else Interval()) for _ in units]
    return {unit: HIGH.number(value) for unit, value in zip(units, values, strict=True)}


def _inside(chance: random.Random, interval: Interval) -> Fraction:
    """A number well inside an interval; one that is not bounded on both sides is cut off."""
    low, high = interval.low, interval.high
    if low is None and high is None:
        return signed(chance)
    if low is None or high is None:
        size = number_between(chance, 0.1, 1.5)
        return low + size if low is not None else Fraction(high or 0) - size
    return low + (high - low) * number_between(chance, 0.1, 0.9)
