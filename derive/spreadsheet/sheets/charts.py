"""Charts of the loss: title, names of the axes, and a text for those who do not see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derive.spreadsheet.contents import Contents
from derive.spreadsheet.sheets.table import Table

# Colours that differ in brightness as well, and dashes for those who see neither.
_LINES = (
    ("#1B4F8A", "solid"), ("#C2410C", "dash"), ("#15803D", "round_dot"), ("#7E22CE", "dash_dot"),
    ("#0F766E", "long_dash"), ("#A16207", "square_dot"),
)  # fmt: skip
WIDTH, HEIGHT = 640, 380


def series(index: int, name: str, table: Table, sheet: str, column: int, first: int) -> Any:
    """A curve: the epochs against a column of losses."""
    colour, dash = _LINES[index % len(_LINES)]
    last = first + table.last - table.first
    return {
        "name": name,
        "categories": [sheet, first, 0, last, 0],
        "values": [sheet, first, column, last, column],
        "line": {"color": colour, "width": 2, "dash_type": dash},
    }


def chart(
    book: Any, contents: Contents, title: str, curves: Sequence[Any], logarithmic: bool
) -> Any:
    """A chart of losses over the epochs; ``title`` is the cell that holds it."""
    words, loss = contents.words, contents.labels(contents.plan.loss)
    scatter = book.add_chart({"type": "scatter", "subtype": "straight"})
    for curve in curves:
        scatter.add_series(curve)
    scatter.set_title({"name": title, "name_font": {"size": 12}})
    scatter.set_x_axis({"name": words.text("spreadsheet_epoch"), "min": 0, "max": contents.epochs})
    scale: dict[str, Any] = {
        "name": loss,
        "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
    }
    if logarithmic:
        scale |= {
            "name": words.text("spreadsheet_logarithmic", loss=loss),
            "log_base": 10, "crossing": "min", "num_format": "0.0E+00",
        }  # fmt: skip
    scatter.set_y_axis(scale)
    scatter.set_legend({"none": True} if len(curves) == 1 else {"position": "right"})
    scatter.set_size({"width": WIDTH, "height": HEIGHT})
    return scatter


def live_text(words: str, cell: str) -> str:
    """A formula for words before a number that may change: ="Loss, η = "&eta"""
    return f'="{quoted(words)} "&{cell}'


def quoted(words: str) -> str:
    """Words as they stand between quotation marks in a formula."""
    return words.replace('"', '""')
