"""The inputs of a description: a count, names, values by name, one row or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from derive.expression.nodes import Number
from derive.network.errors import Notes
from derive.network.values import (
    decimal_comma,
    is_fraction,
    is_list,
    plain,
    read_number,
    read_whole,
)
from derive.reading.words import Path, describe, shorten

MAX_UNITS = 4_096
MAX_EXAMPLES = 100_000
MAX_NUMBERS = 2_000_000

_ALLOWED = (
    "allowed are a count (2), names ([x1, x2]), values by name ({x1: 0.05, x2: 0.10}), one row "
    "of values ([0.05, 0.10]) and rows of values, one per example ([[0, 1], [1, 0]])"
)

Row = tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Inputs:
    """How many inputs there are, what they are called, and a row of values per example.

    examples  how many rows were written, also where one of them is wrong
    """

    count: int
    names: tuple[str, ...] = ()
    rows: tuple[Row, ...] | None = None
    examples: int = 1


def read_inputs(notes: Notes, raw: Any) -> Inputs | None:
    """The inputs; None where not even their number is known."""
    raw = plain(raw)
    path: Path = ("inputs",)
    if isinstance(raw, Mapping):
        return _by_name(notes, raw)
    if not is_list(raw):
        try:
            return Inputs(read_whole(raw, 1, MAX_UNITS))
        except ValueError:
            notes.problem(path, f"inputs: got {describe(raw)}; {_ALLOWED}")
            return None
    if not raw or (not is_list(plain(raw[0])) and len(raw) > MAX_UNITS):
        notes.problem(path, f"inputs: got {describe(raw)}; allowed are 1 to {MAX_UNITS} inputs")
        return None
    if isinstance(raw[0], str) and not is_fraction(raw[0]):
        return _names(notes, raw)
    if is_list(plain(raw[0])):
        rows = read_rows(notes, raw, path, "inputs", None)
        return Inputs(len(plain(raw[0])), (), rows, len(raw))
    return Inputs(len(raw), (), _one(read_row(notes, raw, path, "inputs", len(raw))))


def _by_name(notes: Notes, raw: Mapping[Any, Any]) -> Inputs | None:
    if not 0 < len(raw) <= MAX_UNITS:
        notes.problem(("inputs",), f"inputs: got {len(raw)}; allowed are 1 to {MAX_UNITS} inputs")
        return None
    values: list[Number] = []
    for name, value in raw.items():
        try:
            values.append(read_number(value))
        except ValueError as error:
            remedy = "; write several examples as rows" if is_list(plain(value)) else ""
            notes.problem(("inputs", str(name)), f"input {name}: {error}{remedy}")
    complete = len(values) == len(raw)
    return Inputs(len(raw), tuple(map(str, raw)), (tuple(values),) if complete else None)


def _names(notes: Notes, raw: Any) -> Inputs:
    before = len(notes.problems)
    for position, name in enumerate(raw):
        if not isinstance(name, str):
            notes.problem(
                ("inputs", position),
                f"inputs: got {describe(name)} among names; allowed are only names or only values",
            )
        elif name in raw[:position]:
            notes.problem(
                ("inputs", position),
                f"the input name {shorten(repr(name))} occurs twice; give every input its own",
            )
    return Inputs(len(raw), tuple(raw) if len(notes.problems) == before else ())


def _one(row: Row | None) -> tuple[Row, ...] | None:
    return None if row is None else (row,)


def read_row(notes: Notes, raw: Any, path: Path, what: str, count: int | None) -> Row | None:
    """A list of ``count`` numbers; None (and a problem for each fault) where it is not that."""
    raw = plain(raw)
    if not is_list(raw):
        notes.problem(
            path, f"{what}: got {describe(raw)}; allowed is a list of {count or 'numbers'}"
        )
        return None
    if count is not None and len(raw) != count:
        values = "value" if len(raw) == 1 else "values"
        comma = decimal_comma(raw, count)
        notes.problem(path, f"{what}: got {len(raw)} {values}; allowed are {count}{comma}")
        return None
    row: list[Number] = []
    for position, value in enumerate(raw):
        try:
            row.append(read_number(value))
        except ValueError as error:
            notes.problem((*path, position), f"{what}: {error}")
    return tuple(row) if len(row) == len(raw) else None


def read_rows(
    notes: Notes, raw: Any, path: Path, what: str, count: int | None
) -> tuple[Row, ...] | None:
    """A list of rows of equally many numbers, one row per example."""
    if len(raw) > MAX_EXAMPLES or len(raw) * len(plain(raw[0])) > MAX_NUMBERS:
        notes.problem(
            path,
            f"{what}: got {len(raw)} rows; allowed are {MAX_EXAMPLES} rows, "
            f"{MAX_NUMBERS} values in all",
        )
        return None
    if count is None:
        count = len(plain(raw[0]))
        if not 0 < count <= MAX_UNITS:
            notes.problem(
                (*path, 0), f"{what}: got a row of {count}; allowed are 1 to {MAX_UNITS} values"
            )
            return None
    rows = [
        read_row(notes, row, (*path, position), f"{what}, row {position + 1}", count)
        for position, row in enumerate(raw)
    ]
    valid = tuple(row for row in rows if row is not None)
    return valid if len(valid) == len(rows) else None
