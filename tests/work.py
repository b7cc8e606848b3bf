"""A bound on work: counted in calls, so that the same code passes on every machine, busy or not."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Should one single call never come back, this much of the processor's time, not of the clock's,
# ends it. Nothing that is meant to pass comes near it.
LAST_RESORT_CPU_SECONDS = 600


class TooMuchWork(AssertionError):
    """More calls were made than allowed."""


@contextmanager
def at_most(calls: int) -> Iterator[None]:
    """Fail in the call, of a Python or of a built-in function, that is one too many."""
    left = calls

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal left
        if event in ("call", "c_call"):
            left -= 1
            if left < 0:
                sys.setprofile(None)
                raise TooMuchWork(f"more than {calls} calls")

    with _last_resort():
        before = sys.getprofile()
        sys.setprofile(count)
        try:
            yield
        finally:
            sys.setprofile(before)


@contextmanager
def _last_resort() -> Iterator[None]:
    if not hasattr(signal, "ITIMER_VIRTUAL"):
        yield
        return

    def stop(*_: object) -> None:
        raise TooMuchWork(f"a call of more than {LAST_RESORT_CPU_SECONDS} s of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, LAST_RESORT_CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
