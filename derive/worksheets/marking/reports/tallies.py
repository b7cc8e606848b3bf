"""The figures of a class: how the points lie, which steps fail how often, which misconceptions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from derive.expression.nodes import Expression
from derive.worksheets.marking.grading import ClassMarks, Graded, Totals
from derive.worksheets.marking.verdicts import Verdict

_WRONG = frozenset({Verdict.WRONG, Verdict.REPEATED, Verdict.TRIVIAL})
_MISSING = frozenset({Verdict.UNREADABLE, Verdict.MISSING, Verdict.VAGUE})
BANDS = 5  # of the distribution of points: 0–20 %, …, 80–100 %


@dataclass(frozen=True, slots=True)
class StepTally:
    """In how many sheets a step was asked, and how it went.

    step     of the derivation, or the blank; "" where sheets about different networks are tallied
             by question
    subject  what is worked out in it; None where it is no line of working, or lines of many
    sheets   in which it was asked
    wrong    sheets in which it is wrong; first: in which it is the first wrong step
    missing  sheets in which something of it is left out, cannot be read or has too few digits to
             tell, and nothing is wrong
    """

    question: str
    kind: str
    step: str
    subject: Expression | None
    sheets: int
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

    mean, median,  of the points; where the sheets are not worth the same, look at the shares in
    lowest, highest  ``totals``
    networks       of a mixed class; the easiest, by the shares of its sheets, first
    bands          students by their share of the points, from the lowest fifth to the highest
    steps          in the order of the sheet
    misconceptions id → in how many sheets it was found; the most frequent first
    """

    students: int
    mean: Fraction
    median: Fraction
    lowest: Fraction
    highest: Fraction
    totals: Totals
    networks: tuple[NetworkTally, ...]
    bands: tuple[int, ...]
    steps: tuple[StepTally, ...]
    misconceptions: tuple[tuple[str, int], ...]


def report(marks: ClassMarks) -> Report:
    """The figures of the sheets that were handed in."""
    points = [student.points for student in marks.students]
    bands = [0] * BANDS
    for student in marks.students:
        bands[min(int(student.share * BANDS), BANDS - 1)] += 1
    mean = sum(points, Fraction(0)) / max(len(points), 1)
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
        len(points), mean, median(points or [Fraction(0)]), min(points, default=Fraction(0)),
        max(points, default=Fraction(0)),
        marks.totals(), _networks(marks), tuple(bands),
        tuple(_tally(*key, ones) for key, ones in steps.items()),
        tuple(sorted(sheets.items(), key=lambda item: (-item[1], item[0]))),
    )  # fmt: skip


def _networks(marks: ClassMarks) -> tuple[NetworkTally, ...]:
    shares: dict[str, list[Fraction]] = {}
    for student in marks.students if marks.mixed else ():
        shares.setdefault(student.network, []).append(student.share)
    tallies = (
        NetworkTally(network, len(some), sum(some, Fraction(0)) / len(some))
        for network, some in shares.items()
    )
    return tuple(sorted(tallies, key=lambda one: (-one.mean, one.network)))


def _step(one: Graded) -> str:
    """What tells a step from others in every sheet: where it is a line, the step of the
    derivation; else the blank."""
    return one.mark.step if one.subject is not None else f"({one.mark.label})"


def _tally(question: str, kind: str, step: str, sheets: list[list[Graded]]) -> StepTally:
    wrong = [any(one.mark.verdict in _WRONG for one in line) for line in sheets]
    missing = [any(one.mark.verdict in _MISSING for one in line) for line in sheets]
    misconceptions = Counter(
        row for line in sheets for row in {r for one in line for r in one.mark.misconceptions[:1]}
    )
    return StepTally(
        question, kind, step, sheets[0][0].subject if step else None, len(sheets), sum(wrong),
        sum(any(one.mark.first for one in line) for line in sheets),
        sum(m and not w for m, w in zip(missing, wrong, strict=True)),
        tuple(sorted(misconceptions.items(), key=lambda item: (-item[1], item[0]))),
    )  # fmt: skip
