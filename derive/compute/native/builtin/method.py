"""The function object around a builtin's machine code, and the variables of that code."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from importlib import import_module
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
    linked: Linked, symbol: str, doc: str, slow: Callable[..., Any], kept: tuple[Any, ...]
) -> Callable[..., Any]:
    """Machine code with CPython's convention as a builtin function, ``flat``.

    kept  what must live as long as it
    """
    method = _Method(b"flat", linked.address[symbol], _CONVENTION, doc.encode())
    module = _Module("derive")
    module.kept = (linked, method, kept)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype = ctypes.py_object
    make.argtypes = (ctypes.c_void_p, ctypes.py_object, ctypes.py_object)
    function: Callable[..., Any] = make(ctypes.addressof(method), slow, module)
    return function


def set_variables(
    linked: Linked, fixed: Sequence[float], own: Sequence[Rows | None], size: int
) -> tuple[Any, ...]:
    """What calls do not say; gives back what has to live as long as the code.

    fixed  the frozen numbers
    own    inputs and targets of the network, a row for each example; None where it has none
    size   of the gradient
    """
    _write(linked, "fixed", ctypes.c_double, fixed)
    places = []
    for rows in own:
        numbers = [number for row in rows or () for number in row]
        places.append((ctypes.c_double * max(1, len(numbers)))(*numbers))
    _write(linked, "own_at", ctypes.c_int64, [ctypes.addressof(place) for place in places])
    _write(linked, "own_rows", ctypes.c_int64, [len(rows or ()) for rows in own])
    types = array_types()
    if types is None:
        return (*places,)
    empty = import_module("numpy").empty
    kept = dict(zip(("ndarray", "doubles", "empty", "size"), (*types, empty, size), strict=True))
    for name, thing in kept.items():
        _write(linked, name, ctypes.c_int64, [id(thing)])
    return (*places, kept)


def set_batches(linked: Linked, address: int, room: int, most: int) -> None:
    """From now on several examples, at most so many, are for the function at an address, which
    needs so many doubles to work in."""
    for name, number in (("many_room", room), ("many_most", most), ("many_at", address)):
        _write(linked, name, ctypes.c_int64, [number])


def _write(linked: Linked, name: str, of: type[Any], values: Sequence[float]) -> None:
    ctypes.memmove(linked.address[name], (of * len(values))(*values), 8 * len(values))
