"""A sheet of training: a row for every epoch, a formula in every cell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from derive.compute.backends.spreadsheet import SpreadsheetPrinter
from derive.compute.programs.program import gradient
from derive.expression.nodes import BIAS, Quantity
from derive.spreadsheet.cell_styles import Look
from derive.spreadsheet.cells import Start
from derive.spreadsheet.columns import Column
from derive.spreadsheet.contents import Contents
from derive.spreadsheet.limits import HEADER_ROWS, check_formula
from derive.spreadsheet.run import rows

ERROR = "#NUM!"
_HERE, _ABOVE = "\x00", "\x01"  # stand for the number of this row and of the one before
# LibreOffice computes a hundred and more like formulas of a column in parallel, and gets some of
# those wrong that depend on each other by way of the row above (seen in 7.4, in any column past
# the hundredth row). Formulas are like if they differ in nothing but the row: so in every other
# row they have a sign that changes nothing.
SIGN = "+"
_PRINTED = 60  # percent, so that a page holds some dozen columns


class Table:
    """One such sheet.

    losses   what was written beside the loss formulas; None for an error
    first, last  its rows of numbers, from 0
    """

    def __init__(self, sheet: Any, title: str) -> None:
        self.sheet = sheet
        self.title = title
        self.losses: list[float | None] = []
        self.first = self.last = HEADER_ROWS
        self.loss_column = 0

    def write(self, look: Look, contents: Contents, rate: Start) -> None:
        """Fill the sheet with a run at one learning rate. Raises SpreadsheetError."""
        plan, sheet = contents.plan, self.sheet
        self.last = self.first + contents.epochs
        self.loss_column = 1 + [c.quantity for c in plan.columns].index(plan.loss)
        self._head(look, contents)
        begin, later = self.templates(contents, rate)
        # What differs from the first row need not differ once more in the second.
        follow = [
            [signed(text, (text == first) == odd) for text, first in zip(later, begin, strict=True)]
            for odd in (False, True)
        ]
        formats = [look.value(column.group) for column in plan.columns]
        values = rows(plan, contents.starts, rate.value, contents.epochs)
        counted = look.count()
        for row, numbers in enumerate(values, start=self.first):
            here, above = str(row + 1), str(row)
            number = row - self.first
            sheet.write_formula(row, 0, epoch_formula(row, self.first), counted, number)
            templates = begin if not number else follow[number % 2]
            for column, (template, form, value) in enumerate(
                zip(templates, formats, numbers, strict=True), start=1
            ):
                formula = template.replace(_HERE, here).replace(_ABOVE, above)
                sheet.write_formula(row, column, formula, form, ERROR if value is None else value)
            self.losses.append(numbers[self.loss_column - 1])
        ignore_signs(sheet, self.first, self.last, len(plan.columns))
        sheet.freeze_panes(self.first, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0, self.first - 1)
        sheet.repeat_columns(0)
        sheet.print_across()
        sheet.set_print_scale(_PRINTED)
        sheet.set_footer("&L&A&R&P / &N")

    def templates(self, contents: Contents, rate: Start) -> tuple[list[str], list[str]]:
        """The formulas of the first row and of the later ones. Raises SpreadsheetError."""
        columns = contents.plan.columns
        letter = {c.quantity: xl_col_to_name(k) for k, c in enumerate(columns, start=1)}
        named = {start.quantity: start.name for start in contents.starts}
        trained = frozenset(contents.plan.network.parameters())
        printer = SpreadsheetPrinter(lambda q: letter[q] + _HERE)
        begin: list[str] = []
        follow: list[str] = []
        for column in columns:
            q = column.quantity
            if column.formula is not None:
                begin.append(f"={printer(column.formula)}")
                follow.append(begin[-1])
                label = contents.labels(q)
                check_formula(begin[-1].replace(_HERE, str(self.last + 1)), label)
                continue
            begin.append(f"={named[q]}")
            if q in trained:
                slope = letter[gradient(q)]
                follow.append(f"={letter[q]}{_ABOVE}-{rate.name}*{slope}{_ABOVE}")
            else:
                follow.append(begin[-1])
        return begin, follow

    def formulas(self, contents: Contents, rate: Start) -> tuple[list[str], list[str]]:
        """The formulas of the first two rows, as they stand in the cells."""
        begin, follow = self.templates(contents, rate)
        first = self.first + 1
        return (
            [text.replace(_HERE, str(first)) for text in begin],
            [text.replace(_HERE, str(first + 1)).replace(_ABOVE, str(first)) for text in follow],
        )

    def _head(self, look: Look, contents: Contents) -> None:
        """Two rows: the groups in words and colours, and the names of the columns."""
        sheet = self.sheet
        sheet.write_string(1, 0, contents.words.text("spreadsheet_epoch"), look.header())
        sheet.write_blank(0, 0, None, look.group("data"))
        sheet.set_column(0, 0, 8)
        position = 1
        for words, group, columns in grouped(contents):
            width = max(look.width, -(-(len(words) + 2) // len(columns)))
            for place, column in enumerate(columns):
                label = contents.labels(column.quantity)
                if place:
                    sheet.write_blank(0, position, None, look.group(group))
                else:
                    sheet.write_string(0, position, words, look.group(group))
                sheet.write_string(1, position, label, look.header(group))
                sheet.set_column(position, position, max(width, len(label) + 2))
                position += 1


def signed(formula: str, sign: bool) -> str:
    """=A3*B3 or =+A3*B3"""
    return f"={SIGN}{formula[1:]}" if sign else formula


def epoch_formula(row: int, first: int) -> str:
    """The number of an epoch: one more than that above, 0 at first."""
    return "=0" if row == first else signed(f"=A{row}+1", (row - first) % 2 == 0)


def ignore_signs(sheet: Any, first: int, last: int, columns: int) -> None:
    """Have Excel not mark formulas that differ from those above by a sign."""
    end = xl_rowcol_to_cell(last, columns)
    sheet.ignore_errors({"formula_differs": f"A{first + 1}:{end}"})


def grouped(contents: Contents) -> Iterator[tuple[str, str, list[Column]]]:
    """The columns in runs with one heading: its words, its group, its columns."""

    def kind(column: Column) -> tuple[str, int, Any]:
        q = column.quantity
        example = q.example if column.group != "gradients" else None
        layer = q.layer if column.group in ("hidden", "output") else 0
        return column.group, layer, example

    for (group, layer, example), columns in groupby(contents.plan.columns, kind):
        yield heading(contents, group, layer, example), group, list(columns)


def heading(contents: Contents, group: str, layer: int, example: int | None) -> str:
    """A group in words: layer 1, hidden."""
    words = contents.words
    name = group
    if group == "parameters" and not any(_is_bias(c.quantity) for c in contents.plan.columns):
        name = "weights"
    text = words.text(f"spreadsheet_group_{name}", layer=layer)
    if example is None:
        return text
    return words.text("spreadsheet_example", n=example + 1, what=text)


def _is_bias(q: Quantity) -> bool:
    return q.kind == BIAS
