"""No network that is defined is refused: a few of those that ``make truth`` counts."""

from __future__ import annotations

import pytest

import derive
from derive.derivation.failure import CheckFailed
from derive.network.description import Dense, Network
from tests.truth.refusals import drawn, refused

# Among them deep ones into softmax, where a probability is 10⁻¹⁰ at a random point.
SEEDS = (*range(12), 1006, 1318)


def test_random_networks_are_not_refused() -> None:
    assert refused(SEEDS) == []


def test_the_networks_are_of_every_kind() -> None:
    networks = [drawn(seed)[0] for seed in range(400)]
    layers = [layer for one in networks for layer in one.layers]
    assert len({layer.activation.formula or layer.activation.name for layer in layers}) > 30
    assert len({one.loss.formula or one.loss.name for one in networks}) > 18
    assert {layer.bias for layer in layers} == {"none", "neuron", "shared"}
    assert {len(one.layers) for one in networks} == {1, 2, 3, 4}
    assert any(layer.frozen for layer in layers) and any(one.is_batch for one in networks)


def test_a_probability_of_next_to_nothing_is_checked() -> None:
    """ln y and 1/y where y is 10⁻⁹ and less: z of the softmax is made large."""
    for loss in ("cross_entropy", "binary_cross_entropy", "kl_divergence"):
        layers = [Dense(4, "softplus"), Dense(4, {"formula": "9*x + 5"}), Dense(4, "softmax")]
        derive.derive(Network(2, layers, loss)).check()


def test_a_network_that_is_refused_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count can fail."""

    def refuse(self: object) -> None:
        raise CheckFailed("define/E", "is not so")

    monkeypatch.setattr(derive.Derivation, "check", refuse)
    (line,) = refused([7])
    assert line.startswith("seed 7, ") and line.endswith("CheckFailed: step define/E: is not so")
