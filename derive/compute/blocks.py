"""The parameters as arrays: W1, b1, W2, …, and where each lies in theta."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

from derive.expression.nodes import BIAS, WEIGHT, Quantity
from derive.network.description import BIASES, WEIGHTS, Layer, Network


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

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def holds_weights(self) -> bool:
        return len(self.shape) == 2

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every weight, row by row, or every bias. Made when asked for: there may be millions."""
        if self.holds_weights:
            senders, receivers = self.shape
            return tuple(
                Quantity(WEIGHT, self.layer, unit, source)
                for source in range(senders)
                for unit in range(receivers)
            )
        return tuple(Quantity(BIAS, self.layer, unit) for unit in range(*self.shape or (-1, 0)))

    def place(self, q: Quantity) -> int | None:
        """Where a weight or bias stands among ``quantities``; None where it is in another block."""
        kind = WEIGHT if self.holds_weights else BIAS
        if q.kind != kind or q.layer != self.layer:
            return None
        return q.source * self.shape[1] + q.unit if self.holds_weights else max(q.unit, 0)

    def numbers(self, layer: Layer) -> list[float] | None:
        """What the network's layer gives for it, row by row; None where it gives nothing."""
        given = layer.weights if self.holds_weights else layer.biases
        if given is None:
            return None
        rows = layer.weights if self.holds_weights else (layer.biases,)
        ratios = (number.value.as_integer_ratio() for row in rows or () for number in row or ())
        return [above / below for above, below in ratios]  # as float(Fraction) has it, in a third

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
    arrays: list[Block] = []
    for layer in network.layers:
        k, senders = layer.index, network.sizes[layer.index - 1]
        frozen = WEIGHTS in layer.frozen
        arrays.append(Block(f"W{k}", k, (senders, layer.units), frozen))
        if layer.bias != "none":
            shape = () if layer.bias == "shared" else (layer.units,)
            arrays.append(Block(f"b{k}", k, shape, BIASES in layer.frozen))
    return tuple(arrays)


def trained(every: Iterable[Block]) -> Iterator[tuple[Block, slice]]:
    """The blocks that theta holds, each with its place there."""
    start = 0
    for block in every:
        if not block.frozen:
            yield block, slice(start, start + block.size)
            start += block.size
