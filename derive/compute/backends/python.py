"""Plain Python: straight-line code with ``math``, one example a call."""

from __future__ import annotations

import builtins
import math
import re
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from derive.compute.backends.printer import CASES, CodePrinter
from derive.compute.backends.writer import Writer
from derive.expression.nodes import Cases

# What the code may call, apart from the helpers below. Nothing else is in its reach.
MATH = ("exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "atan",
        "erf", "erfc", "copysign", "inf", "nan")  # fmt: skip
BUILTINS = ("abs", "max", "min", "sorted", "len", "float")
EXCEPTIONS = ("OverflowError", "ValueError", "ZeroDivisionError")
HELPERS = {
    "sign": """\
def sign(x):
    return (x > 0) - (x < 0)
""",
    "second_largest": """\
def second_largest(*values):
    return sorted(values)[-2] if len(values) > 1 else -inf
""",
    "ieee_exp": """\
def ieee_exp(x):
    try:
        return exp(x)
    except OverflowError:
        return inf
""",
    "ieee_expm1": """\
def ieee_expm1(x):
    try:
        return expm1(x)
    except OverflowError:
        return inf
""",
    "ieee_ln": """\
def ieee_ln(x):
    return log(x) if x > 0 else -inf if x == 0 else nan
""",
    "ieee_log1p": """\
def ieee_log1p(x):
    return log1p(x) if x > -1 else -inf if x == -1 else nan
""",
    "ieee_sqrt": """\
def ieee_sqrt(x):
    return sqrt(x) if x >= 0 else nan
""",
    "ieee_sin": """\
def ieee_sin(x):
    try:
        return sin(x)
    except ValueError:
        return nan
""",
    "ieee_cos": """\
def ieee_cos(x):
    try:
        return cos(x)
    except ValueError:
        return nan
""",
    "ieee_sinh": """\
def ieee_sinh(x):
    try:
        return sinh(x)
    except OverflowError:
        return x*inf
""",
    "ieee_cosh": """\
def ieee_cosh(x):
    try:
        return cosh(x)
    except OverflowError:
        return inf
""",
    "ieee_quotient": """\
def ieee_quotient(u, v):
    return u / v if v else u * copysign(inf, v)
""",
    "ieee_power": """\
def ieee_power(u, v):
    if u < 0 and v != v // 1:
        return nan
    try:
        return float(u) ** v
    except ZeroDivisionError:
        return inf
    except OverflowError:
        return -inf if u < 0 and v % 2 == 1 else inf
""",
}


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

    helpers = MappingProxyType(HELPERS)
    native = frozenset((*MATH, *BUILTINS))


def imports(lines: Iterable[str]) -> list[str]:
    """The import of what some lines use of ``math``."""
    words = {
        word for line in lines for word in re.findall(r"(?<![\w.])[a-z]\w*", line.split("#")[0])
    }
    names = [name for name in MATH if name in words]
    return [f"from math import {', '.join(sorted(names))}", ""] if names else []


def load(source: str) -> dict[str, Any]:
    """What generated source defines. ``math`` and a few built-ins are in its reach, no more."""
    space: dict[str, Any] = {
        "__builtins__": {name: getattr(builtins, name) for name in (*BUILTINS, *EXCEPTIONS)},
        **{name: getattr(math, name) for name in MATH},
    }
    exec(compile(source, "<derive>", "exec"), space)
    return space
