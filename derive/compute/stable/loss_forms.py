"""Losses as they are computed on an output activation that has faces.

A loss is rewritten to the faces of its output (``FACES``), differentiated by each of them in its
textbook form, and multiplied by the face's own slope. Binary cross-entropy on a sigmoid becomes

    E = −(t·ln y + (1 − t)·ln(1 − y))   ⇒   −(t·l + (1 − t)·m)
    ∂E/∂x = −t·∂l/∂x − (1 − t)·∂m/∂x = −t·q + (1 − t)·y

in which nothing overflows, nothing cancels that need not, and no logarithm meets a 0. What is
left of y − t and of hinge's 1 − t·y is computed from the distance to the bound that y has come
near (``DISTANCES``); their slopes are y's own, 1 and −t times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from derive.compute.stable.exponentials import recognised
from derive.compute.stable.forms import FACE_NAMES, form
from derive.compute.stable.prepared import RECOGNISE, prepared
from derive.compute.stable.rewriting import Rewriting, apply
from derive.derivation.calculus.differentiator import derivative
from derive.derivation.calculus.tidy import negative
from derive.expression.binding import Binder, Line
from derive.expression.constructors import ONE, ZERO, product, total, variable
from derive.expression.nodes import Comparison, Expression, Number, Quantity, quantities
from derive.expression.rewriting import rewrite
from derive.network.catalogue import TARGET_LETTER, ActivationUse, LossUse
from derive.network.description import Network


@dataclass(frozen=True, slots=True)
class LossForm:
    """One output's loss term as it is computed, in t and the faces of y.

    lines   letter := formula
    value   the term
    slopes  per face that it mentions, ∂term/∂face
    """

    lines: tuple[Line, ...]
    value: Expression
    slopes: Mapping[str, Expression]


# The logarithms first: rewriting 1 − y alone would hide them.
FACES = (
    ("l", Rewriting("ln(y)", "l", "ln of a y that has rounded to 0")),
    ("l", Rewriting("ln(u/y)", "ln(u) - l", "u divided by a y that has rounded to 0")),
    ("m", Rewriting("ln(1 - y)", "m", "1 − y is 0 once y has rounded to 1")),
    ("q", Rewriting("1 - y", "q", "1 − y loses its digits where y is near 1")),
)
DISTANCES = (
    ("gap", Rewriting("y - t", "gap", "0 once y has rounded to a t that is its bound")),
    ("gap", Rewriting("t - y", "-gap", "0 once y has rounded to a t that is its bound")),
    ("margin", Rewriting("1 - t*y", "margin", "0 once y has rounded to ±1, and t is ±1")),
    ("margin", Rewriting("1 - y*t", "margin", "0 once y has rounded to ±1, and t is ±1")),
)
_BY_OUTPUT = {"gap": ONE, "margin": negative(TARGET_LETTER)}  # ∂gap/∂y and ∂margin/∂y


@lru_cache(maxsize=256)
def loss_form(use: LossUse, activation: ActivationUse) -> LossForm:
    """How a loss term is computed on what an output activation gives."""
    output = form(activation)
    term, slopes = _in_faces(use, activation)
    letters = dict.fromkeys(name for part in (term, *slopes.values()) for name in _names(part))
    lines = [(name, output.near[name]) for name in letters if name in output.near]
    binder = Binder("v")
    value, *bound = binder.bind((prepared(term), *map(prepared, slopes.values())))
    return LossForm((*lines, *binder.lines), value, dict(zip(slopes, bound, strict=True)))


def share(network: Network) -> Number:
    """Of an example's loss, what one output's term counts."""
    return Number(Fraction(1, network.sizes[-1]) if network.loss.mean else Fraction(1))


def loss_slopes(use: LossUse, activation: ActivationUse) -> Mapping[str, Expression]:
    """Per face that the term mentions, ∂term/∂face, not yet made ready to be printed."""
    return _in_faces(use, activation)[1]


def _in_faces(use: LossUse, activation: ActivationUse) -> tuple[Expression, dict[str, Expression]]:
    """The term in the faces of the output, and its slope by each of them."""
    output = form(activation)
    faces = tuple(output.slopes) or FACE_NAMES
    term = use.term
    for face, rule in FACES:
        if face in faces:
            term = apply((rule,), term)
    distances = [rule for letter, rule in DISTANCES if letter in output.near]
    term = recognised(apply(RECOGNISE, _apart(distances, term)))
    return term, _slopes(use, term, _names(term), distances)


def _names(expression: Expression) -> tuple[str, ...]:
    return tuple(q.name for q in quantities(expression) if isinstance(q, Quantity))


def _slopes(
    use: LossUse, term: Expression, mentioned: Iterable[str], distances: Iterable[Rewriting]
) -> dict[str, Expression]:
    """∂term/∂face, of a catalogue's loss that is about y alone as it is taught."""
    letters = [name for name in (*FACE_NAMES, *_BY_OUTPUT) if name in mentioned]
    if use.derivative is not None and not set(letters) & set(FACE_NAMES[1:]):
        return {"y": _apart(distances, use.derivative)}
    slopes: dict[str, list[Expression]] = {}
    for name in letters:
        by_face = derivative(term, variable(name))
        if name in _BY_OUTPUT:
            by_face = product(_BY_OUTPUT[name], by_face)
        slopes.setdefault("y" if name in _BY_OUTPUT else name, []).append(by_face)
    return {face: total(*parts) for face, parts in slopes.items()}


def _apart(distances: Iterable[Rewriting], expression: Expression) -> Expression:
    """The expression with distances for differences, in conditions too: t·y < 1 ⇒ 0 < margin."""
    rules = tuple(distances)

    def change(node: Expression) -> Expression:
        if not isinstance(node, Comparison):
            return node
        difference = total(node.right, negative(node.left))
        apart = apply(rules, difference)
        return node if apart == difference else Comparison(ZERO, node.sign, apart)

    return rewrite(apply(rules, expression), change) if rules else expression
