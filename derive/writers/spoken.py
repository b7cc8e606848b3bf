"""Blocks of formulas in words, for the formats with alternative text, and running text as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from derive.document.blocks import Equation, Equations, Inline, Strong, Together
from derive.writers.expressions.text import text

if TYPE_CHECKING:
    from derive.document.blocks import Block
    from derive.document.wording import Wording
    from derive.notation import Names
    from derive.writers.expressions.speech import Speech


def equations(block: Block) -> Iterator[Equation]:
    """The equations of a block, in order."""
    if isinstance(block, Equation):
        yield block
    elif isinstance(block, Equations):
        yield from block.rows
    elif isinstance(block, Together):
        for inner in block.blocks:
            yield from equations(inner)


def spoken(block: Equation | Equations, speech: Speech, words: Wording) -> str:
    """The chains of a block one after the other, each with its number and its reason."""
    every = ""
    for equation in equations(block):
        chain = speech.chain(equation.chain)
        if equation.number is not None:
            chain = words.text("speech_numbered", formula=chain, number=str(equation.number))
        if equation.reason:
            chain = words.text("speech_reason", formula=chain, reason=equation.reason)
        every = words.text("speech_then", before=every, formula=chain) if every else chain
    return every


def without_markup(content: Inline, names: Names) -> str:
    """Running text as mere text, its formulas on one line."""
    return "".join(
        piece.text if isinstance(piece, Strong)
        else piece if isinstance(piece, str) else text(piece, names)
        for piece in content
    )  # fmt: skip
