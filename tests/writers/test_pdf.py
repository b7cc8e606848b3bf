"""PDFs, read with a library that knows nothing of how they were made."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pypdf
import pytest
from click.testing import CliRunner

import derive
from derive.cli import commands
from derive.document.blocks import (
    Block,
    Document,
    Equation,
    Equations,
    Figure,
    Heading,
    Items,
    Paragraph,
    Table,
)
from derive.expression.nodes import Expression
from derive.graph.conversion import network_or_formulas
from derive.rendering import GRAPH_PARTS, PARTS, narrated
from derive.writers import WriterError
from derive.writers.registry import write_bytes
from derive.writers.typst import compiling
from derive.writers.typst.writer import Typst

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
MARGIN = 21 / 25.4 * 72
_HEAD = '#set document(title: "A page", date: none)\n'
# source, style, detail, whether with all parts
FEW = (
    ("mazur", "deltas", "normal", False), ("write-up-002", "matrices", "full", False),
    ("graphs/attention", "nodes", "normal", True), ("symbolic", "paths", "brief", False),
)  # fmt: skip
EVERY = [
    *(str(path.relative_to(EXAMPLES).with_suffix("")) for path in sorted(EXAMPLES.glob("*.yaml"))),
    *(f"graphs/{path.stem}" for path in sorted((EXAMPLES / "graphs").glob("*.yaml"))),
]


@cache
def narration(source: str, style: str, detail: str, whole: bool) -> tuple[Document, Any]:
    about = network_or_formulas(EXAMPLES / f"{source}.yaml")
    parts = tuple(PARTS) if isinstance(about, derive.Network) else GRAPH_PARTS
    derivation = derive.derive(about, style)  # type: ignore[arg-type]
    return narrated(derivation, detail=detail, parts=parts if whole else ())


@cache
def pdf(source: str, style: str, detail: str, whole: bool) -> bytes:
    return write_bytes(*narration(source, style, detail, whole), "pdf")


def elements(content: bytes) -> list[Any]:
    """The elements of the structure tree, in the order of reading."""
    found: list[Any] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(pypdf.PdfReader(io.BytesIO(content)).trailer["/Root"]["/StructTreeRoot"])
    return found


def without_alternative(content: bytes) -> list[str]:
    """The kinds of formulas and figures that are silent to a screen reader."""
    spoken = ("/Formula", "/Figure")
    return [e["/S"] for e in elements(content) if e["/S"] in spoken and not e.get("/Alt")]


def inlines(block: Block) -> Iterator[tuple[Any, ...]]:
    if isinstance(block, (Heading, Paragraph)):
        yield block.content
    elif isinstance(block, (Equation, Equations, Figure)):
        yield block.caption
    elif isinstance(block, Table):
        yield block.caption
        for row in (block.header, *block.rows):
            yield from row
    elif isinstance(block, Items):
        yield from block.items


def formulas(document: Document) -> int:
    """Displayed formulas, and those in running text."""
    shown = sum(isinstance(block, (Equation, Equations)) for block in document.blocks)
    pieces = [p for block in document.blocks for content in inlines(block) for p in content]
    return shown + sum(isinstance(piece, Expression) for piece in pieces)


@pytest.mark.parametrize("which", FEW, ids=lambda which: f"{which[0]}-{which[1]}")
def test_a_page_is_tagged_and_every_formula_has_its_speech(
    which: tuple[str, str, str, bool],
) -> None:
    content = pdf(*which)
    document, _ = narration(*which)
    reader = pypdf.PdfReader(io.BytesIO(content))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == document.language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None and reader.metadata.title
    headings = sum(isinstance(b, Heading) and b.level > 1 for b in document.blocks)
    assert str(reader.outline).count("'/Title'") == headings >= 2
    kinds = Counter(e["/S"] for e in elements(content))
    assert kinds["/Formula"] == formulas(document) > 10
    assert kinds["/Figure"] == sum(isinstance(b, Figure) for b in document.blocks)
    assert kinds["/Table"] >= sum(isinstance(b, Table) for b in document.blocks)
    assert not without_alternative(content)
    assert [float(side) for side in reader.pages[0].mediabox[2:]] == pytest.approx(
        (595.3, 841.9), abs=0.1
    )


def test_what_is_said_of_a_formula_is_what_is_read_aloud() -> None:
    said = [str(e["/Alt"]) for e in elements(pdf(*FEW[0])) if e["/S"] == "/Formula"]
    assert any("equals the fraction 1 over 1 plus e to the power minus x" in one for one in said)
    assert any("equation 1" in one for one in said)


def test_the_same_page_has_the_same_bytes() -> None:
    document, names = narration(*FEW[0])
    again = write_bytes(document, names, "pdf")
    assert again == pdf(*FEW[0])
    assert b"/CreationDate" not in again and b"CreateDate" not in again


def test_a_formula_without_its_speech_is_refused() -> None:
    document, names = narration(*FEW[0])
    page = Typst(names).page(document)
    start = page.index("#formula(")
    comma = page.index(", $", start)
    silent = page[:start] + "#formula(none" + page[comma:]
    with pytest.raises(WriterError, match="alt"):
        compiling.compiled(silent)
    import typst

    content = typst.compile(silent.encode(), ignore_system_fonts=True)
    assert without_alternative(content) == ["/Formula"]  # by the eyes of these tests, too


def beyond_the_margins(content: bytes, tmp_path: Path) -> tuple[int, list[str]]:
    """How many words there are, and those of them that reach beyond the margins."""
    (tmp_path / "page.pdf").write_bytes(content)
    command = ["pdftotext", "-bbox", str(tmp_path / "page.pdf"), "-"]
    boxes = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    words = re.findall(r'<word xMin="(.*?)" yMin=".*?" xMax="(.*?)" yMax="(.*?)">(.*?)<', boxes)
    out = [
        word for left, right, bottom, word in words
        if float(left) < MARGIN - 1 or float(right) > 595.3 - MARGIN + 1.5 or float(bottom) > 822
    ]  # fmt: skip
    return len(words), out


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not there")
def test_nothing_reaches_beyond_the_margins(tmp_path: Path) -> None:
    count, out = beyond_the_margins(pdf(*FEW[1]), tmp_path)
    assert count > 500 and not out
    wide = "#set page(margin: 21mm)\n#box(width: 180mm, align(right)[beyond])"
    assert beyond_the_margins(compiling.compiled(_HEAD + wide), tmp_path)[1] == ["beyond"]


def test_characters_stand_for_themselves() -> None:
    source: dict[str, Any] = {"given": {"x": 2}, "formulas": {"y": "x**2"}, "loss": "y"}
    source["title"] = 'A "#title" [of] *signs* `$x$` \\ <a> @b // c 1. 中😀'
    content = derive.render(derive.derive(source, "nodes"), "pdf")
    text = pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert 'A "#title" [of] *signs* `$x$` \\ <a> @b // c 1. [U+4E2D]' in text.replace("\n", " ")
    assert pypdf.PdfReader(io.BytesIO(content)).metadata.title == source["title"]  # type: ignore[union-attr]


def test_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    result = CliRunner().invoke(
        commands,
        ["render", str(EXAMPLES / "mazur.yaml"), "--to", "html,pdf", "-o", f"{tmp_path}/out/"],
    )
    assert result.exit_code == 1
    assert 'pip install "derive[pdf]"' in result.output
    assert not list(tmp_path.iterdir())  # all or nothing


def test_a_template_of_ones_own_changes_the_page(tmp_path: Path) -> None:
    (tmp_path / "typst").mkdir()
    (tmp_path / "typst" / "document.typ").write_text(
        '<% extends "derive/typst/document.typ" %><% block settings %><< super() >>\n'
        '#set page(paper: "us-letter")\n<% endblock %>'
    )
    content = derive.render(EXAMPLES / "mazur.yaml", "pdf", detail="brief", templates=tmp_path)
    assert pypdf.PdfReader(io.BytesIO(content)).pages[0].mediabox[2:] == [612, 792]
    other = tmp_path / "other"
    (other / "typst").mkdir(parents=True)
    (other / "typst" / "document.typ").write_text("#unknown(1)")
    with pytest.raises(WriterError, match="mend the template"):
        derive.render(EXAMPLES / "mazur.yaml", "pdf", templates=other)


def test_worksheets_are_not_written_as_spreadsheets(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        commands,
        ["worksheet", str(EXAMPLES / "mazur.yaml"), "--to", "xlsx", "-o", f"{tmp_path}/out/"],
    )
    assert result.exit_code == 2 and "no document is written as xlsx" in result.output


@pytest.mark.parametrize("turn, source", list(enumerate(EVERY)), ids=EVERY)
def test_every_example_is_set(turn: int, source: str) -> None:
    """With all parts, in one style after the other."""
    layered = isinstance(network_or_formulas(EXAMPLES / f"{source}.yaml"), derive.Network)
    styles = ("deltas", "paths", "matrices", "nodes") if layered else ("nodes", "paths")
    assert not without_alternative(pdf(source, styles[turn % len(styles)], "normal", True))
