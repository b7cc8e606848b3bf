"""The rules of a layer in symbols: W, b, z, a, δ by name, for one example or for a batch.

                   from_to                        to_from                       a batch
    z⁽ˡ⁾           a⁽ˡ⁻¹⁾ W + b                   W a⁽ˡ⁻¹⁾ + b                  A W + 1 b
    a⁽ˡ⁾           f(z⁽ˡ⁾)                        the same                      f(Z)
    δ⁽ᴸ⁾           ∂E/∂a⁽ᴸ⁾ ⊙ f′(z⁽ᴸ⁾)            the same                      the same
    δ⁽ˡ⁾           δ⁽ˡ⁺¹⁾ (W⁽ˡ⁺¹⁾)ᵀ ⊙ f′(z⁽ˡ⁾)    (W⁽ˡ⁺¹⁾)ᵀ δ⁽ˡ⁺¹⁾ ⊙ f′(z⁽ˡ⁾)   as from_to
    ∂E/∂W⁽ˡ⁾       (a⁽ˡ⁻¹⁾)ᵀ δ⁽ˡ⁾                 δ⁽ˡ⁾ (a⁽ˡ⁻¹⁾)ᵀ                 1/N Aᵀ Δ
    ∂E/∂b⁽ˡ⁾       δ⁽ˡ⁾                           δ⁽ˡ⁾                          1/N 1ᵀ Δ

In a batch every example is a row, whatever the layout: with to_from Z = A Wᵀ + 1 bᵀ and
∂E/∂W = 1/N Δᵀ A. A named array is a matrix of its entries, so that each rule is compared entry by
entry like every other line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from derive.derivation.calculus.cancellation import output_delta_simplified, targets_sum_to_one
from derive.derivation.calculus.differentiator import prime
from derive.derivation.delta_sign import minus
from derive.derivation.steps import SUM_TO_ONE, Kind, Rule, Section, Step, chain
from derive.derivation.styles.arrays import Arrays
from derive.derivation.styles.deltas import delta_of
from derive.expression.constructors import ONE, product
from derive.expression.matrices import (
    Hadamard,
    Matrix,
    MatrixProduct,
    Named,
    Transpose,
    column,
    row,
)
from derive.expression.nodes import (
    ACTIVATION,
    ARRAY,
    BIAS,
    DELTA,
    INPUT,
    LOSS,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Expression,
    Negative,
    Number,
    Partial,
    Product,
    Quantity,
    Sum,
)
from derive.graph import (
    BATCH_E,
    E,
    NetworkGraph,
    activations,
    pre_activations,
    same_example,
)
from derive.network.description import Layer
from derive.notation import NEGATIVE
from derive.notation.arrays import ANY, WHOLE_BATCH
from derive.notation.arrays import ONES as ONES_NAME

ONES = Quantity(ARRAY, name=ONES_NAME)
Of = Callable[[Quantity], Expression]


class Forms:
    """The rules of one network; of a batch where ``batch`` says so."""

    def __init__(self, graph: NetworkGraph, *, batch: bool = False) -> None:
        self.graph = graph
        self.network = graph.network
        self.batch = batch
        self.arrays = Arrays(graph.network)
        self.by_sender = self.arrays.by_sender
        self.rows = batch or self.by_sender  # values stand in rows
        self.last = len(graph.network.layers)
        self._of_what = "batch" if batch else "rule"
        self.negative = self.network.delta_sign == NEGATIVE  # δ = −∂E/∂z

    # -- arrays by name ----------------------------------------------------------------------

    def values(self, layer: int) -> Named:
        """a⁽ˡ⁾; x for layer 0."""
        if layer == 0:
            return self._vector(INPUT, 0, self.graph.inputs)
        return self._vector(ACTIVATION, layer, activations(self.network.layers[layer - 1]))

    def sums(self, layer: int) -> Named:
        """z⁽ˡ⁾."""
        return self._vector(PRE_ACTIVATION, layer, pre_activations(self.network.layers[layer - 1]))

    def deltas(self, layer: int) -> Named:
        """δ⁽ˡ⁾."""
        zs = pre_activations(self.network.layers[layer - 1])
        return self._vector(DELTA, layer, tuple(map(delta_of, zs)))

    def targets(self) -> Named:
        """t."""
        return self._vector(TARGET, 0, self.graph.targets)

    def weights(self, layer: int) -> Named:
        """W⁽ˡ⁾."""
        return Named(self._symbol(WEIGHT, layer), self._weights(layer, lambda w: w))

    def biases(self, layer: int) -> Expression:
        """b⁽ˡ⁾, as often as it is added; a bias that the layer shares times ones."""
        units = self.network.layers[layer - 1].units
        if self.network.layers[layer - 1].bias == "shared":
            count = self.network.example_count if self.batch else 1
            shape = (count, units) if self.rows else (units, 1)
            return Product((Quantity(BIAS, layer, -1), _ones(*shape)))
        b = self.bias_vector(layer)
        if not self.batch:
            return b
        turned = b if self.by_sender else Transpose(b)
        return MatrixProduct(_ones(self.network.example_count, 1), turned)

    def bias_vector(self, layer: int) -> Named:
        """b⁽ˡ⁾ of a layer whose units have biases of their own."""
        return Named(self._symbol(BIAS, layer), self._biases(layer, lambda b: b))

    def any_layer(self, kind: str) -> Quantity:
        """The name of an array of layer l, whichever it is: z⁽ˡ⁾."""
        return self._symbol(kind, ANY)

    def _vector(self, kind: str, layer: int, entries: tuple[Quantity, ...]) -> Named:
        return Named(self._symbol(kind, layer), self._of(entries))

    def _of(self, entries: Iterable[Expression]) -> Matrix:
        """A value for every unit: a row, a column, or a row for every example."""
        every = tuple(entries)
        if not self.batch:
            return row(every) if self.rows else column(every)
        examples = range(self.network.example_count)
        return Matrix(tuple(tuple(_of_example(e, n) for e in every) for n in examples))

    def _symbol(self, kind: str, layer: int) -> Quantity:
        batch = self.batch and kind not in (WEIGHT, BIAS)
        return Quantity(ARRAY, layer, example=WHOLE_BATCH if batch else None, name=kind)

    def _weights(self, layer: int, of: Of) -> Matrix:
        return self.arrays.weights(self.network.layers[layer - 1], of)

    def _biases(self, layer: int, of: Of) -> Matrix:
        biases = self.network.biases(layer)
        return self.arrays.vector(of(b) for b in biases)

    # -- forward -----------------------------------------------------------------------------

    def forward(self, layer: Layer) -> Iterator[Step]:
        """z and a."""
        k = layer.index
        before, weights = self.values(k - 1), self.weights(k)
        if self.rows:
            turned = weights if self.by_sender else Transpose(weights)
            weighted: Expression = MatrixProduct(before, turned)
        else:
            weighted = MatrixProduct(weights, before)
        if layer.bias != "none":
            added = self.biases(k)
            weighted = Sum((weighted, Negative(added) if layer.subtracts else added))
        yield self._step("sums", Kind.DEFINITION, k, self.sums(k), weighted)
        function = layer.activation.function
        if layer.activation.name == "identity":
            yield self._step("activations", Kind.DEFINITION, k, self.values(k), self.sums(k))
        elif function is not None:
            yield self._step(
                "activations", Kind.DEFINITION, k, self.values(k), function(self.sums(k))
            )

    # -- backward ----------------------------------------------------------------------------

    def delta(self, layer: Layer) -> Step | None:
        """δ; None where it has no such form: softmax in a batch, unless it cancels."""
        k = layer.index
        assumes: tuple[str, ...] = ()
        members: list[Expression] = [self.deltas(k)]
        for member in self._through(layer):
            members.append(Negative(member) if self.negative and k == self.last else member)
        if k == self.last:
            short = self._cancelled()
            if short is not None:
                members.append(short)
                if layer.activation.function is None:
                    assumes = (SUM_TO_ONE,)
        if len(members) == 1:
            return None
        return self._step("deltas", Kind.DELTA, k, *members, assumes=assumes)

    def _through(self, layer: Layer) -> list[Expression]:
        """What comes back, times the slope of the activation."""
        upstream = self._upstream(layer.index)
        if layer.activation.name == "identity":
            return [upstream]
        function = layer.activation.function
        if function is not None:
            return [Hadamard(upstream, prime(function)(self.sums(layer.index)))]
        if self.batch:
            return []
        return [self.arrays.through(upstream, self.jacobian(layer))]

    def jacobian(self, layer: Layer) -> Named:
        """∂a⁽ˡ⁾/∂z⁽ˡ⁾ of softmax: a row for every activation, a column for every weighted sum."""
        zs, outputs = pre_activations(layer), activations(layer)
        matrix = Matrix(tuple(tuple(Partial(a, z) for z in zs) for a in outputs))
        k = layer.index
        symbol = Partial(self._symbol(ACTIVATION, k), self._symbol(PRE_ACTIVATION, k))
        return Named(symbol, matrix)

    def _upstream(self, k: int) -> Expression:
        """∂E/∂a⁽ˡ⁾: of the last layer as it is, else through the next layer."""
        if k < self.last:
            deltas, weights = self.deltas(k + 1), self.weights(k + 1)
            if not self.rows:
                return MatrixProduct(Transpose(weights), deltas)
            turned = Transpose(weights) if self.by_sender else weights
            return MatrixProduct(deltas, turned)
        slopes = self._of(Partial(E, y) for y in self.graph.outputs)
        return Named(Partial(E, self._symbol(ACTIVATION, k)), slopes)

    def _cancelled(self) -> Expression | None:
        """a − t, averaged as the loss is, where output activation and loss cancel to that."""
        layer = self.network.layers[-1]
        z = pre_activations(layer)[0]
        if output_delta_simplified(self.graph, z) is None:
            return None
        if layer.activation.function is None and not targets_sum_to_one(self.graph):
            return None
        y, t = self.values(self.last), self.targets()
        difference: Expression = Sum((t, Negative(y)) if self.negative else (y, Negative(t)))
        temperature = layer.activation.temperature.value
        if temperature != 1:
            difference = Product((Number(1 / temperature), difference))
        return self.graph.averaged(difference)

    def gradients(self, layer: Layer, parameters: tuple[Quantity, ...]) -> Iterator[Step]:
        """∂E/∂W and ∂E/∂b of what is trained in a layer."""
        k = layer.index
        deltas, before = self.deltas(k), self.values(k - 1)
        if any(w.kind == WEIGHT for w in parameters):
            if not self.rows:
                outer: Expression = MatrixProduct(deltas, Transpose(before))
            elif self.by_sender:
                outer = MatrixProduct(Transpose(before), deltas)
            else:
                outer = MatrixProduct(Transpose(deltas), before)
            yield self._gradient(WEIGHT, k, self._weights(k, self._slope), outer)
        if any(b.kind == BIAS for b in parameters):
            slopes = self._biases(k, self._slope)
            form = self._bias_form(layer, deltas)
            yield self._gradient(BIAS, k, slopes, Negative(form) if layer.subtracts else form)

    def _bias_form(self, layer: Layer, deltas: Named) -> Expression:
        """δ; of a batch its sum over the examples, of a shared bias over the units too."""
        count, units = self.network.example_count, layer.units
        shared = layer.bias == "shared"
        if not self.batch:
            if not shared:
                return deltas
            if self.rows:
                return MatrixProduct(deltas, Transpose(_ones(1, units)))
            return MatrixProduct(Transpose(_ones(units, 1)), deltas)
        if self.by_sender or shared:
            summed: Expression = MatrixProduct(Transpose(_ones(count, 1)), deltas)
            return MatrixProduct(summed, _ones(units, 1)) if shared else summed
        return MatrixProduct(Transpose(deltas), _ones(count, 1))

    def _gradient(self, kind: str, k: int, slopes: Matrix, form: Expression) -> Step:
        name: Quantity = self._symbol(kind, k)
        if kind == BIAS and self.network.layers[k - 1].bias == "shared":
            name = Quantity(BIAS, k, -1)
        goal = BATCH_E if self.batch else E
        if self.batch and self.network.over_examples == "mean":
            share = Number(Fraction(1, self.network.example_count))
            form = product(share, form) if share != ONE else form
        form = minus(form) if self.negative else form
        slope = Named(Partial(goal, name), slopes)
        return self._step(f"gradient-{kind}", Kind.GRADIENT, k, slope, form)

    def _slope(self, w: Quantity) -> Expression:
        return Partial(BATCH_E if self.batch else E, w)

    def _step(
        self, name: str, kind: Kind, k: int, *members: Expression, assumes: tuple[str, ...] = ()
    ) -> Step:
        id = f"matrix/{self._of_what}/{name}/{k}"
        return Step(id, kind, Rule.FORM, chain(*members), assumes=assumes)


def batch_forms(graph: NetworkGraph, parameters: Mapping[int, tuple[Quantity, ...]]) -> Section:
    """All rules of a batch: the forward pass, then the way back as far as something is trained.

    parameters  the trained parameters by layer
    """
    forms = Forms(graph, batch=True)
    steps = [step for layer in graph.network.layers for step in forms.forward(layer)]
    lowest = min(parameters, default=len(graph.network.layers) + 1)
    for layer in reversed(graph.network.layers[lowest - 1 :]):
        delta = forms.delta(layer)
        steps += [delta] if delta is not None else []
        steps += forms.gradients(layer, parameters.get(layer.index, ()))
    return Section("batch", tuple(steps))


def _ones(rows: int, columns: int) -> Named:
    entries = Matrix(((ONE,) * columns,) * rows)
    return Named(ONES, entries)


def _of_example(entry: Expression, n: int) -> Expression:
    """An entry of one row: a⟨n⟩, or ∂E⟨n⟩/∂a⟨n⟩."""
    if isinstance(entry, Quantity):
        return same_example(entry, n)
    assert isinstance(entry, Partial)
    return Partial(Quantity(LOSS, example=n), same_example(entry.by, n))
