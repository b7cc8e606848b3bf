"""How a failed check says what is wrong."""

from __future__ import annotations

from derive.expression.errors import DeriveError


class CheckFailed(DeriveError):
    """A step does not hold. ``step`` is its id, ``reason`` what was found."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(step, reason)  # what another process makes it anew from
        self.step = step
        self.reason = reason

    def __str__(self) -> str:
        return f"step {self.step}: {self.reason}"
