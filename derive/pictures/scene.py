"""What every drawing of a network needs: its graph, its names, its numbers, and how they look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from derive.derivation.numbers.rounding import Displayed
from derive.expression.nodes import BIAS, TARGET, WEIGHT, Expression, Quantity
from derive.graph import NetworkGraph, bias_of
from derive.pictures.extent import fitting, width
from derive.pictures.picture import Circle, Content, Label, Line, Pen, Shape
from derive.pictures.plan import SIDE, Edge, Measures, Node, Plan

if TYPE_CHECKING:
    from derive.notation import Names

DASH = (3.5, 2.0)  # of a weight below zero
NAME, VALUE, HEADING = 9.0, 7.0, 8.5  # sizes of labels
_THIN, _THICK = 0.6, 2.4  # lines of weights
_SMALLEST, _LARGEST = 13.0, 23.0  # radius of a circle
_ABOVE = 18.0  # a circle: the arrow and the label of its bias
MOST_LINES = 16  # between two layers that can be labelled
_GAP, _WIDE = 84.0, 116.0
_CROWDED = 4  # units past which those of a layer stand close


@dataclass(frozen=True)
class Scene:
    """A network to be drawn.

    displayed  the displayed number of a quantity, a derivative or a product of quantities; None
               where there are no numbers
    """

    graph: NetworkGraph
    names: Names
    displayed: Callable[[Expression], Displayed] | None = None

    def value(self, quantity: Quantity) -> Content:
        """The number alone; nothing where there are none."""
        return () if self.displayed is None else (self.displayed(quantity).number,)

    def named(self, quantity: Quantity) -> Content:
        """w1 = 0.15, or the name alone."""
        if self.displayed is None:
            return (quantity,)
        displayed = self.displayed(quantity)
        return quantity, " = " if displayed.exact else " ≈ ", displayed.number

    @property
    def biased(self) -> bool:
        """Whether any unit adds a bias."""
        return any(layer.bias != "none" for layer in self.graph.network.layers)

    def bias(self, node: Node) -> Quantity | None:
        """The bias that a circle adds."""
        z = node.quantities[0]
        if not any(p.kind == BIAS for p in self.graph.parents.get(z, ())):
            return None
        return bias_of(self.graph.network.layers[z.layer - 1], z.unit)

    def gap(self) -> float:
        """Between the columns of a picture with the loss, in which some weights are labelled."""
        sizes = self.graph.network.sizes
        return _WIDE if (max(sizes) > 2 and len(sizes) <= 3) or max(sizes) > 4 else _GAP

    @property
    def dense(self) -> bool:
        """Whether more lines join two layers than could be labelled."""
        return max(a * b for a, b in pairwise(self.graph.network.sizes)) > MOST_LINES

    def radius(self, inside: Iterable[Quantity]) -> float:
        """Of every circle: the names and values of what is written into some fit."""
        widest = max(
            max(width((q,), self.names, NAME), width(self.value(q), self.names, VALUE))
            for q in inside
        )
        return min(max(_SMALLEST, widest / 2 + 2), _LARGEST)

    @cached_property
    def _forward(self) -> float:
        """The radius for what is computed forward."""
        defined = (q for q in self.graph.definitions if q.kind != TARGET)
        return self.radius((*self.graph.inputs, *defined))

    def measures(
        self,
        gap: float,
        right: float = SIDE,
        *,
        radius: float = 0.0,
        lines: int = 1,
        biases: bool = True,
    ) -> Measures:
        """The measures of a plan with so much between its columns.

        radius  at least that of the circles
        lines   of the headings
        biases  whether they are drawn, where there are any
        """
        crowded = max(self.graph.network.sizes) > _CROWDED
        above = _ABOVE if biases and self.biased else 0.0
        wide = max(radius, self._forward)
        pitch = 2 * wide + above + (8 if crowded else 18)
        return Measures(wide, gap, pitch, 13 + 11 * lines + above, right)

    @cached_property
    def _largest(self) -> Fraction:
        weights = [w for q in self.graph.parents.values() for w in q if w.kind == WEIGHT]
        if self.displayed is None:
            return Fraction(1)
        return max((abs(self.displayed(w).number.value) for w in weights), default=Fraction(1))

    def weight_pen(self, weight: Quantity) -> Pen:
        """Dashed below zero, the thicker the larger."""
        if self.displayed is None:
            return Pen("positive", 0.5 if self.dense else 1.0)
        value = self.displayed(weight).number.value
        share = float(abs(value) / self._largest) if self._largest else 0.0
        thick = (_THIN + (_THICK - _THIN) * share) * (0.6 if self.dense else 1)
        return Pen("negative", thick, DASH) if value < 0 else Pen("positive", thick)

    def role(self, node: Node) -> str:
        """The colour role of a circle; none for an input."""
        q = node.sent
        if q.kind in ("loss", "loss term"):
            return "loss"
        if not q.layer:
            return ""
        return "output" if q.layer == len(self.graph.network.layers) else "hidden"

    def circle(
        self, node: Node, pen: Pen, fill: str, content: Content, value: Content, role: str = ""
    ) -> Iterator[Shape]:
        """A circle with a name in it, and below the name a value where there is one."""
        x, y = node.at
        room = 2 * node.radius - 3
        yield Circle(node.at, node.radius, pen, fill, node.sent)
        size = fitting(content, self.names, NAME, room if not value else room - 2)
        yield Label((x, y - 5 if value else y), content, size, role=role, halo=False)
        if value:
            small = fitting(value, self.names, VALUE, room - 2)
            yield Label((x, y + 6.5), value, small, role=role, halo=False, about=node.sent)

    def is_subtracted(self, carried: Expression) -> bool:
        """Whether it is a threshold, which is subtracted and not added."""
        if not isinstance(carried, Quantity) or carried.kind != BIAS:
            return False
        return self.graph.network.layers[carried.layer - 1].subtracts

    def bias_above(self, node: Node, role: str = "") -> tuple[Line, Label] | tuple[()]:
        """The bias above a circle with a short arrow into it; nothing where there is none."""
        bias = self.bias(node)
        if bias is None:
            return ()
        x, y = node.at
        top = y - node.radius
        pen = Pen(role or "positive", 0.7)
        arrow = Line(((x, top - 8), (x, top)), pen, arrow=True, about=bias)
        return arrow, Label((x, top - 12.5), self.named(bias), VALUE, role=role, about=bias)


def headings(plan: Plan, words: Sequence[Content], line: int = 0, role: str = "") -> list[Label]:
    """A label over every column, in the first line or a later one."""
    return [
        Label((column.nodes[0].at[0], 10 + 11 * line), content, HEADING, role=role)
        for column, content in zip(plan.columns, words, strict=True)
        if content
    ]


def arrow_width(arrows: Sequence[Edge]) -> float:
    """Of the arrows of a picture: the thinner, the more there are."""
    return 1.6 if len(arrows) <= 2 * MOST_LINES else 0.7
