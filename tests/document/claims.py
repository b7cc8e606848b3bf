"""What a document says: every sentence it used, with what was filled into it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import derive
from derive.document.blocks import Document, Inline
from derive.document.wording import Value, Wording
from derive.expression.nodes import Expression, Number, Quantity
from derive.network import Network
from derive.rendering import narrated
from tests.derivation.oracle import Batch, Point, number
from tests.derived import derived


@dataclass(frozen=True)
class Said:
    """One use of a sentence."""

    sentence: str
    values: dict[str, Value]

    def quantities(self, place: str) -> list[Quantity]:
        """The quantities that fill a place, in order."""
        value = self.values[place]
        parts = value if isinstance(value, tuple) else (value,)
        return [q for part in parts if isinstance(part, Expression)
                for q in part.walk() if isinstance(q, Quantity)]  # fmt: skip

    def quantity(self, place: str) -> Quantity:
        (found,) = self.quantities(place)
        return found

    def count(self, place: str) -> int:
        """A number."""
        value = self.values[place]
        assert isinstance(value, (int, str))
        return int(value)

    def shown(self, place: str) -> float:
        """A displayed number."""
        value = self.values[place]
        assert isinstance(value, Number)
        return float(value.value)


def told(
    network: Network, style: str = "deltas", detail: str = "full", **options: Any
) -> list[Said]:
    """Everything that the document of a network says, in order."""
    found: list[Said] = []
    call = Wording.__call__

    def heard(self: Wording, sentence: str, **values: Value) -> Inline:
        found.append(Said(sentence, values))
        return call(self, sentence, **values)

    limit = {"max_paths": options.pop("max_paths")} if "max_paths" in options else {}
    with patch.object(Wording, "__call__", heard):
        document, _ = narrated(derived(network, style, **limit), detail=detail, **options)
    assert isinstance(document, Document)
    return found


def named(said: list[Said], *sentences: str) -> list[Said]:
    """The uses of some sentences."""
    return [one for one in said if one.sentence in sentences]


def network(
    sizes: Sequence[int],
    activations: Sequence[Any],
    loss: Any = "half_squared_error",
    *,
    seed: int = 0,
    targets: Any = None,
    inputs: Any = None,
    weights: Any = None,
    rate: float | None = 0.5,
    bias: str = "neuron",
    frozen: Sequence[tuple[str, ...]] = (),
    examples: int = 1,
    **others: Any,
) -> Network:
    """A network with seeded numbers of two decimals, where none are given."""
    chance = random.Random(f"{seed} {sizes}")

    def matrix(rows: int, columns: int) -> list[list[float]]:
        return [[round(chance.uniform(-1, 1), 2) for _ in range(columns)] for _ in range(rows)]

    layers = []
    for k, ((a, b), activation) in enumerate(zip(pairwise(sizes), activations, strict=True)):
        backwards = others.get("layout") == "to_from"
        values = matrix(*((b, a) if backwards else (a, b))) if weights is None else weights[k]
        own = matrix(1, b)[0]
        biases: Any = {"none": None, "shared": own[0], "neuron": own}[bias]
        layers.append(
            derive.Dense(
                b, activation, bias, weights=values,
                biases=biases,
                frozen=frozen[k] if frozen else (),
            )
        )  # fmt: skip
    if targets is None:
        targets = [[float(k == n % sizes[-1]) for k in range(sizes[-1])] for n in range(examples)]
    return derive.Network(
        inputs or matrix(examples, sizes[0]), layers, loss,
        targets=targets, learning_rate=rate, **others,
    )  # fmt: skip


def oracle(of: Network, moved: dict[Quantity, Any] | None = None) -> Batch:
    """A second opinion on a network with values; some parameters moved."""
    assert of.inputs is not None and of.targets is not None
    points = []
    for row, targets in zip(of.inputs, of.targets, strict=True):
        leaves = {Quantity("input", unit=i): number(x.value) for i, x in enumerate(row)}
        leaves |= {Quantity("target", unit=k): number(t.value) for k, t in enumerate(targets)}
        for layer in of.layers:
            for q in (*of.weights(layer.index), *of.biases(layer.index)):
                value = of.value(q)
                assert value is not None
                leaves[q] = number(value.value)
        points.append(Point(of, {**leaves, **(moved or {})}))
    return Batch(of, points)


def path_count(of: Network, w: Quantity) -> int:
    """How many ways lead from a parameter to the loss, counted by widths."""
    count = 1
    for layer in of.layers[w.layer - 1 :]:
        softmax = layer.activation.name == "softmax"
        count *= layer.units if layer.index > w.layer else 1
        count *= layer.units if softmax and layer.units > 1 else 1
    shared = of.layers[w.layer - 1].units if w.kind == "bias" and w.unit < 0 else 1
    return count * shared
