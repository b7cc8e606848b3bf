"""What the sheets of a workbook are written from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from derive.document.wording import Wording
from derive.notation import Names
from derive.spreadsheet.cells import Start
from derive.spreadsheet.columns import Plan
from derive.spreadsheet.labels import Labels


@dataclass(frozen=True)
class Contents:
    """Everything the sheets are written from.

    starts  the named cells: the learning rate first, then what a run starts from
    rates   of the sweep, each with the name of its cell; () where there is none
    """

    plan: Plan
    names: Names
    words: Wording
    starts: tuple[Start, ...]
    rates: tuple[Start, ...]
    epochs: int
    digits: int

    @cached_property
    def labels(self) -> Labels:
        """What columns are called."""
        return Labels(self.plan, self.names)

    @property
    def rate(self) -> Start:
        """The learning rate of the training sheet."""
        return self.starts[0]
