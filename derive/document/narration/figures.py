"""Where pictures stand in a document; what draws them is loaded only where they are wanted."""

from __future__ import annotations

from collections.abc import Iterator

from derive.document.blocks import Block
from derive.document.narration.teller import Teller

PART = "pictures"


def network_figure(teller: Teller) -> Iterator[Block]:
    """The network with its names, weights and values."""
    if PART in teller.parts:
        from derive.document.narration import pictures

        yield pictures.network_figure(teller)
