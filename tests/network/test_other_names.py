"""What other programs call things: every name is told what to write, and that works."""

from __future__ import annotations

import io
import re

import pytest

import derive
from derive.network.catalogue import ACTIVATIONS, LOSSES
from derive.network.loader import KEYS
from derive.network.loader import LAYER_KEYS as ALL_LAYER_KEYS
from derive.network.other_names import (
    ACTIVATIONS as OTHER_ACTIVATIONS,
)
from derive.network.other_names import (
    FILE_KEYS,
    LAYER_KEYS,
    Other,
    plain,
)
from derive.network.other_names import (
    LOSSES as OTHER_LOSSES,
)


def load(activation: str = "sigmoid", loss: str = "half_squared_error", more: str = "") -> None:
    derive.load(
        io.StringIO(
            f"inputs: 2\nlayers: [{{units: 2, activation: {activation}}}]\nloss: {loss}\n{more}"
        )
    )


def problem(**said: str) -> str:
    with pytest.raises(derive.NetworkError) as caught:
        load(**said)
    (line,) = str(caught.value).splitlines()
    return line


@pytest.mark.parametrize(
    ("table", "allowed"),
    [
        (OTHER_ACTIVATIONS, ACTIVATIONS),
        (OTHER_LOSSES, LOSSES),
        (FILE_KEYS, KEYS),
        (LAYER_KEYS, ALL_LAYER_KEYS),
    ],
)
def test_every_row_means_something_that_is_there(
    table: dict[str, Other], allowed: tuple[str, ...]
) -> None:
    assert len({plain(name) for name in table}) == len(table)
    for name, other in table.items():
        assert other.meant in allowed or (not other.meant and other.note), name
        assert plain(name) not in map(plain, allowed), name


@pytest.mark.parametrize(
    ("key", "name", "other"),
    [("activation", *item) for item in OTHER_ACTIVATIONS.items()]
    + [("loss", *item) for item in OTHER_LOSSES.items()],
)
def test_what_a_row_says_to_write_is_read(key: str, name: str, other: Other) -> None:
    for written in re.findall(r"\{(?:formula|name):[^{}]*\}", other.note):
        load(**{key: written})
    if other.meant:
        assert f"did you mean '{other.meant}'?" in problem(**{key: name})


@pytest.mark.parametrize(
    ("key", "typed", "meant"),
    [
        ("activation", "ReLU", "relu"),
        ("activation", "nn.ReLU", "relu"),
        ("activation", "torch.nn.LeakyReLU", "leaky_relu"),
        ("activation", "TanH", "tanh"),
        ("activation", "Logistic", "sigmoid"),
        ("activation", "Swish", "silu"),
        ("activation", "SiLU", "silu"),
        ("activation", "LogSoftmax", "softmax"),
        ("loss", "MSELoss", "mean_squared_error"),
        ("loss", "MeanSquaredError", "mean_squared_error"),
        ("loss", "rmse", "mean_squared_error"),
        ("loss", "categorical_crossentropy", "cross_entropy"),
        ("loss", "sparse_categorical_crossentropy", "cross_entropy"),
        ("loss", "CrossEntropyLoss", "cross_entropy"),
        ("loss", "NLLLoss", "cross_entropy"),
        ("loss", "BCELoss", "binary_cross_entropy"),
        ("loss", "BCEWithLogitsLoss", "binary_cross_entropy"),
        ("loss", "log_loss", "binary_cross_entropy"),
        ("loss", "KLDivLoss", "kl_divergence"),
        ("loss", "SmoothL1Loss", "huber"),
        ("loss", "LogCosh", "log_cosh"),
    ],
)
def test_the_names_of_other_programs(key: str, typed: str, meant: str) -> None:
    assert f"unknown {key} '{typed}'; did you mean '{meant}'? " in problem(**{key: typed})


def test_logits_are_explained() -> None:
    assert (
        "the last layer has activation: sigmoid, which other programs count to the loss; its "
        "logits are the pre-activations"
    ) in problem(loss="BCEWithLogitsLoss")


def test_what_is_lacking_is_told_with_what_comes_nearest() -> None:
    assert 'write {formula: "max(0, min(1, x/6 + 1/2))"}' in problem(activation="Hardsigmoid")
    assert "write {name: absolute_error, per_output: mean}" in problem(loss="MAE")
    assert "a sum over the outputs of one term" in problem(loss="TripletMarginLoss")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hidden_layer_sizes: [3]", "did you mean 'layers'? one entry for each layer"),
        ("lr: 0.1", "did you mean 'learning_rate'? allowed"),
        ("batch_size: 4", "that is an option of derive train; allowed"),
        ("Loss: huber", "did you mean 'loss'? allowed"),
    ],
)
def test_keys_of_other_programs(text: str, says: str) -> None:
    assert says in problem(more=text)


def test_keys_of_layers_of_other_programs() -> None:
    with pytest.raises(derive.NetworkError) as caught:
        derive.load(io.StringIO("inputs: 2\nlayers: [{units: 2, use_bias: false, act: relu}]"))
    first, second = str(caught.value).splitlines()
    assert "unknown key 'use_bias'; did you mean 'bias'? one of neuron, shared and none" in first
    assert "unknown key 'act'; did you mean 'activation'? allowed" in second
