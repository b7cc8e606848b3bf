"""Which numbers make a good variant: nothing saturated or dead unless it is asked for, nothing
tiny or on the edge of a case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from derive.derivation.numbers.chains import Numbers
from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import Bindings, Environment, evaluate
from derive.expression.kinks import TIES
from derive.expression.nodes import (
    ACTIVATION,
    TARGET,
    Apply,
    Cases,
    Expression,
    Number,
    Partial,
    Quantity,
    quantities,
)
from derive.network.catalogue import Loss
from derive.network.description import Layer
from derive.worksheets.exercise import Exercise
from derive.worksheets.recipes.kinds import DEAD, SATURATED
from derive.worksheets.recipes.units import Special

EDGE = Fraction(1, 20)  # how near to a kink or a bound a value may come
LARGEST = 100
SMALLEST = 7  # decimals; with three digits behind that a number is still written out
_SLOPE = 3  # decimals that a small slope has at least: 0.0099
INACTIVE = "a unit of relu is inactive"  # and nothing else speaks against the numbers
ZERO_DELTAS = "all deltas of a layer are 0"


def fault(exercise: Exercise, numbers: Numbers, special: Sequence[Special] = ()) -> str | None:
    """What speaks against a variant, in words; None where nothing does.

    special  the units that are to be saturated or dead; all others are not
    Looks at the forward pass first and works nothing out that is not needed. Raises
    ArithmeticError where a formula has no value.
    """
    return next(_faults(exercise, numbers, special), None)


def _faults(exercise: Exercise, numbers: Numbers, special: Sequence[Special]) -> Iterator[str]:
    structure = exercise.structure
    for layer in structure.layers:
        here = [one for one in special if one.layer == layer.index]
        yield from _saturated(layer, numbers, {q.unit for q in here if q.kind == SATURATED})
        dead = {one.unit for one in here if one.kind == DEAD}
        yield from _dead(layer, numbers, dead if special else None)
    yield from _slopes(numbers, special)
    yield from _loss(exercise, numbers)
    for quantity, formula in exercise.derivation.layered.definitions.items():
        if _nearest_edge(formula, numbers.environment) < HIGH.number(EDGE):
            yield f"the formula of a {quantity.kind} is near a kink"
    yield from _size(exercise, numbers, any(one.kind == SATURATED for one in special))
    relu = [layer for layer in structure.layers if layer.activation.name == "relu"]
    if not special and any(0 in _values(layer, numbers) for layer in relu):
        yield INACTIVE


def _value(numbers: Numbers, quantity: Quantity) -> Fraction:
    return numbers.displayed(quantity).number.value


def _values(layer: Layer, numbers: Numbers) -> list[Fraction]:
    return [_value(numbers, Quantity(ACTIVATION, layer.index, j)) for j in range(layer.units)]


def _saturated(layer: Layer, numbers: Numbers, units: set[int]) -> Iterator[str]:
    reach = layer.activation.range
    if reach is not None and reach.low is not None and reach.high is not None:
        margin = EDGE * (reach.high - reach.low)
        low, high = reach.low + margin, reach.high - margin
        free = layer.units > 1 or layer.activation.function is not None  # softmax of one unit: 1
        for unit, value in enumerate(_values(layer, numbers) if free else ()):
            if unit in units and low <= value <= high:
                yield f"the unit asked for in layer {layer.index} is not saturated"
            if unit not in units and not low <= value <= high:
                yield f"a unit of layer {layer.index} is saturated"


def _dead(layer: Layer, numbers: Numbers, units: set[int] | None) -> Iterator[str]:
    inactive = {unit for unit, value in enumerate(_values(layer, numbers)) if value == 0}
    allowed = len(inactive) <= 1 if units is None else inactive == units
    if not allowed or len(inactive) == layer.units:
        few = ", or too few" if units is not None else ""
        yield f"layer {layer.index} has too many inactive units{few}"


def _slopes(numbers: Numbers, special: Sequence[Special]) -> Iterator[str]:
    """What a saturated unit lets through is to be seen: not 0.0000 at the digits of the sheet."""
    least = Fraction(1, 10 ** max(numbers.rounding.digits, _SLOPE))
    for one in special:
        slope = Partial(one.activation, one.pre_activation)
        exact = numbers.environment.partial(one.activation, one.pre_activation)
        printed = numbers.displayed(slope).number.value if slope in numbers.formulas else least
        if one.kind == SATURATED and (exact < HIGH.number(least) or not printed):
            yield f"the slope of the unit asked for in layer {one.layer} is too small to be seen"


def _loss(exercise: Exercise, numbers: Numbers) -> Iterator[str]:
    graph = exercise.derivation.layered
    row = exercise.structure.loss.row
    for y, t in zip(graph.outputs, graph.targets, strict=True):
        if row is not None and not _takes(row, _value(numbers, t)):
            yield "a target is none that the loss can take"
        if abs(_value(numbers, y) - _value(numbers, t)) < EDGE:
            yield "an output has no error to speak of"


def _takes(row: Loss, target: Fraction) -> bool:
    return target in row.target_values if row.target_values else target in row.targets


def _size(exercise: Exercise, numbers: Numbers, small: bool) -> Iterator[str]:
    """Results that are all 0, tiny or large. Every layer past the third costs a decimal, and a
    saturated unit that is asked for two, as everything before it is small."""
    depth = len(exercise.structure.layers)
    decimals = min(numbers.rounding.digits + max(depth - 3, 0) + 2 * small, SMALLEST)
    smallest = Fraction(1, 10**decimals)
    alive: set[int] = set()
    for subject in exercise.formulas:
        value = abs(numbers.displayed(subject).number.value)
        if value > LARGEST:
            yield "a result is large"
        if 0 < value < smallest:
            yield "a result is tiny"
        if value and isinstance(subject, Quantity) and subject.kind == "delta":
            alive.add(subject.layer)
    deltas = {q.layer for q in exercise.formulas if isinstance(q, Quantity) and q.kind == "delta"}
    if alive != deltas:
        yield ZERO_DELTAS


def _nearest_edge(formula: Expression, environment: Environment) -> Any:
    """How far the nearest kink of a formula is: of its cases, and of |x|, max and min."""
    nearest = HIGH.number(Fraction(LARGEST))
    for node in formula.walk():
        if isinstance(node, Cases):
            sides = [(c.left, c.right) for c in node.conditions]
        elif isinstance(node, Apply) and node.function.name in TIES:
            sides = [(node.arguments[0], (*node.arguments, Number(Fraction(0)))[1])]
        else:
            if isinstance(node, Apply) and node.function.definition is not None:
                values = (evaluate(argument, environment) for argument in node.arguments)
                inner = Bindings(dict(zip(node.function.parameters, values, strict=True)))
                nearest = min(nearest, _nearest_edge(node.function.definition, inner))
            continue
        for left, right in sides:
            if not _given((left, right)):
                distance = abs(evaluate(left, environment) - evaluate(right, environment))
                nearest = min(nearest, distance)
    return nearest


def _given(sides: tuple[Expression, ...]) -> bool:
    """Whether a case is decided by targets alone: t > 0."""
    return all(q.kind == TARGET for side in sides for q in quantities(side))
