"""What a formula is made of: numbers, names and signs, each with the column where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from derive.expression.errors import DeriveError


class FormulaError(DeriveError, ValueError):
    """A formula that cannot be read: what is wrong, where (column from 1), and what to do.

    kind, about  the same for whoever puts it in other words: "unknown-name", ("W55",); the message
                 speaks of network files, and not everybody who writes a formula writes those
    """

    def __init__(
        self, message: str, column: int, remedy: str = "", kind: str = "formula", *about: str
    ) -> None:
        super().__init__(f"column {column}: {message}" + (f"; {remedy}" if remedy else ""))
        self.message = message
        self.column = column
        self.remedy = remedy
        self.kind = kind
        self.about = about


@dataclass(frozen=True, slots=True)
class Token:
    """kind: "number", "name", "sign" or "end"; column: from 1."""

    kind: str
    text: str
    column: int


_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[^\W\d²³¹][^\W²³¹]*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/^(),<>·−≤≥≠])"
)
_SPELLINGS = {"·": "*", "−": "-", "^": "**", "≤": "<=", "≥": ">=", "≠": "!="}
_REMEDIES = {
    "×": "write * for a product",
    "÷": "write / for a quotient",
    "∕": "write / for a quotient",
    "²": "write x**2 for a square",
    "³": "write x**3 for a cube",
    "√": "write sqrt(x) for a square root",
    "|": "write abs(x) for an absolute value",
    "=": "write == to compare, or only the right-hand side of the formula",
    "%": "write the value as a decimal number",
    "[": "use round brackets",
    "]": "use round brackets",
    "{": "use round brackets",
    "}": "use round brackets",
    ";": "write one formula",
    "'": "write the formula without quotation marks inside it",
    '"': "write the formula without quotation marks inside it",
}
ALLOWED = "allowed are numbers, names, + - * / **, brackets, functions and `a if x > 0 else b`"


def tokens(text: str) -> tuple[Token, ...]:
    """The parts of a formula, an "end" last. Raises FormulaError for a sign without meaning."""
    parts: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            sign = text[position]
            raise FormulaError(
                f"the sign {sign!r} has no meaning here", position + 1,
                _REMEDIES.get(sign, ALLOWED), "sign", sign,
            )  # fmt: skip
        kind = match.lastgroup or ""
        if kind != "space":
            spelling = _SPELLINGS.get(match.group(), match.group())
            parts.append(Token(kind, spelling, position + 1))
        position = match.end()
    parts.append(Token("end", "", len(text) + 1))
    return tuple(parts)
