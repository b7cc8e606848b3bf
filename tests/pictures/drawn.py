"""Networks to be drawn, and the pictures of their documents."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import derive
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.numbers.valuation import Valuation
from derive.document.blocks import Figure
from derive.document.narration.pictures import networks as pictures
from derive.document.narration.teller import Detail, Teller
from derive.document.wording import Wording
from derive.notation import Names, names


def made(
    sizes: Sequence[int], *, seed: int = 0, numbers: bool = True, bias: str = "neuron",
    softmax: bool = False, spread: float = 1.0, examples: int = 1, notation: str = "numbered",
) -> derive.Network:  # fmt: skip
    """A network with seeded numbers of two decimals, or without numbers."""
    chance = random.Random(f"{seed} {sizes}")

    def matrix(rows: int, columns: int) -> list[list[float]]:
        return [
            [round(chance.uniform(-spread, spread), 2) for _ in range(columns)] for _ in range(rows)
        ]

    layers = []
    for layer, (a, b) in enumerate(pairwise(sizes), start=1):
        last = layer == len(sizes) - 1
        own = matrix(1, b)[0]
        biases: Any = {"none": None, "shared": own[0], "neuron": own}[bias]
        layers.append(
            derive.Dense(
                b, "softmax" if last and softmax else "tanh", bias,
                weights=matrix(a, b) if numbers else None, biases=biases if numbers else None,
            )
        )  # fmt: skip
    goals = [[float(k == n % sizes[-1]) for k in range(sizes[-1])] for n in range(examples)]
    return derive.Network(
        matrix(examples, sizes[0]) if numbers else sizes[0], layers,
        "cross_entropy" if softmax else "half_squared_error",
        targets=goals if numbers else None, learning_rate=0.5, notation=notation,
    )  # fmt: skip


def teller(network: derive.Network, style: str = "deltas", digits: int = 5) -> Teller:
    """What a document with pictures is told from; nothing is checked, to save the time."""
    derivation = derive.derive(network, style)
    valuation = Valuation(derivation, Rounding(digits)) if network.has_values else None
    called = names(network.notation, network.shape, network.layout)
    nothing: Any = None
    return Teller(
        derivation, nothing, valuation, Detail.NORMAL, Wording(), called,
        parts=frozenset({"pictures"}),
    )  # fmt: skip


def figures(network: derive.Network, digits: int = 5) -> tuple[list[Figure], Names]:
    """Every kind of figure there is of a network, and the names in it."""
    told = teller(network, digits=digits)
    layers = [layer.index for layer in network.layers]
    first = [network.weights(layer)[0] for layer in layers]
    biases = [own[0] for layer in layers if (own := network.biases(layer))]
    found = [
        pictures.network_figure(told),
        *(pictures.path_figure(told, w) for w in (*first, *biases)),
        *(pictures.step_figure(told, layer) for layer in layers),
        pictures.circuit_figure(told),
    ]
    return found, told.names
