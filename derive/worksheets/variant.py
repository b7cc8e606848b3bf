"""One variant's numbers: drawn, judged, and drawn again until they are good."""

from __future__ import annotations

import random
from collections import Counter

from derive.derivation.graph import RATE, Graph
from derive.derivation.numbers import Numbers
from derive.derivation.rounding import Rounding
from derive.derivation.trace import trace
from derive.expression.nodes import INPUT, TARGET, Number, Quantity
from derive.worksheets.exercise import Exercise
from derive.worksheets.givens import Givens, draw
from derive.worksheets.recipe import WorksheetError
from derive.worksheets.suitable import fault

TRIES = 400


def find(
    exercise: Exercise,
    rate: Number | None,
    rounding: Rounding,
    chance: random.Random,
) -> Numbers:
    """The numbers of a variant that nothing speaks against.

    Raises WorksheetError, saying what went wrong most often, after ``TRIES`` tries.
    """
    faults: Counter[str] = Counter()
    for _ in range(TRIES):
        try:
            givens = draw(exercise.structure, rate, chance)
            numbers = worked(exercise, givens, rounding)
            found = fault(exercise, numbers)
        except ArithmeticError:
            found = "a formula has no value"
        if found is None:
            return numbers
        faults[found] += 1
    reason, count = faults.most_common(1)[0]
    raise WorksheetError(
        f"no good numbers in {TRIES} tries; {count} times {reason}: "
        "take fewer variants, another seed, or another network"
    )


def givens_of(numbers: Numbers) -> Givens:
    """The numbers that a variant was drawn with."""
    network = numbers.network
    assert network.inputs is not None and network.targets is not None
    found = {Quantity(INPUT, unit=i): number for i, number in enumerate(network.inputs[0])}
    found |= {Quantity(TARGET, unit=k): number for k, number in enumerate(network.targets[0])}
    for layer in network.layers:
        for w in (*network.weights(layer.index), *network.biases(layer.index), RATE):
            value = network.value(w)
            assert value is not None
            found[w] = value
    return found


def worked(exercise: Exercise, givens: Givens, rounding: Rounding) -> Numbers:
    """The displayed numbers of an exercise with these givens."""
    network = exercise.structure.with_numbers(givens)
    return Numbers(network, exercise.formulas, rounding, trace(Graph(network)))
