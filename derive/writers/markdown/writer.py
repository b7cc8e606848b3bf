"""Markdown in two dialects.

github  also GitLab and Gitea: formulas in ```` ```math ```` fences and ``$`…`$``
plain   Jupyter, pandoc, VS Code, MkDocs: formulas in ``$$`` and ``$…$``

``\\tag`` is not shown on GitHub, so a formula's number stands in it as text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple
from urllib.parse import quote

from derive.document.blocks import (
    Block,
    Equation,
    Equations,
    Figure,
    Heading,
    Inline,
    Items,
    Paragraph,
    Strong,
    Table,
)
from derive.writers.chains import Row, rows
from derive.writers.columns import pad, plain, width
from derive.writers.cutting import cut
from derive.writers.expressions.latex import latex
from derive.writers.markdown.text import escape, escape_start
from derive.writers.writer import Writer

if TYPE_CHECKING:
    from derive.document.blocks import Document
    from derive.expression.nodes import Expression
    from derive.notation import Names
    from derive.pictures.picture import Picture

_WIDE = 60  # columns past which the source of a table is not lined up
_WIDTH = 100.0  # half ems of a row of a formula: a page of GitHub, a notebook
_ROW = 1000  # characters of a row of a formula
_FRAME = 40  # characters around all rows
_OVERHEAD = 12  # around one
_NOTE = 20  # and around its number or reason
# Names that MathJax, KaTeX and xcolor all know, dark enough on white. The formula stands in
# braces of its own: to MathJax 2 the colour is of these alone, to the others of the whole group.
_COLOURS = {"hidden": "green", "output": "blue", "loss": "brown", "gradient": "brown"}
_COLOURING = 40  # characters that colours add to a row


class Dialect(NamedTuple):
    """How formulas are fenced, and how many characters one may have."""

    opening: str
    closing: str
    before: str
    after: str
    characters: int


DIALECTS = {
    # GitLab and Gitea set no formula that has more.
    "github": Dialect("```math", "```", "$`", "`$", 1000),
    # Nobody counts them here, but what is made into pages holds no formula longer than one.
    "plain": Dialect("$$", "$$", "$", "$", 3000),
}

_AFTER = frozenset(" )]}.,;:!?\"'”’»—–-")  # may follow an inline formula
_BEFORE = frozenset(" ([{\"'“‘„«—–-")  # may precede one

# What stands for itself in words beside a formula, set outside \text{}.
_SIGNS = {
    "\\": r"\backslash ", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\wedge ", "~": r"\sim ", "<": r"\lt ", ">": r"\gt ",
    "*": r"\ast ", "`": "'",
}  # fmt: skip


# Emphasis begins and ends with a word, or Markdown does not see it.
_CORE = re.compile(r"([\s,.;:)(]*)(.*?)([\s,.;:)(]*)")


class _Slanted(str):
    """Words of a caption."""

    __slots__ = ()


class HeadingText(NamedTuple):
    level: int
    content: str


class ParagraphText(NamedTuple):
    content: str
    kind: str


class Formula(NamedTuple):
    """A displayed formula between its fences."""

    opening: str
    closing: str
    rows: list[Row]
    caption: str


class TableCells(NamedTuple):
    caption: str
    header: list[str]
    rule: list[str]
    rows: list[list[str]]


class Image(NamedTuple):
    """alt: what is to be seen, for whoever does not see it."""

    file: str
    alt: str
    caption: str


class ItemsText(NamedTuple):
    items: list[str]
    ordered: bool


class Markdown(Writer):
    """The writer of Markdown."""

    name: ClassVar[str] = "markdown"

    def __init__(
        self,
        names: Names,
        templates: Path | None = None,
        *,
        stem: str | None = None,
        dialect: str = "github",
    ) -> None:
        super().__init__(names, templates, stem=stem)
        self.dialect = DIALECTS[dialect]
        self._coloured = False

    def body(self, document: Document) -> str:
        self._coloured = document.coloured
        return super().body(document)

    def gap(self, previous: Block | None, block: Block, tied: bool) -> str:
        if isinstance(previous, Items) and isinstance(block, Items):
            return "\n\n<!-- -->\n\n"  # else the two would be one list
        return "\n\n"

    def inline(self, content: Inline) -> str:
        out = ""
        after_formula = False
        for piece in self.spelled(content):
            formula = not isinstance(piece, (str, Strong))
            text = self._piece(piece)
            if (after_formula and text[:1] not in _AFTER) or (formula and out[-1:] not in _BEFORE):
                out += " "
            out += text
            after_formula = formula
        return out.strip()

    def _piece(self, piece: str | Expression | Strong) -> str:
        if isinstance(piece, _Slanted):
            before, words, after = _core(escape(piece))
            return f"{before}*{words}*{after}" if words else f"{before}{after}"
        if isinstance(piece, str):
            return escape(piece)
        if isinstance(piece, Strong):
            return f"**{escape(piece.text).strip()}**"
        return f"{self.dialect.before}{latex(piece, self.names)}{self.dialect.after}"

    def heading(self, block: Heading) -> Iterator[HeadingText]:
        content = self.inline(block.content)
        if content.endswith(("#", "}")):  # a closing # is left out, {…} is an attribute to pandoc
            content = f"{content[:-1]}\\{content[-1]}"
        yield HeadingText(block.level, content)

    def paragraph(self, block: Paragraph) -> Iterator[ParagraphText]:
        yield ParagraphText(escape_start(self.inline(block.content)), block.kind)

    def equation(self, block: Equation | Equations) -> Iterator[Formula]:
        colouring = _COLOURING if self._coloured else 0
        most = _ROW - 100 - colouring
        fitting = list(rows(block, self.names, _words, _WIDTH, most, most))
        limit = self.dialect.characters - _FRAME
        parts = cut(fitting, lambda row: _length(row, colouring), limit)
        for position, some in enumerate(parts, start=1):
            caption = self._caption(block.caption) if position == len(parts) else ""
            formula_rows = [_alone(some[0])] if len(some) == 1 else some
            if self._coloured:
                formula_rows = list(map(_in_colour, formula_rows))
            yield Formula(self.dialect.opening, self.dialect.closing, formula_rows, caption)

    def _caption(self, content: Inline) -> str:
        """The words in italics, the formulas between them: these may not stand in emphasis."""
        pieces = self.spelled(content)
        return self.inline(tuple(_Slanted(p) if isinstance(p, str) else p for p in pieces))

    def table(self, block: Table) -> Iterator[TableCells]:
        caption = escape_start(self.inline(block.caption))
        cells = [[self._cell(cell) for cell in row] for row in (block.header, *block.rows)]
        widths = [min(max(3, *map(width, column)), _WIDE) for column in zip(*cells, strict=True)]
        padded = [list(map(pad, row, widths, block.align)) for row in cells]
        rule = list(map(_rule, widths, block.align))
        yield TableCells(caption, padded[0], rule, padded[1:])

    def _cell(self, content: Inline) -> str:
        return self.inline(content).replace("|", r"\|")

    def figure(self, block: Figure) -> Iterator[Image]:
        """A reference to where the picture is; nothing where it can be nowhere."""
        from derive.writers.drawings.svg import in_words

        picture = block.picture
        place = self._placed(picture)
        if place is None:
            return
        title, description = (
            escape(in_words(content, self.names))
            for content in (picture.title, picture.description)
        )
        caption = escape_start(self.inline(block.caption))
        yield Image(place, f"{title}. {description}", caption)

    def _placed(self, picture: Picture) -> str | None:
        """The address of a picture: a file beside the page, which is written as well."""
        if self.stem is None:
            return None
        from derive.writers.drawings.svg import svg

        file = f"{self.stem}-{picture.name}.svg"
        self.files[file] = svg(picture, self.names)
        return quote(os.fsencode(file))

    def items(self, block: Items) -> Iterator[ItemsText]:
        items = [escape_start(self.inline(item)) for item in block.items]
        yield ItemsText(items, block.ordered)


def _core(text: str) -> tuple[str, str, str]:
    """What stands before the first word, the words, what stands behind the last."""
    match = _CORE.fullmatch(text)
    return (match[1], match[2], match[3]) if match else ("", text, "")


def _rule(columns: int, align: str) -> str:
    left = ":" if align in "lc" else "-"
    right = ":" if align in "rc" else "-"
    return f"{left}{'-' * (columns - 2)}{right}"


def _in_colour(row: Row) -> Row:
    """A row in the colour of its role; the sign between its sides keeps its spaces."""
    colour = _COLOURS.get(row.role)
    if colour is None:
        return row
    left, right = (f"{{\\color{{{colour}}}{{{s}}}}}" if s else s for s in (row.left, row.right))
    return row._replace(left=left, right=right)


def _length(row: Row, colouring: int) -> int:
    """The characters of a row among others, as the template writes it."""
    notes = sum(_NOTE + len(note) for note in (row.number, row.reason) if note)
    return len(row.left) + len(row.sign) + len(row.right) + notes + _OVERHEAD + colouring


def _alone(row: Row) -> Row:
    """A row that is a formula of its own: no indentation, a leading sign set like one between."""
    if row.left:
        return row
    return row._replace(left="{}", right=re.sub(r"^(\\quad )+", "", row.right))


def _words(reason: str) -> str:
    r"""Words for \text{}: signs of LaTeX stand outside it."""
    return "".join(f"}}{_SIGNS[c]}\\text{{" if c in _SIGNS else c for c in plain(reason))
