"""The first sheet: what the workbook is and how to use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from derive.document.blocks import Inline, Strong
from derive.document.conventions import conventions
from derive.graph import RATE
from derive.spreadsheet.cell_styles import Look
from derive.spreadsheet.contents import Contents
from derive.writers.expressions.text import text

_WIDTH = 76


def write(
    sheet: Any, look: Look, contents: Contents, titles: Mapping[str, str], runs: Sequence[str]
) -> None:
    """A title, how to use it, what is where, what holds; a line of words in each row."""
    network, words = contents.plan.network, contents.words
    sheet.set_column(0, 0, _WIDTH)
    sheet.write_string(0, 0, network.title or words.text("spreadsheet_title"), look.title())
    row = 1
    for heading, lines in (
        ("use", _use(contents, titles)),
        ("sheets", _sheets(contents, titles, runs)),
        ("holds", _holds(contents, titles)),
    ):
        sheet.write_string(row + 1, 0, words.text(f"spreadsheet_about_{heading}"), look.heading())
        row += 2
        for line in lines:
            sheet.write_string(row, 0, line, look.text())
            sheet.set_row(row, look.height([(line, _WIDTH)]))
            row += 1
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.set_footer("&L&A&R&P / &N")


def _use(contents: Contents, titles: Mapping[str, str]) -> Iterator[str]:
    words, settings = contents.words, titles["settings"]
    yield words.text("spreadsheet_what", epochs=contents.epochs)
    yield words.text("spreadsheet_change", sheet=settings)
    if contents.rates:
        yield words.text("spreadsheet_change_rates", sheet=titles["sweep"])
    if any(start.made_up for start in contents.starts):
        yield words.text("spreadsheet_has_made_up", sheet=settings)
    yield words.text("spreadsheet_recalculate")


def _sheets(contents: Contents, titles: Mapping[str, str], runs: Sequence[str]) -> Iterator[str]:
    words = contents.words
    for name, title in titles.items():
        if name != "about":
            yield f"{title}: {words.text(f'spreadsheet_about_{name}')}"
    if runs:
        text = words.text("spreadsheet_about_run", sweep=titles["sweep"])
        yield f"{runs[0]} – {runs[-1]}: {text}"


def _holds(contents: Contents, titles: Mapping[str, str]) -> Iterator[str]:
    network, words, plan = contents.plan.network, contents.words, contents.plan
    loss = contents.labels(plan.loss)
    rate = contents.labels(RATE)
    yield words.text("spreadsheet_epoch_zero", loss=loss)
    yield words.text("spreadsheet_descent", rate=rate, loss=loss)
    if plan.is_batch:
        yield words.text("spreadsheet_batch", n=len(plan.examples))
    if any(column.formula is not None for column in plan.columns if column.group == "data"):
        yield words.text("spreadsheet_target_formulas")
    changed = next((s for s in contents.starts if contents.names.code(s.quantity) != s.name), None)
    if changed is not None:
        yield words.text(
            "spreadsheet_names", wanted=contents.names.code(changed.quantity), name=changed.name
        )
    if any(column.group == "helpers" for column in plan.columns):
        yield words.text("spreadsheet_helpers", sheet=titles["training"])
    yield words.text("spreadsheet_errors")
    yield words.text("spreadsheet_signs")
    yield words.text("spreadsheet_language", sheet=titles["formulas"])
    for sentence in conventions(network, contents.names, words, None):
        yield _plain(contents, sentence)


def _plain(contents: Contents, content: Inline) -> str:
    return "".join(
        part
        if isinstance(part, str)
        else part.text
        if isinstance(part, Strong)
        else text(part, contents.names)
        for part in content
    )
