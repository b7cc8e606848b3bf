"""The builtin: what it takes, what it leaves to the slow way, and that it holds on to nothing."""

from __future__ import annotations

import gc
import inspect
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from weakref import ref

import pytest

import derive
from derive.compute.native import calls

np: Any = pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("llvmlite", reason="llvmlite is not installed")

THETA = [0.15, 0.25, 0.2, 0.3, 0.4, 0.5, 0.45, 0.55]
X, T = [0.05, 0.1], [0.01, 0.99]


def function(**said: Any) -> derive.GradientFunction:
    return derive.compile("examples/mazur.yaml", "native", **said)


class Slow:
    """In place of the slow way: remembers that it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, *arguments: Any, **named: Any) -> str:
        self.asked += 1
        return "slow"


@pytest.fixture
def counted() -> tuple[Any, Slow]:
    """The builtin of a function, and its slow way."""
    f = function()
    assert f._native is not None
    slow = Slow()
    return f._native.flat(f._inputs, f._targets, slow), slow


def test_it_is_a_builtin_with_a_signature() -> None:
    flat = function().flat
    assert inspect.isbuiltin(flat)
    assert str(inspect.signature(flat)) == "(theta, inputs=None, targets=None)"
    assert flat.__doc__ and "gradient by theta" in flat.__doc__
    assert flat.__module__ == "derive"


def test_lists_of_numbers_go_the_short_way(counted: tuple[Any, Slow]) -> None:
    flat, slow = counted
    wanted = derive.compile("examples/mazur.yaml", "python").flat(THETA, X, T)
    assert flat(THETA, X, T) == flat(THETA) == flat(THETA, None, None) == flat(THETA, X) == wanted
    whole = flat([1, 2, 3, 4, 5, 6, 7, 8], [1, 0], [0, 1])  # ints are numbers
    assert whole == flat([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], [1.0, 0.0], [0.0, 1.0])
    assert flat(THETA, [-1, 10**300], T)[0] > 0  # −1 is what an error of the interpreter looks like
    assert slow.asked == 0


class Odd(float):
    """A float that is more than one."""


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((THETA[:-1], X, T), {}), ((THETA, X, [0.5]), {}), (([*THETA, 1.0], X, T), {}),
        ((tuple(THETA), X, T), {}), ((THETA, X), {"targets": T}), ((), {}),
        (([], X, T), {}), ((THETA, [], []), {}),
        ((THETA, X, T, None), {}), ((THETA, [[0.1, 0.2]], [T]), {}), ((THETA, ["0.1", 0.2], T), {}),
        ((THETA, [None, 0.2], T), {}), ((THETA, [True, 0.2], T), {}), ((THETA, X, "01"), {}),
        ((np.array(THETA), X, T), {}), ((THETA, np.array(X), T), {}), ((THETA, X, np.array(T)), {}),
        ((THETA, [np.float64(0.1), 0.2], T), {}), ((THETA, [Odd(0.1), 0.2], T), {}),
        ((THETA, [10**400, 0.2], T), {}), ((THETA, X, {0: 1.0, 1: 2.0}), {}),
    ],
)  # fmt: skip
def test_all_else_goes_the_slow_way(
    counted: tuple[Any, Slow], arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    flat, slow = counted
    assert flat(*arguments, **named) == "slow"
    assert slow.asked == 1


def test_the_slow_way_says_what_is_wrong_and_takes_what_is_meant() -> None:
    f, plain = function(), derive.compile("examples/mazur.yaml", "numpy")
    for bad in ((THETA[:-1], X, T), (THETA, [None, 1.0], T), (THETA, X, [0.5]), ("abc",)):
        with pytest.raises(derive.ArgumentError) as slow:
            f.flat(*bad)  # type: ignore[arg-type,call-overload]
        with pytest.raises(derive.ArgumentError) as other:
            plain.flat(*bad)  # type: ignore[arg-type,call-overload]
        assert str(slow.value) == str(other.value)
    with pytest.raises(TypeError):
        f.flat()  # type: ignore[call-overload]
    wanted = f.flat(THETA, X, T)
    for theta in (tuple(THETA), np.array(THETA), np.array(THETA, dtype=np.float32).astype(float)):
        loss, gradient = f.flat(theta, X, T)
        assert loss == pytest.approx(wanted[0], rel=1e-6)
        assert isinstance(gradient, type(theta) if not isinstance(theta, tuple) else (list, tuple))
    read_only = np.array(X)
    read_only.flags.writeable = False
    strided = np.array([X[0], 9.0, X[1], 9.0])[::2]
    assert f.flat(THETA, read_only, T) == f.flat(THETA, strided, T) == wanted


def test_targets_that_the_loss_cannot_take_are_refused() -> None:
    for loss, activation, bad in (
        ("binary_cross_entropy", "sigmoid", 1.5), ("hinge", "tanh", 0.0),
    ):  # fmt: skip
        network = derive.Network(1, [derive.Dense(1, activation)], loss)
        f = derive.compile(network, "native")
        with pytest.raises(derive.ArgumentError, match="targets"):
            f.flat([0.5, 0.1], [1.0], [bad])
        assert f.flat([0.5, 0.1], [1.0], [1.0])[0] > 0


def test_a_million_calls_leave_nothing_behind() -> None:
    flat = function().flat
    counts = [sys.getrefcount(thing) for thing in (THETA, X, T, THETA[0])]
    for _ in range(1000):
        flat(THETA, X, T)
    tracemalloc.start()
    try:
        flat(THETA, X, T)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(1_000_000):
            flat(THETA, X, T)
        assert tracemalloc.get_traced_memory()[0] - before < 2_000
    finally:
        tracemalloc.stop()
    after = [sys.getrefcount(thing) for thing in (THETA, X, T, THETA[0])]
    assert all(abs(a - b) < 20 for a, b in zip(after, counts, strict=True))


def test_refusals_leave_nothing_behind_either() -> None:
    f = function()
    odd = [object(), 1.0]
    counts = [sys.getrefcount(thing) for thing in (odd, odd[0], THETA)]
    for _ in range(200):
        with pytest.raises(derive.ArgumentError):
            f.flat(THETA, odd, T)  # type: ignore[arg-type]
    gc.collect()  # an error holds the frames that it came through
    assert [sys.getrefcount(thing) for thing in (odd, odd[0], THETA)] == counts


WIDE = derive.Network(
    100,
    [derive.Dense(100, "tanh"), derive.Dense(50, "gelu"), derive.Dense(3, "softmax")],
    "cross_entropy",
)
IN_A_THREAD = """
import threading
import derive

def work():
    network = derive.Network(
        100, [derive.Dense(100, "tanh"), derive.Dense(50, "gelu"), derive.Dense(3, "softmax")],
        "cross_entropy",
    )
    f = derive.compile(network, "native")
    theta, x, t = [0.01] * len(f.names), [0.1] * 100, [1.0, 0.0, 0.0]
    print(f.flat(theta, x, t)[0] > 1, f.flat(theta, [x] * 40, [t] * 40)[0] > 1)

threading.stack_size(512 * 1024)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def test_large_networks_run_on_the_stack_of_a_thread() -> None:
    """In a process of its own, which is all that a stack too small would end."""
    done = subprocess.run([sys.executable, "-c", IN_A_THREAD], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "True True\n"), done.stderr


def test_what_a_large_network_takes_of_memory_is_given_back() -> None:
    f = derive.compile(WIDE, "native")
    theta, x, t = [0.01] * len(f.names), [0.1] * 100, [1.0, 0.0, 0.0]
    f.flat(theta, x, t)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(50):
            f.flat(theta, x, t)
            with pytest.raises(derive.ArgumentError):
                f.flat(theta, x[1:], t)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < 100_000  # one call takes more
    finally:
        tracemalloc.stop()


def test_a_builtin_outlives_its_function_and_then_goes() -> None:
    f = function()
    flat = f.flat
    wanted = flat(THETA, X, T)
    gone = ref(f)
    del f
    gc.collect()
    assert flat(THETA, X, T) == wanted
    del flat
    gc.collect()
    assert gone() is None


def test_threads_share_it() -> None:
    flat = function().flat
    rows = [[k / 100, 1 - k / 100] for k in range(100)]
    wanted = [flat(THETA, x, T) for x in rows]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda x: flat(THETA, x, T), rows * 20)) == wanted * 20


def test_an_interpreter_that_keeps_numbers_in_another_way_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert calls.why_not() == ""
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    assert "global interpreter lock" in calls.why_not()
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: True, raising=False)
    monkeypatch.setattr(calls.ctypes, "sizeof", lambda _: 4)
    assert "another way" in calls.why_not()
