"""The report of a class as a page: points, steps that fail, misconceptions, everyone's marks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.document.blocks import Block, Document, Heading, Inline, Paragraph, Person, Table
from derive.document.wording import Wording
from derive.worksheets.marking.grading import ClassMarks, StudentMarks
from derive.worksheets.marking.reports.alike import alike
from derive.worksheets.marking.reports.distribution import distribution
from derive.worksheets.marking.reports.feedback import percent, points
from derive.worksheets.marking.reports.tallies import Report, report
from derive.worksheets.misconceptions import MISCONCEPTIONS


def report_page(marks: ClassMarks, words: Wording, drawn: bool) -> Document:
    """The report of a class as a document, with a picture in it where ``drawn``."""
    return Document(
        words("report_title", title=marks.title), tuple(_blocks(marks, report(marks), words, drawn))
    )


def _blocks(marks: ClassMarks, figures: Report, words: Wording, drawn: bool) -> Iterator[Block]:
    totals = figures.totals
    if totals.differ:
        yield Paragraph(words(
            "report_students_shares", count=figures.students, least=points(totals.least),
            most=points(totals.most), mean=percent(totals.mean),
            median=percent(totals.median), lowest=percent(totals.lowest),
            highest=percent(totals.highest),
        ))  # fmt: skip
    else:
        yield Paragraph(words(
            "report_students",
            count=figures.students, mean=points(figures.mean), median=points(figures.median),
            worth=points(totals.most), lowest=points(figures.lowest),
            highest=points(figures.highest),
        ))  # fmt: skip
    if marks.absent:
        yield Paragraph(words("report_missing", forms=_absent(marks)))
    yield Heading(2, words("report_points"))
    yield from distribution(figures.bands, words, drawn)
    if figures.networks:
        yield Heading(2, words("report_networks"))
        header = tuple(words(f"report_{head}") for head in ("network", "sheets", "percent"))
        yield Table(header, tuple(
            ((one.network,), (str(one.sheets),), (percent(one.mean),)) for one in figures.networks
        ), "lrr")  # fmt: skip
    yield from _steps(figures, words)
    if figures.misconceptions:
        yield Heading(2, words("report_misconceptions"))
        header = tuple(words(f"report_{head}") for head in ("misconception", "sheets"))
        yield Table(header, tuple(
            ((MISCONCEPTIONS[row].title if row in MISCONCEPTIONS else row,), (str(count),))
            for row, count in figures.misconceptions
        ), "lr")  # fmt: skip
    yield Heading(2, words("report_everyone"))
    yield _everyone(marks, totals.differ, words)


def _absent(marks: ClassMarks) -> Inline:
    """Ada Lovelace (7-001-a3f9), …; without a roster the forms alone."""
    names: list[str | Person] = []
    for one in marks.absent:
        names += [", "] if names else []
        names += [one.form] if one.person is None else [one.person, f" ({one.form})"]
    return tuple(names)


def _steps(figures: Report, words: Wording) -> Iterator[Block]:
    failing = alike(figures.steps)
    yield Heading(2, words("report_steps"))
    if not failing:
        yield Paragraph(words("report_no_step"))
        return
    header = tuple(
        words(f"report_{head}")
        for head in ("question", "step", "asked", "wrong", "first", "left_out", "mostly")
    )
    rows: list[tuple[Inline, ...]] = []
    for one in failing:
        row = one.misconception
        mostly = MISCONCEPTIONS[row].title if row in MISCONCEPTIONS else row
        rows.append(
            ((one.steps[0].question,), one.names, *((count,) for count in one.counts),
             (mostly,) if mostly else ())
        )  # fmt: skip
    yield Table(header, tuple(rows), "llrrrrl")


_Column = tuple[Inline, list[Inline], str]  # its head, its cells, how they are aligned


def _everyone(marks: ClassMarks, shares: bool, words: Wording) -> Table:
    """A row for each student. With ``shares``, as the totals differ: in percent too, and what is
    of each question last, where a wide table is parted."""
    letters: dict[str, set[Fraction]] = {}  # of the questions, and what each is worth
    for student in marks.students:
        for letter, (_, worth) in student.questions.items():
            letters.setdefault(letter, set()).add(worth)
    columns: list[_Column] = [
        (words("report_student"), [(s.person,) if s.person else () for s in marks.students], "l"),
        (words("report_form"), [(s.form,) for s in marks.students], "l"),
    ]
    of_questions: list[_Column] = [
        ((letter,), [_of_question(student, letter, worths) for student in marks.students], "r")
        for letter, worths in letters.items()
    ]
    whole: list[_Column] = [
        (words("report_sum"),
         [(f"{points(s.points)}/{points(s.worth)}",) for s in marks.students], "r"),
    ]  # fmt: skip
    if shares:
        whole.append((words("report_percent"), [(percent(s.share),) for s in marks.students], "r"))
    first = [_first(student, marks.mixed) for student in marks.students]
    whole.append((words("report_first_step"), first, "l"))
    columns += whole + of_questions if shares else of_questions + whole
    rows = tuple(zip(*(cells for _, cells, _ in columns), strict=True))
    return Table(tuple(head for head, _, _ in columns), rows, "".join(way for *_, way in columns))


def _first(student: StudentMarks, mixed: bool) -> Inline:
    """(4) h1; the number alone where the names of the sheets differ."""
    one = student.first
    if one is None:
        return ()
    label = f"({one.mark.label})"
    return (label,) if one.subject is None or mixed else (f"{label} ", one.subject)


def _of_question(student: StudentMarks, letter: str, worths: set[Fraction]) -> Inline:
    """3, or 3/4 where other sheets have it with other points; nothing where it is not asked."""
    if letter not in student.questions:
        return ()
    got, worth = student.questions[letter]
    return (points(got) + (f"/{points(worth)}" if len(worths) > 1 else ""),)
