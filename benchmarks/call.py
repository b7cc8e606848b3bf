"""Calls of a compiled function, as ratios to the same work written by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import exp
from typing import Any

import numpy as np

import derive
from benchmarks.measure import report
from derive.compute.engines import Defaults, LayerEngine

THETA = [0.15, 0.25, 0.2, 0.3, 0.4, 0.5, 0.45, 0.55]
X, T = [0.05, 0.1], [0.01, 0.99]


def bare(theta: list[float], x: list[float], t: list[float]) -> tuple[float, list[float]]:
    """The 2-2-2 network with nothing around it and nothing stabilised."""
    w1, w3, w2, w4, w5, w7, w6, w8 = theta
    i1, i2 = x
    t1, t2 = t
    h1 = 1 / (1 + exp(-(w1 * i1 + w2 * i2)))
    h2 = 1 / (1 + exp(-(w3 * i1 + w4 * i2)))
    o1 = 1 / (1 + exp(-(w5 * h1 + w6 * h2)))
    o2 = 1 / (1 + exp(-(w7 * h1 + w8 * h2)))
    loss = 0.5 * ((o1 - t1) ** 2 + (o2 - t2) ** 2)
    d1 = (o1 - t1) * o1 * (1 - o1)
    d2 = (o2 - t2) * o2 * (1 - o2)
    e1 = (w5 * d1 + w7 * d2) * h1 * (1 - h1)
    e2 = (w6 * d1 + w8 * d2) * h2 * (1 - h2)
    return loss, [e1 * i1, e2 * i1, e1 * i2, e2 * i2, d1 * h1, d2 * h1, d1 * h2, d2 * h2]


def by_hand(
    activations: tuple[str, ...], parameters: list[Any], x: Any, t: Any
) -> tuple[Any, list[Any]]:
    """A perceptron with softmax and cross-entropy as one writes it in NumPy, rows as examples."""
    outputs = [x]
    for k, name in enumerate(activations):
        z = outputs[-1] @ parameters[2 * k] + parameters[2 * k + 1]
        if name == "tanh":
            a = np.tanh(z)
        elif name == "relu":
            a = np.maximum(z, 0)
        else:
            powers = np.exp(z - z.max(axis=1, keepdims=True))
            a = powers / powers.sum(axis=1, keepdims=True)
        outputs.append(a)
    loss = -(t * np.log(outputs[-1])).sum() / len(x)
    delta = (outputs[-1] - t) / len(x)
    gradients: list[Any] = []
    for k in reversed(range(len(activations))):
        gradients[:0] = [outputs[k].T @ delta, delta.sum(axis=0)]
        if k:
            a = outputs[k]
            slope = 1 - a * a if activations[k - 1] == "tanh" else a > 0
            delta = delta @ parameters[2 * k].T * slope
    return loss, gradients


NETWORKS: dict[str, tuple[tuple[int, ...], tuple[Any, ...], int]] = {
    "4-8-8-3 tanh": ((4, 8, 8, 3), ("tanh", "tanh", "softmax"), 100_000),
    "16-32-32-10 relu": ((16, 32, 32, 10), ("relu", "relu", "softmax"), 10_000),
    "784-128-10 relu": ((784, 128, 10), ("relu", "softmax"), 1_024),
}


def seconds(call: Callable[[], object], about: float = 0.3) -> float:
    """The best time of a call over several runs of about so many seconds together.

    Of the processor's time: what neighbours take of it does not count.
    """
    start = time.process_time()
    call()
    times = max(1, int(about / 10 / max(time.process_time() - start, 1e-7)))
    best = float("inf")
    for _ in range(10):
        start = time.process_time()
        for _ in range(times):
            call()
        best = min(best, (time.process_time() - start) / times)
    return best


def _few_examples(f: derive.GradientFunction) -> None:
    """Beside whichever of its two ways to run is the faster one for so many examples."""
    rng = np.random.default_rng(1)
    scalars = derive.compile(f.network, "python")
    engine = LayerEngine(Defaults(f.network))
    theta = np.array(THETA)
    for examples in (2, 8, 16, 24, 41, 100):
        x, t = rng.normal(size=(examples, 2)), rng.random((examples, 2))

        def layers() -> object:
            return engine.loss_and_gradient(engine.parameters_of_theta(theta), x, t)  # noqa: B023

        best = min(seconds(lambda: scalars.flat(theta, x, t)), seconds(layers))  # noqa: B023
        ours = seconds(lambda: f.flat(theta, x, t))  # noqa: B023
        report(f"2-2-2, {examples} examples, the way taken: {1e6 * ours:.2f} µs", ours / best, 1.5)


def _single_precision(name: str, g: derive.GradientFunction, theta: Any, x: Any, t: Any) -> None:
    """float32 beside float64, in turns: the work is the same, and there is less to read."""
    f = derive.compile(g.network, dtype="float32")
    singles = [array.astype(np.float32) for array in (theta, x, t)]
    best = [float("inf")] * 2
    for _ in range(9):
        for k, call in enumerate((lambda: f.flat(*singles), lambda: g.flat(theta, x, t))):
            best[k] = min(best[k], seconds(call, 0.05))
    what = f"{name}, {len(x):,} examples, float32 beside float64: {1e6 * best[0]:,.1f} µs"
    report(what, best[0] / best[1], 1.3)


def main() -> None:
    print("Calls, as ratios to the same by hand")
    layers = [derive.Dense(2, "sigmoid", bias="none"), derive.Dense(2, "sigmoid", bias="none")]
    f = derive.compile(derive.Network(2, layers))
    hand = seconds(lambda: bare(THETA, X, T))
    for what, theta in (("lists", THETA), ("arrays", np.array(THETA))):
        ours = seconds(lambda theta=theta: f.flat(theta, X, T))  # type: ignore[misc]
        report(f"2-2-2, one example, {what}: {1e6 * ours:.2f} µs", ours / hand, 4)
    _few_examples(f)
    rng = np.random.default_rng(1)
    for name, (sizes, activations, count) in NETWORKS.items():
        shapes = [derive.Dense(n, a) for n, a in zip(sizes[1:], activations, strict=True)]
        g = derive.compile(derive.Network(sizes[0], shapes, "cross_entropy"))
        theta = rng.normal(size=len(g.names)) / 10
        parameters = list(g.unpack(theta).values())
        for examples in (1, count):
            x = rng.normal(size=(examples, sizes[0]))
            t = np.eye(sizes[-1])[rng.integers(sizes[-1], size=examples)]
            hand = seconds(lambda: by_hand(activations, parameters, x, t))  # noqa: B023
            ours = seconds(lambda: g.flat(theta, x, t))  # noqa: B023
            # By hand nothing is checked, and ln 0 is what it is.
            bound = 2 if examples == 1 else 1.25
            report(f"{name}, {examples:,} examples: {1e6 * ours:,.1f} µs", ours / hand, bound)
        _single_precision(name, g, theta, x, t)
