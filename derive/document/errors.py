"""What can go wrong between steps and sentences."""

from __future__ import annotations

from derive.expression.errors import DeriveError


class WordingError(DeriveError, ValueError):
    """A sentence cannot be said; the message begins with its place: ``file:line: what``."""
