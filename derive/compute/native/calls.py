"""A builtin of Python's made here: what is around a call costs less than what is in it.

    f(theta, inputs=…, targets=…) -> loss, gradient

The machine code follows CPython's convention for builtins (METH_FASTCALL | METH_KEYWORDS) and asks
the interpreter's own functions for every number. It takes lists of numbers of the right lengths;
for anything else, and for whatever it is not told how to read, it calls the slow way with the same
arguments, a Python function, which finds out what is meant or says what is wrong. Nothing of an
argument is held on to, and no error is left behind.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from derive.compute.domain import Domain
from derive.compute.native.machine import Linked
from derive.compute.native.values import hexadecimal

_CONVENTION = 0x0080 | 0x0002  # METH_FASTCALL | METH_KEYWORDS
# What the interpreter offers to machine code, by name; and how lists of numbers are read and made.
# A list and a float are told by their types, and read where CPython keeps what is in them, which
# ``why_not`` has tried; an int is asked for by PyLong_AsDouble. None of this runs code of a user's,
# who could change the list meanwhile; all else is left to the slow way.
_READ = """
@PyList_Type = external global i8
@PyFloat_Type = external global i8
@PyLong_Type = external global i8
@_Py_NoneStruct = external global i8
declare ptr @PyList_New(i64)
declare double @PyLong_AsDouble(ptr)
declare ptr @PyFloat_FromDouble(double)
declare ptr @PyTuple_New(i64)
declare i32 @PyTuple_SetItem(ptr, i64, ptr)
declare ptr @PyErr_Occurred()
declare void @PyErr_Clear()
declare ptr @PyErr_NoMemory()
declare ptr @PyMem_RawMalloc(i64)
declare void @PyMem_RawFree(ptr)
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare void @Py_DecRef(ptr)

define internal i1 @read(ptr %list, i64 %count, ptr %into) {
entry:
  %its_type_at = getelementptr i8, ptr %list, i64 8
  %its_type = load ptr, ptr %its_type_at
  %is_list = icmp eq ptr %its_type, @PyList_Type
  br i1 %is_list, label %sized, label %other
sized:
  %size_at = getelementptr i8, ptr %list, i64 16
  %size = load i64, ptr %size_at
  %fits = icmp eq i64 %size, %count
  br i1 %fits, label %counted, label %other
counted:
  %none = icmp eq i64 %count, 0
  br i1 %none, label %done, label %items
items:
  %items_at = getelementptr i8, ptr %list, i64 24
  %objects = load ptr, ptr %items_at
  br label %item
item:
  %k = phi i64 [0, %items], [%next, %kept]
  %object_at = getelementptr ptr, ptr %objects, i64 %k
  %object = load ptr, ptr %object_at
  %type_at = getelementptr i8, ptr %object, i64 8
  %type = load ptr, ptr %type_at
  %is_float = icmp eq ptr %type, @PyFloat_Type
  br i1 %is_float, label %float, label %maybe_int
float:
  %number_at = getelementptr i8, ptr %object, i64 16
  %number = load double, ptr %number_at
  br label %kept
maybe_int:
  %is_int = icmp eq ptr %type, @PyLong_Type
  br i1 %is_int, label %int, label %other
int:
  %whole = call double @PyLong_AsDouble(ptr %object)
  %suspect = fcmp oeq double %whole, -1.0
  br i1 %suspect, label %asked, label %kept
asked:
  %error = call ptr @PyErr_Occurred()
  %fine = icmp eq ptr %error, null
  br i1 %fine, label %kept, label %too_large
kept:
  %value = phi double [%number, %float], [%whole, %int], [%whole, %asked]
  %at = getelementptr double, ptr %into, i64 %k
  store double %value, ptr %at
  %next = add i64 %k, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %item, label %done
done:
  ret i1 true
too_large:
  call void @PyErr_Clear()
  br label %other
other:
  ret i1 false
}

define internal ptr @result(double %loss, ptr %from, i64 %count) {
entry:
  %list = call ptr @PyList_New(i64 %count)
  %no_list = icmp eq ptr %list, null
  br i1 %no_list, label %failed, label %counted
counted:
  %none = icmp eq i64 %count, 0
  br i1 %none, label %pair, label %items
items:
  %items_at = getelementptr i8, ptr %list, i64 24
  %objects = load ptr, ptr %items_at
  br label %item
item:
  %k = phi i64 [0, %items], [%next, %set]
  %at = getelementptr double, ptr %from, i64 %k
  %value = load double, ptr %at
  %number = call ptr @PyFloat_FromDouble(double %value)
  %no_number = icmp eq ptr %number, null
  br i1 %no_number, label %drop_list, label %set
set:
  %object_at = getelementptr ptr, ptr %objects, i64 %k
  store ptr %number, ptr %object_at
  %next = add i64 %k, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %item, label %pair
pair:
  %first = call ptr @PyFloat_FromDouble(double %loss)
  %no_first = icmp eq ptr %first, null
  br i1 %no_first, label %drop_list, label %tuple
tuple:
  %both = call ptr @PyTuple_New(i64 2)
  %no_both = icmp eq ptr %both, null
  br i1 %no_both, label %drop_first, label %filled
filled:
  %ok1 = call i32 @PyTuple_SetItem(ptr %both, i64 0, ptr %first)
  %ok2 = call i32 @PyTuple_SetItem(ptr %both, i64 1, ptr %list)
  ret ptr %both
drop_first:
  call void @Py_DecRef(ptr %first)
  br label %drop_list
drop_list:
  call void @Py_DecRef(ptr %list)
  br label %failed
failed:
  ret ptr null
}
"""


def why_not() -> str:
    """Why this interpreter's builtins cannot be made; "" where they can."""
    if sys.implementation.name != "cpython":
        return f"the interpreter is {sys.implementation.name}, not CPython"
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return "this Python runs without the global interpreter lock"
    number = 1.5
    numbers = [number]
    pointer = ctypes.c_void_p
    if (
        (ctypes.sizeof(pointer), float.__basicsize__, list.__basicsize__) != (8, 24, 40)
        or pointer.from_address(id(number) + 8).value != id(float)
        or ctypes.c_double.from_address(id(number) + 16).value != number
        or pointer.from_address(id(numbers) + 8).value != id(list)
        or ctypes.c_ssize_t.from_address(id(numbers) + 16).value != 1
        or pointer.from_address(pointer.from_address(id(numbers) + 24).value or 0).value
        != id(number)
    ):
        return "this build of Python keeps its lists and numbers in another way"
    return ""


def call_source(
    name: str, sizes: Sequence[int], results: int, room: int, domain: Domain | None
) -> list[str]:
    """``<name>_call``: the builtin around ``<name>(theta, inputs, targets, fixed, results, room)``.

    sizes    how many numbers theta, an example's inputs, its targets and the frozen ones are
    results  how many derivatives there are
    room     doubles that it needs to work in
    domain   the targets that the loss can take; others are left to the slow way

    Its variables are what a call does not say: ``fixed``, the frozen numbers, ``own_inputs`` and
    ``own_targets``, which are taken where the call has None and ``own`` says that they are there.
    """
    memory, freed = _memory(dict(zip((*_GIVEN, "results", "room"), (*sizes[:3], results, room),
                                     strict=True)))  # fmt: skip
    lines = [
        *_READ.splitlines(),
        f"@fixed = global [{max(1, sizes[3])} x double] zeroinitializer",
        f"@own_inputs = global [{max(1, sizes[1])} x double] zeroinitializer",
        f"@own_targets = global [{max(1, sizes[2])} x double] zeroinitializer",
        "@own = global [2 x i64] zeroinitializer",
        f"define ptr @{name}_call(ptr %self, ptr %args, i64 %count, ptr %keywords) {{",
        "  %no_keywords = icmp eq ptr %keywords, null",
        "  br i1 %no_keywords, label %plain, label %slow",
        "plain:",
        "  %some = icmp sge i64 %count, 1",
        "  %not_more = icmp sle i64 %count, 3",
        "  %right = and i1 %some, %not_more",
        "  br i1 %right, label %memory_start, label %slow",
        "memory_start:",
        *memory,
        "start_theta:",
        "  %given_theta = load ptr, ptr %args",
        f"  %read_theta = call i1 @read(ptr %given_theta, i64 {sizes[0]}, ptr %theta)",
        "  br i1 %read_theta, label %start_inputs, label %leave",
    ]
    after = {"inputs": "start_targets", "targets": "allowed"}
    for place, what in enumerate(_GIVEN[1:], start=1):
        lines += [
            f"start_{what}:",
            f"  %is_{what} = icmp sgt i64 %count, {place}",
            f"  br i1 %is_{what}, label %given_{what}, label %no_{what}",
            f"given_{what}:",
            f"  %at_{what} = getelementptr ptr, ptr %args, i64 {place}",
            f"  %object_{what} = load ptr, ptr %at_{what}",
            f"  %none_{what} = icmp eq ptr %object_{what}, @_Py_NoneStruct",
            f"  br i1 %none_{what}, label %no_{what}, label %list_{what}",
            f"list_{what}:",
            *(
                (
                    f"  %read_{what} = call i1 @read(ptr %object_{what}, i64 {sizes[place]}, "
                    f"ptr %{what})",
                    f"  br i1 %read_{what}, label %{after[what]}, label %leave",
                )
                if sizes[place]
                else ("  br label %leave",)  # there is nothing that could be given
            ),
            f"no_{what}:",
            f"  %there_{what}_at = getelementptr i64, ptr @own, i64 {place - 1}",
            f"  %there_{what} = load i64, ptr %there_{what}_at",
            f"  %has_{what} = icmp ne i64 %there_{what}, 0",
            f"  br i1 %has_{what}, label %own_{what}, label %leave",
            f"own_{what}:",
            f"  call void @llvm.memcpy.p0.p0.i64(ptr %{what}, ptr @own_{what}, "
            f"i64 {8 * sizes[place]}, i1 false)",
            f"  br label %{after[what]}",
        ]
    lines += [
        "allowed:",
        *_refusing(sizes[2], domain),
        "work:",
        f"  %loss = call double @{name}(ptr %theta, ptr %inputs, ptr %targets, ptr @fixed, "
        "ptr %results, ptr %room)",
        f"  %answer = call ptr @result(double %loss, ptr %results, i64 {results})",
        *freed,
        "  ret ptr %answer",
        "leave:",
        *freed,
        "  br label %slow",
        "slow:",
        "  %asked = call ptr @PyObject_Vectorcall(ptr %self, ptr %args, i64 %count, ptr %keywords)",
        "  ret ptr %asked",
        "}",
        "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)",
    ]
    return lines


VARIABLES = ("fixed", "own_inputs", "own_targets", "own")


_GIVEN = ("theta", "inputs", "targets")


_ON_STACK = 4_096  # doubles; a thread's stack may be small


def _memory(sizes: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """Where arrays of a call are, on to ``start_theta``; and how they are given back."""
    total = sum(-(-size // 8) * 8 for size in sizes.values())
    if total <= _ON_STACK:
        lines = [f"  %memory = alloca [{max(8, total)} x double], align 64"]
        freed = []
    else:
        lines = [
            f"  %raw = call ptr @PyMem_RawMalloc(i64 {8 * total + 64})",
            "  %nothing = icmp eq ptr %raw, null",
            "  br i1 %nothing, label %no_memory, label %memory_there",
            "no_memory:",
            "  %failed = call ptr @PyErr_NoMemory()",
            "  ret ptr %failed",
            "memory_there:",
            "  %raw_at = ptrtoint ptr %raw to i64",
            "  %above = add i64 %raw_at, 63",
            "  %rounded = and i64 %above, -64",
            "  %memory = inttoptr i64 %rounded to ptr",
        ]
        freed = ["  call void @PyMem_RawFree(ptr %raw)"]
    at = 0
    for name, size in sizes.items():
        lines.append(f"  %{name} = getelementptr double, ptr %memory, i64 {at}")
        at += -(-size // 8) * 8
    return [*lines, "  br label %start_theta"], freed


def _refusing(count: int, domain: Domain | None) -> list[str]:
    """On to the work where the loss takes every target; NaN is between any bounds."""
    if domain is None:
        return ["  br label %work"]
    lines = []
    so_far = "false"
    for k in range(count):
        lines += [
            f"  %t{k}_at = getelementptr double, ptr %targets, i64 {k}",
            f"  %t{k} = load double, ptr %t{k}_at",
        ]
        if domain.only:
            wrong = f"%t{k}_other"
            tests = []
            for n, value in enumerate(domain.only):
                lines.append(f"  %t{k}_{n} = fcmp une double %t{k}, {hexadecimal(value)}")
                tests.append(f"%t{k}_{n}")
            joined = tests[0]
            for n, test in enumerate(tests[1:]):
                lines.append(f"  %t{k}_and{n} = and i1 {joined}, {test}")
                joined = f"%t{k}_and{n}"
            lines.append(f"  {wrong} = or i1 {so_far}, {joined}")
        else:
            wrong = f"%t{k}_wrong"
            lines += [
                f"  %t{k}_low = fcmp olt double %t{k}, {hexadecimal(domain.low)}",
                f"  %t{k}_high = fcmp ogt double %t{k}, {hexadecimal(domain.high)}",
                f"  %t{k}_beyond = or i1 %t{k}_low, %t{k}_high",
                f"  {wrong} = or i1 {so_far}, %t{k}_beyond",
            ]
        so_far = wrong
    return [*lines, f"  br i1 {so_far}, label %leave, label %work"]


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
    linked: Linked, symbol: str, name: str, doc: str, slow: Callable[..., Any]
) -> Callable[..., Any]:
    """Machine code with CPython's convention as a builtin function."""
    method = _Method(name.encode(), linked.address[symbol], _CONVENTION, doc.encode())
    module = _Module("derive")
    module.kept = (linked, method)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype = ctypes.py_object
    make.argtypes = (ctypes.c_void_p, ctypes.py_object, ctypes.py_object)
    function: Callable[..., Any] = make(ctypes.addressof(method), slow, module)
    return function


def set_variables(
    linked: Linked, fixed: Sequence[float], own: Sequence[Sequence[float] | None]
) -> None:
    """The numbers that calls do not say: frozen ones, and inputs and targets of the network."""
    _write(linked, "fixed", fixed, ctypes.c_double)
    _write(linked, "own", [int(values is not None) for values in own], ctypes.c_int64)
    for what, values in zip(_GIVEN[1:], own, strict=True):
        _write(linked, f"own_{what}", values or (), ctypes.c_double)


def _write(linked: Linked, name: str, values: Sequence[float], of: type[Any]) -> None:
    ctypes.memmove(linked.address[name], (of * len(values))(*values), 8 * len(values))
