"""Tables of a class as CSV or as a spreadsheet, and the empty one for its answers, to fill in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from derive.worksheets.classes.bundle import Bundle
from derive.worksheets.recipes.recipe import WorksheetError

NOT_ASKED = "–"  # in the cell of a blank that a sheet does not have
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a variant's blanks."""

    number: int
    labels: tuple[str, ...]


def answer_sheet(bundle: Bundle, variants: Sequence[Labels], suffix: str) -> str | bytes:
    """A row for every variant, a column for every label. Raises WorksheetError."""
    columns = natural({label for one in variants for label in one.labels})
    heads = ["form", *(["student", "name"] if bundle.students else [])]
    rows = [[*heads, *columns]]
    for one in variants:
        student = bundle.student(one.number)
        who = [] if student is None else [student.id, student.name]
        mine = set(one.labels)
        cells = ["" if label in mine else NOT_ASKED for label in columns]
        rows.append([bundle.form(one.number), *who, *cells])
    return table(rows, suffix, len(heads))


def natural(labels: Iterable[str]) -> list[str]:
    """1, 2a, 2b, 2, 10: in the order of a sheet, the numbers put in before the value."""

    def place(label: str) -> tuple[int, bool, int, str]:
        line = label.rstrip(_LETTERS)
        return int(line) if line.isdecimal() else 0, line == label, len(label), label

    return sorted(labels, key=place)


Cell = str | float


def table(
    rows: Sequence[Sequence[Cell]], suffix: str, frozen: int = 0, name: str = "answers"
) -> str | bytes:
    """Rows as CSV, or as a spreadsheet; its first row is a heading.

    In a spreadsheet a number is a number, whatever the decimal separator of the program that opens
    it, and a column without any is text, also what is typed into it: 0012 stays 0012. ``frozen``
    columns stay in view; ``name`` is that of its sheet.
    Raises WorksheetError where XlsxWriter is missing.
    """
    if suffix == ".csv":
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([map(_harmless, row) for row in rows])
        return "\ufeff" + out.getvalue()  # with the mark by which Excel knows UTF-8
    try:
        from datetime import datetime

        import xlsxwriter
    except ImportError:
        raise WorksheetError(
            'writing a spreadsheet needs XlsxWriter; install it with `pip install "derive[xlsx]"`,'
            " or ask for csv"
        ) from None
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": datetime(1980, 1, 1)})  # the same bytes every time
    sheet = book.add_worksheet(name)
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
    for column, cells in enumerate(zip(*rows, strict=True)):
        numeric = not all(isinstance(cell, str) for cell in cells)
        sheet.set_column(column, column, 10 if column >= frozen else 16, None if numeric else text)
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(line, column, cell, bold if line == 0 else text)
            else:
                sheet.write_number(line, column, cell)
    sheet.freeze_panes(1, frozen)
    book.close()
    return file.getvalue()


def _harmless(cell: Cell) -> str:
    """A cell that no spreadsheet takes for a formula: a name on a roster may begin with =."""
    if not isinstance(cell, str):
        return f"{cell:g}"
    return f"'{cell}" if _FORMULA.match(cell) else cell


_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.,])")
