"""Formulas as people type them, read into expression trees with their order kept.

The grammar is written out here and nothing outside it exists: numbers, names, ``+ - * /``,
powers (``**`` or ``^``), calls of known functions, ``pi``, ``e``, and one comparison inside
``a if x > 0 else b``. Nothing typed is ever handed to Python. Lengths, depth and powers are
bounded before any work is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from derive.expression.constructors import product, total
from derive.expression.functions import Function, elementary
from derive.expression.nodes import (
    Apply,
    Cases,
    Comparison,
    Constant,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
)
from derive.expression.rewriting import rewrite
from derive.expression.typed.limits import size
from derive.expression.typed.literals import decimal
from derive.expression.typed.tokens import ALLOWED, FormulaError, Token, tokens

MAX_LENGTH = 2_000  # characters
MAX_TOKENS = 1_000
MAX_DEPTH = 40  # brackets, calls, signs and powers inside each other

CONSTANTS = ("pi", "e")

__all__ = [
    "CONSTANTS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_TOKENS",
    "FormulaError",
    "parse",
    "without_ones",
]

_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_WORDS = ("if", "else")


def parse(
    text: str, names: Mapping[str, Expression], functions: Mapping[str, Function] | None = None,
    *, beside: bool = False,
) -> Expression:  # fmt: skip
    """The tree of a formula; a name stands for what ``names`` gives for it.

    e.g. ``a - b`` → Sum(a, Negative(b)); ``1/2*x`` → Product(½, x); ``-t/y`` → Negative(t/y).

    beside  whether what stands beside each other is a product where it can be nothing else:
            ``2 a (1 - a)``, and not ``2 3``, ``1/2 a``, ``a(b)`` or ``2^3a``

    Raises FormulaError.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"the formula has {len(text)} characters",
            1,
            f"allowed are at most {MAX_LENGTH}",
            "too-much",
        )
    parts = tokens(text)
    if len(parts) == 1:
        raise FormulaError(
            "the formula is empty", 1, "write a formula such as x/(1 + abs(x))", "empty"
        )
    if len(parts) > MAX_TOKENS:
        raise FormulaError(
            f"the formula has {len(parts)} parts",
            1,
            f"allowed are at most {MAX_TOKENS}",
            "too-much",
        )
    parser = _Parser(parts, names, elementary() if functions is None else functions)
    parser.beside = beside
    return parser.formula()


def without_ones(formula: Expression) -> Expression:
    """1·(eˣ − 1) → eˣ − 1, where a parameter or a local derivative is 1."""

    def change(node: Expression) -> Expression:
        if not isinstance(node, Product):
            return node
        return product(*(f for f in node.factors if not (isinstance(f, Number) and f.value == 1)))

    return rewrite(formula, change)


class _Parser:
    """Recursive descent; each method reads one level of the grammar and leaves the rest."""

    def __init__(
        self,
        tokens: tuple[Token, ...],
        names: Mapping[str, Expression],
        functions: Mapping[str, Function],
    ) -> None:
        self.tokens = tokens
        self.names = names
        self.functions = functions
        self.beside = False
        self.position = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def take(self, *texts: str) -> bool:
        """Step over the next token if it is one of these signs or words."""
        if self.token.kind != "number" and self.token.text in texts:
            self.position += 1
            return True
        return False

    def deeper(self, read: Callable[[], Expression]) -> Expression:
        """Read one level further in, within MAX_DEPTH."""
        if self.depth >= MAX_DEPTH:
            raise FormulaError(
                f"the formula is nested more than {MAX_DEPTH} deep", self.token.column,
                "write it with fewer brackets", "too-much",
            )  # fmt: skip
        self.depth += 1
        result = read()
        self.depth -= 1
        return result

    def formula(self) -> Expression:
        """The whole text."""
        result = self.conditional()
        if self.token.kind != "end":
            raise self.unexpected()
        try:
            size(result)
        except OverflowError as error:
            raise FormulaError(
                str(error), self.tokens[0].column, "use smaller exponents", "too-much"
            ) from None
        return result

    def conditional(self) -> Expression:
        """sum [``if`` sum sign sum ``else`` conditional]"""
        value = self.sum()
        if not self.take("if"):
            return value
        condition = self.comparison()
        if not self.take("else"):
            if self.token.text in _COMPARISONS:
                raise FormulaError(
                    "two comparisons in one condition", self.token.column,
                    "write `a if x > 0 else b if x > -1 else c` for three cases", "cases",
                )  # fmt: skip
            raise FormulaError(
                "a case without `else`", self.token.column, "write `a if x > 0 else b`", "cases"
            )
        rest = self.deeper(self.conditional)
        if isinstance(rest, Cases):
            return Cases((value, *rest.values), (condition, *rest.conditions))
        return Cases((value, rest), (condition,))

    def comparison(self) -> Comparison:
        """sum sign sum"""
        left = self.sum()
        sign = self.token.text
        if not self.take(*_COMPARISONS):
            raise FormulaError(
                "a condition that compares nothing", self.token.column,
                "write `a if x > 0 else b`, with one of " + " ".join(_COMPARISONS), "cases",
            )  # fmt: skip
        return Comparison(left, sign, self.sum())

    def sum(self) -> Expression:
        """[sign] term {sign term}; the leading minus of a term takes in the whole term."""
        terms = [self.signed_term()]
        while self.token.text in ("+", "-"):
            if self.take("+"):
                terms.append(self.term())
            else:
                self.take("-")
                terms.append(Negative(self.term()))
        return total(*terms)

    def signed_term(self) -> Expression:
        if self.take("-"):
            return _negative(self.deeper(self.signed_term))
        if self.take("+"):
            return self.deeper(self.signed_term)
        return self.term()

    def term(self) -> Expression:
        """factor {``*`` or ``/`` factor}, from left to right"""
        last = result = self.factor()
        divided = False
        while True:
            column = self.token.column
            if self.take("*"):
                last = self.factor()
                result = product(result, last)
            elif self.take("/"):
                divided = True
                last = self.factor()
                result = _quotient(result, last, column)
            elif self.beside and self.follows_beside():
                last = self.factor_beside(last, divided)
                result = product(result, last)
            else:
                return result

    def follows_beside(self) -> bool:
        token = self.token
        return token.kind == "number" or token.text == "(" or (
            token.kind == "name" and token.text not in _WORDS
        )  # fmt: skip

    def factor_beside(self, last: Expression, divided: bool) -> Expression:
        """A factor without a sign before it, where nothing else can be meant."""
        before, token = self.tokens[self.position - 1], self.token
        is_call = before.text in self.names and token.text == "(" and (
            [t.kind for t in self.tokens[self.position + 1 : self.position + 3]]
            == ["name", "sign"] and self.tokens[self.position + 2].text == ")"
        )  # fmt: skip
        glued = token.column == before.column + len(before.text) and token.text != "("
        raised = isinstance(last.operand if isinstance(last, Negative) else last, Power) and (
            before.kind == "name" or (before.kind == "number" and glued)
        )
        power_of_ten = token.text == "e" and self.tokens[self.position + 1].text != "**"  # 1.2 e-3
        if token.kind == "number" or is_call or raised or divided or power_of_ten:
            raise _beside(before, token)
        factor = self.factor()
        if all(isinstance(node, Number) for node in factor.walk() if not node.children):
            raise _beside(before, token)  # 1(1/2), which may be 1.5
        return factor

    def factor(self) -> Expression:
        """Signs before a factor, or base ``**`` factor: −x² is −(x²), 2⁻ˣ is 2 ** −x."""
        if self.take("-"):
            return _negative(self.deeper(self.factor))
        if self.take("+"):
            return self.deeper(self.factor)
        base = self.atom()
        if self.take("**"):
            return Power(base, self.deeper(self.factor))
        return base

    def atom(self) -> Expression:
        """A number, a name, a call or a bracket, and not another of them right after it."""
        token = self.token
        if token.kind == "number":
            self.position += 1
            result: Expression = _number(token)
        elif token.kind == "name" and token.text not in _WORDS:
            self.position += 1
            opens = self.token.text == "("
            result = self.call(token) if opens and token.text not in self.names else (
                self.name(token)
            )  # fmt: skip
        elif self.take("("):
            result = self.deeper(self.conditional)
            self.close(token)
        else:
            raise self.unexpected()
        if not self.beside and self.follows_beside():
            raise _beside(self.tokens[self.position - 1], self.token)
        return result

    def close(self, opened: Token) -> None:
        if self.take(")"):
            return
        if self.token.text == ",":
            raise self.unexpected()
        if self.token.kind == "end":
            raise FormulaError(
                "a bracket is opened and not closed",
                opened.column,
                "write ) where it ends",
                "bracket",
            )
        raise self.unexpected()

    def name(self, token: Token) -> Expression:
        if token.text in self.names:
            return self.names[token.text]
        if token.text in CONSTANTS:
            return Constant(token.text)
        if token.text in self.functions:
            raise FormulaError(
                f"the function {token.text!r} without its argument", token.column,
                f"write {token.text}(x)", "no-argument", token.text,
            )  # fmt: skip
        known = (*self.names, *CONSTANTS)
        raise FormulaError(
            f"unknown name {token.text!r}", token.column, _known(token.text, known),
            "unknown-name", token.text,
        )  # fmt: skip

    def call(self, token: Token) -> Expression:
        function = self.functions.get(token.text)
        if function is None:
            raise FormulaError(
                f"unknown function {token.text!r}", token.column,
                _known(token.text, tuple(self.functions)), "unknown-function", token.text,
            )  # fmt: skip
        self.take("(")
        arguments = [self.deeper(self.conditional)]
        while self.take(","):
            arguments.append(self.deeper(self.conditional))
        self.close(token)
        arity = len(function.parameters)
        if len(arguments) != arity:
            remedy = "separate arguments by commas and write decimals with a point, as in 0.5"
            raise FormulaError(
                f"{token.text} takes {arity} argument{'s' * (arity != 1)}, got {len(arguments)}",
                token.column, remedy, "arguments", token.text,
            )  # fmt: skip
        return Apply(function, tuple(arguments))

    def unexpected(self) -> FormulaError:
        token = self.token
        if token.kind == "end":
            return FormulaError(
                "the formula ends too early", token.column,
                "write what belongs after the last sign", "ends-early",
            )  # fmt: skip
        if token.text == ",":
            return FormulaError(
                "a comma outside a function's arguments", token.column,
                "write decimals with a point, as in 0.5", "comma",
            )  # fmt: skip
        if token.text in _COMPARISONS:
            return FormulaError(
                "a comparison outside a condition", token.column, "write `a if x > 0 else b`",
                "cases",
            )  # fmt: skip
        return FormulaError(
            f"{token.text!r} does not belong here", token.column, ALLOWED, "out-of-place",
            token.text,
        )  # fmt: skip


def _beside(before: Token, token: Token) -> FormulaError:
    return FormulaError(
        f"{before.text!r} and {token.text!r} stand beside each other", token.column,
        "write * between the factors of a product, and brackets around what is divided by",
        "beside", before.text, token.text,
    )  # fmt: skip


def _known(name: str, known: tuple[str, ...]) -> str:
    allowed = "allowed are " + ", ".join(known)
    close = get_close_matches(name, known, 1)
    return f"did you mean {close[0]!r}? {allowed}" if close else allowed


def _number(token: Token) -> Number:
    try:
        return decimal(token.text)
    except OverflowError as error:
        raise FormulaError(
            f"the number {token.text[:12]}… is too long", token.column,
            f"write it shorter: {error}", "too-much",
        ) from None  # fmt: skip


def _negative(operand: Expression) -> Expression:
    if isinstance(operand, Number) and operand.value > 0:
        return Number(-operand.value, f"-{operand.text}" if operand.text else "")
    return Negative(operand)


def _quotient(top: Expression, bottom: Expression, column: int) -> Expression:
    if isinstance(bottom, Number) and bottom.value == 0:
        raise FormulaError(
            "a division by zero", column, "check the denominator", "division-by-zero"
        )
    if (
        isinstance(top, Number) and isinstance(bottom, Number) and not (top.text or bottom.text)
        and top.value.denominator == bottom.value.denominator == 1
    ):  # fmt: skip
        return Number(top.value / bottom.value)
    return Quotient(top, bottom)
