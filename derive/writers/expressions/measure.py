"""How wide LaTeX maths comes out, estimated without TeX, to know where a line must end.

The unit is half an em: the width of a digit. Numbers are those of Computer Modern, rounded up.
"""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}_^&]|\s+|.", re.DOTALL)
_LETTER, _CAPITAL, _DIGIT, _BRACKET, _ORDINARY = 1.2, 1.6, 1.0, 0.8, 1.2
_TALL_BRACKET = 1.5  # after \left and the like
_MATRIX_BRACKETS, _COLUMN_GAP = 3.0, 2.2  # of a matrix: both brackets, between two columns
_GROWING = re.compile(r"\\(left|right|[bB]igg?[lr])$")
_SPACED = {
    "+": 2.5, "-": 2.5, "=": 2.7, r"\cdot": 1.5, r"\times": 2.5, r"\ast": 1.8,
    r"\approx": 2.7, r"\leftarrow": 3.2, r"\lt": 2.7, r"\gt": 2.7, r"\le": 2.7,
    r"\ge": 2.7, r"\ne": 2.7, ",": 0.9, "/": 1.0, ".": 0.6,
    r"\quad": 2.0, r"\qquad": 4.0, r"\sum": 3.3, r"\langle": 0.8, r"\rangle": 0.8,
    r"\odot": 2.5, r"\to": 3.2, r"\lvert": 0.6, r"\rvert": 0.6, r"\,": 0.4,
    r"\ln": 1.9, r"\exp": 3.2, r"\max": 4.0, r"\min": 3.7, r"\tanh": 4.4, r"\sin": 2.6,
    r"\cos": 2.8, r"\sinh": 3.8, r"\cosh": 4.0, r"\arctan": 5.6, "W": 2.0, "M": 2.1, "m": 1.8,
}  # fmt: skip
_INVISIBLE = frozenset(
    {
        r"\mathrm", r"\mathbf", r"\boldsymbol", r"\text", r"\hat", r"\bar", r"\tilde",
        r"\underline", "{", "}", "&",
    }
)  # fmt: skip
_SMALLER = 0.72  # script size


@lru_cache(maxsize=4096)
def width(latex: str) -> float:
    """The width in half ems."""
    return _Reader(_TOKEN.findall(latex)).row("")


class _Reader:
    """One pass over the tokens; groups by recursion."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0

    def row(self, end: str) -> float:
        """Everything up to ``end``, which is passed."""
        total = widest = 0.0
        while self.position < len(self.tokens):
            token = self.tokens[self.position]
            if token == end:
                self.position += 1
                break
            if token in _sizes:  # most tokens: no call
                self.position += 1
                total += _sizes[token]
            elif token == r"\\":
                self.position += 1
                widest, total = max(widest, total), 0.0
            else:
                total += self.item()
        return max(widest, total)

    def item(self) -> float:
        """One token with its arguments and scripts."""
        token = self.tokens[self.position]
        self.position += 1
        if token in "_^":
            return self._scripts(token)
        if token == "{":
            return self.row("}")
        if token in (r"\frac", r"\dfrac"):
            return max(self.argument(), self.argument()) + 0.6
        if _GROWING.match(token):
            self.argument()
            return _TALL_BRACKET
        if token == r"\sqrt":
            return self.argument() + 1.8
        if token == r"\underset":
            return max(self.argument() * _SMALLER, self.argument())
        if token in (r"\begin", r"\end"):
            name = self._name()
            if name == "array":
                self._name()  # its columns
            if name in ("bmatrix", "array"):
                return self._matrix()
            return 1.7  # the brace of cases, the gap between its columns
        _sizes[token] = size = _size(token)
        return size

    def argument(self) -> float:
        """The group or single token that comes next."""
        while self.position < len(self.tokens) and self.tokens[self.position].isspace():
            self.position += 1
        return self.item() if self.position < len(self.tokens) else 0.0

    def _name(self) -> str:
        """The name of an environment, passed with its braces."""
        start = self.position + 1
        while self.tokens[self.position] != "}":
            self.position += 1
        self.position += 1
        return "".join(self.tokens[start : self.position - 1])

    def _matrix(self) -> float:
        """Every column as wide as its widest entry, up to the end of the matrix."""
        columns = [0.0]
        place, used = 0, 0.0
        while self.position < len(self.tokens):
            token = self.tokens[self.position]
            if token in (r"\\", "&", r"\end"):
                self.position += 1
                columns[place] = max(columns[place], used)
                place, used = (place + 1 if token == "&" else 0), 0.0
                columns += [0.0] * (place == len(columns))
                if token == r"\end":
                    self._name()
                    break
                if token == r"\\" and self.tokens[self.position] == "[":  # more space below it
                    self.position = self.tokens.index("]", self.position) + 1
            else:
                used += self.item()
        return sum(columns) + _COLUMN_GAP * (len(columns) - 1) + _MATRIX_BRACKETS

    def _scripts(self, first: str) -> float:
        """A subscript and a superscript stand above each other."""
        size = self.argument()
        if self.position < len(self.tokens) and self.tokens[self.position] in "_^":
            second = self.tokens[self.position]
            if second != first:
                self.position += 1
                size = max(size, self.argument())
        return size * _SMALLER + 0.2


# Sizes of tokens without arguments, as they are met. The closing brace ends a group.
_sizes: dict[str, float] = {}


def _size(token: str) -> float:
    if token.isspace() or token in _INVISIBLE:
        return 0.0
    if token in _SPACED:
        return _SPACED[token]
    if token in r"()[]|":
        return _BRACKET
    if token.isdigit():
        return _DIGIT
    if token.isalpha():
        return _CAPITAL if token.isupper() or token in "mw" else _LETTER
    return _ORDINARY
