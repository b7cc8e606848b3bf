"""Networks that are defined and that the check refuses all the same: there should be none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random
from typing import Any

import derive
from derive.network.catalogue import ACTIVATIONS, LOSSES
from derive.network.description import Dense, Network
from tests.truth.figure import Figure
from tests.truth.spread import spread

COUNT = 20_000
STYLES = ("deltas", "paths", "matrices")

PARAMETERS = {
    "leaky_relu": {"slope": 0.2}, "elu": {"alpha": 1.7}, "selu": {"scale": 1.1, "alpha": 0.6},
}  # fmt: skip
OWN_ACTIVATIONS = (
    "x/(1 + abs(x))", "x*exp(-x**2)", "max(x, 0.2*x) + 1/2", "sin(x) + x", "sqrt(1 + x**2) - 1",
    "x if x > 0.5 else 2*x - 0.5", "atan(x)*2/pi", "2**x", "(exp(2*x) - 1)/(exp(2*x) + 1)",
    "min(max(0, x), 6)", "0.5*x*(1 + erf(x/sqrt(2)))", "x**3/3 - x", "max(x/4, x - 1)",
    "max(0, x*x - 2)", "max(0, tanh(x) - 0.5)", "max(1e-7, sigmoid(x))", "exp(-exp(x))",
    "x*min(max(0, x + 3), 6)/6", "abs(x)**1.5", "x", "x if x <= 1/3 else (x + 1/3)/2",
)  # fmt: skip
OWN_LOSSES = (
    "(y - t)**4", "sqrt(1 + (y - t)**2) - 1", "max(0, 1 - t*y)**2", "-t*y + ln(1 + exp(y))", "y",
    "max(0.9*(t - y), 0.1*(y - t))", "(y - t)**2 if y > t else 0.1*(y - t)**2",
    "max(abs(y - t) - 0.1, 0)", "-t*ln(max(y, 1e-7))", "min((y - t)**2, 1/3)",
    "1/2*(y - t)**2 if abs(y - t) <= 0.3 else 0.3*(abs(y - t) - 0.15)",
)  # fmt: skip


def figures() -> Iterator[Figure]:
    missed = refusals(range(COUNT))
    yield Figure(
        f"{COUNT:,} random networks that are defined: refused by the check", len(missed), 0,
        misses=tuple(missed),
    )  # fmt: skip


def refusals(seeds: Sequence[int]) -> list[str]:
    """A line for each network that is refused."""
    return list(spread(refused, seeds))


def refused(seeds: Sequence[int]) -> list[str]:
    """Those of some seeds that are refused, in this process."""
    found = []
    for seed in seeds:
        one, style = drawn(seed)
        try:
            derive.derive(one, style).check()
        except Exception as error:  # of whatever kind: it is told with its seed
            found.append(f"seed {seed}, {style}: {type(error).__name__}: {error}")
    return found


def drawn(seed: int) -> tuple[Network, str]:
    """One to four layers of one to four units with everything that may vary, and a style."""
    chance = Random(f"defined {seed}")
    depth = chance.randint(1, 4)
    sizes = [chance.randint(1, 4) for _ in range(depth + 1)]
    while True:
        used = [_activation(chance) for _ in range(depth)]
        loss = _loss(chance)
        if _fits(used[-1], loss, sizes[-1]):
            break
    rows = chance.choice((0, 0, 1, 2, 3))  # none: in symbols
    layers = [
        _layer(chance, before, units, use, rows > 0, index == depth)
        for index, ((before, units), use) in enumerate(
            zip(pairwise(sizes), used, strict=True), start=1
        )
    ]
    said: dict[str, Any] = {"over_examples": chance.choice(("mean", "sum"))}
    inputs: Any = sizes[0]
    if rows:
        inputs = [_numbers(chance, sizes[0]) for _ in range(rows)]
        said["targets"] = [_targets(chance, loss, sizes[-1]) for _ in range(rows)]
    return Network(inputs, layers, loss, **said), chance.choice(STYLES)


def _activation(chance: Random) -> Any:
    kind = chance.random()
    if kind < 0.75:
        return chance.choice(sorted(ACTIVATIONS))
    if kind < 0.83:
        name = chance.choice(sorted(PARAMETERS))
        return {"name": name, **PARAMETERS[name]}
    return {"formula": chance.choice(OWN_ACTIVATIONS)}


def _loss(chance: Random) -> Any:
    if chance.random() < 0.2:
        found: Any = {"formula": chance.choice(OWN_LOSSES)}
    else:
        name = chance.choice(sorted(LOSSES))
        if LOSSES[name].mean:
            return name
        found = {"name": name}
    return found | ({"per_output": "mean"} if chance.random() < 0.2 else {})


def _fits(activation: Any, loss: Any, units: int) -> bool:
    """Whether the loss is defined for what the last layer gives."""
    name = loss if isinstance(loss, str) else loss.get("name")
    if name is None or LOSSES[name].domain.low is None:
        return True
    row = ACTIVATIONS.get(activation) if isinstance(activation, str) else None
    if row is None or not row.range.inside(LOSSES[name].domain):
        return False
    return activation != "softmax" or units > 1 or name != "binary_cross_entropy"


def _layer(
    chance: Random, before: int, units: int, use: Any, known: bool, last: bool
) -> Dense:  # fmt: skip
    bias = chance.choice(("none", "neuron", "shared"))
    kinds = ["weights"] if bias == "none" else ["weights", "biases"]
    frozen = [kind for kind in kinds if not last and chance.random() < 0.15]
    if not known:
        return Dense(units, use, bias, frozen=frozen)
    biases: Any = {"none": None, "shared": chance.uniform(-1.5, 1.5)}.get(
        bias, _numbers(chance, units)
    )
    weights = [_numbers(chance, units) for _ in range(before)]
    return Dense(units, use, bias, weights=weights, biases=biases, frozen=frozen)


def _numbers(chance: Random, count: int) -> list[float]:
    return [round(chance.uniform(-2, 2), 3) for _ in range(count)]


def _targets(chance: Random, loss: Any, count: int) -> list[float]:
    name = loss if isinstance(loss, str) else loss.get("name")
    if name == "hinge":
        return [float(chance.choice((-1, 1))) for _ in range(count)]
    if name is not None and LOSSES[name].domain.low is not None:
        hot = chance.randrange(count)
        return [float(k == hot) for k in range(count)]
    return [round(chance.uniform(0.05, 0.95), 2) for _ in range(count)]
