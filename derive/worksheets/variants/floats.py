"""Ordinary floating point, for what is tried many times and judged by exact numbers afterwards."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any


class Floats:
    """Ordinary floating point as an arithmetic of expressions."""

    functions: dict[str, Callable[..., float]] = {  # noqa: RUF012
        "exp": math.exp, "ln": math.log, "sqrt": math.sqrt, "sin": math.sin, "cos": math.cos,
        "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "atan": math.atan,
        "erf": math.erf, "abs": abs, "max": max, "min": min,
        "sign": lambda x: (x > 0) - (x < 0),
    }  # fmt: skip

    def number(self, value: Fraction) -> float:
        return float(value)

    def constant(self, name: str) -> float:
        return {"pi": math.pi, "e": math.e}[name]

    def power(self, base: float, exponent: float) -> float:
        result: float | complex = base**exponent
        if isinstance(result, complex):
            raise ArithmeticError("a negative number to a fractional power")
        return result

    def elementary(self, name: str, arguments: tuple[Any, ...]) -> float:
        try:
            return self.functions[name](*arguments)
        except ValueError as error:
            raise ArithmeticError(str(error)) from None

    def compare(self, left: float, right: float) -> int:
        return (left > right) - (left < right)


FLOATS = Floats()
