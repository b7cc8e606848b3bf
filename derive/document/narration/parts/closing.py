"""The end of a document: the proofs in the appendix."""

from __future__ import annotations

from collections.abc import Iterator

from derive.document import kinks
from derive.document.blocks import Block, Paragraph
from derive.document.narration.backward_pass.locals import lines
from derive.document.narration.teller import Teller


def appendix(teller: Teller) -> Iterator[Block]:
    """The derivatives of the activations, proved from their formulas."""
    if not teller.proofs or not teller.full or teller.lemmas:
        return
    yield teller.heading(2, "appendix")
    yield teller.say("appendix")
    for function, step in teller.proofs:
        yield lines(teller, step, "")
        sentence = kinks.of_function(teller.words, function)
        if sentence:
            yield Paragraph(sentence)
