"""How a failed check says what is wrong."""

from __future__ import annotations

from derive.expression.errors import DeriveError


class CheckFailed(DeriveError):
    """A step does not hold.

    step    its id
    reason  what was found
    place   where the formula that it is about stands: "net.yaml:5:14", or the layer
    remedy  what to do
    """

    def __init__(self, step: str, reason: str, place: str = "", remedy: str = "") -> None:
        super().__init__(step, reason, place, remedy)  # what another process makes it anew from
        self.step = step
        self.reason = reason
        self.place = place
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{place}step {self.step}: {self.reason}{remedy}"
