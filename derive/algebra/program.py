"""Straight-line programs of SymPy expressions in other languages, by SymPy's own printers."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Literal

from sympy import erf  # type: ignore[import-untyped]
from sympy.printing.c import C99CodePrinter  # type: ignore[import-untyped]
from sympy.printing.numpy import NumPyPrinter  # type: ignore[import-untyped]
from sympy.printing.pycode import PythonCodePrinter  # type: ignore[import-untyped]

Language = Literal["python", "numpy", "c"]
Program = Sequence[tuple[Any, Any]]


class _NumPyPrinter(NumPyPrinter):  # type: ignore[misc]
    """NumPy's names; erf, which NumPy has not and SymPy therefore takes from math, for arrays."""

    def _print_erf(self, e: Any) -> str:
        return f"erf({self._print(e.args[0])})"


def numpy_erf() -> Any:
    """erf of every entry of an array."""
    import math

    import numpy as np

    return np.vectorize(math.erf, otypes=[float])


_ERF = "erf = numpy.vectorize(math.erf, otypes=[float])"


def _python(printer: Any, module: str) -> Any:
    def written(leaves: Sequence[Any], program: Program, results: Sequence[Any]) -> str:
        listed = ", ".join(symbol.name for symbol in leaves)
        lines = [f"    {symbol.name} = {printer.doprint(e)}" for symbol, e in program]
        told = ", ".join(symbol.name for symbol in results)
        body = [f"def loss_and_gradient({listed}):", *lines, f"    return [{told}]"]
        text = "\n".join(body)
        head = [f"import {module}"]
        if module == "numpy" and any(e.has(erf) for _, e in program):
            head = ["import math", "", *head, "", _ERF]
        return "\n".join([*head, "", "", text, ""])

    return written


def _c(leaves: Sequence[Any], program: Program, results: Sequence[Any]) -> str:
    printer = C99CodePrinter()
    lines = [f"    double {symbol.name} = x[{i}];" for i, symbol in enumerate(leaves)]
    lines += [f"    double {symbol.name} = {printer.doprint(e)};" for symbol, e in program]
    lines += [f"    result[{i}] = {symbol.name};" for i, symbol in enumerate(results)]
    head = "void loss_and_gradient(const double *x, double *result) {"
    return "\n".join(["#include <math.h>", "", head, *lines, "}", ""])


LANGUAGES = MappingProxyType({
    "python": _python(PythonCodePrinter({"fully_qualified_modules": True}), "math"),
    "numpy": _python(_NumPyPrinter({"fully_qualified_modules": True}), "numpy"),
    "c": _c,
})  # fmt: skip


def source(
    language: Language, leaves: Sequence[Any], program: Program, results: Sequence[Any]
) -> str:
    """A function of the leaves that works the program out and gives the results."""
    text: str = LANGUAGES[language](leaves, program, results)
    return text
