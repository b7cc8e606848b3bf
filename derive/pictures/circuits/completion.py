"""A circuit to be completed: values to the left of its wires, derivatives to the right.

    h1 = [(3)       ] | ∂ 0.0123

Where a content ends in a ``Blank``, a gap is drawn with its label in it, and room to write or what
belongs there. Unlike in ``circuit.py`` a bias goes straight into its sum, so that a column of
the picture is a weight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from derive.expression.nodes import (
    ACTIVATION,
    INPUT,
    WEIGHT,
    Apply,
    Expression,
    Partial,
    Quantity,
    Sum,
)
from derive.graph import E, NetworkGraph, activations, bias_of, pre_activations
from derive.network.description import Layer
from derive.pictures.circuits.lettering import GAP, Labels, Lettering
from derive.pictures.circuits.wiring import BESIDE, NODE, SIZE
from derive.pictures.picture import Content, Label, Picture, Point
from derive.pictures.scene import Scene

ROOMY = 600.0  # a picture that is wider is too small once it is fitted to a page
HIGH = 680.0  # one that is higher has no room on a page together with its caption

_LEAF = 5.0  # wire to what comes from outside
_APART = 6.0  # between columns, and between units
_EDGE = 8.0
_FAN = 34.0  # between what is sent and what receives it
_STRAIGHT = 12.0  # the same where nothing branches
_WIRE = 30.0  # with a label on either side
_UPPER, _LOWER = -8.0, 7.0  # lines beside a product: the weight, the derivative by it


def drawn(graph: NetworkGraph, unit: Quantity | None) -> Iterator[Expression]:
    """Where a label may stand, in the order of the forward pass: a quantity for its value, ∂E/∂q
    for the derivative of the loss by it, ∂a/∂z for the derivative of an activation.

    unit  the pre-activation of the one that is drawn; None where the whole network is
    """
    layers = graph.network.layers
    units = [unit] if unit else [z for layer in layers for z in pre_activations(layer)]
    if unit and unit.layer > 1:
        yield from map(_sender, _weights(graph, unit))
    for z in units:
        layer, a = layers[z.layer - 1], Quantity(ACTIVATION, z.layer, z.unit)
        for q in (*_weights(graph, z), *_bias(layer, z), z):
            yield from (q, Partial(E, q))
        if layer.activation.function is not None:
            yield Partial(a, z)
        yield from (a, Partial(E, a))
    if unit and unit.layer < len(layers):
        for k in graph.children[Quantity(ACTIVATION, unit.layer, unit.unit)]:
            w = Quantity(WEIGHT, k.layer, k.unit, unit.unit)
            yield from (w, Partial(E, w), Partial(E, k))
        return
    for z in units:
        if graph.terms and z.layer == len(layers):
            yield from (graph.terms[z.unit], Partial(E, graph.terms[z.unit]))
    yield from (E, Partial(E, E))


def completion(
    scene: Scene, labels: Labels, unit: Quantity | None, name: str, title: Content = (),
    description: Content = (),
) -> Picture:  # fmt: skip
    """The picture with a label wherever there is one; without ``unit`` of the whole network."""
    form = _Form(scene, labels)
    form.unit(unit) if unit else form.whole()
    size = (form.right + _EDGE, form.y + _EDGE)
    return Picture(name, title, description, size, tuple(form.board.shapes()))


def _weights(graph: NetworkGraph, z: Quantity) -> list[Quantity]:
    senders = range(graph.network.sizes[z.layer - 1])
    return [Quantity(WEIGHT, z.layer, z.unit, i) for i in senders]


def _bias(layer: Layer, z: Quantity) -> tuple[Quantity, ...]:
    return () if layer.bias == "none" else (bias_of(layer, z.unit),)


def _sender(w: Quantity) -> Quantity:
    """What a weight multiplies."""
    if w.layer == 1:
        return Quantity(INPUT, unit=w.source)
    return Quantity(ACTIVATION, w.layer - 1, w.source)


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far each row of a unit reaches to the left and to the right of its sum.

    pitch  from product to product
    """

    rows: tuple[Point, ...]
    pitch: float

    @property
    def left(self) -> float:
        return max(left for left, _ in self.rows)

    @property
    def right(self) -> float:
        return max(right for _, right in self.rows)

    def before(self, other: _Reach) -> float:
        """From this unit to one beside it."""
        pairs = zip(self.rows, other.rows, strict=True)
        return _APART + max(right + left for (_, right), (left, _) in pairs)


class _Form(Lettering):
    """Row after row from the top; ``y`` is where the next begins."""

    def __init__(self, scene: Scene, labels: Labels) -> None:
        super().__init__(scene, labels)
        self.graph = scene.graph
        self.y = _EDGE + SIZE
        self.fan = _FAN

    def _carried(self, q: Quantity, x: float, arrow: bool = False) -> None:
        """A wire down, the value on its left, the derivative on its right."""
        middle = (x, self.y + _WIRE / 2)
        self.board.wire((x, self.y), (x, self.y + _WIRE), arrow=arrow)
        self.put(middle, self.of(q), left=True)
        self.put(middle, self.slope(q), "gradient")
        self.y += _WIRE

    # -- whole or in part --------------------------------------------------------------------

    def whole(self) -> None:
        """Inputs, layer by layer, the loss."""
        layers, inputs = self.graph.network.layers, self.graph.inputs
        rows = []
        for layer in layers:
            reaches = [self._reach(z) for z in pre_activations(layer)]
            places = [reaches[0].left]
            for one, other in pairwise(reaches):
                places.append(places[-1] + one.before(other))
            rows.append((reaches, places, places[-1] + reaches[-1].right))
        wide = max(whole for _, _, whole in rows)
        wide = max(wide, len(inputs) * 2 * self.room(*map(self.of, inputs)))
        sent: dict[Quantity, float] = {}
        for layer, (reaches, places, whole) in zip(layers, rows, strict=True):
            shift = _EDGE + (wide - whole) / 2
            centres = dict(zip(pre_activations(layer), (shift + x for x in places), strict=True))
            if not sent:
                middle = (min(centres.values()) + max(centres.values())) / 2
                sent = _columns(inputs, middle, wide / len(inputs))
                self._inputs(sent)
            start = self.y
            for (z, centre), reach in zip(centres.items(), reaches, strict=True):
                self.y = start
                self._sum(z, centre, reach.pitch, sent)
            sent = self._activated(layer, centres)
        self._loss(sent)

    def unit(self, z: Quantity) -> None:
        """One unit, with what it is sent above it, and below it where it leads to."""
        layer, reach = self.graph.network.layers[z.layer - 1], self._reach(z)
        weights = _weights(self.graph, z)
        receivers = self._receivers(z)
        left = max(reach.left, (len(receivers) - 1) / 2 * self._pitch(receivers) + NODE)
        centre = _EDGE + left
        columns = _columns(weights, centre, reach.pitch)
        sent = {_sender(w): x for w, x in columns.items()}
        self._inputs(sent)
        self.fan = _STRAIGHT
        self._sum(z, centre, reach.pitch, sent)
        self.fan = _FAN
        sent = self._activated(layer, {z: centre})
        if not receivers:
            self._loss(sent)
            return
        start = self.y
        for w, x in _columns(receivers, centre, self._pitch(receivers)).items():
            self.y = start
            self._product(w, x, centre)
            k = Quantity(z.kind, w.layer, w.unit)
            self.board.wire((x, self.y), (x, self.y + _WIRE + GAP / 2), arrow=True)
            self.y += _WIRE + GAP / 2
            self.put((x, self.y - _WIRE / 2), self.slope(k), "gradient")
            self.board.labels.append(Label((x, self.y + SIZE), (k,), SIZE, halo=False))
        self.y += 2 * SIZE

    def _receivers(self, z: Quantity) -> list[Quantity]:
        """The weights by which a hidden unit leads on."""
        if z.layer == len(self.graph.network.layers):
            return []
        after = range(self.graph.network.sizes[z.layer + 1])
        return [Quantity(WEIGHT, z.layer + 1, k, z.unit) for k in after]

    # -- rows --------------------------------------------------------------------------------

    def _inputs(self, places: Mapping[Quantity, float]) -> None:
        for q, x in places.items():
            self.put((x, self.y), self.of(q))
            self.board.wire((x, self.y - SIZE), (x, self.y + SIZE))
        self.y += SIZE

    def _pitch(self, weights: list[Quantity]) -> float:
        """From product to product: no label reaches the next one."""
        rooms = [self.room(self.of(w), self.slope(w)) for w in weights]
        return NODE + _LEAF + max(rooms, default=0.0) + _APART + NODE

    def _reach(self, z: Quantity) -> _Reach:
        """How much room a unit takes, with its loss term below it where it is an output."""
        layer, a = self.graph.network.layers[z.layer - 1], Quantity(ACTIVATION, z.layer, z.unit)
        weights = _weights(self.graph, z)
        pitch = self._pitch(weights)
        outer = (len(weights) - 1) / 2 * pitch
        into = sum(self._behind(b) + self.room(self.slope(b)) for b in _bias(layer, z))
        rows = [
            (outer + NODE, outer + pitch - NODE - _APART),
            (NODE, NODE + _LEAF + into),
            *((self.room(self.of(q)), self.room(self.slope(q))) for q in (z, a)),
            (2 * NODE, 2 * NODE + self.room(self.of(Partial(a, z)))),
        ]
        if layer.index == len(self.graph.network.layers):
            share, target = self._share(z.unit), self.graph.targets[z.unit]
            half = (self.wide((self.graph.definitions[share],)) + 8) / 2
            rows.append((half, half + _LEAF + self.room(self.of(target))))
            rows.append((self.room(self.of(share)), self.room(self.slope(share))))
        return _Reach(tuple(rows), pitch)

    def _share(self, unit: int) -> Quantity:
        return self.graph.terms[unit] if self.graph.terms else E

    def _behind(self, bias: Quantity) -> float:
        """Where the derivative by a bias stands behind its value."""
        return self.room(self.of(bias)) + BESIDE

    def _product(self, w: Quantity, x: float, start: float) -> None:
        """What is sent, times its weight; ``y`` is below that."""
        board, y = self.board, self.y + self.fan + NODE
        board.wire((start, self.y), (x, y - NODE - 9), (x, y - NODE))
        board.operation((x, y), ("×",))
        board.wire((x + NODE, y), (x + NODE + _LEAF, y))
        beside, slope = x + NODE + _LEAF - 2, self.slope(w)
        self.put((beside, y + (_UPPER if slope else 0)), self.of(w))
        self.put((beside, y + _LOWER), slope, "gradient")
        self.y = y + NODE

    def _sum(
        self, z: Quantity, centre: float, pitch: float, sent: Mapping[Quantity, float]
    ) -> None:
        """The products of a unit, their sum with its bias, and the wire below that."""
        board, start = self.board, self.y
        columns = _columns(_weights(self.graph, z), centre, pitch)
        for w, x in columns.items():
            self.y = start
            self._product(w, x, sent[_sender(w)])
        joint = self.y + 12
        plus = (centre, joint + 22 + NODE)
        for x in columns.values():
            board.wire((x, self.y), (x, joint))
            board.into((x, joint), plus)
        board.operation(plus, ("+",))
        for b in _bias(self.graph.network.layers[z.layer - 1], z):
            at = (centre + NODE + _LEAF, plus[1] + 3)
            board.wire((centre + NODE - 0.6, at[1]), at)
            self.put((at[0] - 2, at[1]), self.of(b))
            self.put((at[0] - 2 + self._behind(b), at[1]), self.slope(b), "gradient")
        self.y = plus[1] + NODE
        self._carried(z, centre)

    def _activated(self, layer: Layer, centres: dict[Quantity, float]) -> dict[Quantity, float]:
        """The activations of some units of a layer; where each is sent from."""
        role = "output" if layer.index == len(self.graph.network.layers) else "hidden"
        every = activations(layer)
        sent = {every[z.unit]: x for z, x in centres.items()}
        if layer.activation.function is None:
            left, right = min(sent.values()), max(sent.values())
            self.board.bar(left - 3 * NODE, right + 3 * NODE, self.y + NODE, "softmax", role)
        start = self.y
        for z, x in centres.items():
            self.y = start
            a = every[z.unit]
            if layer.activation.function is not None:
                formula = self.graph.definitions[a]
                sign = formula.function.text if isinstance(formula, Apply) else "="
                self.board.operation((x, self.y + NODE), (sign,), role)
                half = max(NODE, (self.wide((sign,)) + 5) / 2)
                self.put((x + half - 2, self.y + NODE), self.of(Partial(a, z)), "gradient")
            self.y += 2 * NODE
            self._carried(a, x)
        return sent

    def _loss(self, sent: Mapping[Quantity, float]) -> None:
        """A term for every output that is drawn, and their sum."""
        board, graph, start = self.board, self.graph, self.y
        for a, x in sent.items():
            self.y = start
            share, target = self._share(a.unit), graph.targets[a.unit]
            formula: Content = (graph.definitions[share],)
            at = (x, self.y + NODE)
            board.operation(at, formula, "loss")
            edge = x + max(NODE, (self.wide(formula) + 5) / 2)
            board.wire((edge, at[1]), (edge + _LEAF, at[1]))
            self.put((edge + _LEAF - 2, at[1]), self.of(target))
            self.y += 2 * NODE
            self._carried(share, x, arrow=share == E)
        if not graph.terms:
            return
        centre = sum(sent.values()) / len(sent)
        plus = (centre, self.y + 14 + NODE)
        for x in sent.values():
            board.into((x, self.y), plus)
        if len(sent) < len(graph.terms):  # of the other outputs
            board.wire((centre + NODE, plus[1]), (centre + NODE + _LEAF, plus[1]))
            self.put((centre + NODE + _LEAF, plus[1]), ("⋯",))
        summed = isinstance(graph.definitions[E], Sum)
        board.operation(plus, ("+",) if summed else (f"Σ/{len(graph.terms)}",), "loss")
        self.y = plus[1] + NODE
        self._carried(E, centre, arrow=True)


def _columns(quantities: Sequence[Quantity], centre: float, pitch: float) -> dict[Quantity, float]:
    """Places in a row, evenly around a centre."""
    first = centre - (len(quantities) - 1) / 2 * pitch
    return {q: first + pitch * k for k, q in enumerate(quantities)}
