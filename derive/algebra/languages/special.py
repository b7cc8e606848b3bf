"""Functions that some languages lack, each as one formula that is printed in all of them.

Accurate to 1e-13 relative, over all doubles of their domain that give a normal number.
"""

from __future__ import annotations

import math
from fractions import Fraction

from derive.expression.functions import Function, U, V, X, elementary
from derive.expression.nodes import (
    Apply,
    Cases,
    Comparison,
    Expression,
    Negative,
    Number,
    Product,
    Quotient,
    Sum,
)
from derive.expression.typed.formula import parse


def _number(value: float) -> Number:
    return Number(Fraction(value))  # the double, exactly


def _own(name: str, formula: Expression, *parameters: Expression) -> Function:
    letters = parameters or (X,)
    return Function(name, name, name, letters, formula)  # type: ignore[arg-type]


def _read(text: str) -> Expression:
    return parse(text, {"x": X, "u": U, "v": V}, elementary())


def _near() -> Expression:
    """erf(x) for |x| < 1/2: 2/√π·Σ (−1)ⁿ·x²ⁿ⁺¹/(n!·(2n + 1)), to 1e-17."""
    square = Product((X, X))
    inner: Expression = _number(0.0)
    for n in reversed(range(13)):
        coefficient = 2 / math.sqrt(math.pi) * (-1) ** n / (math.factorial(n) * (2 * n + 1))
        term = _number(coefficient)
        inner = term if n == 12 else Sum((term, Product((square, inner))))
    return Product((X, inner))


_STEP = 0.5


def _tail() -> Expression:
    """erfc(x) for x ≥ 1/2, by the trapezoidal rule with steps h for an integral that it is.

        erfc(x) = x·e^−x²/π·∫ e^−t²/(t² + x²) dt over all real t
                ≈ x·e^−x²/π·h·(1/x² + 2·Σ e^−n²h²/(n²h² + x²)) − 2/(e^2πx/h − 1)

    The last part is the residue of the pole at t = i·x, which belongs to the sum where the pole
    lies nearer than π/h, and past 6 is nothing beside it. What is left out is of the size of
    e^−π²/h², 7e-18 for h = 1/2. (Chiarella and Reichel, On the evaluation of integrals related to
    the error function, Mathematics of Computation 22, 1968.)
    """
    square = Product((X, X))
    terms: list[Expression] = [Quotient(_number(0.5), square)]
    for n in range(1, 14):
        at = (n * _STEP) ** 2
        terms.append(Quotient(_number(math.exp(-at)), Sum((_number(at), square))))
    rule = Product((
        X, _read("exp(-(x*x))"), _number(2 * _STEP / math.pi), Sum(tuple(terms)),
    ))  # fmt: skip
    ahead = Apply(elementary()["exp"], (Product((_number(2 * math.pi / _STEP), X)),))
    pole = Quotient(_number(2), Sum((ahead, _number(-1))))
    left = Cases((pole, _number(0)), (Comparison(X, "<", _number(6)),))
    whole = Sum((rule, Negative(left)))
    return Cases((whole, _number(0)), (Comparison(X, "<", _number(28)),))


_NEAR = _own("erf_near", _near())
_TAIL = _own("erfc_tail", _tail())
_SMALL = Comparison(Apply(elementary()["abs"], (X,)), "<", _number(0.5))
_POSITIVE = Comparison(X, ">", _number(0))
_MINUS = Negative(X)

ERF = _own("erf", Cases(
    (_NEAR(X), Sum((_number(1), Negative(_TAIL(X)))), Sum((_TAIL(_MINUS), _number(-1)))),
    (_SMALL, _POSITIVE),
))  # fmt: skip
ERFC = _own("erfc", Cases(
    (Sum((_number(1), Negative(_NEAR(X)))), _TAIL(X), Sum((_number(2), Negative(_TAIL(_MINUS))))),
    (_SMALL, _POSITIVE),
))  # fmt: skip
SIGN = _own("sign_of", _read("1 if x > 0 else (-1 if x < 0 else 0)"))
# The first unless the other is larger, or smaller: NaN stays where it stands first.
LARGER = _own("larger", _read("v if v > u else u"), U, V)
SMALLER = _own("smaller", _read("v if v < u else u"), U, V)
# (1 + x) − 1 is what 1 + x has kept of x, and eˣ − 1 of ln eˣ: the two roundings cancel.
# (Kahan; Higham, Accuracy and Stability of Numerical Algorithms, 1.14.1.)
_ONE_MORE = Sum((_number(1), X))
LOG1P = _own("log1p", Cases(
    (
        _read("ln(1 + x)"), X,
        Quotient(
            Product((_read("ln(1 + x)"), X)), Sum((_ONE_MORE, _number(-1))),
        ),
    ),
    (
        Comparison(Apply(elementary()["abs"], (X,)), ">", _number(0.5)),
        Comparison(_ONE_MORE, "==", _number(1)),
    ),
))  # fmt: skip
_POWER = _read("exp(x)")
EXPM1 = _own("expm1", Cases(
    (
        Sum((_POWER, _number(-1))), X,
        Quotient(
            Product((Sum((_POWER, _number(-1))), X)), Apply(elementary()["ln"], (_POWER,)),
        ),
    ),
    (
        Comparison(Apply(elementary()["abs"], (X,)), ">", _number(0.5)),
        Comparison(_POWER, "==", _number(1)),
    ),
))  # fmt: skip
# Where eˣ − 1 is worked out for several numbers at once, and tanh is not, or not as fast.
_FALL = EXPM1(_read("-2*abs(x)"))
_SIZE = Quotient(Negative(_FALL), Sum((_number(2), _FALL)))
TANH = _own("tanh_of", Cases((Negative(_SIZE), _SIZE), (Comparison(X, "<", _number(0)),)))
