"""Expression trees as infix text, with as few brackets as the reading needs.

A back end is a ``Printer`` with its own spellings: names, functions, cases, powers. ``Text``
is the one for people: the formulas in comments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from derive.compute.functions import POWER, QUOTIENT
from derive.expression.binding import repeats
from derive.expression.functions import Function
from derive.expression.nodes import (
    Apply,
    Bracket,
    Cases,
    Comparison,
    Constant,
    Expression,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)
from derive.notation.names import Names

# How tightly a text holds together; a part is bracketed where its place asks for more.
CASES, SUM, PRODUCT, POWERED, ATOM = range(5)


class Printer:
    """Prints trees; subclasses say how functions, cases, powers and numbers look.

    spell  quantity → its name
    """

    times = "*"
    minus = "-"

    def __init__(self, spell: Callable[[Quantity], str]) -> None:
        self.spell = spell
        self._rules: dict[type, Callable[[Any], tuple[str, int]]] = {
            Quantity: lambda e: (self.spell(e), ATOM),
            Number: self.number,
            Constant: lambda e: (self.constant(e.name), ATOM),
            Negative: lambda e: (self.minus + self.inside(e.operand, PRODUCT), SUM),
            Sum: self.sum,
            Product: self.product,
            Quotient: self.quotient,
            Power: self.power,
            Apply: self.apply,
            Cases: self.cases,
            Bracket: lambda e: self.parts(e.inner),
            Partial: self.partial,
        }

    def __call__(self, expression: Expression) -> str:
        return self.parts(expression)[0]

    def parts(self, expression: Expression) -> tuple[str, int]:
        """The text, and how tightly it holds together."""
        return self._rules[type(expression)](expression)

    def inside(self, expression: Expression, place: int) -> str:
        """The text, in brackets where it holds less tightly than its place asks."""
        text, strength = self._rules[type(expression)](expression)
        return f"({text})" if strength < place else text

    def sum(self, e: Sum) -> tuple[str, int]:
        return " ".join(self.terms(e)), SUM

    def terms(self, e: Sum) -> list[str]:
        """The terms with their signs: ["a", "+ b", "- c"]."""
        found = [self.inside(e.terms[0], SUM)]
        for term in e.terms[1:]:
            if isinstance(term, Negative):
                found.append(f"{self.minus} {self.inside(term.operand, PRODUCT)}")
            elif isinstance(term, Number) and term.value < 0:
                found.append(f"{self.minus} {self(Number(-term.value))}")
            else:
                found.append(f"+ {self.inside(term, PRODUCT)}")
        return found

    def product(self, e: Product) -> tuple[str, int]:
        first, *rest = e.factors
        # A quotient further back is bracketed: a·(b/c) and (a·b)/c round differently.
        texts = [self.inside(f, POWERED if isinstance(f, Quotient) else PRODUCT) for f in rest]
        return self.times.join((self.inside(first, PRODUCT), *texts)), PRODUCT

    def quotient(self, e: Quotient) -> tuple[str, int]:
        top, bottom = self.inside(e.numerator, PRODUCT), self.inside(e.denominator, POWERED)
        return f"{top}/{bottom}", PRODUCT

    def comparison(self, e: Comparison) -> str:
        return f"{self.inside(e.left, SUM)} {e.sign} {self.inside(e.right, SUM)}"

    # -- what a subclass says ----------------------------------------------------------------

    def number(self, e: Number) -> tuple[str, int]:
        raise NotImplementedError

    def constant(self, name: str) -> str:
        raise NotImplementedError

    def power(self, e: Power) -> tuple[str, int]:
        raise NotImplementedError

    def apply(self, e: Apply) -> tuple[str, int]:
        raise NotImplementedError

    def cases(self, e: Cases) -> tuple[str, int]:
        raise NotImplementedError

    def partial(self, e: Partial) -> tuple[str, int]:
        raise TypeError("no derivative is left open in a program")


class CodePrinter(Printer):
    """What the languages have in common: numbers, small powers as products, functions by table.

    functions  what has a name of its own there, by the function's name
    used       the functions met so far, for which a helper or an import is needed
    """

    functions: Mapping[str, str] = MappingProxyType({})
    constants: Mapping[str, str] = MappingProxyType(
        {"pi": "3.141592653589793", "e": "2.718281828459045"}
    )

    def __init__(self, names: Callable[[Quantity], str]) -> None:
        super().__init__(names)
        self.used: dict[str, Function] = {}

    def number(self, e: Number) -> tuple[str, int]:
        value = e.value
        text = str(value.numerator) if value.denominator == 1 else repr(float(value))
        if len(text) > 17 and value.denominator == 1:
            text = repr(float(value))
        return text, SUM if value < 0 else ATOM

    def value(self, e: Expression) -> str:
        """A value of cases; a whole number as a float, so that the result always is one."""
        if isinstance(e, Number) and e.value.denominator == 1:
            return repr(float(e.value))
        return self.inside(e, SUM)

    def constant(self, name: str) -> str:
        return self.constants[name]

    def power(self, e: Power) -> tuple[str, int]:
        times = repeats(e)
        if times > 1 and (not e.base.children or isinstance(e.base, Negative)):
            return self.times.join([self.inside(e.base, POWERED)] * times), PRODUCT
        return self.apply(POWER(e.base, e.exponent))

    def apply(self, e: Apply) -> tuple[str, int]:
        name = e.function.name
        self.used.setdefault(name, e.function)
        arguments = ", ".join([self.parts(argument)[0] for argument in e.arguments])
        return f"{self.functions.get(name, name)}({arguments})", ATOM


_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Text(Printer):
    """Formulas for comments, in the notation's names: δ_o1 = (a_o1 − t1)·a_o1·(1 − a_o1)."""

    times = "·"
    minus = "−"

    def __init__(self, names: Names) -> None:
        super().__init__(names.text)

    def number(self, e: Number) -> tuple[str, int]:
        text = e.text or str(e.value)
        return text.replace("-", "−"), SUM if e.value < 0 else PRODUCT if "/" in text else ATOM

    def constant(self, name: str) -> str:
        return {"pi": "π"}.get(name, name)

    def power(self, e: Power) -> tuple[str, int]:
        base = self.inside(e.base, ATOM)
        if isinstance(e.exponent, Number) and e.exponent.value.denominator == 1:
            return base + str(e.exponent.value).translate(_SUPERSCRIPTS), POWERED
        return f"{base}^{self.inside(e.exponent, ATOM)}", POWERED

    def apply(self, e: Apply) -> tuple[str, int]:
        if e.function == QUOTIENT:
            return self.quotient(Quotient(*e.arguments))
        arguments = ", ".join(self(argument) for argument in e.arguments)
        return f"{e.function.text}({arguments})", ATOM

    def cases(self, e: Cases) -> tuple[str, int]:
        texts = [
            f"{self(value)} if {self.comparison(condition)}"
            for value, condition in zip(e.values, e.conditions, strict=False)
        ]
        return ", ".join((*texts, f"else {self(e.values[-1])}")), CASES

    def partial(self, e: Partial) -> tuple[str, int]:
        return f"∂{self.inside(e.of, ATOM)}/∂{self(e.by)}", ATOM
