"""Comparing the two sides of every relation.

First at random points of the whole network. Then every local derivative and lemma by itself,
where its formula's arguments are drawn freely: so every branch of its cases is reached, and
small whole numbers put it on its kinks, where the declared derivative must come out.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction
from itertools import product as combinations
from typing import TYPE_CHECKING, Any

from derive.derivation.check.failure import CheckFailed
from derive.derivation.check.points import draw, signed
from derive.derivation.graph import RATE, Graph
from derive.derivation.steps import Rule, Step
from derive.derivation.styles.common import objective
from derive.derivation.trace import Trace
from derive.expression.evaluate import (
    HIGH,
    Bindings,
    Environment,
    Point,
    chosen,
    evaluate,
    slopes,
)
from derive.expression.nodes import (
    VARIABLE,
    ZERO,
    Apply,
    Cases,
    Expression,
    Quantity,
    quantities,
)

if TYPE_CHECKING:
    from derive.derivation.derivation import Derivation

_RELATIVE = HIGH.number(Fraction(1, 10**25))
_ABSOLUTE = HIGH.number(Fraction(1, 10**40))
_SPECIAL = tuple(Fraction(n) for n in (0, 1, -1))
_FREE_DRAWS = 24  # where there are branches to be reached
_FEW_DRAWS = 3
_SECOND_LOOKS = 40

Branch = tuple[Cases, int]


class LocalPoint(Point):
    """An environment for one formula: its arguments are free, the rest follows from them."""

    def __init__(self, graph: Graph, values: dict[Quantity, Any]) -> None:
        super().__init__()
        self.arithmetic = HIGH
        self._graph = graph
        self._values = values

    def quantity(self, quantity: Quantity) -> Any:
        if quantity not in self._values:
            self._values[quantity] = evaluate(self._graph.definitions[quantity], self)
        return self._values[quantity]

    def partial(self, of: Quantity, by: Quantity) -> Any:
        found = slopes(self._graph.definitions[of], self)
        return found.get(by, HIGH.number(Fraction(0)))


class Equalities:
    """Counts and compares relations; remembers which were only ever seen as 0 = 0."""

    def __init__(self, derivation: Derivation) -> None:
        self.graph = derivation.graph
        self._letters: dict[str, bool] = {}
        self._seen: set[tuple[str, int]] = set()
        self._zero: set[tuple[str, int]] = set()

    @property
    def count(self) -> int:
        """How many relations were compared."""
        return len(self._seen)

    def unchecked(self) -> tuple[str, ...]:
        """The steps with a relation that was 0 = 0 at every point and is not 0 by structure."""
        return tuple(sorted({step for step, _ in self._zero}))

    def compare(self, steps: Iterable[Step], point: Trace) -> None:
        """Compare every relation of the steps at a point of the whole network."""
        for step in steps:
            if not self._in_letters(step):
                self._compare(step, point)

    def _in_letters(self, step: Step) -> bool:
        """Whether a step speaks of a general formula in x, not of this network."""
        if step.id not in self._letters:
            self._letters[step.id] = any(
                isinstance(node, Quantity) and node.kind == VARIABLE
                for relation in step.relations
                for node in relation.expression.walk()
            )
        return self._letters[step.id]

    def _compare(self, step: Step, environment: Environment) -> None:
        first, *others = step.relations
        if step.rule is Rule.UPDATE:
            if not isinstance(first.expression, Quantity):
                raise CheckFailed(step.id, "an update assigns to a parameter")
            value = self._moved(first.expression, environment)
        else:
            value = evaluate(first.expression, environment)
        for position, relation in enumerate(others):
            other = evaluate(relation.expression, environment)
            self._judge(step, position, value, other, relation.expression)

    def _moved(self, w: Quantity, environment: Environment) -> Any:
        """w − η·∂E/∂w, from the values and not from the formula on the page."""
        slope = environment.partial(objective(self.graph), w)
        return environment.quantity(w) - environment.quantity(RATE) * slope

    def _judge(self, step: Step, position: int, a: Any, b: Any, shown: Expression) -> None:
        if abs(a - b) > _RELATIVE * max(abs(a), abs(b)) + _ABSOLUTE:
            ordinal = f"member {position + 2} of its chain"
            raise CheckFailed(
                step.id,
                f"{ordinal} is {HIGH.context.nstr(b, 12)} where the first is "
                f"{HIGH.context.nstr(a, 12)}",
            )
        relation = (step.id, position)
        if a == 0 and b == 0 and shown != ZERO:
            if relation not in self._seen:
                self._zero.add(relation)
        else:
            self._zero.discard(relation)
        self._seen.add(relation)

    def compare_locally(self, steps: Iterable[Step]) -> None:
        """Compare lemmas and local derivatives alone, on every branch and on the kinks."""
        for step in steps:
            if self._in_letters(step) or (step.rule is Rule.LOCAL and self._has_branches(step)):
                free = self._free_quantities(step)
                for inner in step.walk():
                    self._compare_alone(inner, free)

    def _compare_alone(self, step: Step, free: tuple[Quantity, ...]) -> None:
        chance = random.Random(f"derive local {step.id}")
        wanted, reached = self._all_branches(step), set[Branch]()
        compared = 0
        for values in _draws(free, chance, _FREE_DRAWS if wanted else _FEW_DRAWS):
            point = LocalPoint(self.graph, dict(values))
            try:
                self._compare(step, point)
            except (ArithmeticError, KeyError):
                continue
            compared += 1
            for relation in step.relations:
                reached |= branches(relation.expression, point)
        if not compared:
            raise CheckFailed(step.id, "no point was found where it is defined")
        if wanted - reached:
            number = min(branch for _, branch in wanted - reached)
            raise CheckFailed(step.id, f"branch {number + 1} of its cases was never reached")

    def _free_quantities(self, step: Step) -> tuple[Quantity, ...]:
        """What may be drawn freely: the letters, or the arguments of the formula derived."""
        if self._in_letters(step):
            found: dict[Quantity, None] = {}
            for relation in step.relations:
                found.update(quantities(relation.expression))
            return tuple(found)
        return self.graph.parents[step.about[0]]

    def _has_branches(self, step: Step) -> bool:
        return any(
            _has_cases(relation.expression) for inner in step.walk() for relation in inner.relations
        )

    def _all_branches(self, step: Step) -> set[Branch]:
        found: set[Branch] = set()
        for relation in step.relations:
            found |= all_branches(relation.expression)
        return found

    def look_again(self, steps: Iterable[Step]) -> None:
        """Draw more points for relations that were 0 = 0 so far."""
        by_id = {step.id: step for step in steps}
        for seed in range(_SECOND_LOOKS):
            names = {step for step, _ in self._zero}
            if not names:
                return
            for name in sorted(names):
                step = by_id[name]
                if not self._in_letters(step):
                    point = draw(self.graph, 1000 + seed, frozenset(step.assumes))
                    self._compare(step, point)


def _draws(
    free: tuple[Quantity, ...], chance: random.Random, count: int
) -> list[dict[Quantity, Any]]:
    """Free values: random ones, some large, then small whole numbers, where kinks lie."""
    found = []
    for number in range(count):
        size = 3.0 if number % 3 == 0 else 1.0
        found.append({q: HIGH.number(signed(chance, 0.05, size)) for q in free})
    for number in range(4):  # targets and outputs between 0 and 1
        found.append({q: abs(HIGH.number(signed(chance, 0.05, 0.95))) for q in free})
    if len(free) <= 2:
        for values in combinations(_SPECIAL, repeat=len(free)):
            found.append({q: HIGH.number(v) for q, v in zip(free, values, strict=True)})
    return found


def _has_cases(expression: Expression) -> bool:
    return any(
        isinstance(node, Cases)
        or (isinstance(node, Apply) and node.function.name in _TIES)
        or (
            isinstance(node, Apply)
            and node.function.definition is not None
            and _has_cases(node.function.definition)
        )
        for node in expression.walk()
    )


_TIES = frozenset({"abs", "sign", "max", "min"})  # functions with a kink of their own


def all_branches(expression: Expression) -> set[Branch]:
    """Every branch of every case distinction in an expression and in the functions it calls."""
    found: set[Branch] = set()
    for node in expression.walk():
        if isinstance(node, Cases):
            found |= {(node, i) for i in range(len(node.values))}
        elif isinstance(node, Apply) and node.function.definition is not None:
            found |= all_branches(node.function.definition)
    return found


def branches(expression: Expression, environment: Environment) -> set[Branch]:
    """The branches that are taken at a point."""
    found: set[Branch] = set()
    for node in expression.walk():
        if isinstance(node, Cases):
            found.add((node, chosen(node, environment)))
        elif isinstance(node, Apply) and node.function.definition is not None:
            values = [evaluate(argument, environment) for argument in node.arguments]
            inner = Bindings(dict(zip(node.function.parameters, values, strict=True)))
            found |= branches(node.function.definition, inner)
    return found
