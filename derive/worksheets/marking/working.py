"""An answer that shows its working: h1 = 0.4 − 0.01·(−0.007245) ≈ 0.40007.

The last member is the answer. What before it is arithmetic must come to the same number, as far
as the digits written allow; anything else, such as a name, is passed over. Lengths and sizes are
bounded before any work is done.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from derive.derivation.numbers.rounding import half_unit
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import variable
from derive.expression.nodes import Expression, Number, Partial, Power, Quantity
from derive.expression.typed.formula import FormulaError
from derive.worksheets.marking.carried import fraction
from derive.worksheets.marking.reading.faults import Fault
from derive.worksheets.marking.reading.numbers import MAX_LENGTH, Reading, read
from derive.worksheets.marking.reading.spelling import doubtful, spelled
from derive.worksheets.propagation import value_and_error

_SIGN = re.compile(r"([=≈≅≃←])")
_MOST_MEMBERS = 12  # the last ones count
_WORD = re.compile(r"[\w.,]+")
_LONGEST = 500  # characters of one member
_MOST_WORDS = 60  # numbers, names and functions of one member
_DIGITS = 20
_EXACT = 2  # significant digits of a number that is given and not rounded
_SHOWN = 60  # characters of a member that are repeated
_LESS = HIGH.number(1 - Fraction(1, 10**30))
_AND_A_BIT = HIGH.number(Fraction(101, 100))


@dataclass(frozen=True, slots=True)
class _Member:
    """What stands between two signs and is arithmetic.

    error  how far the last digits of its numbers may move it
    unit   of a number that stands alone as a result: one of its last digit; else 0
    """

    text: str
    value: Any
    error: Any
    unit: Any


def read_working(
    text: str, formula: Callable[[str], Expression]
) -> tuple[Reading, Fault | None]:  # fmt: skip
    """The answer at the end of a working, and what does not hold in it; None where all does.

    formula  reads arithmetic in the notation of the sheet; raises FormulaError

    The answer may be left as arithmetic. A number alone behind a sign is a result: rounded, or
    cut off, to the digits it has, but a whole number behind = is what it is.

    e.g. "0.5·0.2 = 0.1" → 0.1, None; "0.5·0.2 = 0.2" → 0.2, "0.5·0.2 is 0.1, not 0.2";
    "a_h1 = σ(0.59) ≈ 0.6434" → 0.6434, None
    """
    signs, members = _parted(text) if len(text) <= MAX_LENGTH else ([], [])
    if not members:
        return read(text), None
    answer = replace(read(members[-1]), text=_shortened(text.strip(), signs[-1] + members[-1]))
    if answer.value is not None and len(members) == 1:
        return answer, None
    parts = [_member(*one, formula) for one in zip(signs, members, strict=True)]
    last = parts[-1]
    if answer.fault and last is not None:
        answer = _worked_out(last, answer)
    if answer.value is None:
        return answer, None
    for before, after in pairwise(one for one in parts if one is not None):
        if not _agree(before, after):
            value = HIGH.context.nstr(before.value, 6)
            return answer, Fault("working", f"{before.text} is {value}", after.text)
    return answer, None


def _parted(text: str) -> tuple[list[str], list[str]]:
    """The last members of a text, and the sign before each; "" before the first."""
    first, *rest = _SIGN.split(text)
    parted = [("", first), *zip(rest[::2], rest[1::2], strict=True)]
    parted = [(sign, member.strip()) for sign, member in parted if member.strip()]
    last = parted[-_MOST_MEMBERS:]
    return [sign for sign, _ in last], [member for _, member in last]


def _shortened(text: str, end: str = "") -> str:
    """A text, or its beginning and end where it is long."""
    if len(text) <= _SHOWN:
        return text
    end = end if len(end) < _SHOWN // 2 else ""
    return f"{text[: _SHOWN - len(end) - 1].strip()}…{end}"


def _worked_out(member: _Member, unread: Reading) -> Reading:
    """An answer left as arithmetic, −0.89·0.058, as the number it comes to."""
    nearest, error = fraction(member.value, _DIGITS), fraction(member.error, 3)
    if nearest is None or error is None:
        return unread
    return Reading(unread.text, nearest, 2 * error, _DIGITS)


def _agree(before: _Member, after: _Member) -> bool:
    left, right = before.value, after.value
    away = abs(left - right)
    allowed = before.error + before.unit / 2 + after.error
    if away <= allowed + after.unit / 2 * _AND_A_BIT:
        return True
    cut_off = abs(right) <= abs(left) and left * right >= 0
    unit = after.unit if allowed else after.unit * _LESS  # 1.23 itself is cut off to no 1.22
    return bool(cut_off and away <= allowed + unit)


def _member(sign: str, text: str, formula: Callable[[str], Expression]) -> _Member | None:
    """What a member comes to; None where it is no arithmetic, or too much of it."""
    if len(text) > _LONGEST:
        return None
    plain = spelled(text)
    if len(_WORD.findall(plain)) > _MOST_WORDS or doubtful(text):
        return None
    if not unicodedata.is_normalized("NFKC", plain):  # a raised or circled digit of no known use
        return None
    try:
        tree = formula(plain)
        if any(isinstance(node, (Quantity, Partial)) for node in tree.walk()):
            return None
        value, error = _value(tree)
    except (FormulaError, ArithmeticError, TypeError):
        return None
    if fraction(value, 1) is None or fraction(error, 1) is None:
        return None
    unit = Fraction(0)
    if sign and isinstance(tree, Number) and (tree.text or sign != "="):
        unit, error = 2 * half_unit(tree), HIGH.number(Fraction(0))
    return _Member(_shortened(text), value, error, HIGH.number(unit))


def _value(formula: Expression) -> tuple[Any, Any]:
    """What arithmetic comes to, and how far the last digits of its numbers may move it."""
    letters: dict[Quantity, Number] = {}

    def in_letters(node: Expression) -> Expression:
        if isinstance(node, Power):
            return Power(in_letters(node.base), node.exponent)
        if isinstance(node, Number):
            letter = variable(f"n{len(letters)}")
            letters[letter] = node
            return letter
        children = tuple(map(in_letters, node.children))
        return node.with_children(children) if children else node

    opened = in_letters(formula)
    values = {letter: HIGH.number(number.value) for letter, number in letters.items()}
    errors = {letter: HIGH.number(_half_unit(number)) for letter, number in letters.items()}
    value, error = value_and_error(opened, values, errors, HIGH.number(Fraction(0)))
    return value, error * _AND_A_BIT


def _half_unit(number: Number) -> Fraction:
    """How far a written number may be from what it stands for; 0.4 and 0.01 are what they are."""
    digits = number.text.replace(".", "").lstrip("-0")
    return half_unit(number) if len(digits) > _EXACT else Fraction(0)
