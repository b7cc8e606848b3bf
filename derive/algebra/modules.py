"""What the modules lack that ``Symbolic.lambdify`` writes for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import sympy  # type: ignore[import-untyped]

_TENSOR = "derive_tensor"


def with_missing(modules: Any) -> Any:
    """The modules as ``sympy.lambdify`` takes them, and what they lack."""
    if modules == "numpy":
        return [{"erf": _numpy_erf()}, modules]
    if modules == "torch":
        return [{_TENSOR: _torch_tensor}, modules]
    return modules


def number(value: Any, modules: Any) -> Any:
    """A number as a line of a program says it: PyTorch's functions take tensors alone."""
    return _Tensor(value) if modules == "torch" else value


class _Tensor(sympy.Function):  # type: ignore[misc]
    """A number that PyTorch's printer writes as a tensor."""

    def _torchcode(self, printer: Any) -> str:
        return f"{_TENSOR}({printer._print(self.args[0])})"


def _numpy_erf() -> Any:
    """erf of every entry of an array, which NumPy has not."""
    import math

    import numpy as np

    return np.vectorize(math.erf, otypes=[float])


def _torch_tensor(value: float) -> Any:
    torch = import_module("torch")
    return torch.as_tensor(value, dtype=torch.float64)
