"""Marks for other programs: tables, to be CSV or spreadsheets, and everything as JSON."""

from __future__ import annotations

import json
from typing import Any

from derive.derivation.numbers.chains import Atom
from derive.expression.nodes import Expression, Number
from derive.notation import Names
from derive.worksheets.classes.answer_table import Cell
from derive.worksheets.classes.bundle import Student
from derive.worksheets.marking.grading import ClassMarks, Graded, StudentMarks
from derive.worksheets.marking.reports.feedback import percent, points
from derive.worksheets.marking.reports.tallies import Report, report
from derive.writers.expressions.text import text


def marks_table(marks: ClassMarks) -> list[list[Cell]]:
    """A row a student: the columns of the roster, points by question and in all, the first wrong
    step, misconceptions. Who handed nothing in has a row without points."""
    letters = list(dict.fromkeys(q for student in marks.students for q in student.questions))
    last = ["points", "of", "percent", "first wrong", "misconceptions"]
    last += ["network"] if marks.mixed else []
    own = ["form", "student", "name", "handed in", *letters, *last]
    heads = {head.casefold() for head in own}
    others = [f"{head} (roster)" if head.casefold() in heads else head for head in marks.columns]
    rows: list[list[Cell]] = [[*own[:3], *others, *own[3:]]]
    for student in marks.students:
        mine, first = student.questions, student.first
        ids = dict.fromkeys(r for g in student.graded for r in g.mark.misconceptions[:1])
        rows.append([
            student.form, *_who(student.student), "yes",
            *(_number(points(mine[q][0])) if q in mine else "" for q in letters),
            *map(_number, (points(student.points), points(student.worth), percent(student.share))),
            first.mark.label if first else "", " ".join(ids),
            *([student.network] if marks.mixed else []),
        ])  # fmt: skip
    for absent in marks.absent:
        row = [absent.form, *_who(absent.student), "no"]
        rows.append([*row, *[""] * (len(rows[0]) - len(row))])
    return rows


def _number(displayed: str) -> float:
    """A number with the digits that the report shows of it."""
    return float(displayed)


def _who(student: Student | None) -> tuple[str, ...]:
    return ("", "") if student is None else (student.id, student.name, *student.more)


def steps_table(marks: ClassMarks) -> list[list[Cell]]:
    """A row a step: how often it was asked, wrong, first wrong, left out, and why."""
    heads = ("question", "kind", "step", "asked", "wrong", "first", "missing", "misconceptions")
    rows: list[list[Cell]] = [[*heads]]
    for step in report(marks).steps:
        misconceptions = " ".join(f"{row}:{count}" for row, count in step.misconceptions)
        counts = (step.sheets, step.wrong, step.first, step.missing)
        subject = _spelled(step.subject, marks.names) or step.step
        rows.append([step.question, step.kind, subject, *counts, misconceptions])
    return rows


def as_json(marks: ClassMarks) -> str:
    """Everything that was found, of every student and of the class."""
    data = {
        "title": marks.title,
        "students": [_student(student) for student in marks.students],
        "missing": list(marks.missing),
        "absent": [
            {"form": one.form, "student": one.student.id, "name": one.student.name}
            for one in marks.absent
            if one.student is not None
        ],
        "class": _report(report(marks), marks.names),
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _student(student: StudentMarks) -> dict[str, Any]:
    first = student.first
    return {
        "form": student.form, "variant": student.variant,
        "student": student.student.id if student.student else None,
        "name": student.student.name if student.student else None,
        "points": float(student.points), "of": float(student.worth),
        "share": float(student.share), "network": student.network,
        "questions": {
            letter: {"points": float(got), "of": float(of)}
            for letter, (got, of) in student.questions.items()
        },
        "first wrong": first.mark.label if first else None,
        "blanks": [_blank(one, student.names) for one in student.graded],
    }  # fmt: skip


def _blank(one: Graded, names: Names) -> dict[str, Any]:
    mark = one.mark
    right = mark.expected
    data: dict[str, Any] = {
        "label": mark.label, "question": one.question, "step": mark.step,
        "subject": _spelled(one.subject, names) or None, "verdict": mark.verdict.value,
        "given": mark.given,
        "expected": right if isinstance(right, str) else _typed(right, names),
        "points": float(one.points), "of": float(one.worth),
        "misconceptions": list(mark.misconceptions),
    }  # fmt: skip
    if mark.fault:
        data["fault"] = mark.fault
    if mark.working:
        data["working"] = mark.working
    if mark.differs is not None:
        data["differs"] = {
            "where": {_spelled(atom, names): value for atom, value in mark.differs.values},
            "given": mark.differs.given, "right": mark.differs.right,
        }  # fmt: skip
    return data


_SHARES = ("mean", "median", "lowest", "highest")


def _report(figures: Report, names: Names) -> dict[str, Any]:
    totals = figures.totals
    return {
        "students": figures.students, "mean": float(figures.mean),
        "median": float(figures.median), "lowest": float(figures.lowest),
        "highest": float(figures.highest), "of": [float(totals.least), float(totals.most)],
        "shares": {key: float(getattr(totals, key)) for key in _SHARES},
        "networks": [
            {"network": one.network, "sheets": one.sheets, "share": float(one.mean)}
            for one in figures.networks
        ],
        "fifths": list(figures.bands), "misconceptions": dict(figures.misconceptions),
        "steps": [
            {
                "question": step.question, "kind": step.kind, "step": step.step,
                "subject": _spelled(step.subject, names) or None, "asked": step.sheets,
                "wrong": step.wrong, "first": step.first, "missing": step.missing,
                "misconceptions": dict(step.misconceptions),
            }
            for step in figures.steps
        ],
    }  # fmt: skip


def _spelled(subject: Expression | Atom | None, names: Names) -> str:
    return "" if subject is None else text(subject, names)


def _typed(right: Expression, names: Names) -> str:
    return right.text or str(right.value) if isinstance(right, Number) else text(right, names)
