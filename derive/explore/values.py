"""Every quantity and derivative that a page to play with shows, numbered, and where it comes from.

The compiled function gives most of them. What it does not give, a local derivative of the page, is
worked out from the page's own formula for it, or from the rules of the calculus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derive.compute.programs.program import auxiliary, gradient
from derive.compute.sources.traced import UPSTREAM, Traced
from derive.derivation.calculus.differentiator import derivative
from derive.derivation.delta_sign import meaning
from derive.derivation.numbers.chains import Atom
from derive.derivation.styles.deltas import delta_of, pre_activation_of
from derive.explore.trees import Tree, Trees
from derive.expression.constructors import ONE, product, total
from derive.expression.functions import Function
from derive.expression.nodes import (
    ACTIVATION,
    DELTA,
    PRE_ACTIVATION,
    Apply,
    Expression,
    Partial,
    Quantity,
)
from derive.graph import AnyGraph, FormulaGraph, layered
from derive.notation import NEGATIVE

# Functions whose values are decimals where their arguments are.
_EXACT = frozenset({"abs", "max", "min", "sign"})


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from.

    place   among what the compiled function gives back; −1: it does not
    minus   whether that has the other sign, a δ that is −∂E/∂z
    tree    the formula it is worked out from; None of what is given
    exact   whether it is a decimal number wherever all that is given is one
    """

    place: int
    minus: bool
    tree: Tree | None
    exact: bool


class Values:
    """Numbers what a page shows, in the order in which it is met.

    formulas  what the page works each quantity and derivative out from
    """

    def __init__(
        self, graph: AnyGraph, formulas: Mapping[Atom, Expression], traced: Traced
    ) -> None:
        self.graph = graph
        self.atoms: list[Atom] = []
        self._numbers: dict[Atom, int] = {}
        self._formulas = formulas
        self._places = {q: place for place, q in enumerate(traced.results)}
        self._exact: dict[Expression | Function, bool] = {}
        self.tree = Trees(self)

    def __call__(self, atom: Atom) -> int:
        """The number of a quantity or a derivative."""
        known = self._numbers.get(atom)
        if known is None:
            known = self._numbers[atom] = len(self.atoms)
            self.atoms.append(atom)
        return known

    def __contains__(self, atom: object) -> bool:
        return atom in self._numbers

    def sources(self) -> list[Source]:
        """Of every value in turn; formulas mention others, which are numbered as they are met."""
        sources: list[Source] = []
        while len(sources) < len(self.atoms):
            sources.append(self._source(self.atoms[len(sources)]))
        return sources

    def _source(self, atom: Atom) -> Source:
        formula = self.formula(atom)
        tree = None if formula is None else self.tree(formula)
        minus = isinstance(atom, Quantity) and atom.kind == DELTA and self._negative
        computed = self._computed(atom)
        place = -1 if computed is None else self._places.get(computed, -1)
        return Source(place, minus and place >= 0, tree, self._is_exact(atom))

    @property
    def _negative(self) -> bool:
        graph = self.graph
        return not isinstance(graph, FormulaGraph) and graph.network.delta_sign == NEGATIVE

    def _computed(self, atom: Atom) -> Quantity | None:
        """What the compiled function calls it; None where that has no such derivative."""
        if isinstance(atom, Quantity):
            return atom
        if atom.of != self.graph.loss:
            return None
        by = atom.by
        if not isinstance(self.graph, FormulaGraph):
            if by.kind == PRE_ACTIVATION:
                return delta_of(by)
            if by.kind == ACTIVATION:
                return auxiliary(UPSTREAM, by.layer, by.unit)
        return gradient(by)

    # -- formulas ----------------------------------------------------------------------------

    def formula(self, atom: Atom) -> Expression | None:
        """What a value is worked out from; None of what is given."""
        if atom in self._formulas:
            return self._formulas[atom]
        if isinstance(atom, Quantity) and atom.kind == DELTA:
            return meaning(layered(self.graph).network, pre_activation_of(atom))
        if isinstance(atom, Quantity):
            return self.graph.definitions.get(atom)
        of, by = atom.of, atom.by
        if not isinstance(of, Quantity):
            return derivative(of, by)
        if of == by:
            return ONE
        parts = [
            self.local(q, by) if q == of else product(Partial(of, q), self.local(q, by))
            for q in self.graph.children.get(by, ())
            if q == of or self.graph.reaches(q, of)
        ]
        return total(*parts)

    def local(self, of: Quantity, by: Quantity) -> Expression:
        """∂of/∂by of one definition alone."""
        return derivative(self.graph.relevant(of, by), by)

    def _is_exact(self, node: Expression) -> bool:
        """Whether a value, or what is worked out in a formula, is a decimal of those given."""
        if node not in self._exact:
            self._exact[node] = True  # of what is given
            within = self.formula(node) if isinstance(node, (Quantity, Partial)) else node
            if within is not None:
                exact = self._steps_are_exact(within)
                self._exact[node] = exact
        return self._exact[node]

    def _steps_are_exact(self, e: Expression) -> bool:
        if isinstance(e, (Quantity, Partial)):
            return self._is_exact(e)
        if isinstance(e, Apply):
            inner = e.function.definition
            known = e.function.name in _EXACT if inner is None else _plain(inner)
            return known and all(map(self._steps_are_exact, e.arguments))
        return all(map(self._steps_are_exact, e.children))


def _plain(definition: Expression) -> bool:
    """Whether a function does nothing but add, multiply, divide and choose."""
    return not any(isinstance(node, Apply) for node in definition.walk())
