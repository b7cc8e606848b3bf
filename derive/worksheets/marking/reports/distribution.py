"""How the points of a class lie: as a picture with its table, or as bars of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.document.blocks import Block, Figure, Inline, Strong, Table
from derive.document.wording import Wording
from derive.pictures.charts.bars import bars
from derive.pictures.picture import Content

_LONGEST = 30  # signs in a bar of text


def distribution(counts: Sequence[int], words: Wording, drawn: bool) -> Iterator[Block]:
    """The sheets by their share of the points: 0–20 %, …, 80–100 %, or however many counts.

    drawn  a picture stands above the table; else the table has bars of its own
    """
    size = len(counts)
    shares = [f"{100 * i // size}–{100 * (i + 1) // size} %" for i in range(size)]
    header = (words("report_share"), words("report_sheets"))
    rows: list[tuple[Inline, ...]] = [
        ((share,), (str(count),)) for share, count in zip(shares, counts, strict=True)
    ]
    if drawn:
        listing = words.listing(tuple((f"{s}: {n}",) for s, n in zip(shares, counts, strict=True)))
        yield Figure(
            bars(
                counts, shares, name="points", title=_content(words("report_points")),
                description=_content(words("report_describe_points", bars=listing)),
                across=_content(header[0]), up=_content(header[1]),
            ),
            words("report_caption_points"),
        )  # fmt: skip
        yield Table(header, tuple(rows), "rr")
        return
    yield Table(
        (*header, ()), tuple((*row, (bar,)) for row, bar in zip(rows, _bars(counts), strict=True)),
        "rrl",
    )  # fmt: skip


def _bars(counts: Sequence[int]) -> list[str]:
    """A sign a sheet; where the longest would be longer than a line, each in proportion to it."""
    most = max(counts, default=0)
    scale = min(1.0, _LONGEST / most) if most else 1.0
    return ["█" * max(round(count * scale), int(count > 0)) for count in counts]


def _content(inline: Inline) -> Content:
    return tuple(part.text if isinstance(part, Strong) else part for part in inline)
