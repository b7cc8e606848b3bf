"""What a student typed, read as a number: decimal comma or point, a minus of any kind, 1.2e-3.

Nothing is evaluated, and lengths are bounded before any work is done.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from derive.expression.literals import MAX_DIGITS, decimal

MAX_LENGTH = 2_000  # characters of one answer

_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "﹣": "-", "－": "-"})
_SPACE = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_POWER_OF_TEN = re.compile(r"(?:\*|·|×|x)10(?:\^|\*\*)\(?([+-]?[0-9]{1,4})\)?$", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([,.'])[0-9]{3})(?:\1[0-9]{3})*(?!\1)([,.])[0-9]+$")
_FRACTION = re.compile(r"([+-]?[0-9]{1,18})/([0-9]{1,18})$")


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer as a number.

    value   None where there is none
    unit    one unit of the last digit written; 0 for a fraction, which is exact
    digits  significant digits written
    fault   why there is no number; "" where there is one or nothing was written
    """

    text: str
    value: Fraction | None
    unit: Fraction = Fraction(0)
    digits: int = 0
    fault: str = ""

    @property
    def empty(self) -> bool:
        return self.value is None and not self.fault


def read(text: str) -> Reading:
    """A typed answer; never raises.

    e.g. "0,5622" → 0.5622; "−1.2·10^-3" → −0.0012; "1/3" → 1/3; "nan" → a fault
    """
    shown = text.strip() if len(text) <= 60 else f"{text[:57].strip()}…"
    if len(text) > MAX_LENGTH:
        return Reading(shown, None, fault=f"more than {MAX_LENGTH} characters")
    bare = plain(text).removeprefix("=").removeprefix("≈")
    if not bare:
        return Reading(shown, None)
    if match := _FRACTION.match(bare):
        top, bottom = int(match[1]), int(match[2])
        if bottom == 0:
            return Reading(shown, None, fault="a division by 0")
        return Reading(shown, Fraction(top, bottom), digits=MAX_DIGITS)
    bare = _POWER_OF_TEN.sub(r"e\1", bare)
    if _GROUPED.match(bare):  # 1,234.5 or 1.234,5
        separator = next(c for c in bare if c in ",.'")
        bare = bare.replace(separator, "")
    bare = bare.replace(",", ".")
    try:
        number = decimal(bare)
    except ValueError:
        return Reading(shown, None, fault="not a number such as 0.5622 or −0,02")
    except OverflowError as error:
        return Reading(shown, None, fault=str(error))
    mantissa, _, power = bare.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    significant = len(mantissa.lstrip("+-").replace(".", "").lstrip("0"))
    unit = Fraction(10) ** (int(power or 0) - decimals)
    return Reading(shown, number.value, unit, significant)


def plain(text: str) -> str:
    """What was typed, without spaces, with digits and minus signs of one kind."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text.translate(_MINUS)).translate(_MINUS))
