"""Machine code made here and now, with llvmlite: the third way to run a program.

plan         the program of whole layers in steps
kernel       what the functions below have in common
units        one example, eight units of a layer in the lanes of a vector
examples     many examples, eight of them in the lanes
columns      how they come there
straight     the program of a graph, one statement after the other
expressions  SymPy's assignments as instructions
values       LLVM's instructions as arithmetic on Python objects
elementary   exp, ln, tanh and their like, within one unit in the last place
builtin      functions as builtins of CPython
machine, cache  machine code from it, and where that is kept
engine, functions  what ``GradientFunction`` runs
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from derive.compute.arguments import ArgumentError

if TYPE_CHECKING:
    from derive.compute.compiling import BackEnd
    from derive.graph import FormulaGraph
    from derive.network.description import Network


def chosen(given: Network | FormulaGraph, backend: BackEnd) -> tuple[BackEnd, str]:
    """What runs losses and gradients, "native", "numpy" or "python", and why it is that.

    Raises ArgumentError for "native" where there is no machine code.
    """
    if backend in ("python", "numpy"):
        return backend, f"{backend} was asked for"
    from derive.compute.native.engine import why_not  # loads llvmlite

    why = why_not(given)
    if not why:
        return "native", "machine code made by llvmlite is the fastest"
    if backend == "native":
        raise ArgumentError(
            "backend", f"'native', and {why}", "auto, python, numpy",
            "choose one of them; auto takes machine code where there is any",
        )  # fmt: skip
    return "numpy" if find_spec("numpy") else "python", f"no machine code: {why}"
