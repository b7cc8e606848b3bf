"""A bundle: all that makes the sheets of a class again, and nothing else.

    {"derive": "…", "edition": 2, "network": "…", "recipe": {…}, "secret": "…", "variants": 30, …}

A sheet found in a drawer is made again from the bundle and its form, and marked. Whoever has the
bundle has the keys.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from derive.document.blocks import Person
from derive.network.description import Network
from derive.network.loader import is_family, load
from derive.network.saving import structure_text
from derive.worksheets.recipes.combinations import combination_of
from derive.worksheets.recipes.family import Family
from derive.worksheets.recipes.family_files import read_family
from derive.worksheets.recipes.recipe import Recipe, WorksheetError, recipe_of
from derive.worksheets.recipes.units import check_units
from derive.worksheets.sheets.maker import Maker, Variant
from derive.worksheets.sheets.pages import Form
from derive.worksheets.source import FIRST, Source

MOST_KEPT = 64  # structures that a process remembers
_VARIANTS_KEPT = 32


@dataclass(frozen=True, slots=True)
class Student:
    """Whose a variant is. ``id`` is what marks go by: the name, where the roster has no ids.

    more  the cells of the roster's other columns, in the order of ``Bundle.columns``
    """

    id: str
    name: str = ""
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bundle:
    """What the variants of a worksheet are made of.

    network   the text of a network file, or of a family's
    notation  the text of its notation file; "" where the notation is a built-in one
    recipe    as JSON
    source    what everything random is drawn from
    students  of variant 1, 2, …; empty without a roster
    columns   headings of the roster's columns that are neither id nor name
    redraws   (variant, how often its numbers were drawn anew); of most variants never
    """

    network: str
    notation: str
    recipe: str
    source: Source = field(repr=False)
    count: int
    students: tuple[Student, ...] = ()
    redraws: tuple[tuple[int, int], ...] = ()
    version: str = field(default_factory=lambda: version())
    columns: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Tells the forms of one worksheet from those of another."""
        parts = [self.network, self.notation, self.recipe]
        if self.source.edition == FIRST:
            parts.append(str(self.source.seed))
        return sha256("\n".join(parts).encode()).hexdigest()

    def form(self, number: int) -> str:
        """What is printed on every page of a sheet: K7QM-3XWP."""
        return self.source.form(number, self.digest)

    def student(self, number: int) -> Student | None:
        """Whose a variant is; None without a roster."""
        return self.students[number - 1] if self.students else None

    def person(self, number: int) -> Person | None:
        """Whose name is printed on a variant; where it cannot be, the id or the form is."""
        student = self.student(number)
        if student is None:
            return None
        ids = (student.id,) if student.name else ()
        return Person(student.name or student.id, (*ids, self.form(number)))

    def variant(self, number: int, templates: Path | None = None) -> Variant:
        """A variant, made again. Raises WorksheetError for a number that is not there."""
        if not 1 <= number <= self.count:
            raise WorksheetError(f"variant: got {number}; allowed are 1 to {self.count}")
        redraw = dict(self.redraws).get(number, 0)
        form = Form(self.form(number), self.source.demonstration, self.person(number))
        make = _variant if templates is None else Maker.variant  # templates may have been changed
        try:
            return make(self.maker(number, templates), number, self.source, redraw, form)
        except WorksheetError as error:
            family = _family(self.network)
            if family is None:
                raise
            combination = combination_of(family.network(self.source, number))
            raise WorksheetError(
                f"variant {number} ({combination}): {error}; or remove this network from the family"
            ) from None

    def structure(self, number: int) -> str:
        """The text of the network file that a variant is about."""
        family = _family(self.network)
        if family is None:
            return self.network
        return structure_text(family.network(self.source, number))

    def maker(self, number: int = 1, templates: Path | None = None) -> Maker:
        """What makes a variant: its structure is derived and checked once in a process."""
        network = self.structure(number)
        return _maker(network, self.notation, self.recipe, self.source.edition, templates)

    def number_of_form(self, form: str) -> int | None:
        """The variant that a form id names; None where it names none of this worksheet."""
        return self.source.number_of(form, self.digest, self.count)

    def text(self) -> str:
        """The bundle as a file: JSON, the same bytes for the same worksheet."""
        source = self.source
        edition = {} if source.edition == FIRST else {"edition": source.edition}
        origin = {"secret": source.secret} if source.seed is None else {"seed": source.seed}
        columns = {"columns": list(self.columns)} if self.columns else {}
        data: dict[str, Any] = {
            "derive": self.version, **edition, "network": self.network, "notation": self.notation,
            "recipe": json.loads(self.recipe), **origin, "variants": self.count, **columns,
            "students": [[student.id, student.name, *student.more] for student in self.students],
            "redraws": {str(number): count for number, count in self.redraws},
        }  # fmt: skip
        return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def version() -> str:
    """Of this derive, as a bundle keeps it."""
    from derive import __version__  # derive itself names what is here

    return __version__


def bundle_of(
    network: Network | Family,
    recipe: Recipe,
    source: Source,
    count: int,
    students: tuple[Student, ...] = (),
    columns: tuple[str, ...] = (),
) -> Bundle:
    """The bundle of a worksheet before its numbers are drawn.

    Raises WorksheetError where a network cannot have the units that the recipe asks for.
    """
    check_units(network, recipe.units)
    notation = ""
    if isinstance(network, Network) and isinstance(network.notation, Path):
        notation = network.notation.read_text(encoding="utf-8")
    text = network.text() if isinstance(network, Family) else structure_text(network)
    recipe_text = json.dumps(recipe.data(), ensure_ascii=False)
    return Bundle(text, notation, recipe_text, source, count, students, columns=columns)


@lru_cache(maxsize=2)
def _family(text: str) -> Family | None:
    """The family that a text describes; None for one network."""
    return read_family(StringIO(text)) if is_family(text) else None


@lru_cache(maxsize=MOST_KEPT)
def _maker(network: str, notation: str, recipe: str, edition: int, templates: Path | None) -> Maker:
    parsed = recipe_of(json.loads(recipe))
    if not notation:
        return Maker(load(StringIO(network)), parsed, edition, templates)
    with TemporaryDirectory() as folder:  # a notation is read from a file
        place = Path(folder) / "notation.yaml"
        place.write_text(notation, encoding="utf-8")
        data = json.loads(network) | {"notation": place.name}
        (Path(folder) / "network.yaml").write_text(json.dumps(data), encoding="utf-8")
        return Maker(load(Path(folder) / "network.yaml"), parsed, edition, templates)


@lru_cache(maxsize=_VARIANTS_KEPT)
def _variant(maker: Maker, number: int, source: Source, redraw: int, form: Form) -> Variant:
    """A variant that may be asked for again soon: it is made, shown and marked in one process."""
    return maker.variant(number, source, redraw, form)
