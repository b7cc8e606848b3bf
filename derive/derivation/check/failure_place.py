"""Where a failed step's formula stands, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.derivation.calculus.local import key
from derive.derivation.failure import CheckFailed
from derive.derivation.steps import Kind
from derive.derivation.styles.common import proofs
from derive.expression.functions import Function
from derive.expression.nodes import ACTIVATION, LOSS, LOSS_TERM, Apply, Quantity
from derive.graph import FormulaGraph
from derive.network.catalogue import ActivationUse, LossUse
from derive.network.description import Network

if TYPE_CHECKING:
    from derive.derivation.derivation import Derivation

_DERIVE = "this is a fault of derive, not of the network: please report it with the network"
_FORMULA = "write the formula in another way, or report it with the network"
_POINTS = "change the formula so that it has a value and a slope for some weights and inputs"


def with_place(error: CheckFailed, derivation: Derivation) -> CheckFailed:
    """The failure with the place of the formula that its step is about, and a remedy."""
    place = _place(error.step, derivation)
    if place is None:
        return CheckFailed(error.step, error.reason, error.place, error.remedy or _DERIVE)
    remedy = _POINTS if "no point was found" in error.reason else _FORMULA
    return CheckFailed(error.step, error.reason, place, remedy)


def _place(name: str, derivation: Derivation) -> str | None:
    """Where the formula of one's own stands that a step is about; None where it is about none."""
    if isinstance(derivation.graph, FormulaGraph):
        of = _about(name, derivation)
        return f"the formula of {key(of)}" if isinstance(of, Quantity) else "the formulas"
    network = derivation.network
    own: list[tuple[str, ActivationUse | LossUse]] = [
        (f"activation of layer {layer.index}, {layer.activation.formula}", layer.activation)
        for layer in network.layers if layer.activation.formula
    ]  # fmt: skip
    if network.loss.formula:
        own.append((f"loss {network.loss.formula}", network.loss))
    if name != "points":  # which is no step: none suits the formulas
        used = formula_in_use(_about(name, derivation), network)
        own = [one for one in own if one[1] is used]
    return next((use.place or where for where, use in own), None)


def _about(name: str, derivation: Derivation) -> Quantity | Function | None:
    """What is defined or derived where a check failed: a quantity, or a function in letters."""
    graph = derivation.graph
    lemmas = {} if isinstance(graph, FormulaGraph) else {
        step.id: f for f, step in proofs(derivation.sections, graph)
    }  # fmt: skip
    for step in derivation.walk():
        if all(inner.id != name for inner in step.walk()):
            continue
        if step.kind is Kind.LEMMA:
            return lemmas[step.id]
        if step.kind is Kind.FUNCTION and isinstance(step.subject, Apply):
            return step.subject.function
        if step.kind in (Kind.DEFINITION, Kind.LOCAL) and not step.of_array:
            return step.about[0]
    changed = dict.fromkeys(q for parents in graph.parents.values() for q in parents)
    return next(
        (of for of in graph.definitions for q in changed if name == f"total/{key(of)}/{key(q)}"),
        None,
    )


def formula_in_use(
    about: Quantity | Function | None, network: Network
) -> ActivationUse | LossUse | None:
    """The activation or loss that a quantity or function comes from; None where it is neither."""
    if isinstance(about, Function):
        uses = (layer.activation for layer in network.layers)
        return next((use for use in uses if use.function == about), None)
    if about is not None and about.kind == ACTIVATION:
        return network.layers[about.layer - 1].activation
    return network.loss if about is not None and about.kind in (LOSS, LOSS_TERM) else None
