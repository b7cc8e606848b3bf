"""A derivation with its displayed numbers, every one of them checked."""

from __future__ import annotations

from derive.derivation.check.arithmetic import check_numbers
from derive.derivation.derivation import Derivation
from derive.derivation.numbers.batches import check_batch
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.numbers.valuation import Valuation
from derive.expression.arithmetic import OutOfReach
from derive.expression.errors import DeriveError
from derive.graph import FormulaGraph


class NumbersError(DeriveError, ValueError):
    """Numbers that leave what can be displayed; the message says what to do."""


def numbered(derivation: Derivation, rounding: Rounding) -> tuple[Valuation, int]:
    """The numbers of a derivation, and how many relations between them were checked; kept there.

    Raises NumbersError where a formula has no value at the network's numbers (√ of a negative
    one; in carried mode, ln of an output displayed as 0) or one beyond all that a page carries,
    CheckFailed where a displayed number is wrong.
    """
    if rounding not in derivation.kept:
        derivation.kept[rounding] = _numbered(derivation, rounding)
    numbers: tuple[Valuation, int] = derivation.kept[rounding]
    return numbers


def _numbered(derivation: Derivation, rounding: Rounding) -> tuple[Valuation, int]:
    try:
        valuation = Valuation(derivation, rounding)
        return valuation, check_numbers(valuation) + check_batch(valuation)
    except ArithmeticError as error:
        raise NumbersError(_message(error, derivation, rounding)) from None


def _message(error: ArithmeticError, derivation: Derivation, rounding: Rounding) -> str:
    names = [note for note in getattr(error, "__notes__", ()) if note]
    where = f" of {names[0]}" if names else ""
    why = str(error) or "a division by 0"
    if isinstance(error, OutOfReach):
        remedy = "scale the inputs, or take smaller weights"
    elif rounding.carried:
        why += ", with the numbers as displayed"
        remedy = "take more digits, or rounding: exact"
    elif isinstance(derivation.graph, FormulaGraph):
        remedy = "take other numbers for the leaves"
    else:
        remedy = "take other weights or inputs"
    return (
        f"the formula{where} has no value that can be shown ({why}): {remedy}, or leave the "
        "values out for a derivation in symbols"
    )
