"""Writes docs/errata.md: what four write-ups state, and what ours states, every row proved.

    python -m docs.errata.build [FILE]

Nothing of a row is printed before each of its chains, tables and questions has been judged; a row
that is not what its data say stops everything, and nothing is written.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from derive.document.blocks import (
    Block,
    Document,
    Heading,
    Inline,
    Items,
    Paragraph,
    Strong,
    Table,
)
from derive.files import write_whole
from derive.writers import write
from docs.errata.chains import Chain, pieces
from docs.errata.pages import QUESTIONS
from docs.errata.rows import CLASSES, FOLDER, NO_ERROR, Erratum, WriteUp, everything
from docs.errata.scope import Scope
from docs.errata.tables import compared, costs, learned

PAGE = FOLDER.parent / "errata.md"
COMMAND = "make demo"
WORDS: dict[str, str] = YAML(typ="safe", pure=True).load(
    (FOLDER / "words.yaml").read_text(encoding="utf-8")
)


class Unproved(ValueError):
    """A row that is not what its data say."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A row as it is printed, and how many comparisons and questions to our pages it rests on."""

    erratum: Erratum
    blocks: tuple[Block, ...]
    comparisons: int
    questions: int


scope = cache(Scope)


def words(name: str, **values: object) -> str:
    """A sentence of words.yaml, its places filled."""
    return " ".join(WORDS[name].format(**values).split())


def prove(row: Erratum, of: WriteUp) -> Proved:
    """Judge everything that a row holds. Raises Unproved, naming the row."""
    try:
        return _proved(row, of)
    except (ValueError, ArithmeticError, KeyError) as error:
        raise Unproved(f"{row.id}: {error}") from error


def _proved(row: Erratum, of: WriteUp) -> Proved:
    network = row.network or of.network

    def scopes(name: str) -> Scope:
        return scope(name or network, of.style)

    stated = list(pieces(row.stated, scopes, row.letters))
    because = list(pieces(row.because, scopes, row.letters))
    ours = list(pieces(row.ours, scopes, row.letters))
    count = 0
    for chain in (piece for piece in stated if isinstance(piece, Chain)):
        if chain.relations and not chain.false:
            raise Unproved(f"what it states is not wrong: {chain.said}")
        count += len(chain.relations)
    for chain in (piece for piece in (*because, *ours) if isinstance(piece, Chain)):
        if not chain.true:
            raise Unproved(f"what we say is not so: {chain.said}")
        count += len(chain.relations)
    tables: list[Block] = []
    for given in row.compared:
        table, number = compared(given, scopes(""), words)
        tables.append(table)
        count += number
        if given.signs:
            every = "all signs" if given.signs == number else "signs"
            signs = words(every, signs=given.signs, all=number)
            tables.append(Paragraph((signs,)))
    if row.train:
        table, number = learned(of.network, *row.train, scopes(""), words)
        tables.append(table)
        count += number
    if row.costs:
        table, number = costs(row.costs, words)
        tables.append(table)
        count += number
    asked: list[str] = []
    for name, things in row.pages:
        number = QUESTIONS[name](scopes(""), things)
        asked.append(words(f"page {name}", count=number, things=", ".join(things)))
    if not count and not asked:
        raise Unproved("nothing in it was compared")
    items: list[Inline] = [
        (Strong(words("stated")), ": ", *_inline(stated)),
        (Strong(words("because")), ": ", *_inline(because)),
        (Strong(words("ours")), ": ", *_inline(ours)),
    ]
    if asked:
        items.append((Strong(words("pages")), ": " + " ".join(asked)))
    title = words("row", id=row.id, where=_where(row.line), kind=row.kind)
    blocks = (Heading(3, (title,)), Items(tuple(items)), *tables)
    return Proved(row, blocks, count, len(asked))


def _where(line: str) -> str:
    if line == "whole":
        return words("whole")
    return f"{words('lines' if '-' in line or ',' in line else 'line')} {line}"


def _inline(parts: Sequence[str | Chain]) -> Inline:
    out: list[object] = []
    for part in parts:
        out += part.shown if isinstance(part, Chain) else [part]
    return tuple(out)  # type: ignore[arg-type]


def make(write_ups: Sequence[WriteUp]) -> str:
    """The page. Raises Unproved."""
    proved = {w.number: [prove(row, w) for row in w.errata] for w in write_ups}
    parts = [_head(write_ups, proved)]
    for write_up in write_ups:
        names = scope(write_up.network, write_up.style).names
        blocks: list[Block] = [
            Heading(2, (f"{write_up.number}: {write_up.title}",)),
            Paragraph((words("write-up", **_about(write_up)),)),
        ]
        for one in proved[write_up.number]:
            blocks += one.blocks
        parts.append(write(Document((), tuple(blocks)), names).strip("\n"))
    parts.append(_foot([one for rows in proved.values() for one in rows]))
    return "\n\n".join(parts) + "\n"


def _about(write_up: WriteUp) -> dict[str, str]:
    return {"kind": write_up.kind, "about": write_up.about, "network": write_up.network,
            "style": write_up.style}  # fmt: skip


def _head(write_ups: Sequence[WriteUp], proved: dict[str, list[Proved]]) -> str:
    rows = [one for mine in proved.values() for one in mine]
    counted = {w.number: Counter(one.erratum.kind for one in proved[w.number]) for w in write_ups}
    lines: list[tuple[Inline, ...]] = []
    for kind in CLASSES:
        numbers = [counted[w.number][kind] for w in write_ups]
        lines.append(((kind,), *((str(n) if n else "",) for n in numbers), (str(sum(numbers)),)))
    sums = [len(proved[w.number]) for w in write_ups]
    lines.append(((words("all"),), *((str(n),) for n in sums), (str(len(rows)),)))
    header = ((words("class"),), *((w.number,) for w in write_ups), (words("all"),))
    fine = sum(one.erratum.kind == NO_ERROR for one in rows)
    step = [
        given
        for one in rows
        for given in one.erratum.compared
        if one.erratum.id.startswith("002") and given.of.startswith("dE_total_dW_")
    ]
    worst = {
        "signs": sum(given.signs for given in step),
        "all": sum(len(line) for given in step for line in given.stated),
    }
    blocks: list[Block] = [
        Heading(1, (words("title"),)),
        Paragraph((words("purpose", count=len(rows), wrong=len(rows) - fine, fine=fine),)),
        Paragraph((words("how", comparisons=sum(one.comparisons for one in rows),
                         questions=sum(one.questions for one in rows)),)),
        Table(header, tuple(lines), "l" + "r" * (len(write_ups) + 1)),
        Paragraph((words("worst", **worst),)),
        Items(tuple((words("list", **_about(w) | {"number": w.number, "title": w.title,
                                                  "count": str(len(w.errata))}),)
                    for w in write_ups)),
    ]  # fmt: skip
    return _plain(blocks)


def _foot(rows: Sequence[Proved]) -> str:
    beyond = [one.erratum for one in rows if one.erratum.beyond]
    blocks: list[Block] = [Heading(2, (words("end"),))]
    if beyond:
        blocks.append(Paragraph((words("beyond"),)))
        blocks.append(Items(tuple((f"{row.id}: {row.beyond}",) for row in beyond)))
    else:
        blocks.append(Paragraph((words("nothing"),)))
    return _plain(blocks)


def _plain(blocks: Sequence[Block]) -> str:
    """Blocks without names of a network in them."""
    names = scope("mazur", "deltas").names
    return write(Document((), tuple(blocks)), names).strip("\n")


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    try:
        made = make(everything())
    except ValueError as error:
        sys.exit(str(error))
    write_whole({target: made})
    print(f"{target}: written")


if __name__ == "__main__":
    main()
