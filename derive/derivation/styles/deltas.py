"""The style "deltas": δ = ∂E/∂z for every neuron from the output back, gradient = δ · input.

    δ_o1 = ∂E1/∂a_o1·∂a_o1/∂o1 = (a_o1 − t1)·a_o1·(1 − a_o1)
    δ_h1 = (δ_o1·w5 + δ_o2·w7)·a_h1·(1 − a_h1)
    ∂E/∂w1 = δ_h1·i1          ∂E/∂b1 = δ_h1

Every edge of the network is used once, so the length of the derivation is linear in the number
of weights.
"""

from __future__ import annotations

from itertools import pairwise

from derive.algebra.backward import over_uses
from derive.derivation.calculus.cancellation import cancelling_steps, output_delta_simplified
from derive.derivation.calculus.local import Locals, key
from derive.derivation.steps import Kind, Relation, Rule, Section, Step, chain
from derive.derivation.styles.common import backward_order
from derive.expression.constructors import product, times, total
from derive.expression.nodes import (
    ACTIVATION,
    DELTA,
    PRE_ACTIVATION,
    Bracket,
    Expression,
    Partial,
    Quantity,
    Sum,
)
from derive.graph import E, NetworkGraph, activations, pre_activations
from derive.network.description import Layer


class Deltas:
    """Builds δ and gradient steps; a neuron's δ is made once and then recalled.

    after  the last number that the register of results has given already
    named  the pre-activations whose δ is known already
    """

    def __init__(
        self,
        graph: NetworkGraph,
        local: Locals,
        after: int = 0,
        named: frozenset[Quantity] = frozenset(),
    ) -> None:
        self.graph = graph
        self.local = local
        self._after = after
        self._named = named
        self._numbers: dict[Quantity, int] = {}

    def sections(self) -> tuple[Section, ...]:
        """Layer by layer from the output: the δ of every neuron, then the gradients."""
        parameters = dict(backward_order(self.graph))
        lowest = min(parameters, default=len(self.graph.network.layers) + 1)
        sections = []
        for layer in reversed(self.graph.network.layers):
            if layer.index < lowest:
                break
            subsections = []
            if not self._named.issuperset(pre_activations(layer)):
                subsections.append(Section("deltas", self.deltas(layer), layer=layer.index))
            if layer.index in parameters:
                steps = tuple(self.gradient(w) for w in parameters[layer.index])
                subsections.append(Section("gradients", steps, layer=layer.index))
            sections.append(
                Section("backward layer", layer=layer.index, sections=tuple(subsections))
            )
        return tuple(sections)

    def deltas(self, layer: Layer) -> tuple[Step, ...]:
        """The steps for every δ of a layer, and for ∂E/∂a first where softmax needs it."""
        steps: list[Step] = []
        last = layer.index == len(self.graph.network.layers)
        if layer.activation.function is None and not last:
            steps.extend(self.activation_gradient(a) for a in activations(layer))
        steps.extend(self.delta(z) for z in pre_activations(layer))
        return tuple(steps)

    def activation_gradient(self, a: Quantity) -> Step:
        """∂E/∂a = Σ_k δ_k·w_ak, a step of its own where several δ need it."""
        chained, known, uses = self._upstream(a)
        return Step(
            f"upstream/{key(a)}", Kind.UPSTREAM, Rule.CHAIN,
            chain(Partial(E, a), chained, known), uses=uses, about=(a,),
        )  # fmt: skip

    def _upstream(self, a: Quantity) -> tuple[Expression, Expression, tuple[str, ...]]:
        """Σ_k ∂E/∂z_k·∂z_k/∂a, the same with δ and w, and the steps it rests on."""
        chained = over_uses(self.graph, a, by_name, Partial)
        known = over_uses(self.graph, a, delta_of, self.local.factor)
        return chained, known, tuple(f"delta/{key(z)}" for z in self.graph.children[a])

    def delta(self, z: Quantity) -> Step:
        """δ = ∂E/∂z: the chain rule, the factors put in, and what then cancels. Numbered."""
        self._numbers.setdefault(z, self._after + len(self._numbers) + 1)
        if z.layer == len(self.graph.network.layers):
            return self._output_delta(z)
        a = Quantity(ACTIVATION, z.layer, z.unit)
        layer = self.graph.network.layers[z.layer - 1]
        if layer.activation.function is None:
            return self._softmax_delta(z)
        chained, known, uses = self._upstream(a)
        factor = self.local.factor(a, z)
        members: list[Expression] = [
            delta_of(z), Partial(E, z), product(grouped(chained), Partial(a, z)),
            product(grouped(known), factor),
        ]  # fmt: skip
        if layer.activation.name == "identity":
            members[-1] = known
        local = self.local.step(a, z)
        return Step(
            f"delta/{key(z)}", Kind.DELTA, Rule.CHAIN, chain(*members), uses=(*uses, local.id),
            substeps=(local,), number=self._numbers[z], about=(z,),
        )  # fmt: skip

    def _softmax_delta(self, z: Quantity) -> Step:
        """δ_j = Σ_m ∂E/∂a_m·∂a_m/∂z_j: every activation of the layer depends on z_j."""
        every = self.graph.children[z]
        chained = over_uses(self.graph, z, by_name, Partial)
        known = over_uses(self.graph, z, by_name, self.local.factor, product)
        locals_ = tuple(self.local.step(a, z) for a in every)
        uses = tuple(f"upstream/{key(a)}" for a in every) + tuple(s.id for s in locals_)
        return Step(
            f"delta/{key(z)}", Kind.DELTA, Rule.CHAIN,
            chain(delta_of(z), Partial(E, z), chained, known), uses=uses, substeps=locals_,
            number=self._numbers[z], about=(z,),
        )  # fmt: skip

    def _output_delta(self, z: Quantity) -> Step:
        graph = self.graph
        paths = [path for e in graph.terms or (E,) for path in graph.paths(z, e)]
        chained = graph.averaged(total(*(_product_along(path) for path in paths)))
        known = graph.averaged(
            total(*(product(*(self.local.factor(*edge) for edge in edges(p))) for p in paths))
        )
        relations = list(chain(delta_of(z), Partial(E, z), chained, known))
        locals_ = {self.local.step(*edge).id: self.local.step(*edge)
                   for path in paths for edge in edges(path)}  # fmt: skip
        substeps: tuple[Step, ...] = tuple(locals_.values())
        name = f"delta/{key(z)}"
        assumes: tuple[str, ...] = ()
        simpler = output_delta_simplified(graph, z)
        if simpler is not None:
            lines, assumes = simpler
            substeps += cancelling_steps(name, known, lines, assumes)
            relations.append(Relation("=", lines[-1].expression))
        return Step(
            name, Kind.DELTA, Rule.CHAIN, tuple(relations), uses=tuple(locals_),
            substeps=substeps, assumes=assumes, number=self._numbers[z], about=(z,),
        )  # fmt: skip

    def gradient(self, w: Quantity) -> Step:
        """∂E/∂w = δ·a for a weight, δ for a bias, Σδ for a bias that a layer shares."""
        receivers = self.graph.children[w]
        chained = over_uses(self.graph, w, by_name, Partial)
        known = over_uses(self.graph, w, delta_of, self.local.factor, times)
        locals_ = tuple(self.local.step(z, w) for z in receivers)
        uses = tuple(f"delta/{key(z)}" for z in receivers) + tuple(s.id for s in locals_)
        return Step(
            f"gradient/{key(w)}", Kind.GRADIENT, Rule.CHAIN,
            chain(Partial(E, w), chained, known), uses=uses, substeps=locals_,
            about=(w, *receivers),
        )  # fmt: skip


def by_name(r: Quantity) -> Expression:
    """∂E/∂r."""
    return Partial(E, r)


def delta_of(z: Quantity) -> Quantity:
    """δ of a pre-activation."""
    return Quantity(DELTA, z.layer, z.unit)


def pre_activation_of(delta: Quantity) -> Quantity:
    """The pre-activation a δ belongs to."""
    return Quantity(PRE_ACTIVATION, delta.layer, delta.unit)


def edges(path: tuple[Quantity, ...]) -> list[tuple[Quantity, Quantity]]:
    """The edges along a path, from the error back."""
    return list(pairwise(path))


def _product_along(path: tuple[Quantity, ...]) -> Expression:
    return product(*(Partial(of, by) for of, by in edges(path)))


def grouped(expression: Expression) -> Expression:
    """Square brackets around a sum over receiving neurons: the part that arrives from behind."""
    return Bracket(expression) if isinstance(expression, Sum) else expression
