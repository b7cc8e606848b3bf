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
from derive.compute.native.builtin import layouts, method

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
    assert f.flat(THETA, [X, X], [T, T])[0] > 0  # from now on it takes several examples
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


def test_arrays_of_doubles_go_the_short_way(counted: tuple[Any, Slow]) -> None:
    flat, slow = counted
    loss, gradient = flat(THETA, X, T)
    theta, x, t = map(np.array, (THETA, X, T))
    x.flags.writeable = False
    for arguments in ((theta, x, t), (theta, X, T), (theta,), (theta, x[None], [T])):
        found = flat(*arguments)
        assert found[0] == loss and type(found[1]) is np.ndarray
        assert found[1].tolist() == gradient and found[1].base is None
    assert flat(THETA, x, t[None]) == (loss, gradient)  # the kind is theta's
    assert slow.asked == 0


def test_several_examples_go_the_short_way(counted: tuple[Any, Slow]) -> None:
    flat, slow = counted
    rows = [[k / 40, 1 - k / 30] for k in range(60)]
    plain = derive.compile("examples/mazur.yaml", "python")
    for count in (1, 2, 31, 32, 33, 60):
        x, t = rows[:count], rows[-count:]
        loss, gradient = flat(THETA, x, t)
        wanted, slopes = plain.flat(THETA, x, t)
        assert loss == pytest.approx(wanted, rel=1e-14)
        assert gradient == pytest.approx(slopes, rel=1e-12)
        arrays = flat(np.array(THETA), np.array(x), np.array(t))
        assert (arrays[0], arrays[1].tolist()) == (loss, gradient)
    assert flat(THETA, [[1, 0], [0, 1]], [[0, 1.0], [1, 0]])[0] > 0
    assert slow.asked == 0


def test_the_first_call_with_several_examples_prepares_the_others() -> None:
    f = function()
    assert f._native is not None
    slow = Slow()
    flat = f._native.flat(f._inputs, f._targets, slow)
    assert flat(THETA, [X, X], [T, T]) == "slow"
    assert f._native.functions.many
    assert flat(THETA, [X, X], [T, T])[0] == pytest.approx(flat(THETA)[0], rel=1e-15)
    assert slow.asked == 1


def test_a_network_s_own_examples_are_there_for_calls_without_them() -> None:
    said = {"inputs": [[0, 0], [0, 1], [1, 0]], "targets": [[0.1], [0.9], [0.8]]}
    network = derive.Network(
        layers=[derive.Dense(2, "tanh"), derive.Dense(1, "sigmoid")], loss="half_squared_error",
        **said,  # type: ignore[arg-type]
    )  # fmt: skip
    f, plain = (derive.compile(network, backend) for backend in ("native", "python"))
    theta = [0.1 * k for k in range(9)]
    for _ in range(2):  # the slow way, then the short one
        loss, gradient = f.flat(theta)
        wanted, slopes = plain.flat(theta)
        assert loss == pytest.approx(wanted, rel=1e-14)
        assert gradient == pytest.approx(slopes, rel=1e-13)
        assert f.flat(theta, None, said["targets"])[0] == loss
    with pytest.raises(derive.ArgumentError, match="as many as"):
        f.flat(theta, [0.0, 1.0])


def test_calls_by_name_leave_a_network_s_own_examples_in_their_place() -> None:
    f = function()
    slow = Slow()
    assert f._native is not None
    flat = f._native.flat(f._inputs, f._targets, slow)
    wanted = flat(THETA)
    loss, gradients = f(np.array(X), np.array(T), f.unpack(np.array(THETA)))
    assert (loss, f.pack(gradients).tolist()) == wanted == flat(THETA) and slow.asked == 0


def test_of_a_sum_over_examples_nothing_is_divided() -> None:
    layers = [derive.Dense(2, "sigmoid"), derive.Dense(2, "sigmoid")]
    network = derive.Network(2, layers, "half_squared_error", over_examples="sum")
    f = derive.compile(network, "native")
    f.flat(THETA + [0.1] * 4, [X, X], [T, T])
    one, two = (f.flat(THETA + [0.1] * 4, [X] * k, [T] * k) for k in (1, 2))
    assert two[0] == 2 * one[0] and two[1] == [2 * slope for slope in one[1]]


def test_where_arrays_lie_in_another_way_they_go_the_slow_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert layouts.array_types() is not None
    monkeypatch.setattr(method, "array_types", lambda: None)
    f = function()
    assert f._native is not None
    slow = Slow()
    flat = f._native.flat(f._inputs, f._targets, slow)
    assert flat(np.array(THETA), X, T) == "slow" and flat(THETA, X, T)[0] > 0


WITHOUT_NUMPY_AT_FIRST = """
import sys, derive
f = derive.compile("examples/mazur.yaml", "native")
theta = [0.15, 0.25, 0.2, 0.3, 0.4, 0.5, 0.45, 0.55]
wanted = f.flat(theta)
assert "numpy" not in sys.modules
import numpy as np
slow = f.flat.__self__.slow
calls = []
f.flat.__self__.slow = lambda *given: calls.append(given) or slow(*given)
for _ in range(3):
    loss, gradient = f.flat(np.array(theta))
    assert (loss, gradient.tolist()) == wanted, (loss, gradient)
print(len(calls))
"""


def test_numpy_is_not_imported_for_lists_and_arrays_are_known_once_it_is_there() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUMPY_AT_FIRST], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr


class Odd(float):
    """A float that is more than one."""


class Own(np.ndarray):  # type: ignore[misc]
    """An array that is more than one."""


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((THETA[:-1], X, T), {}), ((THETA, X, [0.5]), {}), (([*THETA, 1.0], X, T), {}),
        ((tuple(THETA), X, T), {}), ((THETA, X), {"targets": T}), ((), {}),
        (([], X, T), {}), ((THETA, [], []), {}),
        ((THETA, X, T, None), {}), ((THETA, ["0.1", 0.2], T), {}),
        ((THETA, [None, 0.2], T), {}), ((THETA, [True, 0.2], T), {}), ((THETA, X, "01"), {}),
        ((THETA, [X, X], [T]), {}), ((THETA, [X, X[:1]], [T, T]), {}), ((THETA, [X, 0.1], [T]), {}),
        ((THETA, [X, None], [T, T]), {}), ((THETA, [X] * 65, [T] * 65), {}), ((THETA, [[]], T), {}),
        ((np.array([THETA]), X, T), {}), ((np.array(THETA[1:]), X, T), {}),
        ((np.array(THETA, dtype=np.float32), X, T), {}), ((np.array(THETA, ">f8"), X, T), {}),
        ((np.array(THETA * 2)[::2], X, T), {}), ((THETA, np.array(X * 2)[::2], T), {}),
        ((THETA, np.array(0.1), T), {}), ((THETA, np.zeros((0, 2)), np.zeros((0, 2))), {}),
        ((THETA, np.zeros((3, 2)), np.zeros((2, 2))), {}), ((THETA, np.zeros((1, 1, 2)), T), {}),
        ((THETA, np.zeros((2, 2)).T, T), {}), ((THETA, np.array(X).view(Own), T), {}),
        ((THETA, X, np.array([1, 0])), {}), ((THETA, X, np.array([True, False])), {}),
        ((THETA, X, np.array([None, 1.0])), {}),
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
        for _ in range(2):  # the slow way, then the short one
            assert f.flat([0.5, 0.1], [[1.0]] * 3, [[1.0]] * 3)[0] > 0
            with pytest.raises(derive.ArgumentError, match="example 3"):
                f.flat([0.5, 0.1], [[1.0]] * 3, [[1.0], [1.0], [bad]])
        nothing = np.array([[1.0], [float("nan")]])  # hinge alone refuses it
        if loss == "hinge":
            with pytest.raises(derive.ArgumentError):
                f.flat([0.5, 0.1], nothing, nothing)
        else:
            assert np.isnan(f.flat([0.5, 0.1], nothing, nothing)[0])


ROWS = [X] * 300  # so many that other threads may go on meanwhile
KINDS = {
    "lists": (THETA, X, T, 1_000_000), "arrays": (*map(np.array, (THETA, X, T)), 200_000),
    "several": (THETA, [X, X], [T, T], 200_000),
    "many": (*map(np.array, (THETA, ROWS, ROWS)), 5_000),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_million_calls_leave_nothing_behind(kind: str) -> None:
    flat = function().flat
    *arguments, times = KINDS[kind]
    # NumPy itself leaves references to its type of doubles behind, so that they tell nothing.
    things = (*arguments, THETA[0], np.empty)
    for _ in range(1000):
        flat(*arguments)
    counts = [sys.getrefcount(thing) for thing in things]
    tracemalloc.start()
    try:
        flat(*arguments)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(times):
            flat(*arguments)
        assert tracemalloc.get_traced_memory()[0] - before < 2_000
    finally:
        tracemalloc.stop()
    after = [sys.getrefcount(thing) for thing in things]
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
    tables = [np.array([[k / 100, j / 500] for j in range(400)]) for k in range(8)]
    theta = np.array(THETA)
    sums = [flat(theta, table, table)[0] for table in tables]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda x: flat(theta, x, x)[0], tables * 50)) == sums * 50


def test_an_interpreter_that_keeps_numbers_in_another_way_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert layouts.why_not() == ""
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    assert "global interpreter lock" in layouts.why_not()
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: True, raising=False)
    monkeypatch.setattr(layouts.ctypes, "sizeof", lambda _: 4)
    assert "another way" in layouts.why_not()
