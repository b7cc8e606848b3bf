"""Straight-line programs of SymPy assignments as a file in some language.

A file is laid out by a template of ``templates/code/``; what stands in it is put together here: the
statements of its routines, and the functions that the language lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from textwrap import wrap
from typing import Any

import sympy  # type: ignore[import-untyped]
from jinja2 import FileSystemLoader

from derive.algebra.convert import to_sympy
from derive.algebra.languages.catalogue import Language
from derive.algebra.languages.manners import MANNERS, Manners
from derive.algebra.languages.ordered import Ordered
from derive.algebra.languages.texts import imports
from derive.expression.binding import Binder
from derive.expression.functions import Function
from derive.expression.nodes import Quantity
from derive.resources import jinja, shipped_templates

WIDTH = 100
INDENT = "    "
MAX_TERMS = 200  # of one sum: a compiler may recurse along it, or count the lines it goes over


@dataclass(frozen=True, slots=True)
class Assignment:
    """name := value"""

    name: str
    value: Any


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
    taken: list[tuple[str, str, int]]  # name, source, place: of those that are used


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that the language lacks: a text, or lines and a result."""

    name: str
    text: str = ""
    parameters: Sequence[str] = ()
    lines: Sequence[str] = ()
    local: Sequence[str] = ()
    result: str = ""


@dataclass
class Writer:
    """Writes files in a language.

    in_order  whether expressions are unevaluated and keep their order
    """

    language: Language
    in_order: bool = True

    @cached_property
    def printer(self) -> Ordered:
        made = self.manners.printer()
        made.begin(in_order=self.in_order)
        return made

    @property
    def manners(self) -> Manners:
        return MANNERS[self.language]

    @property
    def room(self) -> int:
        """The width of a text at the head of the file: Python's stands between quotes."""
        quoted = self.manners.template in ("python", "arrays")
        return WIDTH if quoted else WIDTH - len(self.manners.comment) - 1

    def convert(self, expression: Any, symbol: Callable[[Quantity], Any]) -> Any:
        """An ordered tree as it stands, for this language's printer."""
        return to_sympy(expression, symbol, self.printer.function, evaluate=False)

    # -- lines -------------------------------------------------------------------------------

    def assignment(self, name: str, value: Any) -> list[str]:
        """The statement, on as many lines as its length asks for."""
        return self.folded(self.manners.assign.format(name), self.whole(value))

    def whole(self, value: Any) -> str:
        """All that stands on the right of a statement."""
        return self.printer.value(value) if value.is_Number else self.printer._print(value)

    def folded(self, start: str, text: str) -> list[str]:
        m = self.manners
        line = f"{INDENT}{start}{text}{m.end}"
        if len(line) <= WIDTH:
            return [line]
        inner = wrap(text, WIDTH - 10, break_long_words=False, break_on_hyphens=False)
        opened, closed = ("(", ")") if m.bracketed else ("", "")
        found = [f"{INDENT}{start.rstrip() if not m.bracketed else start}{opened}{m.continued}"]
        found += [f"{INDENT * 2}{part}{m.continued}" for part in inner]
        if m.bracketed:
            return [*found, f"{INDENT}{closed}{m.end}"]
        return [*found[:-1], f"{INDENT * 2}{inner[-1]}{m.end}"]

    def comment(self, text: str, indent: str = INDENT) -> list[str]:
        sign = self.manners.comment
        clean = printable(text).replace("\\", "/")  # C takes a line that ends so for unfinished
        room = WIDTH - len(indent) - len(sign) - 5
        first, *rest = wrap(clean, room, break_long_words=False, break_on_hyphens=False) or [""]
        return [f"{indent}{sign} {first}", *(f"{indent}{sign}     {part}" for part in rest)]

    def listed(self, start: str, items: Sequence[str], end: str, indent: str = "") -> str:
        """start + the items, separated by commas + end, on as many lines as it takes."""
        m = self.manners
        line = f"{indent}{start}{', '.join(items)}{end}"
        if len(line) <= WIDTH:
            return line
        joined = ", ".join(items) + ("," if m.trailing else "")
        room = WIDTH - len(indent) - len(INDENT) - len(m.continued)
        inner = wrap(joined, room, break_long_words=False, break_on_hyphens=False)
        ahead = start.rstrip() if m.continued else start
        lines = [f"{indent}{ahead}{m.continued}"]
        lines += [f"{indent}{INDENT}{part}{m.continued}" for part in inner]
        if not end:
            return "\n".join(lines).removesuffix(m.continued)
        return "\n".join([*lines, f"{indent}{end}"])

    def declared(self, kind: str, names: Sequence[str]) -> str:
        """Fortran's declarations of local names; a statement goes over so many lines at most."""
        return "\n".join(
            self.listed(f"{kind} :: ", names[start : start + MAX_TERMS], "", INDENT)
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
            if len(part.names) == 1:
                return f"{INDENT}({part.names[0]},) = {source}"
            line = f"{INDENT}{', '.join(part.names)} = {source}"
            return (
                line
                if len(line) <= WIDTH
                else self.listed("(", part.names, f") = {source}", INDENT)
            )
        lines, start = [], 0
        for name, shape in zip(part.names, part.shapes, strict=True):
            if shape is None:
                lines.append(f"{INDENT}{name} = columns({part.source})")
                continue
            stop = start + prod(shape)
            lines.append(f"{INDENT}{name} = array({part.source}[{start}:{stop}]).reshape({shape})")
            start = stop
        return "\n".join(lines)

    # -- routines and helpers ----------------------------------------------------------------

    def body(self, routine: Routine) -> Body:
        lines: list[str] = []
        local: list[str] = []
        used: set[str] = {routine.loss, *routine.results}
        names = {name for part in routine.parts for name in part.names}
        names |= {item.name for item in routine.items if isinstance(item, Assignment)}
        for item in routine.items:
            if isinstance(item, str):
                lines += self.comment(item)
                continue
            for name, value in _in_pieces(item, names):
                lines += self.assignment(name, value)
                local.append(name)
                used.update(symbol.name for symbol in value.free_symbols)
        taken = [
            (name, part.source, place)
            for part in routine.parts if not part.shapes
            for place, name in enumerate(part.names) if name in used
        ]  # fmt: skip
        return Body(routine, lines, [*(name for name, _, _ in taken), *local], taken)

    def helpers(self) -> list[Helper]:
        """What the statements so far call and the language lacks, each after what it calls."""
        made: dict[str, Helper] = {}
        while len(made) < len(self.printer.used):  # a definition may use what was not yet
            for name, function in list(self.printer.used.items()):
                if name not in made:
                    text = "" if function is not None else self.printer.texts[name]
                    made[name] = self._defined(function) if function else Helper(name, text)
        found: dict[str, Helper] = {}

        def place(helper: Helper) -> None:
            if helper.name in found:
                return
            found[helper.name] = helper
            for other in made.values():
                if other is not helper and any(f"{other.name}(" in line for line in helper.lines):
                    place(other)
            found[helper.name] = found.pop(helper.name)  # after them

        for helper in made.values():
            place(helper)
        return list(found.values())

    def _defined(self, function: Function) -> Helper:
        """A function's own formula, what it has twice worked out once."""
        assert function.definition is not None
        binder = Binder("h")
        (result,) = binder.bind((function.definition,))
        order = self.printer._settings["order"]
        self.printer._settings["order"] = "none"
        lines: list[str] = []
        for letter, formula in binder.lines:
            lines += self.assignment(letter, self.convert(formula, _letter))
        value = self.convert(result, _letter)
        lines += self.folded(self.manners.gives.format(function.name), self.whole(value))
        self.printer._settings["order"] = order
        parameters = [parameter.name for parameter in function.parameters]
        local = [letter for letter, _ in binder.lines]
        return Helper(function.name, "", parameters, lines, local)

    def file(self, routines: Sequence[Routine], **told: Any) -> str:
        """The file: the template's, with what it is told."""
        bodies = [self.body(routine) for routine in routines]
        helpers = self.helpers()
        lines = [line for body in bodies for line in body.lines]
        lines += [line for helper in helpers for line in (helper.text.splitlines() or helper.lines)]
        template = _environment().get_template(f"{self.manners.template}.jinja")
        text = template.render(
            w=self, m=self.manners, bodies=bodies, helpers=helpers, imports=imports(lines),
            calls=lambda word: any(word in line for line in lines), **told,
        )  # fmt: skip
        return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"


def _letter(q: Quantity) -> Any:
    return sympy.Symbol(q.name, real=True)


def _in_pieces(item: Assignment, taken: Container[str]) -> Iterable[tuple[str, Any]]:
    """A long sum in several statements: s_200 := …, s := s_200 + …"""
    terms = item.value.args if item.value.is_Add else ()
    so_far: tuple[Any, ...] = ()
    at = MAX_TERMS
    while at < len(terms):
        name = f"{item.name}_{at}"
        while name in taken:
            name += "_"
        yield name, sympy.Add(*so_far, *terms[at - MAX_TERMS : at], evaluate=False)
        so_far = (sympy.Symbol(name, real=True),)
        at += MAX_TERMS
    rest = terms[at - MAX_TERMS :]
    yield item.name, sympy.Add(*so_far, *rest, evaluate=False) if so_far else item.value


def printable(text: str) -> str:
    """Text without anything that could end a comment: what a person named stays in its line."""
    return "".join(c if c.isprintable() else " " for c in text)


def _environment() -> Any:
    return jinja(FileSystemLoader(shipped_templates() / "code"))
