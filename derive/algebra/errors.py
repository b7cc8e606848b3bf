"""The error of a name, form or language that the algebra does not know."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from derive.expression.errors import DeriveError

_LISTED = 12


class SymbolicError(DeriveError, KeyError):
    """A name, form or language that is not there; the message lists what is."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would show the repr of the message


def unknown(what: str, name: object, known: Iterable[str]) -> SymbolicError:
    """there is no quantity 'w9'; did you mean 'w8'? there are w1, w2, …"""
    there = list(known)
    close = get_close_matches(str(name)[:100], there, 1, 0.6)
    meant = f"did you mean {close[0]!r}? " if close else ""
    listed = ", ".join(there[:_LISTED]) + (", …" if len(there) > _LISTED else "")
    return SymbolicError(f"there is no {what} {str(name)!r:.60}; {meant}there are {listed}")
