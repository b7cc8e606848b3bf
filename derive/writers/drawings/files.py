"""The pictures of a document alone, without its words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from derive.document.blocks import Document, Figure
from derive.writers.drawings.svg import svg
from derive.writers.errors import WriterError
from derive.writers.writer import Writer

if TYPE_CHECKING:
    from derive.notation import Names


class Pictures(Writer):
    """The writer of pictures: the first is the page, the others are files beside it."""

    name: ClassVar[str] = "svg"

    def __init__(
        self, names: Names, templates: Path | None = None, *, stem: str | None = None
    ) -> None:
        # Without the templates of the other formats: a picture has its layout from its shapes.
        self.names = names
        self.stem = stem
        self.files = {}

    def page(self, document: Document) -> str:
        """The first picture. Raises WriterError where the document has none."""
        pictures = [b.picture for b in document.blocks if isinstance(b, Figure)]
        if not pictures:
            raise WriterError(
                "svg: the document has no picture; a derivation has, of a sheet take another format"
            )
        first, *others = pictures
        if self.stem is not None:
            for picture in others:
                self.files[f"{self.stem}-{picture.name}.svg"] = svg(picture, self.names)
        return svg(first, self.names)

    def body(self, document: Document) -> str:
        """Raises WriterError: pictures are no pages that could share a file."""
        raise WriterError("svg: every picture is a file of its own; leave out --one-file")
