"""The formats a document can be written in: a row each.

A new format is one row here, one module with a ``Writer`` and one folder of templates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from derive.writers.errors import UnknownFormat

if TYPE_CHECKING:
    from derive.document.blocks import Document, Person
    from derive.notation import Names
    from derive.writers.writer import Writer


@dataclass(frozen=True, slots=True)
class Format:
    """A row of the registry.

    suffix   of its files and of its templates
    home     the module and class that write it
    options  what else it takes: option → the values allowed, the usual one first
    beside   its pictures are files beside the page, and left out where there can be none
    document  it is written from a document; else ``home`` makes it from the network itself
    binary   it is bytes, and nothing to read in a terminal
    runs     Python stands between its sections, to be run
    """

    name: str
    description: str
    suffix: str
    home: tuple[str, str]
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()
    beside: bool = False
    document: bool = True
    binary: bool = False
    runs: bool = False


_ROWS = (
    Format(
        "markdown", "Markdown with formulas, for GitHub or for notebooks and pandoc", ".md",
        ("derive.writers.markdown.writer", "Markdown"), (("dialect", ("github", "plain")),),
        beside=True,
    ),
    Format(
        "latex", "a complete LaTeX article on A4, for pdflatex", ".tex",
        ("derive.writers.latex.writer", "Latex"),
    ),
    Format(
        "html", "a web page in one file, formulas and fonts in it, read aloud too", ".html",
        ("derive.writers.html.writer", "Html"),
    ),
    Format(
        "ipynb", "a Jupyter notebook: the derivation, and Python to run between its sections",
        ".ipynb", ("derive.writers.notebook.writer", "Notebook"), runs=True,
    ),
    Format(
        "text", "plain text for a terminal of 80 columns", ".txt",
        ("derive.writers.text", "Text"),
    ),
    Format(
        "pdf", "a PDF on A4, tagged for screen readers (PDF/UA), set by Typst", ".pdf",
        ("derive.writers.typst.writer", "Typst"), binary=True,
    ),
    Format(
        "docx", "a document for Word, to be edited: its formulas, headings and tables", ".docx",
        ("derive.writers.docx.writer", "Docx"), binary=True,
    ),
    Format(
        "svg", "the pictures alone: the network, and beside it all others", ".svg",
        ("derive.writers.drawings.files", "Pictures"), beside=True,
    ),
    Format(
        "xlsx", "a live spreadsheet: training, a row an epoch, every cell a formula", ".xlsx",
        ("derive.spreadsheet", "workbook"), document=False, binary=True,
    ),
)  # fmt: skip

REGISTRY: dict[str, Format] = {row.name: row for row in _ROWS}
FORMATS: dict[str, str] = {row.name: row.description for row in _ROWS}
DOCUMENTS = tuple(row.name for row in _ROWS if row.document)
TEXTS = tuple(row.name for row in _ROWS if row.document and not row.binary)


def format_named(name: str) -> Format:
    """The row of a format. Raises UnknownFormat listing those that are there."""
    if name not in REGISTRY:
        there = ", ".join(REGISTRY)
        raise UnknownFormat(f"there is no format {name!r}; choose one of: {there}")
    return REGISTRY[name]


def document_format(name: str, among: tuple[str, ...] = DOCUMENTS) -> Format:
    """The row of a format that documents are written in. Raises UnknownFormat for one that is not
    ``among`` those allowed."""
    row = format_named(name)
    if name not in among:
        there = ", ".join(among)
        what = "text" if row.document else "document"
        raise UnknownFormat(f"no {what} is written as {name}; choose one of: {there}")
    return row


def write(
    document: Document,
    names: Names,
    to: str = "markdown",
    *,
    dialect: str = "github",
    templates: Path | None = None,
) -> str:
    """The document as a page, its quantities called what ``names`` calls them.

    dialect    of the formats that have dialects; the others take no notice of it
    templates  a folder whose files stand before the built-in ones of the same name

    Pictures that would be files beside the page are left out. Raises UnknownFormat, or
    TemplateError where a template of one's own does not work.
    """
    return _writer(names, document_format(to, TEXTS), dialect, templates, None).page(document)


def write_bytes(
    document: Document, names: Names, to: str, *, templates: Path | None = None
) -> bytes:
    """The document in a format that is no text, pdf or docx. Raises as ``write`` does, and
    WriterError where what sets it is not installed."""
    writer = _writer(names, format_named(to), "github", templates, None)
    return writer.bytes_of(writer.page(document))


def write_files(
    document: Document,
    names: Names,
    file: str,
    to: str = "markdown",
    *,
    dialect: str = "github",
    templates: Path | None = None,
) -> dict[str, str]:
    """The document as a page and the pictures it refers to: name of a file → content.

    The page comes first and is called ``file``; the files beside it have names that begin alike:
    mazur.md, mazur-network.svg. Raises as ``write`` does.
    """
    writer = _writer(names, document_format(to, TEXTS), dialect, templates, Path(file).stem)
    return {file: writer.page(document), **writer.files}


def files_in_format(
    document: Document, names: Names, file: str, to: str, *, templates: Path | None = None
) -> Mapping[str, str | bytes]:
    """As ``write_files``, in any format that documents are written in. Raises as ``write_files``
    and ``write_bytes`` do."""
    if document_format(to).binary:
        return {file: write_bytes(document, names, to, templates=templates)}
    return write_files(document, names, file, to, templates=templates)


def write_body(
    document: Document, names: Names, stem: str, to: str, *, templates: Path | None = None,
    people: Sequence[Person] = (),
) -> tuple[str, tuple[str, str, str], dict[str, str]]:  # fmt: skip
    """The blocks of a document, for a file of several; what stands before, between and behind the
    bodies of documents of its sort, in which ``people`` are named; and the pictures it refers to,
    whose names begin with ``stem``. The file is what ``whole`` makes of all these. Raises as
    ``write`` does."""
    writer = _writer(names, document_format(to), "github", templates, stem)
    body = writer.body(document)
    return body, writer.ends(document, body, people), writer.files


def whole(source: str, to: str) -> str | bytes:
    """The file of several documents: their text, or in a format that is no text, what is made of
    it. Raises WriterError where what makes it is not installed."""
    row = document_format(to)
    return _home(row).bytes_of(source) if row.binary else source


def _home(row: Format) -> type[Writer]:
    module, name = row.home
    home: type[Writer] = getattr(import_module(module), name)
    return home


def _writer(
    names: Names, row: Format, dialect: str, templates: Path | None, stem: str | None
) -> Writer:
    options = {}
    for option, allowed in row.options:
        value = {"dialect": dialect}[option]
        if value not in allowed:
            there = ", ".join(allowed)
            raise UnknownFormat(f"{row.name} has no {option} {value!r}; choose one of: {there}")
        options[option] = value
    return _home(row)(names, templates, stem=stem, **options)
