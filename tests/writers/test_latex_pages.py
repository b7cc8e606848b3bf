"""LaTeX: it compiles with pdflatex, nothing sticks out, no character is lost."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from derive.document.blocks import (
    Block,
    Choices,
    Document,
    Equation,
    Foot,
    Heading,
    PageBreak,
    Paragraph,
    Space,
    Together,
)
from derive.notation import Names, Shape, names
from derive.writers import write
from derive.writers.latex.characters import ACCENTS, SIGNS, WORDS
from derive.writers.latex.text import escape, escape_formula
from tests.writers.samples import DOCUMENTS, NUMBERED, derivation, i, worksheet

needs_tex = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is not there: LaTeX pages are not compiled"
)
# of texlive-latex-base, texlive-latex-recommended, texlive-pictures and lmodern
PACKAGES = {
    "fontenc", "textcomp", "lmodern", "amsmath", "amssymb", "array", "booktabs", "longtable",
    "tabularx", "graphicx", "xcolor", "microtype", "geometry",
}  # fmt: skip


def compiled(page: str, folder: Path) -> str:
    """The log of pdflatex. Fails where there is an error."""
    (folder / "page.tex").write_text(page, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "page.log").read_text(encoding="latin-1")
    assert done.returncode == 0, re.findall(r"^!.*(?:\n.*){4}", log, re.MULTILINE)
    return log


def complaints(log: str) -> list[str]:
    """Boxes that stick out, glyphs that are not there, warnings a second run does not mend."""
    found = re.findall(r"Overfull.*|Missing character.*|.*Warning.*", log)
    return [line for line in found if "longtable" not in line]


@needs_tex
@pytest.mark.parametrize(("name", "document", "of"), DOCUMENTS, ids=[d[0] for d in DOCUMENTS])
def test_pages_compile(name: str, document: Document, of: Names, tmp_path: Path) -> None:
    assert complaints(compiled(write(document, of, "latex"), tmp_path)) == []


def _near_the_foot(kept: tuple[Block, ...], fillers: int) -> Iterator[Block]:
    """Blocks behind so many short paragraphs that a page ends somewhere about them."""
    yield from (Paragraph(("filler",)) for _ in range(fillers))
    yield from kept
    yield PageBreak()


@needs_tex
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not there")
@pytest.mark.parametrize("kept", [True, False])
def test_no_page_ends_between_blocks_kept_together(kept: bool, tmp_path: Path) -> None:
    chain = derivation().blocks
    equation = next(block for block in chain if isinstance(block, Equation))
    question = (
        Paragraph(("A question that begins here.",)), equation, Space(2),
        Choices((("one",), ("two",), ("and what ends here",))),
    )  # fmt: skip
    asked: tuple[Block, ...] = (
        (Together((Heading(2, ("Something new",)),), onwards=True), Together(question))
        if kept else (Heading(2, ("Something new",)), *question)
    )  # fmt: skip
    blocks = [block for n in range(20, 50) for block in _near_the_foot(asked, n)]
    page = write(Document(("kept",), (Foot(("foot",)), *blocks)), NUMBERED, "latex")
    compiled(page, tmp_path)
    told = subprocess.run(
        ["pdftotext", "page.pdf", "-"], cwd=tmp_path, capture_output=True, check=True
    ).stdout.decode()
    words = ("Something new", "begins here", "ends here")
    counted = [[sheet.count(word) for word in words] for sheet in told.split("\f")]
    assert all(max(counts) == min(counts) for counts in counted) is kept
    assert [sum(column) for column in zip(*counted, strict=True)] == [30, 30, 30]


@needs_tex
def test_every_character_of_the_tables_compiles(tmp_path: Path) -> None:
    known = [*SIGNS, *WORDS]
    accented = [letter + accent for accent in ACCENTS for letter in "aeoxσ"]
    latin = [chr(code) for code in range(0x20, 0x17F)]
    blocks = (Heading(2, (" ".join(known),)), *(
        Paragraph((" ".join(characters),)) for characters in (known, accented, latin)
    ))  # fmt: skip
    document = Document(("characters",), blocks)
    assert complaints(compiled(write(document, NUMBERED, "latex"), tmp_path)) == []


@needs_tex
def test_names_of_ones_own_compile(tmp_path: Path) -> None:
    own = names("numbered", Shape((2, 2, 2), ("none", "none"), ("größe", "λ_中"), ("ŷ", "t2")))
    document = Document(("Names",), (Paragraph((i(0), " and ", i(1))), *derivation().blocks))
    assert complaints(compiled(write(document, own, "latex"), tmp_path)) == []


@needs_tex
def test_a_fault_is_seen(tmp_path: Path) -> None:
    page = write(Document((), (Paragraph(("MARK",)),)), NUMBERED, "latex")
    assert complaints(compiled(page, tmp_path)) == []
    wide = page.replace("MARK", r"\mbox{" + "wide " * 60 + "}")
    assert any("Overfull" in line for line in complaints(compiled(wide, tmp_path)))
    with pytest.raises(AssertionError, match="Undefined control sequence"):
        compiled(page.replace("MARK", r"\undefined"), tmp_path)


@needs_tex
def test_the_committed_output_compiles(tmp_path: Path) -> None:
    output = Path(__file__).parents[2] / "output"
    first_sheets = sorted(output.glob("worksheets/*/*-01.tex"))
    for source in (*sorted(output.glob("*/deltas.tex")), *first_sheets):
        log = compiled(source.read_text(encoding="utf-8"), tmp_path)
        assert complaints(log) == [], source


def test_only_packages_of_a_small_tex() -> None:
    page = write(derivation(), NUMBERED, "latex")
    used = re.findall(r"\\usepackage(?:\[[^]]*\])?\{([^}]*)\}", page)
    assert {name for group in used for name in group.split(",")} <= PACKAGES


def test_page(golden: Callable[[str, str], None]) -> None:
    golden("derivation.tex", write(derivation(), NUMBERED, "latex"))


def test_worksheet(golden: Callable[[str, str], None]) -> None:
    golden("worksheet.tex", write(worksheet(), NUMBERED, "latex"))


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("50% of $5 & #1_a", r"50\% of \$5 \& \#1\_a"),
        (r"a\b{c}~d^e", r"a\textbackslash{}b\{c\}\textasciitilde{}d\textasciicircum{}e"),
        ("∂E/∂w", r"\ensuremath{\partial}E/\ensuremath{\partial}w"),
        ("½ δ⟨1⟩", r"\ensuremath{\tfrac12} \ensuremath{\delta}"
                   r"\ensuremath{\langle}1\ensuremath{\rangle}"),
        ("é ŷ x̂ ß", r"\'{e} \^{y} \^{x} \ss{}"),
        ("a -- b", r"a -{}- b"),
        ("中", r"[U+4E2D]\allowbreak{}"),
        ("𝑥", "x"),
        ("tab\tand\nline", "tab and line"),
    ],
)  # fmt: skip
def test_running_text(text: str, latex: str) -> None:
    assert escape(text) == latex


def test_formulas() -> None:
    assert escape_formula(r"\frac{a}{b}") == r"\frac{a}{b}"
    assert escape_formula("δ + é") == r"\ensuremath{\delta} + \text{\'{e}}"
