"""One run of gradient descent with one learning rate: its epochs, and why it ended."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from derive.compute.arguments import ArgumentError
from derive.compute.training.courses import Course
from derive.compute.training.settings import Settings
from derive.expression.nodes import Number

# Numbers of all parameters' histories together that are kept: about 160 MB.
KEPT = 20_000_000


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Run:
    """What one learning rate gave.

    losses  losses[n] is the loss of all examples after n epochs; losses[0] at the start
    ending  "finished", "target met", "no progress", "diverged" or "interrupted"
    kept    the epochs whose parameters are kept, in order; the last is always among them
    """

    rate: Number
    losses: Sequence[float]
    ending: str
    kept: Sequence[int]
    _history: array[float]
    _size: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and self._contents() == other._contents()

    def __hash__(self) -> int:
        return hash((self.rate, self.ending, self.epochs))

    def __repr__(self) -> str:
        rate = self.rate.text or self.rate.value
        return f"<Run with rate {rate}, {self.ending} after {self.epochs} epochs>"

    def _contents(self) -> tuple[Any, ...]:
        """All of it, to the bit: a loss that is no number any more is equal to its copy."""
        losses = array("d", self.losses).tobytes()
        return self.rate, self.ending, tuple(self.kept), losses, self._history.tobytes()

    @property
    def epochs(self) -> int:
        """The epochs that were run; fewer than asked for where the run ended early."""
        return len(self.losses) - 1

    def theta(self, epoch: int = -1) -> list[float]:
        """The trained parameters after an epoch, in one list; −1 is the last.

        Raises ArgumentError for an epoch that was not reached, or is not kept.
        """
        kept_epoch = self.epochs if epoch == -1 else epoch
        place = bisect_left(self.kept, kept_epoch)
        if place == len(self.kept) or self.kept[place] != kept_epoch:
            near = ", ".join(map(str, self.kept[:12])) + (", …" if len(self.kept) > 12 else "")
            raise ArgumentError(
                "epoch", repr(epoch), f"0 to {self.epochs}"
                if len(self.kept) > self.epochs else f"those whose parameters are kept: {near}",
                "take one of these",
            )  # fmt: skip
        return self._history[place * self._size : (place + 1) * self._size].tolist()


def kept_epochs(settings: Settings, size: int) -> Sequence[int]:
    """The epochs whose parameters, so many, are kept of every run."""
    epochs = settings.epochs // settings.every + 1
    if size * epochs * len(settings.rates) > KEPT:
        return sequence(settings.epochs)
    return range(0, settings.epochs + 1, settings.every)


def run_of(course: Course) -> Run:
    """A run all of whose losses were kept."""
    parameters = course.parameters
    return Run(
        course.job.rate, course.losses.values, course.ending, parameters.kept, parameters.values,
        parameters.size,
    )  # fmt: skip


def sequence(last: int) -> tuple[int, ...]:
    """The epochs worth showing of many: 0, 1, 2, 3, 5, 10, 20, 50, 100, … and the last."""
    epochs = {0, 3, last}
    step = 1
    while step <= last:
        epochs.update((step, 2 * step, 5 * step))
        step *= 10
    return tuple(sorted(epoch for epoch in epochs if epoch <= last))
