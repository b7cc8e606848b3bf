"""The whole run, or one input again: see the head of this folder."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager

from tests.fuzz.kinds import KINDS, attempt, bench
from tests.fuzz.verdict import Fault, faults

CHUNK = 250  # inputs that a process takes at a time
CPU_SECONDS = 60  # of the processor, not of the clock, after which an input counts as endless;
# a loss with tens of thousands of digits takes half of them


class _Endless(BaseException):
    """Goes through every ``except Exception`` of what it ends."""


@contextmanager
def _ended() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise _Endless

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


Found = tuple[str, int, Fault]


def some(kind: str, first: int, count: int) -> tuple[list[Found], Counter[int], Counter[str]]:
    """What went wrong in some inputs of a kind; exit codes; what the messages were like."""
    found: list[Found] = []
    codes: Counter[int] = Counter()
    said: Counter[str] = Counter()
    with bench() as here:
        for number in range(first, first + count):
            try:
                with _ended():
                    one = attempt(here, kind, number)
            except _Endless:
                found.append((kind, number, Fault("endless", f"more than {CPU_SECONDS} s of work")))
                continue
            codes[one.result.exit_code] += 1
            found += [(kind, number, fault) for fault in faults(one.result)]
            if one.result.exit_code:
                said.update(map(_shape, one.result.stderr.splitlines()))
    return found, codes, said


def _shape(line: str) -> str:
    """A message without what it quotes, so that those of a sort can be counted."""
    line = re.sub(r"(?:/[^\s:]*)+", "FILE", line)
    line = re.sub(r"'[^']*'|\"[^\"]*\"|“[^”]*”", "'…'", line)
    return re.sub(r"\d+", "9", line)[:160]


def _again(kind: str, number: int) -> int:
    with bench() as here:
        one = attempt(here, kind, number)
        print("derive", *one.arguments)
        print("-" * 80, one.damaged.decode("utf-8", "replace"), "-" * 80, sep="\n")
        print(one.result.output)
        for fault in faults(one.result):
            print(f"{fault.what}: {fault.words}")
        error = one.result.exception
        if error is not None and not isinstance(error, SystemExit):
            raise error
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("kind", nargs="?", choices=sorted(KINDS))
    parser.add_argument("number", nargs="?", type=int)
    parser.add_argument("--count", type=int, default=10_000, help="inputs of each kind")
    parser.add_argument("--messages", action="store_true", help="also every kind of message")
    asked = parser.parse_args()
    if asked.number is not None:
        return _again(asked.kind, asked.number)
    kinds = [asked.kind] if asked.kind else list(KINDS)
    jobs = [(kind, first, min(CHUNK, asked.count - first))
            for first in range(0, asked.count, CHUNK) for kind in kinds]  # fmt: skip
    wrong: dict[tuple[str, str], list[Found]] = defaultdict(list)
    codes: dict[str, Counter[int]] = defaultdict(Counter)
    said: dict[str, Counter[str]] = defaultdict(Counter)
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        running = {pool.submit(some, *job): job[0] for job in jobs}
        for done in as_completed(running):
            kind = running[done]
            found, ended, messages = done.result()
            codes[kind] += ended
            said[kind] += messages
            for one in found:
                wrong[(kind, f"{one[2].what}: {_shape(one[2].words)}")].append(one)
    for kind in kinds:
        mine = sum(len(found) for (of, _), found in wrong.items() if of == kind)
        taken, refused, usage = (codes[kind][code] for code in (0, 1, 2))
        print(f"{kind:<10} {taken:>6} taken {refused:>6} refused {usage:>6} usage {mine:>6} faults")
        if asked.messages:
            for shape, times in said[kind].most_common():
                print(f"    {times:>5} {shape}")
    for (kind, shape), found in sorted(wrong.items(), key=lambda item: -len(item[1])):
        numbers = ", ".join(str(number) for _, number, _ in found[:4])
        print(f"{len(found):>5} × {kind} ({numbers}): {shape}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
