"""What a student typed, read as a number: decimal comma or point, a minus of any kind, 1.2e-3.

Nothing is evaluated, and lengths are bounded before any work is done.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.expression.typed.literals import MAX_DIGITS, decimal
from derive.worksheets.marking.reading.faults import Fault
from derive.worksheets.marking.reading.spelling import doubtful, spelled

MAX_LENGTH = 2_000  # characters of one answer

_SPACE = re.compile(r"\s+")
_BEFORE = re.compile(r"[=≈~ ]+|(?:approx(?:imately)?|about|around|circa|ca|c)\.? ", re.IGNORECASE)
_REMARKS = (  # in the languages of people who have an English sheet before them
    r"approx(?:imately|imate|\.)?", "rounded(?: up| down)?", "about", r"ca\.?", "truncated",
    "cut(?: off)?", "(?:auf|ab)?gerundet", "ger?\\.?", "abgeschnitten", r"ungefähr|etwa",
    "arrondie?", "tronquée?", "environ", "redondeado", "arrotondato",
)  # fmt: skip
_AFTER = re.compile(rf" ?\((?:{'|'.join(_REMARKS)})\)$", re.IGNORECASE)
_NOTHING = frozenset({"", "-", "--", "---"})
_AFTER_SIGN = re.compile(r"^([+-]) ")
_POWER_OF_TEN = re.compile(
    r"(?:^([+-]?)| ?[*·x] ?| )10 ?(?:\^|\*\*) ?(?:\(([+-]?[0-9]{1,4})\)|([+-]?[0-9]{1,4}))$",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([,.'])[0-9]{3})(?:\1[0-9]{3})*(?!\1)([,.])[0-9]+$")
_SPACED = re.compile(r"[+-]?[0-9]{1,3}(?: [0-9]{3})*(?:[.,](?:[0-9]{3} )*[0-9]{1,3})?")
_FULL_STOP = re.compile(r"(.*[.,][0-9]+)(\.| ?\.{2,})")
_WHOLE, _OVER = r"([0-9]{1,18})", r"([0-9]{1,18}) ?/ ?([0-9]{1,18})"
_FRACTIONS = tuple(re.compile(rf"([+-]?){pattern}") for pattern in (
    rf"(){_OVER}", rf"()\({_OVER}\)", r"()\(\(([0-9]{1,18})\)/\(([0-9]{1,18})\)\)",
    rf"{_WHOLE} {_OVER}", rf"{_WHOLE} \({_OVER}\)", rf"\({_WHOLE}\+{_OVER}\)",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer as a number.

    value   None where there is none
    unit    one unit of the last digit written; 0 for a fraction, which is exact
    digits  significant digits written
    fault   why there is no number; None where there is one or nothing was written
    open    whether the digits go on, 0.6106…: ``value`` is the middle of what it may be
    """

    text: str
    value: Fraction | None
    unit: Fraction = Fraction(0)
    digits: int = 0
    fault: Fault | None = None
    open: bool = False

    @property
    def written(self) -> Fraction:
        """The number as its digits say it. Raises ValueError where there is none."""
        if self.value is None:
            raise ValueError("an answer without a number")
        half = self.unit / 2 if self.open else Fraction(0)
        return self.value + half if self.value < 0 else self.value - half

    @property
    def empty(self) -> bool:
        return self.value is None and not self.fault


def read(text: str) -> Reading:
    """A typed answer; never raises.

    e.g. "0,5622" → 0.5622; "−1.2·10⁻³" → −0.0012; "1/3" → 1/3; "1 1/2" → 3/2; "nan" → a fault.
    An answer whose digits go on, 0.6106…, stands for the middle of what it may be.
    """
    excerpt = text.strip() if len(text) <= 60 else f"{text[:57].strip()}…"
    if len(text) > MAX_LENGTH:
        return Reading(excerpt, None, fault=Fault("too-long", str(MAX_LENGTH)))
    bare = _SPACE.sub(" ", spelled(text)).strip()
    bare = bare.rstrip("; ")
    while begins := _BEFORE.match(bare):
        bare = bare[begins.end() :]
    bare = _AFTER.sub("", bare)
    if bare in _NOTHING:
        return Reading(excerpt, None)
    if why := doubtful(text):
        return Reading(excerpt, None, fault=why)
    bare = _AFTER_SIGN.sub(r"\1", bare)
    for pattern in _FRACTIONS:
        if match := pattern.fullmatch(bare):
            return _fraction(excerpt, *match.groups())
    if bare.endswith("%"):
        return _percent(_decimal(excerpt, bare[:-1].rstrip()))
    if ends := _FULL_STOP.fullmatch(bare):
        reading = _decimal(excerpt, ends[1])
        return reading if ends[2] == "." else _going_on(reading, bare[0] == "-")
    return _decimal(excerpt, bare)


def _percent(reading: Reading) -> Reading:
    if reading.value is None:
        return reading
    return replace(reading, value=reading.value / 100, unit=reading.unit / 100)


def _going_on(reading: Reading, negative: bool) -> Reading:
    """A number whose digits go on, 0.6106…: the middle of what it may be."""
    if reading.value is None:
        return reading
    half = reading.unit / 2
    return replace(reading, value=reading.value + (-half if negative else half), open=True)


def _fraction(excerpt: str, sign: str, whole: str, top: str, bottom: str) -> Reading:
    if int(bottom) == 0:
        return Reading(excerpt, None, fault=Fault("division-by-zero"))
    if whole and int(top) >= int(bottom):
        return Reading(excerpt, None, fault=Fault("sum-or-product", f"{whole} {top}/{bottom}"))
    value = int(whole or 0) + Fraction(int(top), int(bottom))
    return Reading(excerpt, -value if sign == "-" else value, digits=MAX_DIGITS)


def _decimal(excerpt: str, bare: str) -> Reading:
    bare = _POWER_OF_TEN.sub(lambda m: f"{'' if m[1] is None else m[1] + '1'}e{m[2] or m[3]}", bare)
    if _SPACED.fullmatch(bare):
        bare = bare.replace(" ", "")
    if _GROUPED.match(bare):  # 1,234.5 or 1.234,5
        separator = next(c for c in bare if c in ",.'")
        bare = bare.replace(separator, "")
    bare = bare.replace(",", ".")
    try:
        number = decimal(bare)
    except ValueError:
        return Reading(excerpt, None, fault=Fault("no-number", bare))
    except OverflowError:
        return Reading(excerpt, None, fault=Fault("too-many-digits", str(MAX_DIGITS)))
    mantissa, _, power = bare.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    significant = len(mantissa.lstrip("+-").replace(".", "").lstrip("0"))
    unit = Fraction(10) ** (int(power or 0) - decimals)
    return Reading(excerpt, number.value, unit, significant)
