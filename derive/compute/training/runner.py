"""Making runs: in chunks of epochs, between which rules and Ctrl-C are looked at; in machine code
eight side by side, and as many eights at once as there are processors."""

from __future__ import annotations

import os
import signal
import threading
from array import array
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from itertools import chain, islice
from random import Random
from time import perf_counter
from typing import Any

from derive.compute.training.courses import FINISHED, INTERRUPTED, Course, Job
from derive.compute.training.descent import Chunk, Descent, Group
from derive.compute.training.settings import Settings
from derive.expression.nodes import Number

_CHUNK = 1 << 17  # parameters of so many epochs are computed at a time
_SECONDS = 0.2  # between two looks at the stop rules

Progress = Callable[[Number, int], None]


class Runner:
    """Runs every job, as many side by side as the descent has room for.

    examples  how many there are
    losses    the epochs whose losses are kept, and
    kept      whose parameters are; the last epoch's always are
    """

    def __init__(
        self, descent: Descent, settings: Settings, jobs: Iterable[Job], examples: int,
        losses: Sequence[int], kept: Sequence[int], progress: Progress | None = None,
    ) -> None:  # fmt: skip
        self.descent = descent
        self.settings = settings
        self.jobs = jobs
        self.examples = examples
        self.losses = losses
        self.kept = kept
        self.progress = progress
        self.whole = settings.batch_size is None or settings.batch_size >= examples
        self.interruption = Interruption()
        self._pace = 10  # epochs that are likely to take no longer than a look at the stop rules
        self._epochs: Counter[Number] = Counter()
        self._lock = threading.Lock()

    def courses(self) -> Generator[Course, None, None]:
        """The jobs' courses in order, until Ctrl-C ends those under way."""
        width = self.descent.width if self.whole else 1
        # Machine code runs in several threads at once, Python in one.
        workers = processors() if width > 1 else 1
        groups = _in_turn(self._together, self._groups(width), workers)
        with self.interruption, closing(groups):
            for courses in groups:
                yield from courses

    def _groups(self, width: int) -> Iterator[list[Job]]:
        """The jobs, so many at a time, as long as nobody asks for an end."""
        jobs = iter(self.jobs)
        while (group := list(islice(jobs, width))) and not self.interruption.is_requested:
            yield group

    def _together(self, jobs: Sequence[Job]) -> list[Course]:
        """All epochs in chunks, until a rule or the user ends the last of some runs."""
        settings = self.settings
        if self.interruption.is_requested:  # while it waited for its turn
            return []
        courses = [Course(job, settings, self.losses, self.kept) for job in jobs]
        group = self._group(jobs)
        most, done = max(1, _CHUNK // len(jobs[0].theta)), 0
        while done < settings.epochs and not self.interruption.is_requested:
            began = perf_counter()
            chunks = group.advance(min(self._pace, settings.epochs - done, most))
            took = perf_counter() - began
            count = len(chunks[0].losses)
            done += count
            # Where a chunk ends decides nothing: what a rule forbids is cut off again.
            for course, chunk in zip(courses, chunks, strict=True):
                course.take(chunk)
            self._tell(jobs, count)
            if all(course.ending for course in courses):
                return courses
            self._pace = max(1, min(2 * self._pace, int(count * _SECONDS / max(took, 1e-6))))
        ending = FINISHED if done == settings.epochs else INTERRUPTED
        for course, loss, theta in zip(courses, group.losses(), group.thetas(), strict=True):
            course.finish(loss, theta, ending)
        return courses

    def _group(self, jobs: Sequence[Job]) -> Group:
        if self.whole:
            return self.descent.group(
                [job.theta for job in jobs], [float(job.rate.value) for job in jobs]
            )
        (job,) = jobs
        return _Minibatches(self.descent, job, self.settings, self.examples)

    def _tell(self, jobs: Sequence[Job], count: int) -> None:
        if self.progress is None:
            return
        with self._lock:
            for job in jobs:
                self._epochs[job.rate] += count
            for rate in dict.fromkeys(job.rate for job in jobs):
                self.progress(rate, self._epochs[rate])


class _Minibatches:
    """A run whose updates take fewer than all examples."""

    def __init__(self, descent: Descent, job: Job, settings: Settings, examples: int) -> None:
        self.descent, self.settings, self.examples = descent, settings, examples
        self.theta: Any = job.theta
        self.rate = float(job.rate.value)
        self.chance = Random(settings.seed)

    def advance(self, count: int) -> list[Chunk]:
        losses, history = array("d"), array("d")
        for _ in range(count):
            losses.append(self.descent.loss(self.theta))
            history.extend(self.theta)
            self.theta = self.descent.epoch(self.theta, self.rate, self._batches())
        return [Chunk(losses, history)]

    def thetas(self) -> list[Any]:
        return [self.theta]

    def losses(self) -> list[float]:
        return [self.descent.loss(self.theta)]

    def _batches(self) -> list[list[int]]:
        """The examples in a new or the given order, cut into batches; the last may be smaller."""
        order = list(range(self.examples))
        if self.settings.order == "shuffled":
            self.chance.shuffle(order)
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


def processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_turn(
    work: Callable[[list[Job]], list[Course]], groups: Iterator[list[Job]], workers: int
) -> Generator[list[Course], None, None]:
    """What becomes of each group, in order; several are worked on at once."""
    first = list(islice(groups, 2))
    if workers == 1 or len(first) < 2:
        yield from map(work, first)
        yield from map(work, groups)
        return
    pending: deque[Future[list[Course]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for group in chain(first, groups):
                pending.append(pool.submit(work, group))
                if len(pending) > 2 * workers:
                    yield _awaited(pending.popleft())
            while pending:
                yield _awaited(pending.popleft())
        finally:
            for future in pending:
                future.cancel()


def _awaited(future: Future[list[Course]]) -> list[Course]:
    """Its result; looking up from time to time, for Ctrl-C is heard by nobody who only waits."""
    while not wait([future], timeout=_SECONDS).done:
        pass
    return future.result()
