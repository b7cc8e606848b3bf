"""From what a user said to a checked network: every problem is found before any is raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any

from derive.expression.nodes import INPUT, TARGET, Expression, Quantity
from derive.network.description import BIASES, WEIGHTS, Layer
from derive.network.errors import NetworkError, Notes, Problem
from derive.network.reading.choices import read_loss
from derive.network.reading.compatibility import judge
from derive.network.reading.inputs import Inputs, read_inputs
from derive.network.reading.layers import Draft, read_layers
from derive.network.reading.options import (
    read_choice,
    read_digits,
    read_notation,
    read_own_names,
    read_rate,
    read_title,
)
from derive.network.reading.parameters import read_biases, read_weights
from derive.network.reading.targets import read_targets
from derive.notation import POSITIVE, Names, NotationError, Shape, names
from derive.reading.words import Path

MAX_PARAMETERS = 2_000_000


def read(**arguments: Any) -> dict[str, Any]:
    """The attributes of a Network. Raises NetworkError with every problem."""
    notes = Notes()
    layout = read_choice(notes, "layout", arguments["layout"])
    notation = read_notation(notes, arguments["notation"])
    title = read_title(notes, arguments["title"])
    options = {
        "over_examples": read_choice(notes, "over_examples", arguments["over_examples"]),
        "rounding": read_choice(notes, "rounding", arguments["rounding"]),
        "learning_rate": read_rate(notes, arguments["learning_rate"]),
        **read_digits(notes, arguments["digits"]),
    }
    loss = read_loss(notes, arguments["loss"])
    inputs = read_inputs(notes, arguments["inputs"])
    drafts = read_layers(notes, arguments["layers"])
    shape = _shape(notes, inputs, drafts)
    usual = _names(notes, notation, shape, layout)
    if shape is not None and usual is not None and arguments["names"] is not None:
        shape = replace(shape, names=read_own_names(notes, arguments["names"], usual))
        usual = _names(notes, notation, shape, layout)
    sign = arguments["delta_sign"]
    if sign is not None:
        sign = read_choice(notes, "delta_sign", sign)

    layers = _layers(notes, drafts, inputs, layout, usual)
    outputs = drafts[-1].units if drafts else None
    targets = read_targets(notes, arguments["targets"], outputs, inputs, _letters(inputs, usual))
    if shape is not None and inputs is not None and usual is not None:
        shape = replace(
            shape,
            input_names=_own(notes, inputs.names, INPUT, usual),
            target_names=_own(notes, targets.names, TARGET, usual),
        )
        _names(notes, notation, shape, layout)
    judge(notes, tuple(draft.activation for draft in drafts), outputs, loss, targets)
    if notes.problems:
        raise NetworkError(notes.problems)
    assert shape is not None and inputs is not None  # or there would be a problem
    return {
        "title": title or f"Backpropagation in a {'-'.join(map(str, shape.sizes))} network",
        "sizes": shape.sizes,
        "layers": layers,
        "loss": loss,
        "inputs": inputs.rows,
        "targets": targets.rows,
        "target_formulas": targets.formulas,
        "layout": layout,
        "notation": notation,
        "delta_sign": sign or (usual.delta_sign if usual else None) or POSITIVE,
        "shape": shape,
        "remarks": tuple(notes.remarks),
        **options,
    }


def refuse_single(inputs: Any) -> None:
    """Raises NetworkError for a Network of one thing alone that may be all of a network."""
    from derive.network.conversion import hint, model_kind

    remedy = hint(inputs)
    if isinstance(inputs, (str, FilePath)):
        remedy = "; derive.load reads a network file"
    elif isinstance(inputs, Mapping) and "layers" in inputs:
        remedy = "; derive.compile and the others take the mapping as it is"
    if not remedy:
        return
    raise NetworkError([
        Problem(
            f"layers: got nothing beside {model_kind(inputs)}; allowed are the inputs and a list "
            f"of derive.Dense{remedy}"
        )
    ])  # fmt: skip


def _shape(notes: Notes, inputs: Inputs | None, drafts: tuple[Draft, ...]) -> Shape | None:
    """The shape without own names; None where a size or a bias is unknown or too much is asked."""
    units = [draft.units for draft in drafts]
    biases = [draft.bias for draft in drafts]
    if inputs is None or not drafts or None in units or None in biases:
        return None
    sizes = (inputs.count, *(count for count in units if count is not None))
    weights = sum(before * after for before, after in pairwise(sizes))
    if weights > MAX_PARAMETERS:
        notes.problem(
            ("layers",),
            f"layers: got {weights} weights; allowed are {MAX_PARAMETERS}; use fewer units",
        )
        return None
    kinds = tuple(bias for bias in biases if bias is not None)
    if "threshold" in kinds and not {"threshold", "none"}.issuperset(kinds):
        notes.problem(
            ("layers",),
            "layers: thresholds and biases; allowed are thresholds (bias: threshold), which are "
            "subtracted, or biases, which are added; write the one or the other in every layer",
        )
        return None
    return Shape(sizes, kinds, examples=len(inputs.rows) if inputs.rows else 1)


def _names(
    notes: Notes, notation: str | FilePath | None, shape: Shape | None, layout: str
) -> Names | None:
    if notation is None or shape is None:
        return None
    try:
        return names(notation, shape, layout)
    except NotationError as error:
        for problem in error.problems:
            notes.problem(_whose(problem, shape), problem, at_key=True)
        return None


def _whose(problem: str, shape: Shape) -> Path:
    """Which key a notation's complaint is about: an own name that it quotes, or the notation."""
    for _, name in shape.names:
        if problem.startswith(f"own name {name!r}") or problem.endswith(f"rename the own {name}"):
            return ("names",)
    for key, own in (("inputs", shape.input_names), ("targets", shape.target_names)):
        word = key.removesuffix("s")
        for name in own:
            if problem.startswith(f"{word} name {name!r}") or problem.endswith(
                f"rename the {word} {name}"
            ):
                return (key, name)
    return ("notation",)


def _layers(
    notes: Notes,
    drafts: tuple[Draft, ...],
    inputs: Inputs | None,
    layout: str,
    usual: Names | None,
) -> tuple[Layer, ...]:
    before = inputs.count if inputs else None
    layers: list[Layer] = []
    for draft in drafts:
        weights = read_weights(notes, draft, before, layout, usual)
        biases = read_biases(notes, draft, usual)
        before = draft.units
        if draft.activation is not None:
            layers.append(
                Layer(
                    draft.index, draft.units or 0, draft.activation, draft.bias or "none",
                    weights, biases, draft.frozen, draft.name,
                )
            )  # fmt: skip
    if drafts and all(
        WEIGHTS in draft.frozen and (BIASES in draft.frozen or draft.bias == "none")
        for draft in drafts
    ):
        notes.problem(
            ("layers",),
            "layers: every weight and bias is frozen, so that there is no gradient to derive; "
            "train at least one of them",
        )
    return tuple(layers)


def _letters(inputs: Inputs | None, usual: Names | None) -> dict[str, Expression] | None:
    """What formulas of the targets may call the inputs: their own names, or the notation's."""
    if inputs is None or (usual is None and not inputs.names):
        return None
    quantities = [Quantity(INPUT, unit=unit) for unit in range(inputs.count)]
    if inputs.names:
        return dict(zip(inputs.names, quantities, strict=True))
    assert usual is not None
    return {spelling(q): q for q in quantities for spelling in (usual.text, usual.code)}


def _own(notes: Notes, own: tuple[str, ...], kind: str, usual: Names) -> tuple[str, ...]:
    """The names that are not just the notation's own, in order: (i1, i2) → ()."""
    quantities = [usual.find(name) for name in own]
    if all(q is not None and q.kind == kind and q.unit == i for i, q in enumerate(quantities)):
        return ()
    for position, (name, q) in enumerate(zip(own, quantities, strict=True)):
        if q is not None and q.kind == kind and q.unit != position:
            notes.problem(
                (f"{kind}s", name),
                f"{name} is the notation's name of {kind} {q.unit + 1}, but stands in place "
                f"{position + 1}; put the {kind}s in order, or rename it",
                at_key=True,
            )
    return own
