"""An answer that shows its working: 0.4 − 0.01·(−0.007245) = 0.40007245.

The last member is the answer; every member before it must come to the same number, as far as
the digits written allow.
"""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from typing import Any

from derive.derivation.rounding import half_unit
from derive.expression.evaluate import HIGH, Bindings, evaluate, slopes
from derive.expression.formula import FormulaError, parse
from derive.expression.nodes import Expression, Number, Power, Quantity, variable
from derive.worksheets.marking.readings import MAX_LENGTH, Reading, read
from derive.worksheets.marking.spelling import doubtful, spelled

_SIGN = re.compile(r"[=≈≅≃←]")
_COMMA = re.compile(r"(?<=\d),(?=\d)")
_MOST_MEMBERS = 12
_DIGITS = 20
_EXACT = 2  # significant digits of a number that is given and not rounded


def worked(text: str) -> tuple[Reading, str]:
    """The answer at the end of a working, and what does not hold in it; "" where all does.

    The answer may be left as arithmetic without names.

    e.g. "0.5·0.2 = 0.1" → 0.1, ""; "0.5·0.2 = 0.2" → 0.2, "0.5·0.2 is 0.1, not 0.2"
    """
    members = [member for member in _SIGN.split(text[:MAX_LENGTH]) if member.strip()]
    if not members or len(text) > MAX_LENGTH:
        return read(text), ""
    answer = read(members[-1])
    if answer.fault:
        answer = _worked_out(members[-1].strip(), answer)
    if answer.value is None:
        return answer, ""
    if len(members) > _MOST_MEMBERS:
        return answer, f"more than {_MOST_MEMBERS} members"
    for before, after in pairwise(members):
        fault = _compare(before.strip(), after.strip())
        if fault:
            return answer, fault
    return answer, ""


def _worked_out(member: str, unread: Reading) -> Reading:
    """An answer left as arithmetic, −0.89·0.058, as the number it comes to."""
    try:
        value, error = _value(member)
    except (FormulaError, ArithmeticError):
        return unread
    nearest = Fraction(HIGH.context.nstr(value, _DIGITS))
    return Reading(unread.text, nearest, 2 * Fraction(HIGH.context.nstr(error, 3)), _DIGITS)


def _compare(before: str, after: str) -> str:
    """What does not hold between two members; "" where they agree."""
    try:
        (left, error), (right, other) = _value(before), _value(after)
    except FormulaError as problem:
        return f"{problem.message} in the working"
    except ArithmeticError:
        return f"{before} has no value"
    if abs(left - right) <= error + other:
        return ""
    return f"{before} is {HIGH.context.nstr(left, 6)}, not {after}"


def _value(member: str) -> tuple[Any, Any]:
    """What a member comes to, and how far its last digits may move it."""
    if why := doubtful(member):
        raise FormulaError(why, 1)
    formula = parse(_COMMA.sub(".", spelled(member)), {})
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
    bindings = Bindings({letter: HIGH.number(n.value) for letter, n in letters.items()})
    found = slopes(opened, bindings)
    error = HIGH.number(Fraction(0))
    for letter, number in letters.items():
        slope = abs(found.get(letter, HIGH.number(Fraction(0))))
        error += slope * HIGH.number(_half_unit(number))
    return evaluate(opened, bindings), error * HIGH.number(Fraction(101, 100))


def _half_unit(number: Number) -> Fraction:
    """How far a written number may be from what it stands for; 0.4 and 0.01 are what they are."""
    digits = number.text.replace(".", "").lstrip("-0")
    return half_unit(number) if len(digits) > _EXACT else Fraction(0)
