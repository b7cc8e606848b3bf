"""Numbers as people type them: exact, with their text, or a reason why not."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from derive.expression.nodes import Number
from derive.expression.typed.literals import MAX_DIGITS, MAX_EXPONENT, decimal
from derive.reading.words import describe

_MAX_BITS = int((MAX_DIGITS + MAX_EXPONENT) * 3.33)
_LIMITS = (
    f"allowed are numbers of at most {MAX_DIGITS} digits, between 1e-{MAX_EXPONENT} and "
    f"1e{MAX_EXPONENT}"
)
_FRACTION = re.compile(r"([+-]?[0-9]+) */ *([0-9]+)")
_PLACES = 15  # after the point, past which an exact value is shown as a fraction


def read_number(raw: object) -> Number:
    """A number with the text it was typed with; a float counts as its shortest decimal.

    e.g. 0.1 → 1/10 shown as 0.1; Decimal("0.10") → 1/10 shown as 0.10; "1/3" → ⅓.
    Raises ValueError("got …; allowed are …").
    """
    raw = plain(raw)
    try:
        result = _read(raw)
        if max(map(int.bit_length, result.value.as_integer_ratio())) > _MAX_BITS:
            raise OverflowError
    except OverflowError:
        raise ValueError(f"got {describe(raw)}; {_LIMITS}") from None
    except ValueError as error:
        raise ValueError(f"got {describe(raw)}; allowed are numbers{error}") from None
    return result


def _read(raw: object) -> Number:
    if isinstance(raw, Number):
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool):
        return Number(Fraction(raw))
    if isinstance(raw, (float, Decimal)):
        if not (raw.is_finite() if isinstance(raw, Decimal) else math.isfinite(raw)):
            raise ValueError(", and finite ones only")
        return decimal(float.__repr__(raw) if isinstance(raw, float) else str(raw))
    if isinstance(raw, Fraction):
        return exact(raw)
    if isinstance(raw, str) and (parts := _FRACTION.fullmatch(raw.strip())):
        return _fraction(*parts.groups())
    raise ValueError(_hint(raw) if isinstance(raw, str) else "")


def _fraction(top: str, bottom: str) -> Number:
    """A fraction of whole numbers, in lowest terms: 2/6 → ⅓; 6/3 → 2."""
    above, below = decimal(top).value, decimal(bottom).value
    if below == 0:
        raise ValueError(", and nothing is divided by 0")
    return Number(above / below)


def is_fraction(raw: object) -> bool:
    """Whether something is a fraction in text: "1/3"."""
    return isinstance(raw, str) and _FRACTION.fullmatch(raw.strip()) is not None


def _hint(text: str) -> str:
    try:
        decimal(text.strip().replace(",", "."))
    except ValueError:
        return ""
    if "," in text:
        return "; write the decimals after a point, as in 0.5"
    return "; write it without quotation marks"


def decimal_comma(row: Sequence[Any], count: int | None) -> str:
    """A hint where a row is too long because 0,5 was read as 0 and 5; "" where it is not that."""
    if count is None or len(row) != 2 * count:
        return ""
    if not all(isinstance(v, int) or (isinstance(v, Number) and _is_whole(v)) for v in row):
        return ""
    return "; if a comma was meant as a decimal point, write 0.5 and not 0,5"


def _is_whole(number: Number) -> bool:
    """Whether a whole number was typed as one: 3, and not 3.0."""
    return not number.text and number.value.denominator == 1


def read_whole(raw: object, low: int, high: int) -> int:
    """A whole number between low and high. Raises ValueError("got …; allowed are …")."""
    raw = plain(raw)
    wrong = f"got {describe(raw)}; allowed are whole numbers from {low} to {high}"
    if isinstance(raw, Number) and raw.value.denominator == 1:
        raw = raw.value.numerator
    if not isinstance(raw, int) or isinstance(raw, bool) or not low <= raw <= high:
        raise ValueError(wrong)
    return raw


def exact(value: Fraction) -> Number:
    """A fraction as a number, shown as a decimal where that ends soon enough."""
    places = next((p for p in range(_PLACES + 1) if 10**p % value.denominator == 0), 0)
    if places == 0:
        return Number(value)
    digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return Number(value, f"{sign}{digits[:-places]}.{digits[-places:]}")


def plain(raw: Any) -> Any:
    """A NumPy array or scalar as lists and numbers; anything else as it is."""
    return raw.tolist() if callable(getattr(raw, "tolist", None)) else raw


def is_list(raw: object) -> bool:
    """Whether something is a list of things: not text, not a mapping."""
    return isinstance(raw, Sequence) and not isinstance(raw, (str, bytes))
