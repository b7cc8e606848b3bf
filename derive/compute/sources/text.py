"""Formulas as text, for comments and for what cells mean: δ_o1 = (a_o1 − t1)·a_o1·(1 − a_o1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derive.algebra.languages.ordered import ATOM, CASES, POWERED, PRODUCT, SUM
from derive.compute.programs.functions import QUOTIENT
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

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Text:
    """Prints trees in one line, with as few brackets as the reading needs.

    spell  quantity → its name
    """

    def __init__(self, spell: Callable[[Quantity], str]) -> None:
        self.spell = spell
        self._rules: dict[type, Callable[[Any], tuple[str, int]]] = {
            Quantity: lambda e: (self.spell(e), ATOM),
            Number: self.number,
            Constant: lambda e: ({"pi": "π"}.get(e.name, e.name), ATOM),
            Negative: lambda e: ("−" + self.inside(e.operand, PRODUCT), SUM),
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
        text, strength = self.parts(expression)
        return f"({text})" if strength < place else text

    def sum(self, e: Sum) -> tuple[str, int]:
        terms = [self.inside(e.terms[0], SUM)]
        for term in e.terms[1:]:
            if isinstance(term, Negative):
                terms.append(f"− {self.inside(term.operand, PRODUCT)}")
            elif isinstance(term, Number) and term.value < 0:
                terms.append(f"− {self(Number(-term.value))}")
            else:
                terms.append(f"+ {self.inside(term, PRODUCT)}")
        return " ".join(terms), SUM

    def product(self, e: Product) -> tuple[str, int]:
        first, *rest = e.factors
        # A quotient further back is bracketed, as in the code under the comment.
        texts = [self.inside(f, POWERED if isinstance(f, Quotient) else PRODUCT) for f in rest]
        return "·".join((self.inside(first, PRODUCT), *texts)), PRODUCT

    def quotient(self, e: Quotient) -> tuple[str, int]:
        top, bottom = self.inside(e.numerator, PRODUCT), self.inside(e.denominator, POWERED)
        return f"{top}/{bottom}", PRODUCT

    def comparison(self, e: Comparison) -> str:
        return f"{self.inside(e.left, SUM)} {e.sign} {self.inside(e.right, SUM)}"

    def number(self, e: Number) -> tuple[str, int]:
        text = e.text or str(e.value)
        return text.replace("-", "−"), SUM if e.value < 0 else PRODUCT if "/" in text else ATOM

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
