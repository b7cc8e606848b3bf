"""Targets in the forms that people have them in, as rows: a number, a column, class labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derive.compute.arguments import ArgumentError, is_single, nested, number
from derive.network.description import Network

# Their targets are probabilities: the label of a class stands for a 1 among 0s.
_TAKE_LABELS = ("cross_entropy", "kl_divergence")


def as_rows(network: Network, value: Any, examples: int) -> Any:
    """Targets as one row, or a row for each example, where what was given has one meaning only.

        one output      1.0 → [1.0]           one number for the one example
                        [0, 1, 1] → [[0], [1], [1]]      a number for each of several examples
        cross-entropy   [2, 0] → [[0, 0, 1], [1, 0, 0]]  a class for each, counted from 0

    Anything else is given back as it is, for whoever reads it to judge. Raises ArgumentError for
    class labels that cannot be taken.
    """
    outputs = network.sizes[-1]
    if type(value) is list and value and type(value[0]) is list:
        return value  # rows, as usual
    if is_single(value):
        if outputs == 1:
            return [nested(value)]
        return _one_hot(network, [value], examples)[0]
    shape = getattr(value, "shape", None)
    if shape is not None and (len(shape) != 1 or (examples == 1 and shape == (outputs,))):
        return value
    if outputs == 1 and shape == (examples,):
        return value.reshape(-1, 1)
    numbers = _column(value)
    if numbers is None or (examples == 1 and len(numbers) == outputs):
        return value
    if outputs == 1:
        return [[one] for one in numbers] if len(numbers) == examples else value
    takes_labels = network.loss.name in _TAKE_LABELS
    if len(numbers) != examples or (len(numbers) == outputs and not takes_labels):
        return value
    if len(numbers) == outputs and sum(numbers) == 1:
        raise ArgumentError(
            "targets", f"{len(numbers)} numbers that could be one row of targets, or a class for "
            "each example", "a row for each example", _AS_ROWS,
        )  # fmt: skip
    return _one_hot(network, numbers, examples)


_AS_ROWS = "write class labels as rows of 0 and 1 (one-hot): class 0 of three is [1, 0, 0]"


def _column(value: Any) -> list[float] | None:
    """The numbers of a list or a 1-D array; None for rows, and for what is no list of numbers."""
    if getattr(value, "ndim", 1) != 1:
        return None
    entries = nested(value)
    if not isinstance(entries, Sequence) or isinstance(entries, (str, bytes)) or not entries:
        return None
    numbers = [one for one in map(number, entries) if one is not None]
    return numbers if len(numbers) == len(entries) else None


def _one_hot(network: Network, labels: Sequence[Any], examples: int) -> list[list[float]]:
    outputs = network.sizes[-1]
    values = [number(label) for label in labels]
    allowed = f"{outputs} numbers for each example"
    if network.loss.name not in _TAKE_LABELS:
        got = "one number" if len(labels) == 1 else f"one number for each of {len(labels)} examples"
        raise ArgumentError("targets", got, allowed, _AS_ROWS)
    if any(v is None or v not in range(outputs) for v in values):
        odd = next(v for v in values if v is None or v not in range(outputs))
        raise ArgumentError(
            "targets", f"the class {odd!r}" if odd is None else f"the class {odd:g}",
            f"classes 0 to {outputs - 1}, or {allowed}", _AS_ROWS,
        )  # fmt: skip
    return [[float(unit == value) for unit in range(outputs)] for value in values]
