"""Networks with numbers from 10⁻³⁰⁰ to 10³⁰⁰: saturated, vanishing, unscaled. Nothing is refused,
and every number of a page is right to its last digit.

Values come from the oracle of the derivations with sixteen hundred digits, derivatives from
differences of its forward pass; rounding is done again here, from the rule that pages state.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from random import Random
from typing import Any

import derive
from derive.derivation.numbers.numbered import numbered
from derive.derivation.numbers.rounding import Displayed, Rounding
from derive.expression.nodes import PRE_ACTIVATION, Partial, Quantity
from derive.graph import NetworkGraph
from derive.network.description import Dense, Network
from tests.derivation.oracle import Point, mp, number
from tests.truth.figure import Figure
from tests.truth.spread import spread

COUNT = 2_000
_CHUNK = 20
_DIGITS = 1_600
_STEP = 500  # decimals of the step of a difference
_SAME = 700  # digits to which a displayed number must agree to be exact
_ZERO = 1_000  # decimals of what is a 0
_MOST = 690  # e^690 is about 10^300
_FASTER = {"tanh": 345, "mish": 345, "gelu": 37}  # e^(2·345), e^(37²/2)
_KINKED = ("relu", "leaky_relu", "elu", "selu")
STYLES = ("deltas", "paths", "matrices")
SATURATING = (
    "sigmoid", "tanh", "softplus", "elu", "selu", "silu", "mish", "gelu", "softsign",
)  # fmt: skip
LINEAR = ("identity", "relu", "leaky_relu")
ON_NUMBERS = ("half_squared_error", "mean_squared_error", "absolute_error", "huber", "hinge")
ON_PROBABILITIES = ("binary_cross_entropy", "cross_entropy", "kl_divergence")


def figures() -> Iterator[Figure]:
    refused, wrong = faults(range(COUNT))
    for what, found in (("refused", refused), ("with a wrong digit, or = for ≈", wrong)):
        yield Figure(
            f"{COUNT:,} networks with numbers from 1e-300 to 1e300: {what}", len(found), 0,
            misses=tuple(found),
        )  # fmt: skip


def faults(seeds: Sequence[int]) -> tuple[list[str], list[str]]:
    """A line for each network that is refused, and for each that has a wrong number."""
    found = list(spread(examined, seeds, _CHUNK))
    refused = [line for is_refused, line in found if is_refused]
    return refused, [line for is_refused, line in found if not is_refused]


def examined(seeds: Sequence[int]) -> list[tuple[bool, str]]:
    """Those of some seeds that are at fault, in this process: (refused, what is wrong)."""
    found = []
    for seed in seeds:
        one, style, digits = drawn(seed)
        try:
            valuation, _ = numbered(derive.derive(one, style), Rounding(digits))
        except Exception as error:  # of whatever kind: it is told with its seed
            found.append((True, f"seed {seed}, {style}: {type(error).__name__}: {error}"))
            continue
        with mp.workdps(_DIGITS):
            point = reference(one)
            if _on_a_kink(one, point):
                continue
            for atom in valuation.formulas:
                shown = valuation.examples[0].displayed(atom)
                if isinstance(atom, Partial):
                    assert isinstance(atom.of, Quantity)
                    true = point.difference(atom.of, atom.by)
                else:
                    true = point.quantity(atom)
                wrong = fault(shown, true, digits)
                if wrong:
                    found.append((False, f"seed {seed}, {style}: {atom}: {wrong}"))
                    break
    return found


def _on_a_kink(one: Network, point: Point) -> bool:
    """Whether a unit is where its activation has no derivative: differences do not know which
    one is declared there."""
    return any(
        layer.activation.name in _KINKED
        and abs(point.quantity(Quantity(PRE_ACTIVATION, layer.index, unit))) < mp.mpf(10) ** -_ZERO
        for layer in one.layers for unit in range(layer.units)
    )  # fmt: skip


def reference(one: Network) -> Point:
    """The network at its own values, with many digits."""
    leaves = {q: number(value) for q, value in NetworkGraph(one).leaf_values(0).items()}
    return Point(one, leaves, step=mp.mpf(10) ** -_STEP)


def fault(shown: Displayed, true: Any, digits: int) -> str:
    """What is wrong with a displayed number; "" where nothing is."""
    if abs(true) < mp.mpf(10) ** -_ZERO:
        return "" if shown.number.value == 0 else f"{shown.number.text} for 0"
    due = rounded(true, digits)
    if Decimal(shown.number.text or str(shown.number.value)) != due:
        return f"{shown.number.text} for {due}"
    exact = abs(number(Fraction(due)) - true) < abs(true) * mp.mpf(10) ** -_SAME
    return "" if exact == shown.exact else f"{due} after {'=' if shown.exact else '≈'}"


def rounded(true: Any, digits: int) -> Decimal:
    """Half away from zero: to so many decimals, or 3 significant digits below 0.01; from 10⁹ on
    to one digit before the point and so many behind it."""
    with localcontext() as context:
        context.prec, context.Emin, context.Emax = _DIGITS, -(10**6), 10**6
        known = _DIGITS - _STEP - 20 + int(mp.log10(abs(true)))  # digits of it: the rest is noise
        value = Decimal(mp.nstr(true, max(50, min(known, _DIGITS - _STEP))))
        power = value.adjusted()
        if power >= 9:
            places = max(digits, 2) - power
        else:
            places = max(digits, 2 - power) if power < -2 else digits
            places = places if places <= 9 else 2 - power
        return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def drawn(seed: int) -> tuple[Network, str, int]:
    """A network, a style, and how many decimals are shown."""
    chance = Random(f"extreme {seed}")
    kind = chance.choice(("saturated", "saturated", "vanishing", "unscaled"))
    if kind == "vanishing":
        sizes, uses = [1] * (chance.randint(8, 16) + 1), chance.choice(("sigmoid", "tanh"))
        activations = [uses] * (len(sizes) - 1)
    else:
        sizes = [chance.randint(1, 2) for _ in range(chance.randint(2, 4))]
        pool = SATURATING if kind == "saturated" else LINEAR
        activations = [chance.choice(pool) for _ in sizes[1:]]
    loss = chance.choice((*ON_NUMBERS, "log_cosh") if kind != "unscaled" else ON_NUMBERS)
    if kind == "saturated" and chance.random() < 0.5:
        loss, activations[-1] = chance.choice(ON_PROBABILITIES), "sigmoid"
        if sizes[-1] > 1 and loss != "binary_cross_entropy" and chance.random() < 0.6:
            activations[-1] = "softmax"
    largest = 60 if kind == "unscaled" else 4
    inputs = [_number(chance, -largest, largest) for _ in range(sizes[0])]
    targets = _targets(chance, loss, sizes[-1])
    said = {"targets": targets}
    layers: list[Dense] = []
    for before, units, activation in zip(sizes, sizes[1:], activations, strict=False):
        layer = [[_number(chance, -1, 1) for _ in range(units)] for _ in range(before)]
        bias = chance.choice(("none", "neuron"))
        biases = [_number(chance, -2, 1) for _ in range(units)] if bias == "neuron" else None
        layers.append(Dense(units, activation, bias, weights=layer, biases=biases))
        wanted = _wanted(chance, kind, activation)
        layers[-1] = _scaled(inputs, layers, wanted)
    one = Network(inputs, layers, loss, **said)
    style = chance.choice(STYLES) if kind != "vanishing" else "deltas"
    return one, style, chance.choice((3, 5))


def _wanted(chance: Random, kind: str, activation: str) -> Decimal:
    """About how large the pre-activations of a layer are to be."""
    if kind == "vanishing":
        return Decimal(repr(chance.uniform(0.01, 3)))
    if kind == "saturated":
        most = _FASTER.get(activation, _MOST)
        return Decimal(repr(10 ** chance.uniform(-2, math.log10(most))))
    return Decimal(10) ** chance.randint(-60, 60)


def _scaled(inputs: list[Decimal], layers: list[Dense], wanted: Decimal) -> Dense:
    """The last layer with its weights scaled so that its pre-activations are about as wanted."""
    *_, last = layers
    trial = Network(inputs, layers, "half_squared_error", targets=[0] * last.units)
    with mp.workdps(50):
        point = reference(trial)
        zs = [
            abs(value) for q, value in point.forward({}).items()
            if q.kind == "pre-activation" and q.layer == len(layers)
        ]  # fmt: skip
    size = Decimal(mp.nstr(max(zs), 5))
    if not size:
        return last
    by = wanted / size
    assert last.weights is not None
    weights = [[_short(w, by) for w in row] for row in last.weights]
    biases = last.biases and [_short(b, by) for b in last.biases]
    return Dense(last.units, last.activation, last.bias, weights=weights, biases=biases)


def _short(value: Decimal, by: Decimal) -> Decimal:
    """A scaled number with three significant digits, within what files may hold."""
    scaled = value * by
    if not scaled:
        return Decimal(0)
    power = max(-298, min(298, scaled.adjusted()))
    return Decimal(f"{scaled.scaleb(-scaled.adjusted()):.2f}").scaleb(power)


def _number(chance: Random, low: int, high: int) -> Decimal:
    """A number with one to three digits, of a random sign and power of ten."""
    digits = chance.randint(1, 999)
    return Decimal(chance.choice((-1, 1)) * digits).scaleb(chance.randint(low, high) - 2)


def _targets(chance: Random, loss: str, count: int) -> list[Decimal]:
    if loss == "hinge":
        return [Decimal(chance.choice((-1, 1))) for _ in range(count)]
    if loss in ON_PROBABILITIES:
        hot = chance.randrange(count)
        return [Decimal(int(k == hot)) for k in range(count)]
    return [_number(chance, -2, 1 if loss == "log_cosh" else 2) for _ in range(count)]
