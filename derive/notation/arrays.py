"""What vectors and matrices are called: W⁽¹⁾, b⁽¹⁾, z⁽¹⁾, a⁽¹⁾, δ⁽¹⁾, and X, Z⁽¹⁾, Δ⁽¹⁾ of a batch.

The letters are those of the notation; bold in LaTeX, so that the vector b⁽¹⁾ is told from a bias
of that name. The inputs are x whatever their own names are: i would be a number elsewhere, and I
the matrix of ones. A network's outputs keep a letter of their own, ŷ, where the notation has one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    DELTA,
    INPUT,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Quantity,
)
from derive.notation.spelling import GREEK, SUPERSCRIPTS, Spelling, spell, tidy_latex

ONES = "ones"
# Layers of any network: of the layer spoken of, the next, the one before, and the last.
ANY, NEXT, BEFORE, LAST = -1, -2, -3, -4
_LAYERS = {ANY: "l", NEXT: "l+1", BEFORE: "l-1", LAST: "L"}
_RAISED = {ANY: "ˡ", NEXT: "ˡ⁺¹", BEFORE: "ˡ⁻¹", LAST: "ᴸ"}
_SPOKEN = {NEXT: "the next layer", BEFORE: "the layer before", LAST: "the last layer"}
WHOLE_BATCH = "batch"  # the example of an array that has a row for each of them

_BASE = re.compile(r"\\mathrm\{(\w+)\}|\\(?:hat|bar|tilde)\{(.+?)\}|(\\[A-Za-z]+)|([A-Za-z])")


class ArrayLetters(NamedTuple):
    """The letters that arrays take from a notation; output "" where it has none for outputs."""

    weight: Spelling
    bias: Spelling
    delta: Spelling
    target: Spelling
    output: Spelling | None


def array_name(letters: ArrayLetters, array: Quantity, last: bool, target: str) -> str:
    """The name of an array for one target.

    array   of kind ARRAY, its ``name`` the kind of its entries
    last    whether it belongs to the last layer
    """
    kind, batch = array.name, array.example == WHOLE_BATCH
    if kind == ONES:
        return {"latex": r"\mathbf{1}", "text": "1", "code": "ones", "speech": "vector of ones"}[
            target
        ]
    letter = _letter(letters, kind, last)
    if kind == WEIGHT or (batch and kind != BIAS):
        letter = _capital(letter)
    sort = "matrix" if kind == WEIGHT or batch else "vector"
    if kind in (INPUT, TARGET) or (kind == ACTIVATION and last and letters.output is not None):
        return {
            "latex": tidy_latex(bold(letter.latex)), "text": letter.text, "code": letter.code,
            "speech": f"{sort} {letter.speech}",
        }[target]  # fmt: skip
    layer = _LAYERS.get(array.layer, str(array.layer))
    raised = _RAISED.get(array.layer) or layer.translate(SUPERSCRIPTS)
    spoken = f"{sort} {letter.speech} of {_SPOKEN.get(array.layer, f'layer {layer}')}"
    return {
        "latex": tidy_latex(f"{bold(letter.latex)}^{{({layer})}}"),
        "text": f"{letter.text}⁽{raised}⁾",
        "code": f"{letter.code}{layer}",
        "speech": spoken,
    }[target]


def _letter(letters: ArrayLetters, kind: str, last: bool) -> Spelling:
    if kind == ACTIVATION and last and letters.output is not None:
        return letters.output
    own = {
        WEIGHT: letters.weight, BIAS: letters.bias, DELTA: letters.delta, TARGET: letters.target,
        INPUT: spell("x"), PRE_ACTIVATION: spell("z"), ACTIVATION: spell("a"),
    }  # fmt: skip
    return own[kind]


def _capital(letter: Spelling) -> Spelling:
    """W for w, Δ for δ, Ŷ for ŷ; a name of several letters keeps its case but for the first."""
    text = letter.text[:1].upper() + letter.text[1:]
    known = {small: name for name, small in GREEK.items()}
    if letter.text in known:
        large = spell(GREEK.get(known[letter.text].capitalize(), letter.text))
        return replace(large, speech=f"capital {letter.speech}")
    spelling = spell(text)
    return Spelling(spelling.latex, text, spelling.code, f"capital {letter.speech}")


def bold(latex: str) -> str:
    r"""The name with its first letter bold: w → \mathbf{w}, \delta → \boldsymbol{\delta}."""

    def change(match: re.Match[str]) -> str:
        word, accented, command, letter = match.groups()
        if word:
            return rf"\mathbf{{{word}}}"
        if accented:
            return match[0].replace(accented, bold(accented))
        return rf"\boldsymbol{{{command}}}" if command else rf"\mathbf{{{letter}}}"

    return _BASE.sub(change, latex, count=1)
