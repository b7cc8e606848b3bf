"""A roster: the students of a class, one a row, from a CSV file or a spreadsheet.

    id;name
    4711;Ada Lovelace

``id`` or ``name`` alone will do. A file of one column without a heading is a list of names.
"""

from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

from derive.tables import Row, TableError, read_table
from derive.worksheets.bundle import Student
from derive.worksheets.recipe import WorksheetError
from derive.worksheets.source import MOST_VARIANTS

MOST_CHARACTERS = 100  # of a name
_IDS = ("id", "student id", "student", "number", "matriculation")
_NAMES = ("name", "full name")
_FIRST, _LAST = ("first name", "given name"), ("last name", "surname", "family name")


def class_table(path: str | Path) -> list[Row]:
    """The rows of a table about a class. Raises WorksheetError, OSError."""
    try:
        return read_table(path)
    except TableError as error:
        raise WorksheetError(str(error)) from None


def read_roster(path: str | Path) -> tuple[Student, ...]:
    """The students in the order of the file. Raises WorksheetError with every problem, OSError."""
    rows = class_table(path)
    if not rows:
        raise WorksheetError(f"{path}: the roster is empty; write one student per row")
    head = [cell.lower() for cell in rows[0].cells]
    columns = {
        what: next((i for i, cell in enumerate(head) if cell in words), None)
        for what, words in (("id", _IDS), ("name", _NAMES), ("first", _FIRST), ("last", _LAST))
    }
    if all(place is None for place in columns.values()):
        if any(len([c for c in row.cells if c]) > 1 for row in rows):
            raise WorksheetError(
                f"{path}:{rows[0].line}: got the heading {', '.join(rows[0].cells)!r}; allowed "
                "are id, name, first name and last name; write them in the first row"
            )
        columns["name"] = 0
        body = rows
    else:
        body = rows[1:]
    problems: list[str] = []
    students: dict[str, tuple[int, Student]] = {}
    for row in body:
        student = _student(row, columns)
        if not student.id:
            problems.append(f"{path}:{row.line}: neither id nor name; write one of them")
        elif max(len(student.id), len(student.name)) > MOST_CHARACTERS:
            problems.append(
                f"{path}:{row.line}: more than {MOST_CHARACTERS} characters; make it shorter"
            )
        elif student.id.casefold() in students:
            what = "id" if columns["id"] is not None else "name"
            problems.append(
                f"{path}:{row.line}: {what} {student.id!r} is that of line "
                f"{students[student.id.casefold()][0]}; give every student a different one"
            )
        else:
            students[student.id.casefold()] = row.line, student
    if len(body) > MOST_VARIANTS:
        problems.append(f"{path}: got {len(body)} students; allowed are {MOST_VARIANTS}")
    if not body:
        problems.append(f"{path}: there is no student below the heading; write one per row")
    if problems:
        raise WorksheetError("\n".join(problems))
    return tuple(student for _, student in students.values())


def _student(row: Row, columns: dict[str, int | None]) -> Student:
    def cell(what: str) -> str:
        place = columns[what]
        text = row.cells[place] if place is not None and place < len(row.cells) else ""
        return " ".join(normalize("NFC", text).split())

    name = cell("name") or " ".join(part for part in (cell("first"), cell("last")) if part)
    return Student(cell("id") or ("" if columns["id"] is not None else name), name)
