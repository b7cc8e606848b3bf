"""The style "paths" of any graph: leaf by leaf, the chain rule along every path to the loss.

    ∂L/∂x = ∂L/∂o·∂o/∂r·∂r/∂a·∂a/∂h·∂h/∂x + ∂L/∂o·∂o/∂r·∂(a + x)/∂x        two paths
          = (o − t)·v·(1 − a²)·w + (o − t)·v                              (1), (2), (4), (5), (6)

A factor is the derivative of one formula in which all else is held still. Each is worked out where
it is first met, numbered, and recalled by its number.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from derive.derivation.calculus.local import Edges, key
from derive.derivation.steps import Kind, Rule, Section, Step, chain
from derive.derivation.styles.nodes import Nodes
from derive.expression.constructors import ONE, product, total
from derive.expression.nodes import Bracket, Expression, Partial, Product, Quantity
from derive.graph import AnyGraph, Path


class Routes:
    """Builds the gradient of every leaf along its paths; keeps the register of local derivatives.

    max_paths  past so many paths of one leaf it is told node by node
    """

    def __init__(self, graph: AnyGraph, edges: Edges[Any], max_paths: int) -> None:
        self.graph = graph
        self.edges = edges
        self.max_paths = max_paths
        self.register: dict[str, int] = {}

    def sections(self) -> tuple[Section, ...]:
        """A section for every leaf, from the loss back; at the end those with too many paths."""
        nodes = Nodes(self.graph, self.edges, self.graph.trained)
        leaves = [q for q in nodes.order() if q in self.graph.trained]
        many = tuple(w for w in leaves if self._count(w) > self.max_paths)
        sections = [self._leaf(w) for w in leaves if w not in many]
        if many:
            sections += Nodes(self.graph, self.edges, many).sections()
        return tuple(sections)

    def _count(self, w: Quantity) -> int:
        return self.graph.path_count(w, self.graph.loss)

    def _leaf(self, w: Quantity) -> Section:
        """The local derivatives that are new, and the gradient."""
        paths = list(self.graph.paths(w, self.graph.loss))
        several = len(paths) > 1
        local = [self.edges.step(of, by) for path in paths for of, by in pairwise(path)]
        used = tuple(dict.fromkeys(step.id for step in local))
        new = [self._numbered(step) for step in dict.fromkeys(local)
               if step.id not in self.register]  # fmt: skip
        chained = total(*(_grouped(self._along(path, named=True), several) for path in paths))
        known = total(*(_grouped(self._along(path), several) for path in paths))
        members = dict.fromkeys((Partial(self.graph.loss, w), chained, known))
        if len(members) == 1:  # one path of one factor, whose derivative has cases
            members = dict.fromkeys(relation.expression for relation in local[0].relations)
        gradient = Step(
            f"gradient/{key(w)}", Kind.GRADIENT, Rule.CHAIN, chain(*members), uses=used, about=(w,)
        )
        return Section("route", (*new, gradient), about=(w,))

    def _numbered(self, step: Step) -> Step:
        number = self.register[step.id] = len(self.register) + 1
        return replace(step, number=number)

    def _along(self, path: Path, *, named: bool = False) -> Expression:
        """The product of the local derivatives along a path, by name or worked out."""
        if named:
            return product(*(self.edges.named(of, by) for of, by in pairwise(path)))
        factors = (self.edges.factor(of, by) for of, by in pairwise(path))
        return product(*(factor for factor in factors if factor != ONE))


def _grouped(factors: Expression, several: bool) -> Expression:
    return Bracket(factors) if several and isinstance(factors, Product) else factors
