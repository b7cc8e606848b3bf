"""Which blocks of a page say anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from derive.document.blocks import Block, Heading, Items, Paragraph


def spoken(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks without those that say nothing: their sentence is an empty file of one's own."""
    for block in blocks:
        if isinstance(block, Items):
            items = tuple(filter(None, block.items))
            if items:
                yield replace(block, items=items)
        elif not isinstance(block, (Paragraph, Heading)) or block.content:
            yield block
