"""Which activation and which loss: names of the catalogue with parameters, or own formulas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from derive.expression.nodes import Number
from derive.network import catalogue, other_names
from derive.network.catalogue import ACTIVATIONS, LOSSES, OUTPUT, ActivationUse, LossUse
from derive.network.errors import Notes, unknown
from derive.network.other_names import Other
from derive.network.own_formulas import mentions, read_formula, read_own_activation
from derive.network.values import read_number
from derive.reading.words import Path, comma_list, describe

T = TypeVar("T")


def read_activation(
    notes: Notes, raw: Any, path: Path, own: dict[Any, int]
) -> ActivationUse | None:
    """A layer's activation; ``own`` numbers the own formulas of the network met so far."""
    if isinstance(raw, str):
        raw, name_path = {"name": raw}, path
    else:
        name_path = (*path, "name")
    if not isinstance(raw, Mapping):
        notes.problem(path, f"activation: got {describe(raw)}; {_allowed('x/(1 + abs(x))')}")
        return None
    if "formula" in raw:
        return read_own_activation(notes, raw, path, own)
    name = _name(
        notes, raw, path, name_path, "activation", tuple(ACTIVATIONS), other_names.ACTIVATIONS
    )
    if name is None:
        return None
    settable = tuple(key for key, _ in ACTIVATIONS[name].parameters)
    fine = not notes.unknown_keys(path, raw, ("name", *settable))
    parameters = _parameters(notes, raw, path, name, settable)
    return catalogue.activation(name, parameters) if fine and parameters is not None else None


def _parameters(
    notes: Notes, raw: Mapping[Any, Any], path: Path, name: str, settable: tuple[str, ...]
) -> dict[str, Number] | None:
    """What is set of a row's parameters; None where one is wrong."""
    values: dict[str, Number] = {}
    for key in settable:
        if key not in raw:
            continue
        try:
            values[key] = read_number(raw[key])
            if key != "slope" and values[key].value <= 0:
                raise ValueError(f"got {describe(values[key])}; allowed are numbers above 0")
        except ValueError as error:
            notes.problem((*path, key), f"{key} of {name}: {error}")
            return None
    return values


def read_loss(notes: Notes, raw: Any, path: Path = ("loss",)) -> LossUse | None:
    """The loss of a network, which stands at ``path``."""
    if isinstance(raw, str):
        raw, name_path = {"name": raw}, path
    else:
        name_path = (*path, "name")
    if not isinstance(raw, Mapping):
        notes.problem(path, f"loss: got {describe(raw)}; {_allowed('(y - t)**4')}")
        return None
    per_output = raw.get("per_output")
    if "per_output" in raw and per_output != "mean":
        notes.problem(
            (*path, "per_output"),
            f"per_output: got {describe(per_output)}; allowed is mean; leave it out to sum the "
            "terms",
        )
        return None
    if "formula" in raw:
        if notes.unknown_keys(path, raw, ("formula", "per_output")):
            return None
        text = raw["formula"]
        use = read_formula(
            notes, text, (*path, "formula"), lambda: catalogue.own_loss(text, per_output)
        )
        if use:
            mentions(notes, use.term, OUTPUT, (*path, "formula"))
        return use
    name = _name(notes, raw, path, name_path, "loss", tuple(LOSSES), other_names.LOSSES)
    if name is None:
        return None
    settable = tuple(key for key, _ in LOSSES[name].parameters)
    if notes.unknown_keys(path, raw, ("name", "per_output", *settable)):
        return None
    if LOSSES[name].mean and per_output:
        notes.problem(
            (*path, "per_output"),
            f"per_output: {name} is a mean over the outputs already; leave per_output out, or use "
            "half_squared_error or a formula",
        )
        return None
    parameters = _parameters(notes, raw, path, name, settable)
    return None if parameters is None else catalogue.loss(name, per_output, parameters)


def _allowed(formula: str) -> str:
    return f'allowed are a name, {{name: …}} with parameters, and {{formula: "{formula}"}}'


def _name(
    notes: Notes,
    raw: Mapping[Any, Any],
    path: Path,
    name_path: Path,
    what: str,
    allowed: tuple[str, ...],
    others: Mapping[str, Other],
) -> str | None:
    if "name" not in raw:
        notes.problem(
            path, f"{what}: neither name nor formula; allowed names are {comma_list(allowed)}"
        )
        return None
    name = raw["name"]
    if isinstance(name, str) and name in allowed:
        return name
    if isinstance(name, str):
        notes.problem(name_path, unknown(what, name, allowed, others))
    else:
        notes.problem(name_path, f"{what}: got {describe(name)}; allowed are {comma_list(allowed)}")
    return None
