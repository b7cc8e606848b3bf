"""Spreadsheet formulas: a statement is a cell.

Printed is what every spreadsheet program computes alike, old ones among them:

- numbers have at most fifteen digits, because some programs read no more: 1/3 stays a quotient,
  and a double that needs seventeen digits is a sum of two, (1.05070098735548+4.44089209850063E-16)
- powers are POWER(x,2) or products, never x^2: -2^2 is 4 here and −4 there
- EXP is not asked for more than it can give, and ERFC neither for a negative argument (an error
  up to Excel 2007) nor for one past 27 (an error in Excel 2003; the value is 0)
- ln(1 + x) and eˣ − 1, which no spreadsheet has, are their Taylor polynomials near 0
- functions are English and arguments are divided by commas, as files have them; a program shows
  them in its own language
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import sympy  # type: ignore[import-untyped]
from sympy.printing.codeprinter import CodePrinter  # type: ignore[import-untyped]

from derive.algebra.languages.ordered import ATOM, CASES, Ordered
from derive.compute.programs.functions import LARGEST, SECOND
from derive.expression.functions import Function
from derive.expression.nodes import Apply, Expression, Quantity
from derive.expression.rewriting import substitute

DIGITS = 15  # of a number in a formula

FUNCTIONS = {
    "exp": "EXP", "ln": "LN", "sqrt": "SQRT", "sin": "SIN", "cos": "COS", "sinh": "SINH",
    "cosh": "COSH", "tanh": "TANH", "atan": "ATAN", "sign": "SIGN", "abs": "ABS", "max": "MAX",
    "min": "MIN", "ieee_ln": "LN", "ieee_sqrt": "SQRT", "ieee_sin": "SIN", "ieee_cos": "COS",
    "ieee_sinh": "SINH", "ieee_cosh": "COSH", "ieee_power": "POWER",
}  # fmt: skip
_LOG1P = (
    "IF(ABS({u})<0.01,{u}*(1-{u}*(1/2-{u}*(1/3-{u}*(1/4-{u}*(1/5-{u}*(1/6-{u}/7)))))),LN(1+{u}))"
)
_EXPM1 = (
    "IF(ABS({u})<0.01,{u}*(1+{u}/2*(1+{u}/3*(1+{u}/4*(1+{u}/5*(1+{u}/6))))),EXP(MIN({u},709))-1)"
)
# Where a function is several calls. A {u} that stands more than once is a cell or a number.
PATTERNS = {
    "ieee_exp": "EXP(MIN({u},709))",
    "log1p": _LOG1P,
    "ieee_log1p": _LOG1P,
    "expm1": _EXPM1,
    "ieee_expm1": _EXPM1,
    "erf": "SIGN({u})*ERF(MIN(ABS({u}),27))",
    "erfc": "IF({u}<0,2-ERFC(MIN(-{u},27)),ERFC(MIN({u},27)))",
}
_SIGNS = {"==": "=", "!=": "<>"}


class SpreadsheetPrinter(Ordered, CodePrinter):  # type: ignore[misc]
    """Formulas of cells. ``spell`` gives a quantity's cell; a layer's units are side by side.

    What it prints has been through a ``Lowering``.
    """

    calls = MappingProxyType({**FUNCTIONS, **PATTERNS})
    choice = ("IF({when},{then},{otherwise})", ATOM)

    def __init__(self, spell: Callable[[Quantity], str]) -> None:
        super().__init__()
        self.begin(in_order=True)
        self.convert = self.converter(lambda q: sympy.Symbol(spell(q)))

    def __call__(self, expression: Expression) -> str:
        return str(self._print(self.convert(expression))).replace(" ", "")

    def _print_Rational(self, e: Any) -> str:
        return literal(Fraction(int(e.p), int(e.q)))

    def _print_Pi(self, e: Any) -> str:
        return "PI()"

    def _print_Exp1(self, e: Any) -> str:
        return "EXP(1)"

    def _print_Relational(self, e: Any) -> str:
        return f"{self._print(e.lhs)}{_SIGNS.get(e.rel_op, e.rel_op)}{self._print(e.rhs)}"

    def value(self, e: Any) -> str:
        return str(self._print(e))

    def is_constant(self, e: Any) -> bool:
        return False  # a number has fifteen digits at most: LN(2) has more

    def call(self, name: str, arguments: Any, function: Function | None = None) -> str:
        if name in (LARGEST.name, SECOND.name):
            units = f"{self._print(arguments[0])}:{self._print(arguments[-1])}"
            return f"MAX({units})" if name == LARGEST.name else f"LARGE({units},2)"
        if name in PATTERNS:
            (argument,) = arguments
            repeated = PATTERNS[name].count("{u}") > 1
            text = PATTERNS[name].format(u=self.inside(argument, ATOM if repeated else CASES))
            return text if text[:2] in ("IF", "EX") else f"({text})"
        return f"{FUNCTIONS[name]}({','.join(map(self._print, arguments))})"


def literal(value: Fraction) -> str:
    """A number that is read as the double nearest to it."""
    nearest = float(value)
    text = f"{abs(nearest):.{DIGITS}G}"
    if float(text) != abs(nearest):
        numerator, denominator = abs(value.numerator), value.denominator
        if max(numerator, denominator) < 10**DIGITS:
            text = f"({numerator}/{denominator})"
        else:
            rest = abs(nearest) - float(text)
            text = f"({text}{rest:+.{DIGITS}G})"
    return f"-{text}" if nearest < 0 else text


def twice(e: Apply) -> bool:
    """Whether a function's formula needs its argument in more than one place."""
    return PATTERNS.get(e.function.name, "").count("{u}") > 1


class Lowering:
    """Programs in terms of the functions that spreadsheets have.

    softplus(h1)   ⇒   IF(h1>0,h1,0)+log1p(u1),   u1 := exp(-abs(h1))

    fresh  gives the next cell for what a formula needs in more than one place
    cells  those cells: quantity, what it is in the program's terms, and in a spreadsheet's
    """

    def __init__(self, fresh: Callable[[], Quantity]) -> None:
        self.fresh = fresh
        self.cells: list[tuple[Quantity, Expression, Expression]] = []
        self._known: dict[Expression, Quantity] = {}

    def __call__(self, e: Expression) -> Expression:
        if isinstance(e, Apply):
            function = e.function
            if function.definition is not None and function.name not in (*FUNCTIONS, *PATTERNS):
                body = function.definition
                values: dict[Expression, Expression] = {
                    letter: self._cell(argument) if _count(body, letter) > 1 else argument
                    for letter, argument in zip(function.parameters, e.arguments, strict=True)
                }
                return self(substitute(body, values))
            if twice(e):
                return Apply(function, tuple(map(self._cell, e.arguments)))
        children = e.children
        return e.with_children(tuple(map(self, children))) if children else e

    def _cell(self, e: Expression) -> Expression:
        """The expression itself where it is short, else the cell that holds its value."""
        if not e.children:
            return e
        if e not in self._known:
            lowered = self(e)
            quantity = self._known[e] = self.fresh()
            self.cells.append((quantity, e, lowered))
        return self._known[e]


def _count(body: Expression, letter: Quantity) -> int:
    return sum(node == letter for node in body.walk())


def uses(expressions: Sequence[Expression]) -> dict[Quantity, int]:
    """How often each quantity stands in the formulas; an argument that is repeated counts twice."""
    counts: dict[Quantity, int] = {}
    for expression in expressions:
        for node in expression.walk():
            parts = (node,) if not isinstance(node, Apply) or not twice(node) else node.arguments
            for part in parts:
                if isinstance(part, Quantity):
                    counts[part] = counts.get(part, 0) + 1
    return counts
