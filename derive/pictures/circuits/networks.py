"""The computation as a circuit, from top to bottom: values flow down, derivatives back up.

Beside every wire stands the value that it carries, and below that the derivative of the loss by
it. A network that is small is drawn whole; of others, the first unit.
"""

from __future__ import annotations

from itertools import pairwise

from derive.expression.nodes import ACTIVATION, INPUT, WEIGHT, Apply, Product, Quantity, Sum
from derive.graph import E, NetworkGraph, activations, bias_of, pre_activations
from derive.network.description import Layer
from derive.pictures.circuits.wiring import BESIDE, NODE, SIZE, Board
from derive.pictures.extent import width
from derive.pictures.picture import Content, Label, Picture
from derive.pictures.scene import Scene

_COLUMNS = 9  # products and biases of a layer, up to which a network is drawn whole: 2-3-2
_LAYERS = 2
_INPUTS = 4  # of one unit that are all drawn; of more, the first and the last
_FAN = 34.0  # between what is sent and what receives it
_JOIN = 16.0  # where wires come together
_LEAF = 9.0  # wire to what comes from outside
_EDGE = 9.0
_APART = 12.0  # between the label of one column and the operation of the next


def is_whole(graph: NetworkGraph) -> bool:
    """Whether the whole network is drawn, and not one unit."""
    sizes, layers = graph.network.sizes, graph.network.layers
    return len(layers) <= _LAYERS and all(
        layer.units * (before + (layer.bias != "none")) <= _COLUMNS
        for before, layer in zip(sizes, layers, strict=False)
    )


def first_unit(graph: NetworkGraph) -> Quantity:
    """The pre-activation of the unit that is drawn where the whole is too large."""
    return pre_activations(graph.network.layers[0])[0]


def circuit(scene: Scene, title: Content, description: Content) -> Picture:
    """The picture of a whole small network, or of the first unit of the first layer."""
    drawn = _Circuit(scene)
    if is_whole(scene.graph):
        drawn.whole()
    else:
        drawn.one_unit(first_unit(scene.graph))
    board = drawn.board
    shift = max(0.0, _EDGE - board.left)
    size = (board.right + shift + _EDGE, drawn.y + _EDGE)
    return Picture("circuit", title, description, size, tuple(board.shapes(shift)))


class _Circuit:
    """Row after row from the top; ``y`` is where the next begins."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.graph = scene.graph
        self.board = Board(scene)
        self.y = _EDGE + SIZE

    # -- whole or in part --------------------------------------------------------------------

    def whole(self) -> None:
        """Inputs, layer by layer, the loss."""
        layers = self.graph.network.layers
        pitch = max(self._pitch(z) for layer in layers for z in pre_activations(layer))
        wide = pitch * max(
            layer.units * len(self._entries(pre_activations(layer)[0])) for layer in layers
        )
        inputs = self.graph.inputs
        places = {q: wide * (k + 0.3) / len(inputs) + _EDGE for k, q in enumerate(inputs)}
        self._send(places)
        for layer in layers:
            places = self._layer(layer, places, pitch, wide)
        self._loss(places)

    def one_unit(self, z: Quantity) -> None:
        """The inputs of one unit straight above their products."""
        entries = self._entries(z)
        products = [w for w in entries if w.kind == WEIGHT]
        dropped = products[_INPUTS - 1 : -1] if len(products) > _INPUTS else []
        drawn = [w for w in entries if w not in dropped]
        pitch = self._pitch(z)
        columns = {w: _EDGE + NODE + pitch * k for k, w in enumerate(drawn)}
        if dropped:
            last = set(drawn[_INPUTS - 1 :])  # behind the gap
            columns = {w: x + pitch / 2 * (w in last) for w, x in columns.items()}
        sent = {_sender(w): x for w, x in columns.items() if w.kind == WEIGHT}
        self._send(sent)
        self.y -= _FAN
        layer = self.graph.network.layers[z.layer - 1]
        if dropped:
            gap = columns[drawn[_INPUTS - 1]] - NODE - 18
            at = (gap, self.y + _FAN + NODE + 6)
            self.board.labels.append(Label(at, ("⋯",), 14, halo=False))
        x = self._unit(z, columns, sent)
        if layer.activation.function is not None:
            self._function(layer, z, x)
        self.board.wire((x, self.y), (x, self.y + _LEAF), arrow=True)
        self.y += _LEAF

    # -- rows --------------------------------------------------------------------------------

    def _send(self, places: dict[Quantity, float]) -> None:
        """What comes in at the top, on its wires."""
        for q, x in places.items():
            self.board.beside((x, self.y + 4), q, q)
            self.board.wire((x, self.y - 4), (x, self.y + 14))
        self.y += 14

    def _layer(
        self, layer: Layer, sent: dict[Quantity, float], pitch: float, wide: float
    ) -> dict[Quantity, float]:
        """Products, sums and activations of a layer; where each activation is sent from."""
        units = pre_activations(layer)
        count = len(self._entries(units[0]))
        x = _EDGE + NODE + (wide - pitch * count * len(units)) / 2
        start, centres = self.y, {}
        for z in units:
            self.y = start
            columns = {w: x + pitch * k for k, w in enumerate(self._entries(z))}
            centres[z] = self._unit(z, columns, sent)
            x += pitch * count
        if layer.activation.function is None:
            return self._softmax(layer, centres)
        y = self.y
        for z, centre in centres.items():
            self.y = y
            self._function(layer, z, centre)
        return {a: centres[z] for a, z in zip(activations(layer), centres, strict=True)}

    def _unit(
        self, z: Quantity, columns: dict[Quantity, float], sent: dict[Quantity, float]
    ) -> float:
        """The products of a unit and their sum; the x of the sum, whose wire ends at ``y``."""
        board = self.board
        top = self.y + _FAN + NODE + 6
        joint = top + NODE + board.length
        centre = sum(columns.values()) / len(columns)
        plus = (centre, joint + _JOIN + NODE)
        for w, x in columns.items():
            if w.kind == WEIGHT:
                start = sent[_sender(w)]
                board.wire((start, self.y), (x, top - NODE - 6), (x, top - NODE))
                board.operation((x, top), ("×",))
                board.wire((x + NODE, top), (x + NODE + _LEAF, top))
                board.beside((x + NODE + _LEAF - 2, top), w, w)
                product = Product((w, _sender(w)))
                board.beside((x, joint - board.length / 2 + 2), product, z)
                board.wire((x, top + NODE), (x, joint))
            else:
                board.beside((x, top), w, w if w.unit >= 0 else None)
                board.wire((x, top - 4), (x, joint))
            board.into((x, joint), plus)
        board.operation(plus, ("+",))
        below = plus[1] + NODE
        board.beside((centre, below + board.length / 2), z, z)
        board.wire((centre, below), (centre, below + board.length))
        self.y = below + board.length
        return centre

    def _function(self, layer: Layer, z: Quantity, x: float) -> None:
        """The activation of a unit, and the wire behind it."""
        a = activations(layer)[z.unit]
        self.board.operation((x, self.y + NODE), self._sign(a), self._role(layer))
        self.y += 2 * NODE
        self._carried(a, x)

    def _softmax(self, layer: Layer, centres: dict[Quantity, float]) -> dict[Quantity, float]:
        places = dict(zip(activations(layer), centres.values(), strict=True))
        left, right = min(places.values()) - 2 * NODE, max(places.values()) + 2 * NODE
        self.board.bar(left, right, self.y + NODE, "softmax", self._role(layer))
        self.y += 2 * NODE
        y = self.y
        for a, x in places.items():
            self.y = y
            self._carried(a, x)
        return places

    def _loss(self, places: dict[Quantity, float]) -> None:
        """A term for every output, and their sum."""
        board, graph, start = self.board, self.graph, self.y
        shares = graph.terms or (E,)
        for k, x in enumerate(places.values()):
            self.y = start
            sign = self._term(shares[k], board.value(graph.targets[k]), places)
            at = (x, self.y + NODE)
            board.operation(at, sign, "loss")
            edge = x + max(NODE, (width(sign, self.scene.names, SIZE) + 5) / 2)
            board.wire((edge, at[1]), (edge + _LEAF, at[1]))
            board.beside((edge + _LEAF - 2, at[1]), graph.targets[k], None)
            self.y += 2 * NODE
            self._carried(shares[k], x)
        if graph.terms:
            centre = sum(places.values()) / len(places)
            plus = (centre, self.y + _JOIN + NODE)
            for x in places.values():
                board.into((x, self.y), plus)
            summed = isinstance(graph.definitions[E], Sum)
            board.operation(plus, ("+",) if summed else (f"Σ/{len(places)}",), "loss")
            self.y = plus[1] + NODE
            self._carried(E, centre)

    def _carried(self, q: Quantity, x: float) -> None:
        """A wire down with what it carries; the last has an arrow."""
        board = self.board
        board.beside((x, self.y + board.length / 2), q, q)
        board.wire((x, self.y), (x, self.y + board.length), arrow=q == E)
        self.y += board.length

    # -- what stands in a row ----------------------------------------------------------------

    def _entries(self, z: Quantity) -> tuple[Quantity, ...]:
        """The weights into a unit, and its bias."""
        layer = self.graph.network.layers[z.layer - 1]
        senders = range(self.graph.network.sizes[z.layer - 1])
        weights = [Quantity(WEIGHT, z.layer, z.unit, i) for i in senders]
        return (*weights, *(() if layer.bias == "none" else (bias_of(layer, z.unit),)))

    def _pitch(self, z: Quantity) -> float:
        """Between two columns of a unit: no label reaches the next column."""
        board, entries = self.board, self._entries(z)
        needed = []
        for w in entries:
            needed.append(NODE + _LEAF + board.room(board.value(w), board.slope(w)))
            if w.kind == WEIGHT:
                product = Product((w, _sender(w)))
                needed.append(board.room(board.value(product), board.slope(z)))
        a = Quantity(ACTIVATION, z.layer, z.unit)
        sent = max(board.room(board.value(q), board.slope(q)) for q in (z, a, *self.graph.terms))
        return max(max(needed) + _APART, (sent + 2 * _APART) / len(entries))

    def _sign(self, a: Quantity) -> Content:
        """The sign of an activation; = where it changes nothing."""
        formula = self.graph.definitions[a]
        return (formula.function.text,) if isinstance(formula, Apply) else ("=",)

    def _term(self, share: Quantity, target: Content, places: dict[Quantity, float]) -> Content:
        """The formula of a loss term where there is room for it, else its name."""
        formula, names = self.graph.definitions[share], self.scene.names
        xs = sorted(places.values())
        room = min((b - a for a, b in pairwise(xs)), default=300.0)
        needed = width((formula,), names, SIZE) + 5 + _LEAF + BESIDE + width(target, names, SIZE)
        return (formula,) if needed + _APART <= room else (share,)

    def _role(self, layer: Layer) -> str:
        return "output" if layer.index == len(self.graph.network.layers) else "hidden"


def _sender(w: Quantity) -> Quantity:
    """What a weight multiplies."""
    if w.layer == 1:
        return Quantity(INPUT, unit=w.source)
    return Quantity(ACTIVATION, w.layer - 1, w.source)
