"""Running text as LaTeX for pdflatex: every character stands for itself, or for a stand-in.

pdflatex with T1 fonts knows ASCII, accented Latin letters and some punctuation, and stops at any
other character. Signs of mathematics are set in the mathematical fonts; a character that nothing
is known of is shown by its number, so that a page never fails over a letter in it.
"""

from __future__ import annotations

import re
from functools import cache
from unicodedata import normalize

from derive.writers.latex.characters import ACCENTS, BELOW, SIGNS, VIETNAMESE, WORDS

_SPACE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_LIGATURE = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=,)(?=,)")  # -- would become a dash
_LONG_WORD = re.compile(r"\S{25,}")
_BREAK = "\u200b"  # set as a place where a line may end
_OVER_DOT = "\u0300\u0301\u0302\u0308"  # accents that T1 puts on an i without its dot
_JOINT = "\u2060"  # set as nothing, between characters that would melt into one


def escape(text: str) -> str:
    """Text whose characters stand for themselves on the page.

    A very long word may be broken after its punctuation and every dozen letters.
    """
    text = _SPACE.sub(" ", normalize("NFC", text)).replace(_BREAK, "")
    text = _LONG_WORD.sub(lambda word: _breakable(word[0]), text)
    return _set(_LIGATURE.sub(_JOINT, text))


def escape_formula(latex: str) -> str:
    """LaTeX of a formula whose characters beyond ASCII are turned into what pdflatex can set."""
    if latex.isascii():
        return latex
    text = normalize("NFC", latex)
    return re.sub(
        rf"[^\x00-\x7f]|[A-Za-z][{''.join(ACCENTS)}]",
        lambda match: _in_formula(match[0]),
        text,
    )


def parts(word: str) -> list[str]:
    """What a line may end between, of a word."""
    return _breakable(word).split(_BREAK) if _LONG_WORD.fullmatch(word) else [word]


def _breakable(word: str) -> str:
    return re.sub(r"[^\W_]{12}|[\W_]", lambda part: part[0] + _BREAK, word)


def _set(text: str) -> str:
    clusters: list[str] = []
    for character in text:
        if character in ACCENTS and clusters and clusters[-1] != " ":
            clusters[-1] += character
        else:
            clusters.append(character)
    return "".join(map(_cluster, clusters))


def _cluster(characters: str) -> str:
    """A character and its accents: those above it first, for those below go with anything."""
    apart = normalize("NFD", characters)
    if len(characters) > 1 and all(mark in ACCENTS for mark in apart[1:]):
        characters = apart
    base, marks = characters[0], characters[1:]
    above = [mark for mark in marks if mark not in BELOW]
    dotless = base in "ij" and any(mark not in _OVER_DOT for mark in above)
    latex = rf"\{base}{{}}" if dotless else set_character(base)
    for mark in (*above, *(mark for mark in marks if mark in BELOW)):
        latex = f"{ACCENTS[mark]}{{{latex}}}"
    return latex


@cache
def set_character(character: str) -> str:
    """What is set for one character."""
    if character == _BREAK:
        return r"\allowbreak{}"
    if character == _JOINT:
        return "{}"
    if character in WORDS:
        return WORDS[character]
    if character in VIETNAMESE:
        return rf"\viet{{{VIETNAMESE[character]}}}"
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
