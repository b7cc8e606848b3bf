"""The layers of a description, before and after their weights and biases are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from derive.network.catalogue import ActivationUse
from derive.network.description import BIASES, WEIGHTS, Dense
from derive.network.errors import Notes, unknown
from derive.network.reading.choices import read_activation
from derive.network.reading.inputs import MAX_UNITS
from derive.network.values import read_whole
from derive.reading.words import Path, comma_list, describe

MAX_LAYERS = 64
BIAS_KINDS = ("none", "neuron", "shared", "threshold")


@dataclass(frozen=True, slots=True)
class Draft:
    """A layer whose weights and biases are not read yet; None where a key was wrong."""

    index: int
    dense: Dense
    units: int | None
    activation: ActivationUse | None
    bias: str | None
    frozen: frozenset[str]
    name: str | None

    @property
    def path(self) -> Path:
        return ("layers", self.index - 1)


def read_layers(notes: Notes, raw: Any) -> tuple[Draft, ...]:
    """The layers as far as each can be read alone."""
    if isinstance(raw, Dense) or not isinstance(raw, Iterable) or isinstance(raw, (str, Mapping)):
        notes.problem(("layers",), f"layers: got {describe(raw)}; allowed is a list of layers")
        return ()
    layers = list(islice(raw, MAX_LAYERS + 1))
    if not 0 < len(layers) <= MAX_LAYERS:
        count = len(raw) if isinstance(raw, Sequence) else len(layers) and f"more than {MAX_LAYERS}"
        notes.problem(("layers",), f"layers: got {count}; allowed are 1 to {MAX_LAYERS} layers")
        return ()
    own: dict[Any, int] = {}
    drafts: list[Draft] = []
    for index, layer in enumerate(layers, start=1):
        if isinstance(layer, Dense):
            drafts.append(_draft(notes, index, layer, own))
        else:
            notes.problem(
                ("layers", index - 1),
                f"layer {index}: got {describe(layer)}; allowed is a layer with units, "
                "activation, …",
            )
            drafts.append(Draft(index, Dense(0), None, None, None, frozenset(), None))
    return tuple(drafts)


def _draft(notes: Notes, index: int, dense: Dense, own: dict[Any, int]) -> Draft:
    path: Path = ("layers", index - 1)
    units: int | None = None
    try:
        units = read_whole(dense.units, 1, MAX_UNITS)
    except ValueError as error:
        notes.problem((*path, "units"), f"units of layer {index}: {error}")
    activation = read_activation(notes, dense.activation, (*path, "activation"), own)
    bias: str | None = None
    if isinstance(dense.bias, str) and dense.bias in BIAS_KINDS:
        bias = dense.bias
    elif isinstance(dense.bias, str):
        notes.problem((*path, "bias"), unknown("bias", dense.bias, BIAS_KINDS))
    else:
        notes.problem(
            (*path, "bias"),
            f"bias of layer {index}: got {describe(dense.bias)}; allowed are "
            f"{comma_list(BIAS_KINDS)}; values belong under biases",
        )
    name = dense.name
    if name is not None and not (isinstance(name, str) and 0 < len(name.strip()) <= 100):
        notes.problem(
            (*path, "name"), f"name of layer {index}: got {describe(name)}; allowed is a short text"
        )
        name = None
    frozen = _frozen(notes, dense.frozen, (*path, "frozen"), bias)
    return Draft(index, dense, units, activation, bias, frozen, name)


def _frozen(notes: Notes, raw: Any, path: Path, bias: str | None) -> frozenset[str]:
    items = [raw] if isinstance(raw, str) else raw
    if not isinstance(items, (list, tuple, set, frozenset)):
        notes.problem(path, f"frozen: got {describe(raw)}; allowed are {WEIGHTS} and {BIASES}")
        return frozenset()
    for item in items:
        if item not in (WEIGHTS, BIASES):
            what = str(item) if isinstance(item, str) else describe(item)
            notes.problem(path, unknown("frozen", what, (WEIGHTS, BIASES)))
    if BIASES in items and bias == "none":
        notes.problem(path, "frozen: the layer has no biases; leave biases out, or change bias")
    return frozenset(item for item in items if item in (WEIGHTS, BIASES))
