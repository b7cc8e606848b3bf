"""A derivation with its displayed numbers, every one of them checked."""

from __future__ import annotations

from derive.derivation.batch_numbers import check_batch
from derive.derivation.check.arithmetic import check_numbers
from derive.derivation.derivation import Derivation
from derive.derivation.rounding import Rounding
from derive.derivation.valuation import Valuation
from derive.expression.errors import DeriveError


class NumbersError(DeriveError, ValueError):
    """Numbers that leave what can be displayed; the message says what to do."""


def numbered(derivation: Derivation, rounding: Rounding) -> tuple[Valuation, int]:
    """The numbers of a derivation, and how many relations between them were checked.

    Raises NumbersError where a formula has no value at the network's numbers (1 − y of an output
    that is 1 to sixty digits, inside a logarithm), CheckFailed where a displayed number is wrong.
    """
    try:
        valuation = Valuation(derivation, rounding)
        return valuation, check_numbers(valuation) + check_batch(valuation)
    except ArithmeticError as error:
        carried = ", or rounding: exact" if rounding.carried else ""
        raise NumbersError(
            f"the numbers of this network have no values to show ({error}): an output is on the "
            "bound of the loss to sixty digits, or a displayed 0 is divided by; take smaller "
            f"weights or inputs{carried}, or leave the values out for a derivation in symbols"
        ) from None
