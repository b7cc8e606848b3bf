"""The backward pass, of any graph and in any numbers: the one place where adjoints are summed.

    ∂E/∂q = Σ ∂E/∂r · ∂r/∂q   over the definitions r that use q

Whoever has local derivatives brings them: SymPy's expressions (``adjoints``), numbers of sixty
digits, statements of a program, the formulas of a page. ``backward`` goes through a whole graph,
``over_uses`` says what arrives at one quantity. Nothing is loaded here, SymPy neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from operator import mul
from typing import Any, TypeVar

from derive.expression.constructors import ONE, product, total
from derive.expression.nodes import Expression, Product, Quantity
from derive.graph import Graph

Q = TypeVar("Q", bound=Hashable)
V = TypeVar("V")


def backward(
    definitions: Iterable[Q], partials: Callable[[Q], Mapping[Q, Any]], of: Q, one: V,
    total: Callable[[Q, list[V]], V], times: Callable[[V, Any], V] = mul,
) -> dict[Q, V]:  # fmt: skip
    """q → ∂of/∂q for every q that ``of`` depends on, latest first: the backward pass.

    Its values are whatever the partial derivatives are: expressions, or numbers.

    definitions  what has a formula, in the order of the forward pass
    partials     q → {p: ∂q/∂p} for every p that the formula of q mentions
    one          ∂of/∂of
    total        (q, the parts that arrive at q) → what goes on from there: their sum, or its name
    times        an adjoint times a partial derivative
    """
    contributions: dict[Q, list[V]] = defaultdict(list, {of: [one]})
    adjoints: dict[Q, V] = {}
    for q in reversed(tuple(definitions)):
        if q not in contributions:
            continue
        upstream = adjoints[q] = total(q, contributions[q])
        for p, slope in partials(q).items():
            contributions[p].append(times(upstream, slope))
    for q, parts in contributions.items():
        if q not in adjoints:
            adjoints[q] = total(q, parts)
    return adjoints


def pair(adjoint: Expression, slope: Expression) -> Expression:
    """An adjoint times a local derivative as the chain rule writes it, whatever the two are."""
    return Product((adjoint, slope))


def without_one(adjoint: Expression, slope: Expression) -> Expression:
    """The same where an adjoint may be 1, which is not written: ∂E/∂E."""
    return slope if adjoint == ONE else product(adjoint, slope)


def over_uses(
    graph: Graph, q: Quantity, adjoint: Callable[[Quantity], Expression],
    slope: Callable[[Quantity, Quantity], Expression],
    times: Callable[[Expression, Expression], Expression] = pair,
) -> Expression:  # fmt: skip
    """∂E/∂q = Σ ∂E/∂r·∂r/∂q over the quantities r whose formulas use q, as a formula in order.

    adjoint  r → what stands for ∂E/∂r
    slope    r, q → what stands for ∂r/∂q
    times    how the two are multiplied
    """
    return total(*shares(graph, q, adjoint, slope, times))


def shares(
    graph: Graph, q: Quantity, adjoint: Callable[[Quantity], V],
    slope: Callable[[Quantity, Quantity], Any], times: Callable[[V, Any], V] = mul,
) -> list[V]:  # fmt: skip
    """The terms of that sum, as formulas or as numbers: what arrives at q by each of its uses."""
    return [times(adjoint(r), slope(r, q)) for r in graph.children[q]]
