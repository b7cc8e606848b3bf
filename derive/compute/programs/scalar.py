"""The program of one example, neuron by neuron: forward, loss, deltas, gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from derive.algebra.backward import over_uses
from derive.compute.programs.functions import LARGEST, OTHERS, SECOND, TOTAL
from derive.compute.programs.program import WIDE, Program, Remark, Statement, auxiliary, gradient
from derive.compute.programs.taught import MANY, Taught, delta_of
from derive.compute.stable import forms
from derive.compute.stable.loss_forms import loss_form, share
from derive.compute.stable.prepared import prepared
from derive.derivation.calculus.tidy import tidy
from derive.expression.binding import Line
from derive.expression.constructors import product, times, total, variable
from derive.expression.nodes import (
    ACTIVATION,
    DELTA,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Apply,
    Expression,
    Quantity,
    Sum,
)
from derive.graph import E, NetworkGraph, activations, pre_activations
from derive.network.description import Layer, Network

FEW = 8  # units up to which the sum over all others is written out


def scalar_program(network: Network, remarks: bool = False) -> Program:
    """Everything about one example: outputs, loss, ∂loss/∂parameter and ∂loss/∂input."""
    return Scalar(network, remarks).program()


def target_program(network: Network) -> Program:
    """The targets from the inputs, where they were given as formulas; else nothing."""
    items: list[Statement | Remark] = []
    for k, formula in enumerate(network.target_formulas or ()):
        target = Quantity(TARGET, unit=k)
        items += [Remark(target, formula), Statement(target, prepared(formula))]
    return Program(tuple(items))


class Scalar:
    """Writes the statements of a network's program, unit by unit."""

    def __init__(self, network: Network, remarks: bool = False) -> None:
        self.network = network
        self.remarks = remarks
        self.graph = NetworkGraph(network)
        self.taught = Taught(self.graph)
        self.items: list[Statement | Remark] = []

    def remark(self, formula: Callable[..., Remark], *about: Any) -> None:
        """The textbook formula of what comes next, where it will be asked for."""
        if self.remarks:
            self.items.append(formula(*about))

    def program(self) -> Program:
        self.outputs()
        self.backward(self.loss(self.network.layers[-1]))
        return Program(tuple(self.items))

    def outputs(self) -> None:
        """Forwards, layer by layer."""
        for layer in self.network.layers:
            for z in pre_activations(layer):
                self.define(z)
            self.forward(layer)

    def backward(self, slopes: dict[str, Expression]) -> None:
        """Back from ∂loss/∂face of an output to every gradient."""
        for layer in reversed(self.network.layers):
            self.delta(layer, slopes)
            self.gradients(layer)
            slopes = {}

    def define(self, quantity: Quantity) -> None:
        """A definition of the graph as it stands."""
        self.remark(self.taught.definition, quantity)
        self.items.append(Statement(quantity, self.graph.definitions[quantity]))

    def forward(self, layer: Layer) -> None:
        form = forms.form(layer.activation)
        units = activations(layer)
        if form.slopes:
            for a in units:
                self.remark(self.taught.definition, a)
                self.lines(layer, form.lines, (a.unit,))
        else:
            for a in units[:MANY]:
                self.remark(self.taught.definition, a)
            self.lines(layer, form.lines, range(layer.units))

    def loss(self, last: Layer) -> dict[str, Expression]:
        """The loss, and ∂loss/∂face of an output, in letters."""
        form = loss_form(self.network.loss, last.activation)
        for unit in range(last.units):
            term = self.graph.terms[unit] if self.graph.terms else E
            self.remark(self.taught.definition, term)
            self.lines(last, form.lines, (unit,))
            self.items.append(Statement(term, self.expand(last, unit, form.value)))
        if self.graph.terms:
            self.define(E)
        return {
            face: tidy(product(share(self.network), slope)) for face, slope in form.slopes.items()
        }

    def delta(self, layer: Layer, slopes: dict[str, Expression]) -> None:
        """δ of a layer: from the loss (``slopes``), or from the deltas of the next layer."""
        form = forms.form(layer.activation)
        if not slopes:
            slopes = {"y": variable("g")}
        back = forms.backward(form, slopes)
        units = range(layer.units)
        if form.slopes:
            for unit in units:
                self.remark(self.taught.delta, layer, unit)
                self.from_next(layer, unit)
                self.lines(layer, (*back.lines, ("delta", back.delta)), (unit,))
        else:
            for unit in units[:MANY]:
                self.remark(self.taught.delta, layer, unit)
            for unit in units:
                self.from_next(layer, unit)
            self.lines(layer, (*back.lines, ("delta", back.delta)), units)

    def from_next(self, layer: Layer, unit: int) -> None:
        """g = ∂loss/∂a of a hidden unit."""
        if layer.index < len(self.network.layers):
            self.items.append(
                Statement(auxiliary("g", layer.index, unit), self.taught.spread(layer.index, unit))
            )

    def gradients(self, layer: Layer) -> None:
        units, senders = range(layer.units), range(self.network.sizes[layer.index - 1])
        parameters = [Quantity(WEIGHT, layer.index, j, i) for i in senders for j in units]
        for p in (*parameters, *self.network.biases(layer.index)):
            adjoint = over_uses(self.graph, p, delta_of, self.taught.factor, times)
            self.gradient(p, adjoint)
        if layer.index == 1:
            for i, a in enumerate(self.graph.inputs):
                self.gradient(a, self.taught.spread(0, i))

    def gradient(self, of: Quantity, value: Expression) -> None:
        self.remark(self.taught.gradient, of, value)
        self.items.append(Statement(gradient(of), value))

    # -- letters to quantities ---------------------------------------------------------------

    def lines(self, layer: Layer, lines: Iterable[Line], units: Sequence[int]) -> None:
        """The lines of a form for some units; what the layer has once is computed once."""
        for letter, formula in lines:
            once = units[:1] if letter in forms.ONCE else units
            for unit in once:
                target = self.named(layer, letter, unit)
                self.items.append(Statement(target, self.expand(layer, unit, formula)))

    def named(self, layer: Layer, letter: str, unit: int) -> Quantity:
        """What a letter of a form means for one unit."""
        if letter in _KINDS:
            kind = _KINDS[letter]
            return Quantity(kind, 0 if kind == TARGET else layer.index, unit)
        return auxiliary(letter, layer.index, WIDE if letter in forms.ONCE else unit)

    def expand(self, layer: Layer, unit: int, formula: Expression) -> Expression:
        """A formula in letters as one about a unit, sums over the layer written out."""
        if isinstance(formula, Quantity):
            return self.named(layer, formula.name, unit)
        if isinstance(formula, Apply) and formula.function in (TOTAL, OTHERS, LARGEST, SECOND):
            (argument,) = formula.arguments
            if not isinstance(argument, Quantity):
                raise TypeError("a sum over a layer is taken of a letter")
            every = [self.named(layer, argument.name, k) for k in range(layer.units)]
            if formula.function == TOTAL:
                return total(*every)
            if formula.function == OTHERS:
                return self.others(layer, argument.name, every, unit)
            return every[0] if formula.function == LARGEST and len(every) == 1 else (
                Apply(formula.function, tuple(every))
            )  # fmt: skip
        children = formula.children
        if not children:
            return formula
        return formula.with_children(tuple(self.expand(layer, unit, c) for c in children))

    def others(self, layer: Layer, letter: str, every: Sequence[Quantity], unit: int) -> Expression:
        """Σ_{m≠k}: written out, or in a wide layer what comes before k and what comes after.

        Never the total less the unit's own: that would cancel.
        """
        if len(every) <= FEW:
            return total(*(v for k, v in enumerate(every) if k != unit))
        before = [auxiliary(f"{letter}_before", layer.index, k) for k in range(len(every))]
        after = [auxiliary(f"{letter}_after", layer.index, k) for k in range(len(every))]
        if unit == 0:
            last = len(every) - 1
            sums: list[tuple[Quantity, Expression]] = [
                (before[1], every[0]),
                (after[last - 1], every[last]),
            ]
            sums += [(before[k + 1], Sum((before[k], every[k]))) for k in range(1, last)]
            sums += [(after[k - 1], Sum((every[k], after[k]))) for k in range(last - 1, 0, -1)]
            self.items += [Statement(target, value) for target, value in sums]
            return after[0]
        return before[unit] if unit == len(every) - 1 else Sum((before[unit], after[unit]))


_KINDS = {"x": PRE_ACTIVATION, "y": ACTIVATION, "t": TARGET, "delta": DELTA}
