"""The sheets, one module each, and the order they stand in."""

from __future__ import annotations

import re
from typing import Any

from derive.spreadsheet.cell_styles import Look
from derive.spreadsheet.contents import Contents
from derive.spreadsheet.errors import SpreadsheetError
from derive.spreadsheet.sheets import about, formulas, settings, sweep
from derive.spreadsheet.sheets.table import Table

_NAME = re.compile(r"[^\[\]:*?/\\']{1,31}")
_SHEETS = ("about", "settings", "training", "formulas", "sweep")


def write(book: Any, look: Look, contents: Contents) -> None:
    """Every sheet: about, settings, training, formulas; with several rates sweep and the runs."""
    words = contents.words
    names = [name for name in _SHEETS if name != "sweep" or contents.rates]
    titles = {name: _checked(words.text(f"spreadsheet_sheet_{name}")) for name in names}
    runs = [
        _checked(words.text("spreadsheet_sheet_run", n=number))
        for number in range(1, len(contents.rates) + 1)
    ]
    worksheets = {name: book.add_worksheet(title) for name, title in titles.items()}
    tables = [Table(book.add_worksheet(title), title) for title in runs]
    training = Table(worksheets["training"], titles["training"])
    training.write(look, contents, contents.rate)
    for table, rate in zip(tables, contents.rates, strict=True):
        table.write(look, contents, rate)
    about.write(worksheets["about"], look, contents, titles, runs)
    settings.write(book, worksheets["settings"], titles["settings"], look, contents, training)
    formulas.write(worksheets["formulas"], look, contents, training)
    if tables:
        sweep.write(book, worksheets["sweep"], titles["sweep"], look, contents, tables)
    worksheets["settings"].activate()
    worksheets["settings"].set_first_sheet()


def _checked(title: str) -> str:
    if not _NAME.fullmatch(title):
        raise SpreadsheetError(
            f"xlsx: a sheet cannot be called {title!r}: a name has 1 to 31 characters and none of "
            "[ ] : * ? / \\ '; change the sentences spreadsheet-sheet-… of your templates"
        )
    return title
