r"""Expressions as Typst maths, written so that nothing in it can be read as something else.

Typst takes ``delta_o(1-x)`` for a subscript, ``e^-x`` for e⁻ and x, and a word for a name of its
own. Here scripts, fractions and roots are calls with brackets around all that belongs to them,
words are strings, and every sign and bracket that stands for itself is escaped. ``TYPST`` is for
displayed formulas, ``IN_LINE`` for running text, where ∂E/∂w stays on the line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
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
from derive.notation.spelling import tidy_latex
from derive.writers.expressions.letters import Letter, is_number, joined, letters
from derive.writers.expressions.printer import (
    ATOM,
    CALL,
    OPEN,
    POWER,
    PRODUCT,
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
from derive.writers.expressions.text import COMPARISONS, CONSTANTS, MINUS
from derive.writers.expressions.typst_width import width

if TYPE_CHECKING:
    from derive.notation import Names

SIGNS = {"": "", **{sign: sign for sign in "=≈←→"}}
_TIMES = {"·": " ⋅ ", "×": " × ", "*": " ∗ "}
_TALL = ("frac(", "mat(", "cases(", "sqrt(", "limits(", "∑")
_BRACKETS = {"(": (r"\(", r"\)"), "[": (r"\[", r"\]"), "|": (r"\|", r"\|")}


def typst(expression: Expression, names: Names) -> str:
    """The expression as Typst maths, to stand between dollar signs."""
    return TYPST(expression, names)


def quoted(text: str) -> str:
    """A string of Typst."""
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


# -- names -----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def name(latex: str, text: str) -> str:
    """A name from its LaTeX; where that says more than is known here, its plain text."""
    known = letters(latex)
    return quoted(text) if known is None else _letters(known)


def _letters(some: Iterable[Letter]) -> str:
    whole: list[Letter] = []
    for letter in joined(some):
        before = whole[-1] if whole else None
        if letter.text == "′" and before is not None and _is_word(before):  # relu′, not relu ′
            whole[-1] = replace(before, text=f"{before.text}′")
        else:
            whole.append(letter)
    return " ".join(map(_letter, whole))


def _is_word(letter: Letter) -> bool:
    return len(letter.text) > 1 and letter.text.isalpha() and not letter.scripts


def _letter(letter: Letter) -> str:
    base = _base(letter)
    if letter.accent:
        base = f'accent({base}, "{letter.accent}")'
    scripts = "".join(
        f", {'b' if sign == '_' else 't'}: {_letters(inner)}" for sign, inner in letter.scripts
    )
    return f"attach({base}{scripts})" if scripts else base


def _base(letter: Letter) -> str:
    text = letter.text
    if is_number(text):
        base = text
    elif text.removesuffix("′").isalpha():
        base = text if len(text) == 1 else f"op({quoted(text)})"
        if len(text) == 1 and not letter.italic:
            base = f"upright({text})"
    else:
        base = (
            f"\\{text}" if len(text) == 1 and text.isprintable() and text != " " else quoted(text)
        )
    return f"bold({base})" if letter.bold else base


# -- one rule for each kind of node ----------------------------------------------------------


def _number(e: Expression, names: Names) -> Printed:
    e = cast(Number, e)
    if scientific := exponent_form(e):
        mantissa, exponent = map(_digits, scientific)
        return f"{mantissa} ⋅ attach(10, t: {exponent})"
    if e.text or e.value.denominator == 1:
        return _digits(e.text or str(e.value))
    sign = MINUS if e.value < 0 else ""
    return f"{sign}frac({abs(e.value.numerator)}, {e.value.denominator})"


def _digits(text: str) -> str:
    return text.replace("-", MINUS)


def _power(e: Expression, names: Names) -> Printed:
    e = cast(Power, e)
    base = TYPST(e.base, names)
    if _bracketed(e, names):
        base = _wrap("(", base)
    return f"attach({base}, t: {TYPST(e.exponent, names)})"


def _bracketed(e: Power, names: Names) -> bool:
    raised = isinstance(e.base, Quantity) and "^" in names.latex(e.base)
    return raised or TYPST.level(e.base) < ATOM


def _power_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Power, e)
    if not _bracketed(e, names):
        return _power(e, names)
    closing = rf" attach(\), t: {TYPST(e.exponent, names)})"
    return [Piece(r"\( ", e.base, "", closing)]


def _quotient(e: Expression, names: Names) -> Printed:
    e = cast(Quotient, e)
    return f"frac({TYPST(e.numerator, names)}, {TYPST(e.denominator, names)})"


def _quotient_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Quotient, e)
    above = "(" if TYPST.level(e.numerator) < PRODUCT else ""
    below = "(" if TYPST.level(e.denominator) < POWER else ""
    return [Piece("", e.numerator, above), Piece(r" \/ ", e.denominator, below)]


def _differential(e: Partial) -> str:
    return "d" if e.is_ordinary else "∂"


def _differentiated(e: Partial, names: Names) -> str:
    """What stands behind the ∂."""
    of = TYPST(e.of, names)
    closed = TYPST.level(e.of) >= CALL and not isinstance(e.of, (Number, Quotient))
    return of if closed else _wrap("(", of)


def _partial(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    d = _differential(e)
    return f"frac({d} {_differentiated(e, names)}, {d} {TYPST(e.by, names)})"


def _partial_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    d = _differential(e)
    return [Piece(f"frac({d}, {d} {TYPST(e.by, names)}) ", e.of, "(")]


def _partial_in_line(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    d = _differential(e)
    return rf"{d} {_differentiated(e, names)} \/ {d} {TYPST(e.by, names)}"


def _apply(e: Expression, names: Names) -> Printed:
    e = cast(Apply, e)
    function, (argument, *others) = e.function, e.arguments
    if others:
        inside = r"\, ".join(TYPST(a, names) for a in e.arguments)
        return f"{name(function.latex, function.text)} {_wrap('(', inside)}"
    if function.name == "exp":
        return f"attach(e, t: {TYPST(argument, names)})"
    if function.name == "sqrt":
        return f"sqrt({TYPST(argument, names)})"
    if function.name == "abs":
        return [Piece("", argument, "|")]
    return [Piece(f"{name(function.latex, function.text)} ", argument, "(")]


def _apply_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Apply, e)
    if e.function.name == "exp":
        return [Piece('op("exp") ', e.arguments[0], "(")]
    return _apply(e, names)


def _apply_level(e: Expression) -> int:
    function = cast(Apply, e).function.name
    return POWER if function == "exp" else ATOM if function in ("abs", "sqrt") else CALL


def _comparison(e: Expression, names: Names) -> Printed:
    e = cast(Comparison, e)
    return rf"{TYPST(e.left, names)} \{COMPARISONS[e.sign]} {TYPST(e.right, names)}"


def _cases(e: Expression, names: Names) -> Printed:
    e = cast(Cases, e)
    rows = [
        f'{TYPST(value, names)} & quad "if " {TYPST(condition, names)}'
        for value, condition in zip(e.values, e.conditions, strict=False)
    ]
    rows.append(f'{TYPST(e.values[-1], names)} & quad "otherwise"')
    return f"cases({', '.join(rows)})"


def _indexed_sum(e: Expression, names: Names) -> Printed:
    e = cast(IndexedSum, e)
    bracket = "(" if TYPST.level(e.body) < PRODUCT else ""
    return [Piece(f"attach(∑, b: {e.index} = 1, t: {e.count}) ", e.body, bracket)]


def _blank(e: Expression, names: Names) -> Printed:
    """A gap over its label; a formula needs more room than a number."""
    e = cast(Blank, e)
    gap = " ".join(["quad"] * (4 if isinstance(e.of, Number) else 8))
    inside = TYPST(e.of, names) if e.filled else gap
    return f"attach(limits(underline({inside})), b: {quoted(f'({e.label})')})"


def _matrix(e: Expression, names: Names) -> Printed:
    rows = ([_cell(TYPST(one, names)) for one in row] for row in cast(Matrix, e).rows)
    return f"mat({'; '.join(', '.join(row) for row in rows)})"


def _cell(entry: str) -> str:
    """An entry of a matrix, its fractions as large as outside of one."""
    return f"display({entry})" if "frac(" in entry else entry


def _transpose(e: Expression, names: Names) -> Printed:
    of = cast(Transpose, e).of
    if isinstance(of, Named) and isinstance(of.symbol, Quantity):
        symbol = of.symbol  # beside the layer it has there
        return name(tidy_latex(names.latex(symbol), r"\top"), f"{names.text(symbol)}ᵀ")
    inside = TYPST(of, names)
    return f"attach({inside if TYPST.level(of) == ATOM else _wrap('(', inside)}, t: ⊤)"


def _wrap(bracket: str, body: str) -> str:
    """Brackets grow with what is tall; around anything else they keep the size of letters."""
    opening, closing = _BRACKETS[bracket]
    inside = f"{opening} {body} {closing}"
    return f"lr({inside})" if any(tall in body for tall in _TALL) else inside


def _ends(bracket: str, body: str) -> tuple[str, str]:
    opening, closing = _BRACKETS[bracket]
    return f"{opening} ", f" {closing}"


TYPST: Printer = Printer(
    rules={
        Quantity: lambda e, names: name(
            names.latex(cast(Quantity, e)), names.text(cast(Quantity, e))
        ),
        Number: _number,
        Constant: lambda e, names: CONSTANTS[cast(Constant, e).name],
        Negative: lambda e, names: operand(TYPST, cast(Negative, e), MINUS),
        Sum: lambda e, names: terms(TYPST, cast(Sum, e), " + ", f" {MINUS} "),
        Product: lambda e, names: factors(TYPST, cast(Product, e), _TIMES[names.times]),
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
        Named: lambda e, names: typst(cast(Named, e).symbol, names),
        Transpose: _transpose,
        MatrixProduct: lambda e, names: juxtaposed(TYPST, cast(MatrixProduct, e), " thin "),
        Hadamard: lambda e, names: juxtaposed(TYPST, cast(Hadamard, e), " ⊙ "),
    },
    levels=levels(CALL, CALL, OPEN, _apply_level, CALL),
    broken={
        Quotient: _quotient_on_lines,
        Partial: _partial_on_lines,
        Apply: _apply_on_lines,
        Power: _power_on_lines,
    },
    wrap=_wrap,
    ends=_ends,
    width=width,
    signs=SIGNS,
    step="quad ",
)
# Derivatives stay on the line in running text, but for those inside something else.
IN_LINE: Printer = replace(TYPST, rules={**TYPST.rules, Partial: _partial_in_line})
