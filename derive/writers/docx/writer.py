"""A document for Word: headings, lists and tables are what Word calls so, formulas are its own.

A page is the text of a package (Flat OPC, as Word writes it, too), whose layout is in
``templates/docx/``; ``packing.py`` makes the file of it. A formula of one row without a note is a
paragraph; rows that are aligned, or that have numbers and reasons beside them, are a table without
lines, whose cells hold a formula each.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from derive.document.blocks import (
    Document,
    Equation,
    Equations,
    Figure,
    Foot,
    Heading,
    Inline,
    Items,
    Paragraph,
    Reference,
    Strong,
    Table,
    Together,
)
from derive.expression.nodes import Expression
from derive.writers.chains import Row, Target, note_width, rows
from derive.writers.docx.packing import packed
from derive.writers.docx.text import escape, run
from derive.writers.drawings.style import COLOURS
from derive.writers.expressions.omml import IN_LINE, OMML, boxed
from derive.writers.expressions.omml import run as sign
from derive.writers.expressions.tiles import Frame
from derive.writers.spoken import equations, without_markup
from derive.writers.tables import groups, shrunk
from derive.writers.writer import TogetherText, Writer

if TYPE_CHECKING:
    from derive.notation import Names

# Widths are in half ems of formulas, whose digits are wider than half an em; a line has 17 cm.
_TWIPS = 122
_WHOLE = 9638  # twips of a line
_INDENT = 284  # twips before formulas
_LINE = 74.0
_SOURCE = 1_000_000  # characters of a row: no bound
_LETTER = 1.0  # a letter of running text
_GAP = 2.2  # between columns of a table, and around what stands in a cell
_ROOM = 78.0  # of a line without indentation
_POINTS = 482.0  # of a line: no picture is wider
_EMU = 12700  # a point in the unit of pictures
_SIZE = 22  # half points of a formula
_TARGET = Target(OMML, Frame(1.6, 2.4, 5.0, 0, 0), boxed)
# Signs that may begin a row: there LibreOffice would miss what stands before them.
_LEADING = {sign(one): sign(one, literal=True) for one in "=≈←→+⋅×∗⊙/"}
_LETTERS = re.compile(r"<m:t(?=[ >])")
_PROPERTIES = re.compile(
    r"(?=</m:(?:acc|bar|borderBox|d|f|lim(?:Low|Upp)|m|nary|rad|s(?:Sub|Sup)+)Pr>)"
)
_KEEPABLE = re.compile(r'(<w:pStyle w:val="\w+"/>)(?!<w:keepNext/>)')


class HeadingText(NamedTuple):
    level: int
    content: str


class ParagraphText(NamedTuple):
    """leads: a formula, a table or a list follows on the same page."""

    content: str
    kind: str
    leads: bool


class Line(NamedTuple):
    """A row of a formula: two formulas; its number and reason as text, anchor "" for none."""

    left: str
    right: str
    number: str
    reason: str
    anchor: str


class Display(NamedTuple):
    """A displayed formula. widths: twips of its columns: left, right, reasons, numbers; 0 for one
    that there is not. alone: it is one row without a note."""

    lines: list[Line]
    alone: bool
    widths: tuple[int, int, int, int]
    caption: str


class Tabular(NamedTuple):
    """widths: twips of the columns."""

    caption: str
    header: list[str]
    rows: list[list[str]]
    align: list[str]
    widths: list[int]


class Drawing(NamedTuple):
    """data: a PNG in base 64; name: what no other picture is called; sizes in EMU."""

    data: str
    name: str
    title: str
    description: str
    width: int
    height: int
    caption: str


class ItemsText(NamedTuple):
    items: list[str]
    ordered: bool


class FootText(NamedTuple):
    content: str
    name: str


class Docx(Writer):
    """The writer of documents for Word."""

    name: ClassVar[str] = "docx"
    suffix: ClassVar[str] = ".xml"
    feet: ClassVar[bool] = True

    def __init__(
        self, names: Names, templates: Path | None = None, *, stem: str | None = None
    ) -> None:
        super().__init__(names, templates, stem=stem)
        self._numbered: set[int] = set()  # those that there are links to
        self._placed: set[int] = set()

    @classmethod
    def bytes_of(cls, source: str) -> bytes:
        return packed(source)

    def page(self, document: Document) -> str:
        numbers = (e.number for block in document.blocks for e in equations(block))
        self._numbered = {number for number in numbers if number is not None}
        return super().page(document)

    def _around(self, document: Document, body: str, needs: dict[str, bool]) -> str:
        return self.layout.page(
            title=escape(without_markup(document.title, self.names)),
            language=_LOCALES.get(document.language, document.language), body=body,
        )  # fmt: skip

    # -- running text ------------------------------------------------------------------------

    def inline(self, content: Inline) -> str:
        return "".join(map(self._piece, self.spelled(content)))

    def reference(self, reference: Reference) -> str:
        return reference if reference.number in self._numbered else str(reference)

    def _piece(self, piece: str | Expression | Strong) -> str:
        if isinstance(piece, Reference):
            link = run(piece, '<w:rStyle w:val="Hyperlink"/>')
            return f'<w:hyperlink w:anchor="eq_{piece.number}">{link}</w:hyperlink>'
        if isinstance(piece, str):
            return run(piece)
        if isinstance(piece, Strong):
            return run(piece.text, "<w:b/>")
        return f"<m:oMath>{IN_LINE(piece, self.names)}</m:oMath>"

    # -- blocks ------------------------------------------------------------------------------

    def heading(self, block: Heading) -> Iterator[HeadingText]:
        yield HeadingText(block.level, self.inline(block.content))

    def paragraph(self, block: Paragraph) -> Iterator[ParagraphText]:
        yield ParagraphText(self.inline(block.content), block.kind, self.leads(block))

    def equation(self, block: Equation | Equations) -> Iterator[Display]:
        limit = _LINE - _spread(list(equations(block)))
        fitting = list(rows(block, self.names, str, limit, _SOURCE, _SOURCE, _TARGET))
        lines = [self._line(row) for row in fitting]
        alone = len(lines) == 1 and not (lines[0].number or lines[0].reason)
        yield Display(lines, alone, _columns(fitting), self.inline(block.caption))

    def _line(self, row: Row) -> Line:
        number = int(row.number) if row.number else None
        anchor = ""
        if number in self._numbered and number not in self._placed:
            self._placed.add(number)
            anchor = f"eq_{number}"
        left = _set_in(row.left, row)
        right = _set_in(row.sign + row.right, row)
        return Line(left, right, row.number, escape(row.reason), anchor)

    def table(self, block: Table) -> Iterator[Tabular]:
        content = (block.header, *block.rows)
        cells = [[self.inline(cell) for cell in row] for row in content]
        columns = [[self._words(row[i]) for row in content] for i in range(len(block.header))]
        natural = [max(map(sum, column)) for column in columns]
        least = [max(max(words, default=0.0) for words in column) for column in columns]
        widths = shrunk(natural, least, _GAP, _ROOM)
        caption = self.inline(block.caption)
        for group in groups(widths, _GAP, _ROOM, len(block.rows)):
            some = [[row[i] for i in group] for row in cells]
            yield Tabular(
                caption, some[0], some[1:], [block.align[i] for i in group],
                [round((widths[i] + _GAP) * _TWIPS) for i in group],
            )  # fmt: skip
            caption = ""

    def _words(self, content: Inline) -> list[float]:
        """The half ems of everything in a cell between which a line may end."""
        widths: list[float] = []
        for piece in self.spelled(content):
            if isinstance(piece, (str, Strong)):
                words = (piece if isinstance(piece, str) else piece.text).split()
                widths += [_LETTER * (len(word) + 1) for word in words]
            else:
                widths.append(OMML.width(IN_LINE(piece, self.names)) + _LETTER)
        return widths

    def figure(self, block: Figure) -> Iterator[Drawing]:
        from derive.writers.drawings.svg import in_words, svg
        from derive.writers.typst.compiling import picture_of

        picture = block.picture
        drawn = picture_of(svg(picture, self.names, fonts="'New Computer Modern'"), "docx")
        scale = min(1.0, _POINTS / picture.size[0]) * _EMU
        width, height = (round(length * scale) for length in picture.size)
        yield Drawing(
            b64encode(drawn).decode(), sha256(drawn).hexdigest()[:12],
            escape(in_words(picture.title, self.names)),
            escape(in_words(picture.description, self.names)),
            width, height, self.inline(block.caption),
        )  # fmt: skip

    def items(self, block: Items) -> Iterator[ItemsText]:
        yield ItemsText([self.inline(item) for item in block.items], block.ordered)

    def foot(self, block: Foot) -> Iterator[FootText]:
        content = self.inline(block.content)
        yield FootText(content, sha256(content.encode()).hexdigest()[:12])

    def together(self, block: Together) -> Iterator[TogetherText]:
        """Every paragraph but the last is kept with the next."""
        for text in super().together(block):
            places = [match.end() for match in _KEEPABLE.finditer(text.content)]
            body = text.content
            for place in reversed(places if block.onwards else places[:-1]):
                body = f"{body[:place]}<w:keepNext/>{body[place:]}"
            yield text._replace(content=body)


_LOCALES = {"en": "en-GB"}  # Word asks for a country, too; the words are spelled as there


def _spread(some: list[Equation]) -> float:
    """By how much the longest reason is wider than the shortest: all have one column, which is
    as wide as the longest."""
    widths = [note_width(one.reason, "") for one in some if one.reason]
    return max(widths) - min(widths) if widths else 0.0


def _columns(fitting: list[Row]) -> tuple[int, int, int, int]:
    """The widths of the columns of some rows, which fill the line."""
    left = max(OMML.width(row.left) for row in fitting)
    reason = max(note_width(row.reason, "") for row in fitting)
    first = round((left + _GAP) * _TWIPS) if left else 0
    third = round(reason * _TWIPS)
    fourth = 700 if any(row.number for row in fitting) else 0
    return first, _WHOLE - _INDENT - first - third - fourth, third, fourth


def _set_in(formula: str, row: Row) -> str:
    """A formula in the colour of its role and, where it is too wide, in smaller letters."""
    for operator, literal in _LEADING.items():
        if formula.startswith(operator):
            formula = literal + formula.removeprefix(operator)
            break
    manner = f'<w:color w:val="{COLOURS[row.role][1:]}"/>' if row.role else ""
    if row.scale < 1:
        size = max(2, int(_SIZE * row.scale))
        manner += f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    if not manner:
        return formula
    manner = f"<w:rPr>{manner}</w:rPr>"
    formula = _PROPERTIES.sub(f"<m:ctrlPr>{manner}</m:ctrlPr>", formula)
    return _LETTERS.sub(f"{manner}<m:t", formula)
