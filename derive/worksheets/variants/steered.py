"""Turns drawn numbers into some with a saturated or a dead unit: by its weights alone.

A saturated unit gets larger weights, so that its pre-activation lies a little beyond the number
where the last twentieth of the range begins. A dead unit gets weights of the other sign.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import copysign

from derive.expression.constructors import variable
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.functions import Function
from derive.expression.nodes import WEIGHT, Apply, Quantity
from derive.graph import NetworkGraph, activations, bias_of, pre_activations
from derive.network.description import Layer
from derive.network.intervals import Interval
from derive.network.values import exact
from derive.worksheets.recipes.kinds import DEAD, SATURATED
from derive.worksheets.recipes.units import Special, bounded
from derive.worksheets.variants.criteria import EDGE
from derive.worksheets.variants.floats import FLOATS
from derive.worksheets.variants.givens import Givens

_BEYOND = (11, 16)  # tenths of the number where that begins
_LARGEST = 2  # times that number: the largest weight that is taken
_AWAY = 0.1  # from 0: on either side of the kink of relu
_STEPS = 60
_X = variable("x")


def steer(
    graph: NetworkGraph, givens: Givens, special: Sequence[Special], chance: random.Random
) -> bool:
    """Change weights until each unit that is wanted is as it should be, and no other relu is 0.

    Whether that was possible: with small inputs it is not. Raises ArithmeticError where a
    formula has no value.
    """
    values: dict[Quantity, float] = {q: float(number.value) for q, number in givens.items()}
    kinds = {(one.layer, one.unit): one.kind for one in special}
    before: Sequence[Quantity] = graph.inputs
    for layer in graph.network.layers:
        for z in pre_activations(layer):
            unit = _Unit(layer, z, before, values, givens)
            kind = kinds.get((z.layer, z.unit))
            if kind == SATURATED:
                possible = unit.saturate(chance)
            else:
                possible = layer.activation.name != "relu" or unit.turn(-1 if kind == DEAD else 1)
            if not possible:
                return False
            values[z] = evaluate(graph.definitions[z], Bindings(values, FLOATS))
        before = activations(layer)
        for a in before:
            values[a] = evaluate(graph.definitions[a], Bindings(values, FLOATS))
    return True


class _Unit:
    """A unit whose weights may be changed: in the drawn numbers, and in their values."""

    def __init__(
        self, layer: Layer, z: Quantity, before: Sequence[Quantity],
        values: dict[Quantity, float], givens: Givens,
    ) -> None:  # fmt: skip
        self.layer = layer
        self.inputs = {Quantity(WEIGHT, z.layer, z.unit, a.unit): values[a] for a in before}
        self.bias = None if layer.bias == "none" else bias_of(layer, z.unit)
        self.values = values
        self.givens = givens

    def _set(self, w: Quantity, value: Fraction) -> None:
        self.givens[w] = exact(value)
        self.values[w] = float(value)

    def _constant(self) -> float:
        """What is added to Σ w·x: a bias, or minus a threshold."""
        value = self.values[self.bias] if self.bias is not None else 0.0
        return -value if self.layer.subtracts else value

    def saturate(self, chance: random.Random) -> bool:
        """Weights that all push the same way, each about as large as the others."""
        function, reach = self.layer.activation.function, bounded(self.layer)
        assert function is not None and reach is not None
        side = chance.choice((1, -1))
        edge = _edge(function, reach, side)
        goal = edge * chance.randint(*_BEYOND) / 10
        reached = sum(map(abs, self.inputs.values()))
        if not reached:
            return False
        size = (abs(goal) - copysign(1, goal) * self._constant()) / reached
        if size > _LARGEST * abs(edge):
            return False
        grain = 2 if size > 2 else 10  # halves are easier than tenths where numbers are large
        for w, value in self.inputs.items():
            steps = max(1, round(size * grain * chance.randint(8, 12) / 10))
            if value:
                self._set(w, Fraction(steps, grain) * int(copysign(1, goal * value)))
        z = sum(self.values[w] * value for w, value in self.inputs.items()) + self._constant()
        return 1 < z / edge < 2

    def turn(self, side: int) -> bool:
        """Turn signs, those that do most first, until the unit is below 0 (−1) or above it."""
        terms = {w: side * self.values[w] * value for w, value in self.inputs.items()}
        if self.bias is not None and self.layer.bias == "neuron":
            terms[self.bias] = side * self.values[self.bias]
            fixed = 0.0
        else:
            fixed = side * self._constant()
        for w in sorted(terms, key=lambda w: terms[w]):
            if fixed + sum(terms.values()) >= _AWAY:
                break
            if terms[w] < 0:
                self._set(w, -self.givens[w].value)
                terms[w] = -terms[w]
        return fixed + sum(terms.values()) >= _AWAY


@cache
def _edge(function: Function, reach: Interval, side: int) -> float:
    """Where the last twentieth of a range begins: 2.94 for σ, by halving; below 0 for side −1."""
    assert reach.low is not None and reach.high is not None
    margin = float(EDGE * (reach.high - reach.low))
    near = float(reach.high) - margin if side > 0 else float(reach.low) + margin
    low, high = 0.0, 1.0
    while side * (_value(function, side * high) - near) < 0:
        high *= 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if side * (_value(function, side * middle) - near) < 0:
            low = middle
        else:
            high = middle
    return side * high


def _value(function: Function, x: float) -> float:
    value: float = evaluate(Apply(function, (_X,)), Bindings({_X: x}, FLOATS))
    return value
