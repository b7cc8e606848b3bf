"""Marks as pages and tables: the report of a class, a page for each student, CSV, JSON."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from derive.document.blocks import Document
from derive.document.wording import Wording
from derive.worksheets.classes.answer_table import table
from derive.worksheets.marking.grading import ClassMarks, StudentMarks
from derive.worksheets.marking.reports.exports import as_json, marks_table, steps_table
from derive.worksheets.marking.reports.feedback import feedback
from derive.worksheets.marking.reports.report import report_page
from derive.writers import write
from derive.writers.registry import files_in_format, format_named, whole, write_body

TABLES = ("csv", "xlsx")
_FEEDBACK = re.compile(r"feedback(?:-[0-9]{2,4})?")


def report_text(marks: ClassMarks, to: str, templates: Path | None = None) -> str:
    """The report of a class in one format. Raises WriterError, WordingError."""
    if to == "json":
        return as_json(marks)
    if to == "csv":
        return str(table(marks_table(marks), ".csv")).removeprefix("\ufeff")
    return write(_report(marks, to, templates), marks.names, to, templates=templates)


def _report(marks: ClassMarks, to: str, templates: Path | None) -> Document:
    return report_page(marks, Wording("en", templates, marks.variants), drawn=to != "text")


def files(
    marks: ClassMarks, formats: Iterable[str], templates: Path | None = None,
    *, one_file: bool = False,
) -> dict[str, str | bytes]:  # fmt: skip
    """report.md, feedback-01.md, …, marks.csv, steps.csv, marks.json: name → content.

    one_file  all feedback in one file, feedback.md, where each student begins a new page
    Raises WriterError, WordingError; WorksheetError where XlsxWriter is missing.
    """
    contents: dict[str, str | bytes] = {}
    for to in formats:
        if to in TABLES:
            contents |= {
                f"marks.{to}": table(marks_table(marks), f".{to}", 3, "marks"),
                f"steps.{to}": table(steps_table(marks), f".{to}", 3, "steps"),
            }
        elif to == "json":
            contents["marks.json"] = as_json(marks)
        else:
            contents.update(files_in_format(
                _report(marks, to, templates), marks.names, f"report{format_named(to).suffix}", to,
                templates=templates,
            ))  # fmt: skip
            contents |= (_in_one if one_file else _one_by_one)(marks, to, templates)
    return contents


def outdated(folder: Path, formats: Iterable[str], names: Container[str]) -> list[Path]:
    """The feedback of earlier marks in a folder that what is to be written does not replace: of a
    format whose report it does. A student would else find two of them, with different points."""
    suffixes = [format_named(to).suffix for to in formats if to not in (*TABLES, "json")]
    there = {suffix for suffix in suffixes if (folder / f"report{suffix}").is_file()}
    return sorted(
        path for path in (folder.iterdir() if there else ())
        if _FEEDBACK.fullmatch(path.stem) and path.suffix in there and path.name not in names
    )  # fmt: skip


def _one_by_one(
    marks: ClassMarks, to: str, templates: Path | None
) -> dict[str, str | bytes]:  # fmt: skip
    last = max((student.variant for student in marks.students), default=0)
    suffix, digits = format_named(to).suffix, max(2, len(str(last)))
    pages: dict[str, str | bytes] = {}
    for student, page in _feedback(marks, templates):
        name = f"feedback-{student.variant:0{digits}}{suffix}"
        pages.update(files_in_format(page, student.names, name, to, templates=templates))
    return pages


def _in_one(
    marks: ClassMarks, to: str, templates: Path | None
) -> dict[str, str | bytes]:  # fmt: skip
    people = [student.person for student in marks.students if student.person is not None]
    text = end = ""
    for student, page in _feedback(marks, templates):
        body, (before, between, end), _ = write_body(
            page, student.names, "feedback", to, templates=templates, people=people
        )
        text += (between if text else before) + body
    return {f"feedback{format_named(to).suffix}": whole(text + end, to)}


def _feedback(
    marks: ClassMarks, templates: Path | None
) -> Iterator[tuple[StudentMarks, Document]]:  # fmt: skip
    totals = marks.totals()
    for student in marks.students:
        yield (
            student,
            feedback(student, marks.title, totals, Wording("en", templates, marks.variants)),
        )
