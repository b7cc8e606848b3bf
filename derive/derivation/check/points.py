"""Random points: seeded values for inputs, targets and parameters, nothing else.

Every other name is evaluated through the definitions. Weights are scaled by 1/√(number of
inputs), so that deep and wide networks stay where their activations move.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from derive.derivation.check.failure import CheckFailed
from derive.derivation.graph import RATE, Graph
from derive.derivation.trace import ExampleTrace, Trace, parameters_of
from derive.expression.evaluate import HIGH
from derive.expression.nodes import INPUT, TARGET, Quantity

SUM_TO_ONE = "targets sum to 1"
_TRIES = 200
_STEP = 10**9


def number_between(chance: random.Random, low: float, high: float) -> Fraction:
    """A seeded rational number with nine decimals."""
    return Fraction(chance.randint(int(low * _STEP), int(high * _STEP)), _STEP)


def signed(chance: random.Random, low: float = 0.15, high: float = 1.5) -> Fraction:
    """A number of random sign, away from 0."""
    return chance.choice((-1, 1)) * number_between(chance, low, high)


def draw(graph: Graph, seed: int, assumptions: frozenset[str] = frozenset()) -> Trace:
    """A point where the whole network is defined.

    Targets sum to 1 only where an assumption says so: a step that needs it without saying so
    then fails. Raises CheckFailed where no point can be found.
    """
    chance = random.Random(f"derive check {seed} {sorted(assumptions)}")
    reason = ""
    for _ in range(_TRIES):
        try:
            return _draw(graph, chance, SUM_TO_ONE in assumptions)
        except ArithmeticError as error:
            reason = str(error)
    raise CheckFailed("points", f"no point was found where the network is defined ({reason})")


def _draw(graph: Graph, chance: random.Random, sum_to_one: bool) -> Trace:
    shared: dict[Quantity, Any] = {}
    for parameter in parameters_of(graph):
        width = graph.network.sizes[parameter.layer - 1] if parameter.kind == "weight" else 1
        shared[parameter] = HIGH.number(signed(chance) * Fraction(2) / (1 + _root(width)))
    shared[RATE] = HIGH.number(number_between(chance, 0.1, 0.9))
    examples = []
    for _ in range(graph.network.example_count):
        leaves = dict(shared)
        for unit in range(len(graph.inputs)):
            leaves[Quantity(INPUT, unit=unit)] = HIGH.number(signed(chance))
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
    elif row is not None and row.name == "hinge":
        values = [Fraction(chance.choice((-1, 1))) for _ in units]
    elif row is not None and row.targets.low is None:
        values = [signed(chance) for _ in units]
    else:
        values = [number_between(chance, 0.1, 0.9) for _ in units]
    return {unit: HIGH.number(value) for unit, value in zip(units, values, strict=True)}
