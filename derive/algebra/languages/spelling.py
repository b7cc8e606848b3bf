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
        taken = (*keyword.kwlist, *keyword.softkwlist, *reserved)
        self._taken = set(map(self._told_apart, taken))

    def fresh(self, wanted: str) -> str:
        """The name wanted, or the nearest that is free."""
        if not _IDENTIFIER.fullmatch(wanted):
            wanted = re.sub(r"[^A-Za-z0-9]+", "_", wanted).strip("_")
            wanted = wanted if wanted[:1].isalpha() else f"v_{wanted}"
        name, turn = wanted, 1
        while self._told_apart(name) in self._taken:
            turn += 1
            name = f"{wanted}_{turn}" if turn > 2 else f"{wanted}_"
        self._taken.add(self._told_apart(name))
        return name

    def __contains__(self, name: object) -> bool:
        """Whether a name is taken."""
        return self._told_apart(str(name)) in self._taken


def printable(text: str) -> str:
    """Text without anything that could end a comment: what a person named stays in its line."""
    return "".join(c if c.isprintable() else " " for c in text)
