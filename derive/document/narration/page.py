"""The table of contents of a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from derive.document.blocks import Block, Document
from derive.document.narration.backward_pass.sections import backward
from derive.document.narration.descent import descent
from derive.document.narration.forward import forward, loss
from derive.document.narration.opening import legend, opening, setting
from derive.document.narration.parts.closing import appendix
from derive.document.narration.pictures.places import network_figure
from derive.document.narration.programs import programs
from derive.document.narration.remarks import findings
from derive.document.narration.spoken import spoken
from derive.document.narration.teller import Teller
from derive.graph import FormulaGraph


def narrate(teller: Teller) -> Document:
    """The whole document: every block in reading order."""
    if isinstance(teller.derivation.graph, FormulaGraph):
        from derive.document.narration.graphs import document

        return document(teller, teller.derivation.graph)
    title = (teller.network.title,)
    sections = {name: list(blocks) for name, blocks in _sections(teller)}
    beginning: list[Iterable[Block]] = [opening(teller)]
    if "introduction" in teller.parts:
        from derive.document.narration.parts.introduction import introduction

        beginning.append(introduction(teller, sections))
    blocks: Iterable[Block] = chain(*beginning, *sections.values())
    if "captions" in teller.parts:
        from derive.document.narration.captions.formulas import captioned

        blocks = captioned(teller, blocks)
    return Document(title, tuple(spoken(blocks)), "en", coloured="colour" in teller.parts)


def _sections(teller: Teller) -> Iterator[tuple[str, Iterable[Block]]]:
    """What is told, by name. What belongs to a part is imported only where it is asked for."""
    yield (
        "network",
        chain(setting(teller), network_figure(teller), legend(teller), programs(teller, "network")),
    )
    yield "forward", forward(teller)
    yield "loss", chain(loss(teller), programs(teller, "compile", "forward"))
    if "lemmas" in teller.parts:
        from derive.document.narration.backward_pass.lemmas import lemmas

        yield "lemmas", lemmas(teller)
    yield "backward", chain(backward(teller), programs(teller, "symbolic", "gradient"))
    yield "descent", chain(descent(teller), programs(teller, "train", "curve"))
    if teller.training is not None and teller.valuation is not None:
        from derive.document.training import training_blocks

        digits = teller.valuation.rounding.digits
        yield "training", training_blocks(teller.training, teller.words, digits)
    if "found" not in teller.without:
        yield "found", findings(teller)
    if "closing" in teller.parts:
        from derive.document.narration.parts.ending import ending

        yield "closing", ending(teller)
    if "why" in teller.parts:
        from derive.document.narration.parts.questions import questions
        from derive.document.narration.parts.why import why

        yield "why", chain(why(teller), questions(teller))
    if "rules" in teller.parts:
        from derive.document.narration.parts.rules import rules

        yield "rules", rules(teller)
    yield "appendix", appendix(teller)
    if "references" in teller.parts:
        from derive.document.narration.parts.references import references

        yield "references", references(teller)
