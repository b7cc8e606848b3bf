"""Plain text for a terminal: no line over 80 columns, whatever the document holds."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase
from typing import ClassVar, NamedTuple

from derive.document.blocks import (
    Choices,
    Code,
    Equation,
    Equations,
    Heading,
    Inline,
    Items,
    Paragraph,
    Strong,
    Table,
)
from derive.writers.columns import NO_BREAK, cut, pad, plain, width, wrap
from derive.writers.expressions.boxes import matrix_lines
from derive.writers.expressions.layout import Line, chain_lines, left_column, text_lines
from derive.writers.expressions.text import TEXT, text
from derive.writers.expressions.tiles import TEXT_FRAME, is_matrix, tiles
from derive.writers.tables import groups, shrunk
from derive.writers.writer import CodeLines, Writer

COLUMNS = 80
_TOGETHER = 40  # columns up to which a formula in running text is not broken
_LONGEST = 10_000  # characters of a matrix: its width and the columns it stands in decide
_INDENT = 4  # columns before a displayed formula
_TABLE_INDENT = 2
_GAP = 2  # columns between those of a table
_NARROW = 12  # columns below which no column of a table is squeezed


class HeadingLines(NamedTuple):
    level: int
    lines: list[str]
    width: int


class ParagraphLines(NamedTuple):
    lines: list[str]
    kind: str


class EquationLines(NamedTuple):
    lines: list[str]
    caption: list[str]


class TableLines(NamedTuple):
    """Cells padded to ``widths``; one row of the table may be several lines of cells."""

    caption: list[str]
    header: list[list[str]]
    rows: list[list[list[str]]]
    widths: list[int]


class ItemsLines(NamedTuple):
    items: list[list[str]]
    ordered: bool


class OptionLines(NamedTuple):
    letter: str
    lines: list[str]
    right: bool


class OptionsLines(NamedTuple):
    options: list[OptionLines]


class Text(Writer):
    """The writer of plain text."""

    name: ClassVar[str] = "text"

    def inline(self, content: Inline) -> str:
        return "".join(self._piece(piece) for piece in self.spelled(content)).strip(" ")

    def _piece(self, piece: object) -> str:
        if isinstance(piece, str):
            return plain(piece)
        if isinstance(piece, Strong):
            return plain(piece.text)
        formula = text(piece, self.names)  # type: ignore[arg-type]
        return formula.replace(" ", NO_BREAK) if width(formula) <= _TOGETHER else formula

    def heading(self, block: Heading) -> Iterator[HeadingLines]:
        lines = wrap(self.inline(block.content), COLUMNS)
        yield HeadingLines(block.level, lines, max(map(width, lines)))

    def paragraph(self, block: Paragraph) -> Iterator[ParagraphLines]:
        room = COLUMNS - 2 if block.kind == "remark" else COLUMNS
        yield ParagraphLines(wrap(self.inline(block.content), room), block.kind)

    def equation(self, block: Equation | Equations) -> Iterator[EquationLines]:
        equations = block.rows if isinstance(block, Equations) else (block,)
        below = wrap(self.inline(block.caption), COLUMNS - _INDENT) if block.caption else []
        if any(is_matrix(equation.chain) for equation in equations):
            *before, last = map(self._of_matrices, equations)
            yield from (EquationLines(lines, []) for lines in before)
            yield EquationLines(last, below)
            return
        room = COLUMNS - _INDENT
        column = left_column([e.chain for e in equations], self.names, TEXT, room)
        lines: list[Line] = []
        notes: dict[int, str] = {}
        for equation in equations:
            note = _note(equation)
            lines += self._chain(equation, column, width(note) + 2 if note else 0)
            notes[len(lines) - 1] = note
        printed: list[str] = []
        for position, line in enumerate(text_lines(lines)):
            parts = cut(" " * _INDENT + line, COLUMNS)
            note = notes.get(position, "")
            printed += [*parts[:-1], *_noted(parts[-1], note)] if note else parts
        yield EquationLines(printed, below)

    def _of_matrices(self, equation: Equation) -> list[str]:
        """An equation between matrices, in parts that fit, its note on its last line."""
        room = COLUMNS - _INDENT
        lines: list[str] = []
        for chain in tiles(equation.chain, self.names, TEXT, TEXT_FRAME, room, _LONGEST):
            if is_matrix(chain):
                printed = matrix_lines(chain, self.names, room)
            else:
                printed = list(text_lines(chain_lines(chain, self.names, TEXT, room)))
            lines += [""] * bool(lines) + [" " * _INDENT + line for line in printed]
        *before, last = (part for line in lines for part in cut(line, COLUMNS) or [""])
        note = _note(equation)
        return [*before, *(_noted(last, note) if note else [last])]

    def _chain(self, equation: Equation, column: float, note: int) -> tuple[Line, ...]:
        """The lines of a chain; only where its note does not fit beside the last, shorter ones."""
        room = COLUMNS - _INDENT
        lines = chain_lines(equation.chain, self.names, TEXT, room, column)
        if column + width(f" {lines[-1].sign} {lines[-1].right}") + note > room:
            lines = chain_lines(equation.chain, self.names, TEXT, room - note, column)
        return lines

    def items(self, block: Items) -> Iterator[ItemsLines]:
        room = COLUMNS - len(f"{len(block.items)}.") - 3
        yield ItemsLines([wrap(self.inline(i), room) for i in block.items], block.ordered)

    def choices(self, block: Choices) -> Iterator[OptionsLines]:
        """The options with their letters, each over as many lines as it needs."""
        lettered = zip(ascii_lowercase, block.options, strict=False)
        yield OptionsLines([
            OptionLines(letter, wrap(self.inline(content), COLUMNS - 8), position == block.right)
            for position, (letter, content) in enumerate(lettered)
        ])  # fmt: skip

    def code(self, block: Code) -> Iterator[CodeLines]:
        yield CodeLines(tuple(part for line in block.lines for part in cut(line, COLUMNS)))

    def table(self, block: Table) -> Iterator[TableLines]:
        caption = wrap(self.inline(block.caption), COLUMNS) if block.caption else []
        cells = [[self.inline(cell) for cell in row] for row in (block.header, *block.rows)]
        room = COLUMNS - _TABLE_INDENT
        columns = list(zip(*cells, strict=True))
        natural = [max(1, *map(width, column)) for column in columns]
        least = [min(_longest_word(c), w) for c, w in zip(columns, natural, strict=True)]
        widths = shrunk(natural, least, _GAP, room)
        for group in groups(widths, _GAP, room, len(block.rows)):
            # One column beside the first may still be too wide: then words are broken.
            some = [int(widths[i]) for i in group]
            fitting = [int(w) for w in shrunk(some, [_NARROW] * len(some), _GAP, room)]
            align = [block.align[i] for i in group]
            rows = [_lines([row[i] for i in group], fitting, align) for row in cells]
            yield TableLines(caption, rows[0], rows[1:], fitting)
            caption = []


def _note(equation: Equation) -> str:
    """What stands at the right of a displayed formula: its reason, its number."""
    number = "" if equation.number is None else f"({equation.number})"
    reason = f"[{plain(equation.reason)}]" if equation.reason else ""
    return "  ".join(part for part in (reason, number) if part)


def _noted(line: str, note: str) -> list[str]:
    """The line with its note at the right end, on a line of its own where there is no room."""
    free = COLUMNS - width(line) - width(note)
    if free >= 2:
        return [line + " " * free + note]
    return [line, *(pad(part, COLUMNS, "r") for part in cut(note, COLUMNS))]


def _longest_word(cells: tuple[str, ...]) -> int:
    words = (width(word) for cell in cells for word in cell.split(" "))
    return max(_NARROW, *words, 0)


def _lines(cells: list[str], widths: list[int], align: list[str]) -> list[list[str]]:
    """One row of cells as lines of cells, each padded to its column."""
    wrapped = [wrap(cell, columns) for cell, columns in zip(cells, widths, strict=True)]
    deep = max(map(len, wrapped))
    return [
        [
            pad(lines[i] if i < len(lines) else "", columns, side)
            for lines, columns, side in zip(wrapped, widths, align, strict=True)
        ]
        for i in range(deep)
    ]
