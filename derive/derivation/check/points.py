"""Random points: seeded values for inputs, targets and parameters, nothing else.

Every other name is evaluated through the definitions. Weights are scaled by 1/√(number of
inputs), so that deep and wide networks stay where their activations move. Some points have
nothing but positive numbers: there a chain of ReLUs is alive, and √x and ln x are defined.

Units whose activation has a kink are put on either side of it in turn, so that two points see
every unit of a ReLU layer active and inactive: a derivative that was left out shows. Points for
the other bits of a unit's number tell any two units of a layer apart, so that one's derivative
in place of another's shows too.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from derive.derivation.check.kinks import sides
from derive.derivation.check.leaves import number_between, signed, some_leaves
from derive.derivation.failure import CheckFailed
from derive.derivation.steps import SUM_TO_ONE
from derive.derivation.trace import ExampleTrace, Trace
from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.kinks import has_kinks
from derive.expression.nodes import ACTIVATION, BIAS, INPUT, TARGET, WEIGHT, Quantity, quantities
from derive.graph import RATE, AnyGraph, FormulaGraph, NetworkGraph, activations, pre_activations
from derive.network.description import Layer
from derive.network.intervals import Interval

_TRIES = 200
_GOOD_TRIES = 64  # of them, how many may be given up for a kink or a huge value
_LARGE = 10**6
_BINARY = 2**40


def draw(
    graph: AnyGraph, seed: int, assumptions: frozenset[str] = frozenset(), *,
    positive: bool = False, bit: int = 0, scale: int = 1,
) -> Trace:  # fmt: skip
    """A point where the whole network is defined, off every kink and of ordinary size if can be.

    Targets sum to 1 only where an assumption says so: a step that needs it without saying so
    then fails. ``bit`` of a unit's number says on which side of a kink it is; the side changes
    from seed to seed. ``scale`` makes weights larger, and outputs lie farther from their targets.
    Raises CheckFailed where no point can be found.
    """
    chance = random.Random(f"derive check {seed} {bit} {sorted(assumptions)}")
    reason = ""
    spare = None
    for attempt in range(_TRIES):
        if spare is not None and attempt >= _GOOD_TRIES:
            break
        try:
            if isinstance(graph, FormulaGraph):
                leaves = some_leaves(graph, chance, attempt, positive)
                point = Trace(graph, [ExampleTrace(graph, leaves)])
            else:
                sign = 1 if positive or attempt % 4 == 3 else None
                size = Fraction(scale, 1 + attempt // 8)
                side = (seed, bit) if sign is None else None
                point = _draw(graph, chance, SUM_TO_ONE in assumptions, sign, size, side)
            smooth = is_smooth(graph, point)
        except ArithmeticError as error:
            reason = str(error) or "a division by zero"
            continue
        if smooth and is_ordinary(point):
            return point
        spare = spare or point
    if spare is not None:
        return spare
    raise CheckFailed("points", f"no point was found where the network is defined ({reason})")


def is_ordinary(point: Trace) -> bool:
    """Whether no value is so large that a finite difference would drown in it: e^(e^(e^x))."""
    return all(abs(value) < _LARGE for one in point.examples for value in one.values.values())


def is_smooth(graph: AnyGraph, point: Trace) -> bool:
    """Whether no formula is on one of its kinks.

    Raises ArithmeticError where one has no slope at all, such as √x at 0.
    """
    for one in point.examples:
        for quantity in graph.definitions:
            one.slopes(quantity)
    kinked = [formula for formula in graph.definitions.values() if has_kinks(formula)]
    return all(0 not in sides(formula, one) for formula in kinked for one in point.examples)


def _draw(
    graph: NetworkGraph, chance: random.Random, sum_to_one: bool, sign: int | None, size: Fraction,
    side: tuple[int, int] | None,
) -> Trace:  # fmt: skip
    def some() -> Fraction:
        return signed(chance) if sign is None else sign * abs(signed(chance))

    shared: dict[Quantity, Any] = {}
    for parameter in graph.parameters:
        width = graph.network.sizes[parameter.layer - 1] if parameter.kind == "weight" else 1
        shared[parameter] = HIGH.number(some() * size * 2 / (1 + _root(width)))
    shared[RATE] = HIGH.number(number_between(chance, 0.1, 0.9))
    examples: list[ExampleTrace] = []
    for _ in range(graph.network.example_count):
        leaves = dict(shared)
        for unit in range(len(graph.inputs)):
            leaves[Quantity(INPUT, unit=unit)] = HIGH.number(some())
        if graph.network.target_formulas is None:
            leaves.update(_targets(graph, chance, sum_to_one))
        if side is not None and not examples:
            leaves = _on_either_side(graph, leaves, *side)
            shared.update((w, leaves[w]) for w in graph.parameters)
        examples.append(ExampleTrace(graph, leaves))
    return Trace(graph, examples)


def _on_either_side(
    graph: NetworkGraph, leaves: dict[Quantity, Any], turn: int, bit: int
) -> dict[Quantity, Any]:
    """The leaves, the weights and bias into a unit turned where its z has not the sign it should.

    Of a layer with kinks, the units in whose number a bit is set are to be positive, and the
    others at the next turn; in the next layer it is the other way round. A bias that a layer
    shares is left as it is, and outweighed.
    """
    values = dict(leaves)
    for layer in graph.network.layers:
        kinked = is_kinked(graph, layer)
        for z in pre_activations(layer):
            formula = graph.definitions[z]
            values[z] = evaluate(formula, Bindings(values))
            sign = 1 if ((z.unit >> bit) + z.layer + turn) % 2 else -1
            if kinked and values[z] * sign < 0:
                into = [q for q in quantities(formula) if q.kind in (WEIGHT, BIAS)]
                shared = next((q for q in into if q.kind == BIAS and q.unit < 0), None)
                fixed = HIGH.number(Fraction(0)) if shared is None else values[shared]
                rest = values[z] - fixed
                for w in into:
                    if w != shared:
                        values[w] *= sign * (abs(rest) + abs(fixed)) / rest
                values[z] = evaluate(formula, Bindings(values))
        for a in activations(layer):
            values[a] = evaluate(graph.definitions[a], Bindings(values))
    return values


def is_kinked(graph: NetworkGraph, layer: Layer) -> bool:
    """Whether the activation of a layer has a kink."""
    return layer.activation.function is not None and has_kinks(
        graph.definitions[Quantity(ACTIVATION, layer.index)]
    )


def _root(width: int) -> int:
    return int(width**0.5)


def _targets(graph: NetworkGraph, chance: random.Random, sum_to_one: bool) -> dict[Quantity, Any]:
    row = graph.network.loss.row
    units = [Quantity(TARGET, unit=unit) for unit in range(len(graph.targets))]
    if sum_to_one:
        values = _distribution([number_between(chance, 0.1, 1) for _ in units])
    else:
        values = [_inside(chance, row.targets if row else Interval()) for _ in units]
    return {unit: HIGH.number(value) for unit, value in zip(units, values, strict=True)}


def _distribution(shares: list[Fraction]) -> list[Fraction]:
    """Numbers in about these proportions whose sum is 1 in binary too, however many digits."""
    whole = sum(shares)
    *others, _ = (Fraction(round(share / whole * _BINARY), _BINARY) for share in shares)
    return [*others, 1 - sum(others, Fraction(0))]


def _inside(chance: random.Random, interval: Interval) -> Fraction:
    """A number well inside an interval; one that is not bounded on both sides is cut off."""
    low, high = interval.low, interval.high
    if low is None and high is None:
        return signed(chance)
    if low is None or high is None:
        size = number_between(chance, 0.1, 1.5)
        return low + size if low is not None else Fraction(high or 0) - size
    return low + (high - low) * number_between(chance, 0.1, 0.9)
