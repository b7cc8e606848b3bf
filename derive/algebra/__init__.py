"""The algebra behind what is shown: SymPy.

A page shows ordered trees (``derive.expression``), because SymPy sorts sums and products in an
order of its own; what is true of them is asked here.
"""

from derive.algebra.errors import SymbolicError
from derive.algebra.symbolic import Symbolic, symbolic

__all__ = ["Symbolic", "SymbolicError", "symbolic"]
