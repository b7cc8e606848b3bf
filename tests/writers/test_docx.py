"""Documents for Word, read with a reader of XML, and opened by LibreOffice."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pypdf
import pytest
from writers.mathml_reader import plain
from writers.omml_reader import as_latex
from writers.samples import DOCUMENTS
from writers.test_omml import well_formed
from writers.test_pdf import formulas, narration

from derive.document.blocks import (
    Document,
    Equation,
    Equations,
    Figure,
    Foot,
    Heading,
    Items,
    Paragraph,
    Strong,
    Table,
)
from derive.notation import BUILT_IN
from derive.writers import WriterError
from derive.writers.docx.writer import Docx
from derive.writers.expressions.latex import latex
from derive.writers.registry import write_bytes
from derive.writers.spoken import equations

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
# source, style, detail, whether with all parts
FEW = (
    ("mazur", "deltas", "normal", False), ("graphs/circuit", "nodes", "normal", True),
    ("write-up-002", "matrices", "normal", False),
)  # fmt: skip
TITLES = [name for name, *_ in DOCUMENTS]


@cache
def docx(source: str, style: str, detail: str, whole: bool) -> bytes:
    return write_bytes(*narration(source, style, detail, whole), "docx")


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def body(content: bytes) -> Element:
    return fromstring(parts(content)["word/document.xml"])


def _values(root: Element, tag: str, attribute: str = "val") -> list[str]:
    return [one.get(f"{W}{attribute}", "") for one in root.iter(f"{W}{tag}")]


def faults(content: bytes) -> Iterator[str]:
    """What Word would stumble over: parts without a type, names that lead nowhere, ids twice."""
    files = parts(content)
    types = fromstring(files["[Content_Types].xml"])
    named = {one.get("PartName") for one in types} | {one.get("Extension") for one in types}
    for name, part in files.items():
        if name.endswith((".xml", ".rels")):
            fromstring(part)
        is_typed = f"/{name}" in named or name.rpartition(".")[2] in named - {"xml"}
        if not is_typed and name != "[Content_Types].xml":
            yield f"no type: {name}"
    root = fromstring(files["word/document.xml"])
    relations = {one.get("Id"): one.get("Target") for one in fromstring(
        files["word/_rels/document.xml.rels"])}  # fmt: skip
    for name in relations.values():
        if f"word/{name}" not in files:
            yield f"no file: {name}"
    used = {one.get(f"{R}{key}") for one in root.iter() for key in ("id", "embed")} - {None}
    yield from (f"no relation: {one}" for one in used - set(relations))
    styles = {one.get(f"{W}styleId") for one in fromstring(files["word/styles.xml"])}
    for kind in ("pStyle", "rStyle", "tblStyle"):
        yield from (f"no style: {one}" for one in set(_values(root, kind)) - styles)
    lists = set(_values(fromstring(files["word/numbering.xml"]), "num", "numId"))
    yield from (f"no list: {one}" for one in set(_values(root, "numId")) - lists)
    bookmarks = _values(root, "bookmarkStart", "name")
    linked = set(_values(root, "hyperlink", "anchor"))
    yield from (f"no bookmark: {one}" for one in linked - set(bookmarks))
    drawn = [one.get("id", "") for one in root.iter(DRAWN)]
    for ids in (bookmarks, _values(root, "bookmarkStart", "id"), drawn):
        yield from (f"twice: {one}" for one in {one for one in ids if ids.count(one) > 1})
    yield from (f"silent: {one.get('name')}" for one in root.iter(DRAWN) if not one.get("descr"))
    for table in root.iter(f"{W}tbl"):
        columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
        for row in table.findall(f"{W}tr"):
            cells = row.findall(f"{W}tc")
            spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in cells]
            if sum(1 if s is None else int(s.get(f"{W}val", "")) for s in spans) != columns:
                yield "a row has other columns than its table"
            yield from ("a cell without a paragraph" for c in cells if c[-1].tag != f"{W}p")


def silent_words(content: bytes) -> list[str]:
    """The formulas, without letters' size and colour."""
    text = parts(content)["word/document.xml"].decode()
    text = re.sub(r"<m:ctrlPr>.*?</m:ctrlPr>|<w:rPr>(?:(?!<w:rPr>).)*?</w:rPr>(?=<m:t)", "", text)
    return re.findall(r"<m:oMath>(.*?)</m:oMath>", text, re.DOTALL)


@pytest.mark.parametrize("which", FEW, ids=lambda which: which[0])
def test_headings_formulas_tables_and_pictures_are_what_word_calls_so(
    which: tuple[str, str, str, bool],
) -> None:
    content = docx(*which)
    document, _ = narration(*which)
    assert not list(faults(content))
    root = body(content)
    headings = [s for s in _values(root, "pStyle") if s.startswith("Heading")]
    levels = [b.level for b in document.blocks if isinstance(b, Heading)]
    assert headings == [f"Heading{level}" for level in ([] if 1 in levels else [1]) + levels]
    written = silent_words(content)
    assert len(written) >= formulas(document) > 10
    for one in written:
        well_formed(one)
    tables = [t for t in root.iter(f"{W}tbl") if _values(t, "tblStyle") == ["Listing"]]
    assert len(tables) >= sum(isinstance(b, Table) for b in document.blocks)
    for table in tables:
        marked = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in table.iter(f"{W}tr")]
        assert marked == [True] + [False] * (len(marked) - 1)
    figures = sum(isinstance(b, Figure) for b in document.blocks)
    assert len(list(root.iter(DRAWN))) == figures
    core = fromstring(parts(content)["docProps/core.xml"])
    assert [one.text for one in core][1] == "en-GB" and core[0].text
    assert _values(fromstring(parts(content)["word/styles.xml"]), "lang") == ["en-GB"]


@pytest.mark.parametrize(("name", "document", "names"), DOCUMENTS, ids=TITLES)
def test_every_sort_of_block_is_written(name: str, document: Document, names: Any) -> None:
    content = write_bytes(document, names, "docx")
    assert not list(faults(content))
    for one in silent_words(content):
        well_formed(one)


@pytest.mark.parametrize(("name", "document", "names"), DOCUMENTS[:2], ids=TITLES[:2])
def test_every_member_of_every_chain_is_in_the_formulas(
    name: str, document: Document, names: Any
) -> None:
    def unwritten(text: str) -> list[str]:
        return [
            member for block in document.blocks for equation in equations(block)
            for relation in equation.chain
            if (member := plain(latex(relation.expression, names))) not in text
        ]  # fmt: skip

    written = silent_words(write_bytes(document, names, "docx"))
    text = "".join(map(as_latex, written)).replace("{}", "")  # rows, one after the other
    assert unwritten(text) == []
    assert unwritten(text.replace(r"\frac", r"\fra", 1))


def test_faults_are_seen() -> None:
    document, names = DOCUMENTS[0][1:]
    source = Docx(names).page(document)
    assert not list(faults(Docx.bytes_of(source)))
    for before, after, fault in (
        ('w:styleId="Heading2"', 'w:styleId="Other"', "no style: Heading2"),
        ('w:anchor="eq_1"', 'w:anchor="eq_77"', "no bookmark: eq_77"),
        ('<w:numId w:val="1"/>', '<w:numId w:val="7"/>', "no list: 7"),
        ('r:id="footer"', 'r:id="header"', "no relation: header"),
        ('Target="styles.xml"', 'Target="style.xml"', "no file: style.xml"),
        ("<w:gridCol", '<w:gridCol w:w="1"/><w:gridCol', "a row has other columns than its table"),
    ):
        if before not in source:
            source = source.replace("</w:body>", f"<w:p><w:hyperlink {before}/></w:p></w:body>")
        assert fault in list(faults(Docx.bytes_of(source.replace(before, after, 1))))


def test_rows_are_in_colours_numbers_have_bookmarks_and_results_boxes() -> None:
    name, document, names = DOCUMENTS[0]
    assert name.startswith("derivation")
    root = body(write_bytes(document, names, "docx"))
    colours = {value for one in root.iter(f"{M}r") for value in _values(one, "color")}
    assert colours == {"1B5E20", "0D3B8C", "9B1C1C"}
    numbers = {
        e.number for b in document.blocks if isinstance(b, (Equation, Equations))
        for e in (b.rows if isinstance(b, Equations) else (b,)) if e.number
    }  # fmt: skip
    assert set(_values(root, "bookmarkStart", "name")) == {f"eq_{n}" for n in numbers}
    assert list(root.iter(f"{M}borderBox"))
    ordered = [i for i in document.blocks if isinstance(i, Items) and i.ordered]
    assert len({n for n in _values(root, "numId") if n != "1"}) == len(ordered) > 0


def test_a_row_too_wide_is_made_smaller_and_a_long_one_breaks_before_a_sign() -> None:
    _, document, names = next(one for one in DOCUMENTS if one[0] == "heavy")
    content = write_bytes(document, names, "docx")
    root = body(content)
    assert any(value != "22" for one in root.iter(f"{M}r") for value in _values(one, "sz"))
    table = next(t for t in root.iter(f"{W}tbl") if "Formulas" in _values(t, "tblStyle"))
    begins = [
        next(one.itertext(), "") for row in table.iter(f"{W}tr")
        for one in list(row.iter(f"{M}oMath"))[-1:]
    ]  # fmt: skip
    assert len(begins) > 4 and all(one.strip("\u2003") in "=≈+−⋅" for one in begins[1:])


def test_the_same_document_has_the_same_bytes() -> None:
    document, names = narration(*FEW[1])
    again = write_bytes(document, names, "docx")
    assert again == docx(*FEW[1])
    with zipfile.ZipFile(io.BytesIO(again)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert b"created" not in parts(again)["docProps/core.xml"]


def test_feet_begin_sections_on_right_hand_pages() -> None:
    names = DOCUMENTS[0][2]
    blocks = (
        Foot(("Form A & Co.",)), Heading(1, ("A",)), Paragraph((Strong("a"),)),
        Foot(("Form B",)), Heading(1, ("B",)),
    )  # fmt: skip
    content = write_bytes(Document(("A", "B"), blocks), names, "docx")
    assert not list(faults(content))
    root = body(content)
    sections = list(root.iter(f"{W}sectPr"))
    assert [_values(one, "type") for one in sections] == [["oddPage"], ["oddPage"]]
    assert [_values(one, "pgNumType", "start") for one in sections] == [["1"], ["1"]]
    relations = {one.get("Id"): one.get("Target") for one in fromstring(
        parts(content)["word/_rels/document.xml.rels"])}  # fmt: skip
    feet = [one.find(f"{W}footerReference") for one in sections]
    texts = [
        "".join(fromstring(parts(content)[f"word/{relations[foot.get(f'{R}id')]}"]).itertext())
        for foot in feet if foot is not None
    ]  # fmt: skip
    assert texts == ["Form A & Co.1", "Form B1"]


def test_without_typst_a_document_without_pictures_is_written_and_one_with_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    assert write_bytes(*narration(*FEW[0]), "docx") == docx(*FEW[0])
    with pytest.raises(WriterError, match=r'pictures in docx .*pip install "derive\[docx\]"'):
        write_bytes(*narration(*FEW[1]), "docx")


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_shows_it(tmp_path: Path) -> None:
    """Words and headings, and formulas, if its part for formulas is installed: they have no sign
    of something missing, which it shows as ¿."""
    assert SOFFICE
    (tmp_path / "page.docx").write_bytes(docx(*FEW[1]))
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "page.docx")],
        check=True, capture_output=True,
    )  # fmt: skip
    pages = pypdf.PdfReader(tmp_path / "page.pdf").pages
    text = "\n".join(page.extract_text() for page in pages)
    assert "Forward pass" in text and "¿" not in text
    if any(Path(SOFFICE).resolve().parent.glob("libsm*")):
        flat = re.sub(r"\s", "", text).replace("-", "−")
        assert "=−2+5=3" in flat and re.search(r"=3.\(−4\)=−12", flat)
    assert sum(len(page.images) for page in pages) >= 1


def test_notations_have_their_letters() -> None:
    texts = set()
    for name, document, names in DOCUMENTS:
        if name.removeprefix("derivation-") in BUILT_IN:
            texts.add("".join(silent_words(write_bytes(document, names, "docx"))))
    assert len(texts) == len(BUILT_IN)
