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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unicodedata import normalize

from derive.worksheets.answersheet import NOT_ASKED
from derive.worksheets.bundle import Bundle
from derive.worksheets.recipe import WorksheetError
from derive.worksheets.tables import MAX_BYTES, Row, read_table

Submissions = dict[int, dict[str, str]]  # variant → label → what was written
_WHO = ("form", "variant", "student", "id", "name")
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
    """Who wrote what. Labels are looked at when the sheets are marked.

    Raises WorksheetError with every problem, OSError.
    """
    problems = _Problems()
    if isinstance(answers, Mapping):
        found = _mapping(answers, bundle, "answers", problems)
    elif Path(answers).suffix.lower() == ".json":
        found = _mapping(_json(Path(answers)), bundle, str(answers), problems)
    else:
        found = _table(read_table(answers), bundle, str(answers), problems)
    problems.raise_any()
    if not found:
        raise WorksheetError(f"{_name(answers)}: there is no answer in it")
    return found


def check_labels(
    found: Mapping[str, str], labels: Sequence[str], who: str
) -> tuple[dict[str, str], list[str]]:
    """The answers to a sheet's own blanks, and what is wrong with the others."""
    mine = {label: text for label, text in found.items() if label in labels}
    wrong = [label for label, text in found.items() if label not in labels and text not in _NOTHING]
    return mine, [
        f"{who}: got an answer for blank {label!r}; the blanks of this sheet are "
        f"{labels[0]} to {labels[-1]}"
        for label in wrong
    ]


_NOTHING = frozenset({"", NOT_ASKED, "-", "—"})


def _name(answers: object) -> str:
    return "answers" if isinstance(answers, Mapping) else str(answers)


# -- who ---------------------------------------------------------------------------------------


def _variant(bundle: Bundle, kind: str, text: str) -> int | str:
    """The variant, or what is wrong."""
    number = bundle.number_of_form(text)
    if number is not None:
        return number
    if kind == "form":
        return (
            f"form {text[:60]!r} is none of this worksheet, whose first is {bundle.form(1)}; take "
            "the bundle that belongs to it"
        )
    if kind == "variant" or (not bundle.students and text.isdecimal()):
        if text.isdecimal() and len(text) < 5 and 1 <= int(text) <= bundle.count:
            return int(text)
        return f"variant {text[:60]!r}; allowed are 1 to {bundle.count}"
    if not bundle.students:
        return f"student {text[:60]!r}: the worksheet has no roster; write the form or the variant"
    wanted = " ".join(normalize("NFC", text).split()).casefold()
    ids = [i for i, student in enumerate(bundle.students) if student.id.casefold() == wanted]
    found = ids or [
        i for i, student in enumerate(bundle.students) if student.name.casefold() == wanted
    ]
    if len(found) == 1:
        return found[0] + 1
    if found:
        return f"student {text[:60]!r}: {len(found)} have that name; write the id or the form"
    return f"student {text[:60]!r} is not on the roster; write the id, the name or the form"


# -- tables ------------------------------------------------------------------------------------


def _table(rows: list[Row], bundle: Bundle, name: str, problems: _Problems) -> Submissions:
    if not rows:
        problems.append(f"{name}: the table is empty")
        return {}
    head = [cell.lower() for cell in rows[0].cells]
    who = [(kind, head.index(kind)) for kind in _WHO if kind in head]
    if not who:
        problems.append(
            f"{name}:{rows[0].line}: no column says whose a row is; head one of them with form, "
            "variant or student"
        )
        return {}
    label = next((head.index(word) for word in _LABEL if word in head), None)
    answer = next((head.index(word) for word in _ANSWER if word in head), None)
    if (label is None) != (answer is None):
        there, missing = ("label", "answer") if answer is None else ("answer", "label")
        problems.append(
            f"{name}:{rows[0].line}: a column {there} and no column {missing}; write both, or a "
            "column for every blank"
        )
        return {}
    seen = [(cell, i) for i, cell in enumerate(rows[0].cells) if cell]
    for i, (cell, _) in enumerate(seen):
        if cell.lower() in [before.lower() for before, _ in seen[:i]]:
            problems.append(f"{name}:{rows[0].line}: two columns are headed {cell[:60]!r}")
    places = {i for _, i in who}
    columns = {
        i: cell for cell, i in seen
        if label is None and i not in places and cell.lower() not in _WHO
    }  # fmt: skip
    found: Submissions = {}
    lines: dict[tuple[int, str], int] = {}
    for row in rows[1:]:
        number = _owner(row, bundle, who, name, problems)
        if number is None:
            continue
        if label is not None and answer is not None:
            cells = {_cell(row, label): _cell(row, answer)}
            key = (number, _cell(row, label))
        else:
            cells = {cell: _cell(row, i) for i, cell in columns.items()}
            key = (number, "")
        if key in lines:
            what = f"blank {key[1]!r} of {_who(bundle, number)}" if key[1] else _who(bundle, number)
            problems.append(
                f"{name}:{row.line}: a second row for {what}; the first is line {lines[key]}"
            )
            continue
        lines[key] = row.line
        found.setdefault(number, {}).update(cells)
    return found


def _owner(
    row: Row, bundle: Bundle, who: list[tuple[str, int]], name: str, problems: _Problems
) -> int | None:
    for kind, place in who:
        text = _cell(row, place)
        if text:
            number = _variant(bundle, kind, text)
            if isinstance(number, int):
                return number
            problems.append(f"{name}:{row.line}: {number}")
            return None
    problems.append(f"{name}:{row.line}: says not whose it is; write {who[0][0]}")
    return None


def _cell(row: Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _who(bundle: Bundle, number: int) -> str:
    student = bundle.student(number)
    return f"variant {number}" if student is None else f"{student.name or student.id}"


# -- JSON --------------------------------------------------------------------------------------


class _Twice(ValueError):
    pass


def _json(path: Path) -> Any:
    """Numbers stay the text that was typed."""
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise WorksheetError(f"{path}: more than {MAX_BYTES} bytes")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise _Twice(f"{key[:60]!r} stands twice")
        return dict(pairs)

    try:
        return json.loads(
            raw.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=str,
            object_pairs_hook=once,
        )  # fmt: skip
    except _Twice as error:
        raise WorksheetError(f"{path}: {error}; write it once") from None
    except json.JSONDecodeError as error:
        raise WorksheetError(f"{path}:{error.lineno}:{error.colno}: {error.msg}") from None
    except (UnicodeDecodeError, RecursionError):
        raise WorksheetError(f"{path}: not JSON in UTF-8") from None


def _mapping(data: Any, bundle: Bundle, name: str, problems: _Problems) -> Submissions:
    if not isinstance(data, Mapping):
        problems.append(f'{name}: allowed is {{"student": {{"label": "answer"}}}}')
        return {}
    found: Submissions = {}
    for who, given in data.items():
        number = _variant(bundle, "student", str(who).strip())
        if isinstance(number, str):
            problems.append(f"{name}: {number}")
        elif number in found:
            problems.append(
                f"{name}: {_who(bundle, number)} stands twice, as {str(who)[:60]!r} too"
            )
        elif not isinstance(given, Mapping) or any(
            isinstance(answer, (Mapping, list, tuple)) for answer in given.values()
        ):
            problems.append(f'{name}: {str(who)[:60]}: allowed is {{"label": "answer"}}')
        else:
            found[number] = {
                str(label).strip(): "" if answer is None else str(answer)
                for label, answer in given.items()
            }
    return found
