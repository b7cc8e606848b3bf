"""The sheet that shows every column's formula beside its mathematics."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name

from derive.compute.programs.program import gradient
from derive.expression.functions import X
from derive.graph import RATE
from derive.spreadsheet.cell_styles import Look
from derive.spreadsheet.columns import Column
from derive.spreadsheet.contents import Contents
from derive.spreadsheet.sheets.table import Table, grouped

_HEADS = (
    ("column", 8), ("quantity", 14), ("group", 22), ("mathematics", 44), ("in_names", 52),
    ("first_row", 36), ("later_rows", 24),
)  # fmt: skip


def write(sheet: Any, look: Look, contents: Contents, training: Table) -> None:
    """A line for every column of the training sheet, then the activation functions."""
    words = contents.words
    sheet.write_string(0, 0, words.text("spreadsheet_formulas_hint", sheet=training.title))
    for place, (head, width) in enumerate(_HEADS):
        sheet.write_string(1, place, words.text(f"spreadsheet_head_{head}"), look.header())
        sheet.set_column(place, place, width)
    first, later = training.formulas(contents, contents.rate)
    row = 2
    for heading, group, columns in grouped(contents):
        for column in columns:
            place = row - 2
            labels = contents.labels
            meaning, in_names = labels.meaning(column), _in_names(contents, column)
            sheet.write_string(row, 0, xl_col_to_name(place + 1), look.label(group))
            sheet.write_string(row, 1, labels(column.quantity), look.label(group))
            sheet.write_string(row, 2, heading, look.label(group))
            sheet.write_string(row, 3, meaning, look.text())
            sheet.write_string(row, 4, in_names, look.formula())
            sheet.write_string(row, 5, first[place], look.formula())
            if column.group == "parameters" and column.right is not None:
                sheet.write_string(row, 6, later[place], look.formula())
            long = ((meaning, _HEADS[3][1]), (in_names, _HEADS[4][1]), (first[place], _HEADS[5][1]))
            sheet.set_row(row, look.height(long))
            row += 1
    _functions(sheet, look, contents, row + 1)
    sheet.freeze_panes(2, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.set_footer("&L&A&R&P / &N")


def _in_names(contents: Contents, column: Column) -> str:
    """The spreadsheet's formula with the columns' names in place of their cells."""
    labels, q = contents.labels, column.quantity
    if column.formula is not None:
        return labels.formula(column.formula)
    name = next(start.name for start in contents.starts if start.quantity == q)
    if column.right is None:
        return f"={name}"
    rate = contents.rate.name
    update = f"={labels(q)}-{rate}*({labels(gradient(q))})"
    return contents.words.text("spreadsheet_update", start=f"={name}", update=update)


def _functions(sheet: Any, look: Look, contents: Contents, row: int) -> None:
    """What σ and its like stand for."""
    uses = {
        layer.activation.function.name: layer.activation.function
        for layer in contents.plan.network.layers
        if layer.activation.function is not None and layer.activation.name != "identity"
    }
    if not uses:
        return
    sheet.write_string(row, 3, contents.words.text("spreadsheet_functions"), look.heading())
    for function in uses.values():
        row += 1
        assert function.definition is not None
        formula = contents.labels.mathematics(function.definition)
        x = contents.labels.mathematics(X)
        sheet.write_string(row, 3, f"{function.text}({x}) = {formula}", look.text())
    rate = contents.labels(RATE)
    sheet.write_string(row + 1, 3, contents.words.text("spreadsheet_rate", rate=rate), look.text())
