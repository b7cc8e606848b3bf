"""What the printers share: how tightly things bind, and trees printed piece by piece.

A compound prints as a row of *pieces*: an operator, a child, the bracket around it and what
follows. Layout breaks lines between pieces, so that a formula on one line and the same formula
on several come from one rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from derive.expression.blank import Blank
from derive.expression.matrices import Hadamard, Matrix, MatrixProduct, Named, Transpose
from derive.expression.nodes import (
    Apply,
    Bracket,
    Cases,
    Comparison,
    Constant,
    Expression,
    IndexedSum,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quantity,
    Quotient,
    Sum,
)

if TYPE_CHECKING:
    from derive.notation import Names

# How tightly a printed expression binds, loosest first.
OPEN = 0  # x if x > 0; x < y
SUM = 1  # a + b, and Σ whose end is open
SIGNED = 2  # −a·b
SIGNED_UNIT = 3  # −a, −3, −(a + b)
PRODUCT = 4  # a·b
QUOTIENT = 5  # a/b on one line
FRACTION = 6  # 1/2 on one line, of two numbers
PARTIAL = 7  # ∂E/∂w on one line
POWER = 8  # a², e^x
CALL = 9  # σ(x), and a fraction set upright
ATOM = 10


class Levelled(Protocol):
    """A printer, as far as brackets go."""

    def level(self, expression: Expression) -> int:
        """How tightly the printed expression binds."""
        ...


class Piece(NamedTuple):
    """lead, then the node inside its bracket ("" for none), then tail."""

    lead: str
    node: Expression
    bracket: str = ""
    tail: str = ""


Printed = str | list[Piece]
Rule = Callable[[Expression, "Names"], Printed]
Level = int | Callable[[Expression], int]


def is_negative(number: Number) -> bool:
    """Whether a number prints with a minus sign."""
    return number.text.startswith("-") if number.text else number.value < 0


def exponent_form(number: Number) -> tuple[str, str] | None:
    """Mantissa and exponent of a number such as 1.5e-7, None for a plain decimal."""
    mantissa, mark, exponent = number.text.lower().partition("e")
    return (mantissa, str(int(exponent))) if mark else None


def stripped(signed: Expression) -> Expression:
    """What stands behind the minus sign of an expression at a SIGNED level."""
    if isinstance(signed, Negative):
        return signed.operand
    if isinstance(signed, Number):
        return Number(-signed.value, signed.text.removeprefix("-"))
    if isinstance(signed, Product):
        return Product((stripped(signed.factors[0]), *signed.factors[1:]))
    if isinstance(signed, Quotient):
        return Quotient(stripped(signed.numerator), signed.denominator)
    raise TypeError(f"{type(signed).__name__} has no sign")


@dataclass(frozen=True, slots=True, eq=False)
class Printer:
    """A target: a rule and a level for each kind of node, and how brackets look.

    broken  pieces for the nodes that ``rules`` print in one, used where a line is too short
    wrap    bracket and body to text; ``ends`` gives the two halves for a body on several lines
    step    how far a continued line is indented
    """

    rules: Mapping[type[Expression], Rule]
    levels: Mapping[type[Expression], Level]
    broken: Mapping[type[Expression], Rule]
    wrap: Callable[[str, str], str]
    ends: Callable[[str, str], tuple[str, str]]
    width: Callable[[str], float]
    signs: Mapping[str, str]
    step: str

    def __call__(self, expression: Expression, names: Names) -> str:
        """The expression on one line."""
        printed = self.rules[type(expression)](expression, names)
        if isinstance(printed, str):
            return printed
        out: list[str] = []
        for lead, node, bracket, tail in printed:
            body = self(node, names)
            out.append(lead)
            out.append(self.wrap(bracket, body) if bracket else body)
            out.append(tail)
        return "".join(out)

    def level(self, expression: Expression) -> int:
        """How tightly the printed expression binds."""
        level = self.levels[type(expression)]
        return level if isinstance(level, int) else level(expression)

    def pieces(self, expression: Expression, names: Names) -> list[Piece]:
        """The pieces between which a line may end; one piece or none: it cannot."""
        rule = self.broken.get(type(expression)) or self.rules[type(expression)]
        printed = rule(expression, names)
        return [] if isinstance(printed, str) else printed


def terms(printer: Levelled, e: Sum, plus: str, minus: str) -> list[Piece]:
    """a, plus b, minus c: a signed term becomes a difference."""
    pieces: list[Piece] = []
    for term in e.terms:
        level = printer.level(term)
        if not pieces:
            pieces.append(Piece("", term, "(" if level < SIGNED else ""))
        elif level in (SIGNED, SIGNED_UNIT):
            term = stripped(term)
            pieces.append(Piece(minus, term, _subtracted(printer, term)))
        else:
            pieces.append(Piece(plus, term, "(" if level < PRODUCT else ""))
    return pieces


def factors(printer: Levelled, e: Product, times: str) -> list[Piece]:
    """a times b, every factor that binds less tightly in brackets.

    A leading minus needs none, nor does a leading number such as 1/2, nor a last Σ or a last
    product of matrices.
    """
    pieces: list[Piece] = []
    last = len(e.factors) - 1
    for position, factor in enumerate(e.factors):
        level = printer.level(factor)
        free = (
            level >= PARTIAL
            or (position == 0 and level in (SIGNED_UNIT, FRACTION))
            or (position == last and position and isinstance(factor, (IndexedSum, MatrixProduct)))
        )
        pieces.append(Piece(times if position else "", factor, "" if free else "("))
    return pieces


def operand(printer: Levelled, e: Negative, minus: str) -> list[Piece]:
    """minus a."""
    return [Piece(minus, e.operand, _subtracted(printer, e.operand))]


def _subtracted(printer: Levelled, e: Expression) -> str:
    """The bracket of what stands behind a minus sign; a gap at its beginning may get one, too."""
    first = e
    while isinstance(first, Product) or (isinstance(first, Quotient) and printer.level(e) < CALL):
        first = first.children[0]
    signed = isinstance(first, Blank) and first.signed
    return "(" if signed or printer.level(e) < PRODUCT else ""


def juxtaposed(printer: Levelled, e: MatrixProduct | Hadamard, between: str) -> list[Piece]:
    """Two matrices; a sum, a difference or another product of matrices stands in brackets."""
    left, right = (
        Piece("", side, "" if printer.level(side) >= POWER else "(") for side in e.children
    )
    return [left, right._replace(lead=between)]


def levels(
    quotient: Level, partial: int, cases: int, call: Callable[[Expression], int], fraction: int
) -> dict[type[Expression], Level]:
    """The table of precedence; upright fractions bind more tightly than those on one line."""

    def level(e: Expression) -> int:
        entry = table[type(e)]
        return entry if isinstance(entry, int) else entry(e)

    def number(e: Expression) -> int:
        assert isinstance(e, Number)
        if exponent_form(e):
            return SIGNED if is_negative(e) else PRODUCT
        if is_negative(e):
            return SIGNED_UNIT
        return ATOM if e.text or e.value.denominator == 1 else fraction

    def negative(e: Expression) -> int:
        assert isinstance(e, Negative)
        return SIGNED if PRODUCT <= level(e.operand) <= PARTIAL else SIGNED_UNIT

    def product(e: Expression) -> int:
        assert isinstance(e, Product)
        if isinstance(e.factors[-1], IndexedSum):
            return SUM
        return SIGNED if level(e.factors[0]) == SIGNED_UNIT else PRODUCT

    def blank(e: Expression) -> int:
        """A number is a gap for itself and its sign; a formula keeps the brackets around it."""
        assert isinstance(e, Blank)
        if isinstance(e.of, Number):
            return CALL if e.signed else ATOM
        inner = level(e.of)
        return SUM if inner in (SIGNED, SIGNED_UNIT) else inner

    table: dict[type[Expression], Level] = {
        Sum: SUM,
        IndexedSum: SUM,
        Comparison: OPEN,
        Cases: cases,
        Negative: negative,
        Product: product,
        Quotient: quotient,
        Partial: partial,
        Power: POWER,
        Apply: call,
        Number: number,
        Bracket: ATOM,
        Blank: blank,
        Constant: ATOM,
        Quantity: ATOM,
        Matrix: ATOM,
        Named: lambda e: level(e.symbol) if isinstance(e, Named) else ATOM,
        Transpose: POWER,
        MatrixProduct: PRODUCT,
        Hadamard: PRODUCT,
    }
    return table
