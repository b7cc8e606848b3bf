"""The lines in which output activation and loss cancel, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.derivation.calculus.cancellation import cancels
from derive.derivation.steps import Chain, Relation, Step
from derive.document.blocks import Block, Equation
from derive.document.narration.backward_pass.locals import rule_name
from derive.document.narration.teller import Teller, first_and_last
from derive.document.wording import capital


def line_by_line(
    teller: Teller, step: Step, head: Chain, *, numbers: bool = True
) -> list[Equation]:
    """The head of a chain, the lines from there to what is left, and its numbers."""
    equations = [Equation(head, None, "gradient")]
    for line in cancels(step):
        reason = "assuming" if line.assumes else rule_name(line.rule)
        chain = (Relation("=", line.result),)
        named = teller.words.text(f"rule_{reason}")
        equations.append(Equation(chain, None, "gradient", reason=named))
    numeric = teller.numeric(step) if numbers else None
    if numeric is not None:
        equations.append(Equation(numeric.relations[1:], None, "gradient"))
    equations[-1] = replace(equations[-1], number=step.number, result=True)
    return equations


def in_brief(teller: Teller, steps: list[Step]) -> Iterator[Block]:
    """Why the δ of an output is so short: what it is a product of, and what is left."""
    step = next((s for s in steps if cancels(s)), None)
    if step is None:
        return
    words, network = teller.words, teller.network
    use = words.text(f"activation_{network.layers[-1].activation.name}")
    name = "brief_cancel_assuming" if step.assumes else "brief_cancel"
    yield teller.say(
        name, activation=capital(use), name=network.loss.title,
        targets=teller.some(teller.graph.targets),
    )  # fmt: skip
    before = Relation("=", cancels(step)[0].subject)
    start, end = first_and_last(step)
    yield Equation((start, before, end), None, "gradient")
