"""Numbers a hand can calculate with: few decimals, small, both signs; drawn for one variant."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.nodes import (
    BIAS,
    INPUT,
    LEARNING_RATE,
    TARGET,
    Number,
    Quantity,
)
from derive.network.description import Network
from derive.network.intervals import Interval
from derive.network.values import exact

Givens = dict[Quantity, Number]

_UNIT = 20  # numbers are multiples of 1/20
_INPUTS = (1, 20)
_WEIGHTS = (2, 18)
_BIASES = (1, 10)
_TARGETS = Interval(Fraction(-3, 2), Fraction(3, 2))
_OF_DISTRIBUTIONS = ("cross_entropy", "kl_divergence")
_RATE = Number(Fraction(1, 2), "0.5")
_PLACES = 12  # decimals kept of a target that a formula makes irrational


def draw(structure: Network, rate: Number | None, chance: random.Random) -> Givens:
    """A number for every input, target, weight and bias; the learning rate is the one given.

    Inputs lie between 0.05 and 1, weights between 0.1 and 0.9 and biases between 0.05 and 0.5
    in size. Targets suit the loss: one output is 1 behind a softmax, 0 or 1 for cross-entropies,
    ±1 for the hinge, else a number that the last layer can reach; or they follow from their
    formulas. Raises ArithmeticError where a formula has no value.
    """
    givens: Givens = {Quantity(LEARNING_RATE): rate or _RATE}
    for unit in range(structure.sizes[0]):
        givens[Quantity(INPUT, unit=unit)] = _number(chance.randint(*_INPUTS))
    for layer in structure.layers:
        for w in (*structure.weights(layer.index), *structure.biases(layer.index)):
            size = chance.randint(*(_BIASES if w.kind == BIAS else _WEIGHTS))
            givens[w] = _number(size if chance.randrange(3) else -size)
    for unit, target in enumerate(_targets(structure, givens, chance)):
        givens[Quantity(TARGET, unit=unit)] = target
    return givens


def _number(twentieths: int) -> Number:
    return exact(Fraction(twentieths, _UNIT))


def _targets(structure: Network, givens: Givens, chance: random.Random) -> list[Number]:
    outputs = structure.sizes[-1]
    if structure.target_formulas is not None:
        values = {q: HIGH.number(n.value) for q, n in givens.items()}
        return [
            exact(_rational(evaluate(formula, Bindings(values))))
            for formula in structure.target_formulas
        ]
    loss, last = structure.loss, structure.layers[-1].activation
    if loss.row is not None and loss.row.target_values:
        return [exact(chance.choice(loss.row.target_values)) for _ in range(outputs)]
    if outputs > 1 and (last.name == "softmax" or loss.name in _OF_DISTRIBUTIONS):
        right = chance.randrange(outputs)
        return [exact(Fraction(int(unit == right))) for unit in range(outputs)]
    if loss.name == "binary_cross_entropy":
        return [exact(Fraction(chance.randrange(2))) for _ in range(outputs)]
    reach = (_TARGETS, loss.row.targets if loss.row else None, last.range)
    low = max(i.low for i in reach if i is not None and i.low is not None)
    high = min(i.high for i in reach if i is not None and i.high is not None)
    inside = range(int(low * _UNIT) + 1, int(high * _UNIT))
    return [_number(chance.choice(inside)) for _ in range(outputs)]


def _rational(value: Any) -> Fraction:
    """A value to so many decimals as an exact number."""
    nearest = HIGH.context.nint(value * 10**_PLACES)
    return Fraction(int(nearest), 10**_PLACES)
