"""What callers give: numbers in lists, tuples or arrays, checked and made flat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import chain
from numbers import Real
from typing import Any

from derive.compute.blocks import Block
from derive.expression.errors import DeriveError
from derive.expression.nodes import Number


class ArgumentError(DeriveError, ValueError):
    """An argument that does not fit the network: what, got, allowed, what to do."""

    def __init__(self, what: str, got: str, allowed: str, remedy: str) -> None:
        super().__init__(what, got, allowed, remedy)
        self.what = what
        self.got = got
        self.allowed = allowed
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}: got {self.got}; allowed: {self.allowed}; {self.remedy}"


Shape = tuple[int, ...]


def is_array(value: object) -> bool:
    """Whether a value is a NumPy array or speaks its language."""
    return hasattr(value, "__array__")


def nested(value: Any) -> Any:
    """Arrays, and tables that can become one, as lists; anything else as it is."""
    if not hasattr(value, "tolist") and is_array(value):
        value = value.__array__()
    return value.tolist() if hasattr(value, "tolist") else value


def number(value: Any) -> float | None:
    """A real number as a float; None for anything else, text included."""
    value = nested(value)
    try:
        return float(value) if isinstance(value, (Real, Decimal)) else None
    except OverflowError:  # a whole number past the doubles
        return None


def is_single(value: Any) -> bool:
    """Whether a value is one number and no list, seen without looking into an array."""
    dimensions = getattr(value, "ndim", None)
    return number(value) is not None if dimensions is None else dimensions == 0


def flat(value: Any, shape: Shape) -> list[float] | None:
    """The numbers of a nested list of exactly this shape; None where it has another."""
    value = nested(value)
    if not shape:
        single = number(value)
        return None if single is None else [single]
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
        return None
    if len(value) != shape[0]:
        return None
    if len(shape) == 1 and set(map(type, value)) == {float}:
        return list(value)
    numbers: list[float] = []
    for part in value:
        inner = flat(part, shape[1:])
        if inner is None:
            return None
        numbers += inner
    return numbers


def described(value: Any) -> str:
    """What was given, for a message: its shape, or the first thing that is no number."""
    if isinstance(value, Mapping):
        return "a mapping"
    value = nested(value)
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        single = number(value)
        return repr(value)[:60] if single is None else f"the number {single:g}"
    shapes = {described(part) if _is_list(part) else _entry(part) for part in value}
    odd = sorted(shape for shape in shapes if shape.startswith("an entry"))
    if odd:
        return odd[0]
    if shapes in ({"number"}, set()):
        return f"{len(value)} number{'s' * (len(value) != 1)}"
    if len(shapes) == 1:
        return f"{len(value)} row{'s' * (len(value) != 1)} of {shapes.pop()}"
    return "rows of different lengths"


def _is_list(value: Any) -> bool:
    return isinstance(nested(value), Sequence) and not isinstance(value, (str, bytes))


def _entry(value: Any) -> str:
    return "number" if number(value) is not None else f"an entry {value!r:.40}"


def in_words(shape: Shape) -> str:
    """(2, 3) → 2 rows of 3 numbers"""
    if not shape:
        return "one number"
    last = f"{shape[-1]} number{'s' * (shape[-1] != 1)}"
    return last if len(shape) == 1 else f"{shape[0]} row{'s' * (shape[0] != 1)} of {last}"


def vector(value: Any, names: Sequence[str], what: str) -> list[float]:
    """One number per name. Raises ArgumentError."""
    numbers = flat(value, (len(names),))
    if numbers is None:
        raise ArgumentError(
            what, described(value), in_words((len(names),)),
            f"give {listing(names)}, in this order",
        )  # fmt: skip
    return numbers


def rows(value: Any, names: Sequence[str], what: str) -> tuple[list[list[float]], bool]:
    """Examples as rows, and whether one was given alone. Raises ArgumentError."""
    value = nested(value)
    width = len(names)
    if is_table(value, width):
        return value, False
    single = flat(value, (width,))
    if single is not None:
        return [single], True
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)) and len(value):
        flat_rows = [flat(row, (width,)) for row in value]
        good = [row for row in flat_rows if row is not None]
        if len(good) == len(flat_rows):
            return good, False
    column = width == 1 and flat(value, (len(value),)) if _is_list(value) else None
    raise ArgumentError(
        what, described(value), f"{in_words((width,))} for one example, or a row of them for each",
        f"give {listing(names)}, in this order" if not column else
        "make a row for each example: .reshape(-1, 1) of an array, [[a], [b]] of a list",
    )  # fmt: skip


def is_table(value: Any, width: int) -> bool:
    """Whether a value is a list of lists of so many floats; seen at the speed of C."""
    return (
        type(value) is list
        and set(map(type, value)) == {list}
        and set(map(len, value)) == {width}
        and set(map(type, chain.from_iterable(value))) == {float}
    )


def block_values(value: Any, block: Block) -> list[float]:
    """The numbers of one array of parameters, row by row. Raises ArgumentError."""
    if getattr(getattr(value, "dtype", None), "kind", "") == "f" and value.shape == block.shape:
        numbers: list[float] = value.ravel().tolist()
        return numbers
    entries = flat(value, block.shape)
    if entries is None:
        raise ArgumentError(
            block.key, described(value), f"{in_words(block.shape)}, shape {block.shape}",
            "entry [i][j] of W is the weight from unit i to unit j"
            if block.key.startswith("W")
            else "one bias per unit, or a single number where the layer shares it",
        )  # fmt: skip
    return entries


def as_list(value: Any) -> Any:
    """A 1-D array as a list; anything else as it is."""
    return value.tolist() if getattr(value, "ndim", 0) == 1 else value


def count(value: Any) -> int:
    """How many examples something holds, as far as one can tell at a glance."""
    if is_array(value):
        return len(value) if getattr(value, "ndim", 1) > 1 else 1
    is_rows = isinstance(value, Sequence) and len(value) and isinstance(nested(value[0]), Sequence)
    return len(value) if is_rows else 1


def listing(names: Sequence[str]) -> str:
    """(i1, i2, …) → "i1, i2", at most eight written out."""
    return ", ".join(names) if len(names) <= 8 else ", ".join((*names[:7], "…", names[-1]))


def own_rows(rows: tuple[tuple[Number, ...], ...] | None, is_batch: bool) -> list[Any] | None:
    """The network's own examples as floats: one as a list, several as rows."""
    if rows is None:
        return None
    values = [[float(number.value) for number in row] for row in rows]
    return values if is_batch else values[0]
