"""Comparing the two sides of every relation.

First at random points of the whole network. Then every lemma and every local derivative with
branches by itself, where its formula's arguments are drawn freely, on every kink that can be
found and on both sides of it: every branch must be reached, and on the kink the declared
derivative must come out.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from derive.derivation.check.alone import LocalPoint, draws
from derive.derivation.check.failure import CheckFailed
from derive.derivation.check.kinks import Branch, all_branches, branches, has_kinks
from derive.derivation.check.points import draw
from derive.derivation.graph import RATE
from derive.derivation.steps import Rule, Step
from derive.derivation.styles.common import objective
from derive.derivation.trace import Trace
from derive.expression.evaluate import (
    HIGH,
    Environment,
    evaluate,
)
from derive.expression.grid import Grid
from derive.expression.matrices import Matrix, entry
from derive.expression.nodes import (
    VARIABLE,
    Bracket,
    Expression,
    Negative,
    Number,
    Partial,
    Product,
    Quantity,
    Quotient,
    Sum,
    quantities,
    rewrite,
    variable,
)

if TYPE_CHECKING:
    from derive.derivation.derivation import Derivation

_RELATIVE = HIGH.number(Fraction(1, 10**25))
_ABSOLUTE = HIGH.number(Fraction(1, 10**40))
_SECOND_LOOKS = 20

Place = tuple[str, int, int, int]  # a step, a relation of it, an entry where it is of matrices


class Equalities:
    """Counts and compares relations; remembers which were only ever seen as 0 = 0."""

    def __init__(self, derivation: Derivation) -> None:
        self.graph = derivation.graph
        self._letters: dict[str, bool] = {}
        self._seen: set[Place] = set()
        self._zero: set[Place] = set()

    @property
    def count(self) -> int:
        """How many relations were compared."""
        return len(self._seen)

    def unchecked(self) -> tuple[str, ...]:
        """The steps with a relation that was 0 = 0 at every point and is not 0 by structure."""
        return tuple(sorted({place[0] for place in self._zero}))

    def compare(self, steps: Iterable[Step], point: Trace) -> None:
        """Compare every relation of the steps at a point of the whole network."""
        for step in steps:
            if self._in_letters(step):
                continue
            try:
                self._compare(step, point)
            except KeyError as error:
                raise CheckFailed(step.id, f"speaks of {error}, which is not there") from None
            except (ArithmeticError, TypeError) as error:
                raise CheckFailed(step.id, f"has no value: {error}") from None

    def _in_letters(self, step: Step) -> bool:
        """Whether a step speaks of a general formula in x, not of this network."""
        if step.id not in self._letters:
            named = (q for r in step.relations for q in r.expression.walk()
                     if isinstance(q, Quantity))  # fmt: skip
            first = next(named, None)  # they are all of one sort, or else the comparison fails
            self._letters[step.id] = first is not None and first.kind == VARIABLE
        return self._letters[step.id]

    def _compare(self, step: Step, environment: Environment) -> None:
        first, *others = step.relations
        if step.rule is Rule.UPDATE:
            value = self._moved(step, first.expression, environment)
        else:
            value = evaluate(first.expression, environment)
        for position, relation in enumerate(others):
            other = evaluate(relation.expression, environment)
            if isinstance(value, Grid) or isinstance(other, Grid):
                self._judge_entries(step, position, value, other, relation.expression)
            else:
                self._judge((step.id, position, 0, 0), value, other, relation.expression)

    def _judge_entries(
        self, step: Step, position: int, value: Any, other: Any, shown: Expression
    ) -> None:
        """Every entry of a matrix against the entry of the first."""
        if not (isinstance(value, Grid) and isinstance(other, Grid) and value.shape == other.shape):
            raise CheckFailed(step.id, f"member {position + 2} of its chain has another shape")
        for (i, j, a), (_, _, b) in zip(value.cells(), other.cells(), strict=True):
            self._judge((step.id, position, i + 1, j + 1), a, b, shown)

    def _moved(self, step: Step, w: Expression, environment: Environment) -> Any:
        """w − η·∂E/∂w, from the values and not from the formula on the page."""
        if isinstance(w, Matrix):
            return Grid(
                tuple(tuple(self._moved(step, one, environment) for one in row) for row in w.rows)
            )
        if not isinstance(w, Quantity):
            raise CheckFailed(step.id, "an update assigns to a parameter")
        slope = environment.partial(objective(self.graph), w)
        return environment.quantity(w) - environment.quantity(RATE) * slope

    def _judge(self, place: Place, a: Any, b: Any, shown: Expression) -> None:
        step, position, i, j = place
        if abs(a - b) > _RELATIVE * max(abs(a), abs(b)) + _ABSOLUTE:
            where = f"entry ({i}, {j}) of " if i else ""
            raise CheckFailed(
                step,
                f"{where}member {position + 2} of its chain is {HIGH.context.nstr(b, 12)} where "
                f"the first is {HIGH.context.nstr(a, 12)}",
            )
        if a == 0 and b == 0 and not is_zero(entry(shown, i - 1, j - 1)):
            if place not in self._seen:
                self._zero.add(place)
        else:
            self._zero.discard(place)
        self._seen.add(place)

    def compare_locally(self, steps: Iterable[Step]) -> None:
        """Compare lemmas and local derivatives alone, on every branch and on the kinks.

        What only differs in the names of its quantities, unit for unit, is looked at once.
        """
        seen: set[object] = set()
        for step in steps:
            if self._in_letters(step):
                letters: dict[Quantity, None] = {}
                for relation in step.relations:
                    letters.update(quantities(relation.expression))
                self._compare_alone((step,), tuple(letters))
            elif step.rule is Rule.LOCAL and _has_branches(step):
                free = self.graph.parents[step.about[0]]
                likeness = _likeness(step, free)
                if likeness is None or likeness not in seen:
                    self._compare_alone(tuple(step.walk()), free)
                seen.add(likeness)

    def _compare_alone(self, steps: tuple[Step, ...], free: tuple[Quantity, ...]) -> None:
        """Compare steps about one formula whose arguments may be anything."""
        points = draws(self.graph, steps, free)
        for step in steps:
            wanted = {b for relation in step.relations for b in all_branches(relation.expression)}
            reached: set[Branch] = set()
            compared = 0
            for values in points:
                point = LocalPoint(self.graph, values)
                try:
                    self._compare(step, point)
                except (ArithmeticError, KeyError):
                    continue
                compared += 1
                for relation in step.relations if wanted else ():
                    reached |= branches(relation.expression, point)
            if not compared:
                raise CheckFailed(step.id, "no point was found where it is defined")
            if wanted - reached:
                number = min(branch for _, branch in wanted - reached)
                raise CheckFailed(step.id, f"branch {number + 1} of its cases was never reached")

    def look_again(self, steps: Iterable[Step]) -> None:
        """Draw more points for relations that were 0 = 0 so far."""
        by_id = {step.id: step for step in steps}
        for seed in range(_SECOND_LOOKS):
            names = sorted({place[0] for place in self._zero})
            points: dict[frozenset[str], Trace] = {}
            for name in names:
                step = by_id[name]
                if self._in_letters(step):
                    continue
                needs = frozenset(step.assumes)
                if needs not in points:
                    points[needs] = draw(self.graph, 1000 + seed, needs, positive=seed % 2 == 0)
                self._compare(step, points[needs])


def _has_branches(step: Step) -> bool:
    return any(has_kinks(relation.expression) for relation in step.relations)


def _likeness(step: Step, free: tuple[Quantity, ...]) -> object:
    """A step's chains with letters for the free quantities; None where others are in them."""
    of, by = step.about
    letters: dict[Expression, Expression] = {q: variable(f"q{i}") for i, q in enumerate(free)}
    slope = Partial(of, by)
    found = []
    for inner in step.walk():
        for relation in inner.relations:
            if relation.expression != slope:
                if not quantities(relation.expression).keys() <= letters.keys():
                    return None
                found.append(rewrite(relation.expression, lambda node: letters.get(node, node)))
    return tuple(q.kind for q in free), tuple(found)


def is_zero(expression: Expression) -> bool:
    """Whether an expression is 0 as it stands: 0, 0·u, 0 + 0, −0, 0/u."""
    if isinstance(expression, Product):
        return any(map(is_zero, expression.factors))
    if isinstance(expression, Sum):
        return all(map(is_zero, expression.terms))
    if isinstance(expression, Quotient):
        return is_zero(expression.numerator)
    if isinstance(expression, (Negative, Bracket)):
        return is_zero(expression.children[0])
    return isinstance(expression, Number) and expression.value == 0
