"""The program of a graph of formulas: values forwards, derivatives back, and along a direction.

    q = x + y    f = q·z    ∂f/∂q = z    ∂f/∂x = ∂f/∂q

Local derivatives come from the stepwise differentiator, made ready for double precision like the
formulas themselves; what they add up to comes from the one backward pass there is.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from derive.algebra.backward import backward, over_uses, without_one
from derive.compute.formulas.softmax import is_share, opened
from derive.compute.formulas.steady import steady
from derive.compute.programs.program import (
    GRADIENT,
    Item,
    Program,
    Remark,
    Statement,
    about,
    auxiliary,
    gradient,
    second,
    tangent,
)
from derive.compute.stable.prepared import STABILISE, prepared
from derive.derivation.calculus.differentiator import derivative, with_names
from derive.derivation.calculus.tidy import tidy
from derive.expression.binding import Binder
from derive.expression.constructors import ONE, ZERO, product, total, variable
from derive.expression.nodes import Expression, Number, Partial, Product, Quantity, quantities
from derive.expression.rewriting import substitute
from derive.graph import FormulaGraph, Graph

_SHORT = 24  # nodes, at most, of a formula whose derivative a comment writes out
_COUNTS = "weight"  # the letter of what a formula counts in a weighted sum of them


@dataclass(frozen=True, slots=True)
class Local:
    """One formula as it is computed.

    lines        itself, and what it has twice
    slope_lines  what only its derivatives have twice: for when all formulas are worked out
    slopes       p → ∂/∂p, for the quantities that it mentions
    curves       p → {r: ∂²/∂p∂r}
    """

    lines: tuple[Statement, ...]
    slope_lines: tuple[Statement, ...]
    slopes: Mapping[Quantity, Expression]
    curves: Mapping[Quantity, Mapping[Quantity, Expression]]


def counts(q: Quantity) -> Quantity:
    """What a formula counts in the weighted sum that ``pulled_back`` differentiates."""
    return Quantity(_COUNTS, name=q.name)


class Programs:
    """The programs of a graph of formulas, each made when it is asked for."""

    def __init__(self, graph: FormulaGraph) -> None:
        self.textbook = graph
        self.graph = steady(graph)
        # p_j stands for its formula where a derivative has it, −p_i·p_j.
        self._named: dict[Expression, Expression] = {
            e: q for q, e in self.graph.definitions.items() if is_share(e)
        }
        self.places = {q: k for k, q in enumerate(self.graph.definitions, start=1)}

    @cached_property
    def gradient(self) -> Program:
        """Every formula, then ∂loss/∂q of every quantity: ``gradient`` of each."""
        local = {q: self._local(self.graph, q) for q in self.graph.definitions}
        return Program((*self._forward(local), *self._backward(self.graph, local)))

    @cached_property
    def values_along(self) -> Program:
        """How every formula moves where the parameters do by their ``tangent``."""
        local = {q: self._local(self.graph, q) for q in self.graph.definitions}
        return Program((*self._forward(local), *self._tangents(local)))

    @cached_property
    def gradient_along(self) -> Program:
        """How the gradient moves, in ``second``, where the parameters do by their ``tangent``."""
        local = {q: self._local(self.graph, q, curved=True) for q in self.graph.definitions}
        along = [*self._forward(local), *self._tangents(local)]
        return Program((*along, *self._backward_along(local)))

    @cached_property
    def pulled_back(self) -> Program:
        """``gradient`` of Σ (what a formula ``counts``)·formula."""
        goal = auxiliary("goal", len(self.places) + 1)
        summed = total(*(Product((counts(q), q)) for q in self.graph.definitions))
        graph = Graph({**self.graph.definitions, goal: summed}, goal)
        local = {q: self._local(graph, q) for q in graph.definitions}
        return Program((*self._forward(local), *self._backward(graph, local)))

    # -- one formula -------------------------------------------------------------------------

    def _local(self, graph: Graph, q: Quantity, curved: bool = False) -> Local:
        slopes = {p: derivative(graph.relevant(q, p), p) for p in graph.parents[q]}
        slopes = {p: slope for p, slope in slopes.items() if slope != ZERO}
        pairs = [(p, r) for p, slope in slopes.items() for r in quantities(slope) if curved]
        binder = Binder("_")  # no name begins so
        value, *bound = binder.bind((
            _ready(graph.definitions[q]),
            *map(self._ready, slopes.values()),
            *(self._ready(derivative(slopes[p], r)) for p, r in pairs),
        ))  # fmt: skip
        names: dict[Expression, Expression] = {}
        lines: list[Statement] = []
        for letter, formula in binder.lines:
            shared = variable(letter)
            # What the derivatives have in common with the whole formula has its name.
            target = q if shared == value else auxiliary(f"u{letter[1:]}", self.places.get(q, 0))
            lines.append(Statement(target, substitute(formula, names)))
            names[shared] = target
        if q not in names.values():
            lines.append(Statement(q, substitute(value, names)))
        derivatives = [substitute(one, names) for one in bound]
        curves: dict[Quantity, dict[Quantity, Expression]] = {p: {} for p in slopes}
        for (p, r), curve in zip(pairs, derivatives[len(slopes) :], strict=True):
            curves[p][r] = curve
        value_items = Program(tuple(lines)).only((q,)).items
        slope_lines = tuple(line for line in lines if line not in value_items)
        value_lines = tuple(line for line in lines if line in value_items)
        return Local(value_lines, slope_lines, dict(zip(slopes, derivatives, strict=False)), curves)

    def _ready(self, slope: Expression) -> Expression:
        """A derivative as it is computed, once all formulas are there."""
        return _ready(substitute(slope, self._named) if self._named else slope)

    # -- all of them -------------------------------------------------------------------------

    def _forward(self, local: Mapping[Quantity, Local]) -> Iterator[Remark | Statement]:
        for q, one in local.items():
            if q in self.textbook.definitions:
                yield Remark(q, self.textbook.definitions[q])
            yield from one.lines
        for one in local.values():
            yield from one.slope_lines

    def _tangents(self, local: Mapping[Quantity, Local]) -> Iterator[Statement]:
        """How every formula moves, forwards."""
        active = set(self.textbook.parameters)
        for q, one in local.items():
            parts = [product(tangent(p), slope) for p, slope in one.slopes.items() if p in active]
            yield Statement(tangent(q), tidy(total(*parts)))
            if parts:
                active.add(q)

    def _backward(self, graph: Graph, local: Mapping[Quantity, Local]) -> list[Statement]:
        statements: list[Statement] = []

        def summed(q: Quantity, parts: list[Expression]) -> Expression:
            line = tidy(total(*parts))
            if q in graph.definitions and (isinstance(line, Number) or q == graph.loss):
                return line
            statements.append(Statement(gradient(q), line))
            return gradient(q)

        slopes = {q: one.slopes for q, one in local.items()}
        reached = backward(local, slopes.__getitem__, graph.loss, _ONE, summed, _times)
        return [*statements, *self._still(gradient, reached)]

    def _backward_along(self, local: Mapping[Quantity, Local]) -> list[Statement]:
        """The backward pass in pairs: ∂loss/∂q, and how it moves."""
        active = {*self.textbook.parameters}
        active |= {q for q in self.graph.definitions
                   if any(self.graph.reaches(w, q) for w in self.textbook.parameters)}  # fmt: skip
        statements: list[Statement] = []

        def slopes(q: Quantity) -> dict[Quantity, _Pair]:
            one = local[q]
            return {
                p: (slope, total(*(
                    product(curve, tangent(r)) for r, curve in one.curves[p].items()
                    if r in active and curve != ZERO
                )))
                for p, slope in one.slopes.items()
            }  # fmt: skip

        def summed(q: Quantity, parts: list[_Pair]) -> _Pair:
            pair = [tidy(total(*one)) for one in zip(*parts, strict=True)]
            for k, name in enumerate((gradient(q), second(q))):
                if q not in self.graph.definitions or not isinstance(pair[k], Number):
                    statements.append(Statement(name, pair[k]))
                    pair[k] = name
            return pair[0], pair[1]

        reached = backward(local, slopes, self.graph.loss, _BOTH, summed, _times_both)
        return [*statements, *self._still(second, reached)]

    def _still(
        self, name: Callable[[Quantity], Quantity], reached: Container[Quantity]
    ) -> Iterator[Statement]:
        """The derivatives by leaves that nothing hangs on: 0."""
        for leaf in (*self.textbook.parameters, *self.textbook.inputs):
            if leaf not in reached:
                yield Statement(name(leaf), ZERO)

    # -- as it is taught ---------------------------------------------------------------------

    def with_remarks(self, program: Program) -> Program:
        """A part of a program with all its comments: also the formulas that nothing computes, as
        others are known without them, and what a class writes for each derivative."""
        taught, seen = self.textbook.definitions, set()
        items: list[Item] = []

        def say(q: Quantity) -> None:
            if q in taught and q not in seen:
                seen.add(q)
                for p in quantities(taught[q]):
                    say(p)
                items.append(Remark(q, taught[q]))

        for item in program.items:
            if isinstance(item, Remark) and isinstance(item.left, Quantity):
                say(item.left)
                continue
            if isinstance(item, Statement) and item.target.kind == GRADIENT:
                items.append(self._taught(about(item.target)))
            items.append(item)
        return Program(tuple(items))

    def _taught(self, q: Quantity) -> Remark:
        """∂f/∂x = ∂f/∂q·∂q/∂x + …, short derivatives written out."""
        graph = self.textbook

        def behind(r: Quantity) -> Expression:
            return ONE if r == graph.loss else Partial(graph.loss, r)

        chain_rule = over_uses(graph, q, behind, self._taught_slope, without_one)
        return Remark(Partial(graph.loss, q), tidy(chain_rule))

    def _taught_slope(self, of: Quantity, by: Quantity) -> Expression:
        formula = self.textbook.definitions[of]
        relevant = self.textbook.relevant(of, by)
        if _is_long(relevant):
            return Partial(of, by)
        slope = with_names(derivative(relevant, by), {formula: of})
        return Partial(of, by) if _is_long(slope) else slope


_Pair = tuple[Expression, Expression]
_ONE: Expression = ONE
_BOTH: _Pair = (ONE, ZERO)


def _is_long(e: Expression) -> bool:
    return sum(1 for _ in e.walk()) > _SHORT


def _ready(e: Expression) -> Expression:
    return prepared(opened(e), STABILISE)


def _times(upstream: Expression, slope: Expression) -> Expression:
    return tidy(product(upstream, slope))


def _times_both(upstream: _Pair, slope: _Pair) -> _Pair:
    """The product rule."""
    (a, moves), (s, bends) = upstream, slope
    return _times(a, s), tidy(total(product(moves, s), product(a, bends)))
