"""Where the quantities of any graph stand: in levels, with few crossings, and room for each.

A leaf stands one level before its first use. A wire that passes a level has a place in it, as if
something stood there, so that nothing lies on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from derive.expression.nodes import Quantity
from derive.graph import AnyGraph

_SWEEPS = 12
_PASSING = 5.0  # on both sides of a wire that passes a level
_APART = 8.0  # between neighbours


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a level: of a quantity, or (``to`` set) of the wire from it to one further on."""

    q: Quantity
    level: int
    to: Quantity | None = None


Room = tuple[float, float]  # what a spot needs before and behind its middle
Wire = tuple[Spot, ...]  # from a quantity to one that uses it, and what it passes


@dataclass(frozen=True)
class Levels:
    """The spots of every level in order, the wires between them, and where each spot is."""

    spots: tuple[tuple[Spot, ...], ...]
    wires: tuple[Wire, ...]
    places: Mapping[Spot, float]


def levels(graph: AnyGraph, room: Mapping[Quantity, Room]) -> Levels:
    """The levels of a graph.

    room  what each quantity needs across the levels, on either side of its middle
    """
    at = dict(graph.level)
    for leaf in graph.leaves:
        at[leaf] = min(at[user] for user in graph.children[leaf]) - 1
    wires: list[Wire] = []
    for q in graph.definitions:
        for parent in graph.parents[q]:
            passed = (Spot(parent, level, q) for level in range(at[parent] + 1, at[q]))
            wires.append((Spot(parent, at[parent]), *passed, Spot(q, at[q])))
    by_level: list[dict[Spot, None]] = [{} for _ in range(max(at.values()) + 1)]
    for wire in wires:
        for spot in wire:
            by_level[spot.level][spot] = None
    by_level[at[graph.loss]][Spot(graph.loss, at[graph.loss])] = None
    before, behind = _neighbours(wires)
    order = _ordered([list(level) for level in by_level], before, behind)
    needed = {
        spot: (_PASSING, _PASSING) if spot.to else room[spot.q] for row in order for spot in row
    }
    return Levels(tuple(map(tuple, order)), tuple(wires), _placed(order, needed, before, behind))


Neighbours = dict[Spot, list[Spot]]


def _neighbours(wires: Sequence[Wire]) -> tuple[Neighbours, Neighbours]:
    """What leads to a spot, and what it leads to."""
    before: Neighbours = {}
    behind: Neighbours = {}
    for wire in wires:
        for one, other in pairwise(wire):
            behind.setdefault(one, []).append(other)
            before.setdefault(other, []).append(one)
    return before, behind


def _ordered(rows: list[list[Spot]], before: Neighbours, behind: Neighbours) -> list[list[Spot]]:
    """The rows, sorted by where their neighbours are; of all tries the one that crosses least."""
    best, fewest = [list(row) for row in rows], _crossings(rows, behind)
    for sweep in range(_SWEEPS):
        towards, steps = (before, rows[1:]) if sweep % 2 == 0 else (behind, rows[-2::-1])
        index = {spot: i / max(1, len(row) - 1) for row in rows for i, spot in enumerate(row)}
        for row in steps:
            means = {spot: _mean([index[n] for n in towards.get(spot, ())], index[spot])
                      for spot in row}  # fmt: skip
            row.sort(key=means.__getitem__)
            index.update((spot, i / max(1, len(row) - 1)) for i, spot in enumerate(row))
        crossed = _crossings(rows, behind)
        if crossed < fewest:
            best, fewest = [list(row) for row in rows], crossed
    return best


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(rows: Sequence[Sequence[Spot]], behind: Neighbours) -> int:
    """How many pairs of wires cross between two levels."""
    count = 0
    for row, following in pairwise(rows):
        position = {spot: i for i, spot in enumerate(following)}
        ends = [sorted(position[n] for n in behind.get(spot, ())) for spot in row]
        for i, mine in enumerate(ends):
            for others in ends[i + 1 :]:
                count += sum(a > b for a in mine for b in others)
    return count


def _placed(
    rows: list[list[Spot]], room: Mapping[Spot, Room], before: Neighbours, behind: Neighbours
) -> dict[Spot, float]:
    """A place for every spot near its neighbours, in its order, and with its room."""
    place: dict[Spot, float] = {}
    for row in rows:
        place.update(zip(row, _spread(row, dict.fromkeys(row, 0.0), room), strict=True))
    for sweep in range(2 * _SWEEPS):
        towards = (before, behind)[sweep % 2]
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            means = {s: _mean([place[n] for n in towards.get(s, ())], place[s]) for s in row}
            place.update(zip(row, _spread(row, means, room), strict=True))
    least = min(place[spot] - room[spot][0] for spot in place)
    return {spot: x - least for spot, x in place.items()}


def _spread(
    row: Sequence[Spot], means: Mapping[Spot, float], room: Mapping[Spot, Room]
) -> list[float]:
    """Places near the means, far enough apart: the mean of pushing right and left."""
    apart = [room[a][1] + _APART + room[b][0] for a, b in pairwise(row)]
    right: list[float] = []
    for i, spot in enumerate(row):
        right.append(max(means[spot], right[-1] + apart[i - 1]) if right else means[spot])
    left: list[float] = []
    for i in range(len(row) - 1, -1, -1):
        left.append(min(means[row[i]], left[-1] - apart[i]) if left else means[row[i]])
    return [(a + b) / 2 for a, b in zip(right, reversed(left), strict=True)]
