"""The file of a bundle, read: bundle.json, every problem told at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from derive.network.errors import NetworkError
from derive.reading import read_bytes
from derive.worksheets.classes.bundle import Bundle, Student, version
from derive.worksheets.recipes.recipe import WorksheetError
from derive.worksheets.source import FIRST, LATEST, MOST_VARIANTS, Source

MAX_BYTES = 5_000_000
_MOST_REDRAWS = 1000
_KEYS = {
    "derive": str, "network": str, "notation": str, "recipe": dict, "variants": int,
    "students": list, "redraws": dict,
}  # fmt: skip
_VARIANT = re.compile(r"[1-9][0-9]{0,3}")
_WHAT = "not a bundle; take the bundle.json that `derive worksheet` wrote beside the sheets"


def read_bundle(path: str | Path) -> Bundle:
    """A bundle from its file. Raises WorksheetError with every problem, OSError."""
    raw = read_bytes(path, MAX_BYTES)
    if len(raw) > MAX_BYTES:
        raise WorksheetError(f"{path}: more than {MAX_BYTES} bytes; a bundle is smaller")
    try:
        data = json.loads(raw.decode("utf-8-sig"))
        json.dumps(data, ensure_ascii=False).encode()  # half a character cannot be printed
    except (ValueError, RecursionError):
        raise WorksheetError(f"{path}: {_WHAT}") from None
    problems = list(_problems(data))
    if problems:
        raise WorksheetError("\n".join(f"{path}: {problem}" for problem in problems))
    bundle = Bundle(
        data["network"], data["notation"], json.dumps(data["recipe"], ensure_ascii=False),
        _source(data), data["variants"],
        tuple(Student(one[0], one[1], tuple(one[2:])) for one in data["students"]),
        tuple((int(number), count) for number, count in data["redraws"].items()), data["derive"],
        tuple(data.get("columns", [])),
    )  # fmt: skip
    try:
        bundle.maker()
    except (NetworkError, WorksheetError) as error:
        raise WorksheetError(f"{path}: does not describe a worksheet: {error}; {_WHAT}") from None
    except (ValueError, TypeError, AttributeError, LookupError):  # a notation without its network
        raise WorksheetError(f"{path}: does not describe a worksheet; {_WHAT}") from None
    return bundle


def _source(data: Mapping[str, Any]) -> Source:
    """What a bundle's file says that its variants are drawn from. Raises WorksheetError."""
    return Source(data.get("secret", ""), data.get("seed"), data.get("edition", FIRST))


def _problems(data: Any) -> Iterator[str]:
    """What is wrong with the shape of the data; where nothing is, with their values."""
    shape = list(_of_shape(data))
    yield from shape
    if not shape:
        yield from _of_source(data)
        if not 1 <= data["variants"] <= MOST_VARIANTS:
            yield f"variants: got {data['variants']}; allowed are 1 to {MOST_VARIANTS}"
        yield from _of_students(data)
        yield from _of_redraws(data["redraws"])


def _of_shape(data: Any) -> Iterator[str]:
    if not isinstance(data, Mapping):
        yield _WHAT
        return
    for key, kind in _KEYS.items():
        if key not in data:
            yield f"{key} is missing; {_WHAT}"
        elif not isinstance(data[key], kind) or isinstance(data[key], bool):
            yield f"{key}: got {json.dumps(data[key])[:60]}; {_WHAT}"


def _of_source(data: Mapping[str, Any]) -> Iterator[str]:
    """Of the edition, and of the secret or the seed."""
    edition = data.get("edition", FIRST)
    if type(edition) is not int or not FIRST <= edition <= LATEST:
        yield (
            f"made with derive {data['derive']}, whose sheets this one ({version()}) cannot make; "
            f"install derive=={data['derive']} to make or mark them"
        )
        return
    kinds = {"seed": int} if edition == FIRST else {"secret": str, "seed": int}
    there = [key for key in kinds if key in data]
    if len(there) != 1:
        yield f"{' or '.join(kinds)} is {'there twice' if there else 'missing'}; {_WHAT}"
        return
    value = data[there[0]]
    if not isinstance(value, kinds[there[0]]) or isinstance(value, bool):
        yield f"{there[0]}: got {json.dumps(value)[:60]}; {_WHAT}"
        return
    try:
        _source(data)
    except WorksheetError as error:
        yield str(error)


def _of_students(data: Mapping[str, Any]) -> Iterator[str]:
    students, columns = data["students"], data.get("columns", [])
    if not isinstance(columns, list) or not all(isinstance(head, str) for head in columns):
        yield "columns: allowed is a list of headings"
        return
    are_rows = all(
        isinstance(one, list)
        and len(one) == 2 + len(columns)
        and all(isinstance(cell, str) for cell in one)
        for one in students
    )
    if not are_rows or (students and len(students) != data["variants"]):
        yield (
            "students: allowed is an id, a name and a cell of each column for every variant, or "
            "none at all"
        )


def _of_redraws(redraws: Mapping[str, Any]) -> Iterator[str]:
    if not all(
        _VARIANT.fullmatch(number) and type(count) is int and 0 <= count < _MOST_REDRAWS
        for number, count in redraws.items()
    ):
        yield "redraws: allowed are variants and how often they were drawn again"
