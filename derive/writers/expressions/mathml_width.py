"""How wide MathML comes out, estimated without a browser, to know where a line must end.

The unit is half an em, as in ``measure.py``; numbers are those of STIX Two Math, rounded up.
"""

from __future__ import annotations

from functools import lru_cache
from xml.etree.ElementTree import Element, fromstring

SPACED = {
    "+": 2.5, "−": 2.5, "=": 2.7, "≈": 3.8, "←": 3.2, "→": 3.2, "⋅": 1.5, "×": 2.5, "∗": 1.8,
    "<": 2.7, ">": 2.7, "≤": 2.7, "≥": 2.7, "≠": 2.7, "⊙": 2.5, ",": 0.9, "/": 1.0, "∑": 2.8,
    "\u2061": 0.0,
}  # fmt: skip
FENCES = frozenset("()[]|{⟨⟩")
SMALLER = 0.72
COLUMN_GAP = 1.6


@lru_cache(maxsize=4096)
def width(mathml: str) -> float:
    """The width in half ems of a row of elements."""
    return _row(fromstring(f"<mrow>{mathml}</mrow>"))


def _row(element: Element) -> float:
    return sum([_width(part) for part in element])


def _width(e: Element) -> float:
    if e.tag in ("mi", "mn", "mtext"):
        return sum(map(letter_width, e.text or ""))
    if e.tag == "mo":
        return _operator(e)
    if e.tag == "mspace":
        return 2 * float(e.get("width", "3em").removesuffix("em"))
    parts: list[float] = [_width(part) for part in e]
    return _compound(e, parts)


def _compound(e: Element, parts: list[float]) -> float:
    if e.tag == "mfrac":
        return max(parts) + 0.6
    if e.tag in ("msub", "msup", "msubsup"):
        return parts[0] + SMALLER * max(parts[1:]) + 0.2
    if e.tag in ("munder", "mover", "munderover"):
        return max(parts[0], SMALLER * max(parts[1:])) + 0.4
    if e.tag == "msqrt":
        return sum(parts) + 1.8
    if e.tag == "mtable":
        columns: list[tuple[float, ...]] = list(zip(*[map(_row, row) for row in e], strict=True))
        return sum(map(max, columns)) + COLUMN_GAP * len(columns)
    return sum(parts)


def _operator(e: Element) -> float:
    text = e.text or ""
    if e.get("lspace") == "0" or text in FENCES or (e.get("form") == "prefix" and text == "−"):
        return 1.2 if text in FENCES else sum(map(letter_width, text)) or 0.0
    return SPACED.get(text, 1.2)


def letter_width(character: str) -> float:
    if character.isdigit():
        return 1.0
    if character in ".,":
        return 0.6
    if character == "\u00a0":
        return 0.5
    return 1.6 if character.isupper() or character in "mw" else 1.1
