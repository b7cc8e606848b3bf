"""Whether the examples fit the loss: finite numbers, targets that it can take."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from derive.compute.arguments import ArgumentError
from derive.network.catalogue import Loss
from derive.network.description import Network

Rows = list[list[float]]


def check_examples(network: Network, inputs: Rows, targets: Rows) -> None:
    """Raises ArgumentError for the first number that does not fit."""
    for what, values in (("inputs", inputs), ("targets", targets)):
        for example, row in enumerate(values, start=1):
            for value in row:
                if not isfinite(value):
                    raise ArgumentError(
                        f"{what}, example {example}", repr(value), "finite numbers",
                        "change it, or leave the example out",
                    )  # fmt: skip
    for example, unit, value, allowed in misfits(network, targets):
        raise ArgumentError(
            f"targets, example {example + 1}", f"{value:g} for output {unit + 1}", allowed,
            "change the targets or the loss",
        )  # fmt: skip


def misfits(network: Network, targets: Rows) -> Iterator[tuple[int, int, float, str]]:
    """Targets outside those of the loss: example, unit, value, and what is allowed."""
    row = network.loss.row
    if row is None:
        return
    low, high = (None if b is None else float(b) for b in (row.targets.low, row.targets.high))
    only = tuple(map(float, row.target_values))
    if low is None and high is None and not only:
        return
    allowed = f"{row.name} allows {_listed(row)}"
    for example, values in enumerate(targets):
        for unit, value in enumerate(values):
            inside = (low is None or value >= low) and (high is None or value <= high)
            if not inside or (only and value not in only):
                yield example, unit, value, allowed


def _listed(row: Loss) -> str:
    if row.target_values:
        return " and ".join(str(value).replace("-", "−") for value in row.target_values)
    return f"targets in {row.targets}"
