"""A derivation with its displayed numbers, every one of them checked."""

from __future__ import annotations

from derive.derivation.calculus.local import key
from derive.derivation.check.arithmetic import check_numbers
from derive.derivation.check.failure_place import formula_in_use
from derive.derivation.derivation import Derivation
from derive.derivation.numbers.batches import check_batch
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.trace import SLOPE_OF
from derive.expression.arithmetic import OutOfReach
from derive.expression.errors import DeriveError
from derive.graph import FormulaGraph
from derive.graph.names import names_of
from derive.notation import names


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
    place, what = _what(error, derivation)
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
        f"{place}{what} that can be shown ({why}): {remedy}, or leave the values out for a "
        "derivation in symbols"
    )


def _what(error: ArithmeticError, derivation: Derivation) -> tuple[str, str]:
    """Where a formula of one's own stands, if it is one; and what has no value, by its name."""
    graph = derivation.graph
    defined = {key(quantity): quantity for quantity in graph.definitions}
    for note in getattr(error, "__notes__", ()):
        quantity = defined.get(note.removeprefix(SLOPE_OF))
        if quantity is not None:
            lacks = "no derivative" if note.startswith(SLOPE_OF) else "no value"
            if isinstance(graph, FormulaGraph):
                return "", f"the formula of {names_of(graph).text(quantity)} has {lacks}"
            network = derivation.network
            name = names(network.notation, network.shape, network.layout).text(quantity)
            used = formula_in_use(quantity, network)
            place = f"{used.place}: " if used is not None and used.place else ""
            return place, f"the formula of {name} has {lacks}"
    return "", "a formula has no value"
