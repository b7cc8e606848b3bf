"""Prints every figure beside its bound: ``PYTHONPATH=.:tests python -m tests.truth [marking …]``.

A module of this folder is a row of ALL and has ``figures() -> Iterator[Figure]`` with the large
counts; the test suite calls the same functions with smaller ones. Exits 1 where a bound is missed.
"""

from __future__ import annotations

import sys
from importlib import import_module

ALL = ("marking", "fairness", "copies", "leaks", "planted", "refusals", "extreme")


def main() -> int:
    missed = 0
    for name in sys.argv[1:] or ALL:
        for figure in import_module(f"tests.truth.{name}").figures():
            print(figure, flush=True)
            missed += not figure.holds
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
