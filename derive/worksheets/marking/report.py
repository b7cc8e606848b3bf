"""What a class did: how the points lie, which steps fail how often, which misconceptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from derive.document.blocks import Block, Document, Heading, Inline, Paragraph, Person, Table
from derive.document.wording import Wording
from derive.expression.nodes import Expression
from derive.worksheets.marking.feedback import percent, points
from derive.worksheets.marking.grading import ClassMarks, Graded, StudentMarks, Totals
from derive.worksheets.marking.verdicts import Verdict
from derive.worksheets.misconceptions import MISCONCEPTIONS

_WRONG = frozenset({Verdict.WRONG, Verdict.REPEATED, Verdict.TRIVIAL})
_MISSING = frozenset({Verdict.UNREADABLE, Verdict.MISSING, Verdict.VAGUE})
BANDS = 5  # of the distribution of points: 0–20 %, …, 80–100 %


@dataclass(frozen=True, slots=True)
class StepTally:
    """In how many sheets a step was asked, and how it went.

    step     of the derivation, or the blank; "" where sheets about different networks are tallied
             by question
    subject  what is worked out in it; None where it is no line of working, or lines of many
    wrong    sheets in which it is wrong; first: in which it is the first wrong step
    missing  sheets in which something of it is left out, cannot be read or has too few digits to
             tell, and nothing is wrong
    """

    question: str
    kind: str
    step: str
    subject: Expression | None
    asked: int
    wrong: int
    first: int
    missing: int
    misconceptions: tuple[tuple[str, int], ...]

    @property
    def failed(self) -> int:
        return self.wrong + self.missing


@dataclass(frozen=True, slots=True)
class NetworkTally:
    """The sheets about one network of a mixed class, and the mean of their shares, 0 to 1."""

    network: str
    sheets: int
    mean: Fraction


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a class.

    mean, lowest,  of the points; where the sheets are not worth the same, look at the shares in
    highest        ``totals``
    networks       of a mixed class; the easiest, by the shares of its sheets, first
    bands          students by their share of the points, from the lowest fifth to the highest
    steps          in the order of the sheet
    misconceptions id → in how many sheets it was found; the most frequent first
    """

    students: int
    mean: Fraction
    lowest: Fraction
    highest: Fraction
    totals: Totals
    networks: tuple[NetworkTally, ...]
    bands: tuple[int, ...]
    steps: tuple[StepTally, ...]
    misconceptions: tuple[tuple[str, int], ...]


def report(marks: ClassMarks) -> Report:
    """The figures of the sheets that were handed in."""
    found = [student.points for student in marks.students]
    bands = [0] * BANDS
    for student in marks.students:
        bands[min(int(student.share * BANDS), BANDS - 1)] += 1
    mean = sum(found, Fraction(0)) / max(len(found), 1)
    steps: dict[tuple[str, str, str], list[list[Graded]]] = {}
    sheets: Counter[str] = Counter()
    for student in marks.students:
        mine: set[str] = set()
        lines: dict[tuple[str, str, str], list[Graded]] = {}
        for one in student.graded:
            step = "" if marks.mixed else _step(one)
            lines.setdefault((one.question, one.kind, step), []).append(one)
            mine.update(one.mark.misconceptions[:1])
        for key, line in lines.items():
            steps.setdefault(key, []).append(line)
        sheets.update(sorted(mine))
    return Report(
        len(found), mean, min(found, default=Fraction(0)), max(found, default=Fraction(0)),
        marks.totals(), _networks(marks), tuple(bands),
        tuple(_tally(*key, ones) for key, ones in steps.items()),
        tuple(sorted(sheets.items(), key=lambda item: (-item[1], item[0]))),
    )  # fmt: skip


def _networks(marks: ClassMarks) -> tuple[NetworkTally, ...]:
    shares: dict[str, list[Fraction]] = {}
    for student in marks.students if marks.mixed else ():
        shares.setdefault(student.network, []).append(student.share)
    found = (
        NetworkTally(network, len(some), sum(some, Fraction(0)) / len(some))
        for network, some in shares.items()
    )
    return tuple(sorted(found, key=lambda one: (-one.mean, one.network)))


def _step(one: Graded) -> str:
    """What tells a step from others in every sheet: where it is a line, the step of the
    derivation; else the blank."""
    return one.mark.step if one.subject is not None else f"({one.mark.label})"


def _tally(question: str, kind: str, step: str, sheets: list[list[Graded]]) -> StepTally:
    wrong = [any(one.mark.verdict in _WRONG for one in line) for line in sheets]
    missing = [any(one.mark.verdict in _MISSING for one in line) for line in sheets]
    named = Counter(
        row for line in sheets for row in {r for one in line for r in one.mark.misconceptions[:1]}
    )
    return StepTally(
        question, kind, step, sheets[0][0].subject if step else None, len(sheets), sum(wrong),
        sum(any(one.mark.first for one in line) for line in sheets),
        sum(m and not w for m, w in zip(missing, wrong, strict=True)),
        tuple(sorted(named.items(), key=lambda item: (-item[1], item[0]))),
    )  # fmt: skip


def report_page(marks: ClassMarks, words: Wording) -> Document:
    """The report of a class as a document."""
    return Document(
        words("report-title", title=marks.title), tuple(_blocks(marks, report(marks), words))
    )


def _blocks(marks: ClassMarks, found: Report, words: Wording) -> Iterator[Block]:
    totals = found.totals
    if totals.differ:
        yield Paragraph(words(
            "report-students-shares", count=found.students, least=points(totals.least),
            most=points(totals.most), mean=percent(totals.mean), lowest=percent(totals.lowest),
            highest=percent(totals.highest),
        ))  # fmt: skip
    else:
        yield Paragraph(words(
            "report-students-one" if found.students == 1 else "report-students",
            count=found.students, mean=points(found.mean), worth=points(totals.most),
            lowest=points(found.lowest), highest=points(found.highest),
        ))  # fmt: skip
    if marks.absent:
        yield Paragraph(words("report-missing", forms=_absent(marks)))
    yield Heading(2, words("report-points"))
    header = tuple(words(f"report-{head}") for head in ("share", "sheets"))
    yield Table(header, tuple(
        ((f"{100 * i // BANDS}–{100 * (i + 1) // BANDS} %",), (str(count),))
        for i, count in enumerate(found.bands)
    ), "lr")  # fmt: skip
    if found.networks:
        yield Heading(2, words("report-networks"))
        header = tuple(words(f"report-{head}") for head in ("network", "sheets", "percent"))
        yield Table(header, tuple(
            ((one.network,), (str(one.sheets),), (percent(one.mean),)) for one in found.networks
        ), "lrr")  # fmt: skip
    yield from _steps(found, words)
    if found.misconceptions:
        yield Heading(2, words("report-misconceptions"))
        header = tuple(words(f"report-{head}") for head in ("misconception", "sheets"))
        yield Table(header, tuple(
            ((MISCONCEPTIONS[row].title if row in MISCONCEPTIONS else row,), (str(count),))
            for row, count in found.misconceptions
        ), "lr")  # fmt: skip
    yield Heading(2, words("report-everyone"))
    yield _everyone(marks, totals.differ, words)


def _absent(marks: ClassMarks) -> Inline:
    """Ada Lovelace (7-001-a3f9), …; without a roster the forms alone."""
    found: list[str | Person] = []
    for one in marks.absent:
        found += [", "] if found else []
        found += [one.form] if one.person is None else [one.person, f" ({one.form})"]
    return tuple(found)


def _steps(found: Report, words: Wording) -> Iterator[Block]:
    failing = sorted((s for s in found.steps if s.failed), key=lambda step: -step.failed)
    yield Heading(2, words("report-steps"))
    if not failing:
        yield Paragraph(words("report-no-step"))
        return
    header = tuple(
        words(f"report-{head}")
        for head in ("question", "step", "asked", "wrong", "first", "left-out", "mostly")
    )
    rows: list[tuple[Inline, ...]] = []
    for step in failing:
        mostly = step.misconceptions[0][0] if step.misconceptions else ""
        title = MISCONCEPTIONS[mostly].title if mostly in MISCONCEPTIONS else mostly
        named: Inline = (step.subject,) if step.subject is not None else (step.step or step.kind,)
        counts = (step.asked, step.wrong, step.first, step.missing)
        rows.append(
            ((step.question,), named, *((str(n),) for n in counts), (title,) if title else ())
        )
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
        (words("report-student"), [(s.person,) if s.person else () for s in marks.students], "l"),
        (words("report-form"), [(s.form,) for s in marks.students], "l"),
    ]
    of_questions: list[_Column] = [
        ((letter,), [_of_question(student, letter, worths) for student in marks.students], "r")
        for letter, worths in letters.items()
    ]
    whole: list[_Column] = [
        (words("report-sum"),
         [(f"{points(s.points)}/{points(s.worth)}",) for s in marks.students], "r"),
    ]  # fmt: skip
    if shares:
        whole.append((words("report-percent"), [(percent(s.share),) for s in marks.students], "r"))
    first = [_first(student, marks.mixed) for student in marks.students]
    whole.append((words("report-first-step"), first, "l"))
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
