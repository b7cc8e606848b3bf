"""Whole networks in machine code: what the other back ends give, for one example and for many."""

from __future__ import annotations

import math
import pickle
import platform
from random import Random
from typing import Any

import pytest

import derive
from derive.compute.arguments import ArgumentError
from derive.compute.native import machine
from tests import random_networks

np: Any = pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("llvmlite", reason="llvmlite is not installed")

Dense = derive.Dense
# Layers wider than eight lanes and narrower, sums over units of each width, every kind of bias.
NETWORKS = {
    "2-2-2": derive.Network(2, [Dense(2, "sigmoid"), Dense(2, "sigmoid")], "half_squared_error"),
    "9 and 17": derive.Network(9, [Dense(17, "tanh"), Dense(9, "softmax")], "cross_entropy"),
    "shared": derive.Network(
        3, [Dense(5, "gelu", "shared"), Dense(1, "sigmoid")], "binary_cross_entropy"
    ),
    "none": derive.Network(1, [Dense(8, "silu", "none"), Dense(1, "identity")], "huber"),
    "many outputs": derive.Network(4, [Dense(12, "softmax")], "binary_cross_entropy"),
    "softmax within": derive.Network(3, [Dense(4, "softmax"), Dense(2, "tanh")], "hinge"),
    "sum": derive.Network(
        2, [Dense(3, "softplus"), Dense(2, "softmax")], "kl_divergence", over_examples="sum"
    ),
    "own": derive.Network(
        2, [Dense(3, {"formula": "x*atan(x) + cos(x)**3"}), Dense(2, "mish")], "log_cosh"
    ),
    "leaky": derive.Network(2, [Dense(33, "leaky_relu"), Dense(3, "elu")], "mean_squared_error"),
    "frozen": derive.Network(
        2,
        [
            Dense(2, "tanh", "neuron", [[0.1, 0.2], [0.3, 0.4]], [0.5, 0.6], ("weights", "biases")),
            Dense(2, "sigmoid", "shared"),
        ],
        "absolute_error",
    ),
}  # fmt: skip


def examples(network: derive.Network, count: int, seed: int) -> tuple[Any, Any, list[float]]:
    """Inputs and targets in rows, and theta."""
    chance = Random(seed)
    ins, outs = network.sizes[0], network.sizes[-1]
    x = [[chance.gauss(0, 1) for _ in range(ins)] for _ in range(count)]
    if network.loss.name == "hinge":
        t: list[list[float]] = [[chance.choice((-1.0, 1.0)) for _ in range(outs)] for _ in x]
    else:
        t = [[float(k == row % outs) for k in range(outs)] for row in range(count)]
    size = len(derive.compile(network, "python").names)
    return x, t, [chance.gauss(0, 1) for _ in range(size)]


def close(found: Any, wanted: Any) -> None:
    """Entry by entry to thirteen digits of the largest."""
    most = max(map(abs, wanted))
    assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= 1e-13 * most


@pytest.mark.parametrize("name", NETWORKS)
def test_one_example_and_many_are_as_in_plain_python(name: str) -> None:
    network = NETWORKS[name]
    fast, plain = derive.compile(network, "native"), derive.compile(network, "python")
    assert fast.backend == "native"
    for count in (1, 2, 31, 32, 33, 100):  # a tile has 32
        x, t, theta = examples(network, count, count)
        loss, gradient = fast.flat(theta, x, t)
        wanted, slopes = plain.flat(theta, x, t)
        assert loss == pytest.approx(wanted, rel=1e-13)
        close(gradient, slopes)
        assert type(gradient) is list
        assert fast.loss(x, t, fast.unpack(theta)) == fast(x, t, fast.unpack(theta))[0]
    x, t, theta = examples(network, 1, 7)
    loss, gradient = fast.flat(theta, x[0], t[0])
    assert loss == pytest.approx(plain.flat(theta, x[0], t[0])[0], rel=1e-13)
    close(gradient, plain.flat(theta, x[0], t[0])[1])
    assert fast(x[0], t[0], fast.unpack(theta))[0] == loss  # to the bit, whichever way


def _known(network: derive.Network) -> bool:
    return all(layer.weights is not None for layer in network.layers if layer.frozen)


SEEDS = [seed for seed in range(9_000, 9_040) if _known(random_networks.network(seed))]


@pytest.mark.parametrize("seed", SEEDS)
def test_random_networks(seed: int) -> None:
    network = random_networks.network(seed)
    fast, plain = derive.compile(network, "native"), derive.compile(network, "python")
    chance = Random(seed)
    theta = [chance.gauss(0, 1) for _ in fast.names]
    x = [[chance.gauss(0, 1) for _ in range(network.sizes[0])] for _ in range(5)]
    outs = network.sizes[-1]
    targets = [[float(k == row % outs) for k in range(outs)] for row in range(5)]
    if network.loss.name == "hinge":
        targets = [[2 * t - 1 for t in row] for row in targets]
    for many in (True, False):
        rows, goals = (x, targets) if many else (x[0], targets[0])
        found, wanted = fast.flat(theta, rows, goals), plain.flat(theta, rows, goals)
        assert found[0] == pytest.approx(wanted[0], rel=1e-12, nan_ok=True)
        if math.isfinite(wanted[0]) and any(wanted[1]):
            close(found[1], wanted[1])


def test_many_examples_over_more_than_one_chunk() -> None:
    """The sums of chunks of 4,096 are added up, and the mean is over all."""
    network = NETWORKS["2-2-2"]
    x, t, theta = examples(network, 9_001, 3)
    fast, layers = derive.compile(network, "native"), derive.compile(network, "numpy")
    loss, gradient = fast.flat(np.array(theta), np.array(x), np.array(t))
    wanted, slopes = layers.flat(np.array(theta), np.array(x), np.array(t))
    assert loss == pytest.approx(wanted, rel=1e-13)
    close(gradient, slopes)
    # Views, other types and orders are read as what they say.
    turned = np.asfortranarray(np.array(x)), np.array(t)[::-1][::-1]
    assert fast.flat(np.array(theta), *turned)[0] == loss
    again = fast.flat(theta, np.array(x, dtype=np.float32).astype(float), t)
    assert again[0] == pytest.approx(loss, rel=1e-6)


def test_nan_and_infinity_pass_through_and_stay_in_their_example() -> None:
    network = NETWORKS["2-2-2"]
    fast = derive.compile(network, "native")
    x, t, theta = examples(network, 3, 1)
    assert math.isnan(fast.flat(theta, [math.nan, 1.0], [0.0, 1.0])[0])
    assert math.isnan(fast.flat(theta, [*x, [math.nan, 1.0]], [*t, [0.0, 1.0]])[0])
    assert math.isfinite(fast.flat(theta, x, t)[0])
    assert math.isinf(fast.flat(theta, x, [*t[:2], [math.inf, 0.0]])[0])


def test_a_copy_is_compiled_anew() -> None:
    fast = derive.compile(NETWORKS["9 and 17"], "native")
    copy = pickle.loads(pickle.dumps(fast))
    x, t, theta = examples(fast.network, 40, 2)
    assert copy == fast and copy.flat(theta, x, t) == fast.flat(theta, x, t)


FUSED = """
declare double @llvm.fma.f64(double, double, double)
define double @f(double %x) {
  %y = call double @llvm.fma.f64(double %x, double %x, double %x)
  ret double %y
}
"""


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="for x86-64 alone")
def test_a_processor_that_can_less_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two doubles at a time and no fused multiplication, as every processor of this kind has it."""
    names = ("2-2-2", "9 and 17", "shared", "many outputs", "sum")
    given = {name: examples(NETWORKS[name], 40, 4) for name in names}

    def bits() -> list[str]:
        outcomes = []
        for name in names:
            x, t, theta = given[name]
            f = derive.compile(NETWORKS[name], "native")
            for rows, goals in ((x, t), (x[0], t[0])):
                loss, gradient = f.flat(theta, rows, goals)
                outcomes += [number.hex() for number in (loss, *gradient)]
        return outcomes

    here, fused = bits(), machine.object_code(FUSED)
    monkeypatch.setattr(machine, "_processor", lambda: ("x86-64", ""))
    machine.target.cache_clear()
    try:
        assert machine.object_code(FUSED) != fused, "this processor can do no more than any other"
        assert bits() == here
    finally:
        machine.target.cache_clear()


def test_auto_says_what_it_took_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    from derive.compute.native import engine

    small, large = NETWORKS["2-2-2"], derive.Network(200, [Dense(100), Dense(1)])
    assert derive.compile(small).backend == "native"
    chosen = derive.compile(large)
    assert chosen.backend == "numpy" and "20,201 weights" in chosen.why
    with pytest.raises(ArgumentError, match="20,201 weights and biases are more than 16,000"):
        derive.compile(large, "native")
    monkeypatch.setattr(engine, "why_none", lambda: "llvmlite is not installed: pip install x")
    assert derive.compile(small).backend == "numpy"
    assert "llvmlite is not installed" in derive.compile(small).why
    with pytest.raises(ArgumentError, match="llvmlite is not installed"):
        derive.compile(small, "native")


@pytest.mark.parametrize("name", ["2-2-2", "sum", "frozen"])
def test_threads_change_no_bit(name: str) -> None:
    network = NETWORKS[name]
    alone, two, three = (derive.compile(network, "native", threads=n) for n in (1, 2, 3))
    for count in (4096, 4097, 13_000):  # a chunk has 4,096
        x, t, theta = examples(network, count, count)
        loss, gradient = alone.flat(np.array(theta), np.array(x), np.array(t))
        for f in (two, three, two):
            shared, slopes = f.flat(np.array(theta), np.array(x), np.array(t))
            assert (shared, slopes.tolist()) == (loss, gradient.tolist())
        assert two(x, t, two.unpack(theta))[0] == two.loss(x, t, two.unpack(theta)) == loss


def test_threads_are_a_part_of_what_a_function_is() -> None:
    one, two = (derive.compile(NETWORKS["2-2-2"], threads=n) for n in (1, 2))
    assert one != two == pickle.loads(pickle.dumps(two)) and two.threads == 2
    for bad in (0, -1, 1.5, True, "2"):
        with pytest.raises(ArgumentError, match="threads"):
            derive.compile(NETWORKS["2-2-2"], threads=bad)  # type: ignore[arg-type]
    assert derive.compile(NETWORKS["2-2-2"], "python", threads=2).backend == "python"
