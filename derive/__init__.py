"""derive: ∂E/∂w for every weight of a feed-forward network, step by step, checked, and compiled.

The public names load on first use, so that ``import derive`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from derive.compute import GradientFunction, compile
    from derive.compute.training import Training, train
    from derive.derivation import CheckFailed, Derivation, derive
    from derive.network import Dense, Network, NetworkError
    from derive.network.loader import load
    from derive.rendering import render, render_files
    from derive.worksheets.marking.grading import mark
    from derive.worksheets.worksheet import worksheet

__version__ = "0.1.0"

__all__ = [
    "CheckFailed",
    "Dense",
    "Derivation",
    "GradientFunction",
    "Network",
    "NetworkError",
    "Training",
    "compile",
    "derive",
    "load",
    "mark",
    "render",
    "render_files",
    "train",
    "worksheet",
]

_HOMES = {
    "CheckFailed": "derive.derivation",
    "Dense": "derive.network",
    "Derivation": "derive.derivation",
    "GradientFunction": "derive.compute",
    "Network": "derive.network",
    "NetworkError": "derive.network",
    "Training": "derive.compute.training",
    "compile": "derive.compute",
    "derive": "derive.derivation",
    "load": "derive.network.loader",
    "mark": "derive.worksheets.marking.grading",
    "render": "derive.rendering",
    "render_files": "derive.rendering",
    "train": "derive.compute.training",
    "worksheet": "derive.worksheets",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'derive' has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
