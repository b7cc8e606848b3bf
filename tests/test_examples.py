"""What the comments at the heads of the example files claim."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import derive
from derive.derivation.trace import Trace, trace
from derive.expression.arithmetic import HIGH
from derive.expression.nodes import PRE_ACTIVATION, Quantity
from derive.graph import BATCH_E, RATE, E, NetworkGraph

EXAMPLES = Path(__file__).parent.parent / "examples"


def example(name: str) -> derive.Network:
    return derive.load(EXAMPLES / f"{name}.yaml")


def after_one_step(network: derive.Network) -> Trace:
    graph = NetworkGraph(network)
    before = trace(graph)
    goal = BATCH_E if network.is_batch else E
    rate = before.quantity(RATE)
    moved: dict[Quantity, Any] = {
        w: before.quantity(w) - rate * before.partial(goal, w) for w in network.parameters()
    }
    return trace(graph, moved)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("mazur", "0.298371108760002688607", "0.291027773693599350872"),
        ("mazur-trained-biases", "0.298371108760002688607", "0.285750886699"),
    ],
)
def test_the_losses_of_the_much_quoted_example(name: str, before: str, after: str) -> None:
    network = example(name)
    for found, stated in (
        (trace(NetworkGraph(network)).quantity(E), before),
        (after_one_step(network).quantity(E), after),
    ):
        unit = Fraction(1, 10 ** len(stated.partition(".")[2]))
        assert abs(found - HIGH.number(Fraction(stated))) <= HIGH.number(unit)


def test_one_neuron_of_each_hidden_relu_layer_is_inactive() -> None:
    network = example("relu-deep")
    values = trace(NetworkGraph(network))
    for layer in (1, 2):
        units = range(network.sizes[layer])
        z = [values.quantity(Quantity(PRE_ACTIVATION, layer, j)) for j in units]
        assert sum(value < 0 for value in z) == 1
        assert all(value != 0 for value in z)
        (silent,) = (j for j in units if z[j] < 0)
        into = [w for w in network.weights(layer) if w.unit == silent]
        out = [w for w in network.weights(layer + 1) if w.source == silent]
        assert all(values.partial(E, w) == 0 for w in (*into, *out))


def test_the_symbolic_example_has_no_numbers_and_the_batch_three_rows() -> None:
    assert not example("symbolic").has_values
    assert example("batch").example_count == example("write-up-002-batch").example_count == 3
