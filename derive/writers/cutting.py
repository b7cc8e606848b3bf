"""Where displayed chains are cut that are too long for one formula.

Between chains rather than in one; there, before a sign rather than in a member. The parts are as
few and as even as can be, and one that goes on with a chain says again what it is about:

    δ_h1 = … = … ≈ …      →      δ_h1 = … = …      and      δ_h1 ≈ …
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.writers.chains import CHAIN, MEMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from derive.writers.chains import Row

_SAID_AGAIN = 0.2  # share of a formula that a repeated left side may take
_ARROW = r"\leftarrow"
_ABOUT = r"\approx"


def cut(rows: Sequence[Row], size: Callable[[Row], int], limit: int) -> list[list[Row]]:
    """The rows in formulas of no more than ``limit``; a row that has more is one of its own.

    size  what a row takes
    """

    def total_size(some: Sequence[Row]) -> int:
        return sum(map(size, some))

    sizes = list(map(size, rows))
    most = [min(limit, one + round(_SAID_AGAIN * limit)) for one in sizes]
    afresh = [
        fresh if total_size(fresh) <= enough else [row]
        for row, fresh, enough in zip(rows, _afresh(rows), most, strict=True)
    ]
    # For the rows above each place: the best way to cut them, by the number of cuts of each kind,
    # the worst first, of formulas, and unevenness; and where the last formula begins.
    best: list[tuple[tuple[int, ...], int]] = [((0,) * (MEMBER + 3), 0)]
    for end in range(1, len(rows) + 1):
        ways = []
        below = 0
        for begin in range(end - 1, -1, -1):
            filled = total_size(afresh[begin] if begin else rows[:1]) + below
            if begin < end - 1 and sizes[begin] + below > limit:
                break
            below += sizes[begin]
            if begin == end - 1 or filled <= limit:
                cuts = [0] * (MEMBER + 1)
                cuts[MEMBER - joint(rows, begin)] += begin > 0
                way = (*cuts, 1, filled * filled)
                ways.append((tuple(map(sum, zip(best[begin][0], way, strict=True))), begin))
        best.append(min(ways))
    parts = []
    end = len(rows)
    while end:
        begin = best[end][1]
        first = afresh[begin] if begin else rows[:1]
        parts.append([*first, *rows[begin + 1 : end]])
        end = begin
    return parts[::-1]


def joint(rows: Sequence[Row], position: int) -> int:
    """How a row hangs on the one above it: a left side on lines of its own is never left alone."""
    row = rows[position]
    if row.joint != CHAIN or not position:
        return row.joint
    above = position - 1
    while above and rows[above].joint == MEMBER:
        above -= 1
    return row.joint if rows[above].sign else MEMBER


def _afresh(rows: Sequence[Row]) -> list[list[Row]]:
    """Each row as a formula begins with it: behind the left side of its chain, and with ≈ where
    digits were dropped on the way."""
    beginnings: list[list[Row]] = []
    head: list[Row] = []  # rows of the left side; its row where the sign stands beside it
    dropped = False
    for row in rows:
        if row.joint < CHAIN:
            head, dropped = [row], False
        elif head and not head[-1].sign and not row.sign:
            head = [*head, row]
        sign = _ABOUT if dropped and row.sign == "=" else row.sign
        fresh = [row]
        if row.joint == CHAIN and head and head[0].sign != _ARROW:
            beside = row._replace(left=head[0].left, sign=sign)
            fresh = [beside] if head[0].sign else [*head, beside]
        beginnings.append(fresh)
        dropped |= _ABOUT in f"{row.sign} {row.right}"
    return beginnings
