"""A network as a file: its structure alone, or with all its numbers; ``load`` reads both back.

A notation of one's own is named by its path, not told.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from derive.expression.nodes import INPUT, Expression, Number, Quantity
from derive.expression.typed.formula_text import typed
from derive.expression.typed.literals import decimal
from derive.files import write_whole
from derive.network.catalogue import ActivationUse, LossUse
from derive.network.description import Layer, Network
from derive.network.errors import NetworkError, Problem
from derive.network.loader import MAX_BYTES
from derive.notation import BUILT_IN, names


def save(network: Network, path: str | Path, *, force: bool = False) -> None:
    """Write a network as a file that ``load`` makes the same network of: ``==``, and every
    number with the text it was typed with.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     network = derive.load("examples/mazur.yaml")
        ...     derive.save(network, folder + "/mine.yaml")
        ...     derive.load(folder + "/mine.yaml") == network
        True

    A notation of one's own stays a file of its own, named by its place relative to this one.
    The file is written whole or not at all, in a folder that is made where it is missing. Raises
    FileExistsError where there is one already, unless ``force``; OSError; NetworkError for more
    numbers than ``load`` reads from a file.
    """
    place = Path(path)
    if place.exists() and not force:
        raise FileExistsError(f"{path} is there already; it is overwritten with force=True only")
    text = network_text(network, _beside(network.notation, place.parent))
    if len(text.encode()) > MAX_BYTES:
        raise NetworkError([
            Problem(
                f"{len(network.parameters())} parameters are more than a network file holds, "
                f"{MAX_BYTES} bytes; pickle the network instead"
            )
        ])  # fmt: skip
    write_whole({place: text})


def _beside(notation: str | Path, folder: Path) -> str | Path:
    """A notation's file as seen from a folder: relative, unless that would make it another path."""
    if isinstance(notation, str) and notation in BUILT_IN:
        return notation
    if Path(notation).is_absolute() and not folder.is_absolute():
        return notation
    return Path(os.path.relpath(notation, folder)).as_posix()


def network_text(network: Network, notation: str | Path | None = None) -> str:
    """The text of a network file, as a person would write it.

    notation  what the file calls it; as the network does unless given
    """
    entries = entries_of(network, numbers=True)
    if notation is not None:
        entries["notation"] = str(notation)
    return "".join(f"{line}\n" for key, value in entries.items() for line in _lines(key, value))


def _lines(key: str, value: Any) -> Iterator[str]:
    """key: value, or what the value holds a line each: layers by their keys, rows of a batch."""
    if not isinstance(value, list) or not isinstance(value[0], (list, dict)):
        yield f"{key}: {_plain(value)}"
        return
    yield f"{key}:"
    for item in value:
        if isinstance(item, list):
            yield f"  - {_plain(item)}"
        else:
            for k, (word, inner) in enumerate(item.items()):
                yield f"  {'  ' if k else '- '}{word}: {_plain(inner)}"


def structure_text(network: Network) -> str:
    """title, inputs, layers, loss, …, each on a line: YAML that is JSON as well.

    Of the numbers it has the learning rate alone.
    """
    lines = (f"  {dumped(key)}: {dumped(value)}" for key, value in entries_of(network).items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def dumped(value: Any, word: Callable[[str], str] | None = None) -> str:
    """JSON in which numbers keep the digits that were typed: 0.10 stays 0.10, 1/3 is "1/3".

    word  how a text is written; as JSON has it unless given
    """
    if isinstance(value, Number):
        whole = value.text or value.value.denominator == 1
        return value.text or str(value.value) if whole else f'"{value.value}"'
    if isinstance(value, Mapping):
        pairs = (f"{dumped(k, word)}: {dumped(v, word)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(dumped(part, word) for part in value) + "]"
    if isinstance(value, str) and word is not None:
        return word(value)
    return json.dumps(value, ensure_ascii=False)


_WORD = re.compile(r"(?!(?:null|true|false)$)[A-Za-z][A-Za-z0-9_]*", re.ASCII | re.IGNORECASE)


def _plain(value: Any) -> str:
    """A value as YAML, words without quotation marks where they need none."""
    return dumped(value, lambda text: text if _WORD.fullmatch(text) else _quoted(text))


def _quoted(text: str) -> str:
    """Text in quotation marks, what cannot be seen escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


def entries_of(network: Network, numbers: bool = False) -> dict[str, Any]:
    """The keys of a network file with their values; without numbers its structure alone."""
    shape = network.shape
    entries: dict[str, Any] = {
        "title": network.title,
        "inputs": list(shape.input_names) or network.sizes[0],
        "layers": [_layer(layer, network.layout, numbers) for layer in network.layers],
        "loss": loss_entry(network.loss),
    }
    if numbers and entries["loss"].keys() == {"name"}:
        entries["loss"] = network.loss.name
    if numbers and network.inputs is not None:
        entries["inputs"] = _rows(network.inputs, shape.input_names)
    targets = _targets(network)
    if numbers and network.target_formulas is None:
        targets = dict.fromkeys(shape.target_names)  # names without values, if there are any
        if network.targets is not None:
            targets = _rows(network.targets, shape.target_names)
    if targets:
        entries["targets"] = targets
    if network.learning_rate is not None:
        entries["learning_rate"] = network.learning_rate
    return (
        entries
        | {
            "over_examples": network.over_examples,
            "layout": network.layout,
            "notation": str(network.notation),
            "digits": {"values": network.digits, "update": network.update_digits},
            "rounding": network.rounding,
            "delta_sign": network.delta_sign,
        }
        | _own_names(network)
    )


def _own_names(network: Network) -> dict[str, Any]:
    """Names of single quantities, by what the notation calls them."""
    shape = network.shape
    if not shape.names:
        return {}
    usual = names(network.notation, replace(shape, names=()), network.layout)
    return {"names": {usual.code(q): own for q, own in shape.names}}


def _rows(rows: tuple[tuple[Number, ...], ...], names: tuple[str, ...]) -> Any:
    """One example by the names of one's own, or as a list; several as rows."""
    if names:
        return dict(zip(names, rows[0], strict=True))
    return list(rows[0]) if len(rows) == 1 else [list(row) for row in rows]


def _layer(layer: Layer, layout: str, numbers: bool) -> dict[str, Any]:
    entries: dict[str, Any] = {
        "units": layer.units, "activation": activation_entry(layer.activation), "bias": layer.bias,
    }  # fmt: skip
    if numbers and layer.weights is not None:
        rows = layer.weights if layout == "from_to" else zip(*layer.weights, strict=True)
        entries["weights"] = [list(row) for row in rows]
    if numbers and layer.biases is not None:
        entries["biases"] = layer.biases[0] if layer.bias == "shared" else list(layer.biases)
    if layer.frozen:
        entries["frozen"] = sorted(layer.frozen)
    if layer.name is not None:
        entries["name"] = layer.name
    return entries


def activation_entry(use: ActivationUse) -> Any:
    """What ``Dense`` takes for it: a name, {"name": …, parameters} or {"formula": …}."""
    if use.formula:
        more = {
            "derivative": use.taught, "name": use.title, "parameters": dict(use.parameters),
        }  # fmt: skip
        return {"formula": use.formula} | {key: value for key, value in more.items() if value}
    settings = _set(use)
    return {"name": use.name, **settings} if settings else use.name


def loss_entry(use: LossUse) -> Any:
    """What ``Network`` takes for it."""
    entry: dict[str, Any] = {"formula": use.formula} if use.formula else {"name": use.name}
    mean = use.mean and (use.row is None or not use.row.mean)
    return entry | _set(use) | ({"per_output": "mean"} if mean else {})


def _set(use: ActivationUse | LossUse) -> dict[str, Number]:
    """The parameters of a row that are not the usual ones."""
    usual = {key: decimal(text) for key, text in use.row.parameters} if use.row else {}
    return {key: number for key, number in use.parameters if usual.get(key) != number}


def _targets(network: Network) -> dict[str, Any] | list[Any] | None:
    """Formulas, or names of one's own with values that stand for any; None without both."""
    shape, row = network.shape, network.loss.row
    if network.target_formulas is not None:
        naming = names(network.notation, shape, network.layout)

        def spelled(q: Expression) -> str:
            assert isinstance(q, Quantity) and q.kind == INPUT  # as targets are read
            return naming.code(q) if not shape.input_names else shape.input_names[q.unit]

        formulas = [typed(formula, spelled) for formula in network.target_formulas]
        return dict(zip(shape.target_names, formulas, strict=True)) if shape.target_names else (
            formulas
        )  # fmt: skip
    if not shape.target_names:
        return None
    usual = int(row.target_values[0]) if row is not None and row.target_values else 0
    return {name: usual if i else 1 for i, name in enumerate(shape.target_names)}
