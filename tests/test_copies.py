"""What is pickled, copied or sent to another process: equal, the same code, the same values."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from math import isnan
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cloudpickle
import pytest
from random_networks import network as drawn

import derive
from derive.derivation.trace import trace
from derive.expression.functions import SIGMOID, SIN, Function, elementary
from derive.graph import NetworkGraph
from derive.network.catalogue import ACTIVATIONS, LOSSES
from derive.network.errors import Notes
from derive.network.reading.choices import read_activation
from tests.truth import copies

ROOT = Path(__file__).parent.parent
COPIES: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
    "old pickle": lambda thing: pickle.loads(pickle.dumps(thing, protocol=2)),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "cloudpickle": lambda thing: cloudpickle.loads(cloudpickle.dumps(thing)),
}
OWN = ("x/(1 + exp(-x))", "ln(1 + exp(x))", "max(x, 0.1*x)")


def catalogue() -> list[derive.Network]:
    """Every activation before every loss that takes it, its pre-activations ±800."""
    found = []
    activations: list[Any] = [*ACTIVATIONS, *({"formula": formula} for formula in OWN)]
    losses: list[Any] = [*LOSSES, {"formula": "ln(cosh(y - t))"}]
    for activation in activations:
        for loss in losses:
            # The identity between, so that ±800 arrive at the output too.
            layers = [
                derive.Dense(2, activation, "none", [[1, 0], [0, 1]]),
                derive.Dense(2, "identity", "none", [[1, 0], [0, -1]]),
                derive.Dense(2, activation, "none", [[1, 0], [0, 1]]),
            ]
            goals = [1, -1] if loss == "hinge" else [0, 1]
            try:
                found.append(derive.Network([800, -800], layers, loss, targets=goals))
            except derive.NetworkError:
                continue  # a range outside of the loss's domain
    return found


NETWORKS = catalogue()


@pytest.mark.parametrize("way", COPIES)
def test_every_activation_and_loss_survives(way: str) -> None:
    assert len(NETWORKS) >= 129
    for number, network in enumerate(NETWORKS):
        other = COPIES[way](network)
        assert other == network
        assert hash(other) == hash(network)
        if number % 20 == 0:  # all of them in the next test
            assert compiled(other) == compiled(network)


def test_every_activation_and_loss_survives_the_way_to_another_process() -> None:
    here = list(map(compiled, NETWORKS))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert list(pool.map(compiled, NETWORKS, chunksize=len(NETWORKS))) == here


def compiled(network: derive.Network) -> tuple[str, str, str]:
    """The code of both back ends, and what the network's own numbers give, NaN as text."""
    one = derive.compile(network, "python")
    many = derive.compile(network, "numpy")
    batch = [[800.0, -800.0]] * 300
    goals = [[float(t.value) for t in (network.targets or ())[0]]] * 300
    loss, gradients = many(batch, goals)
    values = (
        one(),
        one.forward(),
        one.input_gradient(),
        loss,
        *(g.tolist() for g in gradients.values()),
    )
    return one.source, many._layers.code.source("loss_and_gradient"), repr(values)


def test_random_networks_are_the_same_elsewhere() -> None:
    assert copies.differences(range(20)) == []


OBJECTS: dict[str, Callable[[derive.Network], Any]] = {
    "Network": lambda network: network,
    "Dense": lambda _: derive.Dense(2, {"formula": "x**2"}, weights=[[1, 2]]),
    "Derivation": lambda network: derive.derive(network),
    "a checked Derivation": lambda network: _checked(derive.derive(network, "paths")),
    "report": lambda network: derive.derive(network).check(),
    "GradientFunction": lambda network: derive.compile(network),
    "a used GradientFunction": lambda network: _used(derive.compile(network)),
    "Training": lambda network: derive.train(network, (0.1, 0.5), 5),
    "a read Training": lambda network: _read(derive.train(network, epochs=5)),
    "Run": lambda network: derive.train(network, epochs=5).runs[0],
    "NetworkGraph": NetworkGraph,
    "Trace": lambda network: trace(NetworkGraph(network)),
    "expressions": lambda network: tuple(NetworkGraph(network).definitions.items()),
}  # fmt: skip


def _checked(derivation: derive.Derivation) -> derive.Derivation:
    derivation.check()
    return derivation


def _used(f: derive.GradientFunction) -> derive.GradientFunction:
    f()
    assert f.source
    return f


def _read(training: derive.Training) -> derive.Training:
    list(training.table(0.5))
    return training


@pytest.mark.parametrize("what", OBJECTS)
@pytest.mark.parametrize("example", ["mazur", "write-up-002", "relu-deep"])
def test_every_object_survives(what: str, example: str) -> None:
    thing = OBJECTS[what](derive.load(ROOT / "examples" / f"{example}.yaml"))
    for way, make in COPIES.items():
        other = make(thing)
        assert other == thing, way
        assert way == "copy" or (other is not thing) or what == "expressions"
        if what != "Dense":  # as a user writes it, it may hold lists
            assert hash(other) == hash(thing), way


def test_a_copy_is_worked_with_like_the_original() -> None:
    network = derive.load(ROOT / "examples" / "mazur.yaml")
    derivation = pickle.loads(pickle.dumps(derive.derive(network)))
    assert derivation.check() == derive.derive(network).check()
    assert derive.render(derivation, "text") == derive.render(derive.derive(network), "text")
    training = pickle.loads(pickle.dumps(derive.train(network, epochs=5)))
    assert list(training.table(0.5)) == list(derive.train(network, epochs=5).table(0.5))
    values = pickle.loads(pickle.dumps(trace(NetworkGraph(network))))
    mine = trace(NetworkGraph(network))
    for q in NetworkGraph(network).definitions:
        assert values.quantity(q) == mine.quantity(q)


def test_a_run_that_diverged_is_equal_to_its_copy() -> None:
    layer = derive.Dense(2, "softmax", "none", weights=[[1, 2]])
    network = derive.Network([1e10], [layer], "cross_entropy", targets=[1, 0])
    training = derive.train(network, (1e299,), 5, on_divergence="continue")
    assert isnan(training.runs[0].losses[-1])
    assert pickle.loads(pickle.dumps(training)) == training


HASHED = """
import pickle, sys
sys.path[:0] = [{root!r}, {tests!r}]
from random_networks import network
from derive.graph import NetworkGraph
sent = pickle.loads(sys.stdin.buffer.read())
for seed, (one, graph) in enumerate(sent):
    here = network(seed)
    assert here == one and hash(here) == hash(one), seed
    assert {{here: seed}}[one] == seed
    own = NetworkGraph(here)
    assert own == graph and {{e: q for q, e in own.definitions.items()}} == {{
        e: q for q, e in graph.definitions.items()
    }}, seed
"""


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_hashes_fit_whatever_the_seed_of_hashing(seed: str) -> None:
    """A set or dict of the other process finds what arrived there."""
    sent = pickle.dumps([(one := drawn(k), NetworkGraph(one)) for k in range(25)])
    code = HASHED.format(root=str(ROOT), tests=str(ROOT / "tests"))
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    subprocess.run([sys.executable, "-c", code], input=sent, env=environment, check=True)


def test_elementary_functions_are_found_by_name() -> None:
    for function in elementary().values():
        assert pickle.loads(pickle.dumps(function)) is function
        assert copy.copy(function) is function
    own = Function("sin", "f", "f", definition=SIN.parameters[0])
    other = pickle.loads(pickle.dumps(own))
    assert other == own != SIN


def test_functions_are_what_they_say() -> None:
    def use(formula: str) -> Function:
        found = read_activation(Notes(), {"formula": formula}, (), {})
        assert found is not None and found.function is not None
        return found.function

    assert pickle.loads(pickle.dumps(use("x**2"))) == use("x**2") != use("x**3")
    assert use("x**2") != SIGMOID


def _as_another(self: Function) -> tuple[Any, ...]:
    return Function, (self.name, self.latex, "?", *self._fields()[3:])


def test_the_fault_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a copied function is another function, the copied network compiles to other code."""
    monkeypatch.setattr(
        Function,
        "__reduce__",
        _as_another,
    )
    softmax = next(n for n in NETWORKS if n.loss.name == "log_cosh")
    other = pickle.loads(pickle.dumps(softmax))
    assert other != softmax
    with pytest.raises((AssertionError, OverflowError)):
        assert compiled(other) == compiled(softmax)
