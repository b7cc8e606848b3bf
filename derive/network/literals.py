"""The words that a description may use, for type checkers and editors; tests hold them to be those
of the catalogue."""

from __future__ import annotations

from typing import Literal

ActivationName = Literal[
    "identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "softplus", "softsign",
    "gelu", "gelu_tanh", "silu", "mish", "softmax",
]  # fmt: skip
LossName = Literal[
    "half_squared_error", "mean_squared_error", "absolute_error", "huber", "log_cosh",
    "binary_cross_entropy", "cross_entropy", "kl_divergence", "hinge",
]  # fmt: skip
BiasKind = Literal["none", "neuron", "shared", "threshold"]
Freezable = Literal["weights", "biases"]
NotationName = Literal["numbered", "plain", "letters", "indexed", "layered"]
Layout = Literal["from_to", "to_from"]
OverExamples = Literal["mean", "sum"]
RoundingMode = Literal["exact", "carried"]
DeltaSign = Literal["positive", "negative"]
