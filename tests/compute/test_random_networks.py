"""Compiled gradients of random networks against differences of an independent forward pass."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

import derive
from derive.network.catalogue import ACTIVATIONS, LOSSES
from tests.compute import reference

DIGITS = 60
IN_UNIT = ("sigmoid", "softmax")
ALLOWED = [
    (activation, loss)
    for activation in ACTIVATIONS
    for loss in LOSSES
    if loss not in ("binary_cross_entropy", "cross_entropy", "kl_divergence")
    or activation in IN_UNIT
    or (activation == "softplus" and loss != "binary_cross_entropy")
]
# Far from kinks and ties, so that a difference is a derivative; whole numbers of 1/64.
NUMBERS = st.integers(-160, 160).filter(bool).map(lambda k: k / 64)


@dataclass(frozen=True)
class Drawn:
    """A network and its numbers, as both sides take them."""

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    biases: tuple[str, ...]
    loss: str
    over: str
    weights: list[list[list[float]]]
    offsets: list[list[float]]
    inputs: list[list[float]]
    targets: list[list[float]]
    frozen: tuple[tuple[str, ...], ...]

    def network(self) -> derive.Network:
        layers = [
            derive.Dense(
                units, activation, bias=bias, weights=w, frozen=frozen,
                biases=None if bias == "none" else b[0] if bias == "shared" else b,
            )
            for units, activation, bias, w, b, frozen in zip(
                self.sizes[1:], self.activations, self.biases, self.weights, self.offsets,
                self.frozen, strict=True,
            )
        ]  # fmt: skip
        one = len(self.inputs) == 1
        return derive.Network(
            self.inputs[0] if one else self.inputs, layers, self.loss,
            targets=self.targets[0] if one else self.targets, over_examples=self.over,
        )  # fmt: skip

    def parameters(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for k, (w, b, bias) in enumerate(
            zip(self.weights, self.offsets, self.biases, strict=True), 1
        ):
            found[f"W{k}"] = w
            if bias != "none":
                found[f"b{k}"] = b[0] if bias == "shared" else b
        return found


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    depth = draw(st.integers(1, 3))
    sizes = tuple(draw(st.integers(1, 4)) for _ in range(depth + 1))
    last, loss = draw(st.sampled_from(ALLOWED))
    hidden = [draw(st.sampled_from(sorted(ACTIVATIONS))) for _ in range(depth - 1)]
    if last == "softmax" and loss == "binary_cross_entropy" and sizes[-1] == 1:
        sizes = (*sizes[:-1], 2)
    biases = tuple(draw(st.sampled_from(["none", "neuron", "shared"])) for _ in range(depth))

    def vector(n: int) -> list[float]:
        return draw(st.lists(NUMBERS, min_size=n, max_size=n))

    offsets = [
        [0.0] * n if bias == "none" else vector(1) * n if bias == "shared" else vector(n)
        for n, bias in zip(sizes[1:], biases, strict=True)
    ]
    rows = draw(st.integers(1, 3))
    goals = st.integers(0, 64).map(lambda k: k / 64)
    if loss == "hinge":
        goals = st.sampled_from([-1.0, 1.0])
    kinds = [["weights", "biases"][: 1 + (bias != "none")] for bias in biases]
    frozen = [tuple(draw(st.sets(st.sampled_from(kind)))) for kind in kinds]
    frozen[draw(st.integers(0, depth - 1))] = ()  # something has to be trained
    return Drawn(
        sizes, (*hidden, last), biases, loss, draw(st.sampled_from(["mean", "sum"])),
        [[vector(m) for _ in range(n)] for n, m in pairwise(sizes)],
        offsets, [vector(sizes[0]) for _ in range(rows)],
        [draw(st.lists(goals, min_size=sizes[-1], max_size=sizes[-1])) for _ in range(rows)],
        tuple(frozen),
    )  # fmt: skip


def exact(case: Drawn) -> tuple[Any, dict[str, Any], list[list[Any]]]:
    """The loss, its gradients and the gradient by the inputs, by differences."""
    flat: list[Any] = []
    for w, b in zip(case.weights, case.offsets, strict=True):
        flat += [mpf(v) for row in w for v in row] + [mpf(v) for v in b]
    flat += [mpf(v) for row in case.inputs for v in row]

    def of(point: list[Any]) -> Any:
        values = iter(point)
        layers = []
        for n, m, name in zip(case.sizes, case.sizes[1:], case.activations, strict=False):
            w = [[next(values) for _ in range(m)] for _ in range(n)]
            layers.append((name, w, [next(values) for _ in range(m)]))
        total = mpf(0)
        for goal in case.targets:
            x = [next(values) for _ in range(case.sizes[0])]
            total += reference.loss_of(
                case.loss, reference.forward(layers, x), reference.high(goal)
            )
        return total / len(case.inputs) if case.over == "mean" else total

    found = iter(reference.differences(of, flat, DIGITS // 3))
    gradients: dict[str, Any] = {}
    for k, (n, m, bias) in enumerate(zip(case.sizes, case.sizes[1:], case.biases, strict=False), 1):
        gradients[f"W{k}"] = [[next(found) for _ in range(m)] for _ in range(n)]
        offsets = [next(found) for _ in range(m)]
        if bias != "none":
            gradients[f"b{k}"] = sum(offsets) if bias == "shared" else offsets
    rows = [[next(found) for _ in range(case.sizes[0])] for _ in case.inputs]
    return of(flat), gradients, rows


def smooth(case: Drawn) -> bool:
    """Whether no pre-activation and no loss term lies at a kink."""
    for row, goal in zip(case.inputs, case.targets, strict=True):
        a = reference.high(row)
        for w, b, name in zip(case.weights, case.offsets, case.activations, strict=True):
            z = reference.forward([("identity", reference.high(w), reference.high(b))], a)
            if name in ("relu", "leaky_relu", "elu", "selu") and min(map(abs, z)) < 1e-6:
                return False
            a = reference.forward([(name, reference.high(w), reference.high(b))], a)
        for y, t in zip(a, goal, strict=True):
            corner = {"absolute_error": y - t, "hinge": 1 - t * y, "huber": abs(y - t) - 1}
            if abs(corner.get(case.loss, mpf(1))) < 1e-6:
                return False
    return True


def near(found: Any, true: Any) -> None:
    """Within 1e-13 of 64 times the largest entry (and 1): what may have cancelled on the way."""
    ours = np.asarray(found, dtype=float).ravel()
    theirs = np.array([float(v) for v in np.asarray(true, dtype=object).ravel()])
    scale = 1.0 + float(np.abs(theirs).max(initial=0.0))
    assert np.all(np.abs(ours - theirs) <= 1e-13 * scale * 64), (ours, theirs)
    assert ours.shape == theirs.shape


CASE = Drawn(
    (2, 3, 2), ("softmax", "softmax"), ("shared", "neuron"), "binary_cross_entropy", "mean",
    [[[0.5, -1.0, 2.0], [0.25, 1.0, -2.0]], [[1.0, -1.0], [0.5, 2.0], [-2.0, 1.0]]],
    [[0.25] * 3, [0.5, -0.5]], [[1.0, -0.5], [0.5, 2.0]], [[1.0, 0.0], [0.25, 0.5]],
    (("weights",), ()),
)  # fmt: skip


@pytest.mark.parametrize("backend", ["auto", "python", "numpy"])
@settings(max_examples=30)
@given(case=drawn())
@example(case=CASE)
def test_gradient_is_the_difference_of_an_independent_forward_pass(
    case: Drawn, backend: str
) -> None:
    with mp.workdps(DIGITS):
        if not smooth(case):
            return
        loss, gradients, by_input = exact(case)
        network = case.network()
        f = derive.compile(network, backend)
        found, ours = f()
        near(found, loss)
        trained = {k for k in gradients if not _is_frozen(case, k)}
        assert set(ours) == trained
        for key in trained:
            near(ours[key], gradients[key])
            assert np.shape(ours[key]) == np.shape(case.parameters()[key])
        inputs = f.input_gradient()
        assert np.shape(inputs) == np.shape(_plain(case.inputs))
        near(inputs, by_input)


def _is_frozen(case: Drawn, key: str) -> bool:
    return {"W": "weights", "b": "biases"}[key[0]] in case.frozen[int(key[1:]) - 1]


def _plain(rows: list[list[float]]) -> Any:
    return rows[0] if len(rows) == 1 else rows


@settings(max_examples=20)
@given(case=drawn())
@example(case=CASE)
def test_both_ways_to_run_agree(case: Drawn) -> None:
    """Neuron by neuron and whole layers, one example and a batch, flat and by name."""
    network = case.network()
    scalar = derive.compile(network, "python")
    layers = derive.compile(network, "numpy")
    rows = 1 + 1000 // len(case.inputs)
    x, t = case.inputs * rows, case.targets * rows
    loss, ours = scalar(case.inputs, case.targets)
    many, theirs = layers(x, t)
    times = rows if case.over == "sum" else 1
    assert many == pytest.approx(loss * times, rel=1e-11, abs=1e-12 * times)
    assert set(theirs) == set(ours)
    for key, value in ours.items():
        np.testing.assert_allclose(
            theirs[key], np.multiply(value, times), rtol=1e-9, atol=1e-11 * times
        )
    theta = scalar.pack()
    assert isinstance(theta, list)
    again, flat = scalar.flat(theta, case.inputs, case.targets)
    assert again == pytest.approx(loss, rel=1e-15)
    assert scalar.pack(scalar.unpack(flat)) == flat
    outputs = scalar.forward(case.inputs)
    np.testing.assert_allclose(layers.forward(x)[: len(outputs)], outputs, rtol=1e-12, atol=1e-14)


def test_a_wrong_gradient_is_found() -> None:
    """The comparison can fail: one entry off by a millionth part."""
    with mp.workdps(DIGITS):
        _, gradients, _ = exact(CASE)
    _, ours = derive.compile(CASE.network())()
    wrong = np.array(ours["W2"])
    near(wrong, gradients["W2"])
    wrong[1, 0] *= 1 + 1e-6
    with pytest.raises(AssertionError):
        near(wrong, gradients["W2"])


@settings(max_examples=25)
@given(st.sampled_from(["1 if x > 0 else exp(x)", "x*x/(1 + x*x)", "sin(x) + x/2", "sqrt(1 + x**2)",
                        "atan(x)*cosh(x/4)", "ln(2 + sin(x))", "x**5/(4 + x**4)", "2**x",
                        "erf(x)*exp(-x**2)", "max(x, x/4) + min(1, x)", "(1 + x**2)**(1/3)"]),
       st.lists(NUMBERS, min_size=4, max_size=4))  # fmt: skip
def test_formulas_of_ones_own(formula: str, numbers: list[float]) -> None:
    """Value against Python's own arithmetic, slope against its differences, both back ends."""
    w, x, y, t = numbers
    own = derive.Dense(1, {"formula": formula}, bias="none", weights=[[w]])
    last = derive.Dense(1, bias="none", weights=[[y]])
    network = derive.Network([x], [own, last], {"formula": "(y - t)**2*(1 + t**2)"}, targets=[t])
    known = {name: getattr(mp, name) for name in ("exp", "sin", "sqrt", "atan", "cosh", "erf")}
    known |= {"ln": mp.log, "max": max, "min": min}

    def of(weight: Any) -> Any:
        a = eval(formula, known, {"x": weight * mpf(x)})
        return (mpf(y) * a - mpf(t)) ** 2 * (1 + mpf(t) ** 2)

    with mp.workdps(DIGITS):
        (slope,) = reference.differences(lambda p: of(p[0]), [mpf(w)], 20)
        if "max" in formula and abs(abs(w * x) - 0.5) == 0.5:
            return
        for backend in ("python", "numpy"):
            loss, gradients = derive.compile(network, backend)()
            assert loss == pytest.approx(float(of(mpf(w))), rel=1e-11, abs=1e-13)
            assert float(gradients["W1"][0][0]) == pytest.approx(
                float(slope), rel=1e-9, abs=1e-11 * (1 + math.fabs(loss))
            )
