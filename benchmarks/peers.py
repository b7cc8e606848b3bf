"""Loss and all gradients in machine code, beside what else computes them: ratios in one run.

Every peer gets NumPy arrays or lists and gives the like back, in doubles and on one thread. They
take turns, round after round, and each figure is the median of a peer's time over ours. A peer that
is not installed has no line: ``make frameworks`` brings JAX and PyTorch; those that are for one
call alone come with ``pip install casadi symengine numba heyoka``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from statistics import median
from typing import Any

import derive
from benchmarks.measure import ENVIRONMENT, ROOT
from derive.algebra.functions import written_out

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}  # fmt: skip
PEERS = ("JAX", "PyTorch", "NumPy by hand", "without llvmlite")
ROUNDS = 9
Call = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """A network and so many examples (1: one, in lists), and how often faster we are to be."""

    name: str
    network: derive.Network
    examples: int
    bounds: dict[str, float] = field(default_factory=dict)

    @property
    def activations(self) -> tuple[str, ...]:
        return tuple(layer.activation.name for layer in self.network.layers)


def _network(*layers: tuple[int, Any], loss: Any, inputs: int) -> derive.Network:
    return derive.Network(inputs, [derive.Dense(n, a) for n, a in layers], loss)


SMALL = _network((2, "sigmoid"), (2, "sigmoid"), loss="half_squared_error", inputs=2)
THREES = _network(
    (3, "sigmoid"), (3, "sigmoid"), (3, "sigmoid"), loss="half_squared_error", inputs=3
)
MIDDLE = _network((8, "tanh"), (8, "tanh"), (3, "softmax"), loss="cross_entropy", inputs=4)
LARGE = _network((32, "relu"), (32, "relu"), (10, "softmax"), loss="cross_entropy", inputs=16)
DIGITS = _network((128, "relu"), (10, "softmax"), loss="cross_entropy", inputs=784)


def _bounds(*ratios: float) -> dict[str, float]:
    return dict(zip(PEERS, ratios, strict=True))


CASES = (
    Case("2-2-2 sigmoid, one call", SMALL, 1, _bounds(100, 500, 40, 4)),
    Case("4-8-8-3 tanh, tanh, softmax, one call", MIDDLE, 1, _bounds(30, 200, 25, 10)),
    Case("2-2-2, 100,000 examples", SMALL, 100_000, _bounds(5, 6, 6, 8)),
    Case("3-3-3-3, 100,000 examples", THREES, 100_000, _bounds(5, 5, 6, 6)),
    Case("4-8-8-3, 100,000 examples", MIDDLE, 100_000, _bounds(1.8, 3, 4, 4)),
    Case("16-32-32-10, 1,024 examples", LARGE, 1_024, _bounds(1.2, 2.5, 1.5, 1.5)),
    Case("784-128-10, 1,024 examples", DIGITS, 1_024, _bounds(1.0, 1.1, 1.0, 1.2)),
)  # fmt: skip


# -- peers ---------------------------------------------------------------------------------------


def _by_hand(case: Case, theta: Any, x: Any, t: Any) -> Call:
    """As one writes it in NumPy, rows as examples."""
    import numpy as np

    shapes = list(_shapes(case.network))

    def call() -> tuple[Any, Any]:
        parameters, at = [], 0
        for shape in shapes:
            size = int(np.prod(shape))
            parameters.append(theta[at : at + size].reshape(shape))
            at += size
        outputs = [x]
        for k, name in enumerate(case.activations):
            z = outputs[-1] @ parameters[2 * k] + parameters[2 * k + 1]
            if name == "tanh":
                a = np.tanh(z)
            elif name == "relu":
                a = np.maximum(z, 0)
            elif name == "sigmoid":
                a = 1 / (1 + np.exp(-z))
            else:
                powers = np.exp(z - z.max(axis=1, keepdims=True))
                a = powers / powers.sum(axis=1, keepdims=True)
            outputs.append(a)
        y, count = outputs[-1], len(x)
        if case.activations[-1] == "softmax":
            loss = -(t * np.log(y)).sum() / count
            delta = (y - t) / count
        else:
            loss = 0.5 * ((y - t) ** 2).sum() / count
            delta = (y - t) * y * (1 - y) / count
        gradients: list[Any] = []
        for k in reversed(range(len(case.activations))):
            gradients[:0] = [(outputs[k].T @ delta).ravel(), delta.sum(axis=0)]
            if k:
                a = outputs[k]
                kind = case.activations[k - 1]
                slope = {"tanh": lambda a=a: 1 - a * a, "relu": lambda a=a: a > 0,
                         "sigmoid": lambda a=a: a * (1 - a)}[kind]()  # fmt: skip
                delta = delta @ parameters[2 * k].T * slope
        return loss, np.concatenate(gradients)

    return call


def _shapes(network: derive.Network) -> Iterator[tuple[int, ...]]:
    for n_in, layer in zip(network.sizes, network.layers, strict=False):
        yield n_in, layer.units
        yield (layer.units,)


def _loss_in(lib: Any, case: Case, unpacked: list[Any], x: Any, t: Any, mean: Any) -> Any:
    """The loss in the functions of a framework."""
    a = x
    for k, name in enumerate(case.activations):
        z = a @ unpacked[2 * k] + unpacked[2 * k + 1]
        if name == "softmax":
            return -mean((t * lib.log_softmax(z)).sum(-1))
        a = {"tanh": lib.tanh, "relu": lib.relu, "sigmoid": lib.sigmoid}[name](z)
    return mean(0.5 * ((a - t) ** 2).sum(-1))


def _jax(case: Case, theta: Any, x: Any, t: Any) -> Call:
    import numpy as np

    jax: Any = import_module("jax")
    jax.config.update("jax_enable_x64", True)

    class Lib:
        tanh, relu, sigmoid = jax.numpy.tanh, jax.nn.relu, jax.nn.sigmoid
        log_softmax = jax.nn.log_softmax

    def loss(flat: Any, x: Any, t: Any) -> Any:
        parameters, at = [], 0
        for shape in _shapes(case.network):
            size = int(np.prod(shape))
            parameters.append(flat[at : at + size].reshape(shape))
            at += size
        return _loss_in(Lib, case, parameters, x, t, jax.numpy.mean)

    run = jax.jit(jax.value_and_grad(loss))

    def call() -> tuple[float, Any]:
        value, gradient = run(theta, x, t)
        return float(value), np.asarray(gradient)

    return call


def _torch(case: Case, theta: Any, x: Any, t: Any) -> Call:
    import numpy as np

    torch: Any = import_module("torch")
    torch.set_num_threads(1)

    class Lib:
        tanh, relu, sigmoid = torch.tanh, torch.relu, torch.sigmoid

        @staticmethod
        def log_softmax(z: Any) -> Any:
            return torch.log_softmax(z, -1)

    shapes = list(_shapes(case.network))

    def call() -> tuple[float, Any]:
        flat = torch.from_numpy(theta).requires_grad_()
        parameters, at = [], 0
        for shape in shapes:
            size = int(np.prod(shape))
            parameters.append(flat[at : at + size].reshape(shape))
            at += size
        value = _loss_in(
            Lib, case, parameters, torch.from_numpy(x), torch.from_numpy(t), torch.mean
        )
        value.backward()
        return value.item(), flat.grad.numpy()

    return call


def _without(case: Case, theta: Any, x: Any, t: Any) -> Call:
    """This build, where llvmlite is not installed."""
    backend: Any = "python" if case.examples == 1 else "numpy"
    f = derive.compile(case.network, backend)
    if case.examples == 1:
        theta, x, t = theta.tolist(), x[0].tolist(), t[0].tolist()
    return lambda: f.flat(theta, x, t)


def _casadi(case: Case, theta: Any, x: Any, t: Any) -> Call:
    """An expression of scalars, and its reverse mode."""
    import numpy as np

    ca: Any = import_module("casadi")
    flat, first, goal = (ca.SX.sym(name, len(a)) for name, a in (("p", theta), ("x", x[0]),
                                                                ("t", t[0])))  # fmt: skip
    parameters, at = [], 0
    for shape in _shapes(case.network):
        size = int(np.prod(shape))
        part = flat[at : at + size]
        # It counts down the columns, we along the rows.
        parameters.append(part if len(shape) == 1 else ca.reshape(part, shape[1], shape[0]))
        at += size
    a = first
    for k, name in enumerate(case.activations):
        z = parameters[2 * k] @ a + parameters[2 * k + 1]
        a = {"tanh": ca.tanh, "sigmoid": lambda z: 1 / (1 + ca.exp(-z)), "softmax": lambda z: z}[
            name
        ](z)
    if case.activations[-1] == "softmax":
        loss = ca.logsumexp(a) - ca.dot(goal, a)  # the targets sum to 1
    else:
        loss = 0.5 * ca.sumsqr(a - goal)
    run = ca.Function("f", [flat, first, goal], [loss, ca.gradient(loss, flat)])

    def call() -> tuple[float, Any]:
        value, gradient = run(theta, x[0], t[0])
        return float(value), np.asarray(gradient).ravel()

    return call


def _symengine(case: Case, theta: Any, x: Any, t: Any) -> Call:
    """Our formulas in names, written out, compiled by its LLVM."""
    import numpy as np

    if len(theta) > 20:
        raise ImportError("written out they are too many")
    se: Any = import_module("symengine")
    symbolic = derive.symbolic(case.network)
    parameters = derive.compile(case.network, "python").names
    names = [*map(symbolic.symbols.get, parameters), *symbolic.inputs, *symbolic.targets]
    formulas = [symbolic.explicit(symbolic.E)]
    formulas += [symbolic.gradient(name, form="explicit") for name in parameters]
    formulas = list(map(written_out, formulas))
    run = se.Lambdify(names, formulas, backend="llvm", cse=True)

    def call() -> tuple[float, Any]:
        result = run(np.concatenate([theta, x[0], t[0]]))
        return float(result[0]), result[1:]

    return call


def _numba(case: Case, theta: Any, x: Any, t: Any) -> Call:
    """Our Python, ``f.source``, compiled by Numba; it unpacks tuples, not arrays."""
    numba: Any = import_module("numba")
    f = derive.compile(case.network, "python")
    space: dict[str, Any] = {}
    exec(f.source, space)
    run = numba.njit(space["loss_and_gradient"])
    arguments = tuple(theta.tolist()), tuple(x[0].tolist()), tuple(t[0].tolist())
    return lambda: run(*arguments)


def _heyoka(case: Case, theta: Any, x: Any, t: Any) -> Call:
    """An expression of scalars, its reverse mode, and LLVM."""
    import numpy as np

    hy: Any = import_module("heyoka")
    flat, first, goal = (
        np.array(hy.make_vars(*(f"{name}{k}" for k in range(count))), dtype=object)
        for name, count in (("p", len(theta)), ("x", len(x[0])), ("t", len(t[0])))
    )
    parameters, at = [], 0
    for shape in _shapes(case.network):
        size = int(np.prod(shape))
        parameters.append(flat[at : at + size].reshape(shape))
        at += size
    a = first
    for k, name in enumerate(case.activations):
        z = a @ parameters[2 * k] + parameters[2 * k + 1]
        function = {"tanh": hy.tanh, "sigmoid": hy.sigmoid, "softmax": lambda e: e}[name]
        a = np.array([function(e) for e in z], dtype=object)
    if case.activations[-1] == "softmax":  # the targets sum to 1
        loss = hy.log(hy.sum([hy.exp(e) for e in a])) - hy.sum(list(goal * a))
    else:
        loss = hy.sum([0.5 * (y - g) ** 2.0 for y, g in zip(a, goal, strict=True)])
    gradient = hy.diff_tensors([loss], diff_args=list(flat), diff_order=1).gradient
    run = hy.cfunc([loss, *gradient], [*flat, *first, *goal])

    def call() -> tuple[float, Any]:
        result = run(np.concatenate([theta, x[0], t[0]]))
        return float(result[0]), result[1:]

    return call


MAKE: dict[str, Callable[..., Call]] = {
    "JAX": _jax, "PyTorch": _torch, "NumPy by hand": _by_hand, "without llvmlite": _without,
}  # fmt: skip
OF_ONE: dict[str, Callable[..., Call]] = {
    "CasADi": _casadi, "SymEngine (LLVM)": _symengine, "Numba on our Python": _numba,
    "heyoka": _heyoka,
}  # fmt: skip


# -- measuring -----------------------------------------------------------------------------------


def _times(call: Call, about: float) -> Callable[[], float]:
    call()
    start = time.perf_counter()
    call()
    times = max(1, int(about / max(time.perf_counter() - start, 1e-7)))

    def once() -> float:
        start = time.perf_counter()
        for _ in range(times):
            call()
        return (time.perf_counter() - start) / times

    return once


def measured(case: Case) -> tuple[float, dict[str, float]]:
    """Our seconds, and each peer's as a multiple of them."""
    import numpy as np

    rng = np.random.default_rng(1)
    network, count = case.network, case.examples
    f = derive.compile(network)
    theta = rng.normal(size=len(f.names)) / 10
    x = rng.normal(size=(count, network.sizes[0]))
    t = np.eye(network.sizes[-1])[rng.integers(network.sizes[-1], size=count)]
    if count == 1:
        lists = theta.tolist(), x[0].tolist(), t[0].tolist()
        calls = {"ours": lambda: f.flat(*lists)}
    else:
        calls = {"ours": lambda: f.flat(theta, x, t)}
    wanted = f.flat(theta, x, t)
    for name, make in (MAKE | OF_ONE if count == 1 else MAKE).items():
        try:
            call = make(case, theta, x, t)
        except ImportError:
            continue
        loss, gradient = call()
        assert abs(loss - wanted[0]) < 1e-9, f"{name} computes something else"
        assert np.allclose(gradient, wanted[1], rtol=1e-8, atol=1e-12), name
        calls[name] = call
    timed = {name: _times(call, 0.05) for name, call in calls.items()}
    rounds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, once in timed.items():
            rounds[name].append(once())
    ratios = {
        name: median(b / a for a, b in zip(rounds["ours"], mine, strict=True))
        for name, mine in rounds.items() if name != "ours"
    }  # fmt: skip
    return median(rounds["ours"]), ratios


def in_words(case: Case, seconds: float) -> str:
    """Our time, of a call or of an example."""
    if case.examples == 1:
        return f"{1e6 * seconds:.2f} µs"
    return f"{1e9 * seconds / case.examples:.1f} ns an example"


def main() -> None:
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        command = [sys.executable, "-m", "benchmarks", "peers"]
        subprocess.run(command, cwd=ROOT, check=True, env={**ENVIRONMENT, **ONE_THREAD})
        return
    print("Loss and gradients beside other libraries: how many times our time they take")
    for case in CASES:
        ours, ratios = measured(case)
        print(f"{case.name}: {in_words(case, ours)}")
        for name, ratio in ratios.items():
            bound = case.bounds.get(name)
            verdict = f"at least {bound:<6g} {'ok' if ratio >= bound else 'SHORT'}" if bound else ""
            print(f"    {name:<40}{ratio:>9.3g}     {verdict}", flush=True)
