"""What numbers, arrays and descriptions may be given as, for type checkers and editors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, Required, SupportsFloat, SupportsIndex, TypedDict

from derive.network.literals import ActivationName, LossName


class SupportsArray(Protocol):
    """What can become a NumPy array: arrays, tensors, tables."""

    def __array__(self) -> Any: ...


# A real number: an int, a float, a Fraction, a Decimal, one of NumPy's.
Scalar = SupportsFloat | SupportsIndex
# Numbers for a function: one, a list of them, rows of them, or an array.
ArrayLike = Scalar | SupportsArray | Sequence[Scalar | SupportsArray | Sequence[Scalar]]
# Arguments of a function; None is what comes from the network.
Examples = ArrayLike | None
Parameters = Mapping[str, ArrayLike] | None
# A number of a description, which may also be typed: "0.10", "1/3".
Value = Scalar | str
Row = Sequence[Value] | SupportsArray
Table = Sequence[Row] | SupportsArray
ByName = Mapping[str, Value]


class NamedActivation(TypedDict, total=False):
    """An activation of the catalogue with its parameters."""

    name: Required[ActivationName]
    slope: Value
    alpha: Value
    scale: Value
    beta: Value
    temperature: Value


class OwnActivation(TypedDict, total=False):
    """A formula of one's own in x, and what a class is taught of it."""

    formula: Required[str]
    derivative: str
    name: str
    parameters: ByName


class NamedLoss(TypedDict, total=False):
    """A loss of the catalogue with its parameters."""

    name: Required[LossName]
    per_output: Literal["mean"]
    delta: Value


class OwnLoss(TypedDict, total=False):
    """One output's term in y and t."""

    formula: Required[str]
    per_output: Literal["mean"]


class Digits(TypedDict, total=False):
    """How many decimals are shown of values, and of updated parameters."""

    values: int
    update: int


Activation = ActivationName | NamedActivation | OwnActivation
Loss = LossName | NamedLoss | OwnLoss
# A count, names, values by name, a row of values, or a row for each example.
Inputs = SupportsIndex | Row | Table | ByName
# The same, and formulas of the inputs or classes by name.
Targets = Row | Table | Mapping[str, Value | Sequence[int]]
