"""Expressions as MathML Core, which browsers set and screen readers explore without a script.

What is printed is a row of elements; where it must be one, it stands in an ``mrow``. ``MATHML``
is for displayed formulas, ``IN_LINE`` for running text, where ∂E/∂w stays on the line.
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
from derive.writers.expressions.mathml_width import width
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
from derive.writers.expressions.text import COMPARISONS as _COMPARED
from derive.writers.expressions.text import CONSTANTS, MINUS

if TYPE_CHECKING:
    from derive.notation import Names

SIGNS = {"": "", **{sign: f"<mo>{sign}</mo>" for sign in "=≈←→"}}
COMPARISONS = {sign: f"<mo>{escape(character)}</mo>" for sign, character in _COMPARED.items()}
_UNARY_MINUS = f'<mo form="prefix">{MINUS}</mo>'
_TIMES = {"·": "<mo>⋅</mo>", "×": "<mo>×</mo>", "*": "<mo>∗</mo>"}
_APPLIED = "<mo>\u2061</mo>"  # between a function and its argument, not to be seen
_PARTIAL, _D = "<mi>∂</mi>", "<mi>d</mi>"
_SHOWN_ACCENTS = {"\u0302": "^", "\u0304": "¯", "\u0303": "˜", "\u0307": "˙", "\u0308": "¨",
                  "\u20d7": "→"}  # fmt: skip
_LINE = '<mo stretchy="false">/</mo>'
_TIGHT = ' lspace="0" rspace="0"'  # as signs are in scripts
_MANNERS = {
    ",": "",
    **dict.fromkeys("(⟨", ' form="prefix" stretchy="false"'),
    **dict.fromkeys(")⟩", ' form="postfix" stretchy="false"'),
}  # fmt: skip
_UPRIGHT = ' mathvariant="normal"'
_TOP = "⊤"
# Bold letters have characters of their own: the first of A–Z, a–z, Α–Ω, α–ω, 0–9.
_BOLD = ((0x41, 0x1D400), (0x61, 0x1D41A), (0x391, 0x1D6A8), (0x3B1, 0x1D6C2), (0x30, 0x1D7CE))
_BOLD_ITALIC = ((0x41, 0x1D468), (0x61, 0x1D482), (0x391, 0x1D71C), (0x3B1, 0x1D736))
_LENGTHS = {0x41: 26, 0x61: 26, 0x391: 25, 0x3B1: 25, 0x30: 10}


def mathml(expression: Expression, names: Names) -> str:
    """The expression as elements that stand in a ``math`` of a line of their own."""
    return MATHML(expression, names)


def one(elements: str) -> str:
    """A row of elements as one."""
    return elements if _is_one(elements) else _row(elements)


def _row(elements: str) -> str:
    return f"<mrow>{elements}</mrow>"


@lru_cache(maxsize=4096)
def _is_one(elements: str) -> bool:
    """Whether there is one element and nothing beside it."""
    if not elements:
        return False
    end = elements.index(">")
    tag = elements[1:end].partition(" ")[0]
    depth = place = 0
    while True:
        opening, closing = elements.find(f"<{tag}", place), elements.find(f"</{tag}>", place)
        if closing < 0:
            return False
        inside = 0 <= opening < closing
        depth += 1 if inside else -1
        place = (opening if inside else closing) + 1
        if not depth:
            return closing + len(tag) + 3 == len(elements)


# -- names -----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def name(latex: str, text: str) -> str:
    """A name from its LaTeX; where that says more than is known here, its plain text."""
    known = letters(latex)
    return f"<mtext>{escape(text)}</mtext>" if known is None else _letters(known)


def _letters(some: Iterable[Letter]) -> str:
    return "".join(map(_letter, joined(some)))


def _letter(letter: Letter) -> str:
    base = _base(letter)
    if letter.accent:
        base = f'<mover accent="true">{base}<mo>{_SHOWN_ACCENTS[letter.accent]}</mo></mover>'
    scripts = {sign: one(_letters(inner)) for sign, inner in letter.scripts}
    if len(scripts) == 2:
        return f"<msubsup>{base}{scripts['_']}{scripts['^']}</msubsup>"
    for sign, script in scripts.items():
        tag = "msub" if sign == "_" else "msup"
        base = f"<{tag}>{base}{script}</{tag}>"
    return base


def _base(letter: Letter) -> str:
    text = letter.text
    if letter.bold:
        table = _BOLD_ITALIC if letter.italic else _BOLD
        text = "".join(_bold(character, table) for character in text)
    if is_number(letter.text):
        return f"<mn>{text}</mn>"
    if letter.text.isalpha():
        upright = len(letter.text) == 1 and not letter.italic and not letter.bold
        return f"<mi{_UPRIGHT if upright else ''}>{text}</mi>"
    if letter.text == _TOP:
        return f"<mi{_UPRIGHT}>{text}</mi>"
    return f"<mo{_MANNERS.get(text, _TIGHT)}>{escape(text)}</mo>" if text else "<mrow/>"


def _bold(character: str, table: tuple[tuple[int, int], ...]) -> str:
    for first, bold in table:
        place = ord(character) - first
        if 0 <= place < _LENGTHS[first]:
            return chr(bold + place)
    return character


# -- one rule for each kind of node ----------------------------------------------------------


def _quantity(e: Expression, names: Names) -> Printed:
    quantity = cast(Quantity, e)
    return name(names.latex(quantity), names.text(quantity))


def _number(e: Expression, names: Names) -> Printed:
    e = cast(Number, e)
    if scientific := exponent_form(e):
        mantissa, exponent = map(_digits, scientific)
        return f"{mantissa}{_TIMES['·']}<msup><mn>10</mn>{one(exponent)}</msup>"
    if e.text or e.value.denominator == 1:
        return _digits(e.text or str(e.value))
    sign = _UNARY_MINUS if e.value < 0 else ""
    above, below = abs(e.value.numerator), e.value.denominator
    return f"{sign}<mfrac><mn>{above}</mn><mn>{below}</mn></mfrac>"


def _digits(text: str) -> str:
    sign = _UNARY_MINUS if text.startswith("-") else ""
    return f"{sign}<mn>{text.removeprefix('-')}</mn>"


def _power(e: Expression, names: Names) -> Printed:
    e = cast(Power, e)
    base, exponent = MATHML(e.base, names), one(MATHML(e.exponent, names))
    if _bracketed(e, names):
        base = _wrap("(", base)
    return f"<msup>{one(base)}{exponent}</msup>"


def _bracketed(e: Power, names: Names) -> bool:
    raised = isinstance(e.base, Quantity) and "^" in names.latex(e.base)
    return raised or MATHML.level(e.base) < ATOM


def _power_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Power, e)
    if not _bracketed(e, names):
        return _power(e, names)
    exponent = one(MATHML(e.exponent, names))
    closing = f'<msup><mo form="postfix">)</mo>{exponent}</msup>'
    return [Piece('<mo form="prefix">(</mo>', e.base, "", closing)]


def _quotient(e: Expression, names: Names) -> Printed:
    e = cast(Quotient, e)
    above, below = one(MATHML(e.numerator, names)), one(MATHML(e.denominator, names))
    return f"<mfrac>{above}{below}</mfrac>"


def _quotient_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Quotient, e)
    above = "(" if MATHML.level(e.numerator) < PRODUCT else ""
    below = "(" if MATHML.level(e.denominator) < POWER else ""
    return [Piece("", e.numerator, above), Piece(_LINE, e.denominator, below)]


def _differentiated(e: Partial, names: Names) -> str:
    """What stands behind the ∂."""
    of = MATHML(e.of, names)
    closed = MATHML.level(e.of) >= CALL and not isinstance(e.of, (Number, Quotient))
    return of if closed else _wrap("(", of)


def _partial(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    d = _D if e.is_ordinary else _PARTIAL
    above = _row(d + _differentiated(e, names))
    return f"<mfrac>{above}{_row(d + MATHML(e.by, names))}</mfrac>"


def _partial_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    d = _D if e.is_ordinary else _PARTIAL
    return [Piece(f"<mfrac>{d}{_row(d + MATHML(e.by, names))}</mfrac>", e.of, "(")]


def _partial_in_line(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    d = _D if e.is_ordinary else _PARTIAL
    return f"{d}{_differentiated(e, names)}{_LINE}{d}{MATHML(e.by, names)}"


def _apply(e: Expression, names: Names) -> Printed:
    e = cast(Apply, e)
    function, (argument, *others) = e.function, e.arguments
    if others:
        inside = "<mo>,</mo>".join(MATHML(a, names) for a in e.arguments)
        return f"{name(function.latex, function.text)}{_APPLIED}{_wrap('(', inside)}"
    if function.name == "exp":
        return f"<msup><mi>e</mi>{one(MATHML(argument, names))}</msup>"
    if function.name == "sqrt":
        return f"<msqrt>{MATHML(argument, names)}</msqrt>"
    if function.name == "abs":
        return [Piece("", argument, "|")]
    return [Piece(f"{name(function.latex, function.text)}{_APPLIED}", argument, "(")]


def _apply_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Apply, e)
    if e.function.name == "exp":
        return [Piece(f"<mi>exp</mi>{_APPLIED}", e.arguments[0], "(")]
    return _apply(e, names)


def _apply_level(e: Expression) -> int:
    function = cast(Apply, e).function.name
    return POWER if function == "exp" else ATOM if function in ("abs", "sqrt") else CALL


def _comparison(e: Expression, names: Names) -> Printed:
    e = cast(Comparison, e)
    return f"{MATHML(e.left, names)}{COMPARISONS[e.sign]}{MATHML(e.right, names)}"


def _cases(e: Expression, names: Names) -> Printed:
    e = cast(Cases, e)
    rows = [
        (MATHML(value, names), f"<mtext>if\u00a0</mtext>{MATHML(condition, names)}")
        for value, condition in zip(e.values, e.conditions, strict=False)
    ]
    rows.append((MATHML(e.values[-1], names), "<mtext>otherwise</mtext>"))
    return _row(f"<mo>{{</mo>{_table(rows, 'cases')}")


def _indexed_sum(e: Expression, names: Names) -> Printed:
    e = cast(IndexedSum, e)
    bracket = "(" if MATHML.level(e.body) < PRODUCT else ""
    below = _row(f"<mi>{e.index}</mi><mo>=</mo><mn>1</mn>")
    sigma = f"<munderover><mo>∑</mo>{below}<mn>{e.count}</mn></munderover>"
    return [Piece(sigma, e.body, bracket)]


def _blank(e: Expression, names: Names) -> Printed:
    """A gap over its label; a formula needs more room than a number."""
    e = cast(Blank, e)
    room = "3em" if isinstance(e.of, Number) else "9em"
    empty = f'<mspace width="{room}" height="0.9em" depth="0.15em"/>'
    gap = f'<mrow class="blank">{MATHML(e.of, names) if e.filled else empty}</mrow>'
    return f"<munder>{gap}<mtext>({escape(e.label)})</mtext></munder>"


def _matrix(e: Expression, names: Names) -> Printed:
    rows = [[MATHML(one, names) for one in row] for row in cast(Matrix, e).rows]
    return _wrap("[", _table(rows, "matrix"))


def _table(rows: Iterable[Iterable[str]], kind: str) -> str:
    lines = (f"<mtr>{''.join(f'<mtd>{_row(cell)}</mtd>' for cell in row)}</mtr>" for row in rows)
    return f'<mtable class="{kind}">{"".join(lines)}</mtable>'


def _transpose(e: Expression, names: Names) -> Printed:
    of = cast(Transpose, e).of
    if isinstance(of, Named) and isinstance(of.symbol, Quantity):
        symbol = of.symbol  # beside the layer it has there
        return name(tidy_latex(names.latex(symbol), r"\top"), f"{names.text(symbol)}ᵀ")
    inside = MATHML(of, names)
    base = one(inside if MATHML.level(of) == ATOM else _wrap("(", inside))
    return f"<msup>{base}<mi{_UPRIGHT}>{_TOP}</mi></msup>"


_TALL = ("<mfrac>", "<mtable", "<munder", "<msqrt>")
_BRACKETS = {"(": ("(", ")"), "[": ("[", "]"), "|": ("|", "|")}


def _wrap(bracket: str, body: str) -> str:
    """Brackets grow with what is tall; around anything else they keep the size of letters, which
    they would not do of themselves around a subscript."""
    opening, closing = _BRACKETS[bracket]
    manner = "" if any(tall in body for tall in _TALL) else ' stretchy="false"'
    return _row(f"<mo{manner}>{opening}</mo>{body}<mo{manner}>{closing}</mo>")


def _ends(bracket: str, body: str) -> tuple[str, str]:
    opening, closing = _BRACKETS[bracket]
    return f'<mo form="prefix">{opening}</mo>', f'<mo form="postfix">{closing}</mo>'


MATHML: Printer = Printer(
    rules={
        Quantity: _quantity,
        Number: _number,
        Constant: lambda e, names: f"<mi>{CONSTANTS[cast(Constant, e).name]}</mi>",
        Negative: lambda e, names: operand(MATHML, cast(Negative, e), _UNARY_MINUS),
        Sum: lambda e, names: terms(MATHML, cast(Sum, e), "<mo>+</mo>", f"<mo>{MINUS}</mo>"),
        Product: lambda e, names: factors(MATHML, cast(Product, e), _TIMES[names.times]),
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
        Named: lambda e, names: mathml(cast(Named, e).symbol, names),
        Transpose: _transpose,
        MatrixProduct: lambda e, names: juxtaposed(
            MATHML, cast(MatrixProduct, e), '<mspace width="0.2em"/>'
        ),
        Hadamard: lambda e, names: juxtaposed(MATHML, cast(Hadamard, e), "<mo>⊙</mo>"),
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
    step='<mspace width="1em"/>',
)
# Derivatives stay on the line in running text, but for those inside something else.
IN_LINE: Printer = replace(MATHML, rules={**MATHML.rules, Partial: _partial_in_line})
