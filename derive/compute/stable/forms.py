"""Stable forms: derive the textbook form, compile one that survives double precision.

Activations are rows of ``FORMS``: how the value, the slope and, where a loss may ask for them,
three *faces* of the value are computed from the pre-activation x:

    y = f(x)     q = 1 − y     l = ln y     m = ln(1 − y)

and how y − t and 1 − t·y are where y has rounded to a bound (``NEAR``). A loss is rewritten to
these (``derive.compute.stable.loss_forms``). Every row and every rewriting is compared with its
textbook form by the tests, at 60 digits.

Where 1e-13 relative cannot hold in double precision: next to a zero of the quantity itself
(silu′ near −1.278, y − t where y ≈ t and neither is near a bound of y: the error is that of the
larger terms), below 1e-300, in the far tails of gelu (x < −20), gelu_tanh (x < −15) and silu with
a β other than 1 (βx < −300), whose exponent is rounded before it is used, and in formulas of one's
own: those that ``derive.compute.stable.reliable`` finds wanting are named at the head of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from derive.compute.programs.functions import NAMED_ACTIVATIONS, read
from derive.compute.stable.exponentials import recognised
from derive.compute.stable.prepared import RECOGNISE, prepared
from derive.compute.stable.rewriting import apply, fold
from derive.derivation.calculus.differentiator import derivative
from derive.derivation.calculus.tidy import negative, tidy
from derive.expression.binding import Binder, Line
from derive.expression.constructors import ONE, product, total, variable
from derive.expression.functions import VALUE, X
from derive.expression.nodes import Apply, Expression, Number, Quotient
from derive.expression.typed.formula import without_ones
from derive.network.catalogue import ActivationUse

FACE_NAMES = ("y", "q", "l", "m")
LETTERS: dict[str, Expression] = {
    name: variable(name)
    for name in (*"xyqlmtecdfnrsvwABCSF", "top", "second", "lnS", "yA", "rest", "toprest")
}


# -- activations -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """An activation as it is computed.

    lines   letter := formula, in x and earlier letters; one of the letters is y
    slopes  per face that it has, ∂face/∂x
    near    gap: y − t, and margin: 1 − t·y, where y comes near a bound that t may be
    over    the temperature of a softmax
    """

    lines: tuple[Line, ...]
    slopes: Mapping[str, Expression]
    near: Mapping[str, Expression] = field(default_factory=dict)
    over: Number = ONE


# Slopes are stated, not taken from the lines: those go through |x|, which has a corner at 0 where
# the activation has none, and what is differentiated from 1/(1 + e) subtracts what is nearly the
# same. The tests hold every row against its textbook form, differentiated, at 60 digits.
#
# e = e^−|x| never overflows; r·1 and r·e are the larger and the smaller of σ(x), σ(−x).
_SIGMOID = ("e = exp(-abs(x))", "r = 1/(1 + e)")
FORMS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "identity": (("y = x",), {"y": "1"}),
    "sigmoid": (
        (
            *_SIGMOID,
            "y = r if x >= 0 else e*r",
            "q = e*r if x >= 0 else r",
            "l = (0 if x >= 0 else x) - log1p(e)",
            "m = (-x if x >= 0 else 0) - log1p(e)",
        ),
        {"y": "e*r*r", "q": "-e*r*r", "l": "q", "m": "-y"},
    ),
    "tanh": (
        ("y = tanh(x)", "e = exp(-2*abs(x))", "r = 1/(1 + e)"),
        {"y": "4*e*r*r"},
    ),
    "relu": (("y = 0 if x <= 0 else x",), {"y": "0 if x <= 0 else 1"}),
    "leaky_relu": (("y = x if x > 0 else slope*x",), {"y": "1 if x > 0 else slope"}),
    "elu": (
        ("y = x if x > 0 else alpha*expm1(x)",),
        {"y": "1 if x > 0 else alpha*exp(x)"},
    ),
    "selu": (
        ("y = scale*x if x > 0 else scale*alpha*expm1(x)",),
        {"y": "scale if x > 0 else scale*alpha*exp(x)"},
    ),
    "softplus": (
        (
            *_SIGMOID,
            "y = (x if x > 0 else 0) + log1p(e)",
            "s = r if x >= 0 else e*r",
            "l = ln(y) if x > -37 else x",
        ),
        {"y": "s", "l": "s/y if x > -37 else 1"},
    ),
    "softsign": (("r = 1/(1 + abs(x))", "y = x*r"), {"y": "r*r"}),
    "gelu": (
        ("c = 1/2*erfc(-x/sqrt(2))", "y = x*c"),
        {"y": "c + x*exp(-x**2/2)/sqrt(2*pi)"},
    ),
    # ½·(1 + tanh u) = σ(2u); where e is 0 the second term is 0·∞, and is 0.
    "gelu_tanh": (
        (
            "w = sqrt(8/pi)*x*(1 + 0.044715*x**2)",
            "e = exp(-abs(w))",
            "r = 1/(1 + e)",
            "c = r if x >= 0 else e*r",
            "y = x*c",
        ),
        {"y": "c + (sqrt(8/pi)*x*(1 + 0.134145*x**2)*e*r*r if e > 0 else 0)"},
    ),
    "silu": (
        (
            "e = exp(-abs(beta*x))",
            "r = 1/(1 + e)",
            "s = r if x >= 0 else e*r",
            "y = x*s",
            "c = x*e",
        ),
        {"y": "s + beta*c*r*r"},
    ),
    # tanh(ln(1 + eˣ)) = n/d, above and below divided by e²ˣ where x ≥ 0
    "mish": (
        (
            "e = exp(-abs(x))",
            "n = 1 + 2*e if x >= 0 else e*(2 + e)",
            "d = 1 + 2*e*(1 + e) if x >= 0 else 2 + e*(2 + e)",
            "w = n/d",
            "y = x*w",
        ),
        {"y": "w + x*(4*(1 + e)*e*(e if x >= 0 else 1)/(d*d))"},
    ),
    # v is x over the temperature. Shifted by the largest; `second` without it, so that ln(1 − y)
    # lives in log space too.
    "softmax": (
        (
            "top = largest(v)",
            "e = exp(v - top)",
            "S = total(e)",
            "y = e/S",
            "q = others(e)/S",
            "lnS = ln(S)",
            "l = log1p(-q) if q < 0.5 else v - top - lnS",
            "second = second_largest(v)",
            "f = exp(v - second) if v < second else 1",
            "F = total(f) - 1",
            "m = log1p(-y) if y < 0.5 else second - top + ln(F) - lnS",
        ),
        {},
    ),
}  # fmt: skip

# What a softmax has once for its layer, and not for each unit: the largest, and the sums.
ONCE = frozenset(("top", "second", "S", "F", "lnS"))

# y − t and 1 − t·y from what is left to the bound, where y is nearer to it than to 0: y has
# rounded there, and the difference would be 0 or a few units of its last digit.
NEAR: dict[str, dict[str, str]] = {
    "sigmoid": {
        "gap": "y - t if x < 0 else 1 - t - e*r",
        "margin": "1 - t*y if x < 0 else 1 - t + t*e*r",
    },
    "tanh": {
        "gap": "y - t if abs(x) < 0.5 else (1 - t - 2*e*r if x > 0 else 2*e*r - (1 + t))",
        "margin": "1 - t*y if abs(x) < 0.5 else (1 - t + 2*t*e*r if x > 0 else 1 + t - 2*t*e*r)",
    },
    "softsign": {
        "gap": "y - t if abs(x) < 1 else (1 - t - r if x > 0 else r - (1 + t))",
        "margin": "1 - t*y if abs(x) < 1 else (1 - t + t*r if x > 0 else 1 + t - t*r)",
    },
    "elu": {
        "gap": "y - t if x > -1 else alpha*exp(x) - (alpha + t)",
        "margin": "1 - t*y if x > -1 else 1 + alpha*t - alpha*t*exp(x)",
    },
    "softmax": {
        "gap": "y - t if y < 0.5 else 1 - t - q",
        "margin": "1 - t*y if y < 0.5 else 1 - t + t*q",
    },
}

# ∂E/∂x_k of a softmax from A = ∂E/∂y, B = ∂E/∂l, C = ∂E/∂m of every unit, one sum for each:
#   y_k·((1 − y_k)·A_k − Σ_{m≠k} y_m·A_m)
#   (1 − y_k)·B_k − y_k·Σ_{m≠k} B_m
#   Σ_{m≠k} C_m·y_m·y_k/(1 − y_m) − y_k·C_k
# In the last, y_k/(1 − y_m) is a softmax without unit m: f/F where m is the largest. All of it is
# over the temperature.
PULLBACK: dict[str, tuple[tuple[str, ...], str]] = {
    "A": (("yA = y*A",), "y*(q*A - others(yA))"),
    "B": ((), "q*B - y*others(B)"),
    "C": (
        ("rest = 0 if v == top else C*y/q", "toprest = C*y/F if v == top else 0"),
        "y*others(rest) + f*others(toprest) - y*C",
    ),
}


@dataclass(frozen=True, slots=True)
class Backward:
    """∂E/∂x of a unit: its lines, and delta in terms of them."""

    lines: tuple[Line, ...]
    delta: Expression


def backward(form: Form, slopes: Mapping[str, Expression]) -> Backward:
    """∂E/∂x from ∂E/∂face, for each face that E depends on.

    Element by element Σ ∂E/∂face·∂face/∂x; of a softmax by PULLBACK, ∂q/∂x being −∂y/∂x.
    """
    if form.slopes:
        parts = (product(slope, form.slopes[face]) for face, slope in slopes.items())
        return Backward((), tidy(total(*parts)))
    by_weight = {
        "A": (slopes.get("y"), negative(slopes["q"]) if "q" in slopes else None),
        "B": (slopes.get("l"),),
        "C": (slopes.get("m"),),
    }
    delta_lines: list[Line] = []
    deltas: list[Expression] = []
    for weight, parts_given in by_weight.items():
        given = [part for part in parts_given if part is not None]
        if given:
            texts, delta = PULLBACK[weight]
            letters = letters_of_softmax(form.over)
            delta_lines += [(weight, tidy(total(*given))), *lines(texts, letters)]
            deltas.append(tree(delta, letters))
    whole = total(*deltas)
    return Backward(tuple(delta_lines), whole if form.over == ONE else Quotient(whole, form.over))


def letters_of_softmax(temperature: Number) -> dict[str, Expression]:
    """v is x itself where the temperature is 1."""
    return {**LETTERS, "v": X if temperature.value == 1 else variable("v")}


@lru_cache(maxsize=256)
def form(use: ActivationUse) -> Form:
    """How a layer's activation is computed: a row of FORMS, or made from an own formula."""
    if use.function is None and use.name in FORMS:  # softmax
        given = use.temperature
        plain = _row(use.name, letters_of_softmax(given))
        if given.value == 1:
            return plain
        scaled = ("v", Quotient(X, given))
        return Form((scaled, *plain.lines), plain.slopes, plain.near, given)
    row = row_of(use)
    if row is not None:
        return _row(row, row_letters(use))
    formula = own_formula(use)
    binder = Binder("u")
    value, slope = binder.bind((prepared(formula), prepared(derivative(formula, X))))
    return Form((*binder.lines, (VALUE.name, value)), {"y": slope})


def row_of(use: ActivationUse) -> str | None:
    """The row of FORMS that an activation is, by its name or by its own formula."""
    if use.name in FORMS:
        return use.name
    formula = own_formula(use)
    if isinstance(formula, Apply) and formula.arguments == (X,):
        return NAMED_ACTIVATIONS.get(formula.function)
    return None


def row_letters(use: ActivationUse) -> dict[str, Expression]:
    """What the letters of a row stand for: a row of the catalogue has its parameters set."""
    return LETTERS if use.row is None else {**LETTERS, **dict(use.parameters)}


def own_formula(use: ActivationUse) -> Expression:
    """A formula of one's own, what is known in it under its name."""
    if use.function is None or use.function.definition is None:
        raise ValueError(f"{use.name} has no formula")
    return recognised(apply(RECOGNISE, use.function.definition))


def _row(name: str, letters: dict[str, Expression]) -> Form:
    texts, slopes = FORMS[name]
    return Form(
        lines(texts, letters),
        {face: tree(text, letters) for face, text in slopes.items()},
        {letter: tree(text, letters) for letter, text in NEAR.get(name, {}).items()},
    )


def lines(texts: tuple[str, ...], letters: dict[str, Expression] = LETTERS) -> tuple[Line, ...]:
    """("e = exp(-abs(x))", …) as letters and trees."""
    pairs = (text.split(" = ") for text in texts)
    return tuple((letter, tree(formula, letters)) for letter, formula in pairs)


def tree(text: str, letters: dict[str, Expression] = LETTERS) -> Expression:
    """One formula of a row, its constants worked out."""
    return fold(without_ones(read(text, letters)))
