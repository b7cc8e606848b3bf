"""A network as definitions: the layers expanded, and the loss below them.

h1 = w1·i1 + w2·i2 + b1      a_h1 = σ(h1)      …      E1 = ½(a_o1 − t1)²      E = E1 + E2
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from derive.expression.constructors import product, total
from derive.expression.functions import EXP
from derive.expression.nodes import (
    ACTIVATION,
    BATCH_LOSS,
    BIAS,
    INPUT,
    LEARNING_RATE,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Expression,
    IndexedSum,
    Negative,
    Number,
    Product,
    Quantity,
    Quotient,
)
from derive.graph.definitions import Graph
from derive.network.catalogue import in_letters
from derive.network.description import Layer, Network

RATE = Quantity(LEARNING_RATE)
E = Quantity(LOSS)
BATCH_E = Quantity(BATCH_LOSS)
EXAMPLE = "n"  # the letter that runs over the examples of a batch


class NetworkGraph(Graph):
    """The definitions of one example's loss.

    inputs, outputs, targets  in the order of the units
    terms  the loss terms E_k; empty for one output, whose loss is a single formula
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.inputs = tuple(Quantity(INPUT, unit=i) for i in range(network.sizes[0]))
        definitions: dict[Quantity, Expression] = {}
        previous = self.inputs
        for layer in network.layers:
            definitions.update(_layer(layer, previous))
            previous = activations(layer)
        self.outputs = previous
        self.targets = tuple(Quantity(TARGET, unit=k) for k in range(len(self.outputs)))
        self.terms: tuple[Quantity, ...] = ()
        if len(self.outputs) > 1:
            self.terms = tuple(Quantity(LOSS_TERM, unit=k) for k in range(len(self.outputs)))
        definitions.update(self._loss())
        super().__init__(definitions, E)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NetworkGraph):
            return NotImplemented
        return self.network == other.network and self.definitions == other.definitions

    def __hash__(self) -> int:
        return hash((self.network.sizes, self.network.title))

    @property
    def has_values(self) -> bool:
        return self.network.has_values

    @property
    def example_count(self) -> int:
        return self.network.example_count

    @property
    def is_batch(self) -> bool:
        return self.network.is_batch

    @property
    def goal(self) -> Quantity:
        """What is to be made small: the loss, or the loss over the batch."""
        return BATCH_E if self.network.is_batch else E

    @property
    def learning_rate(self) -> Number | None:
        return self.network.learning_rate

    def value(self, q: Quantity) -> Number | None:
        """The number given for a weight, bias, input, target or the learning rate."""
        return self.network.value(q)

    @property
    def parameters(self) -> tuple[Quantity, ...]:
        """Every weight and bias, trained or frozen, in the order of the forward pass."""
        return tuple(q for q in self.leaves if q.kind in (WEIGHT, BIAS))

    @property
    def trained(self) -> tuple[Quantity, ...]:
        """Those of them that are trained, in the order of θ."""
        return self.network.parameters()

    def leaf_values(self, example: int) -> dict[Quantity, Fraction]:
        """The exact numbers that a network file gives: parameters, and one example's data."""
        network = self.network
        if network.inputs is None or network.targets is None:
            raise ValueError("the network has no values to trace")
        data = (
            *zip(self.inputs, network.inputs[example], strict=True),
            *zip(self.targets, network.targets[example], strict=True),
        )
        values = {q: number.value for q, number in data}
        for quantity in self.parameters:
            value = network.value(quantity)
            if value is None:
                raise ValueError("the network has no values to trace")
            values[quantity] = value.value
        if network.learning_rate is not None:
            values[RATE] = network.learning_rate.value
        return values

    def _loss(self) -> dict[Quantity, Expression]:
        network = self.network
        definitions: dict[Quantity, Expression] = {}
        if network.target_formulas is not None:
            definitions.update(zip(self.targets, network.target_formulas, strict=True))
        shares: list[Expression] = [
            in_letters(network.loss.term, y=y, t=t)
            for y, t in zip(self.outputs, self.targets, strict=True)
        ]
        if not self.terms:
            return definitions | {E: shares[0]}
        definitions.update(zip(self.terms, shares, strict=True))
        return definitions | {E: self.averaged(total(*self.terms))}

    def averaged(self, over_outputs: Expression) -> Expression:
        """1/n times a sum over the outputs, where the loss is a mean; else the sum itself."""
        if not self.network.loss.mean or len(self.outputs) == 1:
            return over_outputs
        return product(Number(Fraction(1, len(self.outputs))), over_outputs)

    def over_examples(self, of_one: Expression) -> Expression:
        """1/N·Σ (or Σ) of an expression of one example over the examples of the batch."""
        count = self.network.example_count
        summed = IndexedSum(of_one, EXAMPLE, count)
        if self.network.over_examples == "sum":
            return summed
        return product(Number(Fraction(1, count)), summed)


def _layer(layer: Layer, previous: tuple[Quantity, ...]) -> dict[Quantity, Expression]:
    definitions: dict[Quantity, Expression] = {}
    for z in pre_activations(layer):
        terms: list[Expression] = [
            Product((Quantity(WEIGHT, layer.index, z.unit, i), a)) for i, a in enumerate(previous)
        ]
        if layer.bias != "none":
            b = bias_of(layer, z.unit)
            terms.append(Negative(b) if layer.subtracts else b)
        definitions[z] = total(*terms)
    for a in activations(layer):
        definitions[a] = activation_formula(layer, a.unit)
    return definitions


def pre_activations(layer: Layer) -> tuple[Quantity, ...]:
    """z of every unit of a layer."""
    return tuple(Quantity(PRE_ACTIVATION, layer.index, j) for j in range(layer.units))


def activations(layer: Layer) -> tuple[Quantity, ...]:
    """a of every unit of a layer."""
    return tuple(Quantity(ACTIVATION, layer.index, j) for j in range(layer.units))


def bias_of(layer: Layer, unit: int) -> Quantity:
    """The bias that a unit adds: its own, or the one its layer shares."""
    return Quantity(BIAS, layer.index, -1 if layer.bias == "shared" else unit)


def activation_formula(layer: Layer, unit: int) -> Expression:
    """a = f(z), a = z for the identity, a = e^(z/T) / Σ e^(z/T) for softmax."""
    every = pre_activations(layer)
    function = layer.activation.function
    if function is None:
        powers, whole = _softmax_parts(every, layer.activation.temperature)
        return Quotient(powers[unit], whole)
    if layer.activation.name == "identity":
        return every[unit]
    return function(every[unit])


def over(e: Expression, divisor: Number) -> Expression:
    """e/divisor, and e alone where that is 1."""
    return e if divisor.value == 1 else Quotient(e, divisor)


@lru_cache
def _softmax_parts(
    every: tuple[Quantity, ...], temperature: Number
) -> tuple[tuple[Expression, ...], Expression]:
    """e^(z/T) of every unit and their sum: the same nodes for all units, so worked out once."""
    powers = tuple(EXP(over(z, temperature)) for z in every)
    return powers, total(*powers)
