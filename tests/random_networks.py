"""Seeded networks of every kind that a file can describe: ``network(seed)``."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

import derive
from derive.network.catalogue import ACTIVATIONS

NOTATIONS = ("numbered", "plain", "letters", "indexed", "layered")
OWN_ACTIVATIONS = ("x/(1 + exp(-x))", "ln(1 + exp(x))", "max(0, x)", "x/(1 + abs(x))", "0.10*x**3")
OWN_LOSSES = ("(y - t)**4", "ln(cosh(y - t))", "1/2*abs(y - t)**2")
PARAMETERS = {
    "leaky_relu": ("slope",), "elu": ("alpha",), "selu": ("scale", "alpha"),
}  # fmt: skip
# What every target suits: between 0 and 1, and the sum is 1 where that is asked.
ON_PROBABILITIES = ("binary_cross_entropy", "cross_entropy", "kl_divergence")
LOSSES = (
    "half_squared_error", "mean_squared_error", "absolute_error", "huber", "log_cosh", "hinge",
)  # fmt: skip


def network(seed: int) -> derive.Network:
    """One to three layers of one to four units, with numbers or without."""
    chance = Random(seed)
    sizes = [chance.randint(1, 4) for _ in range(chance.randint(2, 4))]
    last, loss = _output(chance)
    if last == "softmax":
        sizes[-1] = max(2, sizes[-1])
    kinds = [_activation(chance) for _ in sizes[1:-1]] + [last]
    layout = chance.choice(("from_to", "to_from"))
    layers = list(_layers(chance, sizes, kinds, layout))
    known = layers[0].weights is not None
    if all(layer.frozen == ("weights", "biases") for layer in layers):
        layers[-1] = derive.Dense(sizes[-1], last)
    said: dict[str, Any] = {
        "notation": chance.choice(NOTATIONS), "layout": layout,
        "over_examples": chance.choice(("mean", "sum")),
        "digits": chance.choice((5, 3, {"values": 4, "update": 9})),
        "rounding": chance.choice(("exact", "carried")),
    }  # fmt: skip
    if chance.random() < 0.5:
        said["title"] = chance.choice(("Title: #1", 'A "quoted" one', "δ by δ, 100 %"))
    if chance.random() < 0.5:
        said["learning_rate"] = chance.choice((Decimal("0.10"), 0.5, 2))
    examples = chance.choice((1, 1, 2, 5)) if known else 0
    inputs: Any = sizes[0]
    if examples:
        rows = [[_number(chance) for _ in range(sizes[0])] for _ in range(examples)]
        goals = [_goals(chance, sizes[-1], loss) for _ in range(examples)]
        inputs = rows if examples > 1 else rows[0]
        said["targets"] = goals if examples > 1 else goals[0]
        if chance.random() < 0.3 and examples == 1:
            inputs = {f"speed{k + 1}": value for k, value in enumerate(rows[0])}
            said["targets"] = {f"goal{k}": value for k, value in enumerate(goals[0])}
    return derive.Network(inputs, layers, loss, **said)


def _output(chance: Random) -> tuple[Any, Any]:
    if chance.random() < 0.4:
        loss: Any = chance.choice(ON_PROBABILITIES)
        last: Any = chance.choice(("sigmoid", "softmax"))
    else:
        loss = chance.choice((*LOSSES, {"formula": chance.choice(OWN_LOSSES)}))
        last = _activation(chance)
    if chance.random() < 0.3 and loss != "mean_squared_error":
        loss = {**({"name": loss} if isinstance(loss, str) else loss), "per_output": "mean"}
    return last, loss


def _activation(chance: Random) -> Any:
    if chance.random() < 0.2:
        return {"formula": chance.choice(OWN_ACTIVATIONS)}
    name = chance.choice([name for name in sorted(ACTIVATIONS) if name != "softmax"])
    if name in PARAMETERS and chance.random() < 0.5:
        return {"name": name, **{key: Decimal("0.20") for key in PARAMETERS[name]}}
    return name


def _layers(
    chance: Random, sizes: list[int], kinds: list[Any], layout: str
) -> Iterator[derive.Dense]:
    known = chance.random() < 0.8
    for (before, units), kind in zip(pairwise(sizes), kinds, strict=True):
        bias = chance.choice(("none", "neuron", "shared"))
        rows, columns = (before, units) if layout == "from_to" else (units, before)
        weights = [[_number(chance) for _ in range(columns)] for _ in range(rows)]
        biases: Any = [_number(chance) for _ in range(units)]
        if bias != "neuron":
            biases = _number(chance) if bias == "shared" else None
        frozen = [key for key in ("weights", "biases") if chance.random() < 0.2]
        if bias == "none" and "biases" in frozen:
            frozen.remove("biases")
        if frozen == ["weights"] and bias == "none":
            frozen = []
        name = chance.choice((None, None, "hidden one"))
        yield derive.Dense(
            units, kind, bias, weights if known else None, biases if known else None,
            tuple(frozen), name,
        )  # fmt: skip


def _number(chance: Random) -> Any:
    """A number as one may type it, or as a computation leaves it."""
    kind = chance.randrange(3)
    if kind == 0:
        return Decimal(f"{chance.uniform(-2, 2):.2f}")  # 0.10 stays 0.10
    return chance.gauss(0, 1) if kind == 1 else chance.randint(-3, 3)


def _goals(chance: Random, count: int, loss: Any) -> list[Any]:
    name = loss.get("name") if isinstance(loss, dict) else loss
    if name == "hinge":
        return [chance.choice((-1, 1)) for _ in range(count)]
    if name in ON_PROBABILITIES:
        one = chance.randrange(count)
        return [int(k == one) for k in range(count)]
    return [_number(chance) for _ in range(count)]
