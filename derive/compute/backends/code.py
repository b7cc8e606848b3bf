"""Programs as lines of Python: SymPy assignments that keep their order, by SymPy's printers.

What is printed is what runs, in memory as in a file. ``lambdify`` would not do: it puts all of
``builtins`` within the code's reach, and writes neither loops over examples nor comments.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import sympy  # type: ignore[import-untyped]

from derive.algebra.languages.manners import MANNERS, Manners
from derive.algebra.languages.statements import Assignment, Statements
from derive.algebra.languages.texts import MATH
from derive.compute.programs.program import Note, Program, Remark, Statement
from derive.compute.sources.identifiers import Identifiers
from derive.compute.sources.text import Text
from derive.expression.nodes import Quantity

# What the code may call, apart from its helpers. Nothing else is in its reach.
BUILTINS = ("abs", "max", "min", "sorted", "len", "float")
EXCEPTIONS = ("OverflowError", "ValueError", "ZeroDivisionError")


class Code(Statements):
    """Writes programs as Python that is run in memory.

    spell  quantity → its name
    """

    def __init__(self, spell: Identifiers, manners: Manners = MANNERS["python"]) -> None:
        super().__init__(manners)
        self.spell = spell
        self._assigned = assigning(spell, self)
        self._lines: dict[int, tuple[Statement, list[str]]] = {}  # by identity: a hash takes a walk

    def body(self, program: Program, formula: Text | None = None) -> list[str]:
        """The statements, indented; with ``formula``, the textbook formula above each."""
        lines: list[str] = []
        for item in program.items:
            if not isinstance(item, Statement):
                lines += self.lines(texts(item, formula), self.spell)
                continue
            if id(item) not in self._lines:
                written = self.lines((self._assigned(item),), self.spell)
                self._lines[id(item)] = item, written
            lines += self._lines[id(item)][1]
        return lines

    def definitions(self) -> list[str]:
        """The helpers that the statements so far call."""
        lines: list[str] = []
        for one in self.helpers():
            head = f"def {one.name}({', '.join(one.parameters)}):"
            lines += [*(one.text.splitlines() or (head, *one.lines)), "", ""]
        return lines


def items(
    program: Program, code: Callable[[Quantity], str], formula: Text, writer: Statements
) -> Iterator[str | Assignment]:
    """The textbook formulas as texts, and the statements as assignments."""
    assigned = assigning(code, writer)
    for item in program.items:
        if isinstance(item, Statement):
            yield assigned(item)
        else:
            yield from texts(item, formula)


def texts(item: Remark | Note, formula: Text | None) -> tuple[str, ...]:
    """What a comment says, if formulas are said."""
    if formula is None:
        return ()
    if isinstance(item, Note):
        return (item.text,)
    return (f"{formula(item.left)} = {formula(item.right)}",)


def assigning(
    code: Callable[[Quantity], str], writer: Statements
) -> Callable[[Statement], Assignment]:
    """Statements as assignments of SymPy expressions, for the printer of a writer."""
    symbols: dict[Quantity, Any] = {}

    def symbol(q: Quantity) -> Any:
        if q not in symbols:
            symbols[q] = _symbol(code(q))
        return symbols[q]

    convert = writer.printer.converter(symbol)
    return lambda statement: Assignment(code(statement.target), convert(statement.expression))


@lru_cache(maxsize=4096)
def _symbol(name: str) -> Any:
    return sympy.Symbol(name)  # no matter if real: nothing is evaluated


def load(source: str) -> dict[str, Any]:
    """What generated source defines. ``math`` and a few built-ins are in its reach, no more."""
    space: dict[str, Any] = {
        "__builtins__": {name: getattr(builtins, name) for name in (*BUILTINS, *EXCEPTIONS)},
        **{name: getattr(math, name) for name in MATH},
    }
    exec(compile(source, "<derive>", "exec"), space)
    return space
