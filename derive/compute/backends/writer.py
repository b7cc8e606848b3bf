"""Programs as lines of Python source: what the Python and the NumPy back end share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap

from derive.compute.backends.printer import CodePrinter, Text
from derive.compute.program import Note, Program, Statement
from derive.expression.binding import Binder
from derive.expression.functions import Function
from derive.expression.nodes import Expression, Number, Sum

WIDTH = 100
MAX_TERMS = 200  # of one sum: CPython's compiler recurses along it
INDENT = "    "


class Writer:
    """Statements as lines of Python, and the helpers that they call.

    printer  prints the expressions, and knows which functions it met
    helpers  source of functions that the target lacks, by name
    native   names that are there without a helper
    """

    helpers: Mapping[str, str] = {}
    native: frozenset[str] = frozenset()

    def __init__(self, printer: CodePrinter) -> None:
        self.printer = printer

    def body(self, program: Program, text: Text | None = None) -> list[str]:
        """The statements, indented; with ``text``, the textbook formula above each."""
        lines: list[str] = []
        for item in program.items:
            if isinstance(item, Statement):
                lines += self.assignment(self.printer.spell(item.target), item.expression)
            elif text is not None:
                if isinstance(item, Note):
                    lines += comment(item.text)
                else:
                    lines += comment(f"{text(item.left)} = {text(item.right)}")
        return lines

    def assignment(self, name: str, expression: Expression) -> list[str]:
        """name = expression; a long sum in several steps, a long line folded."""
        if isinstance(expression, Sum) and len(expression.terms) > MAX_TERMS:
            first, *rest = (
                Sum(expression.terms[start : start + MAX_TERMS])
                for start in range(0, len(expression.terms), MAX_TERMS)
            )
            lines = folded(f"{name} = ", self.printer(first))
            for part in rest:
                lines += folded(f"{name} += ", self.printer(part))
            return lines
        if isinstance(expression, Number):
            return folded(f"{name} = ", self.printer.value(expression))
        return folded(f"{name} = ", self.printer(expression))

    def definitions(self) -> list[str]:
        """The helpers that what was printed so far calls, each after those it calls itself."""
        found: dict[str, str] = {}

        def need(name: str) -> None:
            spelled = self.printer.functions.get(name, name)
            if name in found or spelled in self.native or "." in spelled:
                return
            found[name] = ""  # its place, so that nothing is asked for twice
            known = set(self.printer.used)
            text = self.helpers.get(name) or self.definition(self.printer.used[name])
            for other in self.printer.used:
                if other not in known:
                    need(other)
            del found[name]
            found[name] = text

        for name in list(self.printer.used):
            need(name)
        return [line for text in found.values() for line in (*text.splitlines(), "", "")]

    def definition(self, function: Function) -> str:
        """A function's own formula as a helper."""
        if function.definition is None:
            raise ValueError(f"{function.name} is unknown to this back end")
        printer = type(self.printer)(lambda quantity: quantity.name)
        printer.used = self.printer.used
        writer = type(self)(printer)
        binder = Binder("h")
        (result,) = binder.bind((function.definition,))
        lines = [f"def {function.name}({', '.join(p.name for p in function.parameters)}):"]
        for letter, formula in binder.lines:
            lines += writer.assignment(letter, formula)
        return "\n".join([*lines, *folded("return ", printer(result))])


def folded(start: str, expression: str, indent: str = INDENT, end: str = "") -> list[str]:
    """One statement on as many lines as its length asks for."""
    line = f"{indent}{start}{expression}{end}"
    if len(line) <= WIDTH:
        return [line]
    inner = _wrapped(expression, WIDTH - len(indent) - len(INDENT))
    return [f"{indent}{start}(", *(f"{indent}{INDENT}{part}" for part in inner), f"{indent}){end}"]


def comment(text: str, indent: str = INDENT) -> list[str]:
    """Text as a comment, folded."""
    first, *rest = _wrapped(printable(text), WIDTH - len(indent) - 6) or [""]
    return [f"{indent}# {first}", *(f"{indent}#     {part}" for part in rest)]


def printable(text: str) -> str:
    """Text without anything that could end a comment: what a person named stays in its line."""
    return "".join(c if c.isprintable() else " " for c in text)


def unpacking(names: Sequence[str], source: str, indent: str = INDENT) -> list[str]:
    """a, b, c = source"""
    if not names:
        return []
    left = ", ".join(names)
    line = f"{indent}{left} = {source}"
    if len(names) > 1 and len(line) <= WIDTH:
        return [line]
    if len(names) == 1:
        return [f"{indent}({left},) = {source}"]
    inner = _wrapped(left, WIDTH - len(indent) - len(INDENT))
    return [f"{indent}(", *(f"{indent}{INDENT}{part}" for part in inner), f"{indent}) = {source}"]


def listed(start: str, items: Sequence[str], end: str, indent: str = INDENT) -> list[str]:
    """start + the items, separated by commas + end"""
    line = f"{indent}{start}{', '.join(items)}{end}"
    if len(line) <= WIDTH:
        return [line]
    inner = _wrapped(", ".join(items) + ",", WIDTH - len(indent) - len(INDENT))
    return [f"{indent}{start}", *(f"{indent}{INDENT}{part}" for part in inner), f"{indent}{end}"]


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, break_long_words=False, break_on_hyphens=False)
