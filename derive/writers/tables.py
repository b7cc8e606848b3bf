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
    """Widths that fit into ``room`` if they can: the wide ones cut down to one common width.

    No column goes below its ``least``. e.g. widths (5, 60, 50), least 5, gap 0, room 65 →
    (5, 30, 30)
    """

    def cut(level: float) -> list[float]:
        return [min(w, max(smallest, level)) for w, smallest in zip(widths, least, strict=True)]

    room -= gap * (len(widths) - 1)
    low, high = 0.0, max(widths)
    if sum(widths) <= room:
        return list(widths)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(cut(middle)) <= room else (low, middle)
    return cut(low)
