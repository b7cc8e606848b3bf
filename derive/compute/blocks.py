"""The parameters as arrays: W1, b1, W2, …, and where each lies in theta."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from derive.expression.nodes import Quantity
from derive.network.description import BIASES, WEIGHTS, Network


@dataclass(frozen=True, slots=True)
class Block:
    """All weights or all biases of a layer.

    key     "W1", "b1", …
    layer   from 1
    shape   (n_in, n_out), (n_out,), or () for a shared bias
    frozen  given, used, not trained: neither in theta nor in the gradient
    """

    key: str
    layer: int
    shape: tuple[int, ...]
    frozen: bool
    quantities: tuple[Quantity, ...]

    @property
    def size(self) -> int:
        return len(self.quantities)

    def shaped(self, values: list[Any]) -> Any:
        """Numbers, row by row, as nested lists of this block's shape."""
        if not self.shape:
            return values[0]
        if len(self.shape) == 1:
            return values
        width = self.shape[1]
        return [values[start : start + width] for start in range(0, self.size, width)]


def blocks(network: Network) -> tuple[Block, ...]:
    """Every array of a network's parameters, in order."""
    found: list[Block] = []
    for layer in network.layers:
        k, senders = layer.index, network.sizes[layer.index - 1]
        frozen = WEIGHTS in layer.frozen
        found.append(Block(f"W{k}", k, (senders, layer.units), frozen, network.weights(k)))
        if layer.bias != "none":
            shape = () if layer.bias == "shared" else (layer.units,)
            found.append(Block(f"b{k}", k, shape, BIASES in layer.frozen, network.biases(k)))
    return tuple(found)


def trained(every: Iterable[Block]) -> Iterator[tuple[Block, slice]]:
    """The blocks that theta holds, each with its place there."""
    start = 0
    for block in every:
        if not block.frozen:
            yield block, slice(start, start + block.size)
            start += block.size
