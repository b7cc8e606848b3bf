"""The teacher's guide to the letter: its lines typed, its boxes saved, its files found."""

from __future__ import annotations

import csv
import re
import shlex
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from derive.cli import commands
from derive.worksheets.classes.bundle_files import read_bundle
from derive.worksheets.recipes.family_files import read_family

GUIDE = Path(__file__).parents[2] / "docs" / "teachers-guide.md"
TEXT = GUIDE.read_text(encoding="utf-8")
FILES = (
    "roster.csv",
    "quiz.yaml",
    "collected.csv",
    "collected.json",
    "family.yaml",
    "deeper.yaml",
    "ours/wording/en/sheets.jinja",
)  # in the order in which they are shown


def steps() -> list[tuple[str, str]]:
    """("console" or the ending of a file, what stands in the box), in the order of the guide."""
    return re.findall(
        r"^```(console|csv|json|yaml|jinja)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL
    )


def files_of(folder: str) -> list[str]:
    """The files that the guide's table below the command into a folder names."""
    below = TEXT[TEXT.index(f"-o {folder}\n") :]
    table = below[below.index("| file |") :].split("\n\n")[0]
    return re.findall(r"`([\w.-]+)`", "\n".join(r.split("|")[1] for r in table.splitlines()))


def test_the_guide_followed_literally(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = iter(FILES)
    printed: dict[str, str] = {}
    for kind, box in steps():
        if kind != "console":
            name = next(files)
            assert name.endswith(kind) and f"`{name}`" in TEXT
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(box, encoding="utf-8")
            continue
        for line in box.splitlines():
            program, *arguments = shlex.split(line)
            assert program == "derive"
            result = CliRunner().invoke(commands, arguments)
            assert result.exit_code == 0, f"{line}: {result.output}"
            printed[line] = result.stdout
    assert next(files, None) is None
    assert {path.name for path in (tmp_path / "sheets").iterdir()} == set(files_of("sheets"))
    named = [name for name in files_of("marks") if name != "feedback-01.md"]
    pages = {f"feedback-0{number}.md" for number in (1, 2, 3)}
    assert {path.name for path in (tmp_path / "marks").iterdir()} == {*named, *pages}
    assert {path.name for path in (tmp_path / "printed").iterdir()} == {
        "report.pdf", "feedback.pdf", "marks.json",
    }  # fmt: skip
    assert {path.name for path in (tmp_path / "again").iterdir()} == {"sheet-02.txt", "key-02.txt"}
    ours = (tmp_path / "ours-sheets/sheet-01.md").read_text(encoding="utf-8")
    assert "# Homework 3: " in ours and "offset" in ours and "bias" not in ours
    report = next(text for line, text in printed.items() if line.endswith("collected.csv"))
    assert "3 sheets were marked" in report and "Ada Lovelace" in report
    assert "Backpropagation, week 3" in printed["derive mark mixed/bundle.json collected.csv"]
    bundle = read_bundle(tmp_path / "mixed/bundle.json")
    assert len({bundle.structure(number) for number in (1, 2, 3)}) == 3
    assert len(read_family(StringIO(bundle.network)).structures) == 16, "as the guide counts"
    assert "no idea" in (tmp_path / "marks/feedback-02.md").read_text(encoding="utf-8")
    with (tmp_path / "sheets/answers.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head[:3] == ["form", "student", "name"] and len(rows) == 3
    sheet = (tmp_path / "again/sheet-02.txt").read_text(encoding="utf-8")
    assert "Blaise Pascal" in sheet and rows[1][0] in sheet


def test_the_recipe_and_the_options_that_it_speaks_of_are_there() -> None:
    from derive.worksheets.recipes.files import QUESTION_KEYS, READY

    for name in re.findall(r"--recipe ([\w.-]+\w)", TEXT):
        assert name in READY or name in FILES
    table = TEXT[TEXT.index("| word |") :].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == set(QUESTION_KEYS) - {"kind"}
    known = {
        option
        for command in ("worksheet", "mark")
        for parameter in commands.commands[command].params
        for option in parameter.opts
    }
    assert set(re.findall(r"(?<=`)--[\w-]+", TEXT)) <= known
    for path in re.findall(r"\]\(([\w./-]+)\)", TEXT):
        assert (GUIDE.parent / path).exists()
