"""The network a class could draw: what a user says (Dense, Network) and what is then known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, SupportsIndex

from derive.expression.nodes import (
    BIAS,
    INPUT,
    LEARNING_RATE,
    TARGET,
    WEIGHT,
    Expression,
    Number,
    Quantity,
)
from derive.network.argument_types import (
    Activation,
    ByName,
    Digits,
    Inputs,
    Loss,
    Row,
    Table,
    Targets,
    Value,
)
from derive.network.catalogue import ActivationUse, LossUse
from derive.network.literals import (
    BiasKind,
    DeltaSign,
    Freezable,
    Layout,
    NotationName,
    OverExamples,
    RoundingMode,
)
from derive.notation.shape import Shape

WEIGHTS, BIASES = "weights", "biases"  # what ``frozen`` may hold
_FEW = 4  # layers that a short description names


@dataclass(frozen=True, slots=True)
class Dense:
    """A fully connected layer as a user writes it; Network judges it.

        >>> derive.Dense(2, {"name": "leaky_relu", "slope": 0.1}, bias="shared").bias
        'shared'

    activation  a name of the catalogue, {"name": …, parameters} or {"formula": …}
    bias        "none", "neuron" (one each), "shared" (one per layer) or "threshold" (one each,
                subtracted)
    weights     a matrix in the network's layout, or {name: value} in its notation
    biases      a list or {name: value}; a number where shared
    frozen      "weights", "biases" or both: given, used, not trained
    """

    units: SupportsIndex
    activation: Activation = "identity"
    bias: BiasKind = "neuron"
    weights: Table | ByName | None = None
    biases: Value | Row | ByName | None = None
    frozen: Freezable | tuple[Freezable, ...] | Collection[Freezable] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer, checked.

    weights  [source][unit], whatever the layout of the file; None where symbolic
    biases   one per unit, or one if shared; None where symbolic or there are none
    """

    index: int
    units: int
    activation: ActivationUse
    bias: str = "neuron"
    weights: tuple[tuple[Number, ...], ...] | None = None
    biases: tuple[Number, ...] | None = None
    frozen: frozenset[str] = frozenset()
    name: str | None = None

    @property
    def has_own_biases(self) -> bool:
        """Whether every unit has a bias or a threshold of its own."""
        return self.bias in ("neuron", "threshold")

    @property
    def subtracts(self) -> bool:
        """Whether its biases are thresholds: z = Σ w·x − θ."""
        return self.bias == "threshold"


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Network:
    """A feed-forward network with its loss and, where given, all its numbers. Immutable.

        >>> layers = [derive.Dense(3, "tanh"), derive.Dense(1, "sigmoid")]
        >>> network = derive.Network(2, layers, "binary_cross_entropy")
        >>> network
        <Network 2-3-1: tanh, sigmoid; binary_cross_entropy; in symbols>
        >>> network.sizes, len(network.parameters())
        ((2, 3, 1), 13)

    sizes            (inputs, units of layer 1, …, units of layer L)
    inputs, targets  one row per example; None where symbolic
    target_formulas  per output, in the inputs, where the targets were given so
    layout           how a document indexes weights; the arrays here are [source][unit] always
    digits           shown of values, ``update_digits`` of updated parameters
    delta_sign       "positive", or "negative": documents tell of δ = −∂E/∂z
    remarks          what works but is unusual, a sentence each
    """

    title: str
    sizes: tuple[int, ...]
    layers: tuple[Layer, ...]
    loss: LossUse
    inputs: tuple[tuple[Number, ...], ...] | None
    targets: tuple[tuple[Number, ...], ...] | None
    target_formulas: tuple[Expression, ...] | None
    learning_rate: Number | None
    over_examples: str
    layout: str
    notation: str | Path
    digits: int
    update_digits: int
    rounding: str
    delta_sign: str
    shape: Shape
    remarks: tuple[str, ...]

    def __init__(
        self,
        inputs: Inputs,
        layers: Iterable[Dense] | None = None,
        loss: Loss = "half_squared_error",
        *,
        targets: Targets | None = None,
        learning_rate: Value | None = None,
        over_examples: OverExamples = "mean",
        title: str | None = None,
        layout: Layout = "from_to",
        notation: NotationName | str | Path = "numbered",
        digits: int | Digits = 5,
        rounding: RoundingMode = "exact",
        delta_sign: DeltaSign | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Check everything and keep it. Raises NetworkError with every problem at once.

        delta_sign  that of the notation if left out, and positive where that says nothing
        names       {name in the notation: own name}, of any quantity: {"w1": "w13"}
        """
        from derive.network.reading.checked_network import read, refuse_single

        if layers is None:
            refuse_single(inputs)
        known = read(
            inputs=inputs, layers=layers, loss=loss, targets=targets, learning_rate=learning_rate,
            over_examples=over_examples, title=title, layout=layout, notation=notation,
            digits=digits, rounding=rounding, delta_sign=delta_sign, names=names,
        )  # fmt: skip
        for name, value in known.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.sizes))
        kinds = ", ".join(layer.activation.name for layer in self.layers[:_FEW])
        more = ", …" if len(self.layers) > _FEW else ""
        held = f"{self.example_count} examples" if self.is_batch else (
            "with values" if self.has_values else "in symbols"
        )  # fmt: skip
        return f"<Network {sizes}: {kinds}{more}; {self.loss.name}; {held}>"

    def _repr_markdown_(self) -> str:
        from derive.notebook import network  # from below, when a notebook asks

        return network(self)

    def text(self) -> str:
        """The network as the text of a network file; ``derive.save`` writes it to one."""
        from derive.network.saving import network_text

        return network_text(self)

    @property
    def example_count(self) -> int:
        """The rows of the batch; 1 where the inputs are symbolic."""
        return self.shape.examples

    @property
    def is_batch(self) -> bool:
        """Whether there is more than one example."""
        return self.shape.examples > 1

    @property
    def has_values(self) -> bool:
        """Whether inputs, targets and every weight and bias are known."""
        return (
            self.inputs is not None
            and self.targets is not None
            and all(
                layer.weights is not None and (layer.bias == "none" or layer.biases is not None)
                for layer in self.layers
            )
        )

    @property
    def has_thresholds(self) -> bool:
        """Whether z = Σ w·x − θ; then no layer has biases that are added."""
        return any(layer.subtracts for layer in self.layers)

    def with_numbers(self, numbers: Mapping[Quantity, Number]) -> Network:
        """The same structure over one example with other numbers; without any it is symbolic.

        numbers  of every input, target, weight and bias, and of the learning rate, or none.
                 They are taken as they are: whoever draws them answers for them. Remarks, which
                 may speak of the old numbers, are dropped.
        """

        def row(quantities: Iterable[Quantity]) -> tuple[Number, ...] | None:
            return tuple(numbers[q] for q in quantities) if numbers else None

        def column(kind: str, count: int) -> tuple[tuple[Number, ...], ...] | None:
            numbers = row(Quantity(kind, unit=unit) for unit in range(count))
            return None if numbers is None else (numbers,)

        def layer(old: Layer) -> Layer:
            flat = row(self.weights(old.index))
            return replace(
                old,
                weights=None if flat is None else tuple(
                    flat[start : start + old.units] for start in range(0, len(flat), old.units)
                ),
                biases=row(self.biases(old.index)) if old.bias != "none" else None,
            )  # fmt: skip

        changed: dict[str, Any] = {
            "layers": tuple(map(layer, self.layers)),
            "inputs": column(INPUT, self.sizes[0]),
            "targets": column(TARGET, self.sizes[-1]),
            "learning_rate": numbers.get(Quantity(LEARNING_RATE)),
            "shape": replace(self.shape, examples=1),
            "remarks": (),
        }
        return self._with(changed)

    def with_delta_sign(self, sign: str) -> Network:
        """The same network, told of with the other sign of δ: "positive" or "negative"."""
        return self._with({"delta_sign": sign})

    def with_notation(self, notation: str | Path) -> Network:
        """The same network, its quantities called as in a notation."""
        return self._with({"notation": notation})

    def placed(self, place: Callable[[tuple[str | int, ...]], str]) -> Network:
        """The same network, its own formulas knowing where they stand: ``place`` of a path such
        as ("layers", 0, "activation")."""

        def layer(old: Layer) -> Layer:
            if not old.activation.formula:
                return old
            where = place(("layers", old.index - 1, "activation"))
            return replace(old, activation=replace(old.activation, place=where))

        loss = replace(self.loss, place=place(("loss",))) if self.loss.formula else self.loss
        return self._with({"layers": tuple(map(layer, self.layers)), "loss": loss})

    def _with(self, changed: Mapping[str, Any]) -> Network:
        other = object.__new__(Network)
        for field in fields(Network):
            value = getattr(self, field.name)
            object.__setattr__(other, field.name, changed.get(field.name, value))
        return other

    def parameters(self) -> tuple[Quantity, ...]:
        """The trained weights and biases in the order of θ: W1 row by row, b1, W2, …"""
        quantities: list[Quantity] = []
        for layer in self.layers:
            if WEIGHTS not in layer.frozen:
                quantities.extend(self.weights(layer.index))
            if BIASES not in layer.frozen:
                quantities.extend(self.biases(layer.index))
        return tuple(quantities)

    def weights(self, layer: int) -> tuple[Quantity, ...]:
        """The weights into a layer (from 1), row by row: a row is what leaves one unit."""
        senders, receivers = self.sizes[layer - 1], self.sizes[layer]
        return tuple(
            Quantity(WEIGHT, layer, unit, source)
            for source in range(senders)
            for unit in range(receivers)
        )

    def biases(self, layer: int) -> tuple[Quantity, ...]:
        """The biases of a layer: one per unit, one with unit −1 if shared, or none."""
        kind = self.layers[layer - 1].bias
        if kind == "none":
            return ()
        units = (-1,) if kind == "shared" else range(self.sizes[layer])
        return tuple(Quantity(BIAS, layer, unit) for unit in units)

    def value(self, q: Quantity) -> Number | None:
        """The number given for a weight, bias, input, target or the learning rate."""
        if q.kind == LEARNING_RATE:
            return self.learning_rate
        if q.kind in (INPUT, TARGET):
            rows = self.inputs if q.kind == INPUT else self.targets
            row = q.example if isinstance(q.example, int) else 0
            return None if rows is None else rows[row][q.unit]
        if q.kind not in (WEIGHT, BIAS):
            return None
        layer = self.layers[q.layer - 1]
        if q.kind == WEIGHT:
            return None if layer.weights is None else layer.weights[q.source][q.unit]
        return None if layer.biases is None else layer.biases[max(q.unit, 0)]
