"""What everything that derive refuses has in common."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LISTED = 12


class DeriveError(Exception):
    """What was given is wrong, or a check failed: the message says what, and what to do.

    Every error of derive that is not a fault of derive itself is one of these; str() tells it as
    the command line does.
    """


class UnknownName(DeriveError, KeyError):
    """A name that is not there, asked for between square brackets; the message lists what is."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would show the repr of the message


def unknown(
    what: str, name: object, known: Iterable[str], error: type[UnknownName] = UnknownName
) -> UnknownName:
    """there is no quantity 'w9'; did you mean 'w8'? there are w1, w2, …"""
    there = list(known)
    close = get_close_matches(str(name)[:100], there, 1, 0.6)
    meant = f"did you mean {close[0]!r}? " if close else ""
    names = ", ".join(there[:_LISTED]) + (", …" if len(there) > _LISTED else "")
    return error(f"there is no {what} {str(name)!r:.60}; {meant}there are {names or 'none'}")
