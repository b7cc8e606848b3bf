"""The network as ordered definitions: every quantity, and the formula that makes it.

    h1 = w1·i1 + w2·i2 + b1      a_h1 = σ(h1)      …      E1 = ½(a_o1 − t1)²      E = E1 + E2

A new layer kind is one more expansion into definitions (``_layer``); nothing else here or in
the chain rule knows what a layer is.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from derive.expression.functions import EXP
from derive.expression.nodes import (
    ACTIVATION,
    BATCH_LOSS,
    BIAS,
    INPUT,
    LEARNING_RATE,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Expression,
    IndexedSum,
    Negative,
    Number,
    Product,
    Quantity,
    Quotient,
    Sum,
    product,
    quantities,
    total,
)
from derive.network.catalogue import in_letters
from derive.network.description import Layer, Network

Path = tuple[Quantity, ...]
RATE = Quantity(LEARNING_RATE)
E = Quantity(LOSS)
BATCH_E = Quantity(BATCH_LOSS)
EXAMPLE = "n"  # the letter that runs over the examples of a batch


class Graph:
    """The definitions of one example's loss, in the order of the forward pass.

    definitions  quantity → formula; whatever has none is a leaf (inputs, parameters, targets)
    parents      quantity → the quantities its formula mentions
    children     quantity → the quantities whose formulas mention it
    terms        the loss terms E_k; empty for one output, whose loss is a single formula
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.definitions: dict[Quantity, Expression] = {}
        self.inputs = tuple(Quantity(INPUT, unit=i) for i in range(network.sizes[0]))
        previous = self.inputs
        for layer in network.layers:
            self._layer(layer, previous)
            previous = activations(layer)
        self.outputs = previous
        self.targets = tuple(Quantity(TARGET, unit=k) for k in range(len(self.outputs)))
        self.terms: tuple[Quantity, ...] = ()
        self._loss()
        self.parents = {q: tuple(quantities(e)) for q, e in self.definitions.items()}
        self.children: dict[Quantity, list[Quantity]] = defaultdict(list)
        self.level: dict[Quantity, int] = {}
        self._counts: dict[Quantity, dict[Quantity, int]] = {}
        self._mentions: dict[Quantity, dict[Quantity, list[Expression]]] = {}
        for quantity, parents in self.parents.items():
            for parent in parents:
                self.children[parent].append(quantity)
            self.level[quantity] = 1 + max((self.level.get(p, 0) for p in parents), default=0)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Graph):
            return NotImplemented
        return self.network == other.network and self.definitions == other.definitions

    def __hash__(self) -> int:
        return hash((self.network.sizes, self.network.title))

    def _layer(self, layer: Layer, previous: tuple[Quantity, ...]) -> None:
        for z in pre_activations(layer):
            terms: list[Expression] = [
                Product((Quantity(WEIGHT, layer.index, z.unit, i), a))
                for i, a in enumerate(previous)
            ]
            if layer.bias != "none":
                b = bias_of(layer, z.unit)
                terms.append(Negative(b) if layer.subtracts else b)
            self.definitions[z] = total(*terms)
        for a in activations(layer):
            self.definitions[a] = activation_formula(layer, a.unit)

    def _loss(self) -> None:
        network = self.network
        if network.target_formulas is not None:
            for target, formula in zip(self.targets, network.target_formulas, strict=True):
                self.definitions[target] = formula
        shares: list[Expression] = [
            in_letters(network.loss.term, y=y, t=t)
            for y, t in zip(self.outputs, self.targets, strict=True)
        ]
        if len(shares) == 1:
            self.definitions[E] = shares[0]
            return
        self.terms = tuple(Quantity(LOSS_TERM, unit=k) for k in range(len(shares)))
        self.definitions.update(zip(self.terms, shares, strict=True))
        self.definitions[E] = self.averaged(total(*self.terms))

    def averaged(self, over_outputs: Expression) -> Expression:
        """1/n times a sum over the outputs, where the loss is a mean; else the sum itself."""
        if not self.network.loss.mean or len(self.outputs) == 1:
            return over_outputs
        return product(Number(Fraction(1, len(self.outputs))), over_outputs)

    def over_examples(self, of_one: Expression) -> Expression:
        """1/N·Σ (or Σ) of an expression of one example over the examples of the batch."""
        count = self.network.example_count
        summed = IndexedSum(of_one, EXAMPLE, count)
        if self.network.over_examples == "sum":
            return summed
        return product(Number(Fraction(1, count)), summed)

    def reaches(self, source: Quantity, goal: Quantity) -> bool:
        """Whether a change of ``source`` can change ``goal``: a path leads there."""
        return source in self._path_counts(goal)

    def path_count(self, source: Quantity, goal: Quantity) -> int:
        """How many paths lead from ``source`` to ``goal``, counted without walking them."""
        return self._path_counts(goal).get(source, 0)

    def _path_counts(self, goal: Quantity) -> dict[Quantity, int]:
        """The number of paths to ``goal`` from everything that one leads from."""
        if goal not in self._counts:
            count = self._counts[goal] = {goal: 1}
            for quantity in reversed(self.definitions):
                if quantity in count:
                    for parent in self.parents[quantity]:
                        count[parent] = count.get(parent, 0) + count[quantity]
        return self._counts[goal]

    def paths(self, source: Quantity, goal: Quantity) -> Iterator[Path]:
        """Every path from ``goal`` back to ``source``, goal first, in the order of the units."""
        senders = self._senders(source, goal)

        def extend(path: Path) -> Iterator[Path]:
            if path[-1] == source:
                yield path
                return
            for parent in senders.get(path[-1], ()):
                yield from extend((*path, parent))

        yield from extend((goal,))

    def _senders(self, source: Quantity, goal: Quantity) -> dict[Quantity, list[Quantity]]:
        """The parents of every quantity that lie, with it, on a path from source to goal."""
        leading = self._path_counts(goal)
        found: dict[Quantity, list[Quantity]] = {}
        waiting = deque([source])
        while waiting:
            parent = waiting.popleft()
            for child in self.children.get(parent, ()):
                if child in leading:
                    if child not in found:
                        found[child] = []
                        waiting.append(child)
                    found[child].append(parent)
        return found

    def relevant(self, of: Quantity, by: Quantity) -> Expression:
        """The definition of ``of``; of a sum only the terms that mention ``by``."""
        formula = self.definitions[of]
        if not isinstance(formula, Sum):
            return formula
        if of not in self._mentions:
            mentioning: dict[Quantity, list[Expression]] = defaultdict(list)
            for term in formula.terms:
                for quantity in quantities(term):
                    mentioning[quantity].append(term)
            self._mentions[of] = mentioning
        return total(*self._mentions[of][by])

    def route_elsewhere(self, of: Quantity, by: Quantity) -> bool:
        """Whether ``by`` may also reach ``of`` other than through ``of``'s own formula."""
        level = self.level.get(of, 0)
        return any(c != of and self.level[c] < level for c in self.children.get(by, ()))


def pre_activations(layer: Layer) -> tuple[Quantity, ...]:
    """z of every unit of a layer."""
    return tuple(Quantity(PRE_ACTIVATION, layer.index, j) for j in range(layer.units))


def activations(layer: Layer) -> tuple[Quantity, ...]:
    """a of every unit of a layer."""
    return tuple(Quantity(ACTIVATION, layer.index, j) for j in range(layer.units))


def bias_of(layer: Layer, unit: int) -> Quantity:
    """The bias that a unit adds: its own, or the one its layer shares."""
    return Quantity(BIAS, layer.index, -1 if layer.bias == "shared" else unit)


def activation_formula(layer: Layer, unit: int) -> Expression:
    """a = f(z), a = z for the identity, a = e^(z/T) / Σ e^(z/T) for softmax."""
    every = pre_activations(layer)
    function = layer.activation.function
    if function is None:
        powers, whole = _softmax_parts(every, layer.activation.temperature)
        return Quotient(powers[unit], whole)
    if layer.activation.name == "identity":
        return every[unit]
    return function(every[unit])


def over(e: Expression, divisor: Number) -> Expression:
    """e/divisor, and e alone where that is 1."""
    return e if divisor.value == 1 else Quotient(e, divisor)


@lru_cache
def _softmax_parts(
    every: tuple[Quantity, ...], temperature: Number
) -> tuple[tuple[Expression, ...], Expression]:
    """e^(z/T) of every unit and their sum: the same nodes for all units, so worked out once."""
    powers = tuple(EXP(over(z, temperature)) for z in every)
    return powers, total(*powers)


def same_example(quantity: Quantity, example: int | str | None) -> Quantity:
    """The quantity of another example of the batch."""
    q = quantity
    if q.example == example:
        return q
    return Quantity(q.kind, q.layer, q.unit, q.source, example, q.name)


def summands(expression: Expression) -> tuple[Expression, ...]:
    """The terms of a sum, or the expression alone."""
    return expression.terms if isinstance(expression, Sum) else (expression,)
