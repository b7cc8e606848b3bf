"""Work on many seeds, spread over the processors, that says on stderr how far it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Found = TypeVar("Found")


def spread(
    work: Callable[[Sequence[int]], list[Found]], seeds: Sequence[int], at_a_time: int = 100
) -> Iterator[Found]:
    """What ``work`` finds in each part of the seeds, in their order."""
    parts = [seeds[start : start + at_a_time] for start in range(0, len(seeds), at_a_time)]
    done = 0
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for part, found in zip(parts, pool.map(work, parts), strict=True):
            yield from found
            done += len(part)
            print(f"{work.__module__}: {done:,} of {len(seeds):,}", file=sys.stderr, flush=True)
