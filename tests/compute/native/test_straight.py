"""Straight lines of code for the descent of small networks: sigmoids, and examples together."""

from __future__ import annotations

import ctypes
import math
from random import Random
from typing import Any

import pytest
from mpmath import mp, mpf

import derive

pytest.importorskip("llvmlite", reason="llvmlite is not installed")

from derive.compute.native import elementary, machine, straight
from derive.compute.native.descent import Lanes
from derive.compute.native.kernel import needed
from derive.compute.native.straight import load, sigmoids, store
from derive.compute.native.values import Body
from derive.compute.programs.program import Statement
from derive.compute.sources.source import ScalarSource
from derive.expression.nodes import quantities

SPECIAL = [0.0, -0.0, 1e-300, -1e-300, 708.0, -708.0, 708.1, 1e9, -1e9, math.inf, -math.inf]


def logistic(numbers: list[float]) -> list[tuple[float, float]]:
    """σ(x) and σ(−x), in machine code, eight at a time."""
    body = Body(8)
    for place, value in enumerate(elementary.logistic(load(body, "%x", 0))):
        store(body, value, "%y", 8 * place)
    source = [
        *body.before("one"), *needed(body), "define void @one(ptr %x, ptr %y) {", "entry:",
        *body.opening("one"), *body.lines, "  ret void", "}",
    ]  # fmt: skip
    linked = machine.Linked(machine.object_code("\n".join(source)), ("one",))
    run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(linked.address["one"])
    results = []
    for first in range(0, len(numbers), 8):
        some = numbers[first : first + 8]
        x = (ctypes.c_double * 8)(*some, *[0.0] * (8 - len(some)))
        y = (ctypes.c_double * 16)()
        run(ctypes.addressof(x), ctypes.addressof(y))
        results += [(y[k], y[8 + k]) for k in range(len(some))]
    return results


def worst(count: int = 4000) -> float:
    """The largest error in units in the last place, of both."""
    chance = Random(3)
    numbers = [
        chance.choice((1, -1)) * chance.choice((chance.random(), 10 ** chance.uniform(-9, 2.84)))
        for _ in range(count)
    ]
    error = 0.0
    with mp.workdps(60):
        for x, found in zip(numbers, logistic(numbers), strict=True):
            for value, sign in zip(found, (1, -1), strict=True):
                exact = 1 / (1 + mp.exp(-sign * mpf(x)))
                error = max(error, float(abs(mpf(value) - exact) / math.ulp(float(exact))))
    return error


def test_a_sigmoid_and_its_rest_are_right_to_the_last_digits() -> None:
    assert worst() < 2.8


def test_a_coefficient_that_is_off_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = elementary.PADE_ODD
    monkeypatch.setattr(elementary, "PADE_ODD", (first, second, third * (1 + 1e-6)))
    assert worst(400) > 2.8


def test_far_away_it_is_0_and_1_as_far_as_doubles_tell() -> None:
    for x, (value, rest) in zip(SPECIAL, logistic(SPECIAL), strict=True):
        if abs(x) < 1:
            assert (value, rest) == (0.5, 0.5)
        elif x > 0:
            assert value == 1.0 and 0 < rest < 1e-307
        else:
            assert rest == 1.0 and 0 < value < 1e-307
    assert all(map(math.isnan, logistic([math.nan])[0]))


def network(last: str, loss: str) -> derive.Network:
    return derive.Network(
        [[0.3, -0.2], [0.7, 0.1], [-1.0, 0.4]],
        [derive.Dense(2, "sigmoid", "neuron", [[0.5, -0.4], [0.3, 0.8]], [0.1, -0.1]),
         derive.Dense(1, last, "neuron", [[0.7], [-0.6]], [0.05])],
        loss, targets=[[0], [1], [1]],
    )  # fmt: skip


@pytest.mark.parametrize(("last", "loss", "count"), [
    ("sigmoid", "half_squared_error", 3), ("identity", "half_squared_error", 2),
    ("sigmoid", "binary_cross_entropy", 2), ("tanh", "huber", 2),
])  # fmt: skip
def test_sigmoids_go_by_one_quotient_unless_their_exponential_is_asked_for(
    last: str, loss: Any, count: int
) -> None:
    program = straight._program(ScalarSource(network(last, loss)))
    changed, units = sigmoids(program)
    assert len(units) == count
    replaced = {(unit.z.layer, unit.z.unit) for unit in units.values()}
    for item in changed.items:
        assert isinstance(item, Statement)
        if item.target not in units:
            used = {(q.layer, q.unit) for q in quantities(item.expression) if q.name in ("e", "r")}
            assert not used & replaced
    runs = [derive.train(network(last, loss), (0.7,), 200, backend=how).runs[0]
            for how in ("native", "python")]  # fmt: skip
    assert list(runs[0].losses) == pytest.approx(list(runs[1].losses), rel=1e-12)
    assert runs[0].theta() == pytest.approx(runs[1].theta(), rel=1e-12, abs=1e-13)


def test_saturated_sigmoids_keep_their_slopes() -> None:
    """1 − a of an a that is 1 to all its digits."""
    far = derive.Network(
        [40.0], [derive.Dense(1, "sigmoid", "neuron", [[1.0]], [0.5])], targets=[[0]]
    )  # fmt: skip
    ends = [derive.train(far, (1e12,), 3, backend=how).runs[0].theta()
            for how in ("native", "python")]  # fmt: skip
    assert ends[0] == pytest.approx(ends[1], rel=1e-12)
    assert ends[0] != [1.0, 0.5]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 8])
def test_the_bits_do_not_depend_on_how_many_examples_stand_together(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[0.3 * k, 1.0 - 0.2 * k] for k in range(count)]
    targets = [[k % 2] for k in range(count)]
    results = []
    for most in (4, 1):
        monkeypatch.setattr(straight, "_TOGETHER", most)
        lanes = Lanes(network("sigmoid", "half_squared_error"), (), rows, targets)
        group = lanes.group([[0.1 * k for k in range(9)]], [0.5])
        group.advance(40)
        results.append(group.thetas())
    assert results[0] == results[1]


def test_large_networks_are_left_to_loops() -> None:
    small, large = (
        derive.Network(4, [derive.Dense(n, "tanh"), derive.Dense(n, "sigmoid")]) for n in (2, 12)
    )
    assert [straight.fits(ScalarSource(net)) for net in (small, large)] == [True, False]
