"""The table of contents of a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.document.blocks import Block, Document
from derive.document.narration.backward import backward
from derive.document.narration.closing import appendix
from derive.document.narration.descent import descent
from derive.document.narration.figures import network_figure
from derive.document.narration.forward import forward, loss
from derive.document.narration.found import found
from derive.document.narration.opening import legend, opening, setting
from derive.document.narration.teller import Teller


def narrate(teller: Teller) -> Document:
    """The whole document: every block in reading order."""
    title = (teller.network.title,)
    blocks: Iterable[Block] = _blocks(teller)
    if "captions" in teller.parts:
        from derive.document.narration.captions import captioned

        blocks = captioned(teller, blocks)
    return Document(title, tuple(blocks), "en")


def _blocks(teller: Teller) -> Iterator[Block]:
    yield from opening(teller)
    yield from setting(teller)
    yield from network_figure(teller)
    yield from legend(teller)
    yield from forward(teller)
    yield from loss(teller)
    yield from backward(teller)
    yield from descent(teller)
    if teller.training is not None and teller.valuation is not None:
        from derive.document.training import training_blocks

        digits = teller.valuation.rounding.digits
        yield from training_blocks(teller.training, teller.words, digits)
    yield from found(teller)
    yield from appendix(teller)
