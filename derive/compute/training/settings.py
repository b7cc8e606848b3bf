"""How to train: what was asked for, judged at once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from derive.compute.arguments import ArgumentError
from derive.expression.nodes import Number
from derive.network.values import is_fraction, read_number

MAX_EPOCHS = 10_000_000
ON_DIVERGENCE = ("stop", "continue")
ORDERS = ("shuffled", "given")


@dataclass(frozen=True, slots=True)
class Settings:
    """What training does, for every learning rate alike.

    rates          one run each, all from the same start
    epochs         the most; an epoch goes once through all examples
    batch_size     examples of one update; None: all of them
    order          of the examples, where an update takes fewer than all: "shuffled" anew in each
                   epoch, or as "given"
    seed           of the order in which minibatches are drawn
    initial        seed of the starting weights that the network lacks; None: it lacks none
    target_loss    a run ends where its loss is no more than this
    patience       a run ends after so many epochs without a loss that is lower than the lowest
                   before by more than ``improvement``
    on_divergence  a run whose loss is no number any more, or has grown beyond bounds, ends;
                   "stop": and no other is begun, "continue": the next rate has its turn
    every          the parameters of every so many epochs are kept, and of the last
    """

    rates: tuple[Number, ...]
    epochs: int
    batch_size: int | None = None
    seed: int = 0
    initial: int | None = None
    target_loss: float | None = None
    patience: int | None = None
    improvement: float = 0.0
    on_divergence: str = "stop"
    every: int = 1
    order: str = "shuffled"


def batch_size(size: int | None, order: str) -> int | None:
    """The examples of one update: in the given order they come one after the other."""
    return 1 if size is None and order == "given" else size


def settings(
    rates: Iterable[Any],
    epochs: Any,
    *,
    size: Any,
    seed: Any,
    initial: Any,
    target_loss: Any,
    patience: Any,
    improvement: Any,
    on_divergence: Any,
    every: Any,
    order: Any,
) -> Settings:
    """What was asked for, checked. Raises ArgumentError."""
    if on_divergence not in ON_DIVERGENCE:
        raise ArgumentError(
            "on_divergence", repr(on_divergence), " or ".join(map(repr, ON_DIVERGENCE)),
            'leave it out for "stop"',
        )  # fmt: skip
    if order not in ORDERS:
        raise ArgumentError(
            "order", repr(order), " or ".join(map(repr, ORDERS)), 'leave it out for "shuffled"'
        )
    if improvement and patience is None:
        raise ArgumentError(
            "improvement", f"{improvement!r} without a patience", "both, or neither",
            "say after how many epochs without it a run ends: patience",
        )  # fmt: skip
    return Settings(
        learning_rates(rates),
        whole("epochs", epochs, 1, MAX_EPOCHS),
        batch_size(None if size is None else whole("batch_size", size, 1, MAX_EPOCHS), order),
        whole("seed", seed, 0, 2**63),
        None if initial is None else whole("initial", initial, 0, 2**63),
        None if target_loss is None else _finite("target_loss", target_loss),
        None if patience is None else whole("patience", patience, 1, MAX_EPOCHS),
        _finite("improvement", improvement, 0.0),
        on_divergence,
        whole("every", every, 1, MAX_EPOCHS),
        order,
    )


def learning_rates(given: Iterable[Any]) -> tuple[Number, ...]:
    """Rates as numbers with their text: 0.10 stays 0.10. Raises ArgumentError."""
    allowed = "positive numbers, at least one, all different"
    remedy = "as in (0.1, 0.5, 1.0)"
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise ArgumentError("rates", repr(given)[:60], allowed, remedy)
    rates: dict[float, Number] = {}
    for raw in given:
        try:
            text = isinstance(raw, str) and not is_fraction(raw)
            rate = read_number(Decimal(raw) if text else raw)
        except (ValueError, ArithmeticError):
            raise ArgumentError("rates", repr(raw)[:60], allowed, remedy) from None
        value = float(rate.value)
        if not 0.0 < value < math.inf:
            raise ArgumentError("rates", shown_rate(rate), allowed, remedy)
        if value in rates:
            raise ArgumentError("rates", f"{shown_rate(rate)} twice", allowed, "leave one out")
        rates[value] = rate
    if not rates:
        raise ArgumentError("rates", "none", allowed, remedy)
    return tuple(rates.values())


def shown_rate(rate: Number) -> str:
    """A learning rate as it was typed."""
    return rate.text or str(rate.value)


def whole(what: str, value: Any, low: int, high: int) -> int:
    plain = value.__index__() if hasattr(value, "__index__") else value
    if not isinstance(plain, int) or isinstance(value, bool) or not low <= plain <= high:
        raise ArgumentError(
            what, repr(value)[:60], f"whole numbers from {low} to {high}", "give one of them"
        )
    return plain


def _finite(what: str, value: Any, low: float = -math.inf) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if isinstance(value, (bool, str)) or not math.isfinite(number) or number < low:
        least = "" if low == -math.inf else f" from {low:g} up"
        raise ArgumentError(what, repr(value)[:60], f"finite numbers{least}", "give one of them")
    return number
