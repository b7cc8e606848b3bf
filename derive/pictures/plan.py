"""Where the units of a network stand: in columns, from the inputs to the loss.

A unit is one circle, standing for its pre-activation and its activation; only with softmax,
where every activation comes from all pre-activations of the layer, there are two columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from derive.expression.nodes import WEIGHT, Quantity
from derive.graph import E, NetworkGraph, activations, pre_activations
from derive.pictures.picture import Label, Line, Pen, Point

MOST = 8  # units of a layer that are all drawn; of more, the first and the last
FIRST = 5
SIDE = 8.0  # around everything
INPUTS, UNITS, SHARES, TERMS, LOSS = "inputs", "units", "shares", "terms", "loss"


@dataclass(frozen=True, slots=True)
class Node:
    """A circle.

    quantities  what it stands for, in the order of the forward pass
    """

    quantities: tuple[Quantity, ...]
    at: Point
    radius: float

    @property
    def sent(self) -> Quantity:
        """What it sends on."""
        return self.quantities[-1]


@dataclass(frozen=True, slots=True)
class Column:
    """The circles of a layer, from top to bottom.

    kind   INPUTS, UNITS, SHARES (of a softmax), TERMS or LOSS
    layer  0 for the inputs; the last one for terms and loss
    gap    where units are left out: the point of the ⋮
    """

    kind: str
    layer: int
    nodes: tuple[Node, ...]
    gap: Point | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from a circle to one of the next column; ``weight`` is what multiplies on it."""

    source: Node
    target: Node
    weight: Quantity | None = None

    @property
    def ends(self) -> tuple[Point, Point]:
        """From the rim of one circle to the rim of the other."""
        (x0, y0), (x1, y1) = self.source.at, self.target.at
        length = hypot(x1 - x0, y1 - y0)
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        r, s = self.source.radius, self.target.radius
        return (x0 + r * dx, y0 + r * dy), (x1 - s * dx, y1 - s * dy)


@dataclass(frozen=True, slots=True)
class Measures:
    """Lengths of a plan.

    gap   between the circles of two columns joined by weights; others stand closer
    pitch from the middle of one circle to that of the next below it
    top   above the first circle of the tallest column
    right of the last column
    """

    radius: float
    gap: float
    pitch: float
    top: float
    right: float = 8.0
    close: float = 40.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns, and the lines between circles that follow each other."""

    columns: tuple[Column, ...]
    edges: tuple[Edge, ...]
    measures: Measures
    size: Point

    @property
    def elided(self) -> bool:
        """Whether units are left out."""
        return any(column.gap is not None for column in self.columns)

    def nodes(self) -> Iterator[Node]:
        """Every circle, column by column."""
        for column in self.columns:
            yield from column.nodes


def planned(graph: NetworkGraph, measures: Measures, *, loss: bool = False) -> Plan:
    """Where everything stands; ``loss``: with the terms of the loss, and the loss."""
    kinds = list(_columns(graph, loss))
    drawn = [_first_and_last(every) for _, _, every in kinds]
    height = max(_rows(some, len(every)) for some, (_, _, every) in zip(drawn, kinds, strict=True))
    middle = measures.top + measures.radius + (height - 1) * measures.pitch / 2
    columns: list[Column] = []
    x = SIDE + measures.radius
    for some, (kind, layer, every) in zip(drawn, kinds, strict=True):
        if columns:
            x += 2 * measures.radius + (measures.gap if kind == UNITS else measures.close)
        rows = _rows(some, len(every))
        y = middle - (rows - 1) * measures.pitch / 2
        nodes, gap = [], None
        for place, quantities in enumerate(some):
            if place == len(some) - 1 and len(some) < len(every):
                gap = (x, y)
                y += measures.pitch
            nodes.append(Node(quantities, (x, y), measures.radius))
            y += measures.pitch
        columns.append(Column(kind, layer, tuple(nodes), gap))
    width = x + measures.radius + measures.right
    tall = middle + (height - 1) * measures.pitch / 2 + measures.radius + SIDE
    return Plan(tuple(columns), tuple(_edges(graph, columns)), measures, (width, tall))


def _columns(
    graph: NetworkGraph, loss: bool
) -> Iterator[tuple[str, int, list[tuple[Quantity, ...]]]]:
    yield INPUTS, 0, [(q,) for q in graph.inputs]
    for layer in graph.network.layers:
        zs, sent = pre_activations(layer), activations(layer)
        if layer.activation.function is None:
            yield UNITS, layer.index, [(z,) for z in zs]
            yield SHARES, layer.index, [(a,) for a in sent]
        else:
            yield UNITS, layer.index, list(zip(zs, sent, strict=True))
    if loss:
        depth = len(graph.network.layers)
        if graph.terms:
            yield TERMS, depth, [(term,) for term in graph.terms]
        yield LOSS, depth, [(E,)]


def _first_and_last(every: list[tuple[Quantity, ...]]) -> list[tuple[Quantity, ...]]:
    return every if len(every) <= MOST else [*every[:FIRST], every[-1]]


def _rows(drawn: list[tuple[Quantity, ...]], count: int) -> int:
    return len(drawn) + (len(drawn) < count)


def _edges(graph: NetworkGraph, columns: list[Column]) -> Iterator[Edge]:
    for before, after in pairwise(columns):
        for target in after.nodes:
            parents = graph.parents[target.quantities[0]]
            for source in before.nodes:
                if source.sent in parents:
                    weight = None
                    if after.kind == UNITS:
                        z, sender = target.quantities[0], source.sent
                        weight = Quantity(WEIGHT, z.layer, z.unit, sender.unit)
                    yield Edge(source, target, weight)


def dots(plan: Plan, role: str = "") -> Iterator[Label]:
    """⋮ wherever units are left out."""
    for column in plan.columns:
        if column.gap is not None:
            yield Label(column.gap, ("⋮",), 14, role=role, halo=False)


def line(edge: Edge, pen: Pen, *, arrow: bool = False, back: bool = False) -> Line:
    """The line of an edge; ``back``: from its target to its source."""
    start, end = edge.ends
    return Line((end, start) if back else (start, end), pen, arrow, edge.weight)
