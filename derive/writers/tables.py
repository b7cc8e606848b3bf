"""Tables that fit: which columns stand side by side, and how wide each may be."""

from __future__ import annotations

from collections.abc import Sequence

_NOTHING = 1e-9  # by which columns that were cut down to fit may add up to more


def groups(widths: Sequence[float], gap: float, room: float, rows: int) -> list[list[int]]:
    """Positions of columns in tables that fit into ``room``.

    The first column says which row is which: it stands in each, unless there is but one row.
    e.g. widths (5, 20, 20, 20), gap 2, room 50 → [0, 1, 2], [0, 3]; with one row → …, [3]
    """
    rest = list(range(len(widths)))
    tables: list[list[int]] = []
    while rest:
        columns = [0] if tables and rows > 1 else []
        columns.append(rest.pop(0))
        if len(columns) == 1 and rows > 1 and rest:  # the first column never stands alone
            columns.append(rest.pop(0))
        used = sum(widths[i] for i in columns) + gap * (len(columns) - 1)
        while rest and used + gap + widths[rest[0]] <= room + _NOTHING:
            used += gap + widths[rest[0]]
            columns.append(rest.pop(0))
        tables.append(columns)
    return tables


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
