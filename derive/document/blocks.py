"""What a document is made of. Writers know these blocks and nothing of rules or networks.

Running text is a tuple of strings and expressions; a writer sets each expression as inline
mathematics in the notation it was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from derive.derivation.steps import Chain
from derive.expression.nodes import Expression

if TYPE_CHECKING:  # most pages draw nothing
    from derive.pictures.picture import Picture


@dataclass(frozen=True, slots=True)
class Strong:
    """Emphasised words inside running text."""

    text: str


class Person(str):
    """Somebody's name inside running text, in any script.

    instead  what may stand for it on a page that can have no letters of that script, best first
    """

    __slots__ = ("instead",)
    instead: tuple[str, ...]

    def __new__(cls, name: str, instead: tuple[str, ...] = ()) -> Person:
        self = super().__new__(cls, name)
        self.instead = instead
        return self


class Reference(str):
    """What stands for a numbered equation inside running text, (3); a link where there are any.

    number  of the equation
    """

    __slots__ = ("number",)
    number: int

    def __new__(cls, number: int) -> Reference:
        self = super().__new__(cls, f"({number})")
        self.number = number
        return self


Inline = tuple[str | Expression | Strong, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the document's title and occurs once."""

    level: int
    content: Inline


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text. ``kind``: "text", or "remark" for one that stands apart."""

    content: Inline
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Equation:
    """A displayed chain of relations.

    number   shown as (number) beside it, and referred to so in sentences
    role     "hidden", "output", "loss", "gradient" or "": a colour where the format has one
    result   the chain ends in a result worth emphasis
    reason   a short word set at the right or after the chain, such as a rule's name
    caption  what it shows, set below it; only of an equation that stands alone
    tied     it belongs to the equation above it: they are not parted where others may be
    """

    chain: Chain
    number: int | None = None
    role: str = ""
    result: bool = False
    reason: str = ""
    caption: Inline = ()
    tied: bool = False


@dataclass(frozen=True, slots=True)
class Equations:
    """Several short chains set close together, aligned at their first sign; a caption below."""

    rows: tuple[Equation, ...]
    caption: Inline = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``align``: one of l, r, c per column."""

    header: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]
    align: str
    caption: Inline = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """Small tables, side by side where a line has room for them and the format can."""

    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture. ``instead`` stands in a format that cannot carry it."""

    picture: Picture
    caption: Inline = ()
    instead: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """A list of one-paragraph items."""

    items: tuple[Inline, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen, lettered a, b, …; ``right`` is the position marked in a key."""

    options: tuple[Inline, ...]
    right: int | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of a program, set as they stand."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """Python to be run, in a format that can: what it does, and the text it is filled with."""

    kind: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Space:
    """Empty lines to write on."""

    lines: int


@dataclass(frozen=True, slots=True)
class Together:
    """Blocks between which no page ends, in a format that has pages.

    onwards  nor does one end behind the last of them
    """

    blocks: tuple[Block, ...]
    onwards: bool = False


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A new page where the format has pages."""


@dataclass(frozen=True, slots=True)
class Foot:
    """What stands at the foot of every page from here on, in a format that has pages.

    What follows begins on a page of its own, the first of a new count.
    """

    content: Inline


Block = (
    Heading | Paragraph | Equation | Equations | Table | Beside | Figure | Items | Choices | Code
    | Program | Space | Together | PageBreak | Foot
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """A narrated document: its blocks in reading order, and the language of its words.

    coloured  formulas are to have the colour of their role also where that is not usual
    """

    title: Inline
    blocks: tuple[Block, ...]
    language: str = "en"
    coloured: bool = False
