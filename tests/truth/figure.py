"""One figure: what was counted, its bound, and every case that missed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """found   what was counted
    bound   what it may be at most (``at_least``: must be at least)
    misses  a line for each case that went wrong, with its seed
    """

    what: str
    found: float
    bound: float
    at_least: bool = False
    misses: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        return self.found >= self.bound if self.at_least else self.found <= self.bound

    def __str__(self) -> str:
        sign, verdict = ("≥" if self.at_least else "≤"), ("ok" if self.holds else "OVER")
        line = f"{self.what:<88}{self.found:>9.6g}  {sign} {self.bound:<8.6g}{verdict}"
        return "\n".join((line, *(f"    {miss}" for miss in self.misses)))
