"""The list of slow tests has no entry that is not there, and is obeyed."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.quick import Stopwatch, is_slow, listed, without_doubles


@cache
def functions(module: Path) -> frozenset[str]:
    """The names of a module's tests: test_x, TestY::test_z."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    inside = {
        "": tree.body,
        **{n.name + "::": n.body for n in tree.body if isinstance(n, ast.ClassDef)},
    }
    return frozenset(
        where + node.name
        for where, body in inside.items()
        for node in body if isinstance(node, ast.FunctionDef)
    )  # fmt: skip


def test_what_is_listed_is_there() -> None:
    gone = []
    for name in listed():
        module, _, function = name.partition("::")
        if not Path(module).is_file() or (function and function not in functions(Path(module))):
            gone.append(name)
    assert not gone, "write the list anew with: make slow"


def test_functions_and_modules_are_left_out() -> None:
    slow = frozenset({"tests/test_a.py::test_one", "tests/test_b.py"})
    assert is_slow("tests/test_a.py::test_one[2-x]", slow)
    assert is_slow("tests/test_b.py::test_any", slow)
    assert not is_slow("tests/test_a.py::test_other", slow)
    doubled = without_doubles({*slow, "tests/test_b.py::test_any"})
    assert doubled == sorted(slow)


@pytest.mark.parametrize(
    ("when", "duration", "noted"),
    [
        ("call", 0.2, {"tests/test_a.py::test_one"}),
        ("call", 0.05, set()),
        ("setup", 2.0, {"tests/test_a.py"}),
        ("setup", 0.2, set()),
        ("teardown", 2.0, set()),
    ],
)
def test_a_run_notes_what_is_slow(when: str, duration: float, noted: set[str]) -> None:
    watch = Stopwatch()
    report = pytest.TestReport(
        "tests/test_a.py::test_one[3]", ("", 1, ""), {}, "passed", None,
        when,  # type: ignore[arg-type]
        duration=duration,
    )  # fmt: skip
    watch.pytest_runtest_logreport(report)
    assert watch.slow == noted
