"""A page of plain text taken apart as the eye does: paragraphs, tables, displayed chains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NOTE = re.compile(r"(?:\s{2,}\[(?P<reason>[^\W\d][^\]]*)\])?(?:\s{2,}\((?P<number>\d+)\))?\s*$")
_BULLET = re.compile(r"\s{0,3}(•|\d+\.) ")
_RULE = re.compile(r"  ─[─ ]*$")
_CONTINUED = re.compile(r"(,| and| to)$")
_SIGNS = ("=", "≈", "←")


@dataclass(frozen=True)
class Prose:
    """A paragraph, an item or a heading."""

    text: str
    line: int


@dataclass(frozen=True)
class Grid:
    """A table: its header and its rows, every cell in one piece."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line: int


@dataclass(frozen=True)
class Chain:
    """A displayed chain: its members, the sign before each but the first, and its note."""

    members: tuple[str, ...]
    signs: tuple[str, ...]
    line: int
    number: int | None = None
    reason: str = ""


Part = Prose | Grid | Chain


def parts(page: str) -> Iterator[Part]:
    """What a page holds, in reading order."""
    lines = [*page.split("\n"), ""]
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        start = at
        while lines[at].strip():
            at += 1
        block = lines[start:at]
        if len(block) > 1 and _RULE.match(block[1]):
            yield _grid(block, start + 1)
        elif block[0].startswith("    "):
            end = next((n for n, x in enumerate(block) if x.startswith("  ↑ ")), len(block))
            yield from _chains(block[:end], start + 1)
            if below := " ".join(line.strip() for line in block[end:]):
                yield Prose(below, start + end + 1)
        else:
            yield from _prose(block, start + 1)


def _prose(block: list[str], line: int) -> Iterator[Prose]:
    found: list[tuple[int, str]] = []
    for number, text in enumerate(block, start=line):
        bare = text.removeprefix("│").strip()
        if set(bare) <= set("═─┄"):
            continue
        if _BULLET.match(text) or not found:
            found.append((number, _BULLET.sub("", text, count=1).removeprefix("│").strip()))
        else:
            before, known = found[-1]
            found[-1] = (before, f"{known} {bare}")
    for number, text in found:
        yield Prose(text, number)


def _grid(block: list[str], line: int) -> Grid:
    """Rows of wrapped cells put together: a row goes on where its first cell is empty or the
    cell before it ended in the middle of a list."""
    spans = [match.span() for match in re.finditer("─+", block[1])]

    def cells(text: str) -> list[str]:
        ends = [start for start, _ in spans[1:]] + [len(text)]
        return [text[start:end].strip() for (start, _), end in zip(spans, ends, strict=True)]

    rows: list[list[str]] = []
    for text in block[2:]:
        mine = cells(text)
        going_on = not mine[0] or mine[0].startswith(("and ", "to "))
        if rows and (going_on or _CONTINUED.search(rows[-1][0])):
            rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], mine, strict=True)]
        else:
            rows.append(mine)
    return Grid(tuple(cells(block[0])), tuple(map(tuple, rows)), line)


def _chains(block: list[str], line: int) -> Iterator[Chain]:
    found: list[tuple[int, list[str], int | None, str]] = []
    for number, text in enumerate(block, start=line):
        note = _NOTE.search(text)
        assert note is not None
        bare = text[: note.start()].rstrip()
        tag = int(note["number"]) if note["number"] else None
        reason = note["reason"] or ""
        # A chain begins at the left edge; a reason ends a line that only states what follows.
        if bare[4:5] not in ("", " "):
            found.append((number, [bare.strip()], tag, reason))
        elif found:
            start, texts, before, because = found[-1]
            found[-1] = (start, [*texts, bare.strip()], tag or before, reason or because)
    for number, texts, tag, reason in found:
        members, signs = split(" ".join(text for text in texts if text))
        yield Chain(members, signs, number, tag, reason)


def split(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A chain's members and signs; a sign inside brackets belongs to a member."""
    members, signs, depth, start = [], [], 0, 0
    for position, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        alone = text[position - 1 : position + 2] == f" {character} "
        if character in _SIGNS and depth == 0 and alone:
            members.append(text[start : position - 1].strip())
            signs.append(character)
            start = position + 2
    members.append(text[start:].strip())
    return tuple(members), tuple(signs)
