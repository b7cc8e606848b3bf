"""The answers of a class, read from a table or JSON, every problem told at once.

    form;1;2a;2                     a row a student, a column a blank
    7-001-a3f9;0,5622;0.5;0.28

    student,label,answer            or a row a blank
    4711,1,0.5622

    {"4711": {"1": "0.5622"}}       or JSON

Whose a row is stands under ``form``, ``variant`` or ``student`` (id or name of the roster).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from derive.reading import read_bytes
from derive.reading.tables import MAX_BYTES, Row
from derive.worksheets.classes.answer_table import NOT_ASKED
from derive.worksheets.classes.bundle import Bundle
from derive.worksheets.classes.roster import class_table
from derive.worksheets.marking.reading.owners import KINDS, name_of, owner
from derive.worksheets.recipes.recipe import WorksheetError

Submissions = dict[int, dict[str, str]]  # variant → label → what was written
_LABEL = ("label", "blank")
_ANSWER = ("answer", "value")
_MOST_PROBLEMS = 50


class _Problems(list[str]):
    """Collected, and raised together."""

    def raise_any(self) -> None:
        if self:
            more = len(self) - _MOST_PROBLEMS
            lines = self[:_MOST_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
            raise WorksheetError("\n".join(lines))


def read_submissions(
    answers: str | Path | Mapping[str, Mapping[str, object]], bundle: Bundle
) -> Submissions:
    """Who wrote what. Labels are looked at when the sheets are marked. A student without any
    answer has handed nothing in, and is left out: a table to fill in has a row for everyone.

    Raises WorksheetError with every problem, OSError.
    """
    problems = _Problems()
    if isinstance(answers, Mapping):
        submissions = _mapping(answers, bundle, "answers", problems)
    elif Path(answers).suffix.lower() == ".json":
        submissions = _mapping(_json(Path(answers)), bundle, str(answers), problems)
    else:
        submissions = _table(class_table(answers), bundle, str(answers), problems)
    problems.raise_any()
    handed_in = {
        number: mine
        for number, mine in submissions.items()
        if not _NOTHING.issuperset(mine.values())
    }
    if not handed_in:
        raise WorksheetError(
            f"{_name(answers)}: there is no answer in it; write what each student wrote below the "
            "numbers of the blanks, and leave the row of a student who was absent empty; save the "
            "table before it is marked"
        )
    return handed_in


def check_labels(
    answers: Mapping[str, str], labels: Sequence[str], who: str
) -> tuple[dict[str, str], list[str]]:
    """The answers to a sheet's own blanks, and what is wrong with the others."""
    mine = {label: text for label, text in answers.items() if label in labels}
    wrong = [
        label for label, text in answers.items() if label not in labels and text not in _NOTHING
    ]
    return mine, [
        f"{who}: got an answer for blank {label[:60]!r}; the blanks of this sheet are "
        f"{labels[0]} to {labels[-1]}; correct the label"
        for label in wrong
    ]


def label_of(text: str) -> str:
    """A label as sheets print it in brackets and tables without: (2A) → 2a."""
    plain = unicodedata.normalize("NFKC", text).strip()
    inside = _IN_BRACKETS.fullmatch(plain)
    plain = inside[1] if inside else plain
    return plain.lower() if _LABEL_OF_A_BLANK.fullmatch(plain) else plain


_IN_BRACKETS = re.compile(r"\(\s*([^()]*?)\s*\)")
_LABEL_OF_A_BLANK = re.compile(r"[0-9]+[A-Za-z]*")


_NOTHING = frozenset({"", NOT_ASKED, "-", "—"})


def _name(answers: object) -> str:
    return "answers" if isinstance(answers, Mapping) else str(answers)


# -- tables ------------------------------------------------------------------------------------


def _table(rows: list[Row], bundle: Bundle, name: str, problems: _Problems) -> Submissions:
    if not rows:
        problems.append(f"{name}: the table is empty; write a heading and one row per student")
        return {}
    columns = _columns(rows[0], f"{name}:{rows[0].line}", problems)
    if columns is None:
        return {}
    submissions: Submissions = {}
    lines: dict[tuple[int, str], int] = {}
    for row in rows[1:]:
        place = f"{name}:{row.line}"
        strays = columns.strays(row)
        if strays:
            problems.append(f"{place}: {strays}")
            continue
        claims = [(kind, _cell(row, i)) for kind, i in columns.who if _cell(row, i)]
        number = owner(bundle, claims)
        if isinstance(number, str):
            what = number or f"says not whose it is; write {columns.who[0][0]}"
            problems.append(f"{place}: {what}")
            continue
        cells = columns.answers(row)
        label = next(iter(cells)) if columns.label is not None else ""
        if columns.label is not None and not label:
            if cells[label]:
                problems.append(f"{place}: an answer without its blank; write which, as in 2a")
            continue
        if (number, label) in lines:
            who = name_of(bundle, number)
            what = f"blank {label!r} of {who}" if label else who
            problems.append(
                f"{place}: a second row for {what}; the first is line {lines[number, label]}; "
                "leave one out"
            )
            continue
        lines[number, label] = row.line
        submissions.setdefault(number, {}).update(cells)
    return submissions


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where what stands.

    who            kinds of names, and their columns
    label, answer  of a table with a row for each answer; None in others
    blanks         labels, by their columns, of a table with a row for each student
    """

    who: list[tuple[str, int]]
    label: int | None
    answer: int | None
    blanks: dict[int, str]

    def answers(self, row: Row) -> dict[str, str]:
        if self.label is None or self.answer is None:
            return {label: _cell(row, i) for i, label in self.blanks.items()}
        return {label_of(_cell(row, self.label)): _cell(row, self.answer)}

    def strays(self, row: Row) -> str:
        """What is wrong with cells that stand under no heading; "" where there is none."""
        columns = {i for _, i in self.who} | {self.label, self.answer} | set(self.blanks)
        stray = next((i for i, cell in enumerate(row.cells) if i not in columns and cell), None)
        if stray is None or row.cells[stray] in _NOTHING:
            return ""
        return (
            f"got {row.cells[stray][:60]!r} in column {stray + 1}, where nothing is read; a "
            "decimal comma needs quotation marks around its number, or semicolons between the "
            "cells; anything else needs a heading"
        )


def _columns(head: Row, place: str, problems: _Problems) -> _Columns | None:
    names = [cell.lower() for cell in head.cells]
    who = [(kind, names.index(kind)) for kind in KINDS if kind in names]
    if not who:
        problems.append(
            f"{place}: no column says whose a row is; head one of them with form, variant or "
            "student"
        )
        return None
    label = next((names.index(word) for word in _LABEL if word in names), None)
    answer = next((names.index(word) for word in _ANSWER if word in names), None)
    if (label is None) != (answer is None):
        there, absent = ("label", "answer") if answer is None else ("answer", "label")
        problems.append(
            f"{place}: a column {there} and no column {absent}; write both, or a column for "
            "every blank"
        )
        return None
    heads: dict[str, int] = {}
    for i, cell in enumerate(head.cells):
        key = label_of(cell).lower()
        if key in heads:
            problems.append(f"{place}: two columns are headed {cell[:60]!r}; leave one out")
        elif key:
            heads[key] = i
    if problems:
        return None
    places = {i for _, i in who}
    if label is not None:
        others = [i for i in heads.values() if i not in places | {label, answer}]
        if others:
            problems.append(
                f"{place}: got a column {head.cells[others[0]][:60]!r} beside label and answer; "
                "allowed is a row for each answer, or a column for each blank; take it out"
            )
            return None
        return _Columns(who, label, answer, {})
    blanks = {i: label_of(head.cells[i]) for i in heads.values() if i not in places}
    return _Columns(who, None, None, blanks)


def _cell(row: Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


# -- JSON --------------------------------------------------------------------------------------


_SHAPE = '{"student": {"label": "answer"}}'


class _Twice(ValueError):
    pass


def _json(path: Path) -> Any:
    """Numbers stay the text that was typed."""
    raw = read_bytes(path, MAX_BYTES)
    if len(raw) > MAX_BYTES:
        raise WorksheetError(f"{path}: more than {MAX_BYTES} bytes")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for key, value in pairs:
            if key in entries:
                raise _Twice(f"{key[:60]!r} stands twice")
            entries[key] = value
        return entries

    try:
        return json.loads(
            raw.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=str,
            object_pairs_hook=once,
        )  # fmt: skip
    except _Twice as error:
        raise WorksheetError(f"{path}: {error}; write it once") from None
    except json.JSONDecodeError as error:
        raise WorksheetError(
            f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}; mend it here, as in "
            f"{_SHAPE}"
        ) from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise WorksheetError(f"{path}:{line}: not UTF-8; save the file in UTF-8") from None
    except RecursionError:
        raise WorksheetError(f"{path}: not JSON of this kind; write {_SHAPE}") from None


def _mapping(data: Any, bundle: Bundle, name: str, problems: _Problems) -> Submissions:
    if not isinstance(data, Mapping):
        problems.append(f"{name}: allowed is {_SHAPE}")
        return {}
    submissions: Submissions = {}
    for key, cells in data.items():
        who = _text(key)
        number = owner(bundle, [("student", who)]) if who else "an empty name"
        if isinstance(number, str):
            problems.append(f"{name}: {number}")
        elif number in submissions:
            problems.append(f"{name}: {name_of(bundle, number)} stands twice, as {who[:60]!r} too")
        elif not isinstance(cells, Mapping) or any(
            isinstance(answer, (Mapping, list, tuple)) for answer in cells.values()
        ):
            problems.append(f'{name}: {who[:60]}: allowed is {{"label": "answer"}}')
        else:
            submissions[number] = mine = {}
            for raw, answer in cells.items():
                label = label_of(_text(raw))
                if label in mine:
                    problems.append(f"{name}: {who[:60]}: blank {label[:60]!r} stands twice")
                mine[label] = "" if answer is None else _text(answer)
            if mine.pop("", ""):
                problems.append(f"{name}: {who[:60]}: an answer without its blank; write which")
    return submissions


def _text(value: object) -> str:
    """Half of a pair of surrogates, which JSON may hold and no file may, is replaced."""
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()
