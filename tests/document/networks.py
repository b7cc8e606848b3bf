"""Networks of every kind that a page may be about."""

from __future__ import annotations

from pathlib import Path

import derive
from derive.network.catalogue import ACTIVATIONS, LOSSES
from tests.document.claims import network

EXAMPLES = {path.stem: derive.load(path) for path in sorted(Path("examples").glob("*.yaml"))}

_OUTPUT = {
    "binary_cross_entropy": "sigmoid", "cross_entropy": "softmax", "kl_divergence": "softmax",
    "hinge": "tanh",
}  # fmt: skip
_TARGETS = {"hinge": [[1, -1]], "kl_divergence": [[0.3, 0.7]]}

ACTIVATED = {
    f"{name} inside": network((2, 2, 2), (name, "identity"), seed=3) for name in ACTIVATIONS
}
LOST = {
    f"{name} at the end": network(
        (2, 2, 2), ("tanh", _OUTPUT.get(name, "sigmoid")), name, seed=4,
        targets=_TARGETS.get(name, [[0, 1]]),
    )
    for name in LOSSES
}  # fmt: skip
OTHERS = {
    "own activation": network((2, 2, 1), ({"formula": "x/(1 + abs(x))"}, "sigmoid")),
    "own activation with cases": network((1, 2, 1), ({"formula": "max(x, 0.2*x) + 1/2"},) * 2),
    "own loss": network((2, 2), ("tanh",), {"formula": "(y - t)**4"}),
    "parameters": network((2, 2, 1), ({"name": "leaky_relu", "slope": 0.2}, "identity")),
    "per output": network((2, 3), ("tanh",), {"name": "absolute_error", "per_output": "mean"}),
    "wide output": network((2, 6), ("sigmoid",), "binary_cross_entropy"),
    "wide": network((3, 5, 5), ("tanh", "softmax"), "cross_entropy"),
    "many inputs": network((11, 1), ("sigmoid",), "binary_cross_entropy", bias="none"),
    "deep": network((2, 2, 2, 2, 2), ("tanh", "sigmoid", "softplus", "sigmoid")),
    "narrow": network((1, 1, 1, 1, 1), ("sigmoid",) * 4, "huber"),
    "softmax inside": network((2, 3, 2), ("softmax", "identity"), "mean_squared_error"),
    "linear": network((2, 2, 2), ("identity",) * 2, bias="none"),
    "shared": network((2, 2, 2), ("tanh", "sigmoid"), bias="shared"),
    "biases alone": network((2, 2, 2), ("tanh",) * 2, frozen=(("weights",), ("weights",))),
    "shared biases alone": network(
        (2, 2, 2), ("tanh",) * 2, bias="shared", frozen=(("weights",), ("weights",))
    ),
    "half frozen": network((2, 2, 2, 2), ("tanh",) * 3, frozen=((), ("weights", "biases"), ())),
    "no rate": network((2, 2), ("sigmoid",), rate=None),
    "to from": network((2, 3, 2), ("sigmoid",) * 2, layout="to_from", notation="indexed"),
    "sum of examples": network((2, 2, 1), ("tanh", "sigmoid"), examples=3, over_examples="sum",
                               targets=[[1], [0], [1]]),
    "batch of distributions": network((2, 3), ("softmax",), "cross_entropy", examples=2),
    "symbols": derive.Network(2, [derive.Dense(3, "relu"), derive.Dense(2, "sigmoid", "shared")]),
    "wide symbols": derive.Network(3, [derive.Dense(4, "tanh"), derive.Dense(4, "softmax")],
                                   "cross_entropy"),
}  # fmt: skip
ALL = {**EXAMPLES, **ACTIVATED, **LOST, **OTHERS}
