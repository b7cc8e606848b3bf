"""A trace: values of every quantity and of every partial derivative, to sixty digits or more.

Values come from the definitions by a forward pass, partial derivatives from the algebra: SymPy's
of each formula, and the backward pass. The check holds both against finite differences, which need
no derivative rule at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from derive.algebra.backward import backward
from derive.algebra.slopes import Differentiating, slopes
from derive.derivation.calculus.local import key
from derive.derivation.numbers.rounding import equal, is_zero, settled
from derive.expression.arithmetic import (
    HIGH,
    Arithmetic,
    Bounded,
    HighPrecision,
    high_precision,
    within_reach,
)
from derive.expression.evaluate import PER_EXAMPLE, Point, evaluate
from derive.expression.nodes import (
    BATCH_LOSS,
    DELTA,
    PRE_ACTIVATION,
    Quantity,
)
from derive.graph import AnyGraph, layered, same_example
from derive.notation import NEGATIVE

Values = Mapping[Quantity, Any]
SLOPE_OF = "slope of "  # in the note that says whose derivative has no value


class ExampleTrace(Differentiating, Point):
    """The values of one example. An evaluation environment for expressions about it."""

    def __init__(self, graph: AnyGraph, leaves: Values, arithmetic: Arithmetic = HIGH) -> None:
        super().__init__()
        self.graph = graph
        self.arithmetic = arithmetic
        self.values: dict[Quantity, Any] = dict(leaves)
        self._slopes: dict[Quantity, dict[Quantity, Any]] = {}
        self._sweeps: dict[Quantity, dict[Quantity, Any]] = {}
        for quantity, formula in graph.definitions.items():
            if quantity not in self.values:
                try:
                    self.values[quantity] = evaluate(formula, self)
                except ArithmeticError as error:
                    error.add_note(key(quantity))
                    raise

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExampleTrace):
            return NotImplemented
        return self.graph == other.graph and self.values == other.values

    def __hash__(self) -> int:
        return hash(self.graph)

    def finer(self, digits: int) -> ExampleTrace:
        """The same example with more digits."""
        arithmetic = high_precision(digits)
        leaves = {
            q: arithmetic.context.convert(value)
            for q, value in self.values.items() if q not in self.graph.definitions
        }  # fmt: skip
        return ExampleTrace(self.graph, leaves, arithmetic)

    def quantity(self, quantity: Quantity) -> Any:
        if quantity.kind == DELTA:
            z = Quantity(PRE_ACTIVATION, quantity.layer, quantity.unit)
            slope = self.partial(self.graph.loss, z)
            return -slope if layered(self.graph).network.delta_sign == NEGATIVE else slope
        return self.values[quantity]

    def partial(self, of: Quantity, by: Quantity) -> Any:
        if of == by:
            return self.arithmetic.number(Fraction(1))
        if of.kind == DELTA:
            raise TypeError("second derivatives are not traced")
        if by in self.slopes(of) and not self.graph.route_elsewhere(of, by):
            return self._slopes[of][by]
        if of not in self._sweeps:
            self._sweeps[of] = self._sweep(of)
        return self._sweeps[of].get(by, self.arithmetic.number(Fraction(0)))

    @property
    def swept(self) -> frozenset[Quantity]:
        """The quantities whose total derivatives have been asked for."""
        return frozenset(self._sweeps)

    def slopes(self, of: Quantity) -> dict[Quantity, Any]:
        """The partial derivatives of one formula by the quantities it mentions."""
        if of not in self._slopes:
            formula = self.graph.definitions.get(of)
            try:
                self._slopes[of] = {} if formula is None else slopes(formula, self)
            except ArithmeticError as error:
                error.add_note(SLOPE_OF + key(of))
                raise
        return self._slopes[of]

    def _sweep(self, of: Quantity) -> dict[Quantity, Any]:
        """∂of/∂q for every q below ``of``: one pass from ``of`` back to the leaves."""
        one = self.arithmetic.number(Fraction(1))
        return backward(self.graph.definitions, self.slopes, of, one, _total)


def _total(_: Quantity, parts: list[Any]) -> Any:
    return sum(parts[1:], parts[0])


class Trace(Differentiating, Point):
    """The values of a network with its data: every example, and the batch as a whole.

    Without ``example`` a quantity of one example means example number ``generic``.
    """

    def __init__(self, graph: AnyGraph, examples: list[ExampleTrace], generic: int = 0) -> None:
        super().__init__()
        self.graph = graph
        self.examples = examples
        self.generic = generic
        self.arithmetic = examples[0].arithmetic
        self._finer: dict[int, Trace] = {}
        self._quantities: dict[Quantity, Any] = {}
        self._partials: dict[tuple[Quantity, Quantity], Any] = {}

    def finer(self, digits: int) -> Trace:
        """The same point with more digits: everything worked out anew from the same leaves."""
        if digits not in self._finer:
            examples = [one.finer(digits) for one in self.examples]
            self._finer[digits] = Trace(self.graph, examples, self.generic)
        return self._finer[digits]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Trace):
            return NotImplemented
        return self.examples == other.examples and self.generic == other.generic

    def __hash__(self) -> int:
        return hash((self.graph, self.generic))

    def quantity(self, quantity: Quantity) -> Any:
        known = self._quantities.get(quantity)
        if known is None:
            known = self._quantities[quantity] = self._quantity(quantity)
        return known

    def _quantity(self, quantity: Quantity) -> Any:
        if quantity.kind == BATCH_LOSS:
            return self._over_examples([one.quantity(self.graph.loss) for one in self.examples])
        if quantity.kind not in PER_EXAMPLE:
            return self.examples[0].quantity(quantity)
        return self._example(quantity.example).quantity(same_example(quantity, None))

    def partial(self, of: Quantity, by: Quantity) -> Any:
        known = self._partials.get((of, by))
        if known is None:
            known = self._partials[of, by] = self._partial(of, by)
        return known

    def _partial(self, of: Quantity, by: Quantity) -> Any:
        if of.kind == BATCH_LOSS:
            return self._over_examples([one.partial(self.graph.loss, by) for one in self.examples])
        one = self._example(of.example)
        return one.partial(same_example(of, None), same_example(by, None))

    def _example(self, example: int | str | None) -> ExampleTrace:
        return self.examples[example if isinstance(example, int) else self.generic]

    def _over_examples(self, values: list[Any]) -> Any:
        result = sum(values[1:], values[0])
        if layered(self.graph).network.over_examples == "sum":
            return result
        return result / len(values)


def trace(graph: AnyGraph, changed: Values | None = None) -> Trace:
    """The trace of a network at its own values, some of them changed if wanted.

    It has so many digits that every value and every slope of the loss is right, however small.
    Raises ArithmeticError where a formula is not defined.
    """
    return _traced(graph, changed or {}, _values_and_slopes)


def values_with(graph: AnyGraph, changed: Values) -> Trace:
    """The trace where some leaves are changed and only values are asked for: it has digits enough
    for them. Raises ArithmeticError where a formula is not defined."""
    return _traced(graph, changed, _values)


def _traced(graph: AnyGraph, changed: Values, values_of: Callable[[Trace], Iterator[Any]]) -> Trace:
    def work(arithmetic: HighPrecision, bounded: Bounded) -> Trace:
        examples = []
        for example in range(graph.example_count):
            numbers = graph.leaf_values(example)
            leaves = {quantity: arithmetic.number(value) for quantity, value in numbers.items()}
            leaves.update((q, _again(value, arithmetic)) for q, value in changed.items())
            known = ExampleTrace(graph, leaves, bounded).values
            examples.append(ExampleTrace(graph, known, arithmetic))
        return Trace(graph, examples)

    def examined(arithmetic: HighPrecision, bounded: Bounded) -> Trace:
        full = work(arithmetic, bounded)
        values = list(values_of(full))
        if any(value and is_zero(value) for value in values):
            # With twice the digits a product of small numbers stays as it is, rounding does not.
            finer = high_precision(2 * arithmetic.digits)
            again = values_of(work(finer, Bounded(finer)))
            values = [
                value for value, same in zip(values, again, strict=True)
                if not is_zero(value) or abs(value - same) < abs(same) / 2
            ]  # fmt: skip
        for value in values:
            bounded.check(value)
        return full

    return within_reach(examined)


def _again(value: Any, arithmetic: HighPrecision) -> Any:
    """A computed value in another arithmetic, without the rounding of the first where it shows."""
    simple = arithmetic.number(settled(value))
    return simple if equal(simple, value) else arithmetic.context.convert(value)


def _values(full: Trace) -> Iterator[Any]:
    for one in full.examples:
        yield from one.values.values()


def _values_and_slopes(full: Trace) -> Iterator[Any]:
    """All values of a trace, and all slopes of the loss."""
    yield from _values(full)
    for one in full.examples:
        yield from (one.partial(full.graph.loss, quantity) for quantity in one.values)


def moved(base: Trace, changed: Values) -> Trace:
    """The trace with some leaves changed; only what they reach is worked out anew."""
    stale = base.graph.following(changed)

    def again(one: ExampleTrace) -> ExampleTrace:
        known = dict(one.values)
        for quantity in stale:
            known.pop(quantity, None)
        return ExampleTrace(base.graph, {**known, **changed}, one.arithmetic)

    return Trace(base.graph, [again(one) for one in base.examples], base.generic)
