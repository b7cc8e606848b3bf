"""Gradient descent against the compiled function, sixty digits, NumPy by hand, and itself."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import derive
from derive.compute.arguments import ArgumentError
from derive.compute.training.descent import Layers, Loop, descent, looped
from derive.compute.training.start import starting_point
from derive.expression.nodes import BATCH_LOSS, LOSS, Quantity
from tests.compute.test_random_networks import Drawn, drawn
from tests.derivation.oracle import mp
from tests.document.claims import network, oracle

XOR_INPUTS = [[0, 0], [0, 1], [1, 0], [1, 1]]
XOR_TARGETS = [[0], [1], [1], [0]]
XOR = network((2, 3, 1), ("tanh", "sigmoid"), "binary_cross_entropy", seed=2, examples=4,
              inputs=XOR_INPUTS, targets=XOR_TARGETS)  # fmt: skip


def theta_of(of: derive.Network) -> list[float]:
    return [float(n.value) for q in of.parameters() if (n := of.value(q))]


@settings(max_examples=60)
@given(drawn())
def test_a_step_is_theta_minus_rate_times_gradient(case: Drawn) -> None:
    """Bit for bit what calling the compiled function step by step gives."""
    of = case.network()
    if not of.parameters():
        return
    f = derive.compile(of, backend="python")
    theta = theta_of(of)
    run = derive.train(of, (0.125,), 5, on_divergence="continue")[0.125]
    for epoch in range(6):
        loss, gradient = f.flat(theta)
        assert run.losses[epoch] == loss or not math.isfinite(loss)
        assert run.theta(epoch) == theta
        if run.epochs == epoch:
            break
        theta = [w - 0.125 * slope for w, slope in zip(theta, gradient, strict=True)]


@pytest.mark.parametrize(
    "of",
    [
        network((2, 3, 2), ("tanh", "sigmoid")),
        network((2, 2, 3), ("relu", "softmax"), "cross_entropy", examples=3),
        network((2, 2, 1), ("tanh", "sigmoid"), examples=3, over_examples="sum",
                targets=[[1], [0], [1]], bias="shared"),
        network((2, 2, 2), ("tanh",) * 2, frozen=((), ("weights",))),
    ],
    ids=["one example", "mean of three", "sum of three", "frozen weights"],
)  # fmt: skip
def test_the_first_steps_have_the_values_of_sixty_digits(of: derive.Network) -> None:
    run = derive.train(of, (0.5,), 3)[0.5]
    goal = Quantity(BATCH_LOSS if of.is_batch else LOSS)
    moved: dict[Quantity, Any] = {}
    for epoch in range(4):
        at = oracle(of, moved)
        assert abs(run.losses[epoch] - at.quantity(goal)) < 1e-14
        for w, value in zip(of.parameters(), run.theta(epoch), strict=True):
            assert abs(value - at.quantity(w)) < 1e-14
        moved = {w: at.quantity(w) - mp.mpf("0.5") * at.difference(goal, w)
                 for w in of.parameters()}  # fmt: skip


def by_hand(
    rate: float, epochs: int, batches: Any = None, rows: int = 4
) -> tuple[list[float], list[Any]]:
    """XOR with tanh, sigmoid and binary cross-entropy as one writes it in NumPy."""
    f = derive.compile(XOR)
    w1, b1, w2, b2 = (np.array(v) for v in f.unpack(theta_of(XOR)).values())
    x, t = np.array(XOR_INPUTS, float), np.array(XOR_TARGETS, float)
    losses = []

    def forward(rows: Any) -> tuple[Any, Any]:
        a = np.tanh(x[rows] @ w1 + b1)
        return a, 1 / (1 + np.exp(-(a @ w2 + b2)))

    for epoch in range(epochs + 1):
        _, y = forward(slice(None))
        losses.append(float(-(t * np.log(y) + (1 - t) * np.log(1 - y)).mean()))
        if epoch == epochs:
            break
        for batch in batches(epoch) if batches else [list(range(rows))]:
            a, y = forward(batch)
            delta = (y - t[batch]) / len(batch)
            back = delta @ w2.T * (1 - a * a)
            w2 = w2 - rate * a.T @ delta
            b2 = b2 - rate * delta.sum(axis=0)
            w1 = w1 - rate * x[batch].T @ back
            b1 = b1 - rate * back.sum(axis=0)
    return losses, [w1, b1, w2, b2]


def test_a_batch_goes_the_way_of_numpy_by_hand() -> None:
    training = derive.train(XOR, (0.5, 2.0), 200)
    for rate in (0.5, 2.0):
        losses, parameters = by_hand(rate, 200)
        assert np.allclose(training[rate].losses, losses, rtol=1e-11, atol=0)
        for mine, theirs in zip(training.parameters(rate).values(), parameters, strict=True):
            assert np.allclose(mine, theirs, rtol=1e-9, atol=1e-12)


def shuffled(seed: int, size: int) -> Any:
    """The batches of each epoch in turn: the four examples in a new order, cut up."""
    chance = Random(seed)

    def batches(_: int) -> list[list[int]]:
        order = [0, 1, 2, 3]
        chance.shuffle(order)
        return [order[start : start + size] for start in range(0, 4, size)]

    return batches


@pytest.mark.parametrize("size", [1, 3])
def test_minibatches_go_the_way_of_numpy_by_hand(size: int) -> None:
    training = derive.train(XOR, (0.5, 1.0), 50, batch_size=size, seed=11)
    for rate in (0.5, 1.0):  # every rate sees the same batches
        losses, _ = by_hand(rate, 50, shuffled(11, size))
        assert np.allclose(training[rate].losses, losses, rtol=1e-11, atol=0)


def test_minibatches_depend_on_the_seed_alone() -> None:
    runs = [derive.train(XOR, (0.5,), 20, batch_size=2, seed=s)[0.5] for s in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert list(runs[0].losses) != list(runs[2].losses)


@pytest.mark.parametrize("size", [None, 1, 3])
def test_in_the_given_order_patterns_are_trained_one_after_the_other(size: int | None) -> None:
    training = derive.train(XOR, (0.5, 1.0), 50, batch_size=size, order="given", seed=4)
    assert (training.settings.batch_size, training.minibatches) == (size or 1, True)
    cut = [[0], [1], [2], [3]] if size != 3 else [[0, 1, 2], [3]]
    for rate in (0.5, 1.0):
        losses, _ = by_hand(rate, 50, lambda _: cut)
        assert np.allclose(training[rate].losses, losses, rtol=1e-11, atol=0)


def test_an_order_that_is_none_is_refused() -> None:
    with pytest.raises(ArgumentError, match="order: got 'random'; allowed: 'shuffled' or 'given'"):
        derive.train(XOR, (0.5,), 1, order="random")  # type: ignore[arg-type]


def test_a_batch_of_all_examples_is_no_minibatch() -> None:
    whole, batch = (derive.train(XOR, (0.5,), 20, batch_size=b) for b in (None, 4))
    assert whole[0.5] == batch[0.5]
    assert not batch.minibatches


HALF_FROZEN = network((2, 3, 2), ("softplus", "softmax"), "cross_entropy", examples=5,
                      frozen=(("weights",), ("biases",)))  # fmt: skip


@pytest.mark.parametrize("batch_size", [None, 2])
@pytest.mark.parametrize("of", [XOR, HALF_FROZEN], ids=["xor", "half frozen"])
def test_loop_and_layers_agree(of: derive.Network, batch_size: int | None) -> None:
    assert of.inputs is not None and of.targets is not None
    x, t = ([[float(n.value) for n in row] for row in rows] for rows in (of.inputs, of.targets))
    start = starting_point(of, None)
    ends = []
    for kind in (looped, Layers):
        way = kind(of, start, x, t)
        theta: Any = list(start.theta)
        if batch_size is None:
            losses, history = [array_d() for _ in range(2)]
            theta = way.full(theta, 0.5, 30, losses, history)
            ends.append([*losses, *history, *theta])
        else:
            for _ in range(10):
                theta = way.epoch(theta, 0.5, [[3, 0], [1, 2]])
            ends.append([way.loss(theta), *theta])
    assert np.allclose(*ends, rtol=1e-11, atol=1e-13)


def array_d() -> Any:
    from array import array

    return array("d")


def test_large_work_goes_to_whole_layers() -> None:
    small, large = XOR, network((8, 20, 20, 3), ("tanh", "tanh", "softmax"), "cross_entropy")
    kinds = [
        type(descent(of, starting_point(of, None), [[0.0] * of.sizes[0]], [[0.0] * of.sizes[-1]],
                     None))
        for of in (small, large)
    ]  # fmt: skip
    assert kinds == [Loop, Layers]
    losses = derive.train(large, (0.1,), 30)[0.1].losses
    assert losses[30] < losses[0]


def test_nothing_frozen_moves() -> None:
    of = derive.load("examples/mazur.yaml")
    training = derive.train(of, (0.5,), 10)
    names = [str(column) for column in training.columns]
    frozen = [k for k, q in enumerate(training.columns, 1)
              if isinstance(q, Quantity) and q.kind == "bias"]  # fmt: skip
    rows = list(training.table(0.5))
    assert len(frozen) == 2 and len(names) == len(rows[0]) - 1
    for k in frozen:
        assert len({row[k] for row in rows}) == 1


def test_the_loss_after_one_step_of_the_worked_example() -> None:
    """The numbers that most explanations quote, with and without moving biases."""
    for name, after in (("mazur", 0.291027773693599), ("mazur-trained-biases", 0.285750886699296)):
        losses = derive.train(derive.load(f"examples/{name}.yaml"), (0.5,), 1)[0.5].losses
        assert abs(losses[0] - 0.298371108760003) < 1e-14
        assert abs(losses[1] - after) < 1e-14
