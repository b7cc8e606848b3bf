"""Decimal numbers as they are typed: their exact value, and their text."""

from __future__ import annotations

import re
from fractions import Fraction

from derive.expression.nodes import Number

MAX_DIGITS = 60  # of one number
MAX_EXPONENT = 300  # of ten

LITERAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SHORT = 24  # characters past which a number keeps its exponent


def decimal(text: str) -> Number:
    """The exact value of a decimal literal; the text is kept unless it is a whole number's.

    e.g. "0.10" → 1/10 shown as 0.10; "3" → 3; "1e-3" → 1/1000 shown as 0.001.
    Raises ValueError where it is no such literal, OverflowError past the limits.
    """
    if not LITERAL.fullmatch(text):
        raise ValueError(f"{text!r} is not a decimal number")
    mantissa, _, exponent = text.lower().partition("e")
    if (
        len(mantissa) > MAX_DIGITS + 2
        or len(exponent) > 6
        or abs(int(exponent or 0)) > MAX_EXPONENT
    ):
        raise OverflowError(
            f"numbers have at most {MAX_DIGITS} digits and exponents from -{MAX_EXPONENT} to "
            f"{MAX_EXPONENT}"
        )
    value = Fraction(text)
    head, point, tail = mantissa.lstrip("+-").partition(".")
    if not point and not exponent:
        return Number(value)
    sign = "-" if value < 0 else ""
    head = head.lstrip("0") or "0"
    if exponent:
        return Number(value, sign + _moved(head, tail, int(exponent)))
    return Number(value, sign + head + (f".{tail}" if tail else ""))


def _moved(head: str, tail: str, exponent: int) -> str:
    """The digits with the point moved: (1, 5, -2) → 0.015; a far move keeps the exponent."""
    if abs(exponent) + len(head) + len(tail) > _SHORT:
        return f"{head}{'.' if tail else ''}{tail}e{exponent}"
    point = len(head) + exponent
    digits = (head + tail).rjust(len(head + tail) - min(point, 0), "0").ljust(max(point, 0), "0")
    point = max(point, 0)
    whole = digits[:point].lstrip("0") or "0"
    return whole + (f".{digits[point:]}" if digits[point:] else "")
