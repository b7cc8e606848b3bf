"""Bars: how many there are of each kind, side by side, each bar with its number above it."""

from __future__ import annotations

from collections.abc import Sequence

from derive.pictures.picture import Box, Content, Label, Line, Pen, Picture, Shape

_PITCH, _BAR = 62.0, 44.0  # from bar to bar, and how wide one is
_LEFT, _TOP, _HEIGHT = 40.0, 22.0, 110.0
_BELOW = 40.0  # room for what stands under the bars


def bars(
    counts: Sequence[int], labels: Sequence[str], *, name: str, title: Content,
    description: Content, across: Content, up: Content,
) -> Picture:  # fmt: skip
    """A bar for each count, its height in proportion to it; the highest fills the picture.

    labels      what stands under each bar
    across, up  what stands beside the axes
    """
    highest = max(counts, default=0) or 1
    floor, right = _TOP + _HEIGHT, _LEFT + _PITCH * len(counts)
    shapes: list[Shape] = []
    for place, (count, label) in enumerate(zip(counts, labels, strict=True)):
        middle = _LEFT + _PITCH * (place + 0.5)
        tall = _HEIGHT * count / highest
        if count:
            shapes.append(Box((middle - _BAR / 2, floor - tall), (_BAR, tall), Pen("output", 0.8),
                              "output"))  # fmt: skip
        shapes.append(Label((middle, floor - tall - 8), (str(count),), halo=False))
        shapes.append(Label((middle, floor + 10), (label,), 8.0, halo=False))
    shapes.append(Line(((_LEFT, floor), (right, floor)), Pen("", 0.8)))
    shapes.append(Label(((_LEFT + right) / 2, floor + 27), across, halo=False))
    shapes.append(Label((16, _TOP + _HEIGHT / 2), up, angle=-90, halo=False))
    return Picture(name, title, description, (right + 8, floor + _BELOW), tuple(shapes))
