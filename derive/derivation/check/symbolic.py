"""A second opinion: SymPy differentiates the formulas too, and must come to the same.

Reading SymPy in takes longer than deriving a small network, so this is for ``derive check``;
the check before every page does without.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from derive.algebra.convert import identity, to_sympy
from derive.derivation.check.failure import CheckFailed
from derive.derivation.check.kinks import has_kinks
from derive.derivation.check.points import number_between
from derive.derivation.steps import Rule, Step
from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import Bindings, chosen
from derive.expression.nodes import (
    LOSS,
    LOSS_TERM,
    Apply,
    Cases,
    Expression,
    Partial,
    Quantity,
    quantities,
    rewrite,
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
    import sympy  # type: ignore[import-untyped]

    free = quantities(derived.of)
    definitions: dict[Expression, Expression] = {
        q: derivation.graph.definitions[q]
        for q in quantities(step.result)
        if q not in free and q in derivation.graph.definitions
    }
    values = _values(free, step.id)
    point = Bindings({q: HIGH.number(value) for q, value in values.items()})
    symbols = {q: identity(q) for q in free}
    found = to_sympy(_smooth(substitute(step.result, definitions), point))
    expected = sympy.diff(to_sympy(_smooth(derived.of, point)), symbols[derived.by])
    # Floats, not fractions: SymPy would take roots of fractions apart, which may not end.
    numbers = {symbols[q]: _float(value) for q, value in values.items()}
    ours, theirs = found.subs(numbers).evalf(_DIGITS), expected.subs(numbers).evalf(_DIGITS)
    if not abs(ours - theirs) <= _AGREE * (1 + abs(theirs)):
        raise CheckFailed(step.id, f"is {ours} where SymPy's derivative is {theirs}")


def _smooth(expression: Expression, point: Bindings) -> Expression:
    """The expression with the branches that hold at a point in place of its cases.

    SymPy brings the conditions of cases into a normal form of its own, and may never finish.
    """

    def change(node: Expression) -> Expression:
        if isinstance(node, Cases):
            return node.values[chosen(node, point)]
        if isinstance(node, Apply) and node.function.definition is not None and has_kinks(node):
            letters: dict[Expression, Expression] = dict(
                zip(node.function.parameters, node.arguments, strict=True)
            )
            return _smooth(substitute(node.function.definition, letters), point)
        return node

    return rewrite(expression, change)


def _values(free: dict[Quantity, None], seed: str) -> dict[Quantity, Fraction]:
    chance = random.Random(f"derive symbolic {seed}")
    return {q: number_between(chance, 0.1, 0.9) for q in free}


def _float(value: Fraction) -> Any:
    import sympy

    return sympy.Float(sympy.Rational(value.numerator, value.denominator), 2 * _DIGITS)
