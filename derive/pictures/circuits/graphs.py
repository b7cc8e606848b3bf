"""Any graph as a circuit: values flow one way, derivatives back.

Beside the wire behind every operation stands the value that it carries, and below that the
derivative of the loss by it. A small graph runs from left to right, as it is mostly drawn; one that
would become too wide runs from top to bottom.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot

from derive.derivation.numbers.rounding import Displayed
from derive.expression.nodes import (
    Apply,
    Expression,
    Negative,
    Partial,
    Product,
    Quantity,
    Sum,
)
from derive.graph import AnyGraph
from derive.notation import Names
from derive.pictures.circuits.levels import Levels, Spot, levels
from derive.pictures.circuits.wiring import BESIDE, NODE, SIZE, around, reach
from derive.pictures.extent import width
from derive.pictures.picture import Content, Label, Line, Pen, Picture, Point, Shape

MOST = 60  # quantities of a graph that is drawn
_WIDEST = 620.0  # of a picture from left to right
_LINE = 5.2  # half of what is between a value and the derivative below it
_GUTTER = 26.0  # between levels, where wires run across
_EDGE = 8.0
_TAIL = 5.0  # a wire reaches further than its label
_LONGEST = 64.0  # of a formula that stands in its box
_WIRE = 0.8


@dataclass(frozen=True)
class Naming:
    """What is written into a picture.

    displayed  the displayed number of a quantity or a derivative; None where there are no numbers
    derived    the quantities whose derivatives the page finds
    """

    graph: AnyGraph
    names: Names
    displayed: Callable[[Expression], Displayed] | None
    derived: frozenset[Quantity]

    def value(self, q: Quantity) -> Content:
        """x = −2, or the name alone."""
        if self.displayed is None:
            return (q,)
        displayed = self.displayed(q)
        return q, " = " if displayed.exact else " ≈ ", displayed.number

    def slope(self, q: Quantity) -> Content:
        """The derivative of the loss by a quantity: its number, or without numbers its name."""
        if q == self.graph.loss:
            return ("1",)
        if q not in self.derived:
            return ()
        slope = Partial(self.graph.loss, q)
        return (slope,) if self.displayed is None else (self.displayed(slope).number,)

    def sign(self, q: Quantity) -> Content:
        """What is done in a formula: +, ×, a function, the formula itself, or its name."""
        formula = self.graph.definitions[q]
        plain = all(isinstance(child, Quantity) for child in formula.children)
        if plain and isinstance(formula, Sum):
            return ("+",)
        if plain and isinstance(formula, Product):
            return ("×",)
        if plain and isinstance(formula, Apply):
            return (formula.function.text,)
        if isinstance(formula, Negative) and isinstance(formula.operand, Quantity):
            return ("−1 ×",)
        inside: Content = (formula,)
        return inside if width(inside, self.names, SIZE) <= _LONGEST else (q,)

    def long(self, content: Content) -> float:
        """How wide a label is."""
        return width(content, self.names, SIZE)

    def beside(self, q: Quantity) -> float:
        """How wide the wider of the two labels of a wire is."""
        return max(self.long(self.value(q)), self.long(self.slope(q)))


def is_drawn(graph: AnyGraph) -> bool:
    """Whether a graph is small enough to be drawn."""
    return len(graph.definitions) + len(graph.leaves) <= MOST


def graph_picture(naming: Naming, title: Content, description: Content) -> Picture:
    """The picture of a graph."""
    across = _Across(naming)
    drawn = across if across.size[0] <= _WIDEST else _Down(naming)
    return Picture("graph", title, description, drawn.size, tuple(drawn.shapes()))


class _Drawing:
    """Shapes in levels. Along the levels runs one axis, across them the other."""

    def __init__(self, naming: Naming) -> None:
        self.naming = naming
        self.graph = naming.graph
        every = (*self.graph.leaves, *self.graph.definitions)
        self.signs = {q: naming.sign(q) for q in self.graph.definitions}
        self.levels: Levels = levels(self.graph, {q: self.room(q) for q in every})
        self.starts, self.ends = self._depths()

    def room(self, q: Quantity) -> tuple[float, float]:
        """What a quantity needs across the levels on either side of its wire."""
        raise NotImplementedError

    def thick(self, spot: Spot) -> tuple[float, float]:
        """How deep the operation of a spot is, and the wire behind it with its labels."""
        raise NotImplementedError

    def point(self, along: float, across: float) -> Point:
        """A point of the picture."""
        raise NotImplementedError

    def labels(self, q: Quantity, along: float, across: float) -> Iterator[Shape]:
        """Value and derivative beside the wire that begins at a place."""
        raise NotImplementedError

    def value(self, at: Point, q: Quantity) -> Label:
        """The label of a value."""
        return Label(at, self.naming.value(q), SIZE, "start", "hidden", about=q)

    def slope(self, at: Point, q: Quantity) -> Label:
        """The label of a derivative."""
        about = Partial(self.graph.loss, q)
        return Label(at, self.naming.slope(q), SIZE, "start", "gradient", about=about)

    def _depths(self) -> tuple[list[tuple[float, float]], list[float]]:
        """Of each level where it begins and where its operations end, and where it ends."""
        starts, ends = [], []
        at = _EDGE
        for row in self.levels.spots:
            sizes = [self.thick(spot) for spot in row if spot.to is None] or [(0.0, 0.0)]
            operation = max(size for size, _ in sizes)
            starts.append((at, at + operation))
            ends.append(at + operation + max(size for _, size in sizes))
            at = ends[-1] + _GUTTER
        return starts, ends

    def across(self, spot: Spot) -> float:
        return self.levels.places[spot] + _EDGE

    def shapes(self) -> Iterator[Shape]:
        """From back to front: wires, operations, labels."""
        yield from self._wires()
        for row in self.levels.spots:
            for spot in row:
                if spot.to is None and spot.q in self.graph.definitions:
                    at, sign = self._centre(spot), self.signs[spot.q]
                    role = "loss" if spot.q == self.graph.loss else "hidden"
                    yield replace(around(at, sign, self.naming.names, role), about=spot.q)
                    yield Label(at, sign, SIZE, halo=False)
        for row in self.levels.spots:
            for spot in row:
                if spot.to is None:
                    yield from self.labels(spot.q, self.starts[spot.level][1], self.across(spot))

    def _centre(self, spot: Spot) -> Point:
        start, end = self.starts[spot.level]
        return self.point((start + end) / 2, self.across(spot))

    def _side(self, spot: Spot) -> float:
        """From the middle of an operation to where its wire begins, along the levels."""
        raise NotImplementedError

    def _wires(self) -> Iterator[Shape]:
        pen = Pen("", _WIRE)
        loss = self.graph.loss
        for row in self.levels.spots:
            for spot in row:
                if spot.to is None:
                    start, end = self.starts[spot.level]
                    begin = end
                    if spot.q in self.graph.definitions:
                        begin = (start + end) / 2 + self._side(spot)
                    across = self.across(spot)
                    points = (self.point(begin, across), self.point(self.ends[spot.level], across))
                    yield Line(points, pen, arrow=spot.q == loss)
        for wire in self.levels.wires:
            points_: list[Point] = []
            for one, other in pairwise(wire):
                points_.append(self.point(self.ends[one.level], self.across(one)))
                if other.to is not None:
                    points_.append(self.point(self.starts[other.level][0], self.across(other)))
            last = wire[-1]
            yield Line((*points_, self._rim(points_[-1], last)), pen)

    def _rim(self, start: Point, spot: Spot) -> Point:
        """Where a wire that comes from a point meets an operation."""
        (x0, y0), (x1, y1) = start, self._centre(spot)
        half = reach(self.signs[spot.q], self.naming.names)
        dx, dy = x0 - x1, y0 - y1
        if half == NODE:
            part = NODE / hypot(dx, dy)
        else:
            part = min(half / abs(dx) if dx else 1.0, NODE / abs(dy) if dy else 1.0)
        return x1 + part * dx, y1 + part * dy


class _Across(_Drawing):
    """From left to right; values above the wires, derivatives below."""

    def room(self, q: Quantity) -> tuple[float, float]:
        return 2 * _LINE + 1, 2 * _LINE + 1

    def thick(self, spot: Spot) -> tuple[float, float]:
        inner = 2 * self._half(spot.q) if spot.q in self.graph.definitions else 0.0
        return inner, self.naming.beside(spot.q) + BESIDE + _TAIL

    def _half(self, q: Quantity) -> float:
        return reach(self.signs[q], self.naming.names)

    def _side(self, spot: Spot) -> float:
        return self._half(spot.q)

    def point(self, along: float, across: float) -> Point:
        return along, across

    def labels(self, q: Quantity, along: float, across: float) -> Iterator[Shape]:
        x = along + BESIDE
        yield self.value((x, across - _LINE - 1), q)
        if self.naming.slope(q):
            yield self.slope((x, across + _LINE + 1), q)

    @property
    def size(self) -> Point:
        across = max(self.across(s) + self.room(s.q)[1] for row in self.levels.spots for s in row)
        return self.ends[-1] + _EDGE, across + _EDGE


class _Down(_Drawing):
    """From top to bottom; value and derivative to the right of the wires."""

    def room(self, q: Quantity) -> tuple[float, float]:
        inner = reach(self.signs[q], self.naming.names) if q in self.signs else 0.0
        return inner, max(inner, BESIDE + self.naming.beside(q))

    def thick(self, spot: Spot) -> tuple[float, float]:
        inner = 2 * NODE if spot.q in self.graph.definitions else 0.0
        return inner, 4 * _LINE + _TAIL

    def _side(self, spot: Spot) -> float:
        return NODE

    def point(self, along: float, across: float) -> Point:
        return across, along

    def labels(self, q: Quantity, along: float, across: float) -> Iterator[Shape]:
        x, slope = across + BESIDE, self.naming.slope(q)
        middle = along + 2 * _LINE + _TAIL / 2
        apart = _LINE if slope else 0.0
        yield self.value((x, middle - apart), q)
        if slope:
            yield self.slope((x, middle + apart), q)

    @property
    def size(self) -> Point:
        across = max(self.across(s) + self.room(s.q)[1] for row in self.levels.spots for s in row)
        return across + _EDGE, self.ends[-1] + _EDGE
