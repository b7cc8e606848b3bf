"""A builtin of Python's made here.

    f(theta, inputs=…, targets=…) -> loss, gradient

The machine code follows CPython's convention for builtins (METH_FASTCALL | METH_KEYWORDS). It takes
lists of numbers and arrays of doubles of the right lengths, of one example or of several; for
anything else, and for whatever it is not told how to read, it calls the slow way with the same
arguments, a Python function, which finds out what is meant or says what is wrong. Nothing of an
argument is held on to, and no error is left behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derive.compute.domain import Domain
from derive.compute.native.builtin.objects import DECLARED, MAKING, READING, refusing

# What a builtin is told before and between its calls (see ``method``).
VARIABLES = ("fixed", "own_at", "own_rows", "ndarray", "doubles", "empty", "size")
BATCHES = ("many_at", "many_room", "many_most")
_ON_STACK = 4_096  # doubles; a thread's stack may be small
_MOST_ROWS, _MOST_NUMBERS = 64, 2_048  # of lists; longer tables are NumPy's to read
_LONG = 256  # examples from which other threads may go on meanwhile


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes, and gives back.

    theta, inputs, targets, fixed   how many numbers of one example; ``fixed`` are the frozen ones
    results  how many derivatives there are
    room     doubles that it needs to work in
    domain   the targets that the loss can take; others are left to the slow way
    mean     whether the loss of several examples is their mean; None where there are no several
    """

    theta: int
    inputs: int
    targets: int
    fixed: int
    results: int
    room: int
    domain: Domain | None = None
    mean: bool | None = None

    @property
    def most_rows(self) -> int:
        """So many examples are taken in lists."""
        if self.mean is None:
            return 1
        return max(1, min(_MOST_ROWS, _MOST_NUMBERS // (self.inputs + self.targets)))


def call_source(name: str, of: Signature) -> list[str]:
    """``<name>_call``: the builtin around ``<name>(theta, inputs, targets, fixed, results, room)``.

    It takes the network's own inputs and targets where the call has None. Several examples are for
    the function that is in ``many_at`` by then (``Examples``); where there is none, and for more
    than ``many_most``, they are left to the slow way.
    """
    memory, freed = _memory({
        "theta_read": of.theta, "inputs_read": of.inputs * of.most_rows,
        "targets_read": of.targets * of.most_rows, "results": of.results, "room": of.room,
    })  # fmt: skip
    return [
        *DECLARED.splitlines(),
        *READING.splitlines(),
        *MAKING.splitlines(),
        *refusing(of.domain),
        f"@fixed = global [{max(1, of.fixed)} x double] zeroinitializer",
        "@own_at = global [2 x ptr] zeroinitializer",
        "@own_rows = global [2 x i64] zeroinitializer",
        *_batch(of),
        f"define ptr @{name}_call(ptr %self, ptr %args, i64 %count, ptr %keywords) {{",
        "  %no_keywords = icmp eq ptr %keywords, null",
        "  br i1 %no_keywords, label %plain, label %slow",
        "plain:",
        "  %some = icmp sge i64 %count, 1",
        "  %not_more = icmp sle i64 %count, 3",
        "  %right = and i1 %some, %not_more",
        "  br i1 %right, label %memory_start, label %slow",
        "memory_start:",
        "  %rows_at = alloca i64",
        *memory,
        "start_theta:",
        "  %given_theta = load ptr, ptr %args",
        f"  %array_theta = call ptr @array(ptr %given_theta, i64 {of.theta}, ptr %rows_at)",
        "  %is_array = icmp ne ptr %array_theta, null",
        "  br i1 %is_array, label %theta_array, label %theta_list",
        "theta_array:",
        "  %rows_theta = load i64, ptr %rows_at",
        "  %is_vector = icmp eq i64 %rows_theta, 0",
        "  br i1 %is_vector, label %start_inputs, label %leave",
        "theta_list:",
        f"  %is_theta = call i1 @numbers(ptr %given_theta, i64 {of.theta}, ptr %theta_read)",
        "  br i1 %is_theta, label %start_inputs, label %leave",
        *_examples("inputs", 1, of.inputs, of.most_rows, "start_targets"),
        *_examples("targets", 2, of.targets, of.most_rows, "there"),
        "there:",
        "  %theta = select i1 %is_array, ptr %array_theta, ptr %theta_read",
        "  %as_many = icmp eq i64 %rows_inputs, %rows_targets",
        "  br i1 %as_many, label %checked, label %leave",
        "checked:",
        f"  %numbers = mul i64 %rows_targets, {of.targets}",
        "  %is_refused = call i1 @refused(ptr %targets, i64 %numbers)",
        "  br i1 %is_refused, label %leave, label %counted",
        "counted:",
        "  %single = icmp eq i64 %rows_inputs, 1",
        "  br i1 %single, label %one, label %several",
        "one:",
        f"  %loss_of_one = call double @{name}(ptr %theta, ptr %inputs, ptr %targets, ptr @fixed, "
        "ptr %results, ptr %room)",
        "  br label %results_there",
        "several:",
        "  %all = call {i64, double} @batch(i64 %rows_inputs, ptr %theta, ptr %inputs, "
        "ptr %targets, ptr %results)",
        "  %state = extractvalue {i64, double} %all, 0",
        "  %loss_of_all = extractvalue {i64, double} %all, 1",
        "  switch i64 %state, label %leave [i64 1, label %results_there",
        "                                   i64 2, label %no_memory_left]",
        "results_there:",
        "  %loss = phi double [%loss_of_one, %one], [%loss_of_all, %several]",
        f"  %answer = call ptr @answer(i1 %is_array, double %loss, ptr %results, i64 {of.results})",
        *freed,
        "  ret ptr %answer",
        "no_memory_left:",
        *freed,
        "  %no_answer = call ptr @PyErr_NoMemory()",
        "  ret ptr %no_answer",
        "leave:",
        *freed,
        "  br label %slow",
        "slow:",
        "  %asked = call ptr @PyObject_Vectorcall(ptr %self, ptr %args, i64 %count, ptr %keywords)",
        "  ret ptr %asked",
        "}",
    ]


def _examples(what: str, place: int, width: int, most: int, after: str) -> list[str]:
    """Where inputs or targets are, and of how many examples: what is given, else what is own."""
    start = [
        f"start_{what}:",
        f"  %is_{what} = icmp sgt i64 %count, {place}",
        f"  br i1 %is_{what}, label %given_{what}, label %no_{what}",
        f"given_{what}:",
        f"  %at_{what} = getelementptr ptr, ptr %args, i64 {place}",
        f"  %object_{what} = load ptr, ptr %at_{what}",
        f"  %none_{what} = icmp eq ptr %object_{what}, @_Py_NoneStruct",
        f"  br i1 %none_{what}, label %no_{what}, label %some_{what}",
        f"some_{what}:",
    ]
    own = [
        f"no_{what}:",
        f"  %own_rows_at_{what} = getelementptr i64, ptr @own_rows, i64 {place - 1}",
        f"  %own_rows_{what} = load i64, ptr %own_rows_at_{what}",
        f"  %own_at_{what} = getelementptr ptr, ptr @own_at, i64 {place - 1}",
        f"  %own_{what} = load ptr, ptr %own_at_{what}",
        f"  %has_{what} = icmp ne i64 %own_rows_{what}, 0",
        f"  br i1 %has_{what}, label %ready_{what}, label %leave",
        f"ready_{what}:",
    ]
    if not width:  # there is nothing that could be given
        return [
            *start,
            "  br label %leave",
            *own,
            f"  %{what} = getelementptr double, ptr %own_{what}, i64 0",
            f"  %rows_{what} = add i64 %own_rows_{what}, 0",
            f"  br label %{after}",
        ]
    return [
        *start,
        f"  %read_{what} = call ptr @rows(ptr %object_{what}, i64 {width}, ptr %{what}_read, "
        f"i64 {most}, ptr %rows_at)",
        f"  %down_{what} = load i64, ptr %rows_at",
        f"  %given_rows_{what} = call i64 @llvm.umax.i64(i64 %down_{what}, i64 1)",
        f"  %is_read_{what} = icmp ne ptr %read_{what}, null",
        f"  br i1 %is_read_{what}, label %ready_{what}, label %leave",
        *own,
        f"  %{what} = phi ptr [%own_{what}, %no_{what}], [%read_{what}, %some_{what}]",
        f"  %rows_{what} = phi i64 [%own_rows_{what}, %no_{what}], "
        f"[%given_rows_{what}, %some_{what}]",
        f"  br label %{after}",
    ]


def _batch(of: Signature) -> list[str]:
    """@batch: (1, the loss of several examples), their gradient in ``results``; (0, …) where they
    are not for it, (2, …) where there is no memory."""
    start = "define internal {i64, double} @batch(i64 %count, ptr %theta, ptr %inputs, "
    lines = ["declare i64 @llvm.umax.i64(i64, i64)", f"{start}ptr %targets, ptr %results) {{"]
    if of.mean is None:
        return [*lines, "  ret {i64, double} {i64 0, double 0.0}", "}"]
    return [
        "@many_at = global ptr null",
        "@many_room = global i64 0",
        "@many_most = global i64 0",
        *lines,
        "entry:",
        "  %many = load ptr, ptr @many_at",
        "  %is_there = icmp ne ptr %many, null",
        "  %most = load i64, ptr @many_most",
        "  %few = icmp sle i64 %count, %most",
        "  %is_for_it = and i1 %is_there, %few",
        "  br i1 %is_for_it, label %memory, label %not",
        "not:",
        "  ret {i64, double} {i64 0, double 0.0}",
        "memory:",
        "  %doubles_of_room = load i64, ptr @many_room",
        "  %bytes_of_room = mul i64 %doubles_of_room, 8",
        "  %bytes = add i64 %bytes_of_room, 64",
        *_heap("%bytes", "work"),
        "no_memory:",
        "  ret {i64, double} {i64 2, double 0.0}",
        "work:",
        f"  %long = icmp sge i64 %count, {_LONG}",
        "  br i1 %long, label %unlocked, label %locked",
        "unlocked:",
        "  %thread = call ptr @PyEval_SaveThread()",
        f"  %sum_unlocked = call double %many({_MANY})",
        "  call void @PyEval_RestoreThread(ptr %thread)",
        "  br label %summed",
        "locked:",
        f"  %sum_locked = call double %many({_MANY})",
        "  br label %summed",
        "summed:",
        "  %sum = phi double [%sum_unlocked, %unlocked], [%sum_locked, %locked]",
        "  call void @PyMem_RawFree(ptr %raw)",
        *_divided(of.results, of.mean),
        "  %good = insertvalue {i64, double} {i64 1, double 0.0}, double %loss, 1",
        "  ret {i64, double} %good",
        "}",
    ]


_MANY = (
    "i64 %count, ptr %theta, ptr %inputs, ptr %targets, ptr @fixed, ptr %results, ptr %memory_64"
)


def _divided(results: int, mean: bool) -> list[str]:
    """%loss from %sum; and so many sums over the examples as means."""
    if not mean:
        return ["  %loss = fadd double %sum, -0.0"]
    return [
        "  %as_double = sitofp i64 %count to double",
        "  %loss = fdiv double %sum, %as_double",
        "  br label %entries",
        "entries:",
        "  %k = phi i64 [0, %summed], [%next, %entry_there]",
        f"  %more = icmp slt i64 %k, {results}",
        "  br i1 %more, label %entry_there, label %means",
        "entry_there:",
        "  %at = getelementptr double, ptr %results, i64 %k",
        "  %total = load double, ptr %at",
        "  %mean = fdiv double %total, %as_double",
        "  store double %mean, ptr %at",
        "  %next = add i64 %k, 1",
        "  br label %entries",
        "means:",
    ]


def _heap(size: str, after: str) -> list[str]:
    """So many bytes of the heap in %raw, and in %memory_64 from a multiple of 64 on."""
    return [
        f"  %raw = call ptr @PyMem_RawMalloc(i64 {size})",
        "  %nothing = icmp eq ptr %raw, null",
        "  br i1 %nothing, label %no_memory, label %memory_there",
        "memory_there:",
        "  %raw_at = ptrtoint ptr %raw to i64",
        "  %above = add i64 %raw_at, 63",
        "  %rounded = and i64 %above, -64",
        "  %memory_64 = inttoptr i64 %rounded to ptr",
        f"  br label %{after}",
    ]


def _memory(sizes: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """Where arrays of a call are, on to ``start_theta``; and how they are given back."""
    total = sum(-(-size // 8) * 8 for size in sizes.values())
    if total <= _ON_STACK:
        lines = [
            f"  %memory_64 = alloca [{max(8, total)} x double], align 64",
            "  br label %placed",
        ]
        freed = []
    else:
        lines = [
            *_heap(str(8 * total + 64), "placed"),
            "no_memory:",
            "  %failed = call ptr @PyErr_NoMemory()",
            "  ret ptr %failed",
        ]
        freed = ["  call void @PyMem_RawFree(ptr %raw)"]
    lines.append("placed:")
    at = 0
    for name, size in sizes.items():
        lines.append(f"  %{name} = getelementptr double, ptr %memory_64, i64 {at}")
        at += -(-size // 8) * 8
    return [*lines, "  br label %start_theta"], freed
