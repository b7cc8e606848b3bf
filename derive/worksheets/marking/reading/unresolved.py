"""Whether an answer leaves the work to be done: it names what is asked for, under any name."""

from __future__ import annotations

from derive.derivation.styles.deltas import pre_activation_of
from derive.expression.nodes import DELTA, Apply, Expression, Partial, Quantity
from derive.graph import E, NetworkGraph
from derive.notation import Names
from derive.worksheets.marking.reading.faults import Fault


def unresolved(
    formula: Expression, right: Expression, subject: Expression, graph: NetworkGraph, names: Names
) -> Fault | None:
    """Why a formula is no answer though it may be true; None where it is one.

    The chain rule may be written out, ∂E/∂o1·∂o1/∂W5. What stands for the whole chain to the
    quantity asked about may not: ∂E1/∂W5, σ′(h1) for ∂a_h1/∂h1, or ∂(…)/∂W5.
    """
    goal = _as_partial(subject)
    of = goal.of if isinstance(goal, Partial) else None
    definition = graph.definitions.get(of) if isinstance(of, Quantity) else None
    for node in formula.walk():
        if node == subject or _as_partial(node) == goal:
            return Fault("names-itself")
        if not isinstance(goal, Partial) or node in right.walk():
            continue
        if isinstance(node, Apply) and _is_slope(node, definition):
            return Fault("names-itself")
        if isinstance(node, Partial) and node.by == goal.by:
            if not isinstance(node.of, Quantity):
                return Fault("leaves-open")
            inside = graph.definitions.get(node.of)
            if inside is None or node.by not in inside.walk():
                return Fault("leaves", f"∂{names.text(node.of)}/∂{names.text(node.by)}")
    return None


def _as_partial(subject: Expression) -> Expression:
    """δ_o1 as what it is another name for."""
    if isinstance(subject, Quantity) and subject.kind == DELTA:
        return Partial(E, pre_activation_of(subject))
    return subject


def _is_slope(node: Apply, definition: Expression | None) -> bool:
    """Whether a call is f′(x), where f(x) is what is differentiated."""
    return (
        isinstance(definition, Apply) and node.arguments == definition.arguments
        and node.function.text == f"{definition.function.text}′"
    )  # fmt: skip
