"""How a failed check says what is wrong."""

from __future__ import annotations


class CheckFailed(Exception):
    """A step does not hold. ``step`` is its id, ``reason`` what was found."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"step {step}: {reason}")
        self.step = step
        self.reason = reason
