"""A network, or a graph of formulas, as the Python that builds it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from derive.expression.nodes import Number, Quantity
from derive.expression.typed.formula_text import typed
from derive.expression.typed.literals import decimal
from derive.graph.formulas import FormulaGraph
from derive.network.description import Network
from derive.network.saving import entries_of

_WIDTH = 88
_INDENT = "    "
# What ``Network`` has where nothing is said.
_USUAL = {
    "over_examples": "mean", "layout": "from_to", "notation": "numbered", "rounding": "exact",
    "digits": {"values": 5, "update": 5}, "delta_sign": "positive",
}  # fmt: skip


class _Call(NamedTuple):
    """A call: positional values have the key ""."""

    name: str
    values: list[tuple[str, Any]]


def python_of(source: Network | FormulaGraph) -> str:
    """An expression of Python that is the same network or graph, with all of its numbers.

    Every number keeps its value: one that no float holds is a ``Decimal``, 1/3 is "1/3".
    """
    call = _graph(source) if isinstance(source, FormulaGraph) else _network(source)
    return _laid_out(call, "")


def _network(network: Network) -> _Call:
    entries = entries_of(network, numbers=True)
    layers = [_layer(dict(entries)) for entries in entries.pop("layers")]
    if isinstance(entries["loss"], dict) and entries["loss"].keys() == {"name"}:
        entries["loss"] = entries["loss"]["name"]
    head = [("", entries.pop("inputs")), ("", layers), ("", entries.pop("loss"))]
    more = [(key, value) for key, value in entries.items() if _USUAL.get(key) != value]
    return _Call("derive.Network", head + more)


def _layer(entries: dict[str, Any]) -> _Call:
    head = [("", entries.pop("units")), ("", entries.pop("activation"))]
    if entries["bias"] == "neuron":
        del entries["bias"]
    return _Call("derive.Dense", head + list(entries.items()))


def _graph(graph: FormulaGraph) -> _Call:
    def name(q: Any) -> str:
        assert isinstance(q, Quantity)
        return q.name

    formulas = {q.name: typed(formula, name) for q, formula in graph.definitions.items()}
    given = {q.name: graph.value(q) for q in graph.leaves}
    values: list[tuple[str, Any]] = [
        ("", formulas), ("", graph.loss.name), ("given", given),
    ]  # fmt: skip
    if graph.parameters != graph.leaves:
        values.append(("parameters", [q.name for q in graph.parameters]))
    if graph.title:
        values.append(("title", graph.title))
    return _Call("derive.Graph.from_formulas", values)


def _laid_out(value: Any, indent: str, room: int = _WIDTH) -> str:
    """A literal in one line where there is room for it, else one below the other."""
    line = _in_line(value)
    if len(indent) + len(line) <= room or not isinstance(value, (_Call, list, dict)):
        return line
    opening, items, closing = _parts(value)
    inner = indent + _INDENT
    if isinstance(value, _Call) or all(isinstance(item, Number) for _, item in items):
        return f"{opening}\n{_filled(items, inner)}{indent}{closing}"
    lines = "".join(
        f"{inner}{key}{_laid_out(item, inner, _WIDTH - len(key) - 1)},\n" for key, item in items
    )
    return f"{opening}\n{lines}{indent}{closing}"


def _filled(items: list[tuple[str, Any]], inner: str) -> str:
    """Values of a call, or numbers, as many to a line as have room."""
    lines: list[str] = []
    for key, item in items:
        text = f"{key}{_laid_out(item, inner, _WIDTH - len(key) - 1)},"
        short = lines and "\n" not in lines[-1] + text
        if short and len(inner) + len(lines[-1]) + 1 + len(text) <= _WIDTH:
            lines[-1] += f" {text}"
        else:
            lines.append(text)
    return "".join(f"{inner}{line}\n" for line in lines)


def _parts(value: _Call | list[Any] | dict[str, Any]) -> tuple[str, list[tuple[str, Any]], str]:
    """What opens and closes a literal, and what stands between, each with what precedes it."""
    if isinstance(value, _Call):
        return f"{value.name}(", [(f"{k}=" if k else "", v) for k, v in value.values], ")"
    if isinstance(value, list):
        return "[", [("", item) for item in value], "]"
    return "{", [(f"{_in_line(k)}: ", v) for k, v in value.items()], "}"


def _in_line(value: Any) -> str:
    if isinstance(value, Number):
        return _number(value)
    if isinstance(value, (_Call, list, dict)):
        opening, items, closing = _parts(value)
        return f"{opening}{', '.join(f'{key}{_in_line(item)}' for key, item in items)}{closing}"
    return quoted(value) if isinstance(value, (str, Path)) else repr(value)


def quoted(text: str | Path) -> str:
    """A text in double quotation marks, what cannot be seen escaped."""
    inside = repr(f"'{text}")[2:-1]  # with a ' inside, repr takes double quotation marks
    return f'"{inside}"' if '"' not in str(text) else repr(str(text))


def _number(number: Number) -> str:
    """The digits that were typed, where a float of them has the same value."""
    if not number.text:
        whole = number.value.denominator == 1
        return str(number.value) if whole else f'"{number.value}"'
    near = decimal(repr(float(number.text)))
    return number.text if near.value == number.value else f'Decimal("{number.text}")'
