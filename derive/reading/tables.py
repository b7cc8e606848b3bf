"""Tables that people save: CSV with commas, semicolons or tabs, or a spreadsheet.

Cells are text and nothing is worked out; sizes are bounded before anything is read.
"""

from __future__ import annotations

import csv
import io
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from derive.expression.errors import DeriveError
from derive.reading import read_bytes

MAX_BYTES = 20_000_000  # of a file, and of a spreadsheet once it is unpacked
MOST_ROWS = 100_000
MOST_COLUMNS = 2_000
MOST_CHARACTERS = 100_000  # of one cell
SPREADSHEET = ".xlsx"


class TableError(DeriveError, ValueError):
    """A table that cannot be read: where, what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """line: from 1, as an editor or a spreadsheet counts."""

    line: int
    cells: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not any(self.cells)


def read_table(path: str | Path) -> list[Row]:
    """The rows of a table that are not empty, cells without space around them.

    Raises TableError, saying what to do, and OSError.
    """
    place = Path(path)
    raw = read_bytes(path, MAX_BYTES)
    if len(raw) > MAX_BYTES:
        raise TableError(f"{path}: more than {MAX_BYTES} bytes; a table is smaller")
    packed = raw[:4] == b"PK\x03\x04"
    rows = []
    for row in _spreadsheet(place, raw) if packed else _csv(decoded(path, raw), str(path)):
        if row.line > MOST_ROWS or len(row.cells) > MOST_COLUMNS:
            raise TableError(
                f"{path}:{row.line}: allowed are {MOST_ROWS} rows and {MOST_COLUMNS} columns"
            )
        if not row.empty:
            rows.append(row)
    return rows


def _csv(text: str, name: str) -> Iterator[Row]:
    _, rows = separated(text, name)
    for line, cells in rows:
        yield Row(line, tuple(cell.strip()[: MOST_CHARACTERS + 1] for cell in cells))


def separated(
    text: str, name: str, strict: bool = False
) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """What divides the columns of a text, and its rows: the line of each, its cells as typed.

    name    of the table, for messages
    strict  whether a quotation mark stands around whole cells only, as where all are numbers; where
            people write words, one may be left open at the end or be followed by more
    The rows are read as they are asked for, and raise TableError where the text is no table, also
    where a quotation mark takes more lines into a cell than anybody meant.
    """
    separator, declared = _separator(text)
    rows = _rows_of(text, separator, name, strict)
    if declared:
        next((cells for _, cells in rows if any(cells)), None)
    return separator, rows


def _rows_of(text: str, separator: str, name: str, strict: bool) -> Iterator[tuple[int, list[str]]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    before = 0
    try:
        for cells in lines:
            line, before = before + 1, lines.line_num
            if line < before and any("\n" in cell.strip() and separator in cell for cell in cells):
                raise TableError(
                    f"{name}:{line}: a quotation mark opens a cell that ends in line {before}; "
                    "close it where the cell ends, or take it out; a cell stands on one line"
                )
            yield line, cells
    except csv.Error as error:
        raise TableError(
            f"{name}:{before + 1}: not a table: {error}; save it as CSV again"
        ) from None


def decoded(path: str | Path, raw: bytes) -> str:
    """The text of a table: UTF-8, UTF-16 with its mark, or else Windows-1252, which is what Excel
    writes as "CSV" in Western Europe and America.

    Raises TableError for what is no text.
    """
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError:
            raise TableError(
                f"{path}:{line}: neither UTF-8 nor Windows-1252; save the table as “CSV UTF-8”"
            ) from None
    strange = next((i for i, sign in enumerate(text) if sign < " " and sign not in "\t\r\n"), None)
    if strange is not None:
        line = text.count("\n", 0, strange) + 1
        raise TableError(f"{path}:{line}: not text; save the table as “CSV UTF-8”")
    return text


def _separator(text: str) -> tuple[str, bool]:
    """What divides the columns: as a line sep=; says, or what the first line has most of; and
    whether there is such a line, which is none of the table."""
    first = next((line.strip(" ") for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep=") and len(first) == 5:  # what Excel writes
        return first[4], True
    return max(",;\t", key=first.count), False


def _spreadsheet(path: Path, raw: bytes) -> Iterator[Row]:
    """The first sheet of a workbook, which no other may go on with."""
    try:
        import openpyxl
    except ImportError:
        raise TableError(
            f"{path}: reading a spreadsheet needs openpyxl; install it with "
            '`pip install "derive[xlsx]"`, or save the table as CSV'
        ) from None
    try:
        with ZipFile(io.BytesIO(raw)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MAX_BYTES:
                raise TableError(f"{path}: more than {MAX_BYTES} bytes unpacked")
        with_formulas, book = (
            openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=values).worksheets
            for values in (False, True)
        )
        rows = {row.line: row for row in _rows(book[0])}
        _check_formulas(path, with_formulas[0], rows)
        _check_others(path, book, rows)
    except TableError:
        raise
    except _UNREADABLE:
        raise TableError(
            f"{path}: not a spreadsheet that can be read; save it again as .xlsx with the table "
            "alone, or as CSV"
        ) from None
    yield from rows.values()


# What a file that is cut off or made to do harm leads to in the modules that unpack and read it.
_UNREADABLE = (
    BadZipFile, LookupError, ValueError, TypeError, AttributeError, EOFError, SyntaxError,
    ArithmeticError, RuntimeError, OSError, zlib.error, struct.error,
)  # fmt: skip


def _rows(sheet: Any) -> Iterator[Row]:
    """The rows that are not empty, and one too far away."""
    for line, cells in enumerate(_cells(sheet, values_only=True), start=1):
        row = Row(line, tuple(map(_cell, cells[: MOST_COLUMNS + 1])))
        if not row.empty or line > MOST_ROWS:
            yield row
        if line > MOST_ROWS or len(cells) > MOST_COLUMNS:
            return


def _cells(sheet: Any, values_only: bool = False) -> Iterator[Any]:
    """Row by row, each as long as it is: not as wide as the sheet says that it is."""
    sheet.reset_dimensions()
    yield from sheet.iter_rows(values_only=values_only)


def _check_formulas(path: Path, sheet: Any, rows: Mapping[int, Row]) -> None:
    """A spreadsheet may say =0.5*0.2 and not what it comes to."""
    for line, cells in enumerate(_cells(sheet), start=1):
        if line > MOST_ROWS:
            return
        values = rows[line].cells if line in rows else ()
        for column, cell in enumerate(cells[:MOST_COLUMNS]):
            if cell.data_type == "f" and not "".join(values[column : column + 1]):
                raise TableError(
                    f"{path}:{line}: cell {cell.coordinate} has a formula and no value; open the "
                    "file in a spreadsheet program and save it there, or write the value"
                )


def _check_others(path: Path, sheets: Sequence[Any], rows: Mapping[int, Row]) -> None:
    """Only the first sheet is read: a second one with its headings would be lost."""
    heads = next(({cell.lower() for cell in row.cells} - {""} for row in rows.values()), None)
    for sheet in sheets[1:]:
        first = next(_rows(sheet), None)
        if first is None:
            continue
        if heads is None or heads & {cell.lower() for cell in first.cells}:
            raise TableError(
                f"{path}: the sheet {sheet.title!r} has rows too, and only the first sheet is "
                f"read, {sheets[0].title!r}; copy all rows to it and delete the other sheet"
            )


def _cell(value: object) -> str:
    """What was typed: numbers as their shortest decimal, 3 and not 3.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()[: MOST_CHARACTERS + 1]
