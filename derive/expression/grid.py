"""The value of a matrix: numbers in rows, and the arithmetic that matrices have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Values = tuple[tuple[Any, ...], ...]


class Grid:
    """Numbers in rows. Raises TypeError where two shapes do not go together."""

    __slots__ = ("rows",)

    def __init__(self, rows: Values) -> None:
        self.rows = rows

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0])

    def cells(self) -> Iterator[tuple[int, int, Any]]:
        """Row, column (from 0) and value of every entry, row by row."""
        for i, row in enumerate(self.rows):
            for j, value in enumerate(row):
                yield i, j, value

    def map(self, change: Callable[[Any], Any]) -> Grid:
        """Every entry changed by itself."""
        return Grid(tuple(tuple(map(change, row)) for row in self.rows))

    def combine(self, other: Any, operation: Callable[[Any, Any], Any]) -> Grid:
        """Entry with entry: a + b, or a·b."""
        if not isinstance(other, Grid) or other.shape != self.shape:
            raise TypeError(f"a matrix of shape {self.shape} meets {_kind_of(other)}")
        pairs = zip(self.rows, other.rows, strict=True)
        return Grid(tuple(tuple(map(operation, mine, its)) for mine, its in pairs))

    def times(self, other: Any) -> Grid:
        """The matrix product: rows by columns."""
        if not isinstance(other, Grid) or other.shape[0] != self.shape[1]:
            raise TypeError(f"a matrix of shape {self.shape} is multiplied by {_kind_of(other)}")
        columns = other.transposed().rows
        return Grid(tuple(tuple(_dot(row, column) for column in columns) for row in self.rows))

    def transposed(self) -> Grid:
        """Rows become columns."""
        return Grid(tuple(zip(*self.rows, strict=True)))

    def __add__(self, other: Any) -> Grid:
        return self.combine(other, lambda a, b: a + b)

    def __neg__(self) -> Grid:
        return self.map(lambda a: -a)

    def __mul__(self, factor: Any) -> Grid:
        if isinstance(factor, Grid):
            raise TypeError("two matrices are multiplied like numbers")
        return self.map(lambda a: a * factor)

    __rmul__ = __mul__


def _dot(row: tuple[Any, ...], column: tuple[Any, ...]) -> Any:
    products = [a * b for a, b in zip(row, column, strict=True)]
    return sum(products[1:], products[0])


def _kind_of(other: Any) -> str:
    return f"one of shape {other.shape}" if isinstance(other, Grid) else "a number"
