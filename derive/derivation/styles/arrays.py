"""Vectors and matrices of a layer, in the layout of the document.

from_to  rows are sending units: values are row vectors, z = a W + b, ∂E/∂a = δ Wᵀ, ∂E/∂W = aᵀ δ
to_from  rows are receiving units: values are columns, z = W a + b, ∂E/∂a = Wᵀ δ, ∂E/∂W = δ aᵀ
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from derive.derivation.steps import Kind, Relation, Rule, Step, chain
from derive.expression.matrices import Matrix, MatrixProduct, Transpose, column, row
from derive.expression.nodes import Expression, Quantity
from derive.network.description import Layer, Network

MOST_INSIDE = 8  # units a product of matrices may add up over and still be written as one


class Arrays:
    """The arrays of one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.by_sender = network.layout == "from_to"

    def vector(self, entries: Iterable[Expression]) -> Matrix:
        """A value for every unit of a layer."""
        return row(tuple(entries)) if self.by_sender else column(tuple(entries))

    def weights(self, layer: Layer, of: Callable[[Quantity], Expression]) -> Matrix:
        """Something for every weight into a layer."""
        ws = {(w.source, w.unit): w for w in self.network.weights(layer.index)}
        senders, receivers = range(self.network.sizes[layer.index - 1]), range(layer.units)
        if self.by_sender:
            return Matrix(tuple(tuple(of(ws[i, j]) for j in receivers) for i in senders))
        return Matrix(tuple(tuple(of(ws[i, j]) for i in senders) for j in receivers))

    def forward(self, values: Matrix, weights: Matrix) -> Expression:
        """a W, or W a."""
        return MatrixProduct(values, weights) if self.by_sender else MatrixProduct(weights, values)

    def back(self, values: Matrix, weights: Matrix) -> Expression:
        """δ Wᵀ, or Wᵀ δ."""
        turned = Transpose(weights)
        return MatrixProduct(values, turned) if self.by_sender else MatrixProduct(turned, values)

    def through(self, values: Expression, jacobian: Expression) -> Expression:
        """∂E/∂a J, or Jᵀ ∂E/∂a, for J with a row for every a and a column for every z."""
        if self.by_sender:
            return MatrixProduct(values, jacobian)
        return MatrixProduct(Transpose(jacobian), values)

    def outer(self, values: Matrix, deltas: Matrix) -> Expression:
        """aᵀ δ, or δ aᵀ."""
        if self.by_sender:
            return MatrixProduct(Transpose(values), deltas)
        return MatrixProduct(deltas, Transpose(values))


def gathered(
    name: str,
    kind: Kind,
    members: Sequence[Expression],
    steps: tuple[Step, ...],
    rule: Rule = Rule.GATHER,
    assumes: tuple[str, ...] = (),
    number: int | None = None,
) -> Step:
    """One equation between matrices, over the steps of its entries. A member that says again what
    the one before says is left out."""
    distinct = [members[0]]
    for member in members[1:]:
        if member != distinct[-1]:
            distinct.append(member)
    relations = chain(*distinct)
    if rule is Rule.UPDATE:
        relations = (relations[0], Relation("←", relations[1].expression))
    return Step(
        f"matrix/{name}", kind, rule, relations, uses=tuple(step.id for step in steps),
        assumes=assumes, substeps=steps, number=number,
    )  # fmt: skip


def itself(q: Quantity) -> Expression:
    """A parameter as the entry of its array."""
    return q
