"""Running text as LaTeX for pdflatex: every character stands for itself, or for a stand-in.

pdflatex with T1 fonts knows ASCII, accented Latin letters and some punctuation, and stops at any
other character. Signs of mathematics are set in the mathematical fonts; a character that nothing
is known of is shown by its number, so that a page never fails over a letter in it.
"""

from __future__ import annotations

import re
from functools import cache
from unicodedata import normalize

from derive.writers.latex_characters import ACCENTS, SIGNS, WORDS

_SPACE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_LIGATURE = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=,)(?=,)")  # -- would become a dash
_LONG_WORD = re.compile(r"\S{25,}")
_BREAK = "\u200b"  # set as a place where a line may end
_JOINT = "\u2060"  # set as nothing, between characters that would melt into one


def escape(text: str) -> str:
    """Text whose characters stand for themselves on the page.

    A very long word may be broken after its punctuation and every dozen letters.
    """
    text = _SPACE.sub(" ", text).replace(_BREAK, "")
    text = _LONG_WORD.sub(lambda word: _breakable(word[0]), text)
    return _set(_LIGATURE.sub(_JOINT, normalize("NFC", text)))


def escape_formula(latex: str) -> str:
    """LaTeX of a formula whose characters beyond ASCII are turned into what pdflatex can set."""
    if latex.isascii():
        return latex
    text = normalize("NFC", latex)
    return re.sub(
        rf"[^\x00-\x7f]|[A-Za-z][{''.join(ACCENTS)}]",
        lambda found: _in_formula(found[0]),
        text,
    )


def _breakable(word: str) -> str:
    return re.sub(r"[^\W_]{12}|[\W_]", lambda part: part[0] + _BREAK, word)


def _set(text: str) -> str:
    result: list[str] = []
    for character in text:
        if character in ACCENTS and result and result[-1] != " ":
            result[-1] = f"{ACCENTS[character]}{{{result[-1]}}}"
        else:
            result.append(_character(character))
    return "".join(result)


@cache
def _character(character: str) -> str:
    if character == _BREAK:
        return r"\allowbreak{}"
    if character == _JOINT:
        return "{}"
    if character in WORDS:
        return WORDS[character]
    if character in SIGNS:
        return rf"\ensuremath{{{SIGNS[character]}}}"
    if character.isascii():
        return character
    alike = normalize("NFKD", character)
    if alike != character:
        return _set(alike)
    return rf"[U+{ord(character):04X}]\allowbreak{{}}"


def _in_formula(characters: str) -> str:
    text = _set(characters)
    return text if text.startswith(r"\ensuremath") else rf"\text{{{text}}}"
