"""What one build does for ``benchmarks.against``: a line of JSON in, the seconds out.

It runs in builds of other days too, so it asks for public names alone.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

import derive

Work = Callable[[], object]
WORK: dict[str, Callable[[], Work]] = {}


def work(name: str) -> Callable[[Callable[[], Work]], Callable[[], Work]]:
    def named(prepare: Callable[[], Work]) -> Callable[[], Work]:
        WORK[name] = prepare
        return prepare

    return named


@cache
def prepared(name: str) -> Work:
    return WORK[name]()


def network(sizes: tuple[int, ...], *activations: Any, values: bool = False) -> derive.Network:
    rng = np.random.default_rng(1)
    layers = []
    for before, units, name in zip(sizes[:-1], sizes[1:], activations, strict=True):
        given: dict[str, Any] = {}
        if values:
            given = {"weights": rng.normal(size=(before, units)) / 10, "biases": np.zeros(units)}
        layers.append(derive.Dense(units, name, **given))
    loss: Any = "cross_entropy" if activations[-1] == "softmax" else "half_squared_error"
    return derive.Network(sizes[0], layers, loss)


def examples(sizes: tuple[int, ...], count: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(2)
    goals = np.eye(sizes[-1])[rng.integers(sizes[-1], size=count)]
    return rng.normal(size=(count, sizes[0])), goals


def call(
    sizes: tuple[int, ...], activations: tuple[str, ...], count: int, kind: str
) -> Callable[[], Work]:
    """A call of a compiled function: kind "lists", "arrays" or "by name"."""

    def prepare() -> Work:
        f = derive.compile(network(sizes, *activations))
        theta = np.random.default_rng(3).normal(size=len(f.names)) / 3
        x, t = examples(sizes, count)
        if count == 1:
            x, t = x[0], t[0]
        if kind == "by name":
            parameters = f.unpack(theta)
            return lambda: f(x, t, parameters)
        if kind == "lists":
            w, x, t = theta.tolist(), x.tolist(), t.tolist()
            return lambda: f.flat(w, x, t)
        return lambda: f.flat(theta, x, t)

    return prepare


TWO, SIGMOIDS = (2, 2, 2), ("sigmoid", "sigmoid")
RELU = (16, 32, 32, 10), ("relu", "relu", "softmax")
WORK |= {
    "2-2-2, one example, flat of lists": call(TWO, SIGMOIDS, 1, "lists"),
    "2-2-2, one example, flat of arrays": call(TWO, SIGMOIDS, 1, "arrays"),
    "2-2-2, one example, arrays by name": call(TWO, SIGMOIDS, 1, "by name"),
    "2-2-2, two examples, flat of lists": call(TWO, SIGMOIDS, 2, "lists"),
    "2-2-2, 41 examples, flat of arrays": call(TWO, SIGMOIDS, 41, "arrays"),
    "3-3-3-3 with softmax, one example, flat of lists": call(
        (3, 3, 3, 3), ("relu", "sigmoid", "softmax"), 1, "lists"
    ),
    "4-8-8-3 with softmax, one example, flat of lists": call(
        (4, 8, 8, 3), ("tanh", "tanh", "softmax"), 1, "lists"
    ),
    "16-32-32-10 relu, one example": call(*RELU, 1, "arrays"),
    "784-128-10 relu, one example": call((784, 128, 10), ("relu", "softmax"), 1, "arrays"),
    "2-2-2, 10,000 examples": call(TWO, SIGMOIDS, 10_000, "arrays"),
    "3-3-3-3 sigmoid, 10,000 examples": call((3, 3, 3, 3), ("sigmoid",) * 3, 10_000, "arrays"),
    "4-8-8-3 with softmax, 10,000 examples": call(
        (4, 8, 8, 3), ("tanh", "tanh", "softmax"), 10_000, "arrays"
    ),
    "784-128-10 relu, 1,024 examples": call((784, 128, 10), ("relu", "softmax"), 1_024, "arrays"),
    "16-32-32-10 relu, 1,024 examples": call(*RELU, 1_024, "arrays"),
    "16-32-32-10 relu, 10,000 examples": call(*RELU, 10_000, "arrays"),
}


@work("2-2-2, training of 1,000 epochs")
def _training() -> Work:
    small = network(TWO, *SIGMOIDS, values=True)
    x, t = examples(TWO, 1)
    return lambda: derive.train(small, epochs=1_000, inputs=x, targets=t)


@cache
def large() -> derive.Network:
    return network((784, 128, 10), "relu", "softmax", values=True)


@work("784-128-10, a function is built")
def _building() -> Work:
    return lambda: derive.compile(large())


@work("784-128-10, training of 1 epoch in batches of 64")
def _minibatches() -> Work:
    x, t = examples((784, 128, 10), 1_024)
    return lambda: derive.train(large(), epochs=1, inputs=x, targets=t, batch_size=64)


def main() -> None:
    gc.disable()
    for line in sys.stdin:
        name, times = json.loads(line)
        run = prepared(name)
        start = time.process_time()
        for _ in range(times):
            run()
        print(time.process_time() - start, flush=True)
        gc.collect()


if __name__ == "__main__":
    main()
