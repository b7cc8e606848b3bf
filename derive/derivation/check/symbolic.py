"""A second opinion: SymPy differentiates the formulas too, and must come to the same.

Reading SymPy in takes longer than deriving a small network, so this is for ``derive check``;
the check before every page does without.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from derive.derivation.check.failure import CheckFailed
from derive.derivation.check.points import number_between
from derive.derivation.steps import Rule, Step
from derive.expression.algebra import identity_name, to_sympy
from derive.expression.nodes import (
    LOSS,
    LOSS_TERM,
    Expression,
    Partial,
    Quantity,
    quantities,
    substitute,
)

if TYPE_CHECKING:
    from derive.derivation.derivation import Derivation

_DIGITS = 30
_AGREE = 1e-20
_UNITS = 2  # softmax and the loss are looked at for the first units; the others are alike


def confirm(derivation: Derivation) -> int:
    """Compare the derivatives of activations and losses with SymPy's. Returns how many.

    Raises CheckFailed naming the step.
    """
    seen: set[str] = set()
    for step in derivation.walk():
        if step.id not in seen and _worth_it(step):
            seen.add(step.id)
            _confirm(derivation, step)
    return len(seen)


def _worth_it(step: Step) -> bool:
    """Lemmas, losses and softmax; sums of products are left to the check."""
    if step.rule is not Rule.LOCAL or not isinstance(step.relations[1].expression, Partial):
        return False
    if not step.about:
        return True
    of, by = step.about
    if of.kind in (LOSS, LOSS_TERM):
        return of.unit < _UNITS
    several = len(quantities(step.relations[1].expression)) > 1
    return of.kind == "activation" and several and max(of.unit, by.unit) < _UNITS


def _confirm(derivation: Derivation, step: Step) -> None:
    derived = step.relations[1].expression
    if not isinstance(derived, Partial):
        raise TypeError("a local derivative derives a formula")
    free = quantities(derived.of)
    definitions: dict[Expression, Expression] = {
        q: derivation.graph.definitions[q]
        for q in quantities(step.result)
        if q not in free and q in derivation.graph.definitions
    }
    found = to_sympy(substitute(step.result, definitions))
    expected = to_sympy(derived)
    point = _point(free, step.id)
    difference = (found - expected).subs(point).evalf(_DIGITS)
    if not abs(difference) < _AGREE:
        raise CheckFailed(step.id, f"SymPy's derivative differs by {difference}")


def _point(free: dict[Quantity, None], seed: str) -> dict[Any, Any]:
    import sympy  # type: ignore[import-untyped]

    chance = random.Random(f"derive symbolic {seed}")
    point = {}
    for q in free:
        value = number_between(chance, 0.1, 0.9)
        symbol = sympy.Symbol(identity_name(q), real=True)
        point[symbol] = sympy.Rational(value.numerator, value.denominator)
    return point
