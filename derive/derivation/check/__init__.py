"""The check: no step is shown that has not been compared with an independent value.

Three opinions that share no rule of differentiation. The steps come from the stepwise
differentiator and the styles. They are compared, at seeded random points and to sixty digits,
with values of SymPy's partial derivatives and of the backward pass made from them (``trace``).
Those in turn are compared with finite differences of the definitions, which know no rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from derive.derivation.check.differences import check_formulas, check_totals
from derive.derivation.check.equalities import Equalities
from derive.derivation.check.failure_place import with_place
from derive.derivation.check.points import draw, is_kinked
from derive.derivation.check.structure import check_structure
from derive.derivation.failure import CheckFailed
from derive.derivation.steps import Rule, Step
from derive.expression.kinks import has_kinks
from derive.expression.nodes import ACTIVATION, Partial, Quantity
from derive.graph import AnyGraph, FormulaGraph, NetworkGraph

if TYPE_CHECKING:
    from derive.derivation.derivation import Derivation

__all__ = ["CheckFailed", "Report", "check"]

POINTS = 2  # random points at which every equality is compared; one would do, but for bad luck
_BENDING = 6  # where formulas have kinks that no layer puts on either side in turn


_FAR = 4  # times larger weights, so that outputs are farther from their targets


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked.

    steps        steps, substeps included
    equalities   relations compared (each at every point, and at every branch of its cases)
    symbolic     SymPy's partial derivatives of single formulas, which the steps are held against
    independent  statements that a loss term does not depend on a parameter
    differences  derivatives of single formulas and of the whole loss compared with finite
                 differences
    points       random points
    assumptions  what some equalities need
    unchecked    relations whose two sides were 0 wherever they were looked at
    unreached    steps with a branch that no number was found for; compared as if its condition
                 held, where that is written alike on both sides
    """

    steps: int
    equalities: int
    symbolic: int
    independent: int
    differences: int
    points: int
    assumptions: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()


def check(derivation: Derivation) -> Report:
    """Compare every relation of a derivation.

    Raises CheckFailed, naming the step, where its formula stands, and what to do.
    """
    try:
        return _checked(derivation)
    except CheckFailed as error:
        raise with_place(error, derivation) from None


def _checked(derivation: Derivation) -> Report:
    graph = derivation.graph
    steps = check_structure(derivation)
    losses = (*graph.terms, graph.loss) if derivation.style == "paths" else (graph.loss,)
    equalities = Equalities(derivation)
    differences = symbolic = 0
    needs = sorted({tuple(sorted(step.assumes)) for step in steps.values()} | {()})
    points = 0
    for seed in range(_points(graph)):
        for assumptions in map(frozenset, needs):
            point = draw(graph, seed, assumptions)
            # First what the steps are held against, so that its faults are not blamed on them.
            differences += check_formulas(graph, point, seed)
            differences += check_totals(graph, point, seed, losses)
            mine = [s for s in steps.values() if frozenset(s.assumes) == assumptions]
            equalities.compare(mine, point)
            late = [q for q in graph.definitions if q in point.examples[0].swept.difference(losses)]
            differences += check_totals(graph, point, seed, late)
            points += 1
            slopes = [point.examples[0].slopes(q) for q in graph.definitions]
            symbolic = max(symbolic, sum(map(len, slopes)))
    points += _on_branches(graph, equalities, steps.values())
    points += _tell_apart(graph, equalities, steps.values(), frozenset(w for n in needs for w in n))
    equalities.compare_locally(steps.values())
    equalities.look_again(steps.values())
    independent = sum(step.rule.name == "INDEPENDENT" for step in steps.values())
    return Report(
        steps=len(steps),
        equalities=equalities.count,
        symbolic=symbolic,
        independent=independent,
        differences=differences,
        points=points,
        assumptions=tuple(sorted({word for words in needs for word in words})),
        unchecked=equalities.unchecked(),
        unreached=tuple(sorted(equalities.unreached)),
    )


def _points(graph: AnyGraph) -> int:
    """At how many random points everything is compared."""
    bends = isinstance(graph, FormulaGraph) and any(map(has_kinks, graph.definitions.values()))
    return _BENDING if bends else POINTS


def _on_branches(graph: AnyGraph, equalities: Equalities, steps: Iterable[Step]) -> int:
    """Compare the steps that show branches of the loss at more points: the residual of a Huber
    loss may be small at the first ones. Returns at how many points."""
    bends = any(has_kinks(graph.definitions[q]) for q in (*graph.terms, graph.loss))
    if not (bends and isinstance(graph, NetworkGraph)):
        return 0
    with_kinks = (s for s in steps if any(has_kinks(r.expression) for r in s.relations))
    mine = [step for step in with_kinks if step.rule not in _ALONE]
    needs = sorted({tuple(sorted(step.assumes)) for step in mine})
    for seed in range(POINTS, _BENDING):
        for assumptions in map(frozenset, needs):
            those = [step for step in mine if frozenset(step.assumes) == assumptions]
            equalities.compare(those, draw(graph, seed, assumptions, scale=_FAR))
    return len(needs) * (_BENDING - POINTS)


def _tell_apart(
    graph: AnyGraph, equalities: Equalities, steps: Iterable[Step], assumptions: frozenset[str]
) -> int:
    """Compare the steps with the slope of a kinked activation where any two units of its layer
    differ in it, e.g. one ReLU is active and the other is not. Returns at how many points."""
    if not isinstance(graph, NetworkGraph):
        return 0
    kinked = [layer for layer in graph.network.layers if is_kinked(graph, layer)]
    widest = max((layer.units for layer in kinked), default=0)
    layers = {layer.index for layer in kinked}
    mine = [step for step in steps if widest > 2 and _has_slope(step, layers)]
    bits = range(1, (widest - 1).bit_length()) if mine else ()
    for bit in bits:
        equalities.compare(mine, draw(graph, 0, assumptions, bit=bit))
    return len(bits)


# Lines about one formula: those with branches are compared alone, on every one of them.
_ALONE = frozenset({
    Rule.DEFINE, Rule.LOCAL, Rule.CONSTANT, Rule.MULTIPLE, Rule.IDENTITY, Rule.SUM, Rule.PRODUCT,
    Rule.QUOTIENT, Rule.RECIPROCAL, Rule.POWER, Rule.EXP, Rule.LOG, Rule.FUNCTION, Rule.CASES,
})  # fmt: skip


def _has_slope(step: Step, layers: set[int]) -> bool:
    if step.rule is Rule.FORM:  # f′ of a whole layer
        return True
    return step.rule not in _ALONE and any(
        isinstance(node, Partial) and isinstance(node.of, Quantity)
        and node.of.kind == ACTIVATION and node.of.layer in layers
        for relation in step.relations for node in relation.expression.walk()
    )  # fmt: skip
