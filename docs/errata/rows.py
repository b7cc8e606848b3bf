"""The errata as data: a file for each write-up, every field of every row accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from docs.errata.tables import Compared

FOLDER = Path(__file__).resolve().parent
NO_ERROR = "not an error"
CLASSES = (
    "formula", "index", "concept", "number", "consequence", "rounding", "notation",
    "terminology", "omission", "presentation", NO_ERROR,
)  # fmt: skip
_ROW = {
    "id", "line", "class", "stated", "because", "ours", "network", "letters", "compare", "pages",
    "train", "costs", "beyond",
}  # fmt: skip
_HEAD = {"kind", "title", "network", "style", "about", "errata"}


class DataError(ValueError):
    """Data that are not what a row may hold, and where."""


@dataclass(frozen=True, slots=True)
class Erratum:
    """One erratum; texts hold chains between ``[[`` and ``]]``.

    stated    what the write-up says: no chain in it may be true
    because   why it is wrong; ours: what ours says: every chain in them must be true
    compared  stated numbers to be set beside ours
    pages     (question, what is given with it): asked of our own pages
    train     (learning rates, numbers of updates) of a table of losses
    costs     networks of a table of what they cost
    beyond    why ours cannot speak to it, where that is so
    """

    id: str
    line: str
    kind: str
    stated: str
    because: str
    ours: str
    network: str = ""
    letters: tuple[str, ...] = ()
    compared: tuple[Compared, ...] = ()
    pages: tuple[tuple[str, tuple[str, ...]], ...] = ()
    train: tuple[tuple[str, ...], tuple[int, ...]] | None = None
    costs: tuple[tuple[int, ...], ...] = ()
    beyond: str = ""


@dataclass(frozen=True, slots=True)
class WriteUp:
    """A write-up: its number, what it is, our network and style for it, and its errata."""

    number: str
    kind: str
    title: str
    about: str
    network: str
    style: str
    errata: tuple[Erratum, ...]


def read(paths: Sequence[Path]) -> WriteUp:
    """The errata of a write-up, in one file or several; the first has the head. DataError."""
    number = paths[0].stem[:3]
    head: dict[str, str] = {}
    rows: list[Erratum] = []
    for path in paths:
        data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        _only(data, {"errata"} if head else _HEAD, path.name)
        head = head or {key: str(data[key]) for key in _HEAD - {"errata"}}
        rows += [_row(row, f"{path.name}: {row.get('id', '?')}") for row in data["errata"]]
    wanted = [f"{number}-{n}" for n in range(1, len(rows) + 1)]
    if [row.id for row in rows] != wanted:
        raise DataError(f"{paths[0].name}: the ids are not {wanted[0]} to {wanted[-1]} in order")
    return WriteUp(number=number, errata=tuple(rows), **head)


def everything(folder: Path = FOLDER) -> tuple[WriteUp, ...]:
    """Every write-up's errata, in order: 000.yaml, 001.yaml, 002-1.yaml and 002-2.yaml, …"""
    files = sorted(folder.glob("0*.yaml"))
    return tuple(read(list(mine)) for _, mine in groupby(files, key=lambda path: path.stem[:3]))


def _row(row: Mapping[str, Any], place: str) -> Erratum:
    _only(row, _ROW, place)
    for key in ("id", "line", "class", "stated", "because", "ours"):
        if not str(row.get(key, "")).strip():
            raise DataError(f"{place}: {key} is missing")
    if row["class"] not in CLASSES:
        raise DataError(f"{place}: class {row['class']!r}; there are {', '.join(CLASSES)}")
    train = row.get("train")
    return Erratum(
        id=str(row["id"]),
        line=str(row["line"]),
        kind=row["class"],
        stated=_words(row["stated"]),
        because=_words(row["because"]),
        ours=_words(row["ours"]),
        network=row.get("network", ""),
        letters=tuple(row.get("letters", ())),
        compared=tuple(_compared(one) for one in row.get("compare", ())),
        pages=tuple(_question(one) for one in row.get("pages", ())),
        train=None
        if train is None
        else (tuple(map(str, train["rates"])), tuple(map(int, train["updates"]))),
        costs=tuple(tuple(map(int, sizes)) for sizes in row.get("costs", ())),
        beyond=_words(row.get("beyond", "")),
    )


def _words(text: object) -> str:
    return " ".join(str(text).split())


def _compared(one: Mapping[str, Any]) -> Compared:
    rows = [line if isinstance(line, list) else [line] for line in one["stated"]]
    stated = tuple(tuple(map(str, line)) for line in rows)
    return Compared(**{**one, "stated": stated})


def _question(one: str | Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    if isinstance(one, str):
        return one, ()
    ((name, given),) = one.items()
    return name, tuple(map(str, given))


def _only(data: Mapping[str, Any], allowed: set[str], place: str) -> None:
    unknown = sorted(set(data) - allowed)
    if unknown:
        raise DataError(f"{place}: unknown {', '.join(unknown)}; there are {sorted(allowed)}")
