"""The end of a document: what was found, the proofs in the appendix, what was checked."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.graph import E
from derive.document.blocks import Block, Inline, Items
from derive.document.narration.locals import lines
from derive.document.narration.teller import Teller
from derive.expression.nodes import Quantity


def found(teller: Teller) -> Iterator[Block]:
    """What the reader has seen, each sentence true of this network."""
    if teller.brief:
        return
    words, network = teller.words, teller.network
    yield teller.heading(2, "found")
    items: list[Inline] = [
        words(f"found-{teller.derivation.style}", loss=E, count=len(network.parameters()))
    ]
    last = network.layers[-1].activation.name, network.loss.name
    if any(step.assumes for step in teller.derivation.walk()):
        items.append(words("found-cancel-softmax"))
    elif last == ("sigmoid", "binary_cross_entropy"):
        items.append(words("found-cancel-sigmoid"))
    if len(network.layers) > 1:
        items.append(words("found-reuse"))
    valuation = teller.valuation
    if valuation is not None:
        w, size = _largest(teller)
        items.append(words("found-largest", w=w, size=size))
    yield Items(tuple(items))


def _largest(teller: Teller) -> tuple[Quantity, Inline]:
    """The parameter with the steepest gradient, as displayed."""
    valuation = teller.valuation
    assert valuation is not None  # the caller has looked
    parameters = teller.network.parameters()
    w = max(parameters, key=lambda w: abs(valuation.gradient(w).value))
    return w, (valuation.gradient(w).number,)


def appendix(teller: Teller) -> Iterator[Block]:
    """The derivatives of the activations, proved from their formulas."""
    sections = [s for s in teller.derivation.sections if s.kind == "lemmas"]
    steps = [step for section in sections for step in section.steps]
    if not steps or teller.brief:
        return
    yield teller.heading(2, "appendix")
    yield teller.say("appendix")
    for step in steps:
        yield lines(teller, step, "")


def checked(teller: Teller) -> Iterator[Block]:
    """How many equalities a machine has compared."""
    report = teller.report
    if not teller.brief:
        yield teller.heading(2, "checked")
    yield teller.say(
        "checked-brief" if teller.brief else "checked",
        equalities=report.equalities, points=report.points, differences=report.differences,
    )  # fmt: skip
    if report.unchecked:
        yield teller.remark("unchecked", count=len(report.unchecked))
