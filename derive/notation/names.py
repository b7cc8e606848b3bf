"""Names: what every quantity of a network is called, in LaTeX, Unicode text, code and speech."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import accumulate, pairwise

from derive.expression.nodes import (
    ACTIVATION,
    ARRAY,
    BATCH_LOSS,
    BIAS,
    DELTA,
    INPUT,
    LEARNING_RATE,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    VARIABLE,
    WEIGHT,
    Quantity,
)
from derive.notation.arrays import ArrayLetters, array_name
from derive.notation.builtin import FALLBACK, LETTER_OF, Scheme
from derive.notation.patterns import TARGETS
from derive.notation.shape import Shape
from derive.notation.spelling import GREEK, Spelling, spell, tidy_latex, told_apart

_LAYER_LETTERS = "ijklmnpqrstuvwxyzabcdefgh"  # no o: it looks like a zero


class Names:
    """The names of a network's quantities in one notation.

    index_order  the order of a weight's two indices where the notation has two: "from_to" or
                 "to_from"
    times        the product sign: "·", "×" or "*"
    delta_sign   "negative" for δ = −∂E/∂z, "positive", or None: the network says it
    """

    def __init__(self, notation: str, shape: Shape, layout: str, scheme: Scheme) -> None:
        self.notation = notation
        self.shape = shape
        self.layout = layout
        self.times = scheme.times
        self.delta_sign = scheme.sign
        self._rows = scheme.rows
        self._letters = scheme.letters
        ends = told_apart((*shape.input_names, *shape.target_names))
        self._own = {
            INPUT: tuple(map(ends.__getitem__, shape.input_names)),
            TARGET: tuple(map(ends.__getitem__, shape.target_names)),
        }
        sizes, depth = shape.sizes, shape.depth
        weights = [a * b for a, b in pairwise(sizes)]
        per_layer = {"none": 0, "shared": 1}
        biases = [per_layer.get(shape.bias(k), sizes[k]) for k in range(1, depth + 1)]
        self._first_weight = tuple(accumulate(weights, initial=0))
        self._first_bias = tuple(accumulate(biases, initial=0))
        self._first_hidden = (0, *accumulate(sizes[1:], initial=0))
        self._first_running = (0, *accumulate(sizes))
        typed = told_apart([name for _, name in shape.names])
        self._each = {quantity: typed[name] for quantity, name in shape.names}
        output = self._letters["output"] if self._rows["output"].latex.mentions("letter") else None
        added = "threshold" if "threshold" in shape.biases else "bias"
        self._array_letters = ArrayLetters(
            self._letters["weight"], self._letters[added], self._letters["delta"],
            self._letters["target"], output,
        )  # fmt: skip
        self._cache: dict[str, dict[Quantity, str]] = {target: {} for target in TARGETS}
        self._by_name: dict[str, Quantity] | None = None

    @property
    def index_order(self) -> str:
        return self.layout

    @property
    def delta(self) -> str:
        """The letter of δ in sentences: Err where the notation says so."""
        return self._letters["delta"].text

    # -- names -------------------------------------------------------------------------------

    def latex(self, quantity: Quantity) -> str:
        """The name in LaTeX maths, e.g. W_1, a_{h_1}, z^{(1)}_1."""
        return self._cache["latex"].get(quantity) or self._name(quantity, "latex")

    def text(self, quantity: Quantity) -> str:
        """The name in Unicode text, e.g. W1, a_h1, z⁽¹⁾₁."""
        return self._cache["text"].get(quantity) or self._name(quantity, "text")

    def code(self, quantity: Quantity) -> str:
        """The name as a Python identifier, e.g. w1, a_h1, z1_1."""
        return self._cache["code"].get(quantity) or self._name(quantity, "code")

    def speech(self, quantity: Quantity) -> str:
        """The name as read aloud, e.g. W 1, a of h 1."""
        return self._cache["speech"].get(quantity) or self._name(quantity, "speech")

    def _name(self, quantity: Quantity, target: str) -> str:
        if quantity.kind == VARIABLE:
            name: str = getattr(_letter(quantity.name), target)
        elif quantity.kind == ARRAY:
            last = quantity.layer == self.shape.depth
            return array_name(self._array_letters, quantity, last, target)
        elif self._each and (each := self._each.get(replace(quantity, example=None))):
            name = getattr(each, target)
        elif own := self._own.get(quantity.kind):
            name = getattr(own[quantity.unit], target)
        else:
            role = self.role(quantity)
            pattern = getattr(self._rows[role], target)
            name = pattern.fill(lambda word: _VALUES[word](self, quantity, role, target))
        mark = ""
        if quantity.example is not None:
            mark = _MARKS[target].format(
                quantity.example + 1 if isinstance(quantity.example, int) else quantity.example
            )
        name = tidy_latex(name, mark) if target == "latex" else name + mark
        self._cache[target][quantity] = name
        return name

    def role(self, quantity: Quantity) -> str:
        """Which row of the notation names a quantity."""
        kind, layer, depth = quantity.kind, quantity.layer, self.shape.depth
        role = _ROLE_OF[kind]
        if kind == BIAS and quantity.unit < 0:
            role = "shared_output_bias" if layer == depth else "shared_bias"
        elif layer == depth and kind in _LAST:
            role = _LAST[kind]
        elif kind == WEIGHT and layer == 1:
            role = "input_weight"
        while role not in self._rows:
            role = FALLBACK[role]
        return role

    # -- reading -----------------------------------------------------------------------------

    def find(self, name: str) -> Quantity | None:
        """The weight, bias, input or target of that name, in its text or code spelling."""
        if self._by_name is None:
            self._by_name = {}
            for quantity in self._readable():
                self._by_name.setdefault(self.text(quantity), quantity)
                self._by_name.setdefault(self.code(quantity), quantity)
        return self._by_name.get(name)

    def weights(self, layer: int) -> tuple[str, ...]:
        """What a file calls the weights of a layer, in the notation's own order."""
        return tuple(map(self.code, self._weights(layer)))

    def biases(self, layer: int) -> tuple[str, ...]:
        """What a file calls the biases of a layer."""
        return tuple(map(self.code, self._biases(layer)))

    def _weights(self, layer: int) -> Iterator[Quantity]:
        senders, receivers = self.shape.sizes[layer - 1], self.shape.sizes[layer]
        pairs = [(i, j) for i in range(senders) for j in range(receivers)]
        row = self._rows[self.role(Quantity(WEIGHT, layer))]
        if row.code.mentions("number") or self.layout == "to_from":
            pairs.sort(key=lambda pair: pair[1])
        return (Quantity(WEIGHT, layer, unit, source) for source, unit in pairs)

    def _biases(self, layer: int) -> Iterator[Quantity]:
        kind = self.shape.bias(layer)
        if kind == "shared":
            yield Quantity(BIAS, layer, -1)
        elif kind != "none":
            for unit in range(self.shape.sizes[layer]):
                yield Quantity(BIAS, layer, unit)

    def _readable(self) -> Iterator[Quantity]:
        if not self.shape.sizes:  # everything has the name that was typed
            yield from (quantity for quantity, _ in self.shape.names)
            return
        for unit in range(self.shape.sizes[0]):
            yield Quantity(INPUT, unit=unit)
        for unit in range(self.shape.outputs):
            yield Quantity(TARGET, unit=unit)
        for layer in range(1, self.shape.depth + 1):
            yield from self._weights(layer)
            yield from self._biases(layer)

    def quantities(self) -> Iterator[Quantity]:
        """Every quantity that has a name of its own, for one example."""
        depth = self.shape.depth
        yield from self._readable()
        for layer in range(1, depth + 1):
            for unit in range(self.shape.sizes[layer]):
                for kind in (PRE_ACTIVATION, ACTIVATION, DELTA):
                    yield Quantity(kind, layer, unit)
        for unit in range(self.shape.outputs):
            yield Quantity(LOSS_TERM, unit=unit)
        for kind in (LOSS, BATCH_LOSS, LEARNING_RATE):
            yield Quantity(kind)

    # -- values of placeholders --------------------------------------------------------------

    def _number(self, q: Quantity) -> int:
        if q.kind == WEIGHT:
            senders = self.shape.sizes[q.layer - 1]
            return self._first_weight[q.layer - 1] + q.unit * senders + q.source + 1
        if q.kind == BIAS:
            return self._first_bias[q.layer - 1] + max(q.unit, 0) + 1
        if q.kind in _LAST and q.layer < self.shape.depth:
            return self._first_hidden[q.layer] + q.unit + 1
        return q.unit + 1

    def _running(self, q: Quantity) -> int:
        layer = self.shape.depth if q.kind in (TARGET, LOSS_TERM) else q.layer
        return self._first_running[layer] + q.unit + 1

    def _pair(self, q: Quantity, target: str) -> str:
        """Both indices; aloud they are two numbers, 1 2 and never twelve."""
        sizes = self.shape.sizes
        wide = max(sizes[q.layer - 1], sizes[q.layer]) > 9
        separator = "_" if wide or target == "speech" else ""
        first, second = q.source + 1, q.unit + 1
        if self.layout == "to_from":
            first, second = second, first
        return f"{first}{separator}{second}"

    def _letter(self, q: Quantity, role: str, target: str) -> str:
        letter = LETTER_OF[role]
        if q.kind == BIAS and self.shape.bias(q.layer) == "threshold":
            letter = "threshold"
        spelled: str = getattr(self._letters[letter], target)
        return spelled


_ROLE_OF = {
    INPUT: "input", TARGET: "target", WEIGHT: "weight", BIAS: "bias",
    PRE_ACTIVATION: "pre_activation", ACTIVATION: "activation", DELTA: "delta",
    LOSS_TERM: "loss_term", LOSS: "loss", BATCH_LOSS: "batch_loss",
    LEARNING_RATE: "learning_rate",
}  # fmt: skip
_LAST = {
    WEIGHT: "output_weight", BIAS: "output_bias", PRE_ACTIVATION: "output_pre_activation",
    ACTIVATION: "output", DELTA: "output_delta",
}  # fmt: skip
_MARKS = {
    "latex": r"\langle {} \rangle", "text": "⟨{}⟩", "code": "_ex{}", "speech": " of example {}",
}  # fmt: skip


def layer_letter(layer: int) -> str:
    """i for the inputs, j, k, l, … for the layers; doubled when they run out."""
    turn, place = divmod(layer, len(_LAYER_LETTERS))
    return _LAYER_LETTERS[place] * (turn + 1)


_VALUES: dict[str, Callable[[Names, Quantity, str, str], str]] = {
    "letter": lambda names, q, role, target: names._letter(q, role, target),
    "number": lambda names, q, role, target: str(names._number(q)),
    "layer": lambda names, q, role, target: str(q.layer),
    "unit": lambda names, q, role, target: str(q.unit + 1),
    "source": lambda names, q, role, target: str(q.source + 1),
    "pair": lambda names, q, role, target: names._pair(q, target),
    "hidden": lambda names, q, role, target: str(names._first_hidden[q.layer] + q.unit + 1),
    "sourcehidden": lambda names, q, role, target: str(
        names._first_hidden[q.layer - 1] + q.source + 1
    ),
    "running": lambda names, q, role, target: str(names._running(q)),
    "to": lambda names, q, role, target: str(names._running(q)),
    "from": lambda names, q, role, target: str(names._first_running[q.layer - 1] + q.source + 1),
    "layerletter": lambda names, q, role, target: layer_letter(q.layer),
    "sourceletter": lambda names, q, role, target: layer_letter(q.layer - 1),
}


def _letter(name: str) -> Spelling:
    """A formula's own letter; selu's scale is the λ of its paper."""
    spelled = spell("λ" if name == "scale" else name)
    text = GREEK.get(name, spelled.text)
    return Spelling(spelled.latex, text, spelled.code, spelled.speech)
