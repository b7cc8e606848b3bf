"""Finding the words: from a checked derivation and its numbers to a document."""

from derive.document.narration.page import narrate

__all__ = ["narrate"]
