"""Whether lists, numbers and arrays lie in memory as machine code reads them.

CPython's lists and floats are read where it keeps what is in them, which is tried here first, and
no array but NumPy's own, whose first fields are part of its binary interface: every extension that
is compiled against NumPy reads them in this way.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib import import_module
from typing import Any

_pointer = ctypes.c_void_p


def why_not() -> str:
    """Why this interpreter's builtins cannot be made; "" where they can."""
    if sys.implementation.name != "cpython":
        return f"the interpreter is {sys.implementation.name}, not CPython"
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return "this Python runs without the global interpreter lock"
    number = 1.5
    numbers = [number]
    if (
        (ctypes.sizeof(_pointer), float.__basicsize__, list.__basicsize__) != (8, 24, 40)
        or _pointer.from_address(id(number) + 8).value != id(float)
        or ctypes.c_double.from_address(id(number) + 16).value != number
        or _pointer.from_address(id(numbers) + 8).value != id(list)
        or ctypes.c_ssize_t.from_address(id(numbers) + 16).value != 1
        or _pointer.from_address(_pointer.from_address(id(numbers) + 24).value or 0).value
        != id(number)
    ):
        return "this build of Python keeps its lists and numbers in another way"
    return ""


@cache
def array_types() -> tuple[Any, Any] | None:
    """NumPy's array and its type of doubles, by which machine code knows an array that it can read;
    None where arrays lie in memory in another way."""
    np = import_module("numpy")
    array, doubles = np.zeros((2, 3)), np.dtype(float)
    start = id(array)
    if np.ndarray.__basicsize__ < 72:
        return None
    sizes, steps = (_pointer.from_address(start + offset).value or 0 for offset in (32, 40))
    as_read = (
        _pointer.from_address(start + 8).value == id(np.ndarray)
        and _pointer.from_address(start + 16).value == array.ctypes.data
        and ctypes.c_int.from_address(start + 24).value == array.ndim
        and tuple((ctypes.c_ssize_t * 2).from_address(sizes)) == array.shape
        and tuple((ctypes.c_ssize_t * 2).from_address(steps)) == array.strides
        and _pointer.from_address(start + 56).value == id(doubles) == id(array.dtype)
        and ctypes.c_int.from_address(start + 64).value == array.flags.num
    )
    return (np.ndarray, doubles) if as_read else None
