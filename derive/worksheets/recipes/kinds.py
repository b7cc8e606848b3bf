"""The kinds of questions there are, by name. Light: a recipe is read without deriving anything."""

from __future__ import annotations

# name → what is asked
KINDS: dict[str, str] = {
    "forward": "the forward pass, from the inputs to the loss",
    "loss": "each output's loss term, and the loss",
    "local": "local derivatives: of a quantity with respect to the one just before it",
    "delta": "deltas, from the output layer back",
    "gradient": "derivatives of the loss with respect to weights and biases, as numbers",
    "update": "new weights and biases after one step of gradient descent",
    "new-loss": "the forward pass and the loss once more, after the update",
    "unit": "a single unit: its delta and its gradients, given what comes back to it",
    "layer": "a single layer: its deltas and its gradients, given what comes back to it",
    "activation": "an activation and its derivative at a point",
    "paths": "the paths from a weight to the loss",
    "reaches": "which loss terms a weight reaches",
    "shapes": "rows and columns of the weight matrices",
    "counting": "how many weights and biases there are",
    "graph": "the computation graph, drawn with blanks to be filled in",
    "symbolic": "deltas and derivatives with respect to weights, as formulas",
    "blanks": "steps of the backward pass with blanks to fill in",
    "derivation": "a formula derived line by line, with blanks",
    "code": "the code of the backward pass with blanks",
    "match": "which formula belongs to which weight",
    "mistake": "a derivation with one mistake, to be found and corrected",
    "concept": "saturated and inactive units, vanishing gradients, symmetry, direction",
}

# Units that are avoided unless a recipe asks for them: name → what.
SATURATED, DEAD, ANY = "saturated", "dead", "any"
UNITS: dict[str, str] = {
    SATURATED: "a unit near an end of the range of its sigmoid, tanh or softsign: a small slope",
    DEAD: "a relu unit with a negative pre-activation: its value and its derivative are 0",
    ANY: "each of these that the network can have; on its own, not in a list",
}

# Which of several there are: those nearest the start of the work, some from everywhere, the last.
DIFFICULTIES = ("easy", "normal", "hard")

# What a question of each kind can be told beside its points and whether it has hints.
_LINES = ("count", "difficulty", "space", "guided", "given")
_SOME = ("count", "difficulty")
DIALS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("forward", "loss", "local", "delta", "gradient", "update"), _LINES),
    **dict.fromkeys(("unit", "layer"), ("difficulty", "space", "guided")),
    **dict.fromkeys(("paths", "reaches", "symbolic", "mistake"), (*_SOME, "space")),
    **dict.fromkeys(("graph", "blanks", "derivation", "code", "match"), _SOME),
    **dict.fromkeys(("shapes", "concept"), ("count",)),
    "activation": ("count", "space"),
    "new-loss": ("space",),
    "counting": (),
}
EVERY_DIAL = ("points", "hints")


def dials(kind: str) -> tuple[str, ...]:
    """What a question of a kind can be told."""
    return (*EVERY_DIAL, *DIALS[kind])
