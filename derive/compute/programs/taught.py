"""The textbook formulas that computed lines stand for, as a class writes them."""

from __future__ import annotations

from fractions import Fraction

from derive.algebra.backward import over_uses
from derive.compute.programs.program import Remark
from derive.derivation.calculus.differentiator import is_short, outer_derivative, prime, with_names
from derive.derivation.calculus.tidy import tidy
from derive.expression.constructors import ONE, product, total
from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    DELTA,
    INPUT,
    TARGET,
    WEIGHT,
    Apply,
    Expression,
    Negative,
    Number,
    Partial,
    Product,
    Quantity,
)
from derive.graph import E, NetworkGraph, activations, pre_activations
from derive.network.catalogue import in_letters
from derive.network.description import Layer

MANY = 8  # units past which a softmax's delta is not written out


class Taught:
    """Definitions, deltas and gradients in the quantities of one example."""

    def __init__(self, graph: NetworkGraph) -> None:
        self.graph = graph
        self.network = graph.network

    def definition(self, quantity: Quantity) -> Remark:
        """h1 = w1·i1 + w2·i2, a_h1 = σ(h1), E1 = ½·(a_o1 − t1)²"""
        return Remark(quantity, self.graph.definitions[quantity])

    def gradient(self, of: Quantity, value: Expression) -> Remark:
        """∂E/∂w5 = δ_o1·a_h1"""
        return Remark(Partial(E, of), value)

    def delta(self, layer: Layer, unit: int) -> Remark:
        """δ_o1 = (a_o1 − t1)·a_o1·(1 − a_o1), δ_h1 = (w5·δ_o1 + w7·δ_o2)·a_h1·(1 − a_h1)"""
        z, a = pre_activations(layer)[unit], activations(layer)[unit]
        delta = Quantity(DELTA, layer.index, unit)
        function = layer.activation.function
        if function is None:
            if layer.units > MANY:
                return Remark(delta, Partial(E, z))
            parts = [product(Partial(E, m), Partial(m, z)) for m in activations(layer)]
            return Remark(delta, total(*parts))
        upstream = self._upstream(layer, unit, a)
        if layer.activation.name == "identity":
            return Remark(delta, tidy(upstream))
        applied = Apply(function, (z,))
        slope = outer_derivative(applied) if is_short(function) else prime(function)(z)
        return Remark(delta, tidy(product(upstream, with_names(slope, {applied: a}))))

    def _upstream(self, layer: Layer, unit: int, a: Quantity) -> Expression:
        """∂E/∂a: from the next layer's deltas, or from the loss."""
        if layer.index < len(self.network.layers):
            return self.spread(layer.index, unit)
        loss = self.network.loss
        if loss.derivative is None:
            return Partial(E, a)
        slope = in_letters(loss.derivative, y=a, t=Quantity(TARGET, unit=unit))
        share = Fraction(1, layer.units) if loss.mean else Fraction(1)
        return product(Number(share), slope)

    def spread(self, index: int, source: int) -> Expression:
        """Σ w·δ over the layer after ``index``, for its unit ``source``."""
        kind = ACTIVATION if index else INPUT
        return over_uses(
            self.graph, Quantity(kind, index, source), delta_of, self.factor, _weight_first
        )

    def factor(self, z: Quantity, p: Quantity) -> Expression:
        """∂z/∂p of a weighted sum, for a weight, a bias, or what comes in."""
        if p.kind == BIAS:
            return MINUS_ONE if self.network.layers[z.layer - 1].subtracts else ONE
        if p.kind != WEIGHT:
            return Quantity(WEIGHT, z.layer, z.unit, p.unit)
        if z.layer == 1:
            return Quantity(INPUT, unit=p.source)
        return Quantity(ACTIVATION, z.layer - 1, p.source)


MINUS_ONE = Negative(ONE)


def delta_of(z: Quantity) -> Quantity:
    """∂E/∂z by its name."""
    return Quantity(DELTA, z.layer, z.unit)


def _weight_first(delta: Expression, weight: Expression) -> Expression:
    return Product((weight, delta))
