"""What is wrong with a network, all of it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from derive.expression.errors import DeriveError
from derive.network.other_names import Other, find
from derive.reading.words import Path, comma_list, dotted, shorten

MOST_ALIKE = 20  # of one kind in one place
_PRINTED = 100  # problems; nobody mends more at once


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    message  what, got, allowed, what to do
    path     where in the description: ("layers", 0, "weights", "w3")
    place    where in the file: "net.yaml:5:14", or "" where there is no file
    column   where in the text at ``path``, from 1, if it is a formula; else 0
    at_key   it is about the name at ``path``, not the value there
    """

    message: str
    path: Path = ()
    place: str = ""
    column: int = 0
    at_key: bool = False

    def __str__(self) -> str:
        path = dotted(self.path)
        where = self.place or ("" if self.message.startswith(f"{path}:") else path)
        return f"{where}: {self.message}" if where else self.message


class NetworkError(DeriveError, ValueError):
    """A network that cannot be built; ``problems`` holds every one, str() prints one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:_PRINTED]]
        if len(self.problems) > _PRINTED:
            lines.append(f"and {len(self.problems) - _PRINTED} more")
        return "\n".join(lines)


def unknown(
    what: str, got: str, allowed: Iterable[str], others: Mapping[str, Other] | None = None
) -> str:
    """unknown activation 'sigmod'; did you mean 'sigmoid'? allowed are …

    others  names from elsewhere, and what to write for them
    """
    names = list(allowed)
    other = find(got, names, others or {})
    if other is None:
        close = get_close_matches(got[:100], names, 1, 0.7)
        other = Other(close[0] if close else "")
    guess = f"did you mean {other.meant!r}? " if other.meant in names else ""
    note = f"{other.note}; " if other.note else ""
    return f"unknown {what} {shorten(repr(got))}; {guess}{note}allowed are {comma_list(names)}"


class Notes:
    """Problems and remarks, gathered while a description is read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.remarks: list[str] = []

    def problem(self, path: Path, message: str, column: int = 0, at_key: bool = False) -> None:
        self.problems.append(Problem(message, path, "", column, at_key))

    def unknown_keys(
        self, path: Path, keys: Iterable[object], allowed: tuple[str, ...],
        others: Mapping[str, Other] | None = None,
    ) -> bool:  # fmt: skip
        """A problem for each key that is not allowed; whether there are any."""
        strange = [str(key) for key in keys if key not in allowed]
        for key in strange[:MOST_ALIKE]:
            self.problem((*path, key), unknown("key", key, allowed, others), at_key=True)
        if len(strange) > MOST_ALIKE:
            self.problem(path, f"{len(strange) - MOST_ALIKE} more unknown keys")
        return bool(strange)

    def remark(self, sentence: str) -> None:
        if sentence not in self.remarks:
            self.remarks.append(sentence)
