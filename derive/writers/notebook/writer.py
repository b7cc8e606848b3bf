"""A Jupyter notebook: a text cell for each section, and cells of Python between them.

The file is the JSON of nbformat 4.5, as Jupyter writes it: keys in order, indented by one. Nothing
in it depends on when or where it was written; a cell's id is its place. Text is the plain dialect
of Markdown, and pictures are attachments of the cells that show them.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from derive.document.blocks import Block, Document, Heading, Program
from derive.writers.errors import TemplateError, WriterError
from derive.writers.layout import Layout
from derive.writers.markdown.writer import Markdown
from derive.writers.writer import titled

if TYPE_CHECKING:
    from derive.notation import Names
    from derive.pictures.picture import Picture

_SVG = "image/svg+xml"


class Notebook(Markdown):
    """The writer of notebooks."""

    name: ClassVar[str] = "markdown"  # whose templates lay out the text

    def __init__(
        self, names: Names, templates: Path | None = None, *, stem: str | None = None
    ) -> None:
        super().__init__(names, templates, stem=stem, dialect="plain")
        self.cells = Layout("ipynb", ".ipynb", templates)
        self._attachments: dict[str, dict[str, list[str]]] = {}

    def page(self, document: Document) -> str:
        """The whole notebook. Raises TemplateError where a template makes no JSON of it."""
        self._coloured = document.coloured
        cells = list(self._cells(titled(document)))
        for place, cell in enumerate(cells, start=1):
            cell["id"] = f"cell-{place}"
        page = self.cells.page(cells=_dumped(cells), language=document.language)
        try:
            return _dumped(json.loads(page)) + "\n"
        except json.JSONDecodeError as error:
            raise TemplateError(
                f"ipynb/document.ipynb: it makes no JSON: {error}; mend the template there, or "
                "take it out of the folder"
            ) from error

    def body(self, document: Document) -> str:
        """Raises WriterError: cells of several documents would have the same ids."""
        raise WriterError("ipynb: every notebook is a file of its own; leave out --one-file")

    def _cells(self, blocks: tuple[Block, ...]) -> Iterator[dict[str, Any]]:
        for group in _groups(blocks):
            if isinstance(group, Program):
                yield _cell("code", self.cells.block(group.kind, group), execution_count=None,
                            outputs=[])  # fmt: skip
                continue
            self._attachments = {}
            text = self._joined(group)
            if text:
                more = {"attachments": self._attachments} if self._attachments else {}
                yield _cell("markdown", text, **more)

    def _placed(self, picture: Picture) -> str:
        """The address of a picture: an attachment of its cell."""
        from derive.writers.drawings.svg import svg

        file = f"{picture.name}.svg"
        content = svg(picture, self.names).encode()
        self._attachments[file] = {_SVG: [b64encode(content).decode()]}
        return f"attachment:{file}"


def _groups(blocks: tuple[Block, ...]) -> Iterator[Program | list[Block]]:
    """Programs, and between them blocks up to the next heading; headings in a row stay together."""
    text: list[Block] = []
    for block in blocks:
        if isinstance(block, Program):
            if text:
                yield text
            text = []
            yield block
            continue
        if isinstance(block, Heading) and text and not isinstance(text[-1], Heading):
            yield text
            text = []
        text.append(block)
    if text:
        yield text


def _cell(kind: str, source: str, **more: Any) -> dict[str, Any]:
    lines = re.findall(r".*\n|.+", source)  # no other sign ends a line here
    return {"cell_type": kind, "metadata": {}, "source": lines, **more}


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
