"""A tile's examples, rows in the caller's memory, as columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from derive.compute.native.kernel import LANES
from derive.compute.native.values import Value

if TYPE_CHECKING:
    from derive.compute.native.examples import Examples

_MOST_SHUFFLED = 4  # numbers of an example


def fill(kernel: Examples, name: str, argument: str) -> None:
    """The rows of the examples as columns of a tile; past the last, the last one again."""
    rows = kernel.plan.rows[name]
    if rows > _MOST_SHUFFLED:
        _one_by_one(kernel, name, argument)
        return

    def shuffled() -> None:
        def eight(column: str, _: list[Value]) -> list[Value]:
            start = kernel.scaled(kernel.body.emit(f"add i64 %first, {column}"), rows)
            numbers = [
                Value(kernel.body, _read(kernel, kernel.body.of, argument, start, k * LANES))
                for k in range(rows)
            ]
            for row in range(rows):
                kernel.store(_every(kernel, numbers, row), kernel.cell(name, row, column))
            return []

        kernel.body.loop(kernel.tile, LANES, eight)

    kernel.body.branch("%full", shuffled, lambda: _one_by_one(kernel, name, argument))


def _read(kernel: Examples, of: Callable[[str], str], argument: str, *terms: str | int) -> str:
    """Numbers of the caller, as doubles: one, or those of a vector (``of`` names its type)."""
    at = kernel.at(argument, *terms, element=kernel.element)
    read = kernel.body.emit(f"load {of(kernel.element)}, ptr {at}, align {kernel.bytes}")
    if kernel.element == "double":
        return read
    return kernel.body.emit(f"fpext {of(kernel.element)} {read} to {of('double')}")


def _every(kernel: Examples, numbers: list[Value], first: int) -> Value:
    """Of vectors one after the other every so many-th number, as many as there are vectors."""
    step, double = len(numbers), kernel.body.double
    value = numbers[0]
    for k, more in enumerate(numbers[1:], start=1):

        def source(lane: int, k: int = k) -> int:
            """Where the lane's number is: in ``value``, in ``more``, or still to come."""
            vector, place = divmod(first + step * lane, LANES)
            if vector == k:
                return LANES + place
            return place if k == 1 and vector == 0 else lane

        mask = ", ".join(f"i32 {source(lane)}" for lane in range(LANES))
        value = kernel.body.value(
            f"shufflevector {double} {value.name}, {double} {more.name}, <{LANES} x i32> <{mask}>"
        )
    return value


def _one_by_one(kernel: Examples, name: str, argument: str) -> None:
    rows, body = kernel.plan.rows[name], kernel.body

    def example(column: str, _: list[Value]) -> list[Value]:
        inside = body.emit(f"icmp slt i64 {column}, %there")
        last = body.emit("sub i64 %there, 1")
        here = body.emit(f"select i1 {inside}, i64 {column}, i64 {last}")
        start = kernel.scaled(body.emit(f"add i64 %first, {here}"), rows)

        def unit(row: str, _: list[Value]) -> list[Value]:
            number = _read(kernel, str, argument, start, row)
            body.lines.append(f"  store double {number}, ptr {kernel.cell(name, row, column)}")
            return []

        body.loop(rows, 1, unit)
        return []

    body.loop(kernel.tile, 1, example)
