"""The sheet of the sweep: a column of losses for every learning rate, each from its own run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from derive.graph import RATE
from derive.spreadsheet.cell_styles import Look
from derive.spreadsheet.contents import Contents
from derive.spreadsheet.sheets.charts import HEIGHT, chart, live_text, quoted, series
from derive.spreadsheet.sheets.settings import Exact, only_numbers
from derive.spreadsheet.sheets.table import ERROR, Table, epoch_formula, ignore_signs, signed

_RATES, _FINAL, _BEST, _HEAD, _FIRST = 2, 3, 4, 5, 6  # rows
_PIXELS = 20


def write(
    book: Any, sheet: Any, title: str, look: Look, contents: Contents, tables: Sequence[Table]
) -> None:
    """Rates above, the losses of the runs below them, the charts at the right."""
    words = contents.words
    nothing = words.text("spreadsheet_none")
    last = _FIRST + contents.epochs
    end = xl_col_to_name(len(tables))
    rate_name = contents.labels(RATE)
    sheet.write_formula(
        0, 0, live_text(words.text("spreadsheet_sweep_title"), f"A{last + 1}"), look.heading(),
        f"{words.text('spreadsheet_sweep_title')} {contents.epochs}",
    )  # fmt: skip
    sheet.write_string(1, 0, words.text("spreadsheet_sweep_hint"))
    sheet.write_string(_RATES, 0, words.text("spreadsheet_sweep_rate", rate=rate_name))
    sheet.write_string(_FINAL, 0, words.text("spreadsheet_sweep_final"))
    sheet.write_string(_BEST, 0, words.text("spreadsheet_sweep_best"))
    sheet.write_string(_HEAD, 0, words.text("spreadsheet_epoch"), look.header())
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, len(tables), 13)
    finals = [table.losses[-1] for table in tables]
    for column, (table, rate) in enumerate(zip(tables, contents.rates, strict=True), start=1):
        letter = xl_col_to_name(column)
        sheet.write_number(_RATES, column, Exact(rate.value), look.changeable())
        book.define_name(rate.name, f"='{title}'!${letter}${_RATES + 1}")
        final = finals[column - 1]
        sheet.write_formula(
            _FINAL, column, f'=IFERROR({letter}{last + 1},"{quoted(nothing)}")',
            look.value("loss"), nothing if final is None else final,
        )  # fmt: skip
        sheet.write_formula(
            _HEAD, column, live_text(f"{rate_name} =", rate.name), look.header("loss"),
            f"{rate_name} = {rate.value:.15g}",
        )  # fmt: skip
        loss = xl_col_to_name(table.loss_column)
        for place, value in enumerate(table.losses):
            formula = signed(f"='{table.title}'!{loss}{table.first + place + 1}", place % 2 == 1)
            sheet.write_formula(
                _FIRST + place, column, formula,
                look.value("loss"), ERROR if value is None else value,
            )  # fmt: skip
    known = [(value, rate.value) for value, rate in zip(finals, contents.rates, strict=True)
             if value is not None]  # fmt: skip
    every = f"B{_FINAL + 1}:{end}{_FINAL + 1}"
    sheet.write_formula(
        _BEST, 1,
        f'=IFERROR(INDEX(B{_RATES + 1}:{end}{_RATES + 1},MATCH(MIN({every}),{every},0)),'
        f'"{quoted(nothing)}")',
        None, min(known, key=lambda one: one[0])[1] if known else nothing,
    )  # fmt: skip
    for place in range(contents.epochs + 1):
        row = _FIRST + place
        sheet.write_formula(row, 0, epoch_formula(row, _FIRST), look.count(), place)
    ignore_signs(sheet, _FIRST, last, len(tables))
    only_numbers(sheet, contents, (_RATES, 1, _RATES, len(tables)))
    _charts(book, sheet, title, contents, tables)
    sheet.freeze_panes(_FIRST, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD)
    sheet.set_footer("&L&A&R&P / &N")


def _charts(book: Any, sheet: Any, title: str, contents: Contents, tables: Sequence[Table]) -> None:
    words = contents.words
    curves = [
        series(k, f"='{title}'!${xl_col_to_name(k + 1)}${_HEAD + 1}", table, title, k + 1, _FIRST)
        for k, table in enumerate(tables)
    ]
    positive = all(value is not None and value > 0 for t in tables for value in t.losses)
    for place, logarithmic in enumerate((False, True) if positive else (False,)):
        loss_chart = chart(book, contents, f"='{title}'!$A$1", curves, logarithmic)
        text = words.text(
            "spreadsheet_sweep_chart_log" if logarithmic else "spreadsheet_sweep_chart",
            loss=contents.labels(contents.plan.loss), epochs=contents.epochs, n=len(tables),
        )  # fmt: skip
        row = _RATES + place * (HEIGHT // _PIXELS + 1)
        where = (row, len(tables) + 2)
        sheet.insert_chart(*where, loss_chart, {"description": text, "object_position": 3})
