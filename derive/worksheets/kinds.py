"""The kinds of questions there are, by name. Light: a recipe is read without deriving anything."""

from __future__ import annotations

# name → what is asked
KINDS: dict[str, str] = {
    "forward": "the forward pass, from the inputs to the loss",
    "loss": "each output's share of the loss, and the loss",
    "local": "local derivatives: of one quantity by the one just before it",
    "delta": "deltas, from the output layer back",
    "gradient": "derivatives of the loss by weights and biases, as numbers",
    "update": "new weights and biases after one step of gradient descent",
}

# Which of several there are: those nearest the start of the work, some from everywhere, the last.
DIFFICULTIES = ("easy", "normal", "hard")
