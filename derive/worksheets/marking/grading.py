"""Marks for a class: every sheet made again from its bundle, every answer judged.

marks = derive.mark("sheets/bundle.json", "answers.csv")
marks.students[0].points, marks.students[0].first
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median

from derive.document.blocks import Person
from derive.document.wording import variants, wording
from derive.expression.nodes import Expression
from derive.notation import Names
from derive.worksheets.classes.bundle import Bundle, Student
from derive.worksheets.classes.bundle_files import read_bundle
from derive.worksheets.marking.judges import Judges
from derive.worksheets.marking.points import Blank, shared_out
from derive.worksheets.marking.reading.submissions import check_labels, read_submissions
from derive.worksheets.marking.verdicts import Mark
from derive.worksheets.recipes.combinations import combination_of
from derive.worksheets.recipes.recipe import WorksheetError
from derive.worksheets.sheets.maker import Variant


@dataclass(frozen=True, slots=True)
class Graded:
    """A blank with its mark and its worth.

    question  its letter on the sheet; kind: what the question asks
    subject   what is worked out there; None where it is no line of working
    worth     points that there are; ``points``: those that are given (``points.py``)
    """

    mark: Mark
    question: str
    kind: str
    subject: Expression | None
    worth: Fraction
    points: Fraction


@dataclass(frozen=True, slots=True)
class StudentMarks:
    """The marks of one sheet, in its order.

    person   whose name is printed; None without a roster
    network  what the sheet is about: 2-3-1, tanh, sigmoid, half_squared_error, bias none
    """

    variant: int
    form: str
    student: Student | None
    person: Person | None
    graded: tuple[Graded, ...]
    names: Names
    network: str

    @property
    def points(self) -> Fraction:
        """The points that are given."""
        return sum((one.points for one in self.graded), Fraction(0))

    @property
    def worth(self) -> Fraction:
        """The points that there are."""
        return sum((one.worth for one in self.graded), Fraction(0))

    @property
    def share(self) -> Fraction:
        """The part of its points that is given, from 0 to 1."""
        return self.points / self.worth if self.worth else Fraction(0)

    @property
    def first(self) -> Graded | None:
        """The first wrong step; None where nothing is wrong."""
        return next((one for one in self.graded if one.mark.first), None)

    @property
    def questions(self) -> dict[str, tuple[Fraction, Fraction]]:
        """Letter of a question → points given, points there are."""
        sums: dict[str, tuple[Fraction, Fraction]] = {}
        for one in self.graded:
            points, worth = sums.get(one.question, (Fraction(0), Fraction(0)))
            sums[one.question] = points + one.points, worth + one.worth
        return sums


@dataclass(frozen=True, slots=True)
class Absent:
    """A sheet that was not handed in: it has no marks and is in no figure. student, person: whose
    it is; None without a roster."""

    form: str
    student: Student | None
    person: Person | None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the sheets of a class are worth, and how they did, each measured by its own total.

    least, most                    points that there are, on the sheet with the fewest and the most
    mean, median, lowest, highest  of the shares, from 0 to 1
    """

    least: Fraction
    most: Fraction
    mean: Fraction
    median: Fraction
    lowest: Fraction
    highest: Fraction

    @property
    def differ(self) -> bool:
        """Whether points of different sheets cannot be compared."""
        return self.least != self.most


@dataclass(frozen=True, slots=True)
class ClassMarks:
    """The marks of all sheets that were handed in, in the order of their variants.

    names    of the quantities, where the sheets are about one network; else each student's count
    absent   who handed nothing in: a sheet without any answer, or without a row
    """

    title: str
    students: tuple[StudentMarks, ...]
    names: Names
    absent: tuple[Absent, ...]
    mixed: bool  # whether they are about different networks
    columns: tuple[str, ...] = ()  # of the roster, that are kept: headings of ``Student.more``
    variants: tuple[str, ...] = ()  # which sentences the network needs instead of the usual ones

    @property
    def missing(self) -> tuple[str, ...]:
        """The forms that were not handed in."""
        return tuple(one.form for one in self.absent)

    @property
    def people(self) -> tuple[Person, ...]:
        """Whose names are printed in the report."""
        everyone = (*(one.person for one in self.students), *(one.person for one in self.absent))
        return tuple(person for person in everyone if person is not None)

    def totals(self) -> Totals:
        """The figures of all sheets together; 0 where there is none."""
        worths = [student.worth for student in self.students] or [Fraction(0)]
        shares = [student.share for student in self.students] or [Fraction(0)]
        return Totals(
            min(worths), max(worths), sum(shares, Fraction(0)) / len(shares), median(shares),
            min(shares),
            max(shares),
        )  # fmt: skip


def mark(
    bundle: Bundle | str | Path, answers: str | Path | Mapping[str, Mapping[str, object]],
    *, templates: str | Path | None = None,
) -> ClassMarks:  # fmt: skip
    """Mark the answers of a class.

        >>> sheets = derive.worksheet("examples/mazur.yaml", "warm-up", variants=2, seed=1)
        >>> marks = derive.mark(sheets.bundle, {"1": {"1": "5", "2": "7"}})
        >>> len(marks.students), float(marks.students[0].points)
        (1, 1.0)

    bundle   what the sheets were made of: ``bundle.json``, or ``Worksheet.bundle``
    answers  a table (CSV, or a spreadsheet), a JSON file, or {student: {label: answer}}
    templates  a folder whose sentences stand before those that come with derive

    An answer that cannot be read is told in its mark and stops nothing. Raises WorksheetError
    with every unknown student, form and blank, and every row that is there twice; OSError.
    """
    if not isinstance(bundle, Bundle):
        bundle = read_bundle(bundle)
    folder = None if templates is None else Path(templates)
    submissions = read_submissions(answers, bundle)
    first = bundle.maker(min(submissions, default=1))
    recipe = first.recipe
    judges: dict[str, Judges] = {}  # by the structure
    students, problems = [], []
    for number in sorted(submissions):
        variant = bundle.variant(number)
        labels = [answer.label for answer in variant.answers]
        mine, wrong = check_labels(submissions[number], labels, bundle.form(number))
        problems += wrong
        if not problems:
            structure = bundle.structure(number)
            if structure not in judges:
                maker = bundle.maker(number)
                judges[structure] = Judges(
                    maker.exercise,
                    maker.names,
                    recipe.repeat,
                    wording(maker.exercise.structure, maker.names, folder),
                )
            students.append(_graded(bundle, variant, judges[structure], mine, recipe.points_in))
    if problems:
        raise WorksheetError("\n".join(problems[:50]))
    absent = tuple(
        Absent(bundle.form(number), bundle.student(number), bundle.person(number))
        for number in range(1, bundle.count + 1) if number not in submissions
    )  # fmt: skip
    title = recipe.title or first.exercise.structure.title
    return ClassMarks(
        title, tuple(students), first.names, absent, len(judges) > 1, bundle.columns,
        variants(first.exercise.structure),
    )  # fmt: skip


def _graded(
    bundle: Bundle, variant: Variant, judges: Judges, answers: Mapping[str, str], points_in: str
) -> StudentMarks:
    marks = {mark.label: mark for mark in judges.marks(variant, answers)}
    graded: list[Graded] = []
    for question in variant.questions:
        subjects = {
            answer.label: item.task.step.subject
            for item in question.items for answer in item.answers
        }  # fmt: skip
        lines = [
            [Blank(marks[a.label].counts, a.label in subjects) for a in line]
            for line in question.lines
        ]
        worths = shared_out(lines, question.points, points_in)
        graded += [
            Graded(
                marks[answer.label], question.letter, question.kind, subjects.get(answer.label),
                one.worth, one.points,
            )
            for line, ones in zip(question.lines, worths, strict=True)
            for answer, one in zip(line, ones, strict=True)
        ]  # fmt: skip
    return StudentMarks(
        variant.number, bundle.form(variant.number), bundle.student(variant.number),
        bundle.person(variant.number),
        tuple(graded), variant.names, str(combination_of(variant.network)),
    )  # fmt: skip
