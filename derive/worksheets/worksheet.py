"""The public function: from a network to variants, each a sheet and a checked key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import overload

from derive.document.blocks import Document
from derive.files import write_whole
from derive.network.description import Network
from derive.worksheets.maker import REDRAWS, Maker, Variant
from derive.worksheets.recipe import Recipe, WorksheetError
from derive.worksheets.recipes import recipe_from
from derive.writers import write
from derive.writers.registry import format_named

MOST_VARIANTS = 1000


class Variants(Sequence[Variant]):
    """The variants of a worksheet, made when they are asked for; no two are alike.

    redraws  variant → how often its numbers were drawn anew, because a lower one had them
    """

    def __init__(self, maker: Maker, count: int) -> None:
        self.maker = maker
        self.redraws: dict[int, int] = {}
        self._count = count
        self._taken: dict[str, int] = {}
        self._made: Variant | None = None  # the last one: it is often asked for twice

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Variant: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Variant, ...]: ...
    def __getitem__(self, place: int | slice) -> Variant | tuple[Variant, ...]:
        if isinstance(place, slice):
            return tuple(self[i] for i in range(*place.indices(self._count)))
        number = range(1, self._count + 1)[place]
        if self._made is None or self._made.number != number:
            for lower in range(len(self._taken) + 1, number):
                self._settle(lower)
            self._made = self._settle(number)
        return self._made

    def _settle(self, number: int) -> Variant:
        """The variant of a number, all lower ones being settled."""
        for redraw in range(self.redraws.get(number, 0), REDRAWS):
            made = self.maker.variant(number, redraw)
            if self._taken.setdefault(made.signature, number) == number:
                if redraw:
                    self.redraws[number] = redraw
                return made
        raise WorksheetError(
            f"variant {number}: others had its numbers {REDRAWS} times: take fewer variants, or "
            "another network"
        )


class Worksheet:
    """Variants of one exercise; the same network, recipe and seed give the same bytes."""

    def __init__(self, maker: Maker, count: int) -> None:
        self.maker = maker
        self.variants = Variants(maker, count)
        self.seed = maker.seed
        self.names = maker.names

    def write(
        self, directory: str | Path, formats: Iterable[str] = ("markdown", "latex")
    ) -> list[Path]:
        """Write ``sheet-01.md``, ``key-01.md``, … into a folder, all or nothing.

        Raises WriterError, OSError.
        """
        pages: dict[Path, str | bytes] = {}
        for place, kind, to, name in file_names(len(self.variants), formats):
            document: Document = getattr(self.variants[place], kind)
            pages[Path(directory) / name] = write(
                document, self.names, to, templates=self.maker.templates
            )
        write_whole(pages)
        return list(pages)


def file_names(variants: int, formats: Iterable[str]) -> Iterator[tuple[int, str, str, str]]:
    """(0, "sheet", "markdown", "sheet-01.md"), … for every file of so many variants.

    Raises UnknownFormat.
    """
    rows = [format_named(name) for name in formats]
    digits = max(2, len(str(variants)))
    for place in range(variants):
        for kind in ("sheet", "key"):
            for row in rows:
                yield place, kind, row.name, f"{kind}-{place + 1:0{digits}}{row.suffix}"


def worksheet(
    network: Network,
    recipe: Recipe | str | Path | None = None,
    variants: int = 30,
    seed: int = 7,
    templates: str | Path | None = None,
) -> Worksheet:
    """Worksheets on a network, each with numbers of its own; every key is checked.

    network    its structure counts, and its learning rate; its other numbers do not. Of a batch
               one example is asked about.
    recipe     what is asked: a Recipe, the name of a ready one, or a file; everything from the
               forward pass to the updates unless given
    templates  a folder whose sentences and layouts stand before the built-in ones

    Raises WorksheetError where no good sheet can be made, CheckFailed where a step or a key does
    not hold: for the first variant at once, for the others when they are asked for.
    """
    if not 1 <= variants <= MOST_VARIANTS:
        raise WorksheetError(f"variants: got {variants}; allowed are 1 to {MOST_VARIANTS}")
    folder = None if templates is None else Path(templates)
    asked = Recipe() if recipe is None else recipe_from(recipe)
    made = Worksheet(Maker(network, asked, seed, folder), variants)
    assert made.variants[0].number == 1
    return made
