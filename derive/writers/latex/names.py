"""People's names in LaTeX: those of Latin letters as they are, those in other scripts by a command.

pdflatex has no letters of other scripts. There the command prints what stands for the name;
lualatex and xelatex print the name, in a font of the system.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from unicodedata import bidirectional, category, normalize

from derive.writers.latex.characters import ACCENTS
from derive.writers.latex.text import escape, set_character

_PICTOGRAMS = frozenset({"So", "Sk", "Cn", "Co", "Cs", "Cf"})
_VARIANTS = "\ufe00-\ufe0f"
_FROM = "\u2000"  # before it, signs are signs that people type
_KEPT = re.compile(r"[\w \-.,'’·()]")


@cache
def latin(name: str) -> str:
    """A name without pictograms, if pdflatex has all its letters; else ""."""
    letters = without_pictograms(name)
    return letters if any(map(str.isalnum, letters)) and all(map(_is_there, letters)) else ""


def in_script(name: str, instead: Sequence[str]) -> str:
    """A name in another script, and what pdflatex prints: the first of ``instead`` that it can."""
    letters = "".join(one for one in without_pictograms(name) if _KEPT.match(one) or _marks(one))
    command = "personrl" if any(bidirectional(one) in ("R", "AL") for one in letters) else "person"
    return rf"\{command}{{{letters.replace('_', ' ')}}}{{{escape(stand_in(instead))}}}"


def stand_in(instead: Sequence[str]) -> str:
    """What pdflatex prints for a name that it has no letters for."""
    return next(filter(None, map(latin, instead)), "?")


def without_pictograms(name: str) -> str:
    """A name as it is typed, without emoji and the like."""

    def is_text(one: str) -> bool:
        return one < _FROM or not (category(one) in _PICTOGRAMS or re.match(rf"[{_VARIANTS}]", one))

    return " ".join("".join(filter(is_text, normalize("NFC", name))).split())


def _is_there(one: str) -> bool:
    if one in ACCENTS:
        return True
    latex = set_character(one)
    return "[U+" not in latex and not (one.isalpha() and r"\ensuremath" in latex)


def _marks(one: str) -> bool:
    """Vowel signs and the like, without which a script cannot be read."""
    return category(one) in ("Mn", "Mc")
