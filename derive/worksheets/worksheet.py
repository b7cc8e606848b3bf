"""The public function: from a network to variants, each a sheet and a checked key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import overload

from derive.network.conversion import Given, network_of
from derive.worksheets.classes.bundle import Bundle, bundle_of
from derive.worksheets.classes.distinct import Distinct
from derive.worksheets.classes.handout import Order, Progress, hand_out
from derive.worksheets.classes.roster import read_roster
from derive.worksheets.recipes.family import Family
from derive.worksheets.recipes.family_files import described_by
from derive.worksheets.recipes.files import recipe_from
from derive.worksheets.recipes.recipe import Recipe, WorksheetError
from derive.worksheets.sheets.maker import Variant
from derive.worksheets.source import MOST_VARIANTS, USUAL_VARIANTS, Source, new_secret


class Worksheet(Sequence[Variant]):
    """Variants of an exercise, made when they are asked for; no two are alike.

    The same network, recipe and secret give the same bytes.
    """

    def __init__(
        self, bundle: Bundle, templates: Path | None = None, executor: Executor | None = None
    ) -> None:
        self._distinct = Distinct(bundle)
        self._templates = templates
        self._executor = executor
        self._last: Variant | None = None  # it is often asked for twice

    @property
    def variants(self) -> Worksheet:
        """The variants: the worksheet itself, as a sequence."""
        return self

    @property
    def bundle(self) -> Bundle:
        """What makes every variant again, and what ``derive.mark`` marks by."""
        for number in range(self._distinct.settled + 1, len(self) + 1):
            self._settle(number)
        return self._distinct.bundle

    def __len__(self) -> int:
        return self._distinct.bundle.count

    @overload
    def __getitem__(self, place: int) -> Variant: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Variant, ...]: ...
    def __getitem__(self, place: int | slice) -> Variant | tuple[Variant, ...]:
        if isinstance(place, slice):
            return tuple(self[i] for i in range(*place.indices(len(self))))
        number = range(1, len(self) + 1)[place]
        if self._last is None or self._last.number != number:
            for lower in range(self._distinct.settled + 1, number):
                self._settle(lower)
            self._last = self._settle(number)
        return self._last

    def _settle(self, number: int) -> Variant:
        """The variant of a number, all lower ones being settled."""
        return self._distinct.settle(
            self._distinct.bundle.variant(number, self._templates),
            lambda bundle: bundle.variant(number, self._templates),
        )

    def write(
        self, directory: str | Path, formats: Iterable[str] = ("markdown", "latex"), *,
        one_file: bool = False, answer_sheet: str = "", progress: Progress | None = None,
    ) -> list[Path]:  # fmt: skip
        """Write the sheets, the keys, ``bundle.json`` and ``untold.csv`` (the mistakes that a
        sheet's numbers do not show) into a folder, all or nothing.

        one_file      ``sheets.md`` and ``keys.md`` instead of ``sheet-01.md``, ``key-01.md``, …
        answer_sheet  ".csv" or ".xlsx": also write a table for the answers, ``answers.csv``
        progress      called with how many variants are done, and of how many
        Raises WorksheetError, CheckFailed, WriterError, OSError.
        """
        order = Order(
            self._distinct.bundle, tuple(formats), one_file, answer_sheet, self._templates
        )
        handed_out = hand_out(order, Path(directory), self._executor, progress)
        self._distinct.bundle = handed_out.bundle
        return handed_out.paths


def worksheet(
    network: Given | Family,
    recipe: Recipe | str | Path | None = None,
    variants: int = USUAL_VARIANTS,
    seed: int | None = None,
    templates: str | Path | None = None,
    *,
    secret: str | None = None,
    roster: str | Path | None = None,
    executor: Executor | None = None,
) -> Worksheet:
    """Worksheets on a network, each with numbers of its own; every key is checked.

        >>> sheets = derive.worksheet("examples/mazur.yaml", "warm-up", variants=2, seed=1)
        >>> len(sheets), sheets[0].number, len(sheets[0].answers) > 5
        (2, 1, True)

    network    its structure counts, and its learning rate; its other numbers do not. Of a batch
               one example is asked about. Or a family of networks, of which every variant draws
               one; or the path of a file with either, or a mapping with the keys of a network
               file
    recipe     what is asked: a Recipe, the name of a ready one, or a file; everything from the
               forward pass to the updates unless given
    seed       for demonstrations: the same seed, the same sheets. Every page says that anyone can
               make the key; else a secret is made, which is kept in the bundle alone
    templates  a folder whose sentences and layouts stand before the built-in ones
    secret     that of an earlier worksheet's bundle, whose sheets are made again
    roster     a table of students, for each of whom there is a variant; ``variants`` does not
               count then
    executor   what makes the pages that ``Worksheet.write`` writes: a pool of processes, or a
               cluster's; this process unless given

    Raises WorksheetError where no good sheet can be made, CheckFailed where a step or a key does
    not hold: for the first variant at once, for the others when they are asked for. Raises
    NetworkError with every problem of a file.
    """
    people = None if roster is None else read_roster(roster)
    variants = len(people.students) if people else variants
    if not 1 <= variants <= MOST_VARIANTS:
        raise WorksheetError(f"variants: got {variants}; allowed are 1 to {MOST_VARIANTS}")
    folder = None if templates is None else Path(templates)
    questions = Recipe() if recipe is None else recipe_from(recipe)
    about = described_by(network) if isinstance(network, (str, Path)) else (
        network if isinstance(network, Family) else network_of(network)
    )  # fmt: skip
    whose = (people.students, people.columns) if people else ()
    bundle = bundle_of(about, questions, _source(seed, secret), variants, *whose)
    sheets = Worksheet(bundle, folder, executor)
    assert sheets[0].number == 1
    return sheets


def _source(seed: int | None, secret: str | None) -> Source:
    if seed is None:
        return new_secret() if secret is None else Source(secret)
    if secret is not None:
        raise WorksheetError("give either a seed, for a demonstration, or a secret")
    return Source(seed=seed)
