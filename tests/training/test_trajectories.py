"""Whole trajectories against recorded ones of sixty digits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import derive

FILE = Path(__file__).parents[1] / "data" / "references.json"
NETWORKS = json.loads(FILE.read_text("utf-8"))["networks"]
RELATIVE = 1e-12
LAST = 1000
AFTER_N = "loss_after_n_updates"


def example(name: str) -> derive.Network:
    return derive.load(f"examples/{name}.yaml")


def trained(name: str, rates: Any) -> derive.Training:
    return derive.train(example(name), list(rates), LAST)


def off(found: float, expected: float, slack: float = 0.0) -> bool:
    return abs(found - expected) > RELATIVE * abs(expected) + slack


def wrong(training: derive.Training, recorded: dict[str, Any], slack: Any = None) -> list[str]:
    """The recorded losses that a training does not have."""
    return [
        f"rate {rate}, epoch {n}: {found} is not {expected}"
        for rate, losses in recorded.items()
        for n, expected in losses.items()
        if off(
            found := training[float(rate)].losses[int(n)], float(expected),
            0.0 if slack is None else slack(float(expected)),
        )
    ]  # fmt: skip


@pytest.mark.parametrize("number", ["000", "001"])
def test_six_rates_from_the_same_start(number: str) -> None:
    recorded = NETWORKS[number]["training"]
    training = trained(f"write-up-{number}", recorded)
    assert not wrong(training, {rate: refs[AFTER_N] for rate, refs in recorded.items()})
    assert len(recorded) == 6
    called = [str(name) for name in derive.compile(training.network).names]
    for rate, refs in recorded.items():
        theta = dict(zip(called, training[float(rate)].theta(LAST), strict=True))
        weights = refs["weights_after_1000_updates"]
        assert set(theta) == set(weights)
        assert [w for w in weights if off(theta[w], float(weights[w]))] == []
        outputs = derive.compile(training.network).forward(
            parameters=training.parameters(float(rate))
        )
        for y, expected in zip(outputs, refs["outputs_after_1000_updates"], strict=True):
            assert not off(y, float(expected))


def test_frozen_biases_and_a_softmax() -> None:
    (name,) = (key for key in NETWORKS["002"] if key.startswith("training"))
    recorded = NETWORKS["002"][name]
    assert not wrong(trained("write-up-002", recorded), recorded)


def test_a_target_out_of_reach() -> None:
    recorded = NETWORKS["003"]["as_written"]["training_loss_after_n_updates"]
    assert not wrong(trained("write-up-003", recorded), recorded)


def test_a_target_that_is_reached() -> None:
    """Near 0 the loss ½d² is known as well as d is: to some units of the last place of 3.3."""
    (variant,) = (key for key in NETWORKS["003"] if key.startswith("suggested_fix"))
    recorded = NETWORKS["003"][variant]["training_loss_after_n_updates"]
    ulps = 20 * 2.0**-51

    def slack(loss: float) -> float:
        difference: float = (2 * loss) ** 0.5
        return ulps * difference + ulps**2

    assert not wrong(trained("write-up-003-linear", recorded), recorded, slack)


def test_a_wrong_trajectory_is_seen() -> None:
    recorded = {"0.5": dict(NETWORKS["001"]["training"]["0.5"][AFTER_N])}
    training = trained("write-up-001", recorded)
    recorded["0.5"]["100"] = str(float(recorded["0.5"]["100"]) * (1 + 3e-12))
    assert [line[:19] for line in wrong(training, recorded)] == ["rate 0.5, epoch 100"]
