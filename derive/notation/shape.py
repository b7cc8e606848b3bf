"""What a notation needs to know of a network: how large it is, and its own names."""

from __future__ import annotations

from dataclasses import dataclass

from derive.expression.nodes import Quantity

POSITIVE, NEGATIVE = DELTA_SIGNS = ("positive", "negative")  # δ = ∂E/∂z, δ = −∂E/∂z


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes and own names, nothing else.

    sizes         (inputs, units of layer 1, …, units of layer L)
    biases        per layer 1 … L one of "none", "neuron", "shared",
                  "threshold"; () is a bias per neuron
    input_names   what the network calls its inputs; () leaves it to the notation
    target_names  what it calls its targets; () leaves it to the notation
    examples      rows of the batch
    names         own names of single quantities, whatever the notation: (quantity, w13)
    """

    sizes: tuple[int, ...]
    biases: tuple[str, ...] = ()
    input_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    examples: int = 1
    names: tuple[tuple[Quantity, str], ...] = ()

    @property
    def depth(self) -> int:
        """The number of layers that have weights."""
        return len(self.sizes) - 1

    @property
    def outputs(self) -> int:
        """The number of units of the last layer."""
        return self.sizes[-1]

    def bias(self, layer: int) -> str:
        """What biases a layer (from 1) has; one beyond the last, as rules for any network name it,
        has one for every neuron."""
        return self.biases[layer - 1] if layer <= len(self.biases) else "neuron"
