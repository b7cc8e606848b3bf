"""Networks that the tests of derivations share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from derive.network.description import Dense, Network

Activation = str | Mapping[str, Any]


def network(
    sizes: Sequence[int],
    activations: Sequence[Activation],
    loss: Any = "half_squared_error",
    bias: str = "neuron",
    **others: Any,
) -> Network:
    """A symbolic network: sizes of the inputs and of every layer, an activation per layer."""
    layers = [
        Dense(units, activation, bias)
        for units, activation in zip(sizes[1:], activations, strict=True)
    ]
    return Network(sizes[0], layers, loss, **others)


def two_two_two(**others: Any) -> Network:
    """The 2-2-2 network of sigmoids that everyone quotes, without biases."""
    layers = [
        Dense(2, "sigmoid", "none", weights=[["0.15", "0.25"], ["0.20", "0.30"]]),
        Dense(2, "sigmoid", "none", weights=[["0.40", "0.50"], ["0.45", "0.55"]]),
    ]
    return _with_decimals([["0.05", "0.10"]], layers, [["0.01", "0.99"]], **others)


def _with_decimals(
    inputs: list[list[str]], layers: list[Dense], targets: list[list[str]], **others: Any
) -> Network:
    from decimal import Decimal

    def read(rows: Any) -> Any:
        return [[Decimal(x) for x in row] for row in rows]

    typed = [
        Dense(layer.units, layer.activation, layer.bias, weights=read(layer.weights),
              biases=None if layer.biases is None else read([layer.biases])[0])
        for layer in layers
    ]  # fmt: skip
    return Network(read(inputs), typed, targets=read(targets), **others)


def two_two_one(**others: Any) -> Network:
    """The 2-2-1 network of sigmoids that learns x1 + x2."""
    layers = [
        Dense(2, "sigmoid", "none", weights=[["0.2", "0.3"], ["0.4", "0.7"]]),
        Dense(1, "sigmoid", "none", weights=[["0.6"], ["-0.1"]]),
    ]
    return _with_decimals([["1.1", "2.2"]], layers, [["3.3"]], **others)
