"""Students' names on sheets and reports: every script, any length, however they are typed."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from unicodedata import normalize

import pypdf
import pytest
from click.testing import CliRunner, Result
from worksheets.networks import two_two_two

import derive
from derive.cli import commands
from derive.worksheets import WorksheetError
from derive.worksheets.classes.roster import read_roster
from tests.writers.test_latex_pages import compiled, complaints, needs_tex

MAZUR = "examples/mazur.yaml"
LONG = "Wolfeschlegelsteinhausenbergerdorff " * 2 + "the elder"
NAMES = {
    "1": "Ada Lovelace", "2": "Nguyễn Thị Hạnh", "3": "Иван Петров", "4": "王小明", "5": "محمد",
    "6": LONG, "7": "王" * 90, "8": "Blaise 😀", "9": r"\\input{x} & 50 %_$#^~", "10": "W" * 90,
}  # fmt: skip


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "name"), *NAMES.items()])
    return path


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(commands, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result


def test_files_are_called_by_number(roster: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("worksheet", MAZUR, "--roster", roster, "--recipe", "warm-up", "--to", "text", "-o", out)
    numbers = [f"{number:02}" for number in range(1, 11)]
    assert {path.name for path in out.glob("*.txt")} == {
        f"{kind}-{n}.txt" for kind in ("sheet", "key") for n in numbers
    }
    for number, name in zip(numbers, NAMES.values(), strict=True):
        page = (out / f"sheet-{number}.txt").read_text(encoding="utf-8")
        assert "".join(name.split()) in "".join(page.split())
        assert max(map(len, page.splitlines())) <= 80


def test_what_pdflatex_cannot_print_is_told_once(roster: Path, tmp_path: Path) -> None:
    ordered = ("worksheet", MAZUR, "--roster", roster, "--recipe", "warm-up")
    result = run(*ordered, "--to", "latex,text", "-o", tmp_path / "out")
    (told,) = [line for line in result.stderr.splitlines() if line.startswith("pdflatex has")]
    assert told == (
        f"pdflatex has no letters for Иван Петров (3), 王小明 (4), محمد (5), {'王' * 90} (7), and "
        "prints what stands in brackets; lualatex prints the names"
    )
    assert "pdflatex has" not in run(*ordered, "--to", "text", "-o", tmp_path / "text").stderr
    again = ("worksheet", "--from", tmp_path / "out/bundle.json", "--to", "latex", "--variant")
    assert "pdflatex has" not in run(*again, 1, "-o", tmp_path / "one").stderr
    assert (
        "pdflatex has no letters for 王小明 (4)," in run(*again, 4, "-o", tmp_path / "four").stderr
    )
    pdf = ("worksheet", "--from", tmp_path / "out/bundle.json", "--to", "pdf", "--variant")
    for number, name in ((3, "Иван Петров"), (4, "4"), (8, "Blaise")):
        result = run(*pdf, number, "-o", tmp_path / "pdf")
        text = pypdf.PdfReader(tmp_path / f"pdf/sheet-0{number}.pdf").pages[0].extract_text()
        assert f"Name: {name} " in text and "[U+" not in text
        assert ("pdf has no letters for 王小明 (4), and" in result.stderr) == (number == 4)
    answers = tmp_path / "answers.csv"
    answers.write_text("student,label,answer\n王小明,1,2\n", encoding="utf-8")
    marked = ("mark", tmp_path / "out/bundle.json", answers, "--to", "latex")
    for result in (run(*marked), run(*marked, "-o", tmp_path / "marks")):
        assert "王小明 (4)" in result.stderr


@needs_tex
def test_a_class_of_every_script_compiles(roster: Path, tmp_path: Path) -> None:
    out, marks = tmp_path / "out", tmp_path / "marks"
    ordered = ("worksheet", MAZUR, "--roster", roster, "--recipe", "warm-up", "--one-file")
    run(*ordered, "--to", "latex", "-o", out)
    page = (out / "sheets.tex").read_text(encoding="utf-8")
    assert r"Name: \person{王小明}{4} " in page and r"Name: \personrl{محمد}{5} " in page
    assert complaints(compiled(page, tmp_path)) == []
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({id: {"1": "1"} for id in NAMES if id != "5"}))
    run("mark", out / "bundle.json", answers, "--to", "latex", "-o", marks)
    for path in sorted(marks.glob("*.tex")):
        assert complaints(compiled(path.read_text(encoding="utf-8"), tmp_path)) == [], path.name
    report = (marks / "report.tex").read_text(encoding="utf-8")
    assert r"figure of this report: \personrl{محمد}{5} (" in report


def test_a_name_is_found_however_its_accents_are_typed(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(normalize("NFD", "name\nNguyễn Thị Hạnh\n"), encoding="utf-8")
    (student,) = read_roster(path).students
    assert student.name == student.id == normalize("NFC", "Nguyễn Thị Hạnh")
    sheets = derive.worksheet(two_two_two(), "warm-up", roster=path, seed=7)
    for form in ("NFC", "NFD"):
        marks = derive.mark(sheets.bundle, {normalize(form, "nguyễn  thị Hạnh"): {"1": "2"}})
        assert [one.variant for one in marks.students] == [1]


def test_ids_that_a_table_of_answers_cannot_tell_apart_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("id,name\nab1,Ada\nAB1,Blaise\nc,Ada\n", encoding="utf-8")
    with pytest.raises(WorksheetError, match=r"roster.csv:3: id 'AB1' is that of line 2"):
        read_roster(path)
    path.write_text("id,name\na,Ada\nb,Ada\n", encoding="utf-8")
    assert [student.name for student in read_roster(path).students] == ["Ada", "Ada"]
