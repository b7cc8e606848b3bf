"""Sheets, keys and feedback of a class as one PDF and one document for Word."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pypdf
import pytest
from click.testing import CliRunner, Result
from writers.test_docx import M, W, body, faults, parts, silent_words
from writers.test_omml import well_formed
from writers.test_pdf import elements, without_alternative

from derive.cli import commands
from derive.worksheets.classes.bundle_files import read_bundle
from derive.writers import WriterError
from derive.writers.registry import write_body

MAZUR = str(Path(__file__).parents[2] / "examples" / "mazur.yaml")
RECIPE = """\
title: Every kind of block
picture: true
questions:
  - counting
  - {kind: gradient, count: 2, given: true, space: 2}
  - {kind: symbolic, count: 1, hints: true}
  - {kind: mistake, points: 3}
"""


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(commands, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    (folder / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    (folder / "roster.csv").write_text("id,name\n1,Ada\n2,Émile\n", encoding="utf-8")
    run("worksheet", MAZUR, "--recipe", folder / "recipe.yaml", "--roster", folder / "roster.csv",
        "--to", "pdf,docx", "--one-file", "--answer-sheet", "csv", "-o", folder)  # fmt: skip
    return folder


def pages(path: Path) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


@pytest.mark.parametrize("stem", ["sheets", "keys"])
def test_a_pdf_has_everybody_on_pages_of_their_own(out: Path, stem: str) -> None:
    content = (out / f"{stem}.pdf").read_bytes()
    texts = pages(out / f"{stem}.pdf")
    bundle = read_bundle(out / "bundle.json")
    forms = [bundle.form(number) for number in (1, 2)]
    of = [[form for form in forms if form in text] for text in texts]
    first = of.index([forms[1]])
    assert first % 2 == 0 and texts[first].splitlines()[-1].strip().endswith("1")
    # At the foot, if nowhere else; a page that is left empty before a right-hand one has none.
    for place, text in enumerate(texts):
        wanted = [] if not text.strip() else [forms[place >= first]]
        assert of[place] == wanted and (wanted or place == first - 1), place
    kinds = [one["/S"] for one in elements(content)]
    assert kinds.count("/H1") == 2 and kinds.count("/Figure") == 2
    assert not without_alternative(content)


def test_no_sheet_has_what_stands_in_a_key(out: Path) -> None:
    sheets, keys = (" ".join(pages(out / f"{stem}.pdf")) for stem in ("sheets", "keys"))
    assert "Key: " in keys and "Key: " not in sheets
    for file in ("keys.pdf", "keys.docx"):
        assert (out / file).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("stem", ["sheets", "keys"])
def test_a_document_for_word_has_a_section_for_everybody(out: Path, stem: str) -> None:
    content = (out / f"{stem}.docx").read_bytes()
    assert not list(faults(content))
    for one in silent_words(content):
        well_formed(one)
    root = body(content)
    assert len(list(root.iter(f"{W}sectPr"))) == 2
    headings = [p.get(f"{W}val") for p in root.iter(f"{W}pStyle")].count("Heading1")
    assert headings == 2
    gaps = [one for one in root.iter(f"{M}limLow") if one.find(f"{M}e/{M}bar") is not None]
    empty = ["".join(one.itertext()).startswith("\u2003") for one in gaps]
    assert len(empty) >= 8 and (all(empty) if stem == "sheets" else not any(empty))
    styles = {p.get(f"{W}val") for p in root.iter(f"{W}pStyle")}
    assert {"Choice", "Remark", "Figure"} <= styles
    assert ("WritingLine" in styles) == (stem == "sheets")
    feet = [name for name in parts(content) if re.match("word/footer-", name)]
    assert len(feet) == 2


def test_pieces_that_were_made_apart_are_the_file_that_is_made_at_once(
    out: Path, tmp_path: Path
) -> None:
    run("worksheet", "--from", out / "bundle.json", "--to", "pdf,docx", "--one-file",
        "-o", tmp_path)  # fmt: skip
    for name in ("sheets.pdf", "sheets.docx", "keys.pdf", "keys.docx"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes(), name


def test_each_variant_has_its_file_without_one_file(out: Path, tmp_path: Path) -> None:
    run("worksheet", "--from", out / "bundle.json", "--variant", 2, "--to", "pdf,docx",
        "-o", tmp_path)  # fmt: skip
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["key-02.docx", "key-02.pdf", "sheet-02.docx", "sheet-02.pdf"]
    assert not list(faults((tmp_path / "sheet-02.docx").read_bytes()))
    assert "Émile" in pages(tmp_path / "sheet-02.pdf")[0]


def test_feedback_of_a_class_is_one_pdf_and_one_document(out: Path, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO((out / "answers.csv").read_text("utf-8-sig"))))
    for row in rows[1:]:
        row[3] = "1"
    answers = tmp_path / "answers.csv"
    with answers.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    marks = tmp_path / "marks"
    for again in ("", "--force"):
        run("mark", out / "bundle.json", answers, "--to", "pdf,docx", "--one-file", "-o", marks,
            *filter(None, [again]))  # fmt: skip
    names = ["feedback.docx", "feedback.pdf", "report.docx", "report.pdf"]
    assert sorted(path.name for path in marks.iterdir()) == names
    texts = pages(marks / "feedback.pdf")
    first = next(place for place, text in enumerate(texts) if "Émile" in text)
    assert first % 2 == 0 and not any("Ada" in text for text in texts[first:])
    assert "Ada" in pages(marks / "report.pdf")[0]
    for name in ("feedback.docx", "report.docx"):
        assert not list(faults((marks / name).read_bytes()))
    result = CliRunner().invoke(
        commands, ["mark", str(out / "bundle.json"), str(answers), "--to", "pdf"]
    )
    assert result.exit_code == 2 and "pdf cannot be read in a terminal: add -o DIR" in result.output


def test_notebooks_are_still_files_of_their_own(out: Path) -> None:
    variant: Any = read_bundle(out / "bundle.json").variant(1)
    with pytest.raises(WriterError, match="leave out --one-file"):
        write_body(variant.sheet, variant.names, "sheet-01", "ipynb")
