r"""Expressions as LaTeX maths that GitHub, pandoc, MathJax and pdflatex all set alike.

No \operatorname, \mbox, \phantom or macros of one's own, no _ inside \text{}, \lt for <.
"""

from __future__ import annotations

import re
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
from derive.writers.expressions.measure import width
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

if TYPE_CHECKING:
    from derive.notation import Names

CONSTANTS = {"pi": r"\pi", "e": "e"}
COMPARISONS = {"<": r"\lt", "<=": r"\le", ">": r"\gt", ">=": r"\ge", "==": "=", "!=": r"\ne"}
SIGNS = {"": "", "=": "=", "≈": r"\approx", "←": r"\leftarrow", "→": r"\to"}
IF, OTHERWISE = r"\text{if }", r"\text{otherwise}"
_APART = r" \\[9pt] "  # between the rows of a matrix with fractions
_RAISED = r" \\[3pt] "  # and of one with layers as superscripts
_BOTH = r" \\[13pt] "  # and of one with fractions of such
MATRIX_COLUMNS = 10  # that bmatrix takes; an array has as many as it says
_TOKEN = re.compile(r"\\[A-Za-z]+|.", re.DOTALL)
_TALL = (r"\frac", r"\dfrac", r"\begin", r"\sum", r"\underset")


def latex(expression: Expression, names: Names) -> str:
    """The expression as LaTeX, to stand in maths mode."""
    return LATEX(expression, names)


def _script(sign: str, body: str) -> str:
    return f"{sign}{body}" if len(body) == 1 else f"{sign}{{{body}}}"


def _quantity(e: Expression, names: Names) -> Printed:
    return names.latex(cast(Quantity, e))


def _number(e: Expression, names: Names) -> Printed:
    e = cast(Number, e)
    if scientific := exponent_form(e):
        mantissa, exponent = scientific
        return rf"{mantissa} \cdot 10{_script('^', exponent)}"
    if e.text or e.value.denominator == 1:
        return e.text or str(e.value)
    sign = "-" if e.value < 0 else ""
    return rf"{sign}\frac{{{abs(e.value.numerator)}}}{{{e.value.denominator}}}"


def _power(e: Expression, names: Names) -> Printed:
    e = cast(Power, e)
    base = e.base
    raised = isinstance(base, Quantity) and "^" in names.latex(base)
    bracket = "(" if raised or LATEX.level(base) < ATOM else ""
    return [Piece("", base, bracket, _script("^", latex(e.exponent, names)))]


def _quotient(e: Expression, names: Names) -> Printed:
    e = cast(Quotient, e)
    return rf"\frac{{{latex(e.numerator, names)}}}{{{latex(e.denominator, names)}}}"


def _quotient_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Quotient, e)
    above = "(" if LATEX.level(e.numerator) < PRODUCT else ""
    below = "(" if LATEX.level(e.denominator) < POWER else ""
    return [Piece("", e.numerator, above), Piece(" / ", e.denominator, below)]


def _partial(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    of = latex(e.of, names)
    if LATEX.level(e.of) < CALL or isinstance(e.of, (Number, Quotient)):
        of = _wrap("(", of)
    d = _differential(e)
    return rf"\frac{{{d} {of}}}{{{d} {names.latex(e.by)}}}"


def _differential(e: Partial) -> str:
    return "d" if e.is_ordinary else r"\partial"


def _partial_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Partial, e)
    d = _differential(e)
    return [Piece(rf"\frac{{{d}}}{{{d} {names.latex(e.by)}}} ", e.of, "(")]


def _apply(e: Expression, names: Names) -> Printed:
    e = cast(Apply, e)
    function, (argument, *others) = e.function, e.arguments
    if others:
        inside = ", ".join(latex(a, names) for a in e.arguments)
        return f"{function.latex}{_wrap('(', inside)}"
    if function.name == "exp":
        return f"e{_script('^', latex(argument, names))}"
    if function.name == "sqrt":
        return rf"\sqrt{{{latex(argument, names)}}}"
    if function.name == "abs":
        return [Piece("", argument, "|")]
    return [Piece(function.latex, argument, "(")]


def _apply_on_lines(e: Expression, names: Names) -> Printed:
    e = cast(Apply, e)
    if e.function.name == "exp":
        return [Piece(r"\exp", e.arguments[0], "(")]
    return _apply(e, names)


def _apply_level(e: Expression) -> int:
    name = cast(Apply, e).function.name
    return POWER if name == "exp" else ATOM if name in ("abs", "sqrt") else CALL


def _comparison(e: Expression, names: Names) -> Printed:
    e = cast(Comparison, e)
    return f"{latex(e.left, names)} {COMPARISONS[e.sign]} {latex(e.right, names)}"


def _cases(e: Expression, names: Names) -> Printed:
    e = cast(Cases, e)
    rows = [
        f"{latex(value, names)} & {IF} {latex(condition, names)}"
        for value, condition in zip(e.values, e.conditions, strict=False)
    ]
    rows.append(f"{latex(e.values[-1], names)} & {OTHERWISE}")
    return "".join((r"\begin{cases} ", r" \\ ".join(rows), r" \end{cases}"))


def _indexed_sum(e: Expression, names: Names) -> Printed:
    e = cast(IndexedSum, e)
    bracket = "(" if LATEX.level(e.body) < PRODUCT else ""
    count = _script("^", str(e.count))
    return [Piece(rf"\sum_{{{e.index}=1}}{count} ", e.body, bracket)]


def _blank(e: Expression, names: Names) -> Printed:
    e = cast(Blank, e)
    if isinstance(e.of, Number):
        inside = rf"\mathbf{{{latex(e.of, names)}}}" if e.filled else r"\qquad\qquad"
    else:  # a formula needs more room, and need not be bold to be seen
        inside = latex(e.of, names) if e.filled else r"\qquad\qquad\qquad\qquad"
    return rf"\underset{{({e.label})}}{{\underline{{{inside}}}}}"


def _matrix(e: Expression, names: Names) -> Printed:
    rows = [[_upright(latex(one, names)) for one in row] for row in cast(Matrix, e).rows]
    every = " ".join(one for row in rows for one in row)
    raised = "^{(" in every
    if r"\dfrac" in every:
        between = _BOTH if raised else _APART
    else:
        between = _RAISED if raised else r" \\ "
    body = between.join(" & ".join(row) for row in rows)
    columns = len(rows[0])
    if columns > MATRIX_COLUMNS:
        return rf"\left[ \begin{{array}}{{{'c' * columns}}} {body} \end{{array}} \right]"
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def _upright(entry: str) -> str:
    r"""Fractions of an entry as large as outside a matrix; not those in an exponent.

    e.g. \frac{1}{2} \cdot e^{-\frac{x}{2}} → \dfrac{1}{2} \cdot e^{-\frac{x}{2}}
    """
    if r"\frac" not in entry:
        return entry
    depth, out = 0, []
    for token in _TOKEN.findall(entry):
        depth += (token == "{") - (token == "}")
        out.append(r"\dfrac" if token == r"\frac" and depth == 0 else token)
    return "".join(out)


def in_line(formula: str) -> str:
    r"""Derivatives on one line, as in running text and in the cells of tables; other fractions, and
    those inside something else, stay.

    e.g. \frac{\partial C}{\partial w_1} \cdot x → \partial C/\partial w_1 \cdot x
    """
    if r"\frac" not in formula:
        return formula
    tokens = _TOKEN.findall(formula)
    out: list[str] = []
    place = depth = 0
    while place < len(tokens):
        token = tokens[place]
        if token == r"\frac" and depth == 0:
            above, place = _group(tokens, place + 1)
            below, place = _group(tokens, place)
            d = above.split(" ")[0]
            plain = d in (r"\partial", "d") and below.startswith(f"{d} ")
            out.append(f"{above}/{below}" if plain else rf"\frac{{{above}}}{{{below}}}")
            continue
        depth += (token in "{(") - (token in "})")
        out.append(token)
        place += 1
    return "".join(out)


def _group(tokens: list[str], place: int) -> tuple[str, int]:
    """What stands in the braces that begin at a place, and where they end."""
    depth, start = 0, place + 1
    while True:
        depth += (tokens[place] == "{") - (tokens[place] == "}")
        place += 1
        if depth == 0:
            return "".join(tokens[start : place - 1]), place


def _transpose(e: Expression, names: Names) -> Printed:
    of = cast(Transpose, e).of
    if isinstance(of, Named) and isinstance(of.symbol, Quantity):
        return tidy_latex(names.latex(of.symbol), r"\top")  # beside the layer it has there
    return [Piece("", of, "" if LATEX.level(of) == ATOM else "(", r"^{\top}")]


_BRACKETS = {"(": ("(", ")"), "[": ("[", "]"), "|": (r"\lvert ", r" \rvert")}


def _is_tall(body: str) -> bool:
    return any(tall in body for tall in _TALL)


def _wrap(bracket: str, body: str) -> str:
    opening, closing = _BRACKETS[bracket]
    if _is_tall(body):
        return rf"\left{opening.strip()} {body} \right{closing.strip()}"
    return f"{opening}{body}{closing}"


def _ends(bracket: str, body: str) -> tuple[str, str]:
    opening, closing = (half.strip() for half in _BRACKETS[bracket])
    size = "Bigg" if _is_tall(body) else "big"
    return rf"\{size}l{opening} ", rf" \{size}r{closing}"


_TIMES = {"·": r" \cdot ", "×": r" \times ", "*": r" \ast "}

LATEX: Printer = Printer(
    rules={
        Quantity: _quantity,
        Number: _number,
        Constant: lambda e, names: CONSTANTS[cast(Constant, e).name],
        Negative: lambda e, names: operand(LATEX, cast(Negative, e), "-"),
        Sum: lambda e, names: terms(LATEX, cast(Sum, e), " + ", " - "),
        Product: lambda e, names: factors(LATEX, cast(Product, e), _TIMES[names.times]),
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
        Named: lambda e, names: latex(cast(Named, e).symbol, names),
        Transpose: _transpose,
        MatrixProduct: lambda e, names: juxtaposed(LATEX, cast(MatrixProduct, e), r" \, "),
        Hadamard: lambda e, names: juxtaposed(LATEX, cast(Hadamard, e), r" \odot "),
    },
    levels=levels(CALL, CALL, OPEN, _apply_level, CALL),
    broken={
        Quotient: _quotient_on_lines,
        Partial: _partial_on_lines,
        Apply: _apply_on_lines,
    },
    wrap=_wrap,
    ends=_ends,
    width=width,
    signs=SIGNS,
    step=r"\quad ",
)
