"""Numbers for the leaves of a graph, by name: what callers give, and what the graph has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from derive.compute.arguments import ArgumentError, described, flat, listing, number
from derive.expression.nodes import Quantity
from derive.graph import FormulaGraph
from derive.graph.names import names_of

Column = float | list[float]


@dataclass(frozen=True, slots=True)
class Data:
    """The inputs of a call.

    columns  a number, or a number for each example, for every input
    count    how many examples there are; None: one, by its numbers alone
    """

    columns: tuple[Column, ...]
    count: int | None

    def rows(self) -> list[list[float]]:
        """The inputs of every example."""
        if self.count is None:
            return [list(map(_single, self.columns))]
        wide = [c if isinstance(c, list) else [c] * self.count for c in self.columns]
        return [list(row) for row in zip(*wide, strict=True)] or [[] for _ in range(self.count)]


def _single(column: Column) -> float:
    assert not isinstance(column, list)
    return column


class Leaves:
    """Reads the numbers of a graph's leaves."""

    def __init__(self, graph: FormulaGraph) -> None:
        self.graph = graph
        notation = names_of(graph)
        self.theta = tuple(q.name for q in graph.parameters)
        self.inputs = tuple(q.name for q in graph.inputs)
        leaves = (*graph.parameters, *graph.inputs)
        self._by_name = {notation.code(q): q for q in leaves} | {q.name: q for q in leaves}
        self._own = {q: float(value.value) for q, value in graph.given.items()}

    def own(self, names: Iterable[str]) -> list[float] | None:
        """The graph's own numbers; None where it lacks one."""
        numbers = [self._own.get(self._by_name[name]) for name in names]
        known = [value for value in numbers if value is not None]
        return known if len(known) == len(numbers) else None

    def read(self, values: Mapping[str, Any] | None) -> tuple[list[float], Data]:
        """Theta and the inputs from numbers by name, the rest the graph's own.

        Raises ArgumentError.
        """
        given = self._given(values)
        theta = [self._parameter(q, given) for q in self.graph.parameters]
        return theta, self._data(given)

    def data(self, values: Mapping[str, Any] | None) -> Data:
        """The inputs alone, where theta is another argument. Raises ArgumentError."""
        given = self._given(values)
        twice = [q.name for q in self.graph.parameters if q in given]
        if twice:
            raise ArgumentError(
                "values", f"{listing(twice)}, which theta holds", f"the inputs: {self._inputs()}",
                "leave it out",
            )  # fmt: skip
        return self._data(given)

    def theta_of(self, values: Mapping[str, Any] | None) -> list[float]:
        """Theta alone; numbers of inputs are refused. Raises ArgumentError."""
        given = self._given(values)
        others = [q.name for q in self.graph.inputs if q in given]
        if others:
            raise ArgumentError(
                "parameters", f"{listing(others)}, which is no parameter", listing(self.theta),
                "leave it out, or name it among the parameters of the graph",
            )  # fmt: skip
        return [self._parameter(q, given) for q in self.graph.parameters]

    def _given(self, values: Mapping[str, Any] | None) -> dict[Quantity, Any]:
        if values is None:
            return {}
        every = [*self.theta, *self.inputs]
        if not isinstance(values, Mapping):
            raise ArgumentError(
                "values", f"a {type(values).__name__}",
                f"a dict of numbers by name: {listing(every)}", 'write them as in {"x": 0.5}',
            )  # fmt: skip
        by_leaf: dict[Quantity, Any] = {}
        for name, value in values.items():
            q = self._by_name.get(name) if isinstance(name, str) else None
            if q is None:
                formulas = {q.name for q in self.graph.definitions}
                is_formula = isinstance(name, str) and name in formulas
                close = get_close_matches(str(name)[:100], every, 1, 0.6)
                remedy = (
                    "leave it out: its formula gives it" if is_formula
                    else f"did you mean {close[0]!r}?" if close else "leave it out"
                )  # fmt: skip
                raise ArgumentError(
                    "values",
                    f"the {'formula' if is_formula else 'unknown name'} {str(name)!r:.60}",
                    listing(every), remedy,
                )  # fmt: skip
            if q in by_leaf:
                raise ArgumentError(
                    "values", f"two names of {q.name}", listing(every), "leave one out"
                )
            by_leaf[q] = value
        return by_leaf

    def _parameter(self, q: Quantity, given: Mapping[Quantity, Any]) -> float:
        value = given[q] if q in given else self._known(q)
        single = number(value)
        if single is None:
            raise ArgumentError(
                q.name, described(value), "one number",
                "only what is no parameter may have one for each example: name those that are, as "
                "parameters of the graph",
            )  # fmt: skip
        return single

    def _data(self, given: Mapping[Quantity, Any]) -> Data:
        columns: list[Column] = []
        count: int | None = None
        longest = ""
        for q in self.graph.inputs:
            value = given[q] if q in given else self._known(q)
            column = _column(q, value)
            columns.append(column)
            if isinstance(column, list):
                if count is not None and len(column) != count:
                    raise ArgumentError(
                        q.name, f"{len(column)} numbers", f"as many as for {longest}, {count}",
                        "give one for each example",
                    )  # fmt: skip
                count, longest = len(column), longest or q.name
        return Data(tuple(columns), count)

    def _known(self, q: Quantity) -> float:
        if q not in self._own:
            raise ArgumentError(
                q.name, "nothing, and the graph has no number for it", "a number",
                f'give it by its name: {{"{q.name}": …}}',
            )  # fmt: skip
        return self._own[q]

    def _inputs(self) -> str:
        return listing(self.inputs) or "none, for every leaf is a parameter"


def _column(q: Quantity, value: Any) -> Column:
    single = number(value)
    if single is not None:
        return single
    length = len(value) if isinstance(value, Sequence) or hasattr(value, "__len__") else 0
    column = flat(value, (length,)) if length else None
    if column is None:
        raise ArgumentError(
            q.name, described(value), "a number, or a list of them, one for each example",
            "give one of these",
        )  # fmt: skip
    return column
