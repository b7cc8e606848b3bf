"""One run of gradient descent with one learning rate: its epochs, and why it ended."""

from __future__ import annotations

import math
import signal
import threading
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import Any

from derive.compute.arguments import ArgumentError
from derive.compute.training.descent import Descent
from derive.compute.training.settings import Settings
from derive.expression.nodes import Number

# A loss that is a million times what it was at the start (or a million, from a small start).
GROWN = 1e6
# Numbers of all parameters' histories together that are kept: about 160 MB.
KEPT = 20_000_000
_CHUNK = 1 << 17  # parameters of so many epochs are computed at a time
_SECONDS = 0.2  # between two looks at the stop rules

FINISHED = "finished"
TARGET_MET = "target met"
NO_PROGRESS = "no progress"
DIVERGED = "diverged"
INTERRUPTED = "interrupted"

Progress = Callable[[Number, int], None]


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


def sequence(last: int) -> tuple[int, ...]:
    """The epochs worth showing of many: 0, 1, 2, 3, 5, 10, 20, 50, 100, … and the last."""
    epochs = {0, 3, last}
    step = 1
    while step <= last:
        epochs.update((step, 2 * step, 5 * step))
        step *= 10
    return tuple(sorted(epoch for epoch in epochs if epoch <= last))


class Runner:
    """Runs every learning rate from the same start.

    examples  how many there are
    """

    def __init__(
        self, descent: Descent, settings: Settings, theta: Sequence[float], examples: int,
        progress: Progress | None = None,
    ) -> None:  # fmt: skip
        self.descent = descent
        self.settings = settings
        self.start = list(theta)
        self.examples = examples
        self.progress = progress
        epochs = settings.epochs // settings.every + 1
        self.few = len(theta) * epochs * len(settings.rates) > KEPT
        self.whole = settings.batch_size is None or settings.batch_size >= examples

    def runs(self) -> Iterator[Run]:
        """A run per rate, until one diverges where that stops them, or is interrupted."""
        with Interruption() as interruption:
            for rate in self.settings.rates:
                run = self._run(rate, interruption)
                yield run
                if run.ending == INTERRUPTED:
                    return
                if run.ending == DIVERGED and self.settings.on_divergence == "stop":
                    return

    def _run(self, rate: Number, interruption: Interruption) -> Run:
        """All epochs in chunks, until a rule or the user ends them."""
        settings, eta = self.settings, float(rate.value)
        rules = _Rules(settings)
        losses, history = array("d"), array("d")
        kept = (
            sequence(settings.epochs) if self.few else range(0, settings.epochs + 1, settings.every)
        )
        thinned = _Thinned(kept, len(self.start))
        shuffled = Random(settings.seed)
        theta: Any = self.start
        most = max(1, _CHUNK // len(self.start))
        count = min(10, most)
        while len(losses) < settings.epochs and not interruption.is_requested:
            count = min(count, settings.epochs - len(losses), most)
            began = perf_counter()
            if self.whole:
                theta = self.descent.full(theta, eta, count, losses, history)
            else:
                for _ in range(count):
                    losses.append(self.descent.loss(theta))
                    history.extend(theta)
                    theta = self.descent.epoch(theta, eta, self._batches(shuffled))
            took = perf_counter() - began
            # Where a chunk ends decides nothing: what a rule forbids is cut off again.
            ended = rules.ended_at(losses)
            if ended is not None:
                epoch, ending = ended
                del losses[epoch + 1 :]
                thinned.take(history, len(losses))
                return thinned.run(rate, losses, ending)
            thinned.take(history, len(losses))
            if self.progress is not None:
                self.progress(rate, len(losses))
            count = max(1, min(2 * count, int(count * _SECONDS / max(took, 1e-6))))
        ending = FINISHED if len(losses) == settings.epochs else INTERRUPTED
        losses.append(self.descent.loss(theta))
        thinned.take(array("d", theta), len(losses))
        ended = rules.ended_at(losses)
        return thinned.run(rate, losses, ending if ended is None else ended[1])

    def _batches(self, chance: Random) -> list[list[int]]:
        """The examples in a new or the given order, cut into batches; the last may be smaller."""
        order = list(range(self.examples))
        if self.settings.order == "shuffled":
            chance.shuffle(order)
        size = self.settings.batch_size or self.examples
        return [order[start : start + size] for start in range(0, len(order), size)]


class Interruption:
    """Ctrl-C asks for an end after the epochs under way; a second one ends at once.

    So nothing is interrupted half-way. Outside the main thread there is nothing to catch.
    """

    def __init__(self) -> None:
        self.is_requested = False
        self._before: Any = None

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _ask(self, *_: object) -> None:
        if self.is_requested:
            raise KeyboardInterrupt
        self.is_requested = True


class _Rules:
    """The stop rules, followed along the losses as these grow."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.seen = 0
        self.best = math.inf
        self.best_at = 0
        self.bound = math.inf

    def ended_at(self, losses: Sequence[float]) -> tuple[int, str] | None:
        """The first epoch at which a rule ends the run, and which one does."""
        target, patience = self.settings.target_loss, self.settings.patience
        for epoch in range(self.seen, len(losses)):
            loss = losses[epoch]
            if epoch == 0:
                self.bound = GROWN * max(1.0, abs(loss))
            if not loss <= self.bound or loss == -math.inf:  # not a number, too
                return epoch, DIVERGED
            if target is not None and loss <= target:
                return epoch, TARGET_MET
            if loss < self.best - self.settings.improvement or epoch == 0:
                self.best, self.best_at = loss, epoch
            elif patience is not None and epoch - self.best_at >= patience:
                return epoch, NO_PROGRESS
        self.seen = len(losses)
        return None


class _Thinned:
    """The parameters of the epochs that are kept, taken out of what comes in chunk by chunk."""

    def __init__(self, schedule: Sequence[int], size: int) -> None:
        self.schedule = schedule
        self.size = size
        self.epochs = 0  # seen so far
        self.count = 0  # how many of the schedule were taken so far
        self.values = array("d")
        self.latest = array("d")

    def take(self, history: array[float], upto: int) -> None:
        """Take what is wanted of the epochs before ``upto``; empties ``history``."""
        size, seen = self.size, self.epochs
        until = bisect_left(self.schedule, upto)
        if until - self.count == upto - seen:
            self.values.extend(history[: (upto - seen) * size])
        else:
            for epoch in self.schedule[self.count : until]:
                self.values.extend(history[(epoch - seen) * size : (epoch - seen + 1) * size])
        self.count = until
        self.latest = history[(upto - seen - 1) * size : (upto - seen) * size]
        self.epochs = upto
        del history[:]

    def run(self, rate: Number, losses: array[float], ending: str) -> Run:
        """The finished run; its last epoch is always kept."""
        last = len(losses) - 1
        kept = self.schedule[: self.count]
        if not kept or kept[-1] != last:
            kept = (*kept, last)
            self.values.extend(self.latest)
        return Run(rate, losses, ending, kept, self.values, self.size)
