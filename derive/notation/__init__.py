"""Notations: from quantities to the names a class uses for them, and back."""

from __future__ import annotations

from derive.notation.build import BUILT_IN, names
from derive.notation.errors import NotationError
from derive.notation.names import Names
from derive.notation.shape import DELTA_SIGNS, NEGATIVE, POSITIVE, Shape

__all__ = [
    "BUILT_IN",
    "DELTA_SIGNS",
    "NEGATIVE",
    "POSITIVE",
    "Names",
    "NotationError",
    "Shape",
    "names",
]
