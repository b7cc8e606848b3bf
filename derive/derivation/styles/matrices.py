"""The style "matrices": layer by layer, every vector and matrix with all of its entries.

    [h1 h2] = [i1 i2]·W + [b1 b2]        [a1 a2] = σ([h1 h2])
    [∂E/∂a1 ∂E/∂a2] = [δ_o1 δ_o2]·Wᵀ      [δ_1 δ_2] = [∂E/∂a1 ∂E/∂a2] ⊙ [∂a1/∂h1 ∂a2/∂h2]
    [∂E/∂w …] = [i1 i2]ᵀ·[δ_1 δ_2]        W ← W − η·[∂E/∂w …]

A matrix gathers steps of its entries, which are those of single numbers: what a vector names is
worked out once and stands by its name in all that follows.
"""

from __future__ import annotations

from dataclasses import replace

from derive.algebra.backward import over_uses, pair
from derive.derivation.calculus.cancellation import (
    cancelling_steps,
    output_delta_simplified,
    targets_sum_to_one,
)
from derive.derivation.calculus.local import Locals, key
from derive.derivation.steps import SUM_TO_ONE, Kind, Rule, Section, Step, chain
from derive.derivation.styles import common
from derive.derivation.styles.arrays import MOST_INSIDE, Arrays, gathered, itself
from derive.derivation.styles.deltas import Deltas, by_name, delta_of, grouped
from derive.derivation.styles.forms import Forms
from derive.expression.constructors import ONE, ZERO, product, total
from derive.expression.matrices import Hadamard, Matrix, column
from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    PRE_ACTIVATION,
    WEIGHT,
    Expression,
    Negative,
    Partial,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from derive.graph import (
    E,
    NetworkGraph,
    activations,
    over,
    pre_activations,
)
from derive.network.description import Layer


class Matrices:
    """Builds the backward pass by matrices."""

    def __init__(self, graph: NetworkGraph, local: Locals) -> None:
        self.graph = graph
        self.network = graph.network
        self.local = local
        self.arrays = Arrays(graph.network)
        self.forms = Forms(graph)
        self.entries = Deltas(graph, local)
        self.last = len(graph.network.layers)
        self._numbered = 0

    def sections(self) -> tuple[Section, ...]:
        """Layer by layer from the output, down to the lowest with something to train."""
        parameters = dict(common.backward_order(self.graph))
        lowest = min(parameters, default=self.last + 1)
        return tuple(
            Section("matrix layer", self._layer(layer, parameters.get(layer.index, ())),
                    layer=layer.index)
            for layer in reversed(self.network.layers)
            if layer.index >= lowest
        )  # fmt: skip

    def _layer(self, layer: Layer, parameters: tuple[Quantity, ...]) -> tuple[Step, ...]:
        rules = [self.forms.delta(layer), *self.forms.gradients(layer, parameters)]
        steps = [rule for rule in rules if rule is not None]
        steps += [self._upstream(layer), *self._slopes(layer), self._deltas(layer)]
        if layer.index == self.last:
            steps += self._contrast(layer)
        return (*steps, *self._gradients(layer, parameters))

    def _upstream(self, layer: Layer) -> Step:
        """∂E/∂a for every unit: from the loss, or through every unit of the next layer."""
        outputs, vector, k = activations(layer), self.arrays.vector, layer.index
        if k == self.last:
            steps = tuple(map(self._output_slope, outputs))
            inner: list[Expression] = [
                vector(self.graph.averaged(Partial(e, y)) for e, y in self._errors())
            ]
        else:
            steps = tuple(map(self.entries.activation_gradient, outputs))
            following = self.network.layers[k]
            inner = [vector(step.relations[1].expression for step in steps)]
            if following.units <= MOST_INSIDE:
                deltas = vector(map(delta_of, pre_activations(following)))
                inner = [self.arrays.back(deltas, self.arrays.weights(following, itself))]
        members = [vector(Partial(E, a) for a in outputs), *inner, vector(s.result for s in steps)]
        return gathered(f"upstream/{k}", Kind.UPSTREAM, members, steps)

    def _errors(self) -> list[tuple[Quantity, Quantity]]:
        """Every output with the loss term it is in."""
        terms = self.graph.terms or (E,)
        return list(zip(terms, self.graph.outputs, strict=True))

    def _output_slope(self, y: Quantity) -> Step:
        """∂E/∂y for one output: the derivative of its own loss term."""
        if not self.graph.terms:
            return self.local.step(E, y)
        term = self.graph.terms[y.unit]
        local = self.local.step(term, y)
        members = [Partial(E, y), self.graph.averaged(Partial(term, y)),
                   self.graph.averaged(self.local.factor(term, y))]  # fmt: skip
        if members[-1] == members[-2]:  # it has cases, and stands by its name
            del members[-1]
        return Step(
            f"upstream/{key(y)}", Kind.UPSTREAM, Rule.CHAIN, chain(*members), uses=(local.id,),
            substeps=(local,), about=(y,),
        )  # fmt: skip

    def _slopes(self, layer: Layer) -> list[Step]:
        """∂a/∂z for every unit; of softmax the whole Jacobian, and its sums, which are 0."""
        zs, outputs, k = pre_activations(layer), activations(layer), layer.index
        if layer.activation.name == "identity":
            return []
        if layer.activation.function is not None:
            steps = tuple(self.local.step(a, z) for a, z in zip(outputs, zs, strict=True))
            members = [self.arrays.vector(step.subject for step in steps),
                       self.arrays.vector(step.result for step in steps)]  # fmt: skip
            return [gathered(f"local/{k}", Kind.LOCAL, members, steps)]
        table = [[self.local.step(a, z) for z in zs] for a in outputs]
        steps = tuple(step for row in table for step in row)
        jacobian = Matrix(tuple(tuple(step.subject for step in row) for row in table))
        derivatives = Matrix(tuple(tuple(step.result for step in row) for row in table))
        whole = gathered(f"local/{k}", Kind.LOCAL, [jacobian, derivatives], steps)
        sums = [
            column(tuple(total(*row) for row in jacobian.rows)),
            column(tuple(total(*row) for row in derivatives.rows)),
            column((ZERO,) * len(outputs)),
        ]
        rests = Step(f"matrix/sums/{k}", Kind.ROW_SUMS, Rule.SIMPLIFY, chain(*sums), (whole.id,))
        return [whole, rests] if len(outputs) > 1 else [whole]

    def _deltas(self, layer: Layer) -> Step:
        """δ = ∂E/∂z for every unit: what arrives, times the slope of the activation."""
        zs, outputs, vector = pre_activations(layer), activations(layer), self.arrays.vector
        steps = tuple(self._delta(layer, z) for z in zs)
        members: list[Expression] = [vector(map(delta_of, zs)), vector(Partial(E, z) for z in zs)]
        entries: list[Expression] = [
            vector(step.relations[k].expression for step in steps)
            for k in range(len(members), len(steps[0].relations))
        ]
        upstream = vector(Partial(E, a) for a in outputs)
        if layer.activation.function is not None and layer.activation.name != "identity":
            slopes = vector(Partial(a, z) for a, z in zip(outputs, zs, strict=True))
            members.append(Hadamard(upstream, slopes))
        elif layer.activation.function is None and len(zs) <= MOST_INSIDE:
            jacobian = Matrix(tuple(tuple(Partial(a, z) for z in zs) for a in outputs))
            entries[0] = self.arrays.through(upstream, jacobian)  # in place of its sums
        members += entries
        self._numbered += 1
        assumes = steps[0].assumes
        return gathered(f"delta/{layer.index}", Kind.DELTA, members, steps, assumes=assumes,
                        number=self._numbered)  # fmt: skip

    def _delta(self, layer: Layer, z: Quantity) -> Step:
        """δ of one unit in what has names already; where output and loss cancel, what is left."""
        members = [delta_of(z), Partial(E, z), self._chained(layer, z)]
        uses = [f"upstream/{key(a)}" if self._is_named(a) else f"local/E/{key(a)}"
                for a in self.graph.children[z]]  # fmt: skip
        uses += [self.local.step(a, z).id for a in self.graph.children[z]
                 if layer.activation.name != "identity"]  # fmt: skip
        substeps: tuple[Step, ...] = ()
        assumes: tuple[str, ...] = ()
        simpler = output_delta_simplified(self.graph, z)
        if simpler is not None:
            lines, assumes = simpler
            known = self._known(z)
            substeps = cancelling_steps(f"delta/{key(z)}", known, lines, assumes)
            members += [known, lines[-1].expression]
        return Step(
            f"delta/{key(z)}", Kind.DELTA, Rule.CHAIN, chain(*members), uses=tuple(uses),
            substeps=substeps, assumes=assumes, about=(z,),
        )  # fmt: skip

    def _chained(self, layer: Layer, z: Quantity) -> Expression:
        """Σ ∂E/∂a·∂a/∂z over every a that z changes."""
        alone = layer.activation.name == "identity"  # ∂a/∂z is 1
        return over_uses(self.graph, z, by_name, Partial, _first if alone else pair)

    def _is_named(self, a: Quantity) -> bool:
        return a.layer < self.last or bool(self.graph.terms)

    def _known(self, z: Quantity) -> Expression:
        """∂E/∂z of an output with every factor put in."""
        return self.graph.averaged(over_uses(
            self.graph, z, lambda y: self.local.factor(self._error(y), y), self.local.factor,
            _without_ones,
        ))  # fmt: skip

    def _error(self, y: Quantity) -> Quantity:
        """The loss term that an output is in."""
        return self.graph.terms[y.unit] if self.graph.terms else E

    def _contrast(self, layer: Layer) -> list[Step]:
        """What the loss that goes with softmax would give: −Σ t·ln y through the same Jacobian."""
        if (
            layer.activation.function is not None
            or self.network.loss.name in ("cross_entropy", "kl_divergence")
            or layer.units == 1
            or not targets_sum_to_one(self.graph)
        ):
            return []
        zs, vector = pre_activations(layer), self.arrays.vector
        pairs = list(zip(self.graph.outputs, self.graph.targets, strict=True))
        temperature = layer.activation.temperature
        slopes = vector(Negative(Quotient(t, y)) for y, t in pairs)
        jacobian = Matrix(tuple(
            tuple(self.local.factor(y, z) for z in zs) for y in self.graph.outputs
        ))  # fmt: skip
        collected: Expression = self.arrays.through(slopes, jacobian)
        if len(zs) > MOST_INSIDE:
            collected = vector(
                total(*(product(Negative(Quotient(t, y)), self.local.factor(y, z))
                        for y, t in pairs))
                for z in zs
            )  # fmt: skip
        members = (collected, vector(over(Sum((y, Negative(t))), temperature) for y, t in pairs))
        uses = (f"matrix/local/{layer.index}",)
        return [Step(f"matrix/contrast/{layer.index}", Kind.CONTRAST, Rule.CHAIN, chain(*members),
                     uses=uses, assumes=(SUM_TO_ONE,))]  # fmt: skip

    # -- gradients ---------------------------------------------------------------------------

    def _gradients(self, layer: Layer, parameters: tuple[Quantity, ...]) -> list[Step]:
        """∂E/∂W and ∂E/∂b; the first entry at length."""
        vector, steps = self.arrays.vector, []
        own = {w: self.entries.gradient(w) for w in parameters}
        weights = [w for w in parameters if w.kind == WEIGHT]
        if weights:
            own[weights[0]] = self._at_length(layer, own[weights[0]])
            values = [step.result for step in own.values()]
            by = dict(zip(own, values, strict=True))
            senders = self.graph.inputs
            if layer.index > 1:
                senders = activations(self.network.layers[layer.index - 2])
            members: list[Expression] = [
                self.arrays.weights(layer, lambda w: Partial(E, w)),
                self.arrays.weights(layer, _along_one),
                self.arrays.outer(vector(senders), vector(map(delta_of, pre_activations(layer)))),
                self.arrays.weights(layer, by.__getitem__),
            ]
            steps.append(gathered(f"gradient/{layer.index}", Kind.GRADIENT, members,
                                  tuple(own[w] for w in weights)))  # fmt: skip
        biases = [b for b in parameters if b.kind == BIAS]
        if biases and biases[0].unit < 0:
            steps += [own[b] for b in biases]
        elif biases:
            members = [vector(Partial(E, b) for b in biases), vector(own[b].result for b in biases)]
            bias_steps = tuple(own[b] for b in biases)
            steps.append(
                gathered(f"gradient-bias/{layer.index}", Kind.GRADIENT, members, bias_steps)
            )
        return steps

    def _at_length(self, layer: Layer, step: Step) -> Step:
        """∂E/∂w with every path written: through all units of the next layer, or all outputs."""
        w, z = step.about[:2]
        a = Quantity(ACTIVATION, z.layer, z.unit)
        last = Partial(z, w)
        factor = self.local.factor(z, w)
        if layer.index == self.last:
            paths = self.graph.averaged(over_uses(
                self.graph, z, lambda y: Partial(self._error(y), y), Partial, product
            ))  # fmt: skip
            inner = [product(grouped(paths), last), product(grouped(self._known(z)), factor)]
        elif layer.activation.function is None:
            paths = self._chained(layer, z)
            known = over_uses(self.graph, z, by_name, self.local.factor, product)
            inner = [product(grouped(paths), last), product(grouped(known), factor)]
        else:
            slope, known_slope = Partial(a, z), self.local.factor(a, z)
            upstream = self.entries.activation_gradient(a)
            chained, known = (relation.expression for relation in upstream.relations[1:])
            inner = [
                product(Partial(E, a), slope, last),
                product(grouped(chained), slope, last),
                product(grouped(known), known_slope, factor),
            ]
            if layer.activation.name == "identity":
                inner[-1] = product(grouped(known), factor)
        members = (step.subject, step.relations[1].expression, *inner, step.result)
        return replace(step, relations=chain(*members))


def _first(upstream: Expression, _: Expression) -> Expression:
    return upstream


def _without_ones(upstream: Expression, factor: Expression) -> Expression:
    return product(*(f for f in (upstream, factor) if f != ONE))


def _along_one(w: Quantity) -> Expression:
    """∂E/∂z·∂z/∂w: a weight enters one sum."""
    z = Quantity(PRE_ACTIVATION, w.layer, w.unit)
    return Product((Partial(E, z), Partial(z, w)))
