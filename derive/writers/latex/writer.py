"""A complete LaTeX article for pdflatex.

Needs no more than texlive-latex-base, texlive-latex-recommended, texlive-pictures and lmodern.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from derive.document.blocks import (
    Beside,
    Block,
    Equation,
    Equations,
    Figure,
    Foot,
    Heading,
    Inline,
    Items,
    Paragraph,
    Person,
    Strong,
    Table,
)
from derive.writers.chains import CHAIN, MEMBER, SEAM, Row, note_width, rows
from derive.writers.columns import width
from derive.writers.cutting import joint
from derive.writers.expressions.latex import LATEX, in_line, latex
from derive.writers.latex.names import in_script, latin, stand_in
from derive.writers.latex.text import escape, escape_formula, parts
from derive.writers.tables import groups, shrunk
from derive.writers.writer import Writer

if TYPE_CHECKING:
    from derive.expression.nodes import Expression

# Widths are in half ems, as the printers count: 5 pt at 10 pt.
_LINE = 91.0  # 168 mm without the indentation of formulas and tables
_CHARACTERS = 1000  # of the source of a row: what has more is wider than the page, unmeasured
_MATRIX = 6000  # of the source of a matrix, which is never more than a page high
_LETTER = 0.92  # a letter of running text, on the average
_SCRIPT = 12  # characters of a name in another script that a table makes room for
_GAP = 2.4  # between columns of a table
_LONG = 20  # rows past which a table may cross pages


# Cells of several lines, by how the column is aligned.
_RAGGED = {
    "l": r">{\apart\raggedright\arraybackslash}", "c": r">{\apart\centering\arraybackslash}",
    "r": r">{\apart\raggedleft\arraybackslash}",
}  # fmt: skip


class HeadingText(NamedTuple):
    level: int
    content: str


class ParagraphText(NamedTuple):
    content: str
    kind: str


class Display(NamedTuple):
    """rows: each with what ends it; column: the reasons stand below each other, behind the widest
    row."""

    rows: list[tuple[Row, str]]
    column: bool
    caption: str


class Tabular(NamedTuple):
    caption: str
    columns: str
    header: list[str]
    rows: list[list[str]]
    long: bool
    full: bool


class BesideTables(NamedTuple):
    tables: list[Tabular]


class Drawing(NamedTuple):
    tikz: str
    caption: str


class FootText(NamedTuple):
    content: str


class ItemsText(NamedTuple):
    items: list[str]
    ordered: bool


class Latex(Writer):
    """The writer of LaTeX."""

    name: ClassVar[str] = "latex"

    def gap(self, previous: Block | None, block: Block, tied: bool) -> str:
        """A displayed formula belongs to the paragraph before it: no empty line."""
        if isinstance(block, (Equation, Equations)) and isinstance(
            previous, (Paragraph, Equation, Equations)
        ):
            return "\n"
        return "\n\n\\nopagebreak\n" if tied else "\n\n"

    def inline(self, content: Inline) -> str:
        return "".join(map(self._piece, self.spelled(content))).strip()

    def person(self, person: Person) -> str:
        """The name, where pdflatex has all its letters."""
        return latin(str(person)) or person

    def needs(self, body: str, people: tuple[Person, ...] = ()) -> dict[str, bool]:
        """vietnamese: letters that T1 has not; scripts: names that pdflatex cannot print."""
        text = body + _named(tuple((str(person), person.instead) for person in people))
        return {"vietnamese": r"\viet{" in text, "scripts": r"\person" in text}

    def _piece(self, piece: str | Expression | Strong) -> str:
        if isinstance(piece, Person):
            return in_script(piece, piece.instead)
        if isinstance(piece, str):
            return escape(piece)
        if isinstance(piece, Strong):
            return rf"\textbf{{{escape(piece.text)}}}"
        return f"${escape_formula(in_line(latex(piece, self.names)))}$"

    def heading(self, block: Heading) -> Iterator[HeadingText]:
        yield HeadingText(block.level, self.inline(block.content))

    def paragraph(self, block: Paragraph) -> Iterator[ParagraphText]:
        yield ParagraphText(self.inline(block.content), block.kind)

    def equation(self, block: Equation | Equations) -> Iterator[Display]:
        fitting = list(rows(block, self.names, escape, _LINE, _CHARACTERS, _MATRIX))
        widest = max(row.width for row in fitting)
        notes = max(note_width(row.reason, row.number) for row in fitting)
        ended = list(zip(map(_settable, fitting), _ends(fitting), strict=True))
        yield Display(ended, widest + notes <= _LINE, self.inline(block.caption))

    def table(self, block: Table) -> Iterator[Tabular]:
        content = (block.header, *block.rows)
        cells = [[self.inline(cell) for cell in row] for row in content]
        columns = [[self._words(row[i]) for row in content] for i in range(len(block.header))]
        natural = [max(map(sum, column)) for column in columns]
        least = [max(max(words, default=0.0) for words in column) for column in columns]
        widths = shrunk(natural, least, _GAP, _LINE)
        caption = self.inline(block.caption)
        for group in groups(widths, _GAP, _LINE, len(block.rows)):
            long = len(cells) > _LONG
            squeezed = [i for i in group if widths[i] < natural[i]]
            # TeX knows better than the estimate what is left for the widest of them.
            rest = max(squeezed, key=lambda i: widths[i], default=-1) if not long else -1
            spec = "".join(
                _RAGGED[block.align[i]] + "X" if i == rest
                else f"{_RAGGED[block.align[i]]}p{{{widths[i] / 2:.1f}em}}" if i in squeezed
                else block.align[i]
                for i in group
            )  # fmt: skip
            some = [
                [_begun(_strut(row) + row[group[0]]), *(row[i] for i in group[1:])]
                for row in (
                    [_footed(cell, i in squeezed) for i, cell in enumerate(row)] for row in cells
                )
            ]
            yield Tabular(caption, spec, some[0], some[1:], long, rest >= 0)
            caption = ""

    def beside(self, block: Beside) -> Iterator[BesideTables]:
        yield BesideTables([part for table in block.tables for part in self.table(table)])

    def _words(self, content: Inline) -> list[float]:
        """The half ems of everything in a cell between which a line may end."""
        words: list[float] = []
        for piece in self.spelled(content):
            if isinstance(piece, (str, Strong)):
                text = piece if isinstance(piece, str) else piece.text
                if isinstance(piece, Person):  # what pdflatex prints, or some of a name
                    text = max(stand_in(piece.instead), piece[:_SCRIPT], key=width)
                words += [
                    (width(part) + 1) * _LETTER for word in text.split() for part in parts(word)
                ]
            else:
                words.append(LATEX.width(in_line(latex(piece, self.names))) + _LETTER)
        return words

    def figure(self, block: Figure) -> Iterator[Drawing]:
        from derive.writers.drawings.tikz import tikz

        yield Drawing(tikz(block.picture, self.names), self.inline(block.caption))

    def foot(self, block: Foot) -> Iterator[FootText]:
        yield FootText(self.inline(block.content))

    def items(self, block: Items) -> Iterator[ItemsText]:
        yield ItemsText([self.inline(item) for item in block.items], block.ordered)


@lru_cache(maxsize=2)
def _named(people: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """How the names are set."""
    return " ".join(
        escape(words) if (words := latin(name)) else in_script(name, instead)
        for name, instead in people
    )


def _strut(row: list[str]) -> str:
    """What keeps a row with fractions, or with layers as superscripts, from touching the others."""
    every = " ".join(row)
    return r"\high{}" if r"\frac" in every else r"\raised{}" if "^{" in every else ""


def _footed(cell: str, lines: bool) -> str:
    """A cell of several lines, the last of which is as deep as its row's first is high."""
    return cell + _strut([cell]) if lines else cell


def _begun(cell: str) -> str:
    """A cell that may follow the end of a row: the \\\\ there would take [ and * for its own."""
    return f"{{}}{cell}" if cell.startswith(("[", "*")) else cell


def _ends(rows: list[Row]) -> Iterator[str]:
    """What ends each row: a page may well end between chains; in one only where it would else
    stay rather empty, and hardly ever behind its first line, before its last, or in a member."""
    joints = [joint(rows, position) for position in range(len(rows))]
    for position in range(1, len(rows)):
        if joints[position] == SEAM:
            yield r" \seam \\"
            continue
        follows = joints[position + 1] if position + 1 < len(rows) else SEAM
        lone = joints[position - 1] < CHAIN or follows < CHAIN
        yield r" \hold \\" if lone or joints[position] == MEMBER else r" \\"
    yield ""


def _settable(row: Row) -> Row:
    return row._replace(left=escape_formula(row.left), right=escape_formula(row.right))
