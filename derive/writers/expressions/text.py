"""Expressions as Unicode text on one line: ∂E1/∂w5 = (out_o1 − t1)·out_o1·(1 − out_o1)·out_h1."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

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
from derive.notation.spelling import SUPERSCRIPT_LETTERS, SUPERSCRIPTS
from derive.writers.expressions.printer import (
    ATOM,
    CALL,
    FRACTION,
    PARTIAL,
    POWER,
    PRODUCT,
    QUOTIENT,
    SIGNED,
    SIGNED_UNIT,
    Piece,
    Printed,
    Printer,
    exponent_form,
    factors,
    juxtaposed,
    levels,
    operand,
    terms,
)

if TYPE_CHECKING:
    from derive.notation import Names

MINUS = "−"
CONSTANTS = {"pi": "π", "e": "e"}
COMPARISONS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}
SIGNS = {"": "", "=": "=", "≈": "≈", "←": "←", "→": "→"}


def text(expression: Expression, names: Names) -> str:
    """The expression on one line of Unicode text."""
    return TEXT(expression, names)


def _quantity(e: Expression, names: Names) -> Printed:
    return names.text(cast(Quantity, e))


def _number(e: Expression, names: Names) -> Printed:
    e = cast(Number, e)
    if scientific := exponent_form(e):
        mantissa, exponent = scientific
        return f"{mantissa}·10{exponent.translate(SUPERSCRIPTS)}".replace("-", MINUS)
    return (e.text or str(e.value)).replace("-", MINUS)


def _power(e: Expression, names: Names) -> Printed:
    e = cast(Power, e)
    base, exponent = e.base, e.exponent
    raised = isinstance(base, Quantity) and not SUPERSCRIPT_LETTERS.isdisjoint(names.text(base))
    bracket = "(" if raised or TEXT.level(base) < ATOM else ""
    if isinstance(exponent, Number) and exponent.value.denominator == 1 and not exponent.text:
        return [Piece("", base, bracket, str(exponent.value).translate(SUPERSCRIPTS))]
    return [Piece("", base, bracket, _exponent(exponent, names))]


def _exponent(e: Expression, names: Names) -> str:
    printed = text(e, names)
    short = TEXT.level(e) == ATOM and SUPERSCRIPT_LETTERS.isdisjoint(printed)
    return f"^{printed}" if short else f"^({printed})"


def _quotient(e: Expression, names: Names) -> Printed:
    e = cast(Quotient, e)
    above = TEXT.level(e.numerator)
    plain = above in (SIGNED_UNIT, PRODUCT) or above >= POWER
    if plain and _has_partial(e.numerator):
        plain = False
    below = TEXT.level(e.denominator) >= POWER
    return [
        Piece("", e.numerator, "" if plain else "("),
        Piece("/", e.denominator, "" if below else "("),
    ]


def _quotient_level(e: Expression) -> int:
    e = cast(Quotient, e)
    if TEXT.level(e.numerator) == SIGNED_UNIT:
        return SIGNED
    numbers = isinstance(e.numerator, Number) and isinstance(e.denominator, Number)
    return FRACTION if numbers else QUOTIENT


def _has_partial(e: Expression) -> bool:
    return isinstance(e, Product) and any(isinstance(f, Partial) for f in e.factors)


def _partial(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    if e.is_ordinary:
        return [Piece("d", e.of, "(", f"/d{names.text(e.by)}")]
    closed = TEXT.level(e.of) >= CALL and not isinstance(e.of, Number)
    return [Piece("∂", e.of, "" if closed else "(", f"/∂{names.text(e.by)}")]


def _apply(e: Expression, names: Names) -> Printed:
    e = cast(Apply, e)
    function, (argument, *others) = e.function, e.arguments
    if others:
        return f"{function.text}({', '.join(text(a, names) for a in e.arguments)})"
    if function.name == "exp":
        exponent = _exponent(argument, names)
        return [Piece("e^", argument, "(")] if exponent.startswith("^(") else f"e{exponent}"
    if function.name == "abs":
        return [Piece("", argument, "|")]
    return [Piece(function.text, argument, "(")]


def _apply_level(e: Expression) -> int:
    name = cast(Apply, e).function.name
    return POWER if name == "exp" else ATOM if name in ("abs", "sqrt") else CALL


def _comparison(e: Expression, names: Names) -> Printed:
    e = cast(Comparison, e)
    return f"{text(e.left, names)} {COMPARISONS[e.sign]} {text(e.right, names)}"


def _cases(e: Expression, names: Names) -> Printed:
    e = cast(Cases, e)
    pieces = [
        Piece(" " if i else "{ ", value, "", f" if {text(condition, names)};")
        for i, (value, condition) in enumerate(zip(e.values, e.conditions, strict=False))
    ]
    return [*pieces, Piece(" ", e.values[-1], "", " otherwise }")]


def _indexed_sum(e: Expression, names: Names) -> Printed:
    e = cast(IndexedSum, e)
    bracket = "(" if TEXT.level(e.body) < PRODUCT else ""
    return [Piece(f"Σ_{{{e.index}=1..{e.count}}} ", e.body, bracket)]


def _blank(e: Expression, names: Names) -> Printed:
    e = cast(Blank, e)
    return f"__{text(e.of, names)}__({e.label})" if e.filled else f"____({e.label})____"


def _matrix(e: Expression, names: Names) -> Printed:
    rows = ("  ".join(text(one, names) for one in row) for row in cast(Matrix, e).rows)
    return f"[{'; '.join(rows)}]"


def _transpose(e: Expression, names: Names) -> Printed:
    of = cast(Transpose, e).of
    return [Piece("", of, "" if TEXT.level(of) == ATOM else "(", "ᵀ")]


def _wrap(bracket: str, body: str) -> str:
    if bracket == "|" and "|" in body:
        return f"abs({body})"
    opening, closing = _ends(bracket, body)
    return f"{opening}{body}{closing}"


def _ends(bracket: str, body: str) -> tuple[str, str]:
    if bracket == "|" and "|" in body:
        return "abs(", ")"
    return {"(": ("(", ")"), "[": ("[", "]"), "|": ("|", "|")}[bracket]


def _width(printed: str) -> float:
    return len(printed)


TEXT: Printer = Printer(
    rules={
        Quantity: _quantity,
        Number: _number,
        Constant: lambda e, names: CONSTANTS[cast(Constant, e).name],
        Negative: lambda e, names: operand(TEXT, cast(Negative, e), MINUS),
        Sum: lambda e, names: terms(TEXT, cast(Sum, e), " + ", f" {MINUS} "),
        Product: lambda e, names: factors(
            TEXT, cast(Product, e), f" {names.times} " if _has_partial(e) else names.times
        ),
        Quotient: _quotient,
        Power: _power,
        Apply: _apply,
        Comparison: _comparison,
        Cases: _cases,
        Bracket: lambda e, names: [Piece("", cast(Bracket, e).inner, "[")],
        Partial: _partial,
        IndexedSum: _indexed_sum,
        Blank: _blank,
        Matrix: _matrix,
        Named: lambda e, names: text(cast(Named, e).symbol, names),
        Transpose: _transpose,
        MatrixProduct: lambda e, names: juxtaposed(
            TEXT, cast(MatrixProduct, e), f" {names.times} "
        ),
        Hadamard: lambda e, names: juxtaposed(TEXT, cast(Hadamard, e), " ⊙ "),
    },
    levels=levels(_quotient_level, PARTIAL, ATOM, _apply_level, FRACTION),
    broken={},
    wrap=_wrap,
    ends=_ends,
    width=_width,
    signs=SIGNS,
    step="  ",
)
