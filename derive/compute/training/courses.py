"""A run under way: what of it is kept, and the rules that end it."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from derive.compute.training.descent import Chunk
from derive.compute.training.settings import Settings
from derive.expression.nodes import Number

# A loss that is a million times what it was at the start (or a million, from a small start).
GROWN = 1e6

FINISHED = "finished"
TARGET_MET = "target met"
NO_PROGRESS = "no progress"
DIVERGED = "diverged"
INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Job:
    """A run to be made: its learning rate, its parameters at the start, and the seed of these."""

    rate: Number
    theta: Sequence[float]
    seed: int | None = None


class Course:
    """A job's run, growing chunk by chunk.

    ending      "" until it has ended
    losses      of the epochs that are kept
    parameters  of theirs
    """

    def __init__(
        self, job: Job, settings: Settings, losses: Sequence[int], kept: Sequence[int]
    ) -> None:
        self.job = job
        self.ending = ""
        self.losses = Thinned(losses, 1)
        self.parameters = Thinned(kept, len(job.theta))
        self._rules = _Rules(settings)

    @property
    def epochs(self) -> int:
        """The epochs that were run."""
        return self.losses.epochs - 1

    def take(self, chunk: Chunk, ending: str = "") -> None:
        """More epochs; those after its end are cut off.

        ending  of a run that these epochs end, unless a rule has ended it before
        """
        if self.ending:
            return
        seen = self.losses.epochs
        upto = seen + len(chunk.losses)
        ended = self._rules.ended_at(chunk)
        if ended is not None:
            epoch, ending = ended
            upto = epoch + 1
        self.losses.take(chunk.losses, upto)
        self.parameters.take(chunk.history, upto)
        if ending:
            self.ending = ending
            self.losses.close(chunk.losses, upto - seen)
            self.parameters.close(chunk.history, upto - seen)

    def finish(self, loss: float, theta: Sequence[float], ending: str) -> None:
        """The last epoch, unless a rule has ended the run before."""
        self.take(Chunk(array("d", [loss]), array("d", theta)), ending)


class _Rules:
    """The stop rules, followed along the losses as these grow."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.seen = 0
        self.best = math.inf
        self.best_at = 0
        self.bound = math.inf

    def ended_at(self, chunk: Chunk) -> tuple[int, str] | None:
        """The first epoch at which a rule ends the run, and which one does."""
        target, patience = self.settings.target_loss, self.settings.patience
        if self.seen == 0:
            self.bound = GROWN * max(1.0, abs(chunk.losses[0]))
        if chunk.span is not None and (
            self._are_idle(*chunk.span)
            or self._are_idle(float(chunk.losses.min()), float(chunk.losses.max()))
        ):
            self.seen += len(chunk.losses)
            return None
        for epoch, loss in enumerate(chunk.losses.tolist(), self.seen):
            if not loss <= self.bound or loss == -math.inf:  # not a number, too
                return epoch, DIVERGED
            if target is not None and loss <= target:
                return epoch, TARGET_MET
            if loss < self.best - self.settings.improvement or epoch == 0:
                self.best, self.best_at = loss, epoch
            elif patience is not None and epoch - self.best_at >= patience:
                return epoch, NO_PROGRESS
        self.seen += len(chunk.losses)
        return None

    def _are_idle(self, low: float, high: float) -> bool:
        """Whether bounds of the losses alone say that no rule ends the run."""
        if self.settings.patience is not None:
            return False
        target = self.settings.target_loss
        return -math.inf < low and high <= self.bound and (target is None or low > target)


class Thinned:
    """The numbers of the epochs that are kept, taken out of what comes in chunk by chunk.

    size    numbers of an epoch
    kept    the epochs whose numbers are in ``values``, once it is closed
    """

    def __init__(self, schedule: Sequence[int], size: int) -> None:
        self.schedule = schedule
        self.size = size
        self.epochs = 0  # seen so far
        self.count = 0  # how many of the schedule were taken so far
        self.values = array("d")
        self.kept: Sequence[int] = ()

    def take(self, numbers: Any, upto: int) -> None:
        """Take what is wanted of the epochs before ``upto`` from those that follow the last."""
        size, seen, self.epochs = self.size, self.epochs, upto
        if self.count == len(self.schedule):
            return
        until = bisect_left(self.schedule, upto)
        if until - self.count == upto - seen:
            self.values.frombytes(numbers[: (upto - seen) * size].tobytes())
        elif isinstance(numbers, array):
            for epoch in self.schedule[self.count : until]:
                self.values.extend(numbers[(epoch - seen) * size : (epoch - seen + 1) * size])
        elif until > self.count:  # of NumPy, where every part taken has its price
            rows = [epoch - seen for epoch in self.schedule[self.count : until]]
            self.values.frombytes(numbers.reshape(-1, size)[rows].tobytes())
        self.count = until

    def close(self, numbers: Any, count: int) -> None:
        """There are no more. The last epoch is always kept: the last of so many in ``numbers``."""
        last = self.epochs - 1
        self.kept = self.schedule[: self.count]
        if not self.kept or self.kept[-1] != last:
            self.kept = (*self.kept, last)
            self.values.frombytes(numbers[(count - 1) * self.size : count * self.size].tobytes())
