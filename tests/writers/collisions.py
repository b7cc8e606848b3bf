"""Whether anything on a page of a PDF is printed over something else."""

from __future__ import annotations

import re
import subprocess
from itertools import combinations, groupby
from pathlib import Path
from typing import NamedTuple

# The part of a word's box that another may cover: an index stands a little into its letter's.
TOUCHING = 0.15
_WORD = re.compile(
    r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>'
)


class Word(NamedTuple):
    page: int
    left: float
    top: float
    right: float
    bottom: float
    text: str

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


def words(pdf: Path) -> list[Word]:
    """Every word with its box, as pdftotext tells them."""
    told = subprocess.run(
        ["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True
    ).stdout
    found, page = [], 0
    for line in told.splitlines():
        page += "<page " in line
        match = _WORD.search(line)
        if match and not all(_is_piece(sign) for sign in match[5]):
            found.append(Word(page, *map(float, match.groups()[:4]), match[5]))
    return found


def _is_piece(sign: str) -> bool:
    """Whether a sign is a piece of a large brace, which is put together out of several."""
    return "\uf8e5" <= sign <= "\uf8ff"


def collisions(pdf: Path) -> list[str]:
    """Pairs of words that lie over each other, with their page."""
    return [
        f"page {a.page}: {a.text!r} and {b.text!r} at {a.left:.0f}, {a.top:.0f}"
        for _, on_page in groupby(words(pdf), key=lambda word: word.page)
        for a, b in combinations(on_page, 2)
        if _covered(a, b) > TOUCHING
    ]


def _covered(a: Word, b: Word) -> float:
    """The part of the smaller box that the other covers."""
    across = min(a.right, b.right) - max(a.left, b.left)
    down = min(a.bottom, b.bottom) - max(a.top, b.top)
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / (min(a.area, b.area) or 1.0)
