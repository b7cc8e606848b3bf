"""Networks for spreadsheets: of the write-ups, every activation and loss, small and large."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import derive
from derive.network.catalogue import ACTIVATIONS, LOSSES

EXAMPLES = Path("examples")
LAST = {"cross_entropy": "softmax", "kl_divergence": "softmax", "binary_cross_entropy": "sigmoid"}


def network(
    activations: tuple[Any, ...], loss: Any = "half_squared_error", sizes: tuple[int, ...] = (),
    targets: Any = (0, 1), scale: float = 1.0, **options: Any,
) -> derive.Network:  # fmt: skip
    """A network with seeded weights between ±scale."""
    sizes = sizes or (2, *(3,) * (len(activations) - 1), 2)
    chance = random.Random(f"{activations} {loss} {sizes} {scale}")

    def row(count: int, bound: float) -> list[float]:
        return [round(chance.uniform(-bound, bound), 3) for _ in range(count)]

    layers = [
        derive.Dense(
            units, activation, weights=[row(units, scale) for _ in range(senders)],
            biases=row(units, 1.0),
        )
        for senders, units, activation in zip(sizes, sizes[1:], activations, strict=False)
    ]  # fmt: skip
    options = {"inputs": [0.3, -0.7][: sizes[0]], "learning_rate": 0.1, **options}
    return derive.Network(layers=layers, loss=loss, targets=list(targets), **options)


def batched(names: tuple[str, ...], size: int) -> list[tuple[str, ...]]:
    return [names[start : start + size] for start in range(0, len(names), size)]


def targets_of(loss: str) -> tuple[int, int]:
    return (-1, 1) if loss == "hinge" else (0, 1)


OWN_ACTIVATION = {"formula": "x/(1 + abs(x)) + erf(x) + 1/(1 + exp(-3*x))"}
OWN_LAST = {"formula": "ln(1 + exp(x))*1.0507009873554804934"}
MORE = {"formula": "max(x, x**3/7) + sqrt(x**2 + 1) - 2**x + min(x, 1)*cos(x)"}
MORE_LAST = {"formula": "atan(x)*cosh(x/9) + sin(x)*sinh(x/5)*tanh(x) - erf(-x)"}

NETWORKS: dict[str, derive.Network] = {
    "batch": derive.load(EXAMPLES / "batch.yaml"),
    "batch of softmax": derive.load(EXAMPLES / "write-up-002-batch.yaml"),
    "sum over examples": network(
        ("tanh", "identity"), inputs=[[1, 2], [0.5, -1]], targets=[[0, 1], [1, 1]],
        over_examples="sum",
    ),
    "symbolic": derive.load(EXAMPLES / "symbolic.yaml"),
    "shared bias, frozen": derive.load(EXAMPLES / "mazur.yaml"),
    "target formulas": derive.load(EXAMPLES / "write-up-003.yaml"),
    "trained biases": derive.load(EXAMPLES / "mazur-trained-biases.yaml"),
    "mean over outputs": network(("tanh", "identity"), "mean_squared_error"),
    "binary cross-entropy on softmax": network(
        ("relu", "softmax"), "binary_cross_entropy", scale=40
    ),
    "ten classes": network(
        ("tanh", "softmax"), "cross_entropy", (2, 2, 10), [1, *[0] * 9]
    ),
    "logarithm of softplus": network(("tanh", "softplus"), "cross_entropy", scale=20),
    "own formulas": network(
        (OWN_ACTIVATION, OWN_LAST), {"formula": "(y - t)**4 + abs(y - t)"}, scale=3
    ),
    "more of them": network((MORE, MORE_LAST), {"formula": "ln(cosh(y - t)) + exp(-y**2)"}),
    # Targets out of reach, so that no difference has come down to its last digits.
    **{f"small {', '.join(names)}": network(
        (*names, "identity"), sizes=(2,) * (len(names) + 2), targets=(-3, 5))
       for names in batched(tuple(ACTIVATIONS), 4)},
    # Pre-activations in the tens, where textbook forms overflow or cancel.
    **{f"large {name}": network((name, "sigmoid"), "binary_cross_entropy", scale=60)
       for name in ACTIVATIONS},
    **{f"{name} {scale}": network(
        ("tanh", LAST.get(name, "tanh")), name, targets=targets_of(name), scale=scale)
       for name in LOSSES for scale in (1, 30)},
}  # fmt: skip
