"""What is wrong with a notation, and what to do about it."""

from __future__ import annotations

from derive.expression.errors import DeriveError


class NotationError(DeriveError, ValueError):
    """A notation that is unknown, unreadable or calls two things by one name.

    problems  one line each: place (where there is a file), what, what is allowed, what to do
    """

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)
