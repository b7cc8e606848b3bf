"""A web page in one file: fonts and pictures are in it, and it needs no script.

Formulas are MathML with their speech as alternative text. Where the window is narrow, a style sheet
lays the rows of a formula out part by part, and what is still wider scrolls in a box of its own.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from html import escape
from itertools import pairwise
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
)
from derive.document.wording import Wording
from derive.expression.nodes import Expression, Partial, Quantity
from derive.resources import shipped_templates
from derive.writers.chains import Row, Target, rows
from derive.writers.columns import plain
from derive.writers.expressions.mathml import IN_LINE, MATHML
from derive.writers.expressions.speech import Speech
from derive.writers.expressions.tiles import Frame
from derive.writers.html.parts import NARROW, parts
from derive.writers.spoken import equations, spoken, without_markup
from derive.writers.writer import Writer, titled

if TYPE_CHECKING:
    from derive.derivation.steps import Chain
    from derive.notation import Names

# Widths are in half ems. The style sheet leaves formulas a column of 44 em or breaks them.
_LINE = 80.0
_SOURCE = 1_000_000  # characters of a row: no bound
_LETTER = 1.0  # a letter of running text
_GAP = 2.0  # between columns of a table
_POINTS = 180.0  # of a picture that fits a telephone
_TARGET = Target(MATHML, Frame(1.6, 2.4, 5.0, 0, 0), lambda e: f'<mrow class="result">{e}</mrow>')
_CONTENTS = (2, 3)  # levels of headings that the table of contents lists
_JOINER = "\u2060"  # no line ends between a formula and the sign behind it
_BEHIND, _BEFORE = frozenset(")]}.,;:!?”’"), frozenset("([{“‘")
# family, weight, style, file
_FONTS = (
    ("STIX Two Math", "400", "normal", "stix-two-math"),
    ("STIX Two Text", "400", "normal", "stix-two-text"),
    ("STIX Two Text", "700", "normal", "stix-two-text-bold"),
    ("STIX Two Text", "400", "italic", "stix-two-text-italic"),
)


class Font(NamedTuple):
    """A font in the page. data: the file in base 64."""

    family: str
    weight: str
    style: str
    data: str


class Entry(NamedTuple):
    """A line of the table of contents, and those below it."""

    anchor: str
    content: str
    inner: list[Entry]


class HeadingText(NamedTuple):
    level: int
    content: str
    anchor: str


class ParagraphText(NamedTuple):
    content: str
    kind: str


class Line(NamedTuple):
    """A row of a formula: its left side, what follows in parts, its notes."""

    left: str
    parts: list[str]
    role: str
    number: str
    reason: str
    anchor: str


class Display(NamedTuple):
    """A displayed formula.

    reasons, numbers  whether there is a column of them
    wide              what its box is called where it may have to scroll
    """

    lines: list[Line]
    reasons: bool
    numbers: bool
    speech: str
    wide: str
    caption: str


class Tabular(NamedTuple):
    caption: str
    header: list[str]
    rows: list[list[str]]
    align: list[str]
    wide: str


class Drawing(NamedTuple):
    svg: str
    caption: str
    wide: str


class ItemsText(NamedTuple):
    items: list[str]
    ordered: bool


class FootText(NamedTuple):
    content: str


class Html(Writer):
    """The writer of web pages."""

    name: ClassVar[str] = "html"

    def __init__(
        self, names: Names, templates: Path | None = None, *, stem: str | None = None
    ) -> None:
        super().__init__(names, templates, stem=stem)
        self.words = Wording("en", templates)
        self.speech = Speech(self.words, names)
        self.contents: list[Entry] = []
        self._numbered: dict[int, Equation] = {}  # those that there are links to
        self._placed: set[str] = set()
        self._roles: dict[str, None] = {}
        self._alone = (
            False  # whether the document has the page for itself: only then are there anchors
        )

    def page(self, document: Document) -> str:
        """The whole document; the title is no part of the body here."""
        self._alone = True
        title, *blocks = titled(document)
        every = (e for block in blocks for e in equations(block))
        self._numbered = {e.number: e for e in every if e.number is not None}
        heading = ""
        if isinstance(title, Heading):
            heading = self.inline(title.content)
        else:
            blocks = [title, *blocks]
        return self._laid_out(document, self._joined(blocks), heading)

    def _around(self, document: Document, body: str, needs: dict[str, bool]) -> str:
        return self._laid_out(document, body, "")

    def _laid_out(self, document: Document, body: str, heading: str) -> str:
        return self.layout.page(**self.around(document, body, heading))

    def around(self, document: Document, body: str, heading: str) -> dict[str, object]:
        """What the template of the page is filled with."""
        return {
            "title": _escaped(without_markup(document.title, self.names)),
            "language": document.language,
            "body": body,
            "heading": heading,
            "contents": self.contents,
            "roles": [(role, self.words.text(f"web_role_{role}")) for role in self._roles],
            "fonts": _fonts(),
            "labels": {
                name: self.words.text(f"web_{name}") for name in ("contents", "skip", "legend")
            },
        }

    # -- running text ------------------------------------------------------------------------

    def inline(self, content: Inline) -> str:
        pieces = self.spelled(content)
        out: list[str] = []
        for place, piece in enumerate(pieces):
            markup = self._piece(piece)
            if _is_formula(piece):
                before = pieces[place - 1] if place else ""
                after = pieces[place + 1] if place + 1 < len(pieces) else ""
                if isinstance(before, str) and before[-1:] in _BEFORE and before:
                    markup = _JOINER + markup
                if isinstance(after, str) and after[:1] in _BEHIND and after:
                    markup += _JOINER
            out.append(markup)
        return "".join(out).strip()

    def reference(self, reference: Reference) -> str:
        return reference if reference.number in self._numbered else str(reference)

    def _piece(self, piece: str | Expression | Strong) -> str:
        if isinstance(piece, Reference):
            return self._link(piece)
        if isinstance(piece, str):
            return _escaped(piece)
        if isinstance(piece, Strong):
            return f"<strong>{_escaped(piece.text)}</strong>"
        return self._math(piece)

    def _math(self, expression: Expression) -> str:
        elements = IN_LINE(expression, self.names)
        spoken = escape(self.speech(expression))
        formula = f'<math alttext="{spoken}" aria-label="{spoken}">{elements}</math>'
        if IN_LINE.width(elements) <= NARROW:
            return formula
        label = escape(self.words.text("web_wide_formula"))
        return f'<span class="wide" tabindex="0" role="group" aria-label="{label}">{formula}</span>'

    def _link(self, reference: Reference) -> str:
        """A link to a numbered equation, which is to be seen while one points at it."""
        chain = _in_short(self._numbered[reference.number].chain)
        formula = "".join(MATHML.signs[r.sign] + MATHML(r.expression, self.names) for r in chain)
        return self.layout.block(
            "reference", LinkText(f"eq-{reference.number}", str(reference), formula)
        )

    # -- blocks ------------------------------------------------------------------------------

    def heading(self, block: Heading) -> Iterator[HeadingText]:
        content = self.inline(block.content)
        if not self._alone or block.level == 1:
            yield HeadingText(block.level, content, "")
            return
        anchor = self._anchor("s")
        if block.level in _CONTENTS:
            entries = self.contents
            if block.level > _CONTENTS[0] and entries:
                entries = entries[-1].inner
            entries.append(Entry(anchor, content, []))
        yield HeadingText(block.level, content, anchor)

    def _anchor(self, stem: str) -> str:
        anchor = f"{stem}-{len(self._placed) + 1}"
        self._placed.add(anchor)
        return anchor

    def paragraph(self, block: Paragraph) -> Iterator[ParagraphText]:
        yield ParagraphText(self.inline(block.content), block.kind)

    def equation(self, block: Equation | Equations) -> Iterator[Display]:
        fitting = list(rows(block, self.names, _escaped, _LINE, _SOURCE, _SOURCE, _TARGET))
        lines = [self._line(row) for row in fitting]
        widest = max(max(map(MATHML.width, (line.left, *line.parts))) for line in lines)
        wide = widest > NARROW or max(row.width / row.scale for row in fitting) > _LINE
        yield Display(
            lines, any(line.reason for line in lines), any(line.number for line in lines),
            escape(spoken(block, self.speech, self.words)), self._label("formula", wide),
            self.inline(block.caption),
        )  # fmt: skip

    def _line(self, row: Row) -> Line:
        if row.role:
            self._roles[row.role] = None
        anchor = f"eq-{row.number}" if row.number and self._alone else ""
        if anchor in self._placed:
            anchor = ""
        elif anchor:
            self._placed.add(anchor)
        return Line(row.left, parts(row.sign + row.right), row.role, row.number, row.reason, anchor)

    def _label(self, what: str, wide: bool) -> str:
        """What a box is called that scrolls; "" for one that need not."""
        return escape(self.words.text(f"web_wide_{what}")) if wide else ""

    def table(self, block: Table) -> Iterator[Tabular]:
        content = (block.header, *block.rows)
        cells = [[self.inline(cell) for cell in row] for row in content]
        least = (max(self._least(row[i]) for row in content) for i in range(len(block.header)))
        wide = sum(least) + _GAP * len(block.header) > NARROW
        yield Tabular(
            self.inline(block.caption), cells[0], cells[1:], list(block.align),
            self._label("table", wide),
        )  # fmt: skip

    def _least(self, content: Inline) -> float:
        """The half ems of the widest part of a cell between which a line may end."""
        widths = [0.0]
        for piece in self.spelled(content):
            if isinstance(piece, (str, Strong)):
                words = (piece if isinstance(piece, str) else piece.text).split()
                widths += [_LETTER * len(word) for word in words]
            else:
                widths.append(IN_LINE.width(IN_LINE(piece, self.names)))
        return max(widths)

    def figure(self, block: Figure) -> Iterator[Drawing]:
        from derive.writers.drawings.svg import svg

        drawn = svg(block.picture, self.names)
        wide = block.picture.size[0] > _POINTS
        yield Drawing(drawn, self.inline(block.caption), self._label("picture", wide))

    def items(self, block: Items) -> Iterator[ItemsText]:
        yield ItemsText([self.inline(item) for item in block.items], block.ordered)

    def foot(self, block: Foot) -> Iterator[FootText]:
        yield FootText(self.inline(block.content))


class LinkText(NamedTuple):
    """A reference: where it leads, what it says, the formula that is there."""

    anchor: str
    content: str
    formula: str


def _escaped(words: str) -> str:
    return escape(plain(words), quote=False)


def _is_formula(piece: object) -> bool:
    return isinstance(piece, Expression)


def _in_short(chain: Chain) -> Chain:
    """What a chain is about, what that is in names, and the number that it comes to."""
    named = [place for place, r in enumerate(chain) if place and _has_names(r.expression)]
    kept = sorted({0, *named[-1:], len(chain) - 1})
    short = [chain[0]]
    for before, place in pairwise(kept):
        dropped = any(r.sign == "≈" for r in chain[before + 1 : place + 1])
        sign = "≈" if dropped else chain[place].sign
        short.append(type(chain[0])(sign, chain[place].expression))
    return tuple(short)


def _has_names(expression: Expression) -> bool:
    return any(isinstance(node, (Quantity, Partial)) for node in expression.walk())


@cache
def _fonts() -> tuple[Font, ...]:
    folder = shipped_templates() / "html" / "fonts"
    return tuple(
        Font(family, weight, style, b64encode((folder / f"{file}.woff2").read_bytes()).decode())
        for family, weight, style, file in _FONTS
    )
