"""Second derivatives of activations and losses, in the letters of their stable forms.

How a program goes on when its parameters move along a direction: R·v is the derivative of v along
it (Pearlmutter's R), written as the letter Rv. Going forwards

    Rx = Σ Rw·a + w·Ra    Ry = y′·Rx

and going back, with ∂E/∂x = ∂E/∂y·y′,

    Rδ = R(∂E/∂y)·y′ + ∂E/∂y·y″·Rx

so that no second derivative but those of one activation and one loss is ever formed. The lines are
of the same kind as those of ``stable`` and stand after them: e and r of a sigmoid are there, and
what neither overflows nor cancels in the gradient does so in none of these.

Second derivatives at corners: those of the pieces beside them as the first derivatives are
declared, so relu″(0) = 0, |x|″(0) = 0, elu″(0) = α; that of softsign, whose sides differ, is 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from derive.compute.stable.forms import (
    FACE_NAMES,
    form,
    letters_of_softmax,
    lines,
    own_formula,
    row_letters,
    row_of,
    tree,
)
from derive.compute.stable.loss_forms import loss_slopes
from derive.compute.stable.prepared import prepared
from derive.derivation.calculus.differentiator import derivative
from derive.derivation.calculus.tidy import negative, tidy
from derive.expression.binding import Binder, Line
from derive.expression.constructors import ONE, ZERO, product, total, variable
from derive.expression.functions import X
from derive.expression.nodes import Expression, Number, Product, Quotient
from derive.network.catalogue import TARGET_LETTER, ActivationUse, LossUse

# ∂²face/∂x², in x and the letters of the activation's row in ``stable.FORMS``.
SECOND: dict[str, dict[str, str]] = {
    "identity": {"y": "0"},
    "sigmoid": {
        "y": "-e*r*r*tanh(x/2)", "q": "e*r*r*tanh(x/2)", "l": "-e*r*r", "m": "-e*r*r",
    },
    "tanh": {"y": "-8*e*r*r*y"},
    "relu": {"y": "0"},
    "leaky_relu": {"y": "0"},
    "elu": {"y": "0 if x > 0 else alpha*exp(x)"},
    "selu": {"y": "0 if x > 0 else scale*alpha*exp(x)"},
    "softplus": {
        "y": "e*r*r",
        "l": "-e/2 if x < -37 else s*r*(2*h*hh*series - h*e)/(y*y) if x < -1"
        " else s/y*((e*r if x >= 0 else r) - s/y)",
    },
    "softsign": {"y": "-2*sign(x)*r*r*r"},
    "gelu": {"y": "0 if abs(x) > 40 else (2 - x*x)*exp(-x**2/2)/sqrt(2*pi)"},
    # s·(2w′ + x·w″ − x·w′²·tanh(w/2)) with s = σ(w)·(1 − σ(w))
    "gelu_tanh": {
        "y": (
            "0 if e == 0 else e*r*r*sqrt(8/pi)*(2 + 0.53658*x**2"
            " - x*sqrt(8/pi)*(1 + 0.134145*x**2)**2*tanh(w/2))"
        ),
    },
    "silu": {"y": "beta*r*r*(2*e - beta*c*tanh(beta*x/2))"},
    # 2·w′ + x·w″, with w′ = 4E(E + 1)/D² and w″ = 4E·(2 + 2E − 3E² − 2E³)/D³ of E = eˣ
    "mish": {
        "y": (
            "8*(1 + e)*e*(e if x >= 0 else 1)/(d*d)"
            " + x*(4*e*(e*(2*e**3 + 2*e**2 - 3*e - 2) if x >= 0"
            " else 2 + 2*e - 3*e**2 - 2*e**3)/(d*d*d))"
        ),
    },
}  # fmt: skip

# What these need beside the letters of the row. l″ of softplus is s/y·(1 − s − s/y), and below 0
# 1 − s − s/y = r·(ln(1 + e) − e)/y. With h = e/(2 + e) is ln(1 + e) = 2·artanh h, of which
# e = 2h/(1 − h) leaves 2h³·(1/3 + h²/5 + …) − h·e.
BEFORE: dict[str, tuple[str, ...]] = {
    "softplus": (
        "h = e/(2 + e)",
        "hh = h*h",
        "series = 1/3 + hh*(1/5 + hh*(1/7 + hh*(1/9 + hh*(1/11 + hh*(1/13 + hh*(1/15"
        " + hh*(1/17 + hh*(1/19 + hh/21))))))))",
    ),
}  # fmt: skip

# Of a softmax, with v = x/temperature: R ln y_k = (1 − y_k)·Rv_k − Σ_{m≠k} y_m·Rv_m.
_SOFTMAX = (
    "yRv = y*Rv", "Rl = q*Rv - others(yRv)", "Ry = y*Rl", "Rq = -Ry", "fRv = f*Rv",
    "Rm = -y*(Rv - others(fRv)/F) if v == top else -y*(Rv - others(yRv)/q)",
)  # fmt: skip
# R of what ``stable.PULLBACK`` gives for A, B and C. In the last, the share
# P_mk = y_m·y_k/(1 − y_m) has R ln P_mk = Rl_m + Rl_k − Rm_m.
_PULLBACK: dict[str, tuple[tuple[str, ...], str]] = {
    "A": (
        ("RyA = Ry*A + y*RA",),
        "Ry*(q*A - others(yA)) + y*(Rq*A + q*RA - others(RyA))",
    ),
    "B": ((), "Rq*B + q*RB - Ry*others(B) - y*others(RB)"),
    "C": (
        (
            "D = RC + C*(Rl - Rm)",
            "restD = 0 if v == top else D*y/q",
            "toprestD = D*y/F if v == top else 0",
        ),
        "Rl*(y*others(rest) + f*others(toprest)) + y*others(restD) + f*others(toprestD)"
        " - Ry*C - y*RC",
    ),
}
_NAMES = (
    "h", "hh", "series", "Rx", "Rv", "Ry", "Rq", "Rl", "Rm", "yRv", "fRv", "RA", "RB", "RC", "RyA",
    "D", "restD", "toprestD",
)  # fmt: skip
_MORE: dict[str, Expression] = {name: variable(name) for name in _NAMES}
RX = _MORE["Rx"]


@dataclass(frozen=True, slots=True)
class Curved:
    """How an activation goes on along a direction.

    lines   Ry, and R of the other faces, from Rx
    second  per face that an element by element activation has, ∂²face/∂x²
    before  what these need beside the lines of the stable form
    """

    lines: tuple[Line, ...]
    second: Mapping[str, Expression]
    before: tuple[Line, ...] = ()


@lru_cache(maxsize=256)
def curved(use: ActivationUse) -> Curved:
    """The second derivatives of a layer's activation."""
    known = form(use)
    if not known.slopes:
        scaled = Quotient(RX, known.over) if known.over != ONE else RX
        return Curved((("Rv", scaled), *lines(_SOFTMAX, _letters(known.over))), {})
    faces = tuple((f"R{face}", tidy(product(slope, RX))) for face, slope in known.slopes.items())
    row = row_of(use)
    if row is not None:
        letters = {**row_letters(use), **_MORE}
        second = {face: tree(text, letters) for face, text in SECOND[row].items()}
        return Curved(faces, second, lines(BEFORE.get(row, ()), letters))
    binder = Binder("k")
    (own,) = binder.bind((prepared(derivative(derivative(own_formula(use), X), X)),))
    return Curved(faces, {"y": own}, tuple(binder.lines))


@lru_cache(maxsize=256)
def slopes_along(
    use: LossUse, activation: ActivationUse
) -> tuple[tuple[Line, ...], Mapping[str, Expression]]:
    """R of ∂term/∂face for each face of the output, and the lines that they need.

    ∂²term/∂face∂face of the textbook form, prepared, times what the faces move by.
    """
    parts_by_face: dict[str, list[tuple[Expression, Expression]]] = {}
    for face, slope in loss_slopes(use, activation).items():
        parts = parts_by_face.setdefault(face, [])
        for name, moves in _MOVES.items():
            by_name = derivative(slope, variable(name))
            if by_name != ZERO:
                parts.append((prepared(by_name), moves))
    binder = Binder("p")
    flat = [second for parts in parts_by_face.values() for second, _ in parts]
    bound = iter(binder.bind(flat))
    slopes = {
        face: tidy(total(*(product(next(bound), moves) for _, moves in parts)))
        for face, parts in parts_by_face.items()
    }
    return tuple(binder.lines), slopes


_MOVES: dict[str, Expression] = {
    **{face: _MORE[f"R{face}"] for face in FACE_NAMES},
    "gap": _MORE["Ry"],
    "margin": Product((negative(TARGET_LETTER), _MORE["Ry"])),
}


def backward_along(
    use: ActivationUse, slopes: Mapping[str, Expression], along: Mapping[str, Expression]
) -> tuple[tuple[Line, ...], Expression]:
    """Rδ and the lines that it needs.

    slopes  ∂E/∂face
    along   R of these
    """
    known = form(use)
    if known.slopes:
        curve = curved(use)
        parts = []
        for face, slope in slopes.items():
            parts.append(product(along[face], known.slopes[face]))
            parts.append(product(slope, curve.second[face], RX))
        return curve.before, tidy(total(*parts))
    letters = _letters(known.over)
    delta_lines: list[Line] = []
    deltas: list[Expression] = []
    for weight, given in _weights(along).items():
        texts, delta = _PULLBACK[weight]
        delta_lines += [(f"R{weight}", given), *lines(texts, letters)]
        deltas.append(tree(delta, letters))
    whole = total(*deltas)
    return tuple(delta_lines), whole if known.over == ONE else Quotient(whole, known.over)


def _weights(along: Mapping[str, Expression]) -> dict[str, Expression]:
    """RA, RB, RC: what R of the slopes by the faces of a softmax comes to, as in ``backward``."""
    parts_by_weight: dict[str, list[Expression]] = {}
    for face, weight, sign in (("y", "A", 1), ("q", "A", -1), ("l", "B", 1), ("m", "C", 1)):
        if face in along:
            part = along[face] if sign > 0 else negative(along[face])
            parts_by_weight.setdefault(weight, []).append(part)
    return {weight: tidy(total(*parts)) for weight, parts in parts_by_weight.items()}


def _letters(over: Number) -> dict[str, Expression]:
    letters = {**letters_of_softmax(over), **_MORE}
    return letters if over != ONE else {**letters, "Rv": RX}
