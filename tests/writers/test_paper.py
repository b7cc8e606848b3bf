"""US Letter, by the templates of examples/letter: lines as long as those on A4."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pypdf
import pytest

import derive

LETTER = Path("examples/letter")
MAZUR = "examples/mazur.yaml"
POINTS = {"": (595.28, 841.89), "letter": (612.0, 792.0)}


@pytest.mark.parametrize("paper", POINTS)
def test_pages_of_a_pdf(paper: str) -> None:
    page = derive.render(MAZUR, "pdf", templates=LETTER if paper else None)
    for one in pypdf.PdfReader(io.BytesIO(page)).pages:
        assert tuple(map(float, one.mediabox[2:])) == pytest.approx(POINTS[paper], abs=0.01)


@pytest.mark.parametrize("paper", POINTS)
def test_pages_for_word(paper: str) -> None:
    """In twentieths of a point; what is left between the margins is the same."""
    page = derive.render(MAZUR, "docx", templates=LETTER if paper else None)
    text = zipfile.ZipFile(io.BytesIO(page)).read("word/document.xml").decode()
    ((width, height),) = re.findall(r'<w:pgSz w:w="(\d+)" w:h="(\d+)"/>', text)
    assert (int(width) / 20, int(height) / 20) == pytest.approx(POINTS[paper], abs=0.05)
    margins = dict(re.findall(r'w:(left|right)="(\d+)"', text[text.index("<w:pgMar") :]))
    assert int(width) - sum(map(int, margins.values())) == 9638


def test_the_paper_of_latex() -> None:
    pages = [derive.render(MAZUR, "latex", templates=where) for where in (None, LETTER)]
    a4, letter = (re.findall(r"\[(\w+),.*?\]\{geometry\}", page) for page in pages)
    assert (a4, letter) == (["a4paper"], ["letterpaper"])
