"""Notations: from quantities to the names a class uses for them, and back."""

from __future__ import annotations

from derive.notation.build import BUILT_IN, names
from derive.notation.errors import NotationError
from derive.notation.names import Names
from derive.notation.shape import Shape

__all__ = ["BUILT_IN", "Names", "NotationError", "Shape", "names"]
