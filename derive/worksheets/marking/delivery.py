"""Marks as pages and tables: the report of a class, a page for each student, CSV, JSON."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from derive.document.blocks import Document
from derive.document.wording import Wording
from derive.worksheets.marking.exports import as_json, marks_table, steps_table
from derive.worksheets.marking.feedback import feedback
from derive.worksheets.marking.grading import ClassMarks
from derive.worksheets.marking.report import report_page
from derive.writers import write, write_files
from derive.writers.registry import format_named


def printed(marks: ClassMarks, to: str, templates: Path | None = None) -> str:
    """The report of a class in one format. Raises WriterError, WordingError."""
    if to == "json":
        return as_json(marks)
    if to == "csv":
        return marks_table(marks).removeprefix("\ufeff")
    return write(_report(marks, to, templates), marks.names, to, templates=templates)


def _report(marks: ClassMarks, to: str, templates: Path | None) -> Document:
    return report_page(marks, Wording("en", templates), drawn=to != "text")


def files(
    marks: ClassMarks, formats: Iterable[str], templates: Path | None = None
) -> dict[str, str]:
    """report.md, feedback-01.md, …, marks.csv, steps.csv, marks.json: name → content."""
    found: dict[str, str] = {}
    last = max((student.variant for student in marks.students), default=0)
    for to in formats:
        if to == "csv":
            found |= {"marks.csv": marks_table(marks), "steps.csv": steps_table(marks)}
        elif to == "json":
            found["marks.json"] = as_json(marks)
        else:
            suffix = format_named(to).suffix
            found |= write_files(
                _report(marks, to, templates), marks.names, f"report{suffix}", to,
                templates=templates,
            )  # fmt: skip
            totals = marks.totals()
            for student in marks.students:
                number = f"{student.variant:0{max(2, len(str(last)))}}"
                page = feedback(student, marks.title, totals, Wording("en", templates))
                found[f"feedback-{number}{suffix}"] = write(
                    page, student.names, to, templates=templates
                )
    return found
