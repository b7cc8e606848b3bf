"""Functions of float32: what they give is the float64 result at the same numbers, rounded once."""

from __future__ import annotations

import copy
import pickle
import random
from importlib.util import find_spec
from typing import Any

import pytest

import derive
from derive.network.catalogue import ACTIVATIONS, LOSSES

np = pytest.importorskip("numpy", reason="NumPy is not installed")

# Of float32's last place: a half for the rounding, and what two back ends differ by in float64.
BOUND = 0.51
BACK_ENDS = ["numpy", pytest.param("native", marks=pytest.mark.skipif(
    find_spec("llvmlite") is None, reason="llvmlite is not installed"))]  # fmt: skip
# Every activation and every loss in machine code, which takes a while to make.
SOME = [(a, list(LOSSES)[k % len(LOSSES)]) for k, a in enumerate(ACTIVATIONS)]
GAPS = (1.0, 20.0, 80.0, 300.0)


def alone(activation: str, loss: str) -> derive.Network:
    """Its pre-activations are the inputs where the weights are the unit matrix. A softmax comes
    between an activation and a loss that cannot take its values."""
    try:
        return derive.Network(2, [derive.Dense(2, activation)], loss)
    except derive.NetworkError:
        return derive.Network(2, [derive.Dense(2, activation), derive.Dense(2, "softmax")], loss)


def targets(loss: str, rows: int) -> Any:
    """What every loss can take."""
    low = -1.0 if loss == "hinge" else 0.0
    return np.asarray([[1.0, low], [low, 1.0]] * rows, dtype=np.float32)[:rows]


def points(activation: str, loss: str) -> tuple[Any, Any, Any]:
    """theta, inputs and targets: ordinary ones, and pre-activations ever further apart."""
    random_ = random.Random(f"{activation} {loss}")
    rows = [[random_.uniform(-2, 2) for _ in range(2)] for _ in range(5)]
    rows += [[sign * gap, -sign * gap] for gap in GAPS for sign in (1, -1)]
    layers = len(alone(activation, loss).layers)
    theta = np.asarray([1, 0, 0, 1, 0, 0] * layers, dtype=np.float32)
    return theta, np.asarray(rows, dtype=np.float32), targets(loss, len(rows))


def errors(found: Any, true: Any, scale: Any) -> Any:
    """In units of the last place of float32; what rounding does to a sum in float64 is allowed."""
    true = np.asarray(true, dtype=float)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        single = true.astype(np.float32)
        unit = np.spacing(np.abs(single)).astype(float)
        off = np.abs(np.asarray(found, dtype=float) - true) - 1e-13 * scale
    same = (found == single) | (np.isnan(single) & np.isnan(found))
    return np.where(same, 0.0, off / unit)


def worst(f: Any, python: Any, theta: Any, x: Any, t: Any) -> float:
    """Of the losses and gradients of single examples, of all together, and of the outputs."""
    double = [theta.astype(float).tolist(), x.astype(float).tolist(), t.astype(float).tolist()]
    most = 0.0
    for rows in (*range(len(x)), slice(None)):
        loss, gradient = f.flat(theta, x[rows], t[rows])
        exact, slopes = python.flat(double[0], double[1][rows], double[2][rows])
        assert type(loss) is float and gradient.dtype == np.float32
        large = max(map(abs, slopes)) if isinstance(rows, slice) else 0.0
        most = max(most, *errors(gradient, slopes, large), errors(np.float32(loss), exact, exact))
        assert np.float32(loss) == loss or loss != loss
    return float(most)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_pair_is_the_float64_result_rounded_once(loss: str) -> None:
    for activation in ACTIVATIONS:
        network = alone(activation, loss)
        f, python = (
            derive.compile(network, "numpy", dtype="float32"),
            derive.compile(network, "python"),
        )
        assert worst(f, python, *points(activation, loss)) <= BOUND, activation


@pytest.mark.skipif(find_spec("llvmlite") is None, reason="llvmlite is not installed")
def test_machine_code_is_within_the_same_bound() -> None:
    for activation, loss in SOME:
        network = alone(activation, loss)
        f, python = (
            derive.compile(network, "native", dtype="float32"),
            derive.compile(network, "python"),
        )
        assert worst(f, python, *points(activation, loss)) <= BOUND, (activation, loss)


@pytest.mark.parametrize("backend", BACK_ENDS)
def test_many_examples_and_threads_are_the_rounded_float64_sums(backend: Any) -> None:
    """Rows of five numbers and of three lie differently in memory; the last tile is not full."""
    layers = [derive.Dense(6, "tanh"), derive.Dense(3, "softmax")]
    network = derive.Network(5, layers, "cross_entropy")
    random_ = np.random.default_rng(1)
    f, g = (derive.compile(network, backend, 2, dtype=d) for d in ("float32", "float64"))
    theta = random_.normal(size=len(f.names)).astype(np.float32)
    x = random_.normal(size=(9_001, 5)).astype(np.float32)
    t = np.eye(3, dtype=np.float32)[random_.integers(0, 3, 9_001)]
    for count in (3, 8, 33, 9_001):
        loss, gradient = f.flat(theta, x[:count], t[:count])
        exact, slopes = g.flat(*(a.astype(float) for a in (theta, x[:count], t[:count])))
        assert loss == np.float32(exact) and (gradient == slopes.astype(np.float32)).all()
    # A fault would be seen: sums in single precision are not these.
    planted = np.float32(0)
    for value in f.per_example(x, t, f.unpack(theta))[0]:
        planted += value
    assert planted / np.float32(len(x)) != loss


@pytest.mark.parametrize("backend", BACK_ENDS)
def test_what_is_given_and_taken_has_single_precision(backend: Any) -> None:
    network = derive.load("examples/mazur.yaml")
    f = derive.compile(network, backend, dtype="float32")
    assert f.dtype == "float32" and f.backend == backend and "float32" in f.why
    assert derive.compile(network).dtype == "float64"
    loss, gradients = f()
    assert loss == np.float32(loss)
    vector = np.ones(8)
    arrays = [*gradients.values(), f.forward(), f.input_gradient(), f.hessian(), f.hvp(vector),
              f.jacobian(), f.jvp(vector), f.vjp(np.ones(2)), f.pack(),
              *f.unpack(f.pack()).values()]  # fmt: skip
    assert {array.dtype for array in arrays} == {np.dtype("float32")}
    assert type(f.flat(list(f.pack()))[1]) is list
    # 0.1 in the file is float32's 0.1 here, and not the double's.
    exact = derive.compile(network, "python").flat(
        [float(np.float32(v)) for v in f.pack()],
        [float(np.float32(v)) for v in (0.05, 0.1)], [float(np.float32(v)) for v in (0.01, 0.99)],
    )  # fmt: skip
    fixed = {k: float(np.float32(v)) for k, v in (("b1", 0.35), ("b2", 0.6))}
    again = derive.compile(network, "python")(
        [float(np.float32(v)) for v in (0.05, 0.1)], [float(np.float32(v)) for v in (0.01, 0.99)],
        {**{k: v.astype(float) for k, v in f.unpack(f.pack()).items()}, **fixed},
    )  # fmt: skip
    assert loss == np.float32(again[0]) and exact[0] != again[0]


@pytest.mark.parametrize("backend", BACK_ENDS)
def test_infinite_only_where_float32_has_no_such_number(backend: Any) -> None:
    network = derive.Network(1, [derive.Dense(1)], "half_squared_error")
    f = derive.compile(network, backend, dtype="float32")
    theta = np.asarray([1.0, 0.0], dtype=np.float32)
    # The square overflows in float32; its half does not.
    loss, gradient = f.flat(theta, np.asarray([[2.2e19]]), np.asarray([[0.0]]))
    assert loss == np.float32(0.5 * float(np.float32(2.2e19)) ** 2) < np.inf
    assert gradient[1] == np.float32(2.2e19) and gradient[0] == np.inf


@pytest.mark.parametrize("backend", BACK_ENDS)
def test_copies_and_equality_know_of_it(backend: Any) -> None:
    network = derive.load("examples/mazur.yaml")
    f = derive.compile(network, backend, dtype="float32")
    assert pickle.loads(pickle.dumps(f)) == copy.deepcopy(f) == f
    assert f != derive.compile(network, backend)
    assert pickle.loads(pickle.dumps(f)).dtype == "float32"
    assert repr(f).endswith(", float32>") and "`float32`" in f._repr_markdown_()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"dtype": "float16"}, r"dtype: got 'float16'; allowed: float64 or float32"),
        ({"dtype": np.float32}, "dtype: got <class 'numpy.float32'>"),
        ({"dtype": None}, "dtype: got None"),
        (
            {"dtype": "float32", "backend": "python"},
            "float32, and the back end 'python'",
        ),
    ],
)
def test_anything_else_is_refused(given: Any, words: str) -> None:
    with pytest.raises(derive.ArgumentError, match=words):
        derive.compile("examples/mazur.yaml", **given)


def test_formulas_are_worked_out_in_double_precision_alone() -> None:
    graph = derive.Graph.from_formulas({"f": "x*y"}, loss="f")
    with pytest.raises(derive.ArgumentError, match="dtype: got float32, and a graph of formulas"):
        derive.compile(graph, dtype="float32")
    assert derive.compile(graph, dtype="float64").names


def test_a_place_too_many_is_seen() -> None:
    true = np.random.default_rng(2).normal(size=100)
    single = true.astype(np.float32)
    assert errors(single, true, 0.0).max() <= BOUND
    assert errors(np.nextafter(single, np.float32(np.inf)), true, 0.0).max() > BOUND
