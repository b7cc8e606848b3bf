"""What a family's networks are made of: one of its sizes, activations, losses and biases each.

A combination whose parts fit together is a network; any other is left out, and it is said why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from derive.network.catalogue import ActivationUse, LossUse, activation
from derive.network.description import Dense, Network
from derive.network.errors import NetworkError, Notes
from derive.network.literals import BiasKind
from derive.network.own_formulas import formula_with_values
from derive.network.saving import activation_entry, loss_entry

ONE_UNIT = "softmax over one unit is constantly 1, and leaves nothing to learn"


@dataclass(frozen=True, slots=True)
class Combination:
    """Sizes from the inputs to the outputs, each layer's activation, the loss, every bias."""

    sizes: tuple[int, ...]
    activations: tuple[ActivationUse, ...]
    loss: LossUse
    bias: str

    def __str__(self) -> str:
        """2-3-2, tanh, sigmoid, hinge, bias neuron; an activation of all layers is said once."""
        names = [_activation(use) for use in self.activations]
        if len(set(names)) == 1:
            del names[1:]
        sizes = "-".join(map(str, self.sizes))
        return ", ".join((sizes, *names, _loss(self.loss), f"bias {self.bias}"))

    @property
    def layers(self) -> tuple[tuple[int, ActivationUse], ...]:
        """The units of each layer, and its activation."""
        return tuple(zip(self.sizes[1:], self.activations, strict=True))

    def network(self, **options: Any) -> Network:
        """The network without numbers. Raises NetworkError."""
        bias = cast(BiasKind, self.bias)
        layers = [Dense(units, activation_entry(use), bias) for units, use in self.layers]
        return Network(self.sizes[0], layers, loss_entry(self.loss), **options)


def combination_of(network: Network) -> Combination:
    """The combination that a network is; in a family all layers have one kind of bias."""
    uses = tuple(layer.activation for layer in network.layers)
    biases = dict.fromkeys(layer.bias for layer in network.layers)
    return Combination(network.sizes, uses, network.loss, " and ".join(biases))


def _activation(use: ActivationUse) -> str:
    """relu, leaky_relu with slope 0.1, x/(1 + abs(x))."""
    if use.formula:
        return formula_with_values(use)
    usual = activation(use.name).parameters
    own = [
        f"{key} {number.text or number.value}"
        for (key, number), (_, value) in zip(use.parameters, usual, strict=True)
        if number.value != value.value
    ]
    return f"{use.name} with {' and '.join(own)}" if own else use.name


def _loss(use: LossUse) -> str:
    mean = use.mean and not (use.row and use.row.mean)
    return (use.formula or use.name) + (" (mean)" if mean else "")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A combination that is no network, and why."""

    combination: Combination
    reason: str


def fitting(
    notes: Notes, combinations: Iterable[Combination], **options: Any
) -> tuple[tuple[Network, ...], tuple[LeftOut, ...]]:
    """The networks, in order, and what is left out. What is wrong besides becomes a problem."""
    networks: list[Network] = []
    left_out: list[LeftOut] = []
    for one in combinations:
        if any(units == 1 and use.name == "softmax" for units, use in one.layers):
            left_out.append(LeftOut(one, ONE_UNIT))
            continue
        try:
            networks.append(one.network(**options))
        except NetworkError as error:
            for problem in error.problems:
                if problem.path == ("loss",):  # what the output gives, the loss cannot take
                    left_out.append(LeftOut(one, problem.message.removeprefix("loss: ")))
                else:
                    notes.problem((), f"{one}: {problem.message}")
    return tuple(networks), tuple(left_out)
