"""The sheet with the cells that may be changed, and the loss beside them."""

from __future__ import annotations

from typing import Any

from derive.graph import RATE
from derive.notation.build import describe
from derive.spreadsheet.cell_styles import Look
from derive.spreadsheet.cells import Start
from derive.spreadsheet.contents import Contents
from derive.spreadsheet.sheets.charts import HEIGHT, chart, live_text, series
from derive.spreadsheet.sheets.table import Table

_FIRST = 3  # row of the learning rate; what follows stands below it
_CHARTS = 6  # column of the charts
_PIXELS = 20  # a row


def write(
    book: Any, sheet: Any, title: str, look: Look, contents: Contents, training: Table
) -> None:
    """A line for every named cell: what it is, its value, its name in formulas."""
    words = contents.words
    sheet.write_string(0, 0, words.text("spreadsheet_settings_title"), look.heading())
    sheet.write_string(1, 0, words.text("spreadsheet_settings_hint"))
    heads = ("quantity", "value", "name", "what")
    made_up = any(start.made_up for start in contents.starts)
    for column, (head, width) in enumerate(zip(heads, (12, 14, 16, 46), strict=True)):
        sheet.write_string(2, column, words.text(f"spreadsheet_head_{head}"), look.header())
        sheet.set_column(column, column, width)
    sheet.set_column(4, 4, 24 if made_up else 3)
    for row, start in enumerate(contents.starts, start=_FIRST):
        sheet.write_string(row, 0, contents.labels(start.quantity), look.label(_group(start)))
        sheet.write_number(row, 1, Exact(start.value), look.changeable())
        sheet.write_string(row, 2, start.name, look.name())
        sheet.write_string(row, 3, _described(contents, start))
        if start.made_up:
            sheet.write_string(row, 4, words.text("spreadsheet_made_up"))
        book.define_name(start.name, f"='{title}'!$B${row + 1}")
    only_numbers(sheet, contents, (_FIRST, 1, _FIRST + len(contents.starts) - 1, 1))
    _charts(book, sheet, title, look, contents, training)
    sheet.freeze_panes(_FIRST, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_FIRST - 1)
    sheet.set_footer("&L&A&R&P / &N")


def _charts(
    book: Any, sheet: Any, title: str, look: Look, contents: Contents, training: Table
) -> None:
    words, loss = contents.words, contents.labels(contents.plan.loss)
    rate = contents.rate
    about = words.text("spreadsheet_chart_title", rate=contents.labels(RATE))
    caption = f"{about} {rate.value:.15g}"
    sheet.write_formula(
        2, _CHARTS, live_text(about, rate.name), look.heading(), caption
    )  # fmt: skip
    curve = series(0, loss, training, training.title, training.loss_column, training.first)
    positive = all(value is not None and value > 0 for value in training.losses)
    for place, logarithmic in enumerate((False, True) if positive else (False,)):
        loss_chart = chart(book, contents, f"='{title}'!$G$3", [curve], logarithmic)
        text = words.text("spreadsheet_chart_log" if logarithmic else "spreadsheet_chart",
                          loss=loss, epochs=contents.epochs)  # fmt: skip
        row = _FIRST + place * (HEIGHT // _PIXELS + 1)
        sheet.insert_chart(row, _CHARTS, loss_chart, {"description": text, "object_position": 3})


class Exact(float):
    """A number that is written with all its digits; XlsxWriter writes sixteen."""

    def __format__(self, _: str) -> str:
        return repr(float(self))


def only_numbers(sheet: Any, contents: Contents, cells: tuple[int, int, int, int]) -> None:
    """Have the program refuse what is no number in some cells, and say so."""
    words = contents.words
    sheet.data_validation(*cells, {
        "validate": "decimal", "criteria": "between", "minimum": -1e300, "maximum": 1e300,
        "error_title": words.text("spreadsheet_no_number_title"),
        "error_message": words.text("spreadsheet_no_number"),
    })  # fmt: skip


def _group(start: Start) -> str:
    return "parameters" if start.quantity.kind in ("weight", "bias") else "data"


def _described(contents: Contents, start: Start) -> str:
    example = start.quantity.example
    text = describe(start.quantity)
    if example is None:
        return text
    return contents.words.text("spreadsheet_of_example", what=text, n=int(example) + 1)
