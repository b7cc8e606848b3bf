"""Labels beside the wires of a circuit, some of which end in a gap to write into."""

from __future__ import annotations

from collections.abc import Mapping

from derive.expression.blank import Blank
from derive.expression.nodes import Expression, Partial, Quantity
from derive.graph import E
from derive.pictures.circuits.wiring import BESIDE, SIZE, Board
from derive.pictures.extent import width
from derive.pictures.picture import Box, Content, Label, Pen, Point
from derive.pictures.scene import Scene

SMALL = 5.5  # size of the labels of gaps
GAP = 16.0  # height of a gap
_INSIDE = 1.5  # between the rim of a gap and its label

Labels = Mapping[Expression, Content]  # by what they are about


class Lettering:
    """What is written on a board.

    gap    the width of every gap: the widest of what belongs there has room in it
    right  where the label that reaches furthest to the right ends
    """

    def __init__(self, scene: Scene, labels: Labels) -> None:
        self.scene = scene
        self.labels = labels
        self.board = Board(scene)
        self.right = 0.0
        hidden = [c[-1] for c in labels.values() if c and isinstance(c[-1], Blank)]
        name = max((self.wide((f"({b.label})",), SMALL) for b in hidden), default=0.0)
        value = max((self.wide((b.of,)) for b in hidden), default=0.0)
        self.gap = name + value + 4 * _INSIDE

    def of(self, place: Expression) -> Content:
        """The label of a place, with a minus before a threshold; nothing where there is none."""
        label = self.labels.get(place, ())
        return ("− ", *label) if label and self.scene.is_subtracted(place) else label

    def slope(self, q: Quantity) -> Content:
        """The derivative of the loss by a quantity."""
        return self.labels.get(Partial(E, q), ())

    def wide(self, content: Content, size: float = SIZE) -> float:
        """The width of words without a gap."""
        return width(content, self.scene.names, size)

    def room(self, *contents: Content) -> float:
        """The width of the widest of some labels, and what is between them and a wire."""
        widest = 0.0
        for content in contents:
            blank = bool(content) and isinstance(content[-1], Blank)
            text = self.wide(content[:-1] if blank else content)
            widest = max(widest, text + blank * (self.gap + _INSIDE))
        return BESIDE + widest

    def put(self, at: Point, content: Content, role: str = "", left: bool = False) -> None:
        """A label beside a point, to its right or to its left, with its gap."""
        if not content:
            return
        (x, y), blank = at, content[-1]
        x += -BESIDE if left else BESIDE
        labels = self.board.labels
        if not isinstance(blank, Blank):
            labels.append(Label((x, y), content, SIZE, "end" if left else "start", role))
            self.right = max(self.right, x if left else x + self.wide(content))
            return
        words = content[:-1]
        long = self.wide(words) + _INSIDE if words else 0.0
        corner = x - self.gap if left else x + long
        if words:
            start = corner - _INSIDE if left else x
            labels.append(Label((start, y), words, SIZE, "end" if left else "start", role))
        pen = Pen(role, 1.0)
        box = Box((corner, y - GAP / 2), (self.gap, GAP), pen, "faint" if blank.filled else "")
        labels.append(box)
        name = (f"({blank.label})",)
        labels.append(Label((corner + _INSIDE, y), name, SMALL, "start", halo=False))
        if blank.filled:
            end = corner + self.gap - _INSIDE
            labels.append(Label((end, y), (blank.of,), SIZE, "end", halo=False))
        self.right = max(self.right, corner + self.gap)
