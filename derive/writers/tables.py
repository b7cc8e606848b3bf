"""Tables that fit: which columns stand side by side, and how wide each may be."""

from __future__ import annotations

from collections.abc import Sequence


def groups(widths: Sequence[float], gap: float, room: float) -> list[list[int]]:
    """Positions of columns in tables that fit into ``room``, the first column in each.

    e.g. widths (5, 20, 20, 20), gap 2, room 50 → [0, 1, 2], [0, 3]
    """
    rest = list(range(1, len(widths)))
    if not rest:
        return [[0]]
    found: list[list[int]] = []
    while rest:
        taken = [0, rest.pop(0)]
        used = widths[0] + gap + widths[taken[1]]
        while rest and used + gap + widths[rest[0]] <= room:
            used += gap + widths[rest[0]]
            taken.append(rest.pop(0))
        found.append(taken)
    return found


def shrunk(widths: Sequence[float], least: Sequence[float], gap: float, room: float) -> list[float]:
    """Widths that fit into ``room`` if they can, the widest column giving way first.

    No column goes below its ``least``.
    """
    new = list(widths)
    excess = sum(new) + gap * (len(new) - 1) - room
    while excess > 0:
        able = [i for i in range(len(new)) if new[i] > least[i]]
        if not able:
            break
        widest = max(able, key=lambda i: new[i])
        next_widest = max((new[i] for i in able if new[i] < new[widest]), default=0.0)
        give = min(excess, new[widest] - max(next_widest, least[widest]))
        new[widest] -= give
        excess -= give
    return new
