"""Templates: overriding one macro or one page, and errors told by file and line."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from derive.document.blocks import Document, Heading, Paragraph
from derive.resources import shipped_templates
from derive.writers import TemplateError, UnknownFormat, write
from derive.writers.layout import Layout
from derive.writers.registry import DOCUMENTS, REGISTRY, TEXTS
from derive.writers.writer import NOUNS
from tests.writers.samples import NUMBERED, derivation

# Formats of pages; a picture has its layout from its shapes, a notebook that of Markdown.
PAGES = [name for name in DOCUMENTS if name not in ("svg", "ipynb")]
SMALL = Document(("Title",), (Heading(2, ("Part",)), Paragraph(("Text.",))))


def own(folder: Path, path: str, text: str) -> Path:
    """A folder of templates with one file in it."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder


def page(templates: Path, to: str = "markdown") -> str:
    return write(SMALL, NUMBERED, to, templates=templates)


@pytest.mark.parametrize("name", PAGES)
def test_every_format_has_a_macro_for_every_block(name: str) -> None:
    module, home = REGISTRY[name].home
    writer = getattr(import_module(module), home)
    suffix = writer.suffix or REGISTRY[name].suffix
    source = (shipped_templates() / writer.name / f"blocks{suffix}").read_text("utf-8")
    assert set(NOUNS.values()) <= set(re.findall(r"<% macro (\w+)\(", source))
    Layout(writer.name, suffix)


def test_one_macro_is_overridden(tmp_path: Path) -> None:
    folder = own(tmp_path, "markdown/blocks.md", "<% macro paragraph(b) %>\n¶ << b.content >>\n"
                                                 "<% endmacro %>\n")  # fmt: skip
    assert page(folder) == "# Title\n\n## Part\n\n¶ Text.\n"


def test_one_page_is_overridden(tmp_path: Path) -> None:
    folder = own(tmp_path, "text/document.txt", "<< title >> (<< language >>)\n<< body >>\nEnd\n")
    assert page(folder, "text").startswith("Title (en)\nTitle\n═════\n")
    assert page(folder, "text").endswith("Text.\nEnd\n")


def test_a_page_builds_on_the_shipped_one(tmp_path: Path) -> None:
    folder = own(
        tmp_path, "latex/document.tex",
        '<% extends "derive/latex/document.tex" %>\n<% block colours %>\n% no colours\n'
        "<% endblock %>\n",
    )  # fmt: skip
    shown = page(folder, "latex")
    assert "% no colours" in shown
    assert r"\definecolor{hidden}" not in shown
    assert r"\documentclass" in shown and "Text." in shown


def test_an_empty_folder_changes_nothing(tmp_path: Path) -> None:
    for name in (name for name in PAGES if name in TEXTS):
        plain = write(derivation(), NUMBERED, name)
        assert write(derivation(), NUMBERED, name, templates=tmp_path) == plain


FAULTS = [
    ("<% macro paragraph(b) %>\n<< b.contnet >>\n<% endmacro %>\n", 2, "no attribute 'contnet'"),
    ("<% macro paragraph(b) %>\n\n<< missing >>\n<% endmacro %>\n", 3, "'missing' is undefined"),
    ("<% macro paragraph(b) %>\n<< 1 / 0 >>\n<% endmacro %>\n", 2, "division by zero"),
    ("<% macro paragraph(b) %>\n<< b.__class__.__mro__ >>\n<% endmacro %>\n", 2, "unsafe"),
    ("<% macro paragraph(b) %>\n<< b.content\n<% endmacro %>\n", 3, "unexpected"),
    ("<% macro paragraph(b) %>\n<< b.content >>\n", 2, "endmacro"),
    ('\n<% import "other.md" as other %>\n', 2, "no template 'other.md'"),
    ("<% macro paragraph(b) %>\n<< b.content | shout >>\n<% endmacro %>\n", 2, "shout"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "line", "message"), FAULTS)
def test_a_fault_is_told_by_file_and_line(
    tmp_path: Path, source: str, line: int, message: str
) -> None:
    folder = own(tmp_path, "markdown/blocks.md", source)
    with pytest.raises(TemplateError) as caught:
        page(folder)
    assert str(caught.value).startswith(f"{tmp_path / 'markdown' / 'blocks.md'}:{line}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("source", "line"), [("\n<< title.x.y >>\n", 2), ("<< body >>\n<% for %>\n", 2)]
)
def test_a_fault_in_a_page_is_told_by_file_and_line(tmp_path: Path, source: str, line: int) -> None:
    folder = own(tmp_path, "markdown/document.md", source)
    with pytest.raises(TemplateError, match=rf"document\.md:{line}: "):
        page(folder)


def test_a_macro_without_its_block(tmp_path: Path) -> None:
    folder = own(tmp_path, "markdown/blocks.md", "<% macro paragraph() %>x<% endmacro %>")
    with pytest.raises(TemplateError, match=r"blocks\.md: paragraph must be a macro of one"):
        page(folder)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="there is no folder"):
        page(tmp_path / "nowhere")


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "markdown").mkdir()
    (tmp_path / "markdown" / "blocks.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TemplateError, match=r"blocks\.md: not text in UTF-8; save it as UTF-8"):
        page(tmp_path)


def test_an_unknown_format_lists_those_there() -> None:
    with pytest.raises(UnknownFormat, match=r"'doc'.*markdown, latex, html, ipynb, text"):
        write(SMALL, NUMBERED, "doc")
    with pytest.raises(UnknownFormat, match=r"'gitlab'.*github, plain"):
        write(SMALL, NUMBERED, "markdown", dialect="gitlab")


def test_looking_up_formats_does_not_load_jinja() -> None:
    code = "import sys, derive.writers; sys.exit('jinja2' in sys.modules or 'sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
