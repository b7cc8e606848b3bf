"""Plain Python: straight-line code with ``math``, one example a call."""

from __future__ import annotations

import builtins
import math
from types import MappingProxyType
from typing import Any

from derive.algebra.languages.texts import MATH, PYTHON
from derive.compute.backends.printer import CASES, CodePrinter
from derive.compute.backends.writer import Writer
from derive.expression.nodes import Cases

# What the code may call, apart from the helpers below. Nothing else is in its reach.
BUILTINS = ("abs", "max", "min", "sorted", "len", "float")
EXCEPTIONS = ("OverflowError", "ValueError", "ZeroDivisionError")


class PythonPrinter(CodePrinter):
    """Scalar expressions with the names of ``math``."""

    functions = MappingProxyType({"ln": "log", "largest": "max"})

    def cases(self, e: Cases) -> tuple[str, int]:
        parts = [
            f"{self.value(value)} if {self.comparison(condition)} else"
            for value, condition in zip(e.values, e.conditions, strict=False)
        ]
        return " ".join((*parts, self.value(e.values[-1]))), CASES


class PythonWriter(Writer):
    """Scalar programs as Python."""

    helpers = MappingProxyType(PYTHON)
    native = frozenset((*MATH, *BUILTINS))


def load(source: str) -> dict[str, Any]:
    """What generated source defines. ``math`` and a few built-ins are in its reach, no more."""
    space: dict[str, Any] = {
        "__builtins__": {name: getattr(builtins, name) for name in (*BUILTINS, *EXCEPTIONS)},
        **{name: getattr(math, name) for name in MATH},
    }
    exec(compile(source, "<derive>", "exec"), space)
    return space
