"""Programs along a direction, for one example, neuron by neuron.

    outputs_along   R·outputs where parameters, or inputs, move: a Jacobian times a vector
    pulled_back     a vector of weights for the outputs, taken back: the vector times the Jacobian
    gradient_along  R·∂E/∂θ where parameters move: the Hessian times a vector

Each is the program of ``scalar`` with statements after it: as many as it has itself, so that none
costs more than a few gradients, however many parameters there are.
"""

from __future__ import annotations

from collections.abc import Mapping

from derive.algebra.backward import over_uses
from derive.compute.directions.curvature import backward_along, curved, slopes_along
from derive.compute.programs.program import Program, Statement, auxiliary, second, tangent
from derive.compute.programs.scalar import Scalar
from derive.compute.programs.taught import delta_of
from derive.compute.stable.loss_forms import share
from derive.derivation.calculus.tidy import tidy
from derive.expression.constructors import ZERO, product, times, total, variable
from derive.expression.nodes import (
    ACTIVATION,
    INPUT,
    WEIGHT,
    Expression,
    Negative,
    Product,
    Quantity,
)
from derive.graph import activations, bias_of
from derive.network.description import BIASES, WEIGHTS, Layer, Network

COTANGENT = "weight"  # the letter of what an output counts


def outputs_along(network: Network, inputs: bool) -> Program:
    """How the outputs move: where the inputs do, or else the parameters.

    In ``tangent`` of each of these; the results are the letter Ry of the last layer.
    """
    along = _Along(network, inputs)
    along.outputs()
    along.outputs_move()
    return Program(tuple(along.items))


def pulled_back(network: Network) -> Program:
    """``gradient`` of every parameter and input of Σ (weight of an output)·output."""
    scalar = Scalar(network)
    scalar.outputs()
    scalar.backward({"y": variable(COTANGENT)})
    return Program(tuple(scalar.items))


def gradient_along(network: Network) -> Program:
    """How the gradient moves where the parameters do by their ``tangent``, in ``second``."""
    along = _Along(network, inputs=False)
    along.outputs()
    slopes = along.loss(network.layers[-1])
    along.backward(slopes)
    along.outputs_move()
    along.gradients_move(slopes)
    return Program(tuple(along.items))


def trained_weights(layer: Layer) -> bool:
    return WEIGHTS not in layer.frozen


def trained_biases(layer: Layer) -> bool:
    return layer.bias != "none" and BIASES not in layer.frozen


def slopes_move(
    network: Network,
) -> tuple[tuple[tuple[str, Expression], ...], dict[str, Expression]]:
    """R of ∂E/∂face of an output, of the whole loss: the lines, and per face."""
    last = network.layers[-1]
    lines, along = slopes_along(network.loss, last.activation)
    return lines, {face: tidy(product(share(network), moves)) for face, moves in along.items()}


class _Along(Scalar):
    """Statements that go on along a direction.

    inputs  whether the inputs move, or else the parameters that are trained
    """

    def __init__(self, network: Network, inputs: bool) -> None:
        super().__init__(network)
        self.inputs = inputs

    def outputs_move(self) -> None:
        """Rx and Ry of every unit, forwards."""
        for layer in self.network.layers:
            for unit in range(layer.units):
                z_along = tidy(total(*self.terms(layer, unit)))
                self.items.append(Statement(auxiliary("Rx", layer.index, unit), z_along))
            self.lines(layer, curved(layer.activation).lines, range(layer.units))

    def terms(self, layer: Layer, unit: int) -> list[Expression]:
        """What Rx of a unit is the sum of."""
        terms: list[Expression] = []
        for source, a in enumerate(self.before(layer)):
            w = Quantity(WEIGHT, layer.index, unit, source)
            if not self.inputs and trained_weights(layer):
                terms.append(Product((tangent(w), a)))
            moves = self.moves(a)
            if moves is not None:
                terms.append(Product((w, moves)))
        if not self.inputs and trained_biases(layer):
            bias_tangent = tangent(bias_of(layer, unit))
            terms.append(Negative(bias_tangent) if layer.subtracts else bias_tangent)
        return terms or [ZERO]

    def before(self, layer: Layer) -> tuple[Quantity, ...]:
        if layer.index == 1:
            return tuple(self.graph.inputs)
        return tuple(activations(self.network.layers[layer.index - 2]))

    def moves(self, a: Quantity) -> Quantity | None:
        """How an activation or an input moves; None where it does not."""
        if a.kind == INPUT:
            return tangent(a) if self.inputs else None
        return auxiliary("Ry", a.layer, a.unit)

    def gradients_move(self, slopes: Mapping[str, Expression]) -> None:
        """Rδ of every unit and R of every gradient, from the outputs back."""
        lines, along = slopes_move(self.network)
        last = self.network.layers[-1]
        self.lines(last, lines, range(last.units))
        for layer in reversed(self.network.layers):
            units = range(layer.units)
            if layer is not last:
                slopes, along = {"y": variable("g")}, {"y": variable("Rg")}
                for unit in units:
                    upstream_along = self.spread_moves(layer, unit)
                    self.items.append(Statement(auxiliary("Rg", layer.index, unit), upstream_along))
            delta_lines, delta = backward_along(layer.activation, slopes, along)
            self.lines(layer, (*delta_lines, ("Rdelta", delta)), units)
            self.gradient_moves(layer)

    def spread_moves(self, layer: Layer, source: int) -> Expression:
        """R Σ w·δ over the next layer."""
        weights_move = trained_weights(self.network.layers[layer.index])

        def both(delta: Expression, w: Expression) -> Expression:
            assert isinstance(delta, Quantity) and isinstance(w, Quantity)
            delta_term = Product((w, _delta_along(delta)))
            return total(Product((tangent(w), delta)), delta_term) if weights_move else delta_term

        a = Quantity(ACTIVATION, layer.index, source)
        return over_uses(self.graph, a, delta_of, self.taught.factor, both)

    def gradient_moves(self, layer: Layer) -> None:
        """R of δ·a for every weight, and of what a bias gets."""

        def both(delta: Expression, came_in: Expression) -> Expression:
            assert isinstance(delta, Quantity)
            delta_term = times(_delta_along(delta), came_in)
            moves = self.moves(came_in) if isinstance(came_in, Quantity) else None
            return delta_term if moves is None else total(delta_term, Product((delta, moves)))

        parameters: list[Quantity] = []
        if trained_weights(layer):
            units, senders = range(layer.units), range(len(self.before(layer)))
            parameters += [Quantity(WEIGHT, layer.index, j, i) for i in senders for j in units]
        if trained_biases(layer):
            parameters += self.network.biases(layer.index)
        for p in parameters:
            adjoint_along = over_uses(self.graph, p, delta_of, self.taught.factor, both)
            self.items.append(Statement(second(p), adjoint_along))


def _delta_along(delta: Quantity) -> Quantity:
    """Rδ."""
    return auxiliary("Rdelta", delta.layer, delta.unit)
