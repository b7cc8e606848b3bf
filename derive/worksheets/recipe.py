"""What a sheet asks, and for how many digits."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_DIGITS, MOST_DIGITS = 2, 6


class WorksheetError(ValueError):
    """A worksheet that cannot be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The dials of a sheet. Raises WorksheetError for one turned too far.

    digits  decimals every result is rounded to
    most    gradients asked, and as many updates; of more, every variant asks some others
    """

    digits: int = 4
    most: int = 12

    def __post_init__(self) -> None:
        if not LEAST_DIGITS <= self.digits <= MOST_DIGITS:
            raise WorksheetError(
                f"digits: got {self.digits}; allowed are {LEAST_DIGITS} to {MOST_DIGITS}"
            )
        if self.most < 1:
            raise WorksheetError(f"most: got {self.most}; at least one gradient is asked")
