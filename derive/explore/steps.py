"""The steps that a reader goes through: those of the derivation that have numbers, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.derivation.derivation import Derivation
from derive.derivation.numbers.chains import Atom
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.steps import Kind, Step
from derive.document.blocks import Inline
from derive.document.narration.teller import Teller
from derive.document.wording import Value
from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    DELTA,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    Expression,
    Partial,
    Quantity,
)
from derive.graph import FormulaGraph

FORWARD, BACKWARD, UPDATE = "forward", "backward", "update"
_PARTS = {Kind.DEFINITION: FORWARD, Kind.UPDATE: UPDATE}
_DEFINED = {
    PRE_ACTIVATION: "sum", ACTIVATION: "activation", LOSS_TERM: "term", LOSS: "loss",
    TARGET: "target",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """A step with what is said of it.

    part     forward, backward or update
    subject  what is worked out; of an update the parameter that moves
    formula  what its numbers are worked out from
    why      why it is so, in a sentence
    """

    step: Step
    part: str
    subject: Atom
    formula: Expression
    why: Inline


def stages(teller: Teller, valuation: Valuation) -> Iterator[Stage]:
    """Every step with numbers, each subject once."""
    seen: set[tuple[Atom, bool]] = set()
    for step in teller.derivation.walk():
        subject = step.subject
        if not isinstance(subject, (Quantity, Partial)) or valuation.step(step) is None:
            continue
        updates = step.kind is Kind.UPDATE
        if (subject, updates) in seen:
            continue
        seen.add((subject, updates))
        formula = step.result if updates else valuation.formulas[subject]
        part = _PARTS.get(step.kind, BACKWARD)
        yield Stage(step, part, subject, formula, _why(teller, step))


def _why(teller: Teller, step: Step) -> Inline:
    name, values = _sentence(teller.derivation, step)
    return teller.words(f"explore_why_{name}", **values)


def _sentence(derivation: Derivation, step: Step) -> tuple[str, dict[str, Value]]:
    """Which sentence says why a step is so, and what it speaks of."""
    subject, graph = step.subject, derivation.graph
    if step.kind is Kind.UPDATE:
        return "update", {"w": subject}
    if step.kind is Kind.DEFINITION and isinstance(subject, Quantity):
        if isinstance(graph, FormulaGraph):
            return "formula", {"q": subject}
        name = _DEFINED[subject.kind]
        biased = any(p.kind == BIAS for p in graph.parents.get(subject, ()))
        return name, {"q": subject, "count": int(biased)} if name == "sum" else {"q": subject}
    of, by = (subject.of, subject.by) if isinstance(subject, Partial) else (subject, None)
    if step.kind is Kind.LOCAL and by is not None:
        return "local", {"of": of, "by": by}
    if isinstance(subject, Quantity) and subject.kind == DELTA:
        last = subject.layer == len(derivation.network.layers)
        return ("delta_output" if last else "delta_hidden"), {"q": subject}
    assert by is not None
    if isinstance(graph, FormulaGraph) or derivation.style == "nodes":
        return "uses", {"q": by, "loss": of, "count": len(graph.children.get(by, ()))}
    if step.kind is Kind.UPSTREAM:
        return "upstream", {"q": by, "count": len(graph.children.get(by, ()))}
    return ("bias" if by.kind == BIAS else "weight"), {"w": by}
