"""Examples of a graph of formulas from a CSV file: a column for a leaf, a row for each example."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from derive.compute.training.data import IDS
from derive.compute.training.tables import DataError, Numbers, Table
from derive.graph import FormulaGraph
from derive.graph.names import names_of
from derive.network.reading.inputs import MAX_EXAMPLES, MAX_NUMBERS
from derive.reading.words import comma_list, shorten


@dataclass(frozen=True, slots=True)
class LeafData:
    """What a data file says.

    inputs  leaf → a number for each example
    count   how many examples there are
    unused  the columns that were passed over, as they are called
    """

    inputs: dict[str, list[float]]
    count: int
    unused: tuple[str, ...] = ()


def read_leaves(path: str | Path, graph: FormulaGraph) -> LeafData:
    """The columns of a CSV file, whose first line names leaves that are no parameters.

    A leaf without a column keeps the number that the graph gives. Raises DataError, with every
    problem.
    """
    table = Table(path)
    names, problems = _columns(table, graph)
    if problems:
        raise DataError(problems)
    columns: dict[str, list[float]] = {name: [] for name in names if name}
    numbers = Numbers(table, problems)
    count = 0
    for line, cells in table.rows:
        count += 1
        if len(cells) != len(names):
            problems.append(
                f"{table.name}:{line}: got {len(cells)} values; allowed are {len(names)}, one for "
                "each column"
            )
            continue
        if count > MAX_EXAMPLES or count * len(names) > MAX_NUMBERS:
            raise DataError([
                f"{table.name}:{line}: too many examples; allowed are {MAX_EXAMPLES} rows and "
                f"{MAX_NUMBERS} values in all"
            ])  # fmt: skip
        for name, cell in zip(names, cells, strict=True):
            if name:
                columns[name].append(numbers.read(cell, f"{table.name}:{line}: column {name}"))
    numbers.finish()
    if not count:
        problems.append(
            f"{table.name}: no examples; write one per line below the names of the columns"
        )
    if problems:
        raise DataError(problems)
    header = [cell.strip() for cell in table.header]
    return LeafData(
        columns, count, tuple(h for h, name in zip(header, names, strict=True) if not name)
    )


def _columns(table: Table, graph: FormulaGraph) -> tuple[list[str], list[str]]:
    """The leaf of each column, "" for one that is passed over; and what is wrong."""
    notation = names_of(graph)
    known = {notation.code(q): q.name for q in graph.inputs}
    known |= {q.name: q.name for q in graph.inputs}
    trained = {q.name for q in graph.parameters}
    line = f"{table.name}:{table.line}"
    names: list[str] = []
    problems: list[str] = []
    for word in (cell.strip() for cell in table.header):
        name = known.get(word, "")
        if name and name in names:
            problems.append(f"{line}: the column {word!r} is there twice; leave one out")
        elif word in trained:
            problems.append(
                f"{line}: {word} is a parameter, which is trained; leave it out, or name the "
                "parameters in the file of the graph"
            )
        elif not name and word.lower() not in IDS:
            close = get_close_matches(word[:100], known, 1, 0.7)
            meant = f"did you mean {close[0]!r}? " if close else ""
            allowed = comma_list(known) if known else "none, for every leaf is a parameter"
            problems.append(
                f"{line}: unknown column {shorten(repr(word))}; {meant}allowed are {allowed}, and "
                "a column id that is passed over"
            )
        names.append(name)
    lacking = [q.name for q in graph.inputs if q.name not in names and q not in graph.given]
    if lacking and not problems:
        problems.append(
            f"{line}: no column for {comma_list(lacking)}, and the graph gives no number; add one"
        )
    return names, problems
