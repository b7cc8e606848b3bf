"""A PDF that Typst sets, tagged for screen readers: PDF/UA-1, every formula with its speech.

The page is Typst source, whose layout is in ``templates/typst/``; what is measured exactly, Typst
measures there: numbers stand at the margin, and what is still too wide is made smaller.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from derive.document.blocks import (
    Beside,
    Document,
    Equation,
    Equations,
    Figure,
    Foot,
    Heading,
    Inline,
    Items,
    Paragraph,
    Person,
    Reference,
    Strong,
    Table,
)
from derive.document.wording import Wording
from derive.expression.nodes import Expression
from derive.writers.chains import Row, Target, rows
from derive.writers.columns import plain
from derive.writers.expressions.speech import Speech
from derive.writers.expressions.tiles import Frame
from derive.writers.expressions.typst import IN_LINE, TYPST, quoted
from derive.writers.spoken import equations, spoken, without_markup
from derive.writers.tables import groups, shrunk
from derive.writers.typst.compiling import compiled
from derive.writers.typst.text import escape, printable, stand_in
from derive.writers.writer import Writer, titled

if TYPE_CHECKING:
    from derive.notation import Names

# Widths are in half ems: 5 pt at 10 pt.
_LINE = 91.0  # 168 mm without the indentation of formulas
_SOURCE = 1_000_000  # characters of a row: no bound
_LETTER = 1.0  # a letter of running text
_GAP = 2.4  # between columns of a table
_ROOM = 95.0  # of a line without indentation
_TARGET = Target(TYPST, Frame(1.6, 2.4, 5.0, 0, 0), lambda e: f"#result(${e}$.body);")


class HeadingText(NamedTuple):
    """level: of Typst, for which a title is none; among several documents the title is 1."""

    level: int
    content: str


class ParagraphText(NamedTuple):
    """leads: a formula, a table or a list follows on the same page."""

    content: str
    kind: str
    leads: bool


class Line(NamedTuple):
    """A row of a formula; what is in quotes is a string of Typst already."""

    left: str
    right: str
    role: str
    scale: float
    number: str
    reason: str


class Display(NamedTuple):
    """A displayed formula; anchors are its numbers that there may be links to."""

    lines: list[Line]
    reasons: bool
    speech: str
    anchors: list[str]
    caption: str


class Tabular(NamedTuple):
    caption: str
    header: list[str]
    rows: list[list[str]]
    align: list[str]


class BesideTables(NamedTuple):
    """Tables that stand side by side where a line has room for them."""

    tables: list[Tabular]


class Drawing(NamedTuple):
    """svg and description: strings of Typst; width in points."""

    svg: str
    description: str
    width: float
    caption: str


class FootText(NamedTuple):
    content: str


class ItemsText(NamedTuple):
    items: list[str]
    ordered: bool


class Typst(Writer):
    """The writer of Typst, and of the PDF that it becomes."""

    name: ClassVar[str] = "typst"
    suffix: ClassVar[str] = ".typ"
    feet: ClassVar[bool] = True

    def __init__(
        self, names: Names, templates: Path | None = None, *, stem: str | None = None
    ) -> None:
        super().__init__(names, templates, stem=stem)
        self.words = Wording("en", templates)
        self.speech = Speech(self.words, names)
        self._numbered: set[int] = set()
        self._placed: set[int] = set()
        self._alone = False  # whether the document has the page for itself

    @classmethod
    def bytes_of(cls, source: str) -> bytes:
        return compiled(source)

    def page(self, document: Document) -> str:
        """The source of the whole document; the title is no part of the body here."""
        title, *blocks = titled(document)
        numbers = (e.number for block in blocks for e in equations(block))
        self._numbered = {number for number in numbers if number is not None}
        heading = ""
        self._alone = True
        if isinstance(title, Heading):
            heading = self.inline(title.content)
        else:
            blocks = [title, *blocks]
        return self._laid_out(document, self._joined(blocks), heading)

    def _around(self, document: Document, body: str, needs: dict[str, bool]) -> str:
        return self._laid_out(document, body, "")

    def _laid_out(self, document: Document, body: str, heading: str) -> str:
        return self.layout.page(
            title=quoted(plain(without_markup(document.title, self.names))),
            language=quoted(document.language), heading=heading, body=body, alone=self._alone,
        )  # fmt: skip

    # -- running text ------------------------------------------------------------------------

    def inline(self, content: Inline) -> str:
        return "".join(map(self._piece, self.spelled(content))).strip()

    def reference(self, reference: Reference) -> str:
        return reference if reference.number in self._numbered else str(reference)

    def person(self, person: Person) -> str:
        """The name, where the fonts have all its letters."""
        return printable(person) or stand_in(person.instead)

    def _piece(self, piece: str | Expression | Strong) -> str:
        if isinstance(piece, Reference):
            return f"#link(<eq-{piece.number}>)[{escape(piece)}];"
        if isinstance(piece, str):
            return escape(piece)
        if isinstance(piece, Strong):
            return f"#strong[{escape(piece.text)}];"
        return f"#formula({quoted(self.speech(piece))}, ${IN_LINE(piece, self.names)}$);"

    # -- blocks ------------------------------------------------------------------------------

    def heading(self, block: Heading) -> Iterator[HeadingText]:
        level = max(block.level - 1, 1) if self._alone else block.level
        yield HeadingText(level, self.inline(block.content))

    def paragraph(self, block: Paragraph) -> Iterator[ParagraphText]:
        yield ParagraphText(self.inline(block.content), block.kind, self.leads(block))

    def equation(self, block: Equation | Equations) -> Iterator[Display]:
        fitting = list(rows(block, self.names, quoted, _LINE, _SOURCE, _SOURCE, _TARGET))
        lines = [_line(row) for row in fitting]
        numbers = (e.number for e in equations(block))
        fresh = [n for n in numbers if n is not None and n not in self._placed]
        self._placed.update(fresh)
        yield Display(
            lines, any(row.reason != quoted("") for row in fitting if row.reason),
            quoted(spoken(block, self.speech, self.words)),
            [f"eq-{number}" for number in fresh], self.inline(block.caption),
        )  # fmt: skip

    def table(self, block: Table) -> Iterator[Tabular]:
        content = (block.header, *block.rows)
        cells = [[self.inline(cell) for cell in row] for row in content]
        columns = [[self._words(row[i]) for row in content] for i in range(len(block.header))]
        natural = [max(map(sum, column)) for column in columns]
        least = [max(max(words, default=0.0) for words in column) for column in columns]
        caption = self.inline(block.caption)
        for group in groups(shrunk(natural, least, _GAP, _ROOM), _GAP, _ROOM, len(block.rows)):
            some = [[row[i] for i in group] for row in cells]
            yield Tabular(caption, some[0], some[1:], [block.align[i] for i in group])
            caption = ""

    def beside(self, block: Beside) -> Iterator[BesideTables]:
        yield BesideTables([part for table in block.tables for part in self.table(table)])

    def _words(self, content: Inline) -> list[float]:
        """The half ems of everything in a cell between which a line may end."""
        widths: list[float] = []
        for piece in self.spelled(content):
            if isinstance(piece, (str, Strong)):
                words = (piece if isinstance(piece, str) else piece.text).split()
                widths += [_LETTER * (len(word) + 1) for word in words]
            else:
                widths.append(TYPST.width(IN_LINE(piece, self.names)) + _LETTER)
        return widths

    def figure(self, block: Figure) -> Iterator[Drawing]:
        from derive.writers.drawings.svg import in_words, svg

        picture = block.picture
        described = (
            f"{in_words(picture.title, self.names)}. {in_words(picture.description, self.names)}"
        )
        yield Drawing(
            quoted(svg(picture, self.names, fonts="'New Computer Modern'")),
            quoted(described), picture.size[0], self.inline(block.caption),
        )  # fmt: skip

    def foot(self, block: Foot) -> Iterator[FootText]:
        yield FootText(self.inline(block.content))

    def items(self, block: Items) -> Iterator[ItemsText]:
        yield ItemsText([self.inline(item) for item in block.items], block.ordered)


def _line(row: Row) -> Line:
    right = f"{row.sign} {row.right}".strip()
    number = quoted(f"({row.number})") if row.number else ""
    reason = row.reason if row.reason != quoted("") else ""
    return Line(row.left, right, row.role, row.scale, number, reason)
