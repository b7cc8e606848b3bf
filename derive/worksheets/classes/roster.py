"""A roster: the students of a class, one a row, from a CSV file or a spreadsheet.

    id;name
    4711;Ada Lovelace

``id`` or ``name`` alone will do, and the headings may be those of a list that a school or a
learning platform exports (``headings.py``). A file of one column without a heading is a list of
names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from derive.reading.tables import Row, TableError, read_table
from derive.worksheets.classes.bundle import Student
from derive.worksheets.classes.headings import Columns, columns_of, plain
from derive.worksheets.recipes.recipe import WorksheetError
from derive.worksheets.source import MOST_VARIANTS

MOST_CHARACTERS = 100  # of a name
MOST_KEPT = 500_000  # characters of all columns that are kept: a bundle holds them
_NO_STUDENT = "pointspossible"  # the second row of a table that Canvas exports


@dataclass(frozen=True, slots=True)
class Roster:
    """The students in the order of the file.

    columns  headings of the columns that are neither id nor name; ``Student.more`` has their cells
    notice   what a teacher has to know of how the file was read; "" where all is id and name
    """

    students: tuple[Student, ...]
    columns: tuple[str, ...]
    notice: str


def class_table(path: str | Path) -> list[Row]:
    """The rows of a table about a class. Raises WorksheetError, OSError."""
    try:
        return read_table(path)
    except TableError as error:
        raise WorksheetError(str(error)) from None


def read_roster(path: str | Path) -> Roster:
    """The students of a class. Raises WorksheetError with every problem, OSError."""
    rows = class_table(path)
    if not rows:
        raise WorksheetError(f"{path}: the roster is empty; write a student a row")
    columns = columns_of(rows[0].cells)
    if not columns.ids and not columns.names:
        if any(len([c for c in row.cells if c]) > 1 for row in rows):
            raise WorksheetError(
                f"{path}:{rows[0].line}: got the heading {', '.join(rows[0].cells)!r}; allowed "
                "are id, name, first name and last name, or what a school or a learning platform "
                "calls them; write them in the first row"
            )
        layout = _Layout(None, (next(i for i, cell in enumerate(rows[0].cells) if cell),), {})
        return Roster(_students(path, rows, rows, layout), (), "")
    layout = _layout(rows, columns)
    skipped = [row.line for row in rows[1:] if _is_no_student(row, layout)]
    body = [row for row in rows[1:] if row.line not in skipped]
    students = _students(path, rows, body, layout)
    return Roster(students, tuple(layout.kept.values()), _notice(path, rows[0], layout, skipped))


@dataclass(frozen=True, slots=True)
class _Layout:
    """id: its column; None where the name stands for it. kept: column → heading."""

    id: int | None
    names: tuple[int, ...]
    kept: Mapping[int, str]


def _layout(rows: Sequence[Row], columns: Columns) -> _Layout:
    """Of the columns that may be the id, the first in which something stands; whatever else has
    anything in it is kept, each under a heading of its own."""
    body = rows[1:]
    id_ = next((i for i in columns.ids if any(_cell(row, i) for row in body)), None)
    if id_ is None and not columns.names:
        id_ = columns.ids[0]
    used = {id_, *columns.names}
    kept: dict[int, str] = {}
    headings: Counter[str] = Counter()
    for i in range(max(len(row.cells) for row in rows)):
        if i in used or not any(_cell(row, i) for row in body):
            continue
        heading = _cell(rows[0], i) or f"column {i + 1}"
        headings[heading.casefold()] += 1
        times = headings[heading.casefold()]
        kept[i] = heading if times == 1 else f"{heading} ({times})"
    return _Layout(id_, columns.names, kept)


def _students(
    path: str | Path, rows: Sequence[Row], body: Sequence[Row], layout: _Layout
) -> tuple[Student, ...]:
    """Raises WorksheetError with every problem."""
    problems: list[str] = []
    students: dict[str, tuple[int, Student]] = {}
    for row in body:
        student = _student(row, layout)
        if not student.id:
            what = "neither id nor name; write one of them"
            if student.name and layout.id is not None:
                what = f"{student.name!r} has no {rows[0].cells[layout.id]}; write it"
            problems.append(f"{path}:{row.line}: {what}")
        elif max(len(student.id), len(student.name)) > MOST_CHARACTERS:
            problems.append(
                f"{path}:{row.line}: more than {MOST_CHARACTERS} characters; make it shorter"
            )
        elif student.id.casefold() in students:
            what = "id" if layout.id is not None else "name"
            problems.append(
                f"{path}:{row.line}: {what} {student.id!r} is that of line "
                f"{students[student.id.casefold()][0]}; give every student one of their own"
            )
        else:
            students[student.id.casefold()] = row.line, student
    if len(body) > MOST_VARIANTS:
        problems.append(f"{path}: got {len(body)} students; allowed are {MOST_VARIANTS}")
    if not body:
        problems.append(f"{path}: there is no student below the heading; write one a row")
    if sum(len(cell) for _, one in students.values() for cell in one.more) > MOST_KEPT:
        problems.append(
            f"{path}: more than {MOST_KEPT} characters besides ids and names; take out columns "
            "that the table of marks need not have"
        )
    if problems:
        raise WorksheetError("\n".join(problems))
    return tuple(student for _, student in students.values())


def _student(row: Row, layout: _Layout) -> Student:
    name = " ".join(filter(None, (_cell(row, i) for i in layout.names)))
    id_ = name if layout.id is None else _cell(row, layout.id)
    return Student(id_, name, tuple(_cell(row, i) for i in layout.kept))


def _is_no_student(row: Row, layout: _Layout) -> bool:
    """Whether a row says what assignments are worth, and has a name of that kind and no id."""
    return (
        layout.id is not None and not _cell(row, layout.id)
        and any(plain(_cell(row, i)) == _NO_STUDENT for i in layout.names)
    )  # fmt: skip


def _notice(path: str | Path, head: Row, layout: _Layout, skipped: Sequence[int]) -> str:
    """roster.csv: ID number is the id, First name and Surname the name; kept for marks.csv: …"""
    parts: list[str] = []
    if layout.kept:
        names = " and ".join(head.cells[i] for i in layout.names)
        if layout.id is None:
            parts.append(f"{names} is the name, and stands for the id")
        else:
            also = f", {names} the name" if names else ""
            parts.append(f"{head.cells[layout.id]} is the id{also}")
        parts.append(f"kept for marks.csv: {', '.join(layout.kept.values())}")
    parts += [f"line {line} is no student and is passed over" for line in skipped]
    return f"{path}: {'; '.join(parts)}" if parts else ""


def _cell(row: Row, place: int) -> str:
    text = row.cells[place] if place < len(row.cells) else ""
    return " ".join(normalize("NFC", text).split())
