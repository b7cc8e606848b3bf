"""Tables that people save: CSV with commas, semicolons or tabs, or a spreadsheet.

Cells are text and nothing is worked out; sizes are bounded before anything is read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from derive.worksheets.recipe import WorksheetError

MAX_BYTES = 20_000_000  # of a file, and of a spreadsheet once it is unpacked
MOST_ROWS = 100_000
MOST_COLUMNS = 2_000
MOST_CHARACTERS = 100_000  # of one cell
SPREADSHEET = ".xlsx"


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

    Raises WorksheetError, saying what to do, and OSError.
    """
    place = Path(path)
    with place.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise WorksheetError(f"{path}: more than {MAX_BYTES} bytes; a table is smaller")
    try:
        found = _spreadsheet(place, raw) if raw[:4] == b"PK\x03\x04" else _csv(place, raw)
        rows = []
        for row in found:
            if row.line > MOST_ROWS or len(row.cells) > MOST_COLUMNS:
                raise WorksheetError(
                    f"{path}:{row.line}: allowed are {MOST_ROWS} rows and {MOST_COLUMNS} columns"
                )
            if not row.empty:
                rows.append(row)
    except csv.Error as error:
        raise WorksheetError(f"{path}: not a table: {error}; save it as CSV") from None
    return rows


def _csv(path: Path, raw: bytes) -> Iterator[Row]:
    try:
        encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise WorksheetError(f"{path}:{line}: not UTF-8; save the table as “CSV UTF-8”") from None
    if "\0" in text:
        raise WorksheetError(f"{path}: not a text; save the table as CSV")
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep=") and len(first) == 5:  # what Excel writes
        separator = first[4]
    else:
        separator = max(",;\t", key=first.count) if any(map(first.count, ",;\t")) else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    before = 0
    for cells in lines:
        line, before = before + 1, lines.line_num
        if line == 1 and cells and cells[0].lower() == "sep=":
            continue
        yield Row(line, tuple(cell.strip()[: MOST_CHARACTERS + 1] for cell in cells))


def _spreadsheet(path: Path, raw: bytes) -> Iterator[Row]:
    """The first sheet of a workbook."""
    try:
        import openpyxl
    except ImportError:
        raise WorksheetError(
            f"{path}: reading a spreadsheet needs openpyxl; install it with "
            '`pip install "derive[xlsx]"`, or save the table as CSV'
        ) from None
    try:
        with ZipFile(io.BytesIO(raw)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MAX_BYTES:
                raise WorksheetError(f"{path}: more than {MAX_BYTES} bytes unpacked")
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if line > MOST_ROWS:
                break
            yield Row(line, tuple(map(_cell, cells)))
    except (BadZipFile, KeyError, ValueError, TypeError, IndexError, EOFError) as error:
        raise WorksheetError(
            f"{path}: not a spreadsheet that can be read ({error}); save it again as .xlsx, or as "
            "CSV"
        ) from None


def _cell(value: object) -> str:
    """What was typed: numbers as their shortest decimal, 3 and not 3.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()[: MOST_CHARACTERS + 1]
