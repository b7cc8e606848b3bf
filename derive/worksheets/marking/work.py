"""Whether a value that follows from a mistake was still work: the use-condition."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import Any

from derive.derivation.numbers.chains import Atom, atoms
from derive.expression.arithmetic import HIGH
from derive.expression.nodes import Expression
from derive.worksheets.marking.carried import Value, Values


def is_work(
    formula: Expression, values: Values, mistaken: Collection[Atom], nothing: Collection[Atom],
    least: Fraction,
) -> bool:  # fmt: skip
    """Whether a line worked out from mistaken numbers counts.

    A value counts as following where a mistaken number that was put in makes a difference to it,
    or where two others do. A number makes a difference where the result would be another one, by
    more than ``least``, with 0 or with the opposite number in its place.

    nothing  numbers that are 0, or at most a unit of the last digit asked, where they should not

    e.g. δ·a with 0 for δ: no number makes a difference, and nothing is left to work out. In
    w − η·g with 0 for g only w does: it is copied. In (δ1·w5 + δ2·w7)·f′ with 0 for δ2, δ1, w5
    and f′ do: that was work. a·(1 − a) with 1 for a was, too.
    """
    result = values.work_out(formula)
    if result is None:
        return False
    others = 0
    for atom in atoms(formula):
        if atom in nothing or not _matters(atom, formula, values, result.value, least):
            continue
        if atom in mistaken:
            return True
        others += 1
    return others > 1


def _matters(
    atom: Atom, formula: Expression, values: Values, value: Any, least: Fraction
) -> bool:  # fmt: skip
    number = values.value(atom).number
    for other in (Fraction(0), -number) if number else ():
        instead = Values(values.numbers, {**values.own, atom: Value(other)})
        changed = instead.work_out(formula)
        if changed is None or abs(changed.value - value) > HIGH.number(least):
            return True  # no value is another one
    return False
