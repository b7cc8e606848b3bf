"""The report of a class: figures worked out by hand, bars, steps that fail alike in one row."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from worksheets.networks import two_two_two

import derive
from derive.cli import commands
from derive.document.blocks import Figure, Table
from derive.document.wording import Wording
from derive.expression.nodes import Expression
from derive.pictures.charts.bars import bars
from derive.pictures.picture import Box, Label
from derive.worksheets.marking.grading import ClassMarks
from derive.worksheets.marking.reports.alike import Alike, alike
from derive.worksheets.marking.reports.delivery import files, report_text
from derive.worksheets.marking.reports.distribution import distribution
from derive.worksheets.marking.reports.tallies import StepTally, report
from derive.worksheets.worksheet import Worksheet
from derive.writers import write
from derive.writers.expressions.text import text as text_of

WORDS = Wording("en")


def tally(
    step: str, wrong: int, first: int = 0, *why: str, question: str = "D", kind: str = "gradient",
    missing: int = 0, asked: int = 9,
) -> StepTally:  # fmt: skip
    return StepTally(
        question, kind, step, None, asked, wrong, first, missing, tuple((row, 1) for row in why)
    )


def shown(rows: Sequence[Alike]) -> list[tuple[str, ...]]:
    def name(row: Alike) -> str:
        assert not any(isinstance(part, Expression) for part in row.names)
        return "".join(map(str, row.names))

    return [(row.steps[0].question, name(row), *row.counts, row.misconception) for row in rows]


def test_steps_that_fail_alike_are_one_row() -> None:
    steps = [
        tally("w1", 5, 3, "no-rate"), tally("w2", 5, 1, "no-rate", "sign"),
        tally("w3", 4, 0, "no-rate"), tally("w4", 0), tally("w5", 6, 1, "no-rate"), tally("w6", 2),
        tally("w7", 2, 1), tally("w8", 3),
        tally("w9", 2, question="E"), tally("w10", 2, 0, "no-rate", question="E"),
        tally("w11", 2, kind="update"), tally("w12", 0, missing=2),
    ]  # fmt: skip
    assert shown(alike(steps)) == [
        ("D", "w1 … w3, w5", "9", "4–6", "5", "0", "no-rate"),
        ("D", "w8", "9", "3", "0", "0", ""),
        ("D", "w6, w7", "9", "2", "1", "0", ""),
        ("E", "w9", "9", "2", "0", "0", ""),
        ("E", "w10", "9", "2", "0", "0", "no-rate"),
        ("D", "w11", "9", "2", "0", "0", ""),
        ("D", "w12", "9", "0", "0", "2", ""),
    ]


def test_a_run_stops_at_a_step_that_fails_otherwise() -> None:
    """Else "first … last" would accuse what lies between."""
    steps = [
        tally("a", 1),
        tally("b", 1),
        tally("c", 2),
        tally("d", 1),
        tally("e", 1),
        tally("f", 1),
    ]
    assert [row[1] for row in shown(alike(steps))] == ["c", "a, b, d … f"]
    assert alike([tally("a", 0)]) == []


def test_bars_are_as_high_as_their_numbers() -> None:
    picture = bars(
        (0, 2, 8), ("a", "b", "c"), name="points", title=("t",), description=("d",), across=("x",),
        up=("y",),
    )  # fmt: skip
    heights = [shape.size[1] for shape in picture.shapes if isinstance(shape, Box)]
    assert heights[1] == 4 * heights[0], "none for 0"
    assert len({s.corner[1] + s.size[1] for s in picture.shapes if isinstance(s, Box)}) == 1
    told = ["".join(map(str, s.content)) for s in picture.shapes if isinstance(s, Label)]
    assert told == ["0", "a", "2", "b", "8", "c", "x", "y"]
    assert not [s for s in bars((0, 0), ("a", "b"), name="n", title=(), description=(), across=(),
                                up=()).shapes if isinstance(s, Box)]  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "longest"),
    [((0, 1, 2), ["", "█", "██"]), ((0, 1, 300), ["", "█", "█" * 30]), ((0, 0), ["", ""])],
)
def test_bars_of_text(counts: tuple[int, ...], longest: list[str]) -> None:
    (table,) = distribution(counts, WORDS, drawn=False)
    assert isinstance(table, Table) and table.align == "rrl"
    assert [row[2][0] for row in table.rows] == longest


def test_a_picture_stands_above_its_table_and_is_told() -> None:
    figure, table = distribution((1, 0, 2, 3, 4), WORDS, drawn=True)
    assert isinstance(figure, Figure) and isinstance(table, Table) and table.align == "rr"
    told = "".join(map(str, figure.picture.description))
    assert "0–20 %: 1, 20–40 %: 0, 40–60 %: 2, 60–80 %: 3 and 80–100 %: 4" in told


@pytest.fixture(scope="module")
def sheets() -> Worksheet:
    return derive.worksheet(two_two_two(), "warm-up", variants=4, seed=7)


@pytest.fixture(scope="module")
def marks(sheets: Worksheet) -> ClassMarks:
    """Four students, with all, three, one and none of the first blanks right."""
    answers: dict[str, dict[str, str]] = {}
    for number, right in ((1, 99), (2, 3), (3, 1), (4, 0)):
        form = sheets.bundle.form(number)
        blank = derive.mark(sheets.bundle, {form: {"1": "empty"}}).students[0]
        key = {one.mark.label: one.mark.expected for one in blank.graded}
        typed = {k: v if isinstance(v, str) else text_of(v, blank.names) for k, v in key.items()}
        answers[form] = dict(list(typed.items())[:right]) or {"1": "empty"}
    return derive.mark(sheets.bundle, answers)


def test_the_median_is_told_beside_the_mean(marks: ClassMarks) -> None:
    figures = report(marks)
    scores = sorted(student.points for student in marks.students)
    assert len(set(scores)) > 2 and figures.median != figures.mean
    assert figures.median == (scores[1] + scores[2]) / 2
    shares = sorted(student.share for student in marks.students)
    assert marks.totals().median == Fraction(shares[1] + shares[2]) / 2
    text = " ".join(report_text(marks, "text").split())
    assert f"and the median is {float(figures.median):g};" in text
    data = json.loads(report_text(marks, "json"))["class"]
    assert data["median"] == float(figures.median)
    assert data["shares"]["median"] == float(marks.totals().median)


def test_the_picture_of_a_report_is_a_file_beside_it(marks: ClassMarks, tmp_path: Path) -> None:
    written = files(marks, ("markdown", "latex", "text"))
    assert "](report-points.svg)" in written["report.md"]
    drawn = ET.fromstring(written["report-points.svg"])
    assert drawn.get("role") == "img" and drawn.find("{*}title") is not None
    assert r"\begin{tikzpicture}" in written["report.tex"] and "█" not in written["report.tex"]
    assert "█" in written["report.txt"] and "█" not in written["report.md"]


# -- all feedback in one file --------------------------------------------------------------------


def test_all_feedback_in_one_file(marks: ClassMarks) -> None:
    formats = ("markdown", "latex", "text")
    together, apart = (files(marks, formats, one_file=one_file) for one_file in (True, False))
    assert {name for name in together if name.startswith("feedback")} == {
        "feedback.md", "feedback.tex", "feedback.txt",
    }  # fmt: skip
    assert {name for name in together if not name.startswith("feedback")} == {
        name for name in apart if not name.startswith("feedback")
    }
    for suffix in ("md", "txt"):
        pages = [apart[f"feedback-0{number}.{suffix}"].strip() for number in (1, 2, 3, 4)]
        places = [together[f"feedback.{suffix}"].index(page) for page in pages]
        assert places == sorted(places)
    latex = together["feedback.tex"]
    assert latex.count(r"\documentclass") == latex.count(r"\end{document}") == 1
    assert latex.count(r"\footer{Form") == 4
    own = sum(apart[f"feedback-0{n}.tex"].count(r"\newpage") for n in (1, 2, 3, 4))
    assert latex.count(r"\newpage") == own + 3


def test_the_command_puts_all_feedback_into_one_file(sheets: Worksheet, tmp_path: Path) -> None:
    bundle, answers, out = tmp_path / "bundle.json", tmp_path / "a.json", tmp_path / "out"
    bundle.write_text(sheets.bundle.text(), encoding="utf-8")
    answers.write_text(json.dumps({sheets.bundle.form(1): {"1": "0"}}), encoding="utf-8")

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(commands, list(map(str, ("mark", bundle, answers, *arguments))))

    assert run("--to", "text", "--one-file", "-o", out).exit_code == 0
    assert {path.name for path in out.iterdir()} == {"report.txt", "feedback.txt"}
    alone = run("--one-file")
    assert alone.exit_code == 2 and "add -o DIR" in alone.output


def test_a_key_says_whose_it_is(sheets: Worksheet, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("id,name\n1,Ada Lovelace\n2,\n", encoding="utf-8")
    named = derive.worksheet(two_two_two(), "warm-up", seed=7, roster=path)
    for variant, name in zip(named, ("Ada Lovelace", "2"), strict=True):
        for to in ("text", "markdown", "latex"):
            assert f"Name: {name}" in write(variant.key, variant.names, to)
    assert "Name:" not in write(sheets[0].key, sheets[0].names, "text")
