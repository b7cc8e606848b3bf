"""This build beside another one: ``python -m benchmarks --against /path/to/a/checkout``.

Each build runs in a process of its own, which does the same work with public names alone; the two
take turns, a few milliseconds each, so that they share the machine's moods. Times are those of the
processor. What is printed is the ratio of the medians.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import ENVIRONMENT, ROOT, report

ROUNDS = 25
ABOUT = 0.02  # seconds of one turn
WORKER = Path(__file__).with_name("worker.py")
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
# What is measured (see worker.py), and how it may compare with the other build.
BOUNDS = {
    "2-2-2, one example, flat of lists": 1.02,
    "2-2-2, one example, flat of arrays": 1.02,
    "2-2-2, one example, arrays by name": 1.05,
    "2-2-2, two examples, flat of lists": 0.5,
    "2-2-2, 41 examples, flat of arrays": 0.5,
    "3-3-3-3 with softmax, one example, flat of lists": 1.02,
    "4-8-8-3 with softmax, one example, flat of lists": 1.02,
    "16-32-32-10 relu, one example": 1.1,
    "784-128-10 relu, one example": 1.1,
    "2-2-2, 10,000 examples": 0.125,
    "3-3-3-3 sigmoid, 10,000 examples": 0.167,
    "4-8-8-3 with softmax, 10,000 examples": 0.25,
    "784-128-10 relu, 1,024 examples": 0.83,
    "16-32-32-10 relu, 1,024 examples": 0.8,
    "16-32-32-10 relu, 10,000 examples": 0.8,
    "2-2-2, training of 1,000 epochs": 1.02,
    "784-128-10, a function is built": 0.5,
    "784-128-10, training of 1 epoch in batches of 64": 0.7,
}


class Build:
    """A checkout at work in a process of its own."""

    def __init__(self, folder: Path) -> None:
        own = folder / ".venv" / "bin" / "python"
        self.process = subprocess.Popen(
            [own if own.exists() else sys.executable, WORKER], cwd=folder, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**ENVIRONMENT, **ONE_THREAD, "PYTHONPATH": os.fspath(folder)},
        )  # fmt: skip

    def ask(self, what: str, times: int) -> float:
        """The seconds that a piece of work took, done so many times."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([what, times]) + "\n")
        self.process.stdin.flush()
        answer: Any = json.loads(self.process.stdout.readline())
        return float(answer)

    def __enter__(self) -> Build:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()


def main(other: str) -> None:
    print(f"This build beside {other}: medians of {ROUNDS} turns each, as ratios")
    with Build(ROOT) as ours, Build(Path(other).resolve()) as theirs:
        for what, bound in BOUNDS.items():
            mine, yours = compared(ours, theirs, what)
            report(f"{what}: {1e6 * mine:,.1f} µs", mine / yours, bound)


def compared(ours: Build, theirs: Build, what: str) -> tuple[float, float]:
    """The median seconds of a piece of work in both builds, measured in turn."""
    for build in (ours, theirs):
        build.ask(what, 1)
    times = max(1, int(ABOUT / max(theirs.ask(what, 3) / 3, 1e-7)))
    mine, yours = [], []
    for turn in range(ROUNDS):
        first, second = (ours, theirs) if turn % 2 else (theirs, ours)
        took = {build: build.ask(what, times) / times for build in (first, second)}
        mine.append(took[ours])
        yours.append(took[theirs])
    return median(mine), median(yours)
