"""A family of networks: what the variants of a worksheet draw their structures from.

    family = Family([[2, 2, 1], [2, 3, 2]], hidden=["sigmoid", "tanh"], learning_rate=0.5)
    derive.worksheet(family, variants=30)

Structures are dealt like cards: each comes up once before any comes up again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from derive.expression.nodes import Number
from derive.network.catalogue import ActivationUse, LossUse
from derive.network.description import Network
from derive.network.errors import NetworkError, Notes, unknown
from derive.network.loader import FAMILY
from derive.network.reading.options import read_rate, read_title
from derive.network.saving import activation_entry, dumped, loss_entry
from derive.notation import BUILT_IN
from derive.reading.words import comma_list, describe
from derive.worksheets.recipes.combinations import Combination, LeftOut, fitting
from derive.worksheets.recipes.draws import (
    Hidden,
    read_activations,
    read_biases,
    read_hidden,
    read_losses,
    read_sizes,
)
from derive.worksheets.source import Source

Spec = str | Mapping[str, Any]

MOST_STRUCTURES = 256
TITLE = "Backpropagation"
DRAWN = ("hidden", "output", "losses", "bias")
KEYS = ("title", "sizes", *DRAWN, "learning_rate", "notation")


@dataclass(frozen=True, slots=True, init=False)
class Family:
    """Every combination of sizes, activations, loss and bias that fits together.

    sizes       each (inputs, units of layer 1, …, units of layer L)
    hidden      activations of all layers but the last, each of all of them or a tuple with one for
                each, which goes with the sizes that have so many
    output      activations of the last layer
    bias        of every layer: "none", "neuron", "shared"
    structures  the networks, without numbers
    left_out    the combinations that are none, such as an output whose range leaves the domain of
                the loss
    """

    title: str
    sizes: tuple[tuple[int, ...], ...]
    hidden: tuple[Hidden, ...]
    output: tuple[ActivationUse, ...]
    losses: tuple[LossUse, ...]
    bias: tuple[str, ...]
    learning_rate: Number | None
    notation: str
    structures: tuple[Network, ...]
    left_out: tuple[LeftOut, ...]

    def __init__(
        self,
        sizes: Sequence[Sequence[int]],
        hidden: Spec | Sequence[Spec | Sequence[Spec]] = "sigmoid",
        output: Spec | Sequence[Spec] = "sigmoid",
        losses: Spec | Sequence[Spec] = "half_squared_error",
        bias: str | Sequence[str] = "neuron",
        learning_rate: Any = None,
        notation: str = "numbered",
        title: str | None = None,
    ) -> None:
        """Check everything and keep it. Raises NetworkError with every problem at once.

        Activations and losses are as in ``Dense`` and ``Network``: a name, {"name": …} with
        parameters, or {"formula": …}.
        """
        notes = Notes()
        values: dict[str, Any] = {
            "title": read_title(notes, title) or TITLE,
            "sizes": (every_size := read_sizes(notes, sizes)),
            "hidden": read_hidden(notes, hidden, every_size if all(every_size) else ()),
            "output": read_activations(notes, "output", output),
            "losses": read_losses(notes, "losses", losses),
            "bias": read_biases(notes, "bias", bias),
            "learning_rate": read_rate(notes, learning_rate),
            "notation": notation,
        }
        if not (isinstance(notation, str) and notation in BUILT_IN):
            notes.problem(
                ("notation",),
                unknown("notation", notation, BUILT_IN) if isinstance(notation, str) else
                f"notation: got {describe(notation)}; allowed are {comma_list(BUILT_IN)}",
            )  # fmt: skip
        structures, left_out = ((), ()) if notes.problems else _structures(notes, values)
        if notes.problems:
            raise NetworkError(notes.problems)
        for name, value in (values | {"structures": structures, "left_out": left_out}).items():
            object.__setattr__(self, name, value)

    def network(self, source: Source, number: int) -> Network:
        """The structure of a variant, the same for the same source and number."""
        deal, place = divmod(number - 1, len(self.structures))
        order = list(range(len(self.structures)))
        source.chance("structures", deal).shuffle(order)
        return self.structures[order[place]]

    def text(self) -> str:
        """The family as its file would say it, each key on a line: YAML that is JSON as well."""
        data = {
            "title": self.title,
            "sizes": [list(size) for size in self.sizes],
            "hidden": [_hidden_data(one) for one in self.hidden],
            "output": [activation_entry(use) for use in self.output],
            "losses": [loss_entry(use) for use in self.losses],
            "bias": list(self.bias),
            "learning_rate": self.learning_rate,
            "notation": self.notation,
        }
        inner = ",\n".join(
            f'  "{key}": {dumped(value)}' for key, value in data.items() if value is not None
        )
        return f'{{"{FAMILY}": {{\n{inner}\n}}}}\n'


def _hidden_data(one: Hidden) -> Any:
    return list(map(activation_entry, one)) if isinstance(one, tuple) else activation_entry(one)


def _structures(
    notes: Notes, values: dict[str, Any]
) -> tuple[tuple[Network, ...], tuple[LeftOut, ...]]:
    """What fits together, each once, and what does not. Without a hidden layer its activations do
    not count."""
    combinations = dict.fromkeys(
        Combination(size, (*hidden, output), loss, bias)
        for size in values["sizes"]
        for hidden, output, loss, bias in product(
            _of_layers(values["hidden"], len(size) - 2), *(values[key] for key in DRAWN[1:])
        )
    )
    if len(combinations) > MOST_STRUCTURES:
        notes.problem(
            (), f"got {len(combinations)} combinations; allowed are {MOST_STRUCTURES}: take out "
            "some sizes, activations, losses or biases",
        )  # fmt: skip
        return (), ()
    options = {key: values[key] for key in ("learning_rate", "title", "notation")}
    networks, left_out = fitting(notes, combinations, **options)
    if not networks and not notes.problems:
        for reason in dict.fromkeys(one.reason for one in left_out):
            notes.problem(("losses",), f"no combination fits: {reason}")
    return networks, left_out


def _of_layers(hidden: tuple[Hidden, ...], depth: int) -> list[tuple[ActivationUse, ...]]:
    """The activations of so many hidden layers, one for each."""
    every = (one if isinstance(one, tuple) else (one,) * depth for one in hidden)
    return [uses for uses in every if len(uses) == depth] or [()]
