"""The reference values that questions to the reader ask for: batches, equal weights, norms.

They are of ``data/references.json`` like those of test_references.py, which has the gradients.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from test_references import REFERENCES, article, double, example

import derive
from derive.derivation.trace import ExampleTrace, trace
from derive.expression.arithmetic import HIGH
from derive.expression.nodes import ACTIVATION, DELTA, Quantity
from derive.graph import BATCH_E, E, NetworkGraph

EXERCISES = REFERENCES["002"]["exercises"]
LAST = 1000


def exercise(start: str) -> Any:
    (name,) = (key for key in EXERCISES if key.startswith(start))
    return EXERCISES[name]


# -- a batch of three ----------------------------------------------------------------------------


def test_a_batch_has_the_loss_of_each_example_and_their_mean() -> None:
    refs = exercise("batch_of_3")
    network = article(inputs=refs["inputs"], targets=refs["targets"])
    values = trace(NetworkGraph(network))
    losses = [double(one.quantity(E)) for one in values.examples]
    assert losses == [float(number) for number in refs["per_example_loss"]]
    assert double(values.quantity(BATCH_E)) == float(refs["mean_loss"])


def test_the_example_file_of_the_batch_is_that_batch() -> None:
    refs = exercise("batch_of_3")
    network = example("write-up-002-batch")
    for rows, key in ((network.inputs, "inputs"), (network.targets, "targets")):
        assert rows is not None
        assert [[n.value for n in row] for row in rows] == [
            [Fraction(number) for number in row] for row in refs[key]
        ]


# -- equal weights ---------------------------------------------------------------------------------


def test_equal_weights_give_hidden_deltas_of_exactly_zero() -> None:
    one = trace(NetworkGraph(article(equal=True))).examples[0]
    for layer in (1, 2):
        for unit in range(3):
            assert double(one.quantity(Quantity(DELTA, layer, unit))) == 0.0
    outer = [one.quantity(Quantity(DELTA, 3, unit)) for unit in range(3)]
    assert [double(delta) for delta in outer] == [-1.0, 0.5, 0.5]


def test_equal_weights_keep_the_units_of_a_layer_alike_for_ever() -> None:
    """Only the outputs part after the first update; what is alike stays alike after many."""
    one = after(article(equal=True), 50)
    for layer in (1, 2):
        alike = {one.quantity(Quantity(ACTIVATION, layer, unit)) for unit in range(3)}
        assert len(alike) == 1
    outputs = [one.quantity(Quantity(ACTIVATION, 3, unit)) for unit in range(3)]
    assert outputs[0] != outputs[1] == outputs[2]


# -- vanishing gradients -------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "layer"), [("dW_ij", 1), ("dW_jk", 2), ("dW_kl", 3)])
def test_the_norm_of_each_gradient_matrix(name: str, layer: int) -> None:
    network = example("write-up-002")
    one = trace(NetworkGraph(network)).examples[0]
    squares = sum(one.partial(E, w) ** 2 for w in network.weights(layer))
    norm = HIGH.context.sqrt(squares)
    assert double(norm) == float(exercise("vanishing_gradient_in_this")[name])


# -- after training --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "branch"),
    [("write-up-003", "as_written"), ("write-up-003-linear", "suggested_fix")],
)
def test_the_output_after_a_thousand_updates(name: str, branch: str) -> None:
    (key,) = (key for key in REFERENCES["003"] if key.startswith(branch))
    refs = REFERENCES["003"][key]
    y = double(after(example(name), LAST).quantity(Quantity(ACTIVATION, 2)))
    expected = float(refs["y_pred_after_1000_updates_lr_0_1"])
    assert abs(y - expected) <= 1e-12 * expected
    if branch == "as_written":
        infimum = float(refs["infimum_of_loss (sigmoid output < 1)"])
        assert infimum == float(Fraction(1, 2) * (1 - Fraction("3.3")) ** 2)
        loss = double(after(example(name), LAST).quantity(E))
        assert infimum < loss < infimum + 0.01


@pytest.mark.parametrize("number", ["000", "001"])
def test_row_n_of_a_spreadsheet_has_the_loss_before_update_n(number: str) -> None:
    """Row 1 shows the start, so row n shows the loss after n − 1 updates."""
    for rate, refs in REFERENCES[number]["training"].items():
        (key,) = (key for key in refs if key.startswith("loss_in_spreadsheet_row_n"))
        losses = derive.train(example(f"write-up-{number}"), [float(rate)], LAST)[
            float(rate)
        ].losses
        for row, expected in refs[key].items():
            found = losses[int(row) - 1]
            assert abs(found - float(expected)) <= 1e-12 * float(expected), (rate, row)


def after(network: derive.Network, updates: int) -> ExampleTrace:
    """The trace after training, its weights those of the training's last epoch."""
    assert network.learning_rate is not None
    rate = float(network.learning_rate.value)
    theta = derive.train(network, [rate], updates)[rate].theta(updates)
    order = [
        w
        for layer in network.layers
        for w in (
            *sorted(network.weights(layer.index), key=lambda w: (w.source, w.unit)),
            *network.biases(layer.index),
        )
        if w in set(network.parameters())
    ]
    changed = {w: HIGH.number(Fraction(x)) for w, x in zip(order, theta, strict=True)}
    return trace(NetworkGraph(network), changed).examples[0]
