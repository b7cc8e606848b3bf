"""How large a page would be, told before the work of deriving and checking it begins.

Everything on a page is written out and compared, weight by weight. A network of a few hundred
weights fills a few pages; one of a hundred thousand would fill a bookshelf that nobody reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from derive.expression.errors import DeriveError

if TYPE_CHECKING:
    from derive.network.description import Network

LONG = 1_000  # parameters from which it is said how long the page will be
MOST = 20_000  # and past which there is none
_LINES_A_PAGE = 50
# Lines for each parameter, counted on networks of 40 to 2,000: brief, normal, full.
_LINES = {
    "deltas": {"brief": 2, "normal": 5, "full": 9},
    "matrices": {"brief": 2, "normal": 7, "full": 10},
    "paths": {"brief": 7, "normal": 7, "full": 25},
    "nodes": {"brief": 4, "normal": 12, "full": 14},
}


class PageError(DeriveError, ValueError):
    """A page that is too large to be written; the message says what fits."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What a page about so many trained parameters comes to, roughly."""

    parameters: int
    style: str
    detail: str

    @property
    def lines(self) -> int:
        return self.parameters * _LINES[self.style][self.detail]

    @property
    def summary(self) -> str:
        """About 2,080 parameters: some 10,000 lines, 210 pages."""
        pages = -(-self.lines // _LINES_A_PAGE)
        return (
            f"{self.parameters:,} trained parameters, each written out: about "
            f"{_round(self.lines):,} lines, {_round(pages):,} pages"
        )


def page_extent(network: Network, style: str, detail: str) -> Extent:
    """How large a page would be, without deriving anything."""
    return Extent(len(network.parameters()), style, detail)


def refuse_bookshelf(network: Network, style: str, detail: str) -> None:
    """Raise PageError where a page would be of no use to anybody."""
    extent = page_extent(network, style, detail)
    if extent.parameters > MOST:
        raise PageError(
            f"a page about this network would have {extent.summary}; pages go up to {MOST:,} "
            "parameters. What fits: derive compile, which has the same gradients as a function of "
            "any size; derive train; or a page about a small network of the same kind, with a "
            "few units in each layer"
        )


def before_the_work(network: Network, style: str, detail: str) -> str:
    """What to tell before a long page is made; "" for one of ordinary length.

    Raises PageError, as ``refuse_bookshelf`` does.
    """
    refuse_bookshelf(network, style, detail)
    extent = page_extent(network, style, detail)
    if extent.parameters < LONG:
        return ""
    least = page_extent(network, "deltas", "brief")
    shorter = (
        f"; with --style deltas --detail brief about {_round(least.lines):,} lines"
        if least.lines < extent.lines
        else ""
    )
    return f"{extent.summary}{shorter}"


def _round(count: int) -> int:
    """To two digits: 10,400 → 10,000."""
    unit = int(10 ** max(0, len(str(count)) - 2))
    return round(count / unit) * unit
