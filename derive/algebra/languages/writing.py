"""Straight-line programs of SymPy assignments as a file in some language.

A file is laid out by a template of ``templates/code/``; what stands in it is put together here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from jinja2 import FileSystemLoader

from derive.algebra.languages.catalogue import Language
from derive.algebra.languages.manners import MANNERS
from derive.algebra.languages.statements import (
    INDENT,
    MAX_TERMS,
    WIDTH,
    Assignment,
    Statements,
    in_pieces,
)
from derive.algebra.languages.texts import imports
from derive.resources import jinja, shipped_templates


@dataclass(frozen=True, slots=True)
class Part:
    """What a routine takes out of an argument or a constant.

    source  where from
    names   of the entries, one after the other
    shapes  of arrays that lie in it one after the other, row by row; None for one of many examples
    """

    source: str
    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...] | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Routine:
    """A function of the file.

    arguments  what it takes, in order
    parts      the names of what is in them
    items      texts, which become comments, and assignments
    loss       what it gives back first, "" for nothing
    results    the names of what it gives back as a list
    averaged   in a language of arrays: whether inputs may have a row for each of many examples,
               and the loss and the gradient are means over these
    """

    name: str
    summary: str
    arguments: tuple[str, ...]
    parts: tuple[Part, ...]
    items: tuple[str | Assignment, ...]
    loss: str
    results: tuple[str, ...]
    averaged: bool = False

    @property
    def of_arrays(self) -> bool:
        """Whether a statement is about a whole layer and many examples."""
        return any(part.shapes for part in self.parts)


@dataclass(frozen=True, slots=True)
class Body:
    """A routine as its template has it; ``lines`` are ready, ``local`` are the names assigned."""

    routine: Routine
    lines: list[str]
    local: list[str]
    entries: list[tuple[str, str, int]]  # name, source, place: of those that are used


class Writer(Statements):
    """Writes files in a language, as its template lays them out."""

    def __init__(self, language: Language, in_order: bool = True) -> None:
        super().__init__(MANNERS[language], in_order)
        self.language = language

    @property
    def room(self) -> int:
        """The width of a text at the head of the file: Python's stands between quotes."""
        quoted = self.manners.template in ("python", "arrays")
        return WIDTH if quoted else WIDTH - len(self.manners.comment) - 1

    # -- lines -------------------------------------------------------------------------------

    def declared(self, kind: str, names: Sequence[str]) -> str:
        """Fortran's declarations of local names; a statement goes over so many lines at most."""
        return "\n".join(
            self.wrapped_list(f"{kind} :: ", names[start : start + MAX_TERMS], "", INDENT)
            for start in range(0, len(names), MAX_TERMS)
        )

    def number(self, value: float) -> str:
        return self.printer.number(value)

    def row(self, values: Iterable[float]) -> str:
        """One example's numbers as an entry of a list of rows."""
        return self.manners.row.format(", ".join(map(self.number, values)))

    def unpacked(self, part: Part) -> str:
        """Python's: a, b = theta; of arrays, a line for each."""
        arrays = self.manners.template == "arrays"
        if not part.shapes:
            source = f"array({part.source})" if arrays else part.source
            return "\n".join(self.unpacking(part.names, source))
        lines, start = [], 0
        for name, shape in zip(part.names, part.shapes, strict=True):
            if shape is None:
                lines.append(f"{INDENT}{name} = columns({part.source})")
                continue
            stop = start + prod(shape)
            lines.append(f"{INDENT}{name} = array({part.source}[{start}:{stop}]).reshape({shape})")
            start = stop
        return "\n".join(lines)

    # -- routines ----------------------------------------------------------------------------

    def body(self, routine: Routine) -> Body:
        assigned = [item for item in routine.items if isinstance(item, Assignment)]
        names = {name for part in routine.parts for name in part.names}
        names |= {item.name for item in assigned}
        pieces = [piece for item in assigned for piece in in_pieces(item, names)]
        used = {symbol.name for _, value in pieces for symbol in value.free_symbols}
        used |= {routine.loss, *routine.results}
        entries = [
            (name, part.source, place)
            for part in routine.parts if not part.shapes
            for place, name in enumerate(part.names) if name in used
        ]  # fmt: skip
        local = [*(name for name, _, _ in entries), *(name for name, _ in pieces)]
        return Body(routine, self.lines(routine.items, names), local, entries)

    def functions(self, routines: Sequence[Routine]) -> str:
        """The functions alone, with what they call, to stand in a larger program."""
        bodies = [self.body(routine) for routine in routines]
        template = _environment().get_template(f"{self.manners.template}_functions.jinja")
        return _tidy(template.render(w=self, bodies=bodies, helpers=self.helpers(), own=None))

    def file(self, routines: Sequence[Routine], tile: Any = None, **values: Any) -> str:
        """The file: the template's, with these values.

        tile  what is done to many examples together, its ``lines`` written by this writer
        """
        bodies = [self.body(routine) for routine in routines]
        helpers = self.helpers()
        lines = [line for body in bodies for line in body.lines] + (tile.lines if tile else [])
        lines += [line for helper in helpers for line in (helper.text.splitlines() or helper.lines)]
        template = _environment().get_template(f"{self.manners.template}.jinja")
        text = template.render(
            w=self, m=self.manners, bodies=bodies, helpers=helpers, imports=imports(lines),
            calls=lambda word: any(word in line for line in lines), tile=tile, **values,
        )  # fmt: skip
        return _tidy(text)


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"


def _environment() -> Any:
    return jinja(FileSystemLoader(shipped_templates() / "code"))
