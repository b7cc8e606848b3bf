"""The function object around a builtin's machine code, and the variables of that code."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from typing import Any

from derive.compute.native.builtin.layouts import array_types
from derive.compute.native.machine import Linked

_CONVENTION = 0x0080 | 0x0002  # METH_FASTCALL | METH_KEYWORDS
Rows = Sequence[Sequence[float]]


class _Method(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p), ("method", ctypes.c_void_p), ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )  # fmt: skip


class _Module(str):
    """The name of a builtin's module, which keeps alive what the builtin is made of: CPython lets
    go of it last."""

    kept: tuple[Any, ...]


def builtin(
    linked: Linked, symbol: str, doc: str, slow: Callable[..., Any], size: int, *kept: Any
) -> Callable[..., Any]:
    """Machine code with CPython's convention as a builtin function, ``flat``.

    size  of the gradient
    kept  what must live as long as it
    """
    method = _Method(b"flat", linked.address[symbol], _CONVENTION, doc.encode())
    module = _Module("derive")
    module.kept = (linked, method, kept)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype = ctypes.py_object
    make.argtypes = (ctypes.c_void_p, ctypes.py_object, ctypes.py_object)
    function: Callable[..., Any] = make(ctypes.addressof(method), _Slow(linked, slow, size), module)
    return function


class _Slow:
    """The slow way. Where NumPy has come into the process by then, it tells the machine code how to
    know an array: nobody else has NumPy imported for it."""

    def __init__(self, linked: Linked, slow: Callable[..., Any], size: int) -> None:
        self.linked = linked
        self.slow = slow
        self.size = size
        self.kept: dict[str, Any] | None = None
        self._look()

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self._look()
        return self.slow(*arguments, **named)

    def _look(self) -> None:
        if self.kept is not None or "numpy" not in sys.modules:
            return
        types = array_types()
        what = () if types is None else (*types, sys.modules["numpy"].empty, self.size)
        kept = dict(zip(("ndarray", "doubles", "empty", "size"), what, strict=False))
        for name in reversed(kept):  # "ndarray", by which an array is known, last
            _write(self.linked, name, ctypes.c_int64, [id(kept[name])])
        self.kept = kept


def set_variables(linked: Linked, fixed: Sequence[float], own: Sequence[Rows | None]) -> list[Any]:
    """What calls do not say; gives back what has to live as long as the code.

    fixed  the frozen numbers
    own    inputs and targets of the network, a row for each example; None where it has none
    """
    _write(linked, "fixed", ctypes.c_double, fixed)
    places = []
    for rows in own:
        numbers = [number for row in rows or () for number in row]
        places.append((ctypes.c_double * max(1, len(numbers)))(*numbers))
    _write(linked, "own_at", ctypes.c_int64, [ctypes.addressof(place) for place in places])
    _write(linked, "own_rows", ctypes.c_int64, [len(rows or ()) for rows in own])
    return places


def set_batches(linked: Linked, address: int, room: int, most: int) -> None:
    """From now on several examples, at most so many, are for the function at an address, which
    needs so many doubles to work in."""
    for name, number in (("many_room", room), ("many_most", most), ("many_at", address)):
        _write(linked, name, ctypes.c_int64, [number])


def _write(linked: Linked, name: str, of: type[Any], values: Sequence[float]) -> None:
    ctypes.memmove(linked.address[name], (of * len(values))(*values), 8 * len(values))
