"""Where training starts: the network's own parameters, and seeded ones where it has none.

Drawn as in Glorot and Bengio 2010 (equation 16), or, behind activations that let through one side
alone, as in He, Zhang, Ren and Sun 2015 (arXiv:1502.01852).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from random import Random

from derive.compute.arguments import ArgumentError, listing
from derive.compute.blocks import Block, blocks
from derive.network.description import Layer, Network

# Activations whose slope is 1 on one side and (about) 0 on the other: half of what comes in is
# lost, so that the weights are drawn wider than for others.
_ONE_SIDED = frozenset(
    ("relu", "leaky_relu", "elu", "selu", "softplus", "gelu", "gelu_tanh", "silu", "mish")
)
HE, GLOROT, ZERO = "he", "glorot", "zero"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a block of parameters was given.

    rule   "he": uniform between ±√(6/n_in); "glorot": between ±√(6/(n_in + n_out)); "zero"
    bound  the √…; 0 for "zero"
    """

    block: Block
    rule: str
    bound: float


@dataclass(frozen=True, slots=True)
class Start:
    """The numbers before the first update.

    theta  what is trained: W1 row by row, b1, W2, …
    fixed  what is frozen, block after block
    drawn  the blocks that the network lacked
    """

    theta: tuple[float, ...]
    fixed: tuple[float, ...]
    drawn: tuple[Drawn, ...]


class Drawing:
    """What a network lacks, to be drawn with seeds, layer by layer.

    drawn  the blocks that are drawn; the others keep the network's numbers
    """

    def __init__(self, network: Network, anew: bool = False) -> None:
        """``anew``: what is trained is drawn although the network gives it."""
        self.blocks = blocks(network)
        given = {
            block.key: None if anew and not block.frozen else
            block.numbers(network.layers[block.layer - 1])
            for block in self.blocks
        }  # fmt: skip
        self.drawn = tuple(
            _rule(network.layers[block.layer - 1], block)
            for block in self.blocks if given[block.key] is None
        )  # fmt: skip
        bounds = {draw.block.key: draw.bound for draw in self.drawn}
        self._parts = [
            (block.frozen, block.size, given[block.key], bounds.get(block.key, 0.0))
            for block in self.blocks
        ]

    def start(self, seed: int | None) -> Start:
        """The numbers before the first update."""
        random = Random(seed).random
        theta: list[float] = []
        fixed: list[float] = []
        for frozen, size, values, bound in self._parts:
            if values is None:
                values = [bound * (2 * random() - 1) for _ in range(size)]
                if not bound:  # biases
                    values = [0.0] * size
            (fixed if frozen else theta).extend(values)
        return Start(tuple(theta), tuple(fixed), self.drawn)


def starting_point(network: Network, seed: int | None) -> Start:
    """The network's numbers; what it lacks drawn with the seed, layer by layer.

    Raises ArgumentError where parameters are missing and no seed is given, or the reverse.
    """
    drawing = Drawing(network)
    if drawing.drawn and seed is None:
        raise ArgumentError(
            listing([draw.block.key for draw in drawing.drawn]),
            "nothing, and the network has no values", "weights and biases in the network file",
            "write them there, or draw them with a seed: initial (--initial SEED)",
        )  # fmt: skip
    if seed is not None and not drawing.drawn:
        raise ArgumentError(
            "initial", f"the seed {seed}, but the network gives every weight and bias",
            "a seed where some are missing", "leave it out, or take the weights out of the file",
        )  # fmt: skip
    return drawing.start(seed)


def many_starting_points(network: Network) -> Drawing:
    """For one start after the other: what the network lacks is drawn, or, where it lacks nothing,
    all that is trained.

    Raises ArgumentError where nothing is trained, or frozen numbers are missing.
    """
    drawing = Drawing(network)
    if not drawing.drawn:
        drawing = Drawing(network, anew=True)
    frozen = [draw.block.key for draw in drawing.drawn if draw.block.frozen]
    if frozen:
        raise ArgumentError(
            "starts", f"frozen {listing(frozen)} without values",
            "frozen numbers that are the same at every start",
            "write them in the network file, or let them be trained",
        )  # fmt: skip
    if not any(draw.bound for draw in drawing.drawn):
        raise ArgumentError(
            "starts", "a network in which no weight is left to draw", "weights that are trained",
            "take weights out of the file, or let them be trained",
        )  # fmt: skip
    return drawing


def _rule(layer: Layer, block: Block) -> Drawn:
    if len(block.shape) < 2:
        return Drawn(block, ZERO, 0.0)
    senders, receivers = block.shape
    if layer.activation.name in _ONE_SIDED:
        return Drawn(block, HE, sqrt(6 / senders))
    return Drawn(block, GLOROT, sqrt(6 / (senders + receivers)))
