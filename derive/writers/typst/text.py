"""Running text as Typst markup in which every character stands for itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import east_asian_width

from derive.writers.columns import plain
from derive.writers.latex.names import without_pictograms

_MARKUP = re.compile(r"[!-/:-@\[-`{-~]")  # all ASCII that is no letter, digit or space


def escape(text: str) -> str:
    """Text whose characters stand for themselves on the page."""
    return _MARKUP.sub(lambda sign: f"\\{sign[0]}", plain(text))


def printable(name: str) -> str:
    """A name without pictograms, if the fonts of Typst have all its letters; else "". They have
    those of all scripts but East Asia's."""
    letters = without_pictograms(name)
    return "" if any(east_asian_width(letter) in "WF" for letter in letters) else letters


def stand_in(instead: Sequence[str]) -> str:
    """What is printed for a name that the fonts have no letters for."""
    return next(filter(None, map(printable, instead)), "?")
