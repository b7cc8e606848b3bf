"""Names and comments in generated code: made safe, no name twice; known without SymPy."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Spelling:
    """Gives out names that are plain identifiers, not reserved, and not given out before.

    reserved  names that have a meaning
    one_case  whether capitals make no difference in the language
    """

    def __init__(self, reserved: Iterable[str], one_case: bool = False) -> None:
        self._told_apart = str.lower if one_case else str
        words = (*keyword.kwlist, *keyword.softkwlist, *reserved)
        self._names = set(map(self._told_apart, words))

    def fresh(self, base: str) -> str:
        """``base``, or the nearest name that is free."""
        if not _IDENTIFIER.fullmatch(base):
            base = re.sub(r"[^A-Za-z0-9]+", "_", base).strip("_")
            base = base if base[:1].isalpha() else f"v_{base}"
        name, turn = base, 1
        while self._told_apart(name) in self._names:
            turn += 1
            name = f"{base}_{turn}" if turn > 2 else f"{base}_"
        self._names.add(self._told_apart(name))
        return name

    def __contains__(self, name: object) -> bool:
        """Whether a name is taken."""
        return self._told_apart(str(name)) in self._names


def printable(text: str) -> str:
    """Text without anything that could end a comment: what a person named stays in its line."""
    return "".join(c if c.isprintable() else " " for c in text)
