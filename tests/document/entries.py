"""Numbers and lists of names as they stand in a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.writers.formula_reader import M

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_LOWERED = "₀₁₂₃₄₅₆₇₈₉"
_LOW = str.maketrans("0123456789", _LOWERED)
_PLAIN = str.maketrans(_LOWERED, "0123456789")


def number(text: str) -> Any:
    """The value of a printed number."""
    digits, _, power = text.replace("−", "-").partition("·10")
    return M.mpf(digits) * M.mpf(10) ** int(power.translate(_RAISED) or 0)


def half_unit(text: str) -> Any:
    """Half a unit of the last printed digit; a whole number is meant as such."""
    digits, _, power = text.partition("·10")
    if "." not in digits:
        return M.mpf(0)
    return M.mpf(10) ** (int(power.translate(_RAISED) or 0) - len(digits.partition(".")[2])) / 2


def listed(text: str) -> list[str]:
    """The entries of "a, b and c", or of "w1 to w9"."""
    if found := re.fullmatch(r"(\S+) to (\S+)", text):
        return list(_between(found[1], found[2]))
    return re.split(r", | and ", text) if text else []


def _between(first: str, last: str) -> Iterator[str]:
    """w1, w2 and so on to w9; W_i1j1, W_i1j2 to W_i3j3: every run of digits goes through all."""
    one = "₁₁" in first  # w₁₁ to w₃₃: two indices that begin at 1, and no eleventh weight
    digits = rf"\d+|[{_LOWERED}]{'' if one else '+'}"
    starts, ends = (re.findall(digits, text) for text in (first, last))
    frame = re.split(digits, first)
    assert frame == re.split(digits, last), f"{first} to {last}?"

    def fill(place: int, sofar: str) -> Iterator[str]:
        sofar += frame[place]
        if place == len(starts):
            yield sofar
            return
        low, high = (int(side[place].translate(_PLAIN)) for side in (starts, ends))
        for k in range(low, high + 1):
            lowered = starts[place][0] in _LOWERED
            yield from fill(place + 1, sofar + (str(k).translate(_LOW) if lowered else str(k)))

    yield from fill(0, "")
