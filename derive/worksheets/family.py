"""A family of networks: what the variants of a worksheet draw their structures from.

    family = Family([[2, 2, 1], [2, 3, 2]], hidden=["sigmoid", "tanh"], learning_rate=0.5)
    derive.worksheet(family, variants=30)

Structures are dealt like cards: each comes up once before any comes up again.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from derive.expression.nodes import Number
from derive.network.catalogue import ACTIVATIONS, LOSSES, activation, loss
from derive.network.description import Network
from derive.network.errors import NetworkError, Notes, Path, listed, unknown
from derive.network.layers import BIAS_KINDS
from derive.network.options import read_rate, read_title
from derive.network.values import is_list, plain, read_whole, shown
from derive.notation import BUILT_IN
from derive.worksheets.combinations import Combination, LeftOut, fitting
from derive.worksheets.exercise import MOST_UNITS, too_large

MOST_STRUCTURES = 256
MOST_SIZES = 10  # the inputs, and the layers
TITLE = "Backpropagation"

# key → what one of its words is, and the words there are
_WORDS = {
    "hidden": ("activation", tuple(ACTIVATIONS)),
    "output": ("activation", tuple(ACTIVATIONS)),
    "losses": ("loss", tuple(LOSSES)),
    "bias": ("bias", BIAS_KINDS),
}
KEYS = ("title", "sizes", *_WORDS, "learning_rate", "notation")


@dataclass(frozen=True, slots=True, init=False)
class Family:
    """Every combination of sizes, activations, loss and bias that fits together.

    sizes       each (inputs, units of layer 1, …, units of layer L)
    hidden      activations of all layers but the last; ``output``: of the last
    bias        of every layer: "none", "neuron", "shared"
    structures  the networks, without numbers
    left_out    the combinations that are none, such as an output whose range leaves the domain of
                the loss
    """

    title: str
    sizes: tuple[tuple[int, ...], ...]
    hidden: tuple[str, ...]
    output: tuple[str, ...]
    losses: tuple[str, ...]
    bias: tuple[str, ...]
    learning_rate: Number | None
    notation: str
    structures: tuple[Network, ...]
    left_out: tuple[LeftOut, ...]

    def __init__(
        self,
        sizes: Sequence[Sequence[int]],
        hidden: str | Sequence[str] = "sigmoid",
        output: str | Sequence[str] = "sigmoid",
        losses: str | Sequence[str] = "half_squared_error",
        bias: str | Sequence[str] = "neuron",
        learning_rate: Any = None,
        notation: str = "numbered",
        title: str | None = None,
    ) -> None:
        """Check everything and keep it. Raises NetworkError with every problem at once."""
        notes = Notes()
        known: dict[str, Any] = {
            "title": read_title(notes, title) or TITLE,
            "sizes": _sizes(notes, sizes),
            "learning_rate": read_rate(notes, learning_rate),
            "notation": notation,
        }
        said = {"hidden": hidden, "output": output, "losses": losses, "bias": bias}
        known |= {key: _words(notes, key, raw) for key, raw in said.items()}
        if not (isinstance(notation, str) and notation in BUILT_IN):
            notes.problem(
                ("notation",),
                unknown("notation", notation, BUILT_IN) if isinstance(notation, str) else
                f"notation: got {shown(notation)}; allowed are {listed(BUILT_IN)}",
            )  # fmt: skip
        structures, left_out = ((), ()) if notes.problems else _structures(notes, known)
        if notes.problems:
            raise NetworkError(notes.problems)
        for name, value in (known | {"structures": structures, "left_out": left_out}).items():
            object.__setattr__(self, name, value)

    def network(self, seed: int, number: int) -> Network:
        """The structure of a variant, the same for the same seed and number."""
        deal, place = divmod(number - 1, len(self.structures))
        order = list(range(len(self.structures)))
        random.Random(f"{seed}/structures/{deal}").shuffle(order)
        return self.structures[order[place]]

    def text(self) -> str:
        """The family as its file would say it, each key on a line: YAML that is JSON as well."""
        said: dict[str, Any] = {"title": self.title, "sizes": self.sizes}
        said |= {key: getattr(self, key) for key in _WORDS}
        lines = {key: json.dumps(value, ensure_ascii=False) for key, value in said.items()}
        if (rate := self.learning_rate) is not None:
            lines["learning_rate"] = rate.text or str(rate.value)
        lines["notation"] = json.dumps(self.notation)
        inner = ",\n".join(f'  "{key}": {value}' for key, value in lines.items())
        return f'{{"family": {{\n{inner}\n}}}}\n'


def _sizes(notes: Notes, raw: Any) -> tuple[tuple[int, ...], ...]:
    raw = plain(raw)
    if not is_list(raw) or not raw:
        got = "an empty list" if is_list(raw) else shown(raw)
        notes.problem(("sizes",), f"sizes: got {got}; {_SIZES}")
        return ()
    return tuple(dict.fromkeys(_size(notes, place, one) for place, one in enumerate(raw)))


_SIZES = "allowed is a list of networks, as in [[2, 2, 1], [2, 3, 2]]"


def _size(notes: Notes, place: int, raw: Any) -> tuple[int, ...]:
    """The sizes of one network, from the inputs to the outputs."""
    called = f"network {place + 1} of sizes"
    if not is_list(raw) or not 2 <= len(raw) <= MOST_SIZES:
        notes.problem(
            ("sizes", place), f"{called}: got {shown(raw)}; allowed is a list of 2 to {MOST_SIZES} "
            "sizes, from the inputs to the outputs, as in [2, 3, 2]",
        )  # fmt: skip
        return ()
    found = []
    for position, one in enumerate(raw):
        try:
            found.append(read_whole(one, 1, MOST_UNITS))
        except ValueError as error:
            notes.problem(("sizes", place, position), f"{called}: {error}")
    if reason := too_large(found):
        notes.problem(("sizes", place), f"{called}: {reason}")
    return tuple(found)


def _words(notes: Notes, key: str, raw: Any) -> tuple[str, ...]:
    """One word, or a list of them."""
    what, allowed = _WORDS[key]
    paths: list[Path] = [(key,)]
    if is_list(raw):
        paths = [(key, place) for place in range(len(raw))]
    else:
        raw = [raw]
    if not raw:
        notes.problem((key,), f"{key}: got an empty list; allowed are {listed(allowed)}")
    for path, word in zip(paths, raw, strict=True):
        if not isinstance(word, str):
            notes.problem(path, f"{key}: got {shown(word)}; allowed are {listed(allowed)}")
        elif word not in allowed:
            notes.problem(path, unknown(what, word, allowed))
    return tuple(dict.fromkeys(word for word in raw if isinstance(word, str)))


def _structures(
    notes: Notes, known: dict[str, Any]
) -> tuple[tuple[Network, ...], tuple[LeftOut, ...]]:
    """What fits together, each once, and what does not. Without a hidden layer its activations do
    not count."""
    drawn = dict.fromkeys(
        Combination(
            size,
            tuple(activation(name) for name in (*[hidden] * (len(size) - 2), output)),
            loss(term),
            bias,
        )
        for size, hidden, output, term, bias in product(
            known["sizes"], *(known[key] for key in _WORDS)
        )
    )
    if len(drawn) > MOST_STRUCTURES:
        notes.problem(
            (), f"got {len(drawn)} combinations; allowed are {MOST_STRUCTURES}: take out some "
            "sizes, activations, losses or biases",
        )  # fmt: skip
        return (), ()
    options = {key: known[key] for key in ("learning_rate", "title", "notation")}
    found, left = fitting(notes, drawn, **options)
    if not found and not notes.problems:
        for reason in dict.fromkeys(one.reason for one in left):
            notes.problem(("losses",), f"no combination fits: {reason}")
    return found, left
