"""Why a spreadsheet cannot be written; every message says what to do."""

from __future__ import annotations

from derive.expression.errors import DeriveError


class SpreadsheetError(DeriveError, ValueError):
    """A network, or a training run, that no spreadsheet is made of."""
