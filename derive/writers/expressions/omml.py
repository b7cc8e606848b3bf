"""Expressions as OMML, the formulas of Word, to be edited there like any others.

What is printed is a row of elements, to stand in an ``m:oMath``. Signs and words that LibreOffice
would read as commands of its own are literal, which Word does not mind. ``OMML`` is for displayed
formulas, ``IN_LINE`` for running text, where ∂E/∂w stays on the line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from html import escape
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
from derive.writers.expressions.omml_width import EM_SPACE, width
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

if TYPE_CHECKING:
    from derive.notation import Names

_BRACKETS = {"(": ("(", ")"), "[": ("[", "]"), "|": ("|", "|"), "{": ("{", "")}
_TOP = "⊤"


def omml(expression: Expression, names: Names) -> str:
    """The expression as elements of a formula on a line of its own."""
    return OMML(expression, names)


# -- elements --------------------------------------------------------------------------------


def run(text: str, style: str = "", literal: bool = False) -> str:
    """Letters or a sign. style: p upright, b bold, bi both bold and slanted; "" as Word has it."""
    properties = "<m:lit/>" if literal else ""
    properties += f'<m:sty m:val="{style}"/>' if style else ""
    manner = f"<m:rPr>{properties}</m:rPr>" if properties else ""
    return f"<m:r>{manner}<m:t>{escape(text, quote=False)}</m:t></m:r>"


def in_words(text: str) -> str:
    """Words in the letters of the text around the formula."""
    body = escape(text, quote=False)
    return f'<m:r><m:rPr><m:nor/></m:rPr><m:t xml:space="preserve">{body}</m:t></m:r>'


def compound(name: str, properties: str, **parts: str) -> str:
    """An element with its properties and its parts, in the order of the standard."""
    inside = "".join(f"<m:{part}>{content}</m:{part}>" for part, content in parts.items())
    return f"<m:{name}><m:{name}Pr>{properties}</m:{name}Pr>{inside}</m:{name}>"


def _wrap(bracket: str, body: str) -> str:
    """Brackets, which grow with what is in them."""
    opening, closing = _BRACKETS[bracket]
    ends = f'<m:begChr m:val="{opening}"/><m:endChr m:val="{closing}"/>'
    return compound("d", ends, e=body)


def _ends(bracket: str, body: str) -> tuple[str, str]:
    opening, closing = _BRACKETS[bracket]
    return run(opening, literal=True), run(closing, literal=True)


def boxed(body: str) -> str:
    """A result in its box."""
    return compound("borderBox", "", e=body)


_SIGNS = {"": "", **{sign: run(sign) for sign in "=≈←→"}}
_UNARY = run(MINUS)
_TIMES = {"·": run("⋅"), "×": run("×"), "*": run("∗")}
_SLASH = run("/")


# -- names -----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def name(latex: str, text: str) -> str:
    """A name from its LaTeX; where that says more than is known here, its plain text."""
    known = letters(latex)
    return in_words(text) if known is None else _letters(known)


def _letters(some: Iterable[Letter]) -> str:
    return "".join(map(_letter, joined(some)))


def _letter(letter: Letter) -> str:
    base = _base(letter)
    if letter.accent:
        base = compound("acc", f'<m:chr m:val="{letter.accent}"/>', e=base)
    scripts = {sign: _letters(inner) for sign, inner in letter.scripts}
    if len(scripts) == 2:
        return compound("sSubSup", "", e=base, sub=scripts["_"], sup=scripts["^"])
    for sign, script in scripts.items():
        base = (
            compound("sSub", "", e=base, sub=script) if sign == "_"
            else compound("sSup", "", e=base, sup=script)
        )  # fmt: skip
    return base


def _base(letter: Letter) -> str:
    text = letter.text
    if letter.bold:
        return run(text, "bi" if letter.italic else "b")
    if is_number(text):
        return run(text)
    if not text.isalpha():
        return run(text or "\u200b", literal=True)  # a bracket, or scripts without a letter
    return run(text) if letter.italic else run(text, "p", literal=len(text) > 1)


# -- one rule for each kind of node ----------------------------------------------------------


def _quantity(e: Expression, names: Names) -> Printed:
    quantity = cast(Quantity, e)
    return name(names.latex(quantity), names.text(quantity))


def _number(e: Expression, names: Names) -> Printed:
    e = cast(Number, e)
    if scientific := exponent_form(e):
        mantissa, exponent = map(_digits, scientific)
        return f"{mantissa}{_TIMES['·']}{compound('sSup', '', e=run('10'), sup=exponent)}"
    if e.text or e.value.denominator == 1:
        return _digits(e.text or str(e.value))
    above, below = abs(e.value.numerator), e.value.denominator
    sign = _UNARY if e.value < 0 else ""
    return sign + compound("f", "", num=run(str(above)), den=run(str(below)))


def _digits(text: str) -> str:
    sign = _UNARY if text.startswith("-") else ""
    return sign + run(text.removeprefix("-"))


def _power(e: Expression, names: Names) -> Printed:
    e = cast(Power, e)
    base, exponent = OMML(e.base, names), OMML(e.exponent, names)
    return compound("sSup", "", e=_wrap("(", base) if _bracketed(e, names) else base, sup=exponent)


def _bracketed(e: Power, names: Names) -> bool:
    raised = isinstance(e.base, Quantity) and "^" in names.latex(e.base)
    return raised or OMML.level(e.base) < ATOM


def _power_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Power, e)
    if not _bracketed(e, names):
        return _power(e, names)
    opening, closing = _ends("(", "")
    return [
        Piece(opening, e.base, "", compound("sSup", "", e=closing, sup=OMML(e.exponent, names)))
    ]


def _quotient(e: Expression, names: Names) -> Printed:
    e = cast(Quotient, e)
    return compound("f", "", num=OMML(e.numerator, names), den=OMML(e.denominator, names))


def _quotient_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Quotient, e)
    above = "(" if OMML.level(e.numerator) < PRODUCT else ""
    below = "(" if OMML.level(e.denominator) < POWER else ""
    return [Piece("", e.numerator, above), Piece(_SLASH, e.denominator, below)]


def _differential(e: Partial) -> str:
    return run("d" if e.is_ordinary else "∂")


def _differentiated(e: Partial, names: Names) -> str:
    """What stands behind the ∂."""
    of = OMML(e.of, names)
    closed = OMML.level(e.of) >= CALL and not isinstance(e.of, (Number, Quotient))
    return of if closed else _wrap("(", of)


def _partial(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    d = _differential(e)
    return compound("f", "", num=d + _differentiated(e, names), den=d + OMML(e.by, names))


def _partial_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    d = _differential(e)
    return [Piece(compound("f", "", num=d, den=d + OMML(e.by, names)), e.of, "(")]


def _partial_in_line(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    d = _differential(e)
    return f"{d}{_differentiated(e, names)}{_SLASH}{d}{OMML(e.by, names)}"


def _apply(e: Expression, names: Names) -> Printed:
    e = cast(Apply, e)
    function, (argument, *others) = e.function, e.arguments
    if others:
        inside = run(",", literal=True).join(OMML(a, names) for a in e.arguments)
        return f"{name(function.latex, function.text)}{_wrap('(', inside)}"
    if function.name == "exp":
        return compound("sSup", "", e=run("e"), sup=OMML(argument, names))
    if function.name == "sqrt":
        return compound("rad", '<m:degHide m:val="1"/>', deg="", e=OMML(argument, names))
    if function.name == "abs":
        return [Piece("", argument, "|")]
    return [Piece(name(function.latex, function.text), argument, "(")]


def _apply_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Apply, e)
    if e.function.name == "exp":
        return [Piece(run("exp", "p", literal=True), e.arguments[0], "(")]
    return _apply(e, names)


def _apply_level(e: Expression) -> int:
    function = cast(Apply, e).function.name
    return POWER if function == "exp" else ATOM if function in ("abs", "sqrt") else CALL


def _comparison(e: Expression, names: Names) -> Printed:
    e = cast(Comparison, e)
    return f"{OMML(e.left, names)}{run(COMPARISONS[e.sign])}{OMML(e.right, names)}"


def _cases(e: Expression, names: Names) -> Printed:
    e = cast(Cases, e)
    rows = [
        (OMML(value, names), in_words("if ") + OMML(condition, names))
        for value, condition in zip(e.values, e.conditions, strict=False)
    ]
    rows.append((OMML(e.values[-1], names), in_words("otherwise")))
    return _wrap("{", _table(rows, "left"))


def _indexed_sum(e: Expression, names: Names) -> Printed:
    e = cast(IndexedSum, e)
    body = OMML(e.body, names)
    below, above = _bounds(e)
    where = '<m:chr m:val="∑"/><m:limLoc m:val="undOvr"/>'
    if OMML.level(e.body) < PRODUCT:
        body = _wrap("(", body)
    return compound("nary", where, sub=below, sup=above, e=body)


def _bounds(e: IndexedSum) -> tuple[str, str]:
    return f"{run(e.index)}{run('=')}{run('1')}", run(str(e.count))


def _indexed_sum_on_lines(e: Expression, names: Names) -> Printed:
    """A sign of its own, since what a sum is of can go on in the next row."""
    e = cast(IndexedSum, e)
    below, above = _bounds(e)
    sigma = compound("limUpp", "", e=compound("limLow", "", e=run("∑"), lim=below), lim=above)
    return [Piece(sigma, e.body, "(" if OMML.level(e.body) < PRODUCT else "")]


def _blank(e: Expression, names: Names) -> Printed:
    """A gap over its label; a formula needs more room than a number."""
    e = cast(Blank, e)
    room = in_words(EM_SPACE * (3 if isinstance(e.of, Number) else 9))
    gap = compound("bar", '<m:pos m:val="bot"/>', e=OMML(e.of, names) if e.filled else room)
    return compound("limLow", "", e=gap, lim=in_words(f"({e.label})"))


def _matrix(e: Expression, names: Names) -> Printed:
    rows = [[OMML(one, names) for one in row] for row in cast(Matrix, e).rows]
    return _wrap("[", _table(rows, "center"))


def _table(rows: Iterable[Iterable[str]], align: str) -> str:
    cells = [list(row) for row in rows]
    column = f'<m:count m:val="{len(cells[0])}"/><m:mcJc m:val="{align}"/>'
    lines = ("".join(f"<m:e>{cell}</m:e>" for cell in row) for row in cells)
    body = "".join(f"<m:mr>{line}</m:mr>" for line in lines)
    return f"<m:m><m:mPr><m:mcs><m:mc><m:mcPr>{column}</m:mcPr></m:mc></m:mcs></m:mPr>{body}</m:m>"


def _transpose(e: Expression, names: Names) -> Printed:
    of = cast(Transpose, e).of
    if isinstance(of, Named) and isinstance(of.symbol, Quantity):
        symbol = of.symbol  # beside the layer it has there
        return name(tidy_latex(names.latex(symbol), r"\top"), f"{names.text(symbol)}ᵀ")
    inside = OMML(of, names)
    base = inside if OMML.level(of) == ATOM else _wrap("(", inside)
    return compound("sSup", "", e=base, sup=run(_TOP, literal=True))


OMML: Printer = Printer(
    rules={
        Quantity: _quantity,
        Number: _number,
        Constant: lambda e, names: run(CONSTANTS[cast(Constant, e).name]),
        Negative: lambda e, names: operand(OMML, cast(Negative, e), _UNARY),
        Sum: lambda e, names: terms(OMML, cast(Sum, e), run("+"), run(MINUS)),
        Product: lambda e, names: factors(OMML, cast(Product, e), _TIMES[names.times]),
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
        Named: lambda e, names: omml(cast(Named, e).symbol, names),
        Transpose: _transpose,
        MatrixProduct: lambda e, names: juxtaposed(OMML, cast(MatrixProduct, e), run("\u2009")),
        Hadamard: lambda e, names: juxtaposed(OMML, cast(Hadamard, e), run("⊙")),
    },
    levels=levels(CALL, CALL, OPEN, _apply_level, CALL),
    broken={
        Quotient: _quotient_on_lines,
        Partial: _partial_on_lines,
        Apply: _apply_on_lines,
        Power: _power_on_lines,
        IndexedSum: _indexed_sum_on_lines,
    },
    wrap=_wrap,
    ends=_ends,
    width=width,
    signs=_SIGNS,
    step=in_words(EM_SPACE),
)
# Derivatives stay on the line in running text, but for those inside something else.
IN_LINE: Printer = replace(OMML, rules={**OMML.rules, Partial: _partial_in_line})
