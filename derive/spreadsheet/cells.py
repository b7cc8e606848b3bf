"""The named cells: a name for the learning rate and for every number that a run starts from.

A name is the notation's own in code, made into one that a spreadsheet takes: w1, t1 and h12 are
addresses of cells there, so they are called w_1, t_1 and h_12. R, C and what else spreadsheets
keep for themselves ends in an underscore. Capitals do not tell names apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derive.compute.sources import made_up
from derive.expression.nodes import BIAS, INPUT, TARGET, WEIGHT, Quantity
from derive.graph import RATE
from derive.notation.names import Names
from derive.spreadsheet.columns import Plan

_ADDRESS = re.compile(r"([a-z]{1,3})([0-9]+)", re.IGNORECASE)
_ROW_COLUMN = re.compile(r"r?[0-9]*c?[0-9]*", re.IGNORECASE)
_RESERVED = frozenset({"true", "false", "null", "all", "print_area", "print_titles"})
_LONGEST = 100


class CellNames:
    """Names as a spreadsheet takes them, none of them twice."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def __call__(self, text: str) -> str:
        """w1 ⇒ w_1, R ⇒ R_, größe ⇒ gr_e"""
        name = re.sub(r"[^A-Za-z0-9_]+", "_", text)[:_LONGEST]
        if not name[:1].isalpha():
            name = f"v_{name}".rstrip("_")
        if address := _ADDRESS.fullmatch(name):
            name = "_".join(address.groups())
        if name.lower() in _RESERVED or _ROW_COLUMN.fullmatch(name):
            name += "_"
        unique, turn = name, 1
        while unique.lower() in self._used:
            turn += 1
            unique = f"{name}_{turn}" if not name.endswith("_") else f"{name}{turn}"
        self._used.add(unique.lower())
        return unique


@dataclass(frozen=True, slots=True)
class Start:
    """A number that a run starts from.

    name     of its cell
    made_up  the network has none of its own
    """

    quantity: Quantity
    name: str
    value: float
    made_up: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What a run starts from, where it is not what the network has.

    inputs, targets  a row of numbers for each example; None: the network's own
    parameters       of every weight and bias; None: the network's own
    """

    inputs: Sequence[Sequence[float]] | None = None
    targets: Sequence[Sequence[float]] | None = None
    parameters: Mapping[Quantity, float] | None = None


def starts(
    plan: Plan, names: Names, rate: float, made_up_rate: bool, given: Given
) -> tuple[Start, ...]:
    """The learning rate, every example's inputs and targets, every weight and bias."""
    network = plan.network
    cell_name = CellNames()
    start_cells = [Start(RATE, cell_name(names.code(RATE)), rate, made_up_rate)]
    rows = {INPUT: given.inputs, TARGET: given.targets}
    cells = {column.quantity for column in plan.columns if column.formula is None}
    position = 0
    for quantity in _in_order(plan, names):
        if quantity not in cells:
            continue
        mine = rows.get(quantity.kind)
        own = network.value(quantity) is not None
        if mine is not None:
            row = quantity.example if isinstance(quantity.example, int) else 0
            value, own = mine[row][quantity.unit], True
        elif given.parameters is not None and quantity in given.parameters:
            value, own = given.parameters[quantity], True
        else:
            value = made_up.number(network, quantity, position)
        position += 1
        start_cells.append(Start(quantity, cell_name(names.code(quantity)), value, not own))
    return tuple(start_cells)


def _in_order(plan: Plan, names: Names) -> Iterator[Quantity]:
    sizes = plan.network.sizes
    for example in plan.examples:
        yield from (Quantity(INPUT, unit=k, example=example) for k in range(sizes[0]))
        yield from (Quantity(TARGET, unit=k, example=example) for k in range(sizes[-1]))
    yield from (q for q in names.quantities() if q.kind in (WEIGHT, BIAS))
