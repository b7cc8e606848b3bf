"""An empty table for the answers of a class, to fill in and to mark: CSV, or a spreadsheet."""

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


def table(rows: Sequence[Sequence[str]], suffix: str, frozen: int = 0) -> str | bytes:
    """Rows as CSV, or as a spreadsheet whose cells are text; ``frozen`` columns stay in view.

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
    sheet = book.add_worksheet("answers")
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
    sheet.set_column(0, max(map(len, rows)) - 1, 10, text)
    sheet.set_column(0, max(frozen - 1, 0), 16, text)
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, cell, bold if line == 0 else text)
    sheet.freeze_panes(1, frozen)
    book.close()
    return file.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: a name on a roster may begin with =."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.,])")
