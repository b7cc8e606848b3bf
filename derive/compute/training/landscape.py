"""The loss over two parameters, all others as they are at the end of a run, and the run's way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from derive.compute.arguments import ArgumentError
from derive.compute.training.restarts import places_of
from derive.compute.training.settings import shown_rate, whole
from derive.expression.nodes import Quantity

if TYPE_CHECKING:
    from derive.compute.training.runs import Run
    from derive.compute.training.training import Training

POINTS = 41  # along each side
MOST_POINTS = 201
_MARGIN = 0.25  # beside the way, of its extent
_LEAST = 2.0  # the shortest side


@dataclass(frozen=True, slots=True, repr=False)
class Landscape:
    """E over (w_a, w_b); each height is the loss over all examples.

    first, second  the two parameters
    across, up     their values along the sides
    losses         losses[j][i] at first = across[i], second = up[j]
    epochs         those whose parameters were kept, and
    way            (first, second) after each of them
    fixed          the other parameters
    """

    run: Run
    first: Quantity
    second: Quantity
    across: tuple[float, ...]
    up: tuple[float, ...]
    losses: tuple[tuple[float, ...], ...]
    epochs: tuple[int, ...]
    way: tuple[tuple[float, float], ...]
    fixed: dict[Quantity, float]

    def __repr__(self) -> str:
        return f"<Landscape of {len(self.across)} by {len(self.up)} losses>"


def landscape(
    training: Training, first: str, second: str, rate: float | None, points: int
) -> Landscape:
    """See ``Training.landscape``."""
    count = whole("points", points, 2, MOST_POINTS)
    places = places_of((first, second), training.network)
    run = training.runs[0] if rate is None else training[rate]
    thetas = [run.theta(epoch) for epoch in run.kept]
    if not all(map(math.isfinite, thetas[-1])):
        raise ArgumentError(
            "rate", f"{shown_rate(run.rate)}, whose run diverged", "a run that has an end",
            "take a smaller learning rate",
        )  # fmt: skip
    way = tuple((theta[places[0]], theta[places[1]]) for theta in thetas)
    across, up = (_side([point[k] for point in way], count) for k in range(2))
    loss = training.subject.descent(
        training.start, training.inputs, training.targets, None, "python"
    ).loss
    theta = list(thetas[-1])

    def height(a: float, b: float) -> float:
        theta[places[0]], theta[places[1]] = a, b
        return loss(theta)

    losses = tuple(tuple(height(a, b) for a in across) for b in up)
    trained = training.subject.trained
    fixed = {q: x for k, (q, x) in enumerate(zip(trained, thetas[-1], strict=True))
             if k not in places}  # fmt: skip
    return Landscape(
        run, trained[places[0]], trained[places[1]], across, up, losses, tuple(run.kept), way, fixed
    )


def _side(values: Sequence[float], count: int) -> tuple[float, ...]:
    """Values from before the lowest to behind the highest, equally far apart."""
    low, high = min(values), max(values)
    extent = max((1 + 2 * _MARGIN) * (high - low), _LEAST)
    start = (low + high - extent) / 2
    return tuple(start + extent * k / (count - 1) for k in range(count))
