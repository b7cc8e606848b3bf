"""Examples from a CSV file: a column for each input and target, a row for each example."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from math import isfinite
from pathlib import Path

from derive.compute.source import names_of
from derive.compute.training.domain import Rows, misfits
from derive.expression.nodes import INPUT, TARGET, Quantity
from derive.network.description import Network
from derive.network.errors import listed, shorten
from derive.network.inputs import MAX_EXAMPLES, MAX_NUMBERS
from derive.reading import read_bytes

MAX_BYTES = 100_000_000
_PRINTED = 100
# What float() takes besides (1_000, nan, infinity, Arabic digits) is no number in a table.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)


class DataError(ValueError):
    """A data file that cannot be used; str() tells every problem, one a line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = list(self.problems[:_PRINTED])
        if len(self.problems) > _PRINTED:
            lines.append(f"and {len(self.problems) - _PRINTED} more")
        return "\n".join(lines)


def read_data(path: str | Path, network: Network) -> tuple[Rows, Rows | None]:
    """The inputs and targets of a CSV file, in the network's order of columns.

    The first line names the columns as the network's own notation does, in any order. Targets may
    be left out, all of them, where the network gives them as formulas; then they are None.
    Raises DataError, with every problem.
    """
    name = str(path)
    table = csv.reader(io.StringIO(_text(path, name), newline=""), strict=True)
    found = _rows(table, name)
    _, header = next(found, (1, []))
    order = _columns(name, header, network)
    rows: list[list[float]] = []
    lines: list[int] = []
    problems: list[str] = []
    for line, cells in found:
        if len(cells) != len(header):
            problems.append(
                f"{name}:{line}: got {len(cells)} values; allowed are {len(header)}, one for each "
                "column"
            )
            continue
        rows.append([_number(cell, f"{name}:{line}: column {called.strip()}", problems)
                     for cell, called in zip(cells, header, strict=True)])  # fmt: skip
        lines.append(line)
        if len(rows) > MAX_EXAMPLES or len(rows) * len(header) > MAX_NUMBERS:
            raise DataError([
                f"{name}:{line}: too many examples; allowed are {MAX_EXAMPLES} rows and "
                f"{MAX_NUMBERS} values in all"
            ])  # fmt: skip
    if not rows and not problems:
        problems.append(f"{name}: no examples; write one a line below the names of the columns")
    inputs, targets = ([[row[k] for k in places] for row in rows] for places in order)
    if order[1] and not problems:
        problems += [
            f"{name}:{lines[example]}: column {header[order[1][unit]].strip()}: got {value:g}; "
            f"{allowed}"
            for example, unit, value, allowed in misfits(network, targets)
        ]
    if problems:
        raise DataError(problems)
    return inputs, targets if order[1] else None


def _text(path: str | Path, name: str) -> str:
    try:
        raw = read_bytes(path, MAX_BYTES)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError([f"{name}: {reason}; give the path of a CSV file"]) from None
    if len(raw) > MAX_BYTES:
        raise DataError([f"{name}: more than {MAX_BYTES} bytes; take fewer examples"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DataError([f"{name}:{line}: not UTF-8; save the file in UTF-8"]) from None


def _rows(table: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with their lines; empty lines are passed over."""
    while True:
        try:
            row = next(table, None)
        except csv.Error as error:
            line: int = getattr(table, "line_num", 0)
            raise DataError([f"{name}:{line}: {error}; save the file as CSV anew"]) from None
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield getattr(table, "line_num", 0), row


def _columns(name: str, header: list[str], network: Network) -> tuple[list[int], list[int]]:
    """Where the inputs stand, and the targets; [] for no targets. Raises DataError."""
    called = names_of(network)
    wanted = {
        kind: [Quantity(kind, unit=k) for k in range(size)]
        for kind, size in ((INPUT, network.sizes[0]), (TARGET, network.sizes[-1]))
    }
    spelled = {called.code(q): q for group in wanted.values() for q in group}
    known = spelled | {called.text(q): q for q in spelled.values()}
    line = f"{name}:1"
    if len(header) == 1 and ";" in header[0]:
        raise DataError([
            f"{line}: the columns are divided by semicolons; save the file with commas between, "
            "and decimal points"
        ])  # fmt: skip
    problems: list[str] = []
    places: dict[Quantity, int] = {}
    for place, cell in enumerate(header):
        word = cell.strip()
        quantity = known.get(word)
        if quantity is None:
            close = get_close_matches(word[:100], spelled, 1, 0.7)
            meant = f"did you mean {close[0]!r}? " if close else ""
            problems.append(
                f"{line}: unknown column {shorten(repr(word))}; {meant}allowed are "
                f"{listed(spelled)}"
            )
        elif quantity in places:
            problems.append(f"{line}: the column {word!r} is there twice; leave one out")
        else:
            places[quantity] = place
    missing = [q for q in wanted[INPUT] if q not in places]
    some = any(q in places for q in wanted[TARGET])
    if some or network.target_formulas is None:
        missing += [q for q in wanted[TARGET] if q not in places]
    if missing:
        problems.append(
            f"{line}: no column for {listed(map(called.code, missing))}; the first line names the "
            "inputs and the targets"
        )
    if problems:
        raise DataError(problems)
    return (
        [places[q] for q in wanted[INPUT]],
        [places[q] for q in wanted[TARGET] if q in places],
    )


def _number(cell: str, place: str, problems: list[str]) -> float:
    text = cell.strip()
    value = float(text) if _NUMBER.fullmatch(text) else None
    if value is not None and isfinite(value):
        return value
    got = shorten(repr(text)) if text else "nothing"
    remedy = "write the decimals after a point, as in 0.5" if "," in text else "as in 0.5 or -1e-3"
    problems.append(f"{place}: got {got}; allowed are finite numbers; {remedy}")
    return 0.0
