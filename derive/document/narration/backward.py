"""The backward pass in words: by paths, by deltas, and the average over a batch."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.graph import E
from derive.derivation.steps import Relation, Rule, Section, Step
from derive.document.blocks import Block
from derive.document.narration.deltas import layer_by_deltas
from derive.document.narration.paths import layer_by_paths
from derive.document.narration.teller import Teller, first_and_last, rows
from derive.expression.nodes import BATCH_LOSS, Quantity


def backward(teller: Teller) -> Iterator[Block]:
    """From the output layer back, whatever the style; then the average of a batch."""
    section = teller.derivation.section("backward")
    yield teller.heading(2, "backward")
    if teller.brief:
        yield from _results(teller, section)
    else:
        name = teller.derivation.style
        yield teller.say(f"backward-{name}", loss=E)
        if teller.network.is_batch:
            yield teller.say("backward-one-example", loss=E)
        for layer in section.sections:
            tell = layer_by_paths if layer.kind == "paths layer" else layer_by_deltas
            yield from tell(teller, layer)
    if teller.network.is_batch:
        yield from _averages(teller)


def _results(teller: Teller, section: Section) -> Iterator[Block]:
    """Only what comes out: every δ that a result needs, every gradient."""
    steps = list(section.walk())
    deltas = [s for s in steps if s.id.startswith(("delta/", "arriving/"))
              and "/simplify/" not in s.id]  # fmt: skip
    if deltas:
        yield teller.say("brief-deltas", loss=E)
        yield from rows([
            teller.equation(s, first_and_last(s), "gradient", number=s.number)
            for s in deltas
        ])  # fmt: skip
    gradients = [s for s in steps if s.id.startswith("gradient/") and s.id.count("/") == 1]
    yield teller.say("brief-gradients")
    yield from rows([teller.equation(s, _brief_chain(s), "gradient") for s in gradients])


def _brief_chain(step: Step) -> tuple[Relation, ...]:
    """The gradient as its collected form where it has one, else as its last."""
    if step.rule is Rule.COLLECT:
        return step.relations[:2]
    return first_and_last(step)


def _averages(teller: Teller) -> Iterator[Block]:
    """The gradient of the batch: the average (or sum) of its examples' gradients."""
    network = teller.network
    yield teller.heading(3, f"averages-{network.over_examples}")
    yield teller.say(
        f"averages-{network.over_examples}", loss=Quantity(BATCH_LOSS),
        n=teller.words.number(network.example_count),
    )  # fmt: skip
    section = teller.derivation.section("averages")
    steps = section.steps if teller.valuation is not None else section.steps[:1]
    yield from rows([teller.equation(step, role="gradient") for step in steps])
