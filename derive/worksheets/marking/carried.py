"""The values a student goes on with: their own where they are readable, the key's elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from derive.derivation.numbers.chains import Atom, Numbers, atoms
from derive.derivation.numbers.rounding import half_unit
from derive.expression.arithmetic import HIGH, Arithmetic
from derive.expression.constructors import variable
from derive.expression.nodes import Expression, Partial, Quantity
from derive.expression.rewriting import substitute
from derive.worksheets.propagation import value_and_error

_ZERO = HIGH.number(Fraction(0))
_LARGEST = 2_000  # bits; a number that is typed has at most 10^300
_MOST_KNOWN = 10_000  # formulas kept in letters


def fraction(value: Any, digits: int = 20) -> Fraction | None:
    """A worked out number to so many digits; None where it is too large to be written out.

    e.g. the value of exp(10⁹), with its 434 million digits; that of exp(−10⁹) is 0
    """
    if value == 0 or HIGH.context.mag(value) < -_LARGEST:
        return Fraction(0)
    if HIGH.context.mag(value) > _LARGEST:
        return None
    return Fraction(HIGH.context.nstr(value, digits))


@dataclass(frozen=True, slots=True)
class Value:
    """A number to go on with, and how far it may be from what it stands for."""

    number: Fraction
    error: Any = _ZERO


@dataclass(frozen=True, slots=True)
class Result:
    """What a formula comes to, and how far the errors of the numbers put in can move it.

    exact  no number put in was rounded: then there is one value and no other
    """

    value: Any
    error: Any = _ZERO
    exact: bool = False


class Values:
    """An environment of displayed numbers for the formulas of tasks.

    numbers  the key's displayed numbers
    own      a student's, which stand before them
    """

    def __init__(self, numbers: Numbers, own: Mapping[Atom, Value] | None = None) -> None:
        self.numbers = numbers
        self.own = dict(own or {})
        self.arithmetic: Arithmetic = HIGH

    def value(self, atom: Atom) -> Value:
        """What an atom is worth here. What is given is exact; what was worked out is rounded."""
        if atom in self.own:
            return self.own[atom]
        displayed = self.numbers.displayed(atom)
        is_result = atom in self.numbers.formulas or isinstance(atom, Partial)
        is_rounded = is_result and not displayed.exact
        error = HIGH.number(half_unit(displayed.number)) if is_rounded else _ZERO
        return Value(displayed.number.value, error)

    def number(self, atom: Expression) -> Fraction:
        """The number of an atom."""
        assert isinstance(atom, (Quantity, Partial))
        return self.value(atom).number

    def quantity(self, quantity: Quantity) -> Any:
        return HIGH.number(self.value(quantity).number)

    def partial(self, of: Quantity, by: Quantity) -> Any:
        return HIGH.number(self.value(Partial(of, by)).number)

    def work_out(self, formula: Expression, fewer: int = 0) -> Result | None:
        """What a formula comes to here; None where it has no value: a student's own number may
        leave the domain of a logarithm.

        fewer  decimals that the numbers lose before they are put in
        """
        letters, in_letters = _in_letters(formula)
        values = {letter: self.value(atom) for atom, letter in letters.items()}
        places = self.numbers.rounding.digits - fewer
        numbers = {
            letter: HIGH.number(_rounded(one.number, places) if fewer else one.number)
            for letter, one in values.items()
        }
        errors = {letter: one.error for letter, one in values.items()}
        try:
            value, error = value_and_error(in_letters, numbers, errors, _ZERO)
        except ArithmeticError:
            return None
        return Result(value, error, not any(errors.values()))


@lru_cache(maxsize=_MOST_KNOWN)
def _in_letters(formula: Expression) -> tuple[dict[Atom, Quantity], Expression]:
    """A formula with a letter for each name in it: the same for all students."""
    letters = {atom: variable(f"n{i}") for i, atom in enumerate(atoms(formula))}
    return letters, substitute(formula, dict(letters.items()))


def _rounded(value: Fraction, places: int) -> Fraction:
    scale = 10 ** max(places, 0)
    return Fraction(round(value * scale), scale)
