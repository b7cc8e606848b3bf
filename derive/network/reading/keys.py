"""The keys of a network file: what each says, which values it takes, what holds without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One key.

    what     what it says
    values   what may stand behind it
    without  what holds where it is left out; "" where it must be there
    """

    what: str
    values: str
    without: str = ""


FILE: Mapping[str, Key] = {
    "title": Key("the heading of pages", "one line of text", "Backpropagation in a 2-2-2 network"),
    "inputs": Key(
        "how many inputs there are, their names and values",
        "a count | names | {name: value} | a row of values | rows of values, one for each example",
    ),
    "layers": Key("the layers, from the first after the inputs to the output", "a list of layers"),
    "loss": Key(
        "the loss",
        "a name | {name: …, parameters, per_output: mean} | {formula: …, per_output: mean}",
        "half_squared_error",
    ),
    "targets": Key(
        "what the outputs should be",
        "{name: value} | values | rows of values | {name: formula} in the inputs | names | "
        "{class: 2} | {class_index: 1}",
        "in symbols",
    ),
    "learning_rate": Key("η of the update", "a number above 0", "in symbols; training takes 0.5"),
    "over_examples": Key("the loss of a batch", "mean | sum of the losses of its examples", "mean"),
    "layout": Key(
        "how weights are indexed, and how matrices stand in the file and on the page",
        "from_to (row = from, column = to; a W) | to_from (row = to, column = from; W a)",
        "from_to",
    ),
    "notation": Key(
        "what everything is called",
        "numbered | plain | letters | indexed | layered | the path of a notation file",
        "numbered",
    ),
    "names": Key(
        "names of one's own for single quantities, whatever the notation",
        "{name in the notation: own name}",
        "those of the notation",
    ),
    "delta_sign": Key(
        "what δ is",
        "positive (δ = ∂E/∂z) | negative (δ = −∂E/∂z, with the sign of target minus output)",
        "that of the notation file, else positive",
    ),
    "digits": Key("decimal places shown", "1 to 30 | {values: 1 to 30, update: 1 to 30}", "5"),
    "rounding": Key(
        "which numbers a page continues with",
        "exact (computed exactly, shown rounded) | carried (the rounded ones, as by hand)",
        "exact",
    ),
}

LAYER: Mapping[str, Key] = {
    "units": Key("how many units the layer has", "1 to 4096"),
    "activation": Key(
        "the activation function",
        "a name | {name: …, parameters} | {formula: …, derivative: …, parameters: …, name: …}",
        "identity",
    ),
    "bias": Key(
        "which biases there are",
        "neuron (one for each unit) | shared (one for the layer) | threshold (one for each unit, "
        "subtracted: Σ w·x − θ) | none",
        "neuron",
    ),
    "weights": Key("the weights into the layer", "a matrix | {name: value}", "in symbols"),
    "biases": Key("the biases", "a list | {name: value} | a number where shared", "in symbols"),
    "frozen": Key("what is given and not trained", "weights | biases | [weights, biases]", "none"),
    "name": Key("what the layer is called in sentences", "a short text", "hidden layer 1, …"),
}
