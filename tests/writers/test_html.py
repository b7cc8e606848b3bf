"""Web pages as files: whole, small, the same every time, and what stands in them escaped."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

import derive
from derive.derivation.steps import Relation, chain
from derive.document.blocks import Document, Equation, Heading, Paragraph, Reference
from derive.expression.constructors import integer
from derive.expression.nodes import Number
from derive.notation import Names
from derive.rendering import render_files
from derive.writers import write
from derive.writers.html.writer import _in_short
from tests.derived import derived
from tests.writers.samples import DOCUMENTS, NUMBERED, a, worksheet

ROOT = Path(__file__).parent.parent.parent
MAZUR = ROOT / "examples" / "mazur.yaml"
EMPTY = {"meta", "hr", "br", "link", "img"}
STYLES = ("paths", "deltas", "matrices", "nodes")


@cache
def mazur(style: str) -> str:
    return derive.render(derived(derive.load(MAZUR), style), "html")


class Reader(HTMLParser):
    """Checks that elements close in turn, and collects what they have."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def values(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


@pytest.mark.parametrize(("name", "document", "of"), DOCUMENTS, ids=[d[0] for d in DOCUMENTS])
def test_elements_close_and_nothing_is_asked_for(name: str, document: Document, of: Names) -> None:
    text = write(document, of, "html")
    reader = Reader(text)
    assert text.startswith("<!DOCTYPE html>") and text.endswith("</html>\n")
    assert reader.tags["h1"] == 1 and reader.tags["main"] == 1 and not reader.tags["script"]
    assert ("html", "lang", "en") in reader.attributes
    ids = reader.values("id")
    assert len(set(ids)) == len(ids)
    assert {h.removeprefix("#") for h in reader.values("href")} <= set(ids)
    assert not reader.values("src") and not reader.values("onclick")
    urls = re.findall(r"url\(([^)]{0,40})", text)
    assert len(urls) == 4 and all(url.startswith("data:font/woff2;base64,") for url in urls)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import", text)


@pytest.mark.parametrize("style", STYLES)
def test_a_normal_page_is_small_and_the_same_every_time(style: str) -> None:
    again = derive.render(derive.derive(derive.load(MAZUR), style), "html")  # type: ignore[arg-type]
    assert mazur(style) == again
    assert len(again.encode()) <= 250_000


def test_every_formula_has_its_speech() -> None:
    reader = Reader(mazur("paths"))
    spoken = reader.values("alttext")
    previews = mazur("paths").count('class="preview"')
    assert reader.tags["math"] == len(spoken) + previews and previews > 10
    assert spoken == [v for tag, n, v in reader.attributes if tag == "math" and n == "aria-label"]
    assert all(spoken)
    assert (
        "the partial derivative of E total with respect to W 5 equals partial E 1 by partial a"
        in (" ".join(spoken))
    )


def test_headings_follow_each_other_and_are_in_the_contents() -> None:
    text = mazur("deltas")
    levels = [int(level) for level in re.findall(r"<h(\d)", text)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    listed = re.findall(r'<li><a href="#(s-\d+)">', text)
    assert listed == re.findall(r'<h[23] id="(s-\d+)">', text)


def test_a_reference_leads_to_its_equation_and_shows_it() -> None:
    equation = Equation((*chain(a(1, 0), integer(1)), Relation("≈", Number(integer(1).value))), 3)
    document = Document(
        ("References",), (Heading(1, ("References",)), equation,
                          Paragraph(("See ", Reference(3), " and ", Reference(4), "."))),
    )  # fmt: skip
    text = write(document, NUMBERED, "html")
    assert '<mtr id="eq-3"' in text and '<a href="#eq-3">(3)</a>' in text
    assert "and (4)." in text
    for other in ("markdown", "latex", "text"):
        assert "See (3) and (4)" in write(document, NUMBERED, other).replace("\\", "")


def test_an_equation_in_short_is_what_it_is_about_and_what_that_comes_to() -> None:
    third = Number(integer(1).value / 3, "0.333")
    whole = (
        Relation("", a(1, 0)), Relation("=", a(1, 1)), Relation("≈", a(2, 0)),
        Relation("=", integer(1)), Relation("≈", third), Relation("=", third),
    )  # fmt: skip
    short = _in_short(whole)
    assert [r.sign for r in short] == ["", "≈", "≈"]
    assert [r.expression for r in short] == [a(1, 0), a(2, 0), third]
    assert _in_short(whole[:1]) == whole[:1]


def test_the_pictures_are_in_the_page() -> None:
    files = render_files(derived(derive.load(MAZUR)), "page.html", "html", parts=["pictures"])
    assert list(files) == ["page.html"]
    text = str(files["page.html"])
    assert text.count("<svg") == text.count("<figure>") > 2
    assert text.count("<title id=") == text.count("<desc id=") == text.count("<svg")


def test_an_empty_gap_tells_nothing() -> None:
    """The numbers that belong into the gaps of a sheet are neither seen nor heard."""
    text = unescape(write(worksheet(), NUMBERED, "html")).partition("Key</h2>")[0]
    for secret in ("0.5069", "0.0275"):
        assert secret not in text


def test_a_template_of_ones_own_changes_a_part(tmp_path: Path) -> None:
    folder = tmp_path / "html"
    folder.mkdir()
    (folder / "document.html").write_text(
        '<% extends "derive/html/document.html" %>\n'
        "<% block style %><< super() >>h1 { color: teal; }<% endblock %>\n"
    )
    (folder / "blocks.html").write_text(
        '<% macro heading(block) %><p class="mine"><< block.content >></p><% endmacro %>'
    )
    document = Document(("T",), (Heading(1, ("T",)), Heading(2, ("Part",))))
    text = write(document, NUMBERED, "html", templates=tmp_path)
    assert "h1 { color: teal; }" in text and '<p class="mine">Part</p>' in text


def test_formats_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from derive.cli import commands

    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "mazur.md").write_text("mine")
    arguments = ["render", str(MAZUR), "--to", "html,markdown", "-o", f"{folder}/"]
    result = CliRunner().invoke(commands, arguments)
    assert result.exit_code != 0
    assert [path.name for path in folder.iterdir()] == ["mazur.md"]
    assert CliRunner().invoke(commands, [*arguments, "--force"]).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["mazur.html", "mazur.md"]
