"""How wide Typst maths comes out, estimated without Typst, to know where a line must end.

The unit is half an em, as in ``measure.py``. Only what ``typst.py`` writes is read: every bracket
that is not escaped belongs to a call.
"""

from __future__ import annotations

import re
from functools import lru_cache

from derive.writers.expressions.mathml_width import (
    COLUMN_GAP,
    FENCES,
    SMALLER,
    SPACED,
    letter_width,
)

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[a-z]+\(|[a-z]{2,}|\\.|[^\s]|\s+', re.DOTALL)
_SPACES = {"quad": 2.0, "thin": 0.4}
_KEY = re.compile(r"\s*[bt]:")


@lru_cache(maxsize=4096)
def width(formula: str) -> float:
    """The width in half ems."""
    reader = _Reader(_TOKEN.findall(formula))
    total = 0.0
    while reader.position < len(reader.tokens):
        total += reader.row()[0]
    return total


class _Reader:
    """One pass over the tokens; calls by recursion."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0

    def row(self) -> tuple[float, str]:
        """Everything up to the end of an argument, which is passed, and what ended it."""
        total = 0.0
        while self.position < len(self.tokens):
            token = self.tokens[self.position]
            self.position += 1
            if token in (",", ";", ")"):
                return total, token
            total += (
                self._call(token[:-1]) if token[-1] == "(" and token[0] != "\\" else _size(token)
            )
        return total, ""

    def _call(self, function: str) -> float:
        rows: list[list[float]] = [[]]
        end = ","
        while end not in (")", ""):
            self._pass_key()
            wide, end = self.row()
            rows[-1].append(wide)
            if end == ";":
                rows.append([])
        return _compound(function, rows)

    def _pass_key(self) -> None:
        if _KEY.match("".join(self.tokens[self.position : self.position + 3])):
            while self.tokens[self.position] != ":":
                self.position += 1
            self.position += 1


def _compound(function: str, rows: list[list[float]]) -> float:
    first: float
    first, *others = rows[0]
    if function == "mat":
        columns: list[tuple[float, ...]] = list(zip(*rows, strict=True))
        return sum(map(max, columns)) + COLUMN_GAP * len(columns) + 2.4
    if function == "cases":
        return max(rows[0]) + 3.2
    if function == "frac":
        return max(rows[0]) + 0.6
    if function == "attach":
        return first + SMALLER * max(others) + 0.2
    if function == "sqrt":
        return first + 1.8
    return first


def _size(token: str) -> float:
    if token.isspace() or token == "&":
        return 0.0
    if token in _SPACES:
        return _SPACES[token]
    if token[0] == '"':
        return sum(map(letter_width, token[1:-1]))
    sign = token[-1]
    if sign in FENCES:
        return 0.8
    return SPACED[sign] if sign in SPACED else letter_width(sign)
