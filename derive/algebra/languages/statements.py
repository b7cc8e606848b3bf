"""Statements of SymPy expressions as lines of a language, and the functions that it lacks."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap
from typing import Any

import sympy  # type: ignore[import-untyped]

from derive.algebra.convert import AsItStands
from derive.algebra.languages.manners import Manners
from derive.algebra.languages.spelling import printable
from derive.expression.binding import Binder
from derive.expression.functions import Function
from derive.expression.nodes import Quantity

WIDTH = 100
INDENT = "    "
MAX_TERMS = 200  # of one sum: a compiler may recurse along it, or count the lines it goes over


@dataclass(frozen=True, slots=True)
class Assignment:
    """name := value"""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that the language lacks: a text, or lines, the last of which gives its result."""

    name: str
    text: str = ""
    parameters: Sequence[str] = ()
    lines: Sequence[str] = ()
    local: Sequence[str] = ()


class Statements:
    """Writes statements in a language.

    manners   how they look there
    in_order  whether expressions are unevaluated and keep their order
    """

    def __init__(self, manners: Manners, in_order: bool = True) -> None:
        self.manners = manners
        self.printer = manners.printer()
        self.printer.begin(in_order=in_order)

    def lines(self, items: Iterable[str | Assignment], names: Container[str]) -> list[str]:
        """Statements, and texts as comments.

        names  those that the parts of a long sum must not have
        """
        lines: list[str] = []
        for item in items:
            if isinstance(item, str):
                lines += self.comment(item)
            elif len(item.value.args) <= MAX_TERMS:
                lines += self.assignment(item.name, item.value)
            else:
                for name, value in in_pieces(item, names):
                    lines += self.assignment(name, value)
        return lines

    def assignment(self, name: str, value: Any) -> list[str]:
        """The statement, on as many lines as its length asks for."""
        return self.folded(self.manners.assign.format(name), self.whole(value))

    def whole(self, value: Any) -> str:
        """All that stands on the right of a statement."""
        return self.printer.value(value) if value.is_Number else self.printer._print(value)

    # -- lines that are too long -------------------------------------------------------------

    def folded(self, start: str, text: str, end: str = "") -> list[str]:
        m, end = self.manners, end or self.manners.end
        line = f"{INDENT}{start}{text}{end}"
        if len(line) <= WIDTH:
            return [line]
        inner = wrapped(text, WIDTH - 10)
        opened, closed = ("(", ")") if m.bracketed else ("", "")
        lines = [f"{INDENT}{start.rstrip() if not m.bracketed else start}{opened}{m.continued}"]
        lines += [f"{INDENT * 2}{part}{m.continued}" for part in inner]
        if m.bracketed:
            return [*lines, f"{INDENT}{closed}{end}"]
        return [*lines[:-1], f"{INDENT * 2}{inner[-1]}{end}"]

    def comment(self, text: str, indent: str = INDENT) -> list[str]:
        sign = self.manners.comment
        clean = printable(text).replace("\\", "/")  # C takes a line that ends so for unfinished
        first, *rest = wrapped(clean, WIDTH - len(indent) - len(sign) - 5) or [""]
        return [f"{indent}{sign} {first}", *(f"{indent}{sign}     {part}" for part in rest)]

    def wrapped_list(self, start: str, items: Sequence[str], end: str, indent: str = "") -> str:
        """start + the items, separated by commas + end, on as many lines as it takes."""
        m = self.manners
        line = f"{indent}{start}{', '.join(items)}{end}"
        if len(line) <= WIDTH:
            return line
        joined = ", ".join(items) + ("," if m.trailing else "")
        inner = wrapped(joined, WIDTH - len(indent) - len(INDENT) - len(m.continued))
        ahead = start.rstrip() if m.continued else start
        lines = [f"{indent}{ahead}{m.continued}"]
        lines += [f"{indent}{INDENT}{part}{m.continued}" for part in inner]
        if not end:
            return "\n".join(lines).removesuffix(m.continued)
        return "\n".join([*lines, f"{indent}{end}"])

    def unpacking(self, names: Sequence[str], source: str) -> list[str]:
        """Python's: a, b = theta"""
        if not names:
            return []
        if len(names) == 1:
            return [f"{INDENT}({names[0]},) = {source}"]
        line = f"{INDENT}{', '.join(names)} = {source}"
        if len(line) <= WIDTH:
            return [line]
        return self.wrapped_list("(", names, f") = {source}", INDENT).splitlines()

    # -- what the language lacks -------------------------------------------------------------

    def helpers(self) -> list[Helper]:
        """What the statements so far call and the language lacks, each after what it calls."""
        helpers: dict[str, Helper] = {}
        while len(helpers) < len(self.printer.used):  # a definition may use what was not yet
            for name, function in list(self.printer.used.items()):
                if name in helpers:
                    continue
                if function is None:
                    helpers[name] = Helper(name, self.printer.texts[name])
                    continue
                helpers[name], used = defined(self.manners, function)
                self.printer.used = {**used, **self.printer.used}
        ordered: dict[str, Helper] = {}

        def place(helper: Helper) -> None:
            if helper.name in ordered:
                return
            ordered[helper.name] = helper
            for other in helpers.values():
                if other is not helper and any(f"{other.name}(" in line for line in helper.lines):
                    place(other)
            ordered[helper.name] = ordered.pop(helper.name)  # after them

        for helper in helpers.values():
            place(helper)
        return list(ordered.values())


@lru_cache(maxsize=256)
def defined(manners: Manners, function: Function) -> tuple[Helper, Mapping[str, Function | None]]:
    """A function's own formula, what it has twice worked out once; and what that uses."""
    assert function.definition is not None
    statements = Statements(manners)
    convert = statements.printer.converter(_letter)
    binder = Binder("h")
    (result,) = binder.bind((function.definition,))
    lines: list[str] = []
    for letter, formula in binder.lines:
        lines += statements.assignment(letter, convert(formula))
    last = statements.whole(convert(result))
    lines += statements.folded(manners.gives.format(function.name), last)
    parameters = [parameter.name for parameter in function.parameters]
    helper = Helper(function.name, "", parameters, lines, [letter for letter, _ in binder.lines])
    return helper, statements.printer.used


def in_pieces(item: Assignment, names: Container[str]) -> Iterator[tuple[str, Any]]:
    """A long sum in several statements: s_200 := …, s := s_200 + …"""
    terms = item.value.args if item.value.is_Add else ()
    so_far: tuple[Any, ...] = ()
    at = MAX_TERMS
    while at < len(terms):
        name = f"{item.name}_{at}"
        while name in names:
            name += "_"
        yield name, AsItStands.add(*so_far, *terms[at - MAX_TERMS : at])
        so_far = (sympy.Symbol(name),)
        at += MAX_TERMS
    rest = terms[at - MAX_TERMS :]
    yield item.name, AsItStands.add(*so_far, *rest) if so_far else item.value


def wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _letter(q: Quantity) -> Any:
    return sympy.Symbol(q.name)
