"""What every format does alike: block after block, each through the macro of its name."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from derive.document.blocks import (
    Beside,
    Block,
    Choices,
    Code,
    Document,
    Equation,
    Equations,
    Figure,
    Foot,
    Heading,
    Inline,
    Items,
    PageBreak,
    Paragraph,
    Person,
    Reference,
    Space,
    Table,
    Together,
)
from derive.document.wording import merged
from derive.writers.layout import Layout
from derive.writers.registry import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from derive.notation import Names

NOUNS: dict[type, str] = {
    Heading: "heading",
    Paragraph: "paragraph",
    Equation: "equation",
    Equations: "equation",
    Table: "table",
    Beside: "beside",
    Figure: "figure",
    Items: "items",
    Choices: "choices",
    Code: "code",
    Space: "space",
    Together: "together",
    PageBreak: "page_break",
    Foot: "foot",
}
_LED = (Equation, Equations, Table, Items)  # what a paragraph before it leads to
_BODY = "\0"  # stands for the body between the two ends of a page


class Option(NamedTuple):
    """One of several to choose from, with its letter; ``right`` in a key."""

    letter: str
    content: str
    right: bool


class Options(NamedTuple):
    options: list[Option]


class BesideText(NamedTuple):
    """Tables one after the other."""

    content: str


class TogetherText(NamedTuple):
    content: str
    onwards: bool


class CodeLines(NamedTuple):
    lines: tuple[str, ...]


class Writer:
    """A format: a method per kind of block, from the block to what its macro is given.

    A block may fill its macro more than once: a chain too long for one formula is several
    formulas, a table too wide for the page is several tables.

    stem   what the names of files beside the page begin with; None: there can be none
    files  those that the page refers to, once it is written: name → content
    """

    name: ClassVar[str]  # the folder of its templates
    suffix: ClassVar[str] = ""  # of its templates, where they are not in the format itself
    feet: ClassVar[bool] = False  # whether a foot begins a page, so that none need be begun before

    def __init__(
        self, names: Names, templates: Path | None = None, *, stem: str | None = None
    ) -> None:
        self.names = names
        self.stem = stem
        self.files: dict[str, str] = {}
        self._leading: set[int] = set()  # ids of the paragraphs that lead to what follows
        self.layout = Layout(self.name, self.suffix or REGISTRY[self.name].suffix, templates)

    def page(self, document: Document) -> str:
        """The whole document, ending in one line end."""
        body = self.body(document)
        return self._around(document, body, self.needs(body))

    @classmethod
    def bytes_of(cls, source: str) -> bytes:
        """The file that is made of a page, in a format that is no text."""
        raise NotImplementedError

    def ends(
        self, document: Document, body: str, people: Sequence[Person] = ()
    ) -> tuple[str, str, str]:
        """What stands before, between and behind the bodies of documents of one sort that share
        a file: this one with its body, and others, in which these people are named."""
        needs = self.needs(body, tuple(people))
        before, _, behind = self._around(document, _BODY, needs).partition(_BODY)
        parted = self.feet and document.blocks and isinstance(document.blocks[0], Foot)
        between = "" if parted else self.layout.block("page_break", PageBreak())
        return before, f"\n\n{between}\n\n", behind

    def body(self, document: Document) -> str:
        """The blocks of a document."""
        return self._joined(titled(document))

    def leads(self, block: Paragraph) -> bool:
        """Whether a formula, a table or a list follows, from which no page parts it."""
        return id(block) in self._leading

    def _joined(self, blocks: Sequence[Block], tied: bool = False) -> str:
        self._leading.update(id(one) for one, after in pairwise(blocks) if isinstance(after, _LED))
        filled = [(block, self._filled(block)) for block in blocks]
        parts: list[str] = []
        previous: Block | None = None
        for place, (block, texts) in enumerate(filled):
            if isinstance(block, Heading) and _left_bare(block, filled[place + 1 :]):
                continue
            for text in texts:
                parts += [self.gap(previous, block, tied), text] if parts else [text]
                previous = block
        return "".join(parts)

    def _filled(self, block: Block) -> list[str]:
        """What the block's macro makes of it: often one text; none where nothing is to be seen."""
        noun = NOUNS[type(block)]
        texts = [self.layout.block(noun, context) for context in getattr(self, noun)(block)]
        if not texts and isinstance(block, Figure):
            texts = [text for other in block.instead for text in self._filled(other)]
        return [text for text in texts if text]

    def needs(self, body: str, people: tuple[Person, ...] = ()) -> dict[str, bool]:
        """What the page has to be ready for besides, as its template calls it."""
        return {}

    def spelled(self, content: Inline) -> Inline:
        """Running text in which people's names are words, as far as the format has letters, and
        references, where it has no links."""
        if not any(isinstance(piece, (Person, Reference)) for piece in content):
            return content
        return merged(
            self.person(piece) if isinstance(piece, Person)
            else self.reference(piece) if isinstance(piece, Reference) else piece
            for piece in content
        )  # fmt: skip

    def reference(self, reference: Reference) -> str:
        """A number of an equation as mere words, or itself where the format has links."""
        return str(reference)

    def person(self, person: Person) -> str:
        """A name as mere words, or itself where the format has no letters for it."""
        return str(person)

    def _around(self, document: Document, body: str, needs: dict[str, bool]) -> str:
        kinds = {type(block) for block in document.blocks}
        return self.layout.page(
            title=self.inline(document.title), language=document.language, body=body,
            drawings=Figure in kinds, footed=Foot in kinds, **needs,
        )  # fmt: skip

    def gap(self, previous: Block | None, block: Block, tied: bool) -> str:
        """What stands between two blocks: an empty line. No page ends between tied ones."""
        return "\n\n"

    def inline(self, content: Inline) -> str:
        """Running text with its formulas."""
        raise NotImplementedError

    def figure(self, block: Figure) -> Iterator[object]:
        """Nothing, in a format that has no pictures: what stands instead is written."""
        return iter(())

    def foot(self, block: Foot) -> Iterator[object]:
        """Nothing, in a format that has no pages."""
        return iter(())

    def beside(self, block: Beside) -> Iterator[object]:
        """One below the other, in a format that sets none side by side."""
        yield BesideText(self._joined(block.tables))

    def choices(self, block: Choices) -> Iterator[object]:
        """The options with their letters."""
        lettered = zip(ascii_lowercase, block.options, strict=False)
        yield Options([
            Option(letter, self.inline(content), position == block.right)
            for position, (letter, content) in enumerate(lettered)
        ])  # fmt: skip

    def code(self, block: Code) -> Iterator[CodeLines]:
        yield CodeLines(block.lines)

    def together(self, block: Together) -> Iterator[TogetherText]:
        yield TogetherText(self._joined(block.blocks, tied=True), block.onwards)

    def page_break(self, block: PageBreak) -> Iterator[PageBreak]:
        yield block

    def space(self, block: Space) -> Iterator[Space]:
        yield block


def titled(document: Document) -> tuple[Block, ...]:
    """The blocks, the title first unless a heading of level 1 among them says it."""
    blocks = document.blocks
    if not document.title or any(isinstance(b, Heading) and b.level == 1 for b in blocks):
        return blocks
    return (Heading(1, document.title), *blocks)


def _left_bare(heading: Heading, after: Sequence[tuple[Block, list[str]]]) -> bool:
    """Whether all that stood under the heading is nothing here: pictures, in plain text."""
    if not after or after[0][1] or not isinstance(after[0][0], Figure):
        return False
    left = next((block for block, texts in after if texts), None)
    return left is None or (isinstance(left, Heading) and left.level <= heading.level)
