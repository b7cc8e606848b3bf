"""What a reader may change: inputs, targets, weights, biases, the learning rate, in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from derive.document.narration.teller import Teller
from derive.explore.values import Values
from derive.expression.nodes import LEARNING_RATE, TARGET, Expression, Number, Partial, Quantity
from derive.expression.typed.literals import decimal
from derive.graph import FormulaGraph

_RATE = Quantity(LEARNING_RATE)
_USUAL_RATE = decimal("0.1")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A number to be changed.

    place  among all of them
    key    what stands for it in the address of the page
    name   what it is called: its quantity, or words
    text   the number as it was typed
    value  its number among the values; −1 for a learning rate that no formula mentions
    low, high  the ends of its slider
    slope, by  the number of ∂E/∂it, and that derivative; −1 and None where the page has none
    """

    place: int
    key: str
    name: Expression | str
    text: str
    value: int
    low: float
    high: float
    slope: int = -1
    by: Partial | None = None


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    leaves: list[Leaf]


def groups(teller: Teller, values: Values) -> list[Group]:
    """Every number that may be changed, in the order of the forward pass."""
    return _Groups(teller, values).all()


class _Groups:
    def __init__(self, teller: Teller, values: Values) -> None:
        self.teller = teller
        self.values = values
        self.graph = teller.derivation.graph
        self.groups: list[Group] = []
        self.count = 0

    def all(self) -> list[Group]:
        graph, words = self.graph, self.teller.words
        if isinstance(graph, FormulaGraph):
            self.add(words.text("explore_group_parameters"), graph.leaves)
        else:
            self.add(words.text("explore_group_inputs"), graph.inputs)
            for layer in self.teller.network.layers:
                name = self.teller.layer_name(layer)
                own = [q for q in graph.parameters if q.layer == layer.index]
                self.add(words.text("explore_group_layer", layer=name), own)
            fixed = [q for q in graph.targets if q not in graph.definitions]
            self.add(words.text("explore_group_targets"), fixed)
        self.rate()
        return self.groups

    def add(self, title: str, quantities: Sequence[Quantity]) -> None:
        leaves = [self.leaf(q) for q in quantities]
        if leaves:
            self.groups.append(Group(title, leaves))

    def leaf(self, q: Quantity) -> Leaf:
        number = self.graph.value(q)
        assert number is not None
        by = Partial(self.graph.loss, q) if q in self.graph.trained else None
        low, high = _ends(number, q.kind)
        return Leaf(
            self.next(), self.key(q), q, _text(number), self.values(q), low, high,
            -1 if by is None else self.values(by), by,
        )  # fmt: skip

    def rate(self) -> None:
        words, own = self.teller.words, self.graph.learning_rate
        number = own or _USUAL_RATE
        title = "explore_group_rate" if own else "explore_group_rate_own"
        name: Expression | str = _RATE if own else words.text("explore_rate")
        value = self.values(_RATE) if own else -1
        high = max(1.0, float(2 * number.value))
        leaf = Leaf(self.next(), "rate", name, _text(number), value, 0.0, high)
        self.groups.append(Group(words.text(title), [leaf]))

    def next(self) -> int:
        self.count += 1
        return self.count - 1

    def key(self, q: Quantity) -> str:
        return self.teller.names.code(q)


def _text(number: Number) -> str:
    return number.text or str(number.value)


def _ends(number: Number, kind: str) -> tuple[float, float]:
    """Of a slider: a range around 0 that has room on both sides of its number."""
    reach = float(max(ceil(2 * abs(number.value)), 1 if kind == TARGET else 2))
    return -reach, reach
