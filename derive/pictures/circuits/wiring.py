"""What a circuit is made of: operations, the wires between them, and what these carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import hypot

from derive.derivation.styles.deltas import delta_of
from derive.expression.nodes import INPUT, PRE_ACTIVATION, Expression, Partial, Quantity
from derive.graph import E, pre_activations
from derive.notation import NEGATIVE, Names
from derive.pictures.extent import width
from derive.pictures.picture import Box, Circle, Content, Label, Line, Pen, Point, Shape
from derive.pictures.scene import Scene

SIZE = 7.5  # of labels
BESIDE = 4.0  # between a wire and its label
NODE = 8.0  # radius of an operation
_LINE = 4.7  # half of what is between value and derivative
_STACKED = 6.4  # the same where names have a superscript above their subscript
_ROOM = 16.6  # length of a wire with a label, past its lines
_WIRE = 0.8


@dataclass
class Board:
    """Shapes as they are put down: wires behind, operations on them, labels in front."""

    scene: Scene
    wires: list[Shape] = field(default_factory=list)
    nodes: list[Shape] = field(default_factory=list)
    labels: list[Shape] = field(default_factory=list)

    def shapes(self, right: float = 0.0) -> Iterator[Shape]:
        """From back to front, moved to the right."""
        for shape in (*self.wires, *self.nodes, *self.labels):
            yield moved(shape, right) if right else shape

    @property
    def line(self) -> float:
        """Half of what is between a value and the derivative below it."""
        graph, names = self.scene.graph, self.scene.names
        z = pre_activations(graph.network.layers[0])[0]
        written = (names.latex(q) for q in graph.definitions[z].walk() if isinstance(q, Quantity))
        return _STACKED if any("^" in name and "_" in name for name in written) else _LINE

    @property
    def length(self) -> float:
        """Of a wire with a label."""
        return _ROOM + 2 * self.line

    @property
    def left(self) -> float:
        """Where the box that reaches furthest to the left begins."""
        return min((s.corner[0] for s in self.nodes if isinstance(s, Box)), default=0.0)

    @property
    def right(self) -> float:
        """Where the label that reaches furthest to the right ends."""
        names = self.scene.names
        labels = (s for s in self.labels if isinstance(s, Label))
        return max(s.at[0] + width(s.content, names, s.size) for s in labels)

    def value(self, carried: Expression) -> Content:
        """w1 = 0.15 for a quantity; of a product the number, or without numbers the product."""
        if isinstance(carried, Quantity):
            named = self.scene.named(carried)
            return ("− ", *named) if self.scene.is_subtracted(carried) else named
        displayed = self.scene.displayed
        return (carried,) if displayed is None else (displayed(carried).number,)

    def slope(self, carried: Quantity) -> Content:
        """The derivative of the loss by a quantity: its number, or without numbers its name.

        None by an input that the targets are made of: it is not only what flows back here.
        """
        if carried.kind == INPUT and self.scene.graph.network.target_formulas is not None:
            return ()
        derivative, displayed = self.derivative(carried), self.scene.displayed
        if carried == E:
            return ("1",)
        return (derivative,) if displayed is None else (displayed(derivative).number,)

    def derivative(self, carried: Quantity) -> Expression:
        """The derivative of the loss by a quantity, by its name where it is a δ."""
        if carried.kind == PRE_ACTIVATION and self.scene.graph.network.delta_sign != NEGATIVE:
            return delta_of(carried)
        return Partial(E, carried)

    def room(self, value: Content, slope: Content) -> float:
        """The width of a label beside a wire."""
        names = self.scene.names
        return BESIDE + max(width(content, names, SIZE) for content in (value, slope))

    def wire(self, *points: Point, arrow: bool = False) -> None:
        """A line through points."""
        self.wires.append(Line(points, Pen("", _WIRE), arrow))

    def into(self, start: Point, centre: Point) -> None:
        """A line to the rim of an operation."""
        (x0, y0), (x1, y1) = start, centre
        part = 1 - NODE / hypot(x1 - x0, y1 - y0)
        self.wire(start, (x0 + part * (x1 - x0), y0 + part * (y1 - y0)))

    def beside(self, at: Point, carried: Expression, back: Quantity | None) -> None:
        """What a wire carries, and below it the derivative by a quantity, if by any."""
        x, y = at[0] + BESIDE, at[1]
        slope = () if back is None else self.slope(back)
        apart = self.line if slope else 0.0
        value = self.value(carried)
        self.labels.append(Label((x, y - apart), value, SIZE, "start", about=carried))
        if back is not None and slope:
            self.labels.append(Label(
                (x, y + apart), slope, SIZE, "start", "gradient", about=self.derivative(back)
            ))  # fmt: skip

    def operation(self, at: Point, sign: Content, role: str = "") -> None:
        """A circle with a sign in it, or a box around a longer one."""
        self.nodes.append(around(at, sign, self.scene.names, role))
        self.labels.append(Label(at, sign, SIZE, halo=False))

    def bar(self, left: float, right: float, y: float, word: str, role: str) -> None:
        """An operation on many wires at once."""
        box = Box((left, y - NODE), (right - left, 2 * NODE), Pen(role, 1.0), role, NODE / 2)
        self.nodes.append(box)
        self.labels.append(Label(((left + right) / 2, y), (word,), SIZE, halo=False))


def reach(sign: Content, names: Names) -> float:
    """From the centre of an operation to its side."""
    return max(NODE, (width(sign, names, SIZE) + 5) / 2)


def around(at: Point, sign: Content, names: Names, role: str) -> Circle | Box:
    """The circle around a sign, or the box around a longer one."""
    half, pen = reach(sign, names), Pen(role, 1.0)
    if half == NODE:
        return Circle(at, NODE, pen, role)
    return Box((at[0] - half, at[1] - NODE), (2 * half, 2 * NODE), pen, role, NODE / 2)


def moved(shape: Shape, right: float) -> Shape:
    """The shape further to the right."""
    if isinstance(shape, Line):
        return replace(shape, points=tuple((x + right, y) for x, y in shape.points))
    if isinstance(shape, Circle):
        return replace(shape, centre=(shape.centre[0] + right, shape.centre[1]))
    if isinstance(shape, Box):
        return replace(shape, corner=(shape.corner[0] + right, shape.corner[1]))
    return replace(shape, at=(shape.at[0] + right, shape.at[1]))
