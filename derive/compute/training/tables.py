"""A table as people save it: what divides its columns, its rows, and its numbers.

Columns are divided by commas, semicolons or tabs, whichever its first line has; a program that
divides them by semicolons or tabs may write 0,5 for 0.5. Text is UTF-8, UTF-16 with its mark, or
what Windows called ANSI (cp1252).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path

from derive.expression.errors import DeriveError
from derive.reading import named, read_bytes
from derive.reading.tables import TableError, decoded, separated
from derive.reading.words import shorten

MAX_BYTES = 100_000_000
_PRINTED = 100
# What float() takes besides (1_000, nan, infinity, Arabic digits) is no number in a table.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_WITH_COMMA = re.compile(r"[+-]?([0-9]+,[0-9]*|,[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", re.ASCII)


class DataError(DeriveError, ValueError):
    """A data file that cannot be used; str() tells every problem, one a line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = list(self.problems[:_PRINTED])
        if len(self.problems) > _PRINTED:
            lines.append(f"and {len(self.problems) - _PRINTED} more")
        return "\n".join(lines)


class Table:
    """The rows of a file with their lines, the first one the header.

    name       as it was given, for messages
    separator  "," or ";" or a tab
    """

    def __init__(self, path: str | Path) -> None:
        """Raises DataError where the file cannot be read."""
        self.name = named(path)
        text = _text(path, self.name)
        self.separator, rows = separated(text, self.name, strict=True)
        self.rows = self._filled(rows)
        self.line, self.header = next(self.rows, (1, []))

    def _filled(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """The rows that are not empty."""
        try:
            yield from ((line, row) for line, row in rows if any(cell.strip() for cell in row))
        except TableError as error:
            raise DataError([str(error)]) from None


class Numbers:
    """Numbers out of cells; what is none of them becomes a problem, and 0.

    A comma stands for a decimal point where no comma divides the columns, unless the file has
    decimal points as well.
    """

    def __init__(self, table: Table, problems: list[str]) -> None:
        self.name, self.problems = table.name, problems
        self.commas_allowed = table.separator != ","
        self.points = ""  # the first place with a decimal point
        self.commas = ""  # the first place with a decimal comma
        self.thousands = ""  # the first place with what may be a comma between thousands
        self.certain = table.separator == ";"  # whether a comma can be nothing else

    def read(self, cell: str, place: str) -> float:
        text = cell.strip()
        if _NUMBER.fullmatch(text):
            if "." in text and not self.points:
                self.points = place
        elif self.commas_allowed and _WITH_COMMA.fullmatch(text):
            self._comma(text, place)
            text = text.replace(",", ".")
        else:
            return self._none(text, place)
        value = float(text)
        return value if isfinite(value) else self._none(text, place)

    def _comma(self, text: str, place: str) -> None:
        self.commas = self.commas or place
        if _THOUSANDS.fullmatch(text):
            self.thousands = self.thousands or place
        else:
            self.certain = True

    def _none(self, text: str, place: str) -> float:
        got = shorten(repr(text)) if text else "nothing"
        comma = "," in text and not self.commas_allowed
        remedy = "write the decimals after a point, as in 0.5" if comma else "as in 0.5 or -1e-3"
        self.problems.append(f"{place}: got {got}; allowed are finite numbers; {remedy}")
        return 0.0

    def finish(self) -> None:
        """A problem where it cannot be known what a comma means."""
        if self.commas and self.points:
            self.problems.append(
                f"{self.commas}: a decimal comma, and {self.points} has a decimal point; write all "
                "decimals in one way"
            )
        elif self.thousands and not self.certain:
            self.problems.append(
                f"{self.thousands}: a comma that may stand before decimals or between thousands; "
                "write 1234 or 1.234"
            )


def _text(path: str | Path, name: str) -> str:
    try:
        raw = read_bytes(path, MAX_BYTES)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError([f"{name}: {reason}; give the path of a CSV file"]) from None
    if len(raw) > MAX_BYTES:
        raise DataError([f"{name}: more than {MAX_BYTES} bytes; take fewer examples"])
    try:
        return decoded(name, raw)
    except TableError as error:
        raise DataError([str(error)]) from None
