"""The quick tier: ``make quick`` leaves out what is listed in ``slow.txt``.

``make slow`` runs everything and writes the list: test functions of which a case took longer than
``LIMIT``, and whole modules that take long to begin with. A test that is not listed is run, so that
a new one needs no entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("slow.txt")
LIMIT = 0.06  # seconds of one case
_SETUP = 1.0  # seconds of what a module begins with


def function_of(test: str) -> str:
    """A test without its parameters: tests/test_x.py::test_y."""
    return test.partition("[")[0]


def is_slow(test: str, slow: frozenset[str]) -> bool:
    """Whether a test, or its module, is on a list."""
    return function_of(test) in slow or test.partition("::")[0] in slow


def listed() -> frozenset[str]:
    """What ``slow.txt`` lists."""
    return frozenset(LIST.read_text(encoding="utf-8").split())


class Stopwatch:
    """Notes what is slow in a whole run, and lists it at the end."""

    def __init__(self) -> None:
        self.slow: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.duration > LIMIT:
            self.slow.add(function_of(report.nodeid))
        if report.when == "setup" and report.duration > _SETUP:
            self.slow.add(report.nodeid.partition("::")[0])

    def pytest_sessionfinish(self) -> None:
        LIST.write_text("".join(f"{name}\n" for name in without_doubles(self.slow)))


def without_doubles(slow: Iterable[str]) -> list[str]:
    """The list in order, without the functions of modules that are on it."""
    names = set(slow)
    return sorted(n for n in names if "::" not in n or n.partition("::")[0] not in names)
