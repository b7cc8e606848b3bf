"""How wide OMML comes out, estimated without Word, to know where a line must end.

The unit is half an em, as in ``measure.py``; numbers are those of Cambria Math, rounded up.
"""

from __future__ import annotations

from functools import lru_cache
from xml.etree.ElementTree import Element, fromstring

from derive.writers.expressions.mathml_width import (
    COLUMN_GAP,
    FENCES,
    SMALLER,
    SPACED,
    letter_width,
)

MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
EM_SPACE = "\u2003"
_BRACKETS = 2.0  # both
_TAG = f"{{{MATH}}}"


@lru_cache(maxsize=4096)
def width(omml: str) -> float:
    """The width in half ems of a row of elements."""
    return _row(fromstring(f'<row xmlns:m="{MATH}">{omml}</row>'))


def _row(element: Element) -> float:
    return sum([_width(part) for part in element])


def _width(e: Element) -> float:
    kind = e.tag.removeprefix(_TAG)
    if kind == "r":
        return sum(map(_sign, e.findtext(f"{_TAG}t") or ""))
    if kind == "m":
        columns: list[tuple[float, ...]] = list(
            zip(*[map(_row, row) for row in e.findall(f"{_TAG}mr")], strict=True)
        )
        return sum(map(max, columns)) + COLUMN_GAP * len(columns)
    if kind.endswith("Pr"):
        return 0.0
    return _compound(kind, [_row(part) for part in e if not part.tag.endswith("Pr")])


def _compound(kind: str, parts: list[float]) -> float:
    if kind == "f":
        return max(parts) + 0.6
    if kind in ("sSub", "sSup", "sSubSup"):
        return parts[0] + SMALLER * max(parts[1:]) + 0.2
    if kind in ("limLow", "limUpp"):
        return max(parts[0], SMALLER * parts[1]) + 0.2
    if kind == "nary":
        return max(2.8, SMALLER * max(parts[:2])) + 0.4 + parts[2]
    extra = {"d": _BRACKETS, "rad": 1.8, "borderBox": 1.0}
    return sum(parts) + extra.get(kind, 0.0)


def _sign(character: str) -> float:
    if character == EM_SPACE:
        return 2.0
    if character in FENCES:
        return 1.0
    return SPACED[character] if character in SPACED else letter_width(character)
