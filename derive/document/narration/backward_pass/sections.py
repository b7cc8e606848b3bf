"""The backward pass in words: by paths, by deltas, and the average over a batch."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.calculus.differentiator import is_short
from derive.derivation.steps import Chain, Kind, Rule, Section, Step
from derive.document import kinks
from derive.document.blocks import Block, Equation, Paragraph
from derive.document.narration.backward_pass import matrices, nodes
from derive.document.narration.backward_pass.batch import batch
from derive.document.narration.backward_pass.cancellation import in_brief
from derive.document.narration.backward_pass.deltas import Record, layer_by_deltas
from derive.document.narration.backward_pass.locals import proof
from derive.document.narration.backward_pass.paths import layer_by_paths
from derive.document.narration.pictures.places import circuit_figure
from derive.document.narration.teller import Teller, first_and_last, rows
from derive.expression.functions import Function
from derive.expression.nodes import Partial, Quantity, quantities
from derive.graph import E


def backward(teller: Teller) -> Iterator[Block]:
    """From the output layer back, whatever the style; then the average of a batch."""
    section = teller.derivation.section("backward")
    yield teller.heading(2, "backward")
    if "references" in teller.parts:
        from derive.document.narration.parts.references import cited

        yield from cited(teller, "cited_method", "rumelhart", "nielsen", "goodfellow")
    yield from _known(teller)
    if teller.brief:
        narrate = matrices.results if teller.by_matrices else _results
        if teller.derivation.style == "nodes":
            narrate = nodes.in_brief
        yield from narrate(teller, section)
    elif teller.derivation.style == "nodes":
        yield teller.say("backward_nodes", loss=E, slope=Partial(E, E))
        if teller.network.is_batch:
            yield teller.say("backward_one_example", loss=E)
        yield from nodes.through_nodes(teller, section)
        yield from circuit_figure(teller)
    else:
        single = "_single" if len(teller.network.layers) == 1 else ""
        yield teller.say(f"backward_{teller.derivation.style}{single}", loss=E)
        if teller.network.is_batch:
            yield teller.say("backward_one_example", loss=E)
        record = Record()
        for layer in section.sections:
            if layer.kind == "matrix layer":
                yield from matrices.backward_layer(teller, layer, record.sentences)
            elif layer.kind == "paths layer":
                yield from layer_by_paths(teller, layer, record.sorts)
            else:
                yield from layer_by_deltas(teller, layer, record)
        yield from circuit_figure(teller)
    if teller.network.is_batch:
        yield from batch(teller)


def _known(teller: Teller) -> Iterator[Block]:
    """The derivatives of the activations; where all is told in full, the appendix proves them.

    Where they are lemmas, only which.
    """
    if teller.lemmas:
        numbers = tuple(str(n) for n in teller.lemmas.values())
        listing = teller.words.listing(numbers)
        yield teller.say("known_lemmas", numbers=listing, count=len(numbers))
        return
    proofs = list(teller.proofs)
    if teller.brief:  # where a formula says f′, the page says what f′ is
        proofs = [(function, step) for function, step in proofs if not is_short(function)]
    if proofs:
        yield from _derivatives(teller, proofs)
    graph = teller.graph
    yield from map(Paragraph, kinks.of_loss(
        teller.words, teller.network.loss, graph.outputs[0], graph.targets[0]
    ))  # fmt: skip


def _derivatives(teller: Teller, proofs: list[tuple[Function, Step]]) -> Iterator[Block]:
    """f′ of every activation, and where it is a convention."""
    kind = "brief" if teller.brief else "full" if teller.full else "normal"
    yield teller.say(f"known_{kind}", count=len(proofs))
    whole = teller.brief or teller.full
    yield from rows([Equation(first_and_last(s)) if whole else proof(s) for _, s in proofs])
    for sentence in (kinks.of_function(teller.words, function) for function, _ in proofs):
        if sentence:
            yield Paragraph(sentence)


def _results(teller: Teller, section: Section) -> Iterator[Block]:
    """Only what comes out: every δ that a result needs, every gradient."""
    steps = list(section.walk())
    together = {s.about[0]: s for s in steps if s.kind is Kind.FACTORS}
    gradients = {
        step.about[0]: _brief_chain(step, together) for step in steps if step.kind is Kind.GRADIENT
    }
    deltas = [s for s in steps if s.kind in (Kind.UPSTREAM, Kind.DELTA)]
    yield from in_brief(teller, deltas)
    if teller.derivation.style == "paths":
        deltas = _needed(deltas, list(gradients.values()))
    if deltas:
        yield teller.say("brief_deltas", loss=E)
        yield from rows([
            teller.equation(s, first_and_last(s), "gradient", number=s.number)
            for s in deltas
        ])  # fmt: skip
    if not teller.gradients_in_table:
        yield from rows([Equation(chain, None, "gradient") for chain in gradients.values()])


def _needed(deltas: list[Step], chains: list[Chain]) -> list[Step]:
    """The steps that name a δ of the chains, or of a δ among them."""
    mentioned = {q for chain in chains for q in quantities(chain[-1].expression)}
    steps = []
    for step in reversed(deltas):
        if step.subject in mentioned:
            steps.append(step)
            mentioned.update(quantities(step.result))
    return steps[::-1]


def _brief_chain(step: Step, together: dict[Quantity, Step]) -> Chain:
    """The gradient in its collected form, or as its factors; its value is in the table below."""
    if step.rule is Rule.COLLECT:
        return step.relations[:2]
    if step.rule is Rule.NAME:
        return together[step.about[0]].relations
    return first_and_last(step)
