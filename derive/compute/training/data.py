"""Examples from a CSV file: a column for each input and target, a row for each example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from derive.compute.domain import Rows, misfits
from derive.compute.sources.source import names_of
from derive.compute.training.tables import DataError, Numbers, Table
from derive.expression.nodes import INPUT, TARGET, Quantity
from derive.network.description import Network
from derive.network.reading.inputs import MAX_EXAMPLES, MAX_NUMBERS
from derive.network.reading.targets import CLASSES
from derive.reading.words import comma_list, shorten

__all__ = ["DataError", "Examples", "read_data"]

# Columns that number or name the examples: passed over, and told so.
IDS = frozenset(
    {"", "#", "id", "no", "no.", "nr", "nr.", "number", "index", "row", "example", "pattern",
     "sample", "case", "name", "unnamed: 0"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Examples:
    """What a data file says.

    targets  None where they are left out, and the network gives them as formulas
    unused   the columns that were passed over, as they are called
    """

    inputs: Rows
    targets: Rows | None
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where things stand in a row; ``classes``: the column of classes, and what counts as 1."""

    inputs: list[int]
    targets: list[int]
    unused: list[int]
    classes: tuple[int, int] | None = None


def read_data(path: str | Path, network: Network) -> Examples:
    """The inputs and targets of a CSV file, in the network's order of columns.

    The first line names the columns as the network's own notation does, in any order. Targets may
    be left out, all of them, where the network gives them as formulas; where there are several
    outputs, a column class (from 1) or class_index (from 0) may stand for them.
    Raises DataError, with every problem.
    """
    table = Table(path)
    columns = _columns(table, network)
    rows: list[list[float]] = []
    lines: list[int] = []
    problems: list[str] = []
    numbers = Numbers(table, problems)
    unused = set(columns.unused)
    for line, cells in table.rows:
        if len(cells) != len(table.header):
            problems.append(
                f"{table.name}:{line}: got {len(cells)} values; allowed are {len(table.header)}, "
                "one for each column"
            )
            continue
        rows.append([
            0.0 if k in unused else numbers.read(cell, f"{table.name}:{line}: column {column}")
            for k, (cell, column) in enumerate(zip(cells, _column_names(table), strict=True))
        ])  # fmt: skip
        lines.append(line)
        if len(rows) > MAX_EXAMPLES or len(rows) * len(table.header) > MAX_NUMBERS:
            raise DataError([
                f"{table.name}:{line}: too many examples; allowed are {MAX_EXAMPLES} rows and "
                f"{MAX_NUMBERS} values in all"
            ])  # fmt: skip
    numbers.finish()
    if not rows and not problems:
        problems.append(
            f"{table.name}: no examples; write one per line below the names of the columns"
        )
    inputs = [[row[k] for k in columns.inputs] for row in rows]
    targets = [[row[k] for k in columns.targets] for row in rows] if columns.targets else None
    if columns.classes is not None and not problems:
        targets = list(_one_hot(table, lines, rows, columns.classes, network.sizes[-1], problems))
    if targets is not None and not problems:
        problems += _misfits(table, lines, columns, network, targets)
    if problems:
        raise DataError(problems)
    return Examples(inputs, targets, tuple(_column_names(table)[k] for k in columns.unused))


def _column_names(table: Table) -> list[str]:
    return [cell.strip() for cell in table.header]


def _one_hot(
    table: Table, lines: list[int], rows: Rows, classes: tuple[int, int], outputs: int,
    problems: list[str],
) -> Iterator[list[float]]:  # fmt: skip
    """The targets of each class: 1 for its output and 0 for the others."""
    place, first = classes
    for line, row in zip(lines, rows, strict=True):
        value = row[place]
        if not (value.is_integer() and first <= value < first + outputs):
            column = _column_names(table)[place]
            other = next(key for key, start in CLASSES.items() if start != first)
            problems.append(
                f"{table.name}:{line}: column {column}: got {value:g}; allowed are whole numbers "
                f"from {first} to {first + outputs - 1}; a column {other} counts from "
                f"{CLASSES[other]}"
            )
        yield [float(value - first == k) for k in range(outputs)]


def _misfits(
    table: Table, lines: list[int], columns: _Columns, network: Network, targets: Rows
) -> Iterator[str]:
    for example, unit, value, allowed in misfits(network, targets):
        place = columns.classes[0] if columns.classes else columns.targets[unit]
        yield (
            f"{table.name}:{lines[example]}: column {_column_names(table)[place]}: got {value:g}; "
            f"{allowed}"
        )


def _columns(table: Table, network: Network) -> _Columns:
    """Where the inputs stand, and the targets; [] for no targets. Raises DataError."""
    notation = names_of(network)
    inputs, targets = (
        [Quantity(kind, unit=k) for k in range(size)]
        for kind, size in ((INPUT, network.sizes[0]), (TARGET, network.sizes[-1]))
    )
    spelled = {notation.code(q): q for q in (*inputs, *targets)}
    known = spelled | {notation.text(q): q for q in spelled.values()}
    line = f"{table.name}:{table.line}"
    problems: list[str] = []
    places: dict[Quantity, int] = {}
    unused: list[int] = []
    classes: tuple[int, int] | None = None
    for place, word in enumerate(_column_names(table)):
        quantity = known.get(word)
        if quantity is not None and quantity not in places:
            places[quantity] = place
        elif quantity is not None:
            problems.append(f"{line}: the column {word!r} is there twice; leave one out")
        elif word.lower() in CLASSES and len(targets) > 1 and classes is None:
            classes = place, CLASSES[word.lower()]
        elif word.lower() in IDS:
            unused.append(place)
        else:
            close = get_close_matches(word[:100], spelled, 1, 0.7)
            meant = f"did you mean {close[0]!r}? " if close else ""
            problems.append(
                f"{line}: unknown column {shorten(repr(word))}; {meant}allowed are "
                f"{comma_list(spelled)}, and a column id that is passed over"
            )
    given = [q for q in targets if q in places]
    missing = [q for q in inputs if q not in places]
    if classes is not None and given:
        problems.append(
            f"{line}: a column for classes and columns for "
            f"{comma_list(map(notation.code, given))}; leave out the one or the others"
        )
    elif classes is None and (given or network.target_formulas is None):
        missing += [q for q in targets if q not in places]
    if missing:
        problems.append(
            f"{line}: no column for {comma_list(map(notation.code, missing))}; name every "
            "input and target in the first line"
        )
    if problems:
        raise DataError(problems)
    return _Columns([places[q] for q in inputs], [places[q] for q in given], unused, classes)
