"""hessian, hvp, per_example, jacobian, jvp and vjp: against mpmath, the algebra and JAX."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from random_networks import network as random_network
from scipy.optimize import minimize

import derive
from derive.compute.directions.along_source import AlongSource
from derive.compute.sources.source import ScalarSource
from derive.network.catalogue import ACTIVATIONS, LOSSES
from tests.compute import reference

BACK_ENDS = ("auto", "python", "numpy")
MAZUR = derive.load(Path(__file__).parents[2] / "examples" / "mazur.yaml")
X = [[0.5, -1.2], [2.0, 0.3], [-0.7, 0.9]]
ON_PROBABILITIES = ("binary_cross_entropy", "cross_entropy", "kl_divergence")


def goals(loss: str) -> list[list[float]]:
    if loss == "hinge":
        return [[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]
    return [[0.0, 1.0], [1.0, 0.0], [0.25, 0.75]]


def spread(count: int) -> list[float]:
    return [float(f"{np.sin(3 * k + 1):.4f}") for k in range(count)]


def two_layers(hidden: Any, last: Any, loss: Any, **more: Any) -> derive.Network:
    return derive.Network(2, [derive.Dense(3, hidden), derive.Dense(2, last)], loss, **more)


# -- against a forward pass in mpmath ----------------------------------------------------------


def forward(hidden: str, last: str, theta: Any, row: Any) -> Any:
    w1, b1, w2, b2 = theta[:6], theta[6:9], theta[9:15], theta[15:]
    layers: list[reference.Layer] = [
        (hidden, [list(w1[:3]), list(w1[3:])], list(b1)),
        (last, [list(w2[k : k + 2]) for k in (0, 2, 4)], list(b2)),
    ]
    return reference.forward(layers, list(row))


def second_differences(function: Callable[[Any], Any], point: Any) -> Any:
    """The matrix of second derivatives, right to more digits than a double has."""
    h = mpf(10) ** -20
    size = len(point)

    def moved(i: int, a: int, j: int, b: int) -> Any:
        there = list(point)
        there[i] += a * h
        there[j] += b * h
        return function(there)

    signs = ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
    return [
        [sum(s * moved(i, a, j, b) for a, b, s in signs) / (4 * h * h) for j in range(size)]
        for i in range(size)
    ]


CASES = [(name, "identity", "half_squared_error") for name in ACTIVATIONS if name != "softmax"] + [
    ("softmax", "tanh", "log_cosh"),
    *(
        ("tanh", "sigmoid" if loss == "binary_cross_entropy" else "softmax", loss)
        if loss in ON_PROBABILITIES
        else ("sigmoid", "tanh", loss)
        for loss in LOSSES
    ),
    ("gelu", "softmax", "binary_cross_entropy"),
    ("mish", "softplus", "cross_entropy"),
    ("silu", "softmax", "mean_squared_error"),
]


@pytest.mark.parametrize(("hidden", "last", "loss"), CASES)
def test_the_hessian_is_that_of_the_forward_pass(hidden: str, last: str, loss: str) -> None:
    theta, t = spread(17), goals(loss)

    def mean(point: Any) -> Any:
        each = [
            reference.loss_of(loss, forward(hidden, last, point, reference.high(x)), goal)
            for x, goal in zip(X[:2], reference.high(t[:2]), strict=True)
        ]
        return mpmath.fsum(each) / 2

    with mp.workdps(60):
        rows = [0, 4, 7, 9, 14, 16]  # a weight and a bias of each kind: all of their row
        point = reference.high(theta)
        fixed = lambda part: mean([part[rows.index(k)] if k in rows else v  # noqa: E731
                                   for k, v in enumerate(point)])  # fmt: skip
        true = second_differences(fixed, [point[k] for k in rows])
        scale = max(abs(v) for row in true for v in row)
        for backend in ("python", "numpy"):
            f = derive.compile(two_layers(hidden, last, loss), backend)
            found = f.hessian(X[:2], t[:2], f.unpack(theta))
            for i, k in enumerate(rows):
                mine = [float(found[k][m]) for m in rows]
                assert reference.worst(mine, true[i], scale / 100) < 1e-13


@pytest.mark.parametrize("hidden", ["relu", "tanh", "softmax", "gelu", "mish"])
def test_jacobians_are_those_of_the_forward_pass(hidden: str) -> None:
    theta = spread(17)
    with mp.workdps(60):
        point, row = reference.high(theta), reference.high(X[0])
        by_theta = reference.differences
        for backend in ("python", "numpy"):
            f = derive.compile(two_layers(hidden, "softmax", "half_squared_error"), backend)
            whole = f.jacobian(X[0], f.unpack(theta), "parameters")
            inner = f.jacobian(X[0], f.unpack(theta))
            for k in range(2):
                out = by_theta(lambda p, k=k: forward(hidden, "softmax", p, row)[k], point, 20)
                assert reference.worst(list(map(float, whole[k])), out, 1e-4) < 1e-13
                out = by_theta(lambda x, k=k: forward(hidden, "softmax", point, x)[k], row, 20)
                assert reference.worst(list(map(float, inner[k])), out, 1e-4) < 1e-13


# -- against the algebra -----------------------------------------------------------------------


def exact_hessian(network: derive.Network) -> Any:
    """SymPy's second adjoints at the network's own numbers, to forty digits; the mean or sum."""
    s = derive.symbolic(network)
    rows = s.hessian()
    total: Any = None
    for example in range(network.example_count):
        values = s.values(example)
        f = s.lambdify(list(values), list(rows), modules="mpmath")
        with mp.workdps(40):
            found = np.array(f(*(mpf(v.p) / v.q for v in values.values())), dtype=object)
        total = found if total is None else total + found
    share = network.example_count if network.over_examples == "mean" else 1
    return (total / share).reshape(rows.shape).astype(float)


@pytest.mark.parametrize("seed", range(24))
def test_the_hessian_is_that_of_the_algebra(seed: int) -> None:
    """One object, the same numbers: whatever a network's file may say."""
    network = random_network(seed)
    if not network.has_values or network.target_formulas is not None:
        network = MAZUR if seed % 2 else random_network(seed % 2)
    if not network.has_values or not network.parameters():
        return
    true = exact_hessian(network)
    for backend in ("python", "numpy"):
        found = np.array(derive.compile(network, backend).hessian())
        assert abs(found - true).max() <= 1e-12 * max(1.0, abs(true).max())


# -- against JAX -------------------------------------------------------------------------------


def with_jax(
    hidden: str, last: str, loss: str
) -> tuple[Any, Callable[..., Any], Callable[..., Any]]:
    """JAX, the outputs of one example and the mean loss, written in it."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    jnp, nn = jax.numpy, jax.nn
    kinds = {
        "identity": lambda z: z, "sigmoid": nn.sigmoid, "tanh": jnp.tanh, "relu": nn.relu,
        "leaky_relu": nn.leaky_relu, "elu": nn.elu, "selu": nn.selu, "softplus": nn.softplus,
        "softsign": nn.soft_sign, "gelu": lambda z: nn.gelu(z, approximate=False),
        "gelu_tanh": lambda z: nn.gelu(z, approximate=True), "silu": nn.silu,
        "mish": lambda z: z * jnp.tanh(nn.softplus(z)), "softmax": nn.softmax,
    }  # fmt: skip
    terms = {
        "half_squared_error": lambda y, t: ((y - t) ** 2).sum() / 2,
        "cross_entropy": lambda y, t: -(t * jnp.log(y)).sum(),
        "binary_cross_entropy": lambda y, t: -(t * jnp.log(y) + (1 - t) * jnp.log1p(-y)).sum(),
        "log_cosh": lambda y, t: jnp.log(jnp.cosh(y - t)).sum(),
    }

    def outputs(theta: Any, x: Any) -> Any:
        a = kinds[hidden](x @ theta[:6].reshape(2, 3) + theta[6:9])
        return kinds[last](a @ theta[9:15].reshape(3, 2) + theta[15:])

    def of_one(theta: Any, x: Any, t: Any) -> Any:
        return terms[loss](outputs(theta, x), t)

    return jax, outputs, of_one


JAX_CASES = [
    *((name, "identity", "half_squared_error") for name in ACTIVATIONS),
    ("tanh", "softmax", "cross_entropy"), ("gelu", "sigmoid", "binary_cross_entropy"),
    ("silu", "softmax", "binary_cross_entropy"), ("mish", "tanh", "log_cosh"),
]  # fmt: skip


@pytest.mark.parametrize(("hidden", "last", "loss"), JAX_CASES)
@pytest.mark.filterwarnings("ignore")  # JAX's own
def test_everything_is_what_jax_gives(hidden: str, last: str, loss: str) -> None:
    jax, outputs, of_one = with_jax(hidden, last, loss)
    theta, v, u = (
        np.array(spread(17)),
        np.cos(np.arange(17.0)),
        np.sin(np.arange(6.0)).reshape(3, 2),
    )
    x, t = np.array(X), np.array(goals(loss))

    def mean(point: Any) -> Any:
        return jax.vmap(of_one, (None, 0, 0))(point, x, t).mean()

    def every(point: Any, rows: Any) -> Any:
        return jax.vmap(outputs, (None, 0))(point, rows)

    @jax.jit  # compiled once as a whole: operation by operation, each is compiled by itself
    def everything(theta: Any, v: Any, u: Any, x: Any) -> Any:
        return (
            jax.hessian(mean)(theta),
            jax.jvp(jax.grad(mean), (theta,), (v,))[1],
            jax.vmap(of_one, (None, 0, 0))(theta, x, t),
            jax.vmap(jax.grad(of_one), (None, 0, 0))(theta, x, t),
            jax.vmap(jax.jacrev(outputs, 1), (None, 0))(theta, x),
            jax.vmap(jax.jacrev(outputs), (None, 0))(theta, x),
            jax.jvp(lambda w: every(w, x), (theta,), (v,))[1],
            jax.jvp(lambda r: every(theta, r), (x,), (u,))[1],
            jax.vjp(lambda w: every(w, x), theta)[1](u)[0],
            jax.vjp(lambda r: every(theta, r), x)[1](u)[0],
        )

    expected = everything(theta, v, u, x)
    for backend in ("python", "numpy"):
        f = derive.compile(two_layers(hidden, last, loss), backend)
        p = f.unpack(theta)
        found = (
            f.hessian(x, t, p), f.hvp(v, x, t, p), *f.per_example(x, t, p), f.jacobian(x, p),
            f.jacobian(x, p, "parameters"), f.jvp(v, x, p), f.jvp(u, x, p, "inputs"),
            f.vjp(u, x, p), f.vjp(u, x, p, "inputs"),
        )  # fmt: skip
        for got, true in zip(found, expected, strict=True):
            np.testing.assert_allclose(np.array(got), np.array(true), rtol=1e-10, atol=1e-12)


# -- among each other --------------------------------------------------------------------------

STRUCTURES = {
    "shared, frozen": derive.Network(
        2,
        [
            derive.Dense(3, "tanh", "shared", weights=[[1, 2, 3], [0, 1, -1]], frozen="weights"),
            derive.Dense(2, "gelu", bias="none"),
            derive.Dense(2, "softmax", frozen="biases", biases=[0.5, -0.25]),
        ],
        "cross_entropy",
    ),
    "thresholds, sum": derive.Network(
        2, [derive.Dense(2, "silu", "threshold"), derive.Dense(2, "sigmoid", "threshold")],
        "binary_cross_entropy", over_examples="sum",
    ),
    "wide softmax": derive.Network(
        2, [derive.Dense(12, {"name": "softmax", "temperature": 2}), derive.Dense(2, "softmax")],
        "binary_cross_entropy",
    ),
    "mean over outputs": derive.Network(
        2, [derive.Dense(2, "mish"), derive.Dense(2)], {"name": "huber", "per_output": "mean"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("backend", BACK_ENDS)
def test_they_agree_with_the_gradient_and_each_other(name: str, backend: str) -> None:
    """Differences of the gradient, in doubles; the rest follows without any."""
    f = derive.compile(STRUCTURES[name], backend)
    theta = np.array(spread(len(f.names)))
    p, v = f.unpack(theta), np.cos(np.arange(len(theta)))
    x, t, h = np.array(X), np.array(goals("cross_entropy")), 1e-5
    slope = (f.flat(theta + h * v, x, t)[1] - f.flat(theta - h * v, x, t)[1]) / (2 * h)
    np.testing.assert_allclose(f.hvp(v, x, t, p), slope, rtol=1e-6, atol=1e-8)
    whole = np.array(f.hessian(x, t, p))
    np.testing.assert_array_equal(whole, whole.T)
    np.testing.assert_allclose(whole @ v, f.hvp(v, x, t, p), rtol=1e-11, atol=1e-13)
    share = 1 if f.network.over_examples == "sum" else 3
    losses, rows = (np.array(part) for part in f.per_example(x, t, p))
    loss, gradient = f.flat(theta, x, t)
    assert losses.sum() / share == pytest.approx(loss, rel=1e-13)
    np.testing.assert_allclose(rows.sum(axis=0) / share, gradient, rtol=1e-11, atol=1e-13)
    by_theta, by_inputs = (np.array(f.jacobian(x, p, by)) for by in ("parameters", "inputs"))
    assert by_theta.shape == (3, 2, len(theta)) and by_inputs.shape == (3, 2, 2)
    u = np.array([[1.0, -2.0], [0.5, 0.0], [3.0, 1.0]])
    np.testing.assert_allclose(f.jvp(v, x, p), by_theta @ v, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(
        f.jvp(u, x, p, "inputs"), np.einsum("xki,xi->xk", by_inputs, u), rtol=1e-11, atol=1e-13
    )
    np.testing.assert_allclose(
        f.vjp(u, x, p), np.einsum("xk,xkp->p", u, by_theta), rtol=1e-11, atol=1e-13
    )
    np.testing.assert_allclose(
        f.vjp(u, x, p, "inputs"), np.einsum("xk,xki->xi", u, by_inputs), rtol=1e-11, atol=1e-13
    )


@pytest.mark.parametrize("name", STRUCTURES)
def test_many_examples_run_in_tiles(name: str) -> None:
    network = STRUCTURES[name]
    lists, arrays = derive.compile(network, "python"), derive.compile(network, "numpy")
    theta = spread(len(lists.names))
    x, t = X * 1500, goals("cross_entropy") * 1500  # more than a tile
    p, v = lists.unpack(theta), spread(len(theta))[::-1]
    np.testing.assert_allclose(
        arrays.hvp(v, x, t, p), lists.hvp(v, x[:3], t[:3], p) if network.over_examples == "mean"
        else 1500 * np.array(lists.hvp(v, x[:3], t[:3], p)), rtol=1e-9, atol=1e-12,
    )  # fmt: skip
    for found, true in (
        (arrays.per_example(x, t, p), lists.per_example(x[:3], t[:3], p)),
        ((arrays.jacobian(x, p),), (lists.jacobian(x[:3], p),)),
        ((arrays.jvp(v, x, p),), (lists.jvp(v, x[:3], p),)),
    ):
        for mine, part in zip(found, true, strict=True):
            assert len(mine) == 4500
            np.testing.assert_allclose(mine[-3:], part, rtol=1e-11, atol=1e-13)


# -- the face ----------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACK_ENDS)
def test_kinds_and_shapes(backend: str) -> None:
    """A vector's kind comes back; the rest is as the dict of gradients is."""
    f = derive.compile(MAZUR, backend)
    x, v, u = [0.05, 0.1], [1.0] * 8, [1.0, -1.0]
    expected = list if backend == "python" else np.ndarray
    for made in (f.hessian(), f.jacobian(), f.per_example()[1], f.jacobian(x)):
        assert isinstance(made, expected)
    for call in (f.hvp, f.jvp):
        assert type(call(v)) is list and type(call(tuple(v))) is list
        assert isinstance(call(np.array(v)), np.ndarray)
    for by in ("inputs", "parameters"):
        assert type(f.vjp(u, with_respect_to=by)) is list  # type: ignore[arg-type]
    assert isinstance(f.vjp(np.array(u)), np.ndarray)
    assert type(f.per_example()[0]) is float and np.shape(f.per_example()[1]) == (8,)
    assert np.shape(f.per_example([x], [[0.0, 1.0]])[0]) == (1,)
    assert np.shape(f.hessian()) == (8, 8) and np.shape(f.jacobian()) == (2, 2)
    assert np.shape(f.jacobian([x])) == (1, 2, 2)
    assert np.shape(f.jacobian(with_respect_to="parameters")) == (2, 8)
    assert np.shape(f.jvp(u, [x], with_respect_to="inputs")) == (1, 2)
    again = pickle.loads(pickle.dumps(f))
    assert np.array_equal(again.hessian(), f.hessian())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda f: f.hvp([1.0] * 7), r"vector: got 7 numbers; allowed: 8 numbers; give w1, w3, w2"),
        (lambda f: f.hvp("abc"), r"vector: got 'abc'"),
        (lambda f: f.jvp([[1.0] * 8]), r"vector: got 1 row of 8 numbers"),
        (lambda f: f.vjp([1.0]), r"vector: got 1 number; allowed: 2 numbers"),
        (lambda f: f.vjp([[1.0, 0.0]] * 2), r"vector: got 2 rows; allowed: as many.*inputs, 1"),
        (lambda f: f.jacobian(with_respect_to="theta"),
         r"with_respect_to: got 'theta'; allowed: 'inputs' or 'parameters'"),
        (lambda f: f.hessian([1.0, 2.0], [0.5]), r"targets: got"),
        (lambda f: f.hessian(parameters=[0.1]), r"parameters: got a list"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("backend", BACK_ENDS)
def test_what_does_not_fit_is_told(call: Callable[[Any], Any], words: str, backend: str) -> None:
    with pytest.raises(derive.ArgumentError, match=words):
        call(derive.compile(MAZUR, backend))


def test_it_fits_scipy() -> None:
    """Newton's method by conjugate gradients finds a minimum where the gradient is 0."""
    f = derive.compile(two_layers("tanh", "softmax", "cross_entropy"))
    x, t = np.array(X), np.array([[0.1, 0.9], [0.8, 0.2], [0.4, 0.6]])

    def hessp(theta: Any, v: Any, x: Any, t: Any) -> Any:
        return f.hvp(v, x, t, f.unpack(theta))

    found = minimize(f.flat, np.array(spread(17)), (x, t), "Newton-CG", jac=True, hessp=hessp,
                     options={"xtol": 1e-10})  # fmt: skip
    assert abs(f.flat(found.x, x, t)[1]).max() < 1e-6


# -- what it costs -----------------------------------------------------------------------------


def test_nothing_is_paid_by_those_who_do_not_ask() -> None:
    program = (
        "import sys, derive; f = derive.compile('examples/mazur.yaml'); f(); f.flat(f.pack());"
        "late = ('derive.compute.directions.along', 'derive.compute.directions.curvature');"
        "print([m for m in sys.modules if m.startswith(late)]);"
        "f.hessian(); print(len([m for m in sys.modules if m.startswith(late)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stdout == "[]\n5\n"


def test_they_work_where_numpy_is_not_installed() -> None:
    program = (
        "import sys; sys.modules['numpy'] = None; import derive;"
        "f = derive.compile('examples/mazur.yaml'); v = [1.0] * 8;"
        "print(len(f.hessian()), len(f.hvp(v)), f.per_example()[0] == f.loss(),"
        "len(f.jacobian()), len(f.jvp(v)), len(f.vjp([1, 2])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stdout == "8 8 True 2 2 8\n"


def test_a_product_costs_a_few_gradients_whatever_the_size() -> None:
    """Counted in characters of code: the Hessian is never formed."""
    shares = []
    for units in (2, 4, 8, 16):
        network = derive.Network(
            units, [derive.Dense(units, "tanh"), derive.Dense(units, "softmax")], "cross_entropy"
        )
        gradient = ScalarSource(network).source("loss_and_gradient")
        shares.append(len(AlongSource(network).source("gradient_along")) / len(gradient))
    assert max(shares) < 2
