"""A network's structure as a file would say it: what ``load`` reads back.

Numbers are left out, the learning rate kept. A notation of one's own is named, not told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from derive.expression.nodes import INPUT, Expression, Number, Quantity
from derive.expression.typed import typed
from derive.network.catalogue import ActivationUse, LossUse
from derive.network.description import Layer, Network
from derive.notation import names


def structure_text(network: Network) -> str:
    """title, inputs, layers, loss, …, each on a line: YAML that is JSON as well."""
    lines = (f"  {dumped(key)}: {dumped(value)}" for key, value in _said(network).items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def dumped(value: Any) -> str:
    """JSON in which numbers keep the digits that were typed: 0.10 stays 0.10, 1/3 is "1/3"."""
    if isinstance(value, Number):
        whole = value.text or value.value.denominator == 1
        return value.text or str(value.value) if whole else f'"{value.value}"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{dumped(k)}: {dumped(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dumped, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _said(network: Network) -> dict[str, Any]:
    shape = network.shape
    found: dict[str, Any] = {
        "title": network.title,
        "inputs": list(shape.input_names) or network.sizes[0],
        "layers": [_layer(layer) for layer in network.layers],
        "loss": loss_said(network.loss),
    }
    if targets := _targets(network):
        found["targets"] = targets
    if network.learning_rate is not None:
        found["learning_rate"] = network.learning_rate
    return found | {
        "over_examples": network.over_examples,
        "layout": network.layout,
        "notation": str(network.notation),
        "digits": {"values": network.digits, "update": network.update_digits},
        "rounding": network.rounding,
    }


def _layer(layer: Layer) -> dict[str, Any]:
    found: dict[str, Any] = {
        "units": layer.units, "activation": activation_said(layer.activation), "bias": layer.bias,
    }  # fmt: skip
    if layer.frozen:
        found["frozen"] = sorted(layer.frozen)
    if layer.name is not None:
        found["name"] = layer.name
    return found


def activation_said(use: ActivationUse) -> str | dict[str, Any]:
    """What ``Dense`` takes for it: a name, {"name": …, parameters} or {"formula": …}."""
    if use.formula:
        return {"formula": use.formula}
    settings = dict(use.parameters)
    return {"name": use.name, **settings} if settings else use.name


def loss_said(use: LossUse) -> str | dict[str, Any]:
    """What ``Network`` takes for it."""
    found = {"formula": use.formula} if use.formula else {"name": use.name}
    mean = use.mean and (use.row is None or not use.row.mean)
    return found | ({"per_output": "mean"} if mean else {})


def _targets(network: Network) -> dict[str, Any] | list[Any] | None:
    """Formulas, or names of one's own with values that stand for any; None without both."""
    shape, row = network.shape, network.loss.row
    if network.target_formulas is not None:
        called = names(network.notation, shape, network.layout)

        def spelled(q: Expression) -> str:
            assert isinstance(q, Quantity) and q.kind == INPUT  # as targets are read
            return called.code(q) if not shape.input_names else shape.input_names[q.unit]

        formulas = [typed(formula, spelled) for formula in network.target_formulas]
        return dict(zip(shape.target_names, formulas, strict=True)) if shape.target_names else (
            formulas
        )  # fmt: skip
    if not shape.target_names:
        return None
    usual = int(row.target_values[0]) if row is not None and row.target_values else 0
    return {name: usual if i else 1 for i, name in enumerate(shape.target_names)}
