"""The live spreadsheet: gradient descent with a formula in every cell, and its value beside it."""

from derive.spreadsheet.cells import Given
from derive.spreadsheet.errors import SpreadsheetError
from derive.spreadsheet.making import (
    check,
    of_training,
    training_files,
    workbook,
)

__all__ = [
    "Given",
    "SpreadsheetError",
    "check",
    "of_training",
    "training_files",
    "workbook",
]
