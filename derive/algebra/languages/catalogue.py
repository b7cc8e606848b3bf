"""The languages that ``derive compile --to`` writes, known without SymPy."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Language = Literal[
    "python", "numpy", "c", "javascript", "julia", "r", "octave", "rust", "fortran", "jax", "torch"
]


@dataclass(frozen=True, slots=True)
class Row:
    """A language.

    what    the code in a line
    needs   what the file needs to run
    tried   how the tests run it; "" where they cannot
    suffix  of a file
    """

    what: str
    needs: str
    tried: str
    suffix: str


_SCALAR = "one line per quantity, one example at a time"
_ARRAYS = "one line per layer, many examples at once"

LANGUAGES: MappingProxyType[Language, Row] = MappingProxyType({
    "python": Row(f"plain Python, {_SCALAR}", "Python", "run", ".py"),
    "numpy": Row(f"NumPy, {_ARRAYS}", "NumPy", "run", ".py"),
    "c": Row(f"C99, {_SCALAR}; many in vectors", "a C compiler", "compiled with gcc and run", ".c"),
    "javascript": Row(f"JavaScript, {_SCALAR}", "Node or a browser", "run with Node", ".js"),
    "julia": Row(f"Julia, {_SCALAR}", "Julia", "", ".jl"),
    "r": Row(f"R, {_SCALAR}", "R", "run with Rscript", ".R"),
    "octave": Row(
        f"Octave, and MATLAB from R2024a, {_SCALAR}", "Octave or MATLAB", "run with Octave", ".m"
    ),
    "rust": Row(f"Rust, {_SCALAR}", "rustc", "compiled with rustc and run", ".rs"),
    "fortran": Row(
        f"Fortran 2008, {_SCALAR}", "a Fortran compiler", "compiled with gfortran and run", ".f90"
    ),
    "jax": Row(f"JAX in double precision, {_ARRAYS}", "JAX", "run, beside jax.grad", ".py"),
    "torch": Row(f"PyTorch in double precision, {_ARRAYS}", "PyTorch", "run, beside autograd",
                 ".py"),
})  # fmt: skip

UNTRIED = "not run: it cannot be installed where they run"
