"""No two sheets alike: a variant that is like a lower one is drawn again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from derive.worksheets.classes.bundle import Bundle
from derive.worksheets.recipes.recipe import WorksheetError

REDRAWS = 50  # of numbers that another variant has
FEWER = 6  # where no number is on the sheet, there may be no other


class Like(Protocol):
    """What can be told from others: equal signatures, equal sheets.

    varies  whether numbers are on it, of which there are always others
    """

    @property
    def number(self) -> int: ...
    @property
    def signature(self) -> str: ...
    @property
    def varies(self) -> bool: ...


T = TypeVar("T", bound=Like)


class Distinct:
    """The variants so far, settled in the order of their numbers.

    bundle  with the redraws that were needed
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.settled = 0
        self._number_of: dict[str, int] = {}

    def settle(self, one: T, again: Callable[[Bundle], T]) -> T:
        """The variant itself, or another with its number that no lower one is like.

        Where a recipe asks for nothing with numbers in it, there may be fewer different sheets
        than variants: then it stays as it is. Raises WorksheetError where numbers run out.
        """
        number = one.number
        while self._number_of.setdefault(one.signature, number) != number:
            redraws = dict(self.bundle.redraws)
            redraw = redraws.get(number, 0) + 1
            if redraw >= (REDRAWS if one.varies else FEWER):
                if one.varies:
                    raise WorksheetError(
                        f"variant {number}: others had its numbers {REDRAWS} times; take fewer "
                        "variants, or a network with more weights"
                    )
                break
            redraws[number] = redraw
            self.bundle = replace(self.bundle, redraws=tuple(sorted(redraws.items())))
            one = again(self.bundle)
        self.settled = max(self.settled, number)
        return one
