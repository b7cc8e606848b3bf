"""The targets of a description: values by name, in rows, or as formulas of the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from derive.expression.constructors import ONE, ZERO
from derive.expression.nodes import INPUT, Expression, Number, Quantity
from derive.expression.typed.formula import CONSTANTS, FormulaError, parse
from derive.network.errors import Notes
from derive.network.rational import Irrational, Rational
from derive.network.reading.inputs import Inputs, Row, read_row, read_rows
from derive.network.values import (
    decimal_comma,
    exact,
    is_fraction,
    is_list,
    plain,
    read_number,
    read_whole,
)
from derive.notation.spelling import is_name
from derive.reading.words import Path, describe, dotted

_PATH: Path = ("targets",)
# Keys for the number of the output whose target is 1, and what they count from.
CLASSES = {"class": 1, "class_index": 0}
_PLACES = 20  # digits kept of a target that is irrational, such as sin(x1)

_ALLOWED = (
    "allowed are values by name ({t1: 0.01}), a list of values, rows of values (one per example), "
    "formulas of the inputs ({y: x1 + x2}), names ([y1, y2]) and classes ({class: 2})"
)


@dataclass(frozen=True, slots=True)
class Targets:
    """Names, a row of values per example, and formulas, as far as they were given.

    in_rows     they were written as rows, one per example
    in_classes  they were written as the number of the output whose target is 1
    """

    names: tuple[str, ...] = ()
    rows: tuple[Row, ...] | None = None
    formulas: tuple[Expression, ...] | None = None
    in_rows: bool = False
    in_classes: bool = False

    def path(self, example: int, unit: int) -> Path:
        """Where a value was written."""
        if self.in_classes:
            return _PATH
        if self.in_rows:
            return ("targets", example, unit)
        if self.names:
            return ("targets", self.names[unit])
        return ("targets", unit if self.rows is None or len(self.rows) == 1 else example)


@dataclass(frozen=True, slots=True)
class _Entries:
    """What was written, in order: values, their names if they have any, and where each stands."""

    names: tuple[str, ...]
    values: list[Any]
    paths: list[Path]


def read_targets(
    notes: Notes,
    raw: Any,
    outputs: int | None,
    inputs: Inputs | None,
    letters: Mapping[str, Expression] | None,
) -> Targets:
    """The targets of ``outputs`` outputs; formulas are read in ``letters``, the inputs' names.

    What is None is not known, for a reason reported elsewhere, and not checked against.
    """
    raw = plain(raw)
    if raw is None:
        return Targets()
    examples = inputs.examples if inputs else 1
    if isinstance(raw, Mapping) and outputs != 1 and len(raw) == 1 and next(iter(raw)) in CLASSES:
        return _classes(notes, raw, outputs, examples)
    entries = _entries(raw, single=outputs == 1 and examples == 1)
    if entries is None:
        notes.problem(_PATH, f"targets: got {describe(raw)}; {_ALLOWED}")
        return Targets()
    names, values = entries.names, entries.values
    if names and all(value is None for value in values):
        return Targets(names if _counted(notes, values, outputs) else ())
    if not names and _are_names(values, letters):
        return Targets(tuple(values) if _counted(notes, values, outputs) else ())
    if not names and values and is_list(plain(values[0])):
        return Targets(
            (), _rows(notes, values, outputs, examples if inputs else None), in_rows=True
        )
    if any(isinstance(value, str) and not is_fraction(value) for value in values):
        counted = _counted(notes, values, outputs)
        return _in_formulas(notes, entries, inputs, letters) if counted else Targets()
    return _in_one_row(notes, entries, outputs, examples)


def _entries(raw: Any, single: bool) -> _Entries | None:
    """Values by name, in a list, or a ``single`` one; None where it is none of these."""
    if isinstance(raw, Mapping):
        return _Entries(
            tuple(map(str, raw)), list(raw.values()), [("targets", str(name)) for name in raw]
        )
    if is_list(raw):
        return _Entries((), list(raw), [("targets", position) for position in range(len(raw))])
    if single and (not isinstance(raw, str) or is_fraction(raw)):
        return _Entries((), [raw], [_PATH])
    return None


def _in_formulas(
    notes: Notes, entries: _Entries, inputs: Inputs | None, letters: Mapping[str, Expression] | None
) -> Targets:
    """Formulas of the inputs, worked out where these have values."""
    if inputs is None or letters is None:
        return Targets(entries.names)
    formulas = _formulas(notes, entries, letters)
    rows = None
    if formulas is not None and inputs.rows is not None:
        rows = _evaluated(notes, formulas, entries.paths, inputs.rows)
    return Targets(entries.names, rows, formulas)


def _in_one_row(notes: Notes, entries: _Entries, outputs: int | None, examples: int) -> Targets:
    """A number for each output; or, of a single output, one for each example."""
    values = entries.values
    if outputs == 1 and examples > 1 and len(values) == examples and not entries.names:
        column = read_row(notes, values, _PATH, "targets", examples)
        return Targets((), None if column is None else tuple((value,) for value in column))
    if examples > 1:
        notes.problem(
            _PATH,
            f"targets: got one row; allowed are {examples}, one per example; write rows of "
            f"{outputs}, or, for classes counted from 0, {{class_index: [1, 0]}}",
        )
        return Targets()
    if not _counted(notes, values, outputs):
        return Targets()
    return Targets(entries.names, _one(notes, entries))


def _classes(notes: Notes, raw: Mapping[Any, Any], outputs: int | None, examples: int) -> Targets:
    """Rows with a 1 for the class of each example: {class: 2} → 0, 1, 0."""
    ((key, labels),) = raw.items()
    first, path = CLASSES[key], ("targets", str(key))
    labels = plain(labels)
    values = list(labels) if is_list(labels) else [labels]
    if len(values) != examples:
        notes.problem(path, f"{key}: got {len(values)}; allowed are {examples}, one per example")
        return Targets()
    if outputs is None:
        return Targets()
    rows: list[Row] = []
    for position, value in enumerate(values):
        try:
            label = read_whole(value, first, first + outputs - 1)
        except ValueError as error:
            other = next(word for word in CLASSES if word != key)
            notes.problem(
                (*path, position) if is_list(labels) else path,
                f"{key}: {error}; {other} counts from {CLASSES[other]}",
            )
            continue
        rows.append(tuple(ONE if label - first == unit else ZERO for unit in range(outputs)))
    return Targets((), tuple(rows) if len(rows) == len(values) else None, in_classes=True)


def _are_names(values: list[Any], letters: Mapping[str, Expression] | None) -> bool:
    """Whether they name targets that have no values; a formula has an input in it."""
    known = (*(letters or ()), *CONSTANTS)
    return bool(values) and all(
        isinstance(value, str)
        and is_name(value)
        and value not in known
        and not get_close_matches(value[:100], known, 1, 0.7)
        for value in values
    )


def _counted(notes: Notes, values: list[Any], outputs: int | None) -> bool:
    if outputs is None or len(values) == outputs:
        return True
    comma = decimal_comma(values, outputs)
    notes.problem(
        _PATH, f"targets: got {len(values)}; allowed are {outputs}, one per output{comma}"
    )
    return False


def _one(notes: Notes, entries: _Entries) -> tuple[Row, ...] | None:
    row: list[Number] = []
    for value, path in zip(entries.values, entries.paths, strict=True):
        try:
            row.append(read_number(value))
        except ValueError as error:
            notes.problem(path, f"{dotted(path)}: {error}")
    return (tuple(row),) if len(row) == len(entries.values) else None


def _rows(
    notes: Notes, values: list[Any], outputs: int | None, examples: int | None
) -> tuple[Row, ...] | None:
    if examples is not None and len(values) != examples:
        notes.problem(
            _PATH,
            f"targets: got {len(values)} rows; allowed are {examples}, one per row of the inputs",
        )
        return None
    return read_rows(notes, values, _PATH, "targets", outputs)


def _formulas(
    notes: Notes, entries: _Entries, letters: Mapping[str, Expression]
) -> tuple[Expression, ...] | None:
    formulas: list[Expression] = []
    for value, path in zip(entries.values, entries.paths, strict=True):
        try:
            formulas.append(parse(value, letters) if isinstance(value, str) else read_number(value))
        except FormulaError as error:
            remedy = f"; {error.remedy}" if error.remedy else ""
            notes.problem(path, f"{dotted(path)}: {error.message}{remedy}", error.column)
        except ValueError as error:
            notes.problem(path, f"{dotted(path)}: {error}")
    return tuple(formulas) if len(formulas) == len(entries.values) else None


def _evaluated(
    notes: Notes, formulas: tuple[Expression, ...], paths: list[Path], inputs: tuple[Row, ...]
) -> tuple[Row, ...] | None:
    rows: list[Row] = []
    for example, row in enumerate(inputs):
        values = {Quantity(INPUT, unit=unit): value.value for unit, value in enumerate(row)}
        targets: list[Number] = []
        for formula, path in zip(formulas, paths, strict=True):
            try:
                targets.append(_value(notes, formula, values, dotted(path)))
            except ArithmeticError:
                place = f" in example {example + 1}" if len(inputs) > 1 else ""
                notes.problem(
                    path,
                    f"{dotted(path)}: the formula has no value{place}; change it, or the inputs",
                )
                return None
        rows.append(tuple(targets))
    return tuple(rows)


def _value(
    notes: Notes, formula: Expression, values: Mapping[Quantity, Fraction], what: str
) -> Number:
    """A formula's exact value, or where there is none its first digits, with a remark."""
    from derive.expression.arithmetic import HIGH  # mpmath, only where needed
    from derive.expression.evaluate import Bindings, evaluate

    try:
        return exact(evaluate(formula, Bindings(values, Rational())))
    except Irrational:
        pass
    high = {quantity: HIGH.number(value) for quantity, value in values.items()}
    result = evaluate(formula, Bindings(high, HIGH))
    if not HIGH.context.isfinite(result):
        raise ArithmeticError("not finite")
    text = HIGH.context.nstr(result, _PLACES)
    notes.remark(f"{what} is irrational; its first {_PLACES} digits stand for it.")
    return read_number(Decimal(text))
