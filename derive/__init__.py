"""derive: ∂E/∂w for every weight of a feed-forward network, step by step, checked, and compiled.

The public names load on first use, so that ``import derive`` costs next to nothing. What is wrong
with what was given is told by an error that is a ``DeriveError``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from derive.algebra.errors import SymbolicError
    from derive.algebra.symbolic import Symbolic, symbolic
    from derive.compute import ArgumentError, GradientFunction, standalone
    from derive.compute import compile as compile
    from derive.compute.formulas.function import GraphFunction
    from derive.compute.training import Restarts, Training, train
    from derive.compute.training.tables import DataError
    from derive.derivation import CheckFailed, Derivation, derive
    from derive.derivation.derivation import StyleError
    from derive.derivation.numbers.numbered import NumbersError
    from derive.document.errors import WordingError
    from derive.explore.given import ExploreError
    from derive.expression.errors import DeriveError, UnknownName
    from derive.extent import PageError
    from derive.graph import Graph
    from derive.network import Dense, Network, NetworkError
    from derive.network.loader import load
    from derive.network.saving import save
    from derive.notation import NotationError
    from derive.rendering import OptionError, render, render_files
    from derive.spreadsheet import SpreadsheetError
    from derive.worksheets.marking.grading import mark
    from derive.worksheets.recipes.recipe import WorksheetError
    from derive.worksheets.worksheet import worksheet
    from derive.writers.errors import WriterError

__version__ = "0.1.0"

# ``compile`` is as public as these, but ``from derive import *`` shall hide nothing of Python's.
__all__ = [
    "ArgumentError",
    "CheckFailed",
    "DataError",
    "Dense",
    "Derivation",
    "DeriveError",
    "ExploreError",
    "GradientFunction",
    "Graph",
    "GraphFunction",
    "Network",
    "NetworkError",
    "NotationError",
    "NumbersError",
    "OptionError",
    "PageError",
    "Restarts",
    "SpreadsheetError",
    "StyleError",
    "Symbolic",
    "SymbolicError",
    "Training",
    "UnknownName",
    "WordingError",
    "WorksheetError",
    "WriterError",
    "derive",
    "load",
    "mark",
    "render",
    "render_files",
    "save",
    "standalone",
    "symbolic",
    "train",
    "worksheet",
]

_HOMES = {
    "ArgumentError": "derive.compute",
    "CheckFailed": "derive.derivation",
    "DataError": "derive.compute.training.tables",
    "Dense": "derive.network",
    "Derivation": "derive.derivation",
    "DeriveError": "derive.expression.errors",
    "ExploreError": "derive.explore.given",
    "GradientFunction": "derive.compute",
    "Graph": "derive.graph",
    "GraphFunction": "derive.compute.formulas.function",
    "Network": "derive.network",
    "NetworkError": "derive.network",
    "NotationError": "derive.notation",
    "NumbersError": "derive.derivation.numbers.numbered",
    "OptionError": "derive.rendering",
    "PageError": "derive.extent",
    "Restarts": "derive.compute.training",
    "SpreadsheetError": "derive.spreadsheet",
    "StyleError": "derive.derivation.derivation",
    "Symbolic": "derive.algebra.symbolic",
    "SymbolicError": "derive.algebra.errors",
    "Training": "derive.compute.training",
    "UnknownName": "derive.expression.errors",
    "WordingError": "derive.document.errors",
    "WorksheetError": "derive.worksheets",
    "WriterError": "derive.writers.errors",
    "compile": "derive.compute",
    "derive": "derive.derivation",
    "load": "derive.network.loader",
    "mark": "derive.worksheets.marking.grading",
    "render": "derive.rendering",
    "render_files": "derive.rendering",
    "save": "derive.network.saving",
    "standalone": "derive.compute",
    "symbolic": "derive.algebra.symbolic",
    "train": "derive.compute.training",
    "worksheet": "derive.worksheets",
}


if not TYPE_CHECKING:  # a checker would take it for every name that is mistyped

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module 'derive' has no attribute {name!r}")
        value: object = getattr(import_module(home), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """The public names; not what the module itself imports, nor its folders once loaded."""
    return sorted(_HOMES)
