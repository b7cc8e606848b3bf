"""Appendices that say why it matters: the δ of an output, the gradient of a weight."""

from __future__ import annotations

from collections.abc import Iterator

from derive.derivation.numbers.rounding import rounded
from derive.derivation.steps import Step
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import Block, Equation, Items
from derive.document.narration.teller import Teller
from derive.expression.nodes import WEIGHT, Partial, Quantity
from derive.graph import E


def why(teller: Teller) -> Iterator[Block]:
    """The general forms, each with a legend and a reason to know it."""
    yield from _delta(teller, teller.extra["delta"])
    if WEIGHT in teller.extra:
        yield from _gradient(teller, teller.extra[WEIGHT])


def _delta(teller: Teller, step: Step) -> Iterator[Block]:
    words = teller.words
    z, *moved = step.about
    a = moved[0]
    alone = len(moved) == 1
    yield teller.heading(2, "why_delta")
    yield teller.say("why_delta" if alone else "why_delta_softmax", z=z)
    yield Equation(step.relations, None, "gradient")
    yield teller.say("legend_lead")
    slope = "means_why_slope" if alone else "means_why_slopes"
    yield Items((
        words("means_why_delta", delta=delta_of(z), z=z, loss=E),
        words("means_why_error", slope=Partial(E, a), a=a, loss=E),
        words(slope, slope=Partial(a, z), z=z),
    ))  # fmt: skip
    if alone and teller.valuation is not None and not teller.network.is_batch:
        yield _numbers(teller, z, a)
    yield teller.say("why_delta_matters")


def _numbers(teller: Teller, z: Quantity, a: Quantity) -> Block:
    valuation = teller.valuation
    assert valuation is not None  # the caller has looked
    numbers, digits = valuation.examples[0], valuation.rounding.digits
    error, slope = (valuation.trace.partial(of, by) for of, by in ((E, a), (a, z)))
    return teller.say(
        "why_delta_numbers", delta=delta_of(z), value=numbers.displayed(delta_of(z)).number,
        error=rounded(error, digits).number, slope=rounded(slope, digits).number,
    )  # fmt: skip


def _gradient(teller: Teller, step: Step) -> Iterator[Block]:
    words = teller.words
    w, z = step.about
    came_in = step.result.children[-1] if step.result.children else step.result
    yield teller.heading(2, "why_gradient")
    yield teller.say("why_gradient", w=w, z=z, input=came_in)
    yield Equation(step.relations, None, "gradient")
    yield teller.say("legend_lead")
    yield Items((
        words("means_why_gradient", slope=Partial(E, w), w=w, loss=E),
        words("means_why_signal", delta=delta_of(z), w=w),
        words("means_why_input", input=came_in, w=w),
    ))  # fmt: skip
    yield teller.say("why_gradient_matters")
