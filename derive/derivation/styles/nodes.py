"""The style "nodes": backwards through any graph, node by node, upstream × local.

    q = x + y      f = q·z
    ∂f/∂q = ∂(q·z)/∂q = z
    ∂f/∂x = ∂f/∂q·∂q/∂x = ∂f/∂q·1           upstream gradient × local derivative
    ∂f/∂w = ∂f/∂a·∂a/∂w + ∂f/∂b·∂b/∂w       w is used twice: the shares of its uses add up

A quantity comes when all formulas that use it have been dealt with, so every derivative is worked
out once, and the length of the derivation is linear in the edges of the graph.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from derive.algebra.backward import over_uses, without_one
from derive.derivation.calculus.local import Edges, key
from derive.derivation.steps import Kind, Rule, Section, Step, chain
from derive.expression.constructors import ONE
from derive.expression.nodes import Expression, Partial, Quantity
from derive.graph import AnyGraph


class Nodes:
    """Builds the gradient of every quantity that one of the leaves is found by."""

    def __init__(self, graph: AnyGraph, edges: Edges[Any], leaves: tuple[Quantity, ...]) -> None:
        self.graph = graph
        self.edges = edges
        self.leaves = leaves

    def sections(self) -> tuple[Section, ...]:
        """A section for every quantity, from the loss back."""
        return tuple(
            Section("node", (*self.locals(q), self.gradient(q)), about=(q,)) for q in self.order()
        )

    def order(self) -> list[Quantity]:
        """The quantities between the leaves and the loss, each after all that use it."""
        needed = self._needed()
        waiting = {q: len(self.graph.children[q]) for q in needed}
        ordered: list[Quantity] = []
        ready = deque([self.graph.loss])
        while ready:
            for parent in self._by_uses(ready.popleft()):
                if parent in needed:
                    waiting[parent] -= 1
                    if not waiting[parent]:
                        ordered.append(parent)
                        ready.append(parent)
        return ordered

    def _by_uses(self, q: Quantity) -> list[Quantity]:
        """What the formula of a quantity mentions, first what is used nowhere else."""
        parents = self.graph.parents.get(q, ())
        return sorted(parents, key=lambda parent: len(self.graph.children[parent]) > 1)

    def _needed(self) -> set[Quantity]:
        """The wanted leaves, and whatever depends on one of them."""
        needed = set(self.leaves)
        for quantity, parents in self.graph.parents.items():
            if not needed.isdisjoint(parents):
                needed.add(quantity)
        return needed

    def locals(self, q: Quantity) -> tuple[Step, ...]:
        """The local derivative of every formula that uses a quantity."""
        return tuple(self.edges.step(user, q) for user in self.graph.children[q])

    def gradient(self, q: Quantity) -> Step:
        """∂E/∂q: over all uses, the sum of what comes from behind times the local derivative."""
        loss, users = self.graph.loss, self.graph.children[q]
        local = self.locals(q)
        name = f"gradient/{key(q)}"
        kind = Kind.GRADIENT if q in self.graph.trained else Kind.UPSTREAM
        if users == [loss]:  # the local derivative is all there is
            (only,) = local
            return Step(name, kind, Rule.CHAIN, only.relations, uses=(only.id,), about=(q, loss))
        chained = over_uses(self.graph, q, self._behind, self.edges.named, without_one)
        known = over_uses(self.graph, q, self._behind, self.edges.factor, without_one)
        members = dict.fromkeys((Partial(loss, q), chained, known))
        uses = (*(f"gradient/{key(r)}" for r in users if r != loss), *(s.id for s in local))
        return Step(name, kind, Rule.CHAIN, chain(*members), uses=uses, about=(q, *users))

    def _behind(self, user: Quantity) -> Expression:
        """∂E/∂r; of the loss itself 1."""
        return ONE if user == self.graph.loss else Partial(self.graph.loss, user)
