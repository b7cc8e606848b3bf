"""The lines of a backward pass: what they are called, dE_dw1, and how each is simplified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy  # type: ignore[import-untyped]


def name_of(of: Any, by: Any) -> Any:
    """∂of/∂by as a name: dE_dw1."""
    return sympy.Symbol(f"d{of.name}_d{by.name}", real=True)


def latex_name(name: str, loss: str, latex_names: Mapping[str, str]) -> str:
    """A derivative's name as a fraction, where it is one of the loss."""
    by = name.removeprefix(f"d{loss}_d")
    if by == name or by not in latex_names:
        return rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}"
    return rf"\frac{{\partial {latex_names[loss]}}}{{\partial {latex_names[by]}}}"


def simpler(line: Any) -> Any:
    """SymPy's simplest form of one line, unless the line is simpler as it is."""
    simplified = sympy.simplify(line)
    return min(line, simplified, key=lambda e: int(sympy.count_ops(e)))
