"""How large a workbook may be: told before any of it is made."""

from __future__ import annotations

from derive.network.description import Network
from derive.spreadsheet.errors import SpreadsheetError

# Of the format; older and smaller programs have no more either.
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_CHARACTERS = 8_192  # of one formula
# Of derive. Measured on networks of 2-2-2 and 3-3-3-3: 100,000 formulas take 3 s to write, 2 MB,
# and LibreOffice 6 to 8 s to open.
MOST_CELLS = 500_000
HEADER_ROWS = 2


def check_size(columns: int, epochs: int, runs: int, at_least: bool = False) -> None:
    """Raise SpreadsheetError where so many columns, epochs and runs are too many.

    runs      sheets with a row per epoch
    at_least  there are so many columns or more
    """
    about = "at least " if at_least else ""
    if columns > MOST_COLUMNS:
        raise SpreadsheetError(
            f"xlsx: a row of this network would have {about}{columns:,} cells, and a sheet has at "
            f"most {MOST_COLUMNS:,} columns; take a smaller network or fewer examples"
        )
    rows = epochs + 1 + HEADER_ROWS
    if rows > MOST_ROWS:
        raise SpreadsheetError(
            f"xlsx: {epochs:,} epochs take {rows:,} rows, and a sheet has at most {MOST_ROWS:,}; "
            "ask for fewer epochs"
        )
    cells = columns * (epochs + 1) * runs
    if cells > MOST_CELLS:
        fit = MOST_CELLS // (columns * runs) - 1
        remedy = f"at most {fit:,} epochs" if fit > 0 else "a smaller network or fewer examples"
        rates = ", fewer rates," if runs > 1 else ""
        raise SpreadsheetError(
            f"xlsx: {about}{cells:,} formulas ({columns:,} columns, {epochs + 1:,} rows, {runs} "
            f"sheet{'s' * (runs != 1)}); allowed are {MOST_CELLS:,}, so that programs open the "
            f"file in good time: ask for{rates} {remedy}, or take derive train --to csv"
        )


def fewest_columns(network: Network, examples: int) -> int:
    """The columns that a network has in any case, counted without making them."""
    parameters = sum(
        len(network.weights(layer.index)) + len(network.biases(layer.index))
        for layer in network.layers
    )
    units = sum(network.sizes[1:])
    per_example = network.sizes[0] + network.sizes[-1] + 3 * units + 1
    return 1 + parameters + len(network.parameters()) + per_example * examples


def check_formula(formula: str, where: str) -> None:
    """Raise SpreadsheetError where a formula is longer than the format allows."""
    if len(formula) > MOST_CHARACTERS:
        raise SpreadsheetError(
            f"xlsx: the formula of {where} would have {len(formula):,} characters, and a cell "
            f"holds at most {MOST_CHARACTERS:,}; take fewer units or fewer examples"
        )
