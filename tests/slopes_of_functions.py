"""The derivatives of a function at given arguments, by SymPy."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from derive.algebra.slopes import slopes
from derive.expression.arithmetic import Arithmetic
from derive.expression.evaluate import Bindings
from derive.expression.functions import Function


def function_slopes(
    function: Function, values: tuple[Any, ...], arithmetic: Arithmetic
) -> tuple[Any, ...]:
    """With respect to each argument."""
    point = Bindings(dict(zip(function.parameters, values, strict=True)), arithmetic)
    found = slopes(function(*function.parameters), point)
    zero = arithmetic.number(Fraction(0))
    return tuple(found.get(letter, zero) for letter in function.parameters)
