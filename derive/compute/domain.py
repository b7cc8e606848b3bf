"""Whether examples fit the loss: finite numbers, targets that it can take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from derive.compute.arguments import ArgumentError
from derive.network.catalogue import Loss
from derive.network.description import Network

Rows = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Domain:
    """The targets that a loss can take: between two bounds, or some numbers alone.

    NaN lies between any bounds, and shows in the result; among some numbers alone it is none.
    """

    low: float
    high: float
    only: tuple[float, ...]
    allowed: str

    def leaves_out(self, value: float) -> bool:
        """Whether a target is one that the loss cannot take."""
        if value < self.low or value > self.high:
            return True
        return bool(self.only) and value not in self.only

    def refusing(self, names: Iterable[str]) -> str:
        """The condition, in code, under which a target of that name cannot be taken."""
        if self.only:
            return " or ".join(f"{name} not in {self.only}" for name in names)
        return " or ".join(f"{name} < {self.low} or {name} > {self.high}" for name in names)

    def quick(self) -> Callable[[Sequence[float]], bool]:
        """Whether the loss takes every target of one example, as a function in no call's way."""
        low, high, leaves_out = self.low, self.high, self.leaves_out
        if self.only:
            return lambda row: not any(map(leaves_out, row))

        def fits(row: Sequence[float]) -> bool:
            for value in row:  # noqa: SIM110 - a generator takes twice as long
                if not low <= value <= high and value == value:
                    return False
            return True

        return fits

    def all_fit(self, targets: Any) -> bool:
        """Whether the loss takes every target of several examples, in rows or in an array."""
        if not hasattr(targets, "dtype"):
            return all(map(self.quick(), targets))
        if (targets < self.low).any() or (targets > self.high).any():
            return False
        if not self.only:
            return True
        return bool(sum(targets == value for value in self.only).all())


def domain(network: Network) -> Domain | None:
    """The targets that a network's loss can take; None where that is any."""
    row = network.loss.row
    if row is None:
        return None
    low, high = row.targets.low, row.targets.high
    if low is None and high is None and not row.target_values:
        return None
    return Domain(
        float("-inf") if low is None else float(low),
        float("inf") if high is None else float(high),
        tuple(map(float, row.target_values)),
        f"allowed with {row.name} are {_allowed_targets(row)}",
    )


def _allowed_targets(row: Loss) -> str:
    if row.target_values:
        return " and ".join(str(value).replace("-", "−") for value in row.target_values)
    return f"targets in {row.targets}"


def misfits(network: Network, targets: Rows) -> Iterator[tuple[int, int, float, str]]:
    """Targets outside those of the loss: example, unit, value, and what is allowed."""
    loss = domain(network)
    if loss is None:
        return
    for example, values in enumerate(targets):
        for unit, value in enumerate(values):
            if loss.leaves_out(value):
                yield example, unit, value, loss.allowed


def refuse_misfit(network: Network, targets: Rows) -> None:
    """Raises ArgumentError for the first target that the loss cannot take."""
    for example, unit, value, allowed in misfits(network, targets):
        zeros = set(network.loss.row.target_values if network.loss.row else ()) == {-1, 1}
        raise ArgumentError(
            f"targets, example {example + 1}", f"{value:g} for output {unit + 1}", allowed,
            "write −1 for 0: 2*t - 1" if zeros and value == 0 else
            "change the targets or the loss",
        )  # fmt: skip


def check_examples(network: Network, inputs: Rows, targets: Rows) -> None:
    """Raises ArgumentError for the first number that does not fit."""
    for what, values in (("inputs", inputs), ("targets", targets)):
        for example, row in enumerate(values, start=1):
            if not all(map(isfinite, row)):
                odd = next(value for value in row if not isfinite(value))
                raise ArgumentError(
                    f"{what}, example {example}", repr(odd), "finite numbers",
                    "change it, or leave the example out",
                )  # fmt: skip
    refuse_misfit(network, targets)
