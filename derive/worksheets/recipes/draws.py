"""What a family says there is to draw from: sizes, activations, losses, biases; each one or a list.

Activations and losses are written, and read, as in a network file. An entry of ``hidden`` goes for
every hidden layer; a list in its place has one activation for each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from derive.network.catalogue import ActivationUse, LossUse
from derive.network.errors import Notes, unknown
from derive.network.reading.choices import read_activation, read_loss
from derive.network.reading.layers import BIAS_KINDS
from derive.network.values import is_list, plain, read_whole
from derive.reading.words import Path, comma_list, describe
from derive.worksheets.exercise import MOST_UNITS, too_large

MOST_SIZES = 10  # the inputs, and the layers

Sizes = tuple[tuple[int, ...], ...]
Hidden = ActivationUse | tuple[ActivationUse, ...]  # of every hidden layer, or one of each

T = TypeVar("T")


def read_sizes(notes: Notes, raw: Any) -> Sizes:
    """The networks' sizes, each from the inputs to the outputs."""
    raw = plain(raw)
    if not is_list(raw) or not raw:
        got = "an empty list" if is_list(raw) else describe(raw)
        notes.problem(("sizes",), f"sizes: got {got}; {_SIZES}")
        return ()
    return tuple(dict.fromkeys(_size(notes, place, one) for place, one in enumerate(raw)))


_SIZES = "allowed is a list of networks, as in [[2, 2, 1], [2, 3, 2]]"


def _size(notes: Notes, place: int, raw: Any) -> tuple[int, ...]:
    what = f"network {place + 1} of sizes"
    if not is_list(raw) or not 2 <= len(raw) <= MOST_SIZES:
        notes.problem(
            ("sizes", place), f"{what}: got {describe(raw)}; allowed is a list of 2 to "
            f"{MOST_SIZES} sizes, from the inputs to the outputs, as in [2, 3, 2]",
        )  # fmt: skip
        return ()
    size = []
    for position, one in enumerate(raw):
        try:
            size.append(read_whole(one, 1, MOST_UNITS))
        except ValueError as error:
            notes.problem(("sizes", place, position), f"{what}: {error}")
    if reason := too_large(size):
        notes.problem(("sizes", place), f"{what}: {reason}")
    return tuple(size) if len(size) == len(raw) else ()


def read_hidden(notes: Notes, raw: Any, sizes: Sizes) -> tuple[Hidden, ...]:
    """The activations of the hidden layers. ``sizes`` empty: they are not known."""
    depths = sorted({len(size) - 2 for size in sizes if len(size) > 2})

    def read(one: Any, path: Path) -> Hidden | None:
        if not is_list(one):
            return read_activation(notes, one, path, {})
        if sizes and len(one) not in depths:
            has = f"have {comma_list(map(str, depths))}" if depths else "have none"
            notes.problem(
                path, f"hidden: got activations for {len(one)} hidden layers, but the networks of "
                f"sizes {has}; write one for each hidden layer, or a single one for all of them",
            )  # fmt: skip
        first = one[:MOST_SIZES]
        uses = [read_activation(notes, each, (*path, i), {}) for i, each in enumerate(first)]
        return tuple(use for use in uses if use is not None)

    hidden: tuple[Hidden, ...] = _each(notes, "hidden", raw, read)
    if any(not isinstance(one, tuple) for one in hidden):
        return hidden
    for depth in depths:
        if hidden and all(isinstance(one, tuple) and len(one) != depth for one in hidden):
            layers = "1 hidden layer" if depth == 1 else f"{depth} hidden layers"
            notes.problem(
                ("hidden",), f"hidden: got nothing for the networks of sizes with {layers}; add "
                "one activation alone, that goes for all layers, or one for each hidden layer",
            )  # fmt: skip
    return hidden


def read_activations(notes: Notes, key: str, raw: Any) -> tuple[ActivationUse, ...]:
    """Activations of one layer."""
    return _each(notes, key, raw, lambda one, path: read_activation(notes, one, path, {}))


def read_losses(notes: Notes, key: str, raw: Any) -> tuple[LossUse, ...]:
    """Losses of one network each."""
    return _each(notes, key, raw, lambda one, path: read_loss(notes, one, path))


def read_biases(notes: Notes, key: str, raw: Any) -> tuple[str, ...]:
    """Kinds of biases, each that of all layers."""

    def read(one: Any, path: Path) -> str | None:
        if isinstance(one, str) and one in BIAS_KINDS:
            return one
        got = f"{key}: got {describe(one)}; allowed are {comma_list(BIAS_KINDS)}"
        notes.problem(path, unknown(key, one, BIAS_KINDS) if isinstance(one, str) else got)
        return None

    return _each(notes, key, raw, read)


def _each(notes: Notes, key: str, raw: Any, read: Callable[[Any, Path], T | None]) -> tuple[T, ...]:
    """What is read of one entry or of a list of them, each once."""
    if not is_list(raw):
        entries = [read(raw, (key,))]
    else:
        entries = [read(one, (key, place)) for place, one in enumerate(raw)]
        if not raw:
            notes.problem(
                (key,), f"{key}: got an empty list; allowed is one, or a list to draw from"
            )
    return tuple(dict.fromkeys(one for one in entries if one is not None))
