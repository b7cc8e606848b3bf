"""A network of the examples as a place where formulas are read, evaluated and printed.

A formula is written in the names of the network's own notation. Besides them there are

    dE_total_dW_k1l2      ∂E_total/∂W_k1l2, through all that lies between
    Loss_after_1000       a quantity after so many updates of every weight, by derive.train
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

import derive
from derive.algebra.slopes import Differentiating
from derive.derivation.derivation import StyleName
from derive.derivation.steps import Rule, Step
from derive.derivation.trace import ExampleTrace, trace
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import variable
from derive.expression.nodes import ACTIVATION, VARIABLE, Expression, Number, Partial, Quantity
from derive.expression.rewriting import rewrite
from derive.expression.typed.formula import FormulaError, parse
from derive.graph import E, NetworkGraph
from derive.notation import Names
from derive.notation import names as named

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
POINTS = 3  # random points beside the network's own values
SEED = 72
AFTER = "_after_"


class ScopeError(ValueError):
    """A formula that cannot be read here, or a step that there is not."""


class Scope:
    """One network file of the examples, in one style."""

    def __init__(self, name: str, style: str) -> None:
        self.name = name
        self.style = style
        self.network = derive.load(EXAMPLES / f"{name}.yaml")
        self.graph = NetworkGraph(self.network)
        network = self.network
        self.names: Names = named(network.notation, network.shape, network.layout)
        self._read = _Names(self.names)

    def read(self, text: str, letters: tuple[str, ...] = ()) -> Expression:
        """The tree of a formula. ``letters``: names that the network does not have.

        e.g. ``D[w_o1*a_1; w_h1]`` → ∂(w_o1·a_1)/∂w_h1, the formula's own derivative
        """
        known = self._read
        if letters:
            known = _Names(self.names)
            known.update({letter: variable(letter) for letter in letters})
        try:
            if text.startswith("D[") and text.endswith("]"):
                formula, _, by = text[2:-1].partition(";")
                moving = parse(by, known)
                if not isinstance(moving, Quantity):
                    raise ScopeError(f"{text}: a derivative is taken by a quantity")
                return Partial(parse(formula, known), moving)
            return parse(text, known)
        except FormulaError as error:
            raise ScopeError(f"{self.name}: {text}: {error}") from error

    def printed(self, expression: Expression) -> Expression:
        """The expression as it is printed: a later value has the name of its quantity."""
        return rewrite(expression, self._now)

    def _now(self, node: Expression) -> Expression:
        if isinstance(node, Quantity) and node.kind == VARIABLE and AFTER in node.name:
            return self.read(node.name.partition(AFTER)[0])
        return node

    @cached_property
    def derivation(self) -> derive.Derivation:
        """The derivation, every equality of it checked."""
        made = derive.derive(self.network, cast(StyleName, self.style))
        made.check()
        return made

    def step(self, subject: Expression, kind: str = "") -> Step:
        """Our last step about ``subject``, of one kind where that is said. Raises ScopeError."""
        found = [
            step
            for step in self.derivation.walk()
            if step.subject == subject
            and len(step.relations) > 1
            and step.rule is not Rule.UPDATE
            and (not kind or step.kind.value == kind)
        ]
        if not found:
            raise ScopeError(f"{self.name}: no step {kind} of the style {self.style} is about it")
        return found[-1]

    @cached_property
    def own(self) -> Point:
        """The network at its own values."""
        return Point(trace(self.graph).examples[0], self)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Seeded random points: everything that is given moves."""
        return tuple(self._points())

    def _points(self) -> Iterator[Point]:
        """Points at which no unit is inactive: there a wrong derivative may be 0 like the right."""
        drawn = random.Random(f"{SEED} {self.name}")
        given = [q for q in self.graph.leaf_values(0) if q not in self.graph.definitions]
        found = 0
        while found < POINTS:
            leaves = {q: HIGH.number(_drawn(drawn)) for q in given}
            at = ExampleTrace(self.graph, leaves)
            if all(value for q, value in at.values.items() if q.kind == ACTIVATION):
                found += 1
                yield Point(at, self, drawn)

    @cache  # noqa: B019 (a scope lives as long as the page is made)
    def after(self, updates: int) -> ExampleTrace:
        """The network after so many updates of every trained parameter."""
        return trained(self.network, updates)


class Point(Differentiating):
    """An environment for formulas: a trace, and values for letters that it does not know."""

    def __init__(self, at: ExampleTrace, scope: Scope, drawn: random.Random | None = None) -> None:
        self.at = at
        self.arithmetic = at.arithmetic
        self._scope = scope
        self._drawn = drawn
        self._letters: dict[str, Any] = {}

    def quantity(self, quantity: Quantity) -> Any:
        if quantity.kind != VARIABLE:
            return self.at.quantity(quantity)
        of, found, updates = quantity.name.partition(AFTER)
        if found:
            inner = self._scope.read(of)
            assert isinstance(inner, Quantity)
            return self._scope.after(int(updates)).quantity(inner)
        if self._drawn is None:
            raise ScopeError(f"{quantity.name} has no value")
        if quantity.name not in self._letters:
            self._letters[quantity.name] = HIGH.number(_drawn(self._drawn))
        return self._letters[quantity.name]

    def partial(self, of: Quantity, by: Quantity) -> Any:
        if of.kind == VARIABLE or by.kind == VARIABLE:
            return HIGH.number(Fraction(int(of == by)))
        return self.at.partial(of, by)


@cache
def trained(network: derive.Network, updates: int, rate: float | None = None) -> ExampleTrace:
    """Gradient descent, then a trace at the parameters reached; the network's rate unless said."""
    if rate is None:
        assert network.learning_rate is not None
        rate = float(network.learning_rate.value)
    if not updates:
        return trace(NetworkGraph(network)).examples[0]
    theta = derive.train(network, [rate], updates)[rate].theta(updates)
    reached = dict(zip(parameters(network), theta, strict=True))
    changed = {w: HIGH.number(Fraction(value)) for w, value in reached.items()}
    return trace(NetworkGraph(network), changed).examples[0]


def parameters(network: derive.Network) -> tuple[Quantity, ...]:
    """The trained parameters in the order of ``theta``: row = from, column = to."""
    trained = set(network.parameters())
    found: list[Quantity] = []
    for layer in network.layers:
        weights = sorted(network.weights(layer.index), key=lambda w: (w.source, w.unit))
        found += [w for w in (*weights, *network.biases(layer.index)) if w in trained]
    return tuple(found)


def loss_and_outputs(network: derive.Network, at: ExampleTrace) -> tuple[Any, tuple[Any, ...]]:
    """The loss, and the activation of every output."""
    last = len(network.layers)
    outputs = (Quantity(ACTIVATION, last, k) for k in range(network.sizes[-1]))
    return at.quantity(E), tuple(map(at.quantity, outputs))


def is_literal(expression: Expression) -> bool:
    """Whether it is a number as someone printed it."""
    return isinstance(expression, Number)


def _drawn(source: random.Random) -> Fraction:
    """A number of ordinary size, not near 0."""
    return Fraction(source.randint(200, 1500) * source.choice((-1, 1)), 1000)


class _Names(dict[str, Expression]):
    """The network's names, and the derivatives and later values made of them."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        for quantity in names.quantities():
            self[names.text(quantity)] = quantity
            self.setdefault(names.code(quantity), quantity)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or self._made(str(name)) is not None

    def __missing__(self, name: str) -> Expression:
        made = self._made(name)
        if made is None:
            raise KeyError(name)
        return made

    def _made(self, name: str) -> Expression | None:
        of, after, updates = name.partition(AFTER)
        if after and updates.isdigit() and dict.__contains__(self, of):
            return variable(name)
        if not name.startswith("d"):
            return None
        cuts = [i for i in range(1, len(name)) if name.startswith("_d", i)]
        for cut in cuts:
            above, below = self.get(name[1:cut]), self.get(name[cut + 2 :])
            if isinstance(above, Quantity) and isinstance(below, Quantity):
                return Partial(above, below)
        return None
