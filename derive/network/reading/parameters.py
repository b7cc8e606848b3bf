"""The weights and biases of a layer: matrices and lists, or values by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derive.expression.constructors import ZERO
from derive.expression.nodes import BIAS, WEIGHT, Number
from derive.network.errors import MOST_ALIKE, Notes, unknown
from derive.network.reading.inputs import Row, read_row
from derive.network.reading.layers import Draft
from derive.network.values import decimal_comma, is_list, plain, read_number
from derive.notation import Names
from derive.reading.words import Path, comma_list, describe


def read_weights(
    notes: Notes, draft: Draft, before: int | None, layout: str, names: Names | None
) -> tuple[Row, ...] | None:
    """A layer's weights as [source][unit]; ``before`` is how many units are before it.

    e.g. layout to_from, [[w11, w12], [w21, w22]] → ((w11, w21), (w12, w22))
    """
    raw, path = plain(draft.dense.weights), (*draft.path, "weights")
    what = f"weights of layer {draft.index}"
    units = draft.units
    if raw is None:
        return None
    if isinstance(raw, Mapping):
        if before is None or units is None or names is None:
            return None  # reported already
        by_place = _by_name(notes, raw, path, what, names, draft.index)
        if by_place is None:
            return None
        return tuple(
            tuple(by_place[WEIGHT, source, unit] for unit in range(units))
            for source in range(before)
        )
    if not is_list(raw):
        notes.problem(path, f"{what}: got {describe(raw)}; allowed are a matrix and values by name")
        return None
    rows, columns = (units, before) if layout == "to_from" else (before, units)
    if not _fits(notes, raw, path, what, rows, columns, layout):
        return None
    read = [
        read_row(notes, row, (*path, position), f"{what}, row {position + 1}", columns)
        for position, row in enumerate(raw)
    ]
    matrix = tuple(row for row in read if row is not None)
    if len(matrix) < len(read):
        return None
    return tuple(zip(*matrix, strict=True)) if layout == "to_from" else matrix


def _fits(
    notes: Notes,
    raw: Any,
    path: Path,
    what: str,
    rows: int | None,
    columns: int | None,
    layout: str,
) -> bool:
    lengths = {len(row) if is_list(row) else None for row in map(plain, raw)}
    if None in lengths:
        text = "a list of numbers" if lengths == {None} else "a list of rows and other things"
        notes.problem(
            path,
            f"{what}: got {text}; allowed is a matrix; write every row in brackets, as in "
            "[[0.1, 0.2], [0.3, 0.4]]",
        )
        return False
    lengths_fit = len(lengths) == 1 and (columns is None or lengths == {columns})
    if lengths_fit and rows in (None, len(raw)):
        return True
    sender, receiver = "unit before the layer", "unit of the layer"
    row, column = (receiver, sender) if layout == "to_from" else (sender, receiver)
    shape = f"{len(raw)} × {lengths.pop()}" if len(lengths) == 1 else (
        f"{len(raw)} rows of different lengths"
    )  # fmt: skip
    other = "from_to" if layout == "to_from" else "to_from"
    remedy = (
        f"transpose it, or write layout: {other}"
        if shape == f"{columns} × {rows}"
        else f"one row per {row}, one column per {column} (layout: {layout})"
    )
    allowed = " × ".join("n" if count is None else str(count) for count in (rows, columns))
    comma = next(filter(None, (decimal_comma(plain(line), columns) for line in raw)), "")
    notes.problem(path, f"{what}: got {shape}; allowed is {allowed}; {remedy}{comma}")
    return False


def read_biases(notes: Notes, draft: Draft, names: Names | None) -> tuple[Number, ...] | None:
    """A layer's biases: one per unit, or one if shared; None where there are none given."""
    raw, path = plain(draft.dense.biases), (*draft.path, "biases")
    what, units, kind = f"biases of layer {draft.index}", draft.units, draft.bias
    if raw is None or kind is None:
        return None
    if kind == "none":
        notes.problem(
            path, f"{what}: got {describe(raw)}; allowed are none, as the layer says bias: none; "
            "leave one of the two out",
        )  # fmt: skip
        return None
    if isinstance(raw, Mapping):
        if units is None or names is None:
            return None
        by_place = _by_name(notes, raw, path, what, names, draft.index)
        if by_place is None:
            return None
        places = (-1,) if kind == "shared" else range(units)
        return tuple(by_place[BIAS, 0, unit] for unit in places)
    if kind == "shared":
        try:
            return (read_number(raw),)
        except ValueError as error:
            notes.problem(path, f"{what}: {error}; bias: shared has one number for the whole layer")
            return None
    if not is_list(raw):
        notes.problem(
            path,
            f"{what}: got {describe(raw)}; allowed is a list of {units or 'numbers'}; write "
            "bias: shared for one number for the whole layer",
        )
        return None
    return read_row(notes, raw, path, what, units)


def _by_name(
    notes: Notes, raw: Mapping[Any, Any], path: Path, what: str, names: Names, layer: int
) -> dict[tuple[str, int, int], Number] | None:
    """{(kind, source, unit): value} from {name: value}; None where one is wrong or missing."""
    kind = WEIGHT if path[-1] == "weights" else BIAS
    expected = names.weights(layer) if kind == WEIGHT else names.biases(layer)
    by_place: dict[tuple[str, int, int], Number] = {}
    before = len(notes.problems)
    strange: list[str] = []
    for name, value in raw.items():
        q = names.find(str(name))
        if q is None or q.kind != kind or q.layer != layer:
            strange.append(str(name))
            continue
        key = (kind, q.source, q.unit)
        if key in by_place:
            notes.problem(
                (*path, str(name)), f"{what}: {name} is given twice; leave one out", at_key=True
            )
        try:
            by_place[key] = read_number(value)
        except ValueError as error:
            notes.problem((*path, str(name)), f"{name}: {error}")
            by_place[key] = ZERO
    for name in strange[:MOST_ALIKE]:
        notes.problem((*path, name), _strange(name, what, expected, names), at_key=True)
    if len(strange) > MOST_ALIKE:
        notes.problem(path, f"{what}: {len(strange) - MOST_ALIKE} more unknown names")
    missing = [
        name
        for name in expected
        if (q := names.find(name)) is None or (kind, q.source, q.unit) not in by_place
    ]
    if missing:
        notes.problem(
            path,
            f"{what}: {comma_list(missing)} missing; give a value to each of "
            f"{comma_list(expected)}, or to none",
        )
    return by_place if len(notes.problems) == before else None


def _strange(name: str, what: str, expected: tuple[str, ...], names: Names) -> str:
    q = names.find(name)
    if q is not None and q.kind in (WEIGHT, BIAS):
        return (
            f"{name} is a {q.kind} of layer {q.layer}, not among the {what}; "
            f"allowed are {comma_list(expected)}"
        )
    return f"{unknown('name', name, expected)} (the {what} in the notation {names.notation})"
