"""Functions that only computed code uses: what a formula becomes before it is printed.

Those without a ``definition`` every back end must know; one with a definition is printed as a
helper function from it, unless the back end has it ready.
"""

from __future__ import annotations

from derive.expression import functions as elementary
from derive.expression.constructors import ZERO, variable
from derive.expression.functions import SIGMOID, TANH, Function, U, V, X
from derive.expression.nodes import Cases, Comparison, Expression, Power, Quotient
from derive.expression.typed.formula import parse

_LETTERS: dict[str, Expression] = {"x": X, "u": U, "v": V, "t": variable("t")}


def read(
    text: str, letters: dict[str, Expression], extra: dict[str, Function] | None = None
) -> Expression:
    """A formula of this package's own tables, which may use the functions below."""
    return parse(text, letters, {**elementary.elementary(), **(KNOWN if extra is None else extra)})


def _own(name: str, formula: str, *slopes: str, by: str = "x") -> Function:
    table = {row.name: row for row in _NAMED}
    parameters = tuple(variable(letter) for letter in by)
    function = Function(
        name, name, name, parameters, read(formula, _LETTERS, table),
        tuple(read(slope, _LETTERS, table) for slope in slopes),
    )  # fmt: skip
    _NAMED.append(function)
    return function


_NAMED: list[Function] = []

LOG1P = _own("log1p", "ln(1 + x)", "1/(1 + x)")
EXPM1 = _own("expm1", "exp(x) - 1", "exp(x)")
ERFC = _own("erfc", "1 - erf(x)", "-2/sqrt(pi)*exp(-x**2)")
LOGISTIC = _own("logistic", "1/(1 + exp(-abs(x))) if x >= 0 else exp(-abs(x))/(1 + exp(-abs(x)))")
SOFTPLUS = _own("softplus", "(x if x > 0 else 0) + log1p(exp(-abs(x)))", "sigmoid(x)")
LN_COSH = _own(
    "ln_cosh",
    "log1p(2*sinh(min(abs(x), 1)/2)**2) if abs(x) < 1 else abs(x) + log1p(exp(-2*abs(x))) - ln(2)",
    "tanh(x)",
)
SECH2 = _own("sech2", "4*exp(-2*abs(x))/(1 + exp(-2*abs(x)))**2")
# 0·ln 0 = 0, and so has its derivative nothing to add.
T_TIMES = _own("t_times", "0 if t == 0 else t*u", by="tu")
# Elementary functions that go on with ∞ or NaN where plain Python stops with an exception.
IEEE: dict[Function, Function] = {
    function: Function(
        f"ieee_{function.name}", function.latex, function.text, (X,), function(X)
    )
    for function in (
        elementary.EXP, elementary.LN, elementary.SQRT, elementary.SIN, elementary.COS,
        elementary.SINH, elementary.COSH, LOG1P, EXPM1,
    )
}  # fmt: skip
QUOTIENT = Function("ieee_quotient", "/", "/", (U, V), Quotient(U, V))
POWER = Function("ieee_power", "^", "^", (U, V), Power(U, V))

T_OVER = Function(
    "t_over", "t_over", "t_over", (variable("t"), U),
    Cases((ZERO, QUOTIENT(variable("t"), U)), (Comparison(variable("t"), "==", ZERO),)),
)  # fmt: skip
_NAMED.append(T_OVER)

# Over the units of one layer; in scalar code they are written out.
TOTAL = Function("total", "", "Σ")  # Σ_k v_k
OTHERS = Function("others", "", "Σ of the others")  # Σ_{m≠k} v_m
LARGEST = Function("largest", "", "max")  # max_k v_k
SECOND = Function("second_largest", "", "second largest")  # the largest after one is taken away

# Whole layers: one column per example.
MIX = Function("mix", "", "Wᵀ·a", (U, V))  # Wᵀ·a, from a layer to the next
SPREAD = Function("spread", "", "W·δ", (U, V))  # W·δ, and back
OUTER = Function("outer", "", "a·δᵀ", (U, V))  # a·δᵀ, summed over the examples
ROWS = Function("rows", "", "Σ over examples")  # one sum per unit
FILL = Function("fill", "", "", (U, V))  # a constant in the shape of an array
PRODUCTS = Function("products", "", "a·δᵀ", (U, V))  # the same as a new array
EACH = Function("each", "", "a·δᵀ", (U, V))  # an a·δᵀ for every example
ROW = Function("row", "", "")  # a row for every example
ALL = Function("all", "", "Σ")  # one sum over units and examples
COLUMN = Function("column", "", "")  # a bias per unit, the same for every example

KNOWN: dict[str, Function] = {
    **{row.name: row for row in _NAMED},
    **{row.name: row for row in (TOTAL, OTHERS, LARGEST, SECOND)},
}
NAMED_ACTIVATIONS = {SIGMOID: "sigmoid", TANH: "tanh", SOFTPLUS: "softplus"}
