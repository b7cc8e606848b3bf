"""Comparing the two sides of every relation.

First at random points of the whole network. Then every lemma and every local derivative with
branches by itself, where its formula's arguments are drawn freely, on every kink that can be
found and on both sides of it: on the kink the declared derivative must come out. A branch that no
number leads to is compared as if its condition held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from derive.derivation.check.kinks import Branch, all_branches, branches
from derive.derivation.check.local_points import LocalPoint, draws
from derive.derivation.check.more_digits import looks
from derive.derivation.check.one_branch import Conditions, as_if, opened
from derive.derivation.check.points import draw
from derive.derivation.failure import CheckFailed
from derive.derivation.steps import Rule, Step
from derive.derivation.trace import Trace
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import variable
from derive.expression.evaluate import Environment, evaluate
from derive.expression.grid import Grid
from derive.expression.kinks import has_kinks
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
)
from derive.expression.rewriting import rewrite
from derive.graph import RATE, AnyGraph

if TYPE_CHECKING:
    from derive.derivation.derivation import Derivation

_RELATIVE = HIGH.number(Fraction(1, 10**25))
_SECOND_LOOKS = 20

Spot = tuple[str, int, int, int]  # a step, a relation of it, an entry where it is of matrices


@dataclass(frozen=True, slots=True)
class Pair:
    """The first member of a chain and another one, in numbers; ``expression`` is the other."""

    spot: Spot
    first: Any
    other: Any
    expression: Expression

    def agrees(self, floor: Any) -> bool:
        """Whether both are the same number; ``floor`` is how much of a 1 may be rounding."""
        gap = abs(self.first - self.other)
        if not gap:
            return True
        size = max(abs(self.first), abs(self.other))
        return bool(gap <= _RELATIVE * size or (floor and gap <= floor * max(1, size)))

    def __str__(self) -> str:
        _, position, i, j = self.spot
        where = f"entry ({i}, {j}) of " if i else ""
        first, other = (HIGH.context.nstr(v, 12) for v in (self.first, self.other))
        return f"{where}member {position + 2} of its chain is {other} where the first is {first}"


class Equalities:
    """Counts and compares relations; remembers which were only ever seen as 0 = 0.

    unreached  the steps with a branch that no number led to
    """

    def __init__(self, derivation: Derivation) -> None:
        self.graph = derivation.graph
        self.unreached: set[str] = set()
        self._letters: dict[str, bool] = {}
        self._seen: set[Spot] = set()
        self._zero: set[Spot] = set()

    @property
    def count(self) -> int:
        """How many relations were compared."""
        return len(self._seen)

    def unchecked(self) -> tuple[str, ...]:
        """The steps with a relation that was 0 = 0 at every point and is not 0 by structure."""
        return tuple(sorted({spot[0] for spot in self._zero}))

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

    def _compare(self, step: Step, point: Trace | LocalPoint) -> None:
        """Raises CheckFailed where two members differ, however many digits are looked at."""
        wrong: Pair | None = None
        for at, floor in looks(point):
            pairs = list(self._pairs(step, at))
            wrong = next((pair for pair in pairs if not pair.agrees(floor)), None)
            if wrong is None:
                break
        if wrong is not None:
            raise CheckFailed(step.id, str(wrong))
        for pair in pairs:
            self._remember(pair)

    def _pairs(self, step: Step, environment: Environment) -> Iterator[Pair]:
        """Every member of a chain beside its first, of matrices entry by entry."""
        first, *others = step.relations
        if step.rule is Rule.UPDATE:
            value = self._moved(step, first.expression, environment)
        else:
            value = evaluate(first.expression, environment)
        for position, relation in enumerate(others):
            other, member = evaluate(relation.expression, environment), relation.expression
            if not (isinstance(value, Grid) or isinstance(other, Grid)):
                yield Pair((step.id, position, 0, 0), value, other, member)
                continue
            alike = isinstance(value, Grid) and isinstance(other, Grid)
            if not alike or value.shape != other.shape:
                raise CheckFailed(step.id, f"member {position + 2} of its chain has another shape")
            for (i, j, a), (_, _, b) in zip(value.cells(), other.cells(), strict=True):
                yield Pair((step.id, position, i + 1, j + 1), a, b, entry(member, i, j))

    def _moved(self, step: Step, w: Expression, environment: Environment) -> Any:
        """w − η·∂E/∂w, from the values and not from the formula on the page."""
        if isinstance(w, Matrix):
            return Grid(
                tuple(tuple(self._moved(step, one, environment) for one in row) for row in w.rows)
            )
        if not isinstance(w, Quantity):
            raise CheckFailed(step.id, "an update assigns to a parameter")
        slope = environment.partial(self.graph.goal, w)
        return environment.quantity(w) - environment.quantity(RATE) * slope

    def _remember(self, pair: Pair) -> None:
        if pair.first == 0 and pair.other == 0 and not is_zero(pair.expression):
            if pair.spot not in self._seen:
                self._zero.add(pair.spot)
        else:
            self._zero.discard(pair.spot)
        self._seen.add(pair.spot)

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
            if not self._compare_at(step, points):
                raise CheckFailed(step.id, "no point was found where it is defined")
            if _has_branches(step):
                self._compare_branches(step, points, set())

    def _compare_at(self, step: Step, points: Iterable[LocalPoint]) -> int:
        """Compare a step wherever it is defined. Returns at how many points."""
        compared = 0
        for point in points:
            try:
                self._compare(step, point)
            except (ArithmeticError, KeyError):
                continue
            compared += 1
        return compared

    def _compare_branches(
        self, step: Step, points: list[LocalPoint], done: set[tuple[Conditions, int]]
    ) -> None:
        """Compare the branches that no point led to as if their conditions held."""
        step = _written_out(step, self.graph)
        for cases, position in self._not_reached(step, points):
            if (cases.conditions, position) not in done:
                done.add((cases.conditions, position))
                self.unreached.add(step.id)
                assumed = tuple(
                    replace(r, expression=as_if(r.expression, cases.conditions, position))
                    for r in step.relations
                )
                there = replace(step, relations=assumed)
                # A condition may be written more simply in the derivative: then it is another one.
                pairs = zip(assumed, step.relations, strict=True)
                if all(after != before for after, before in pairs):
                    self._compare_at(there, points)
                self._compare_branches(there, points, done)

    def _not_reached(self, step: Step, points: Iterable[LocalPoint]) -> list[Branch]:
        unreached = {b: None for r in step.relations for b in all_branches(r.expression)}
        for point in points:
            if not unreached:
                break
            for relation in step.relations:
                try:
                    for branch in branches(relation.expression, point):
                        unreached.pop(branch, None)
                except (ArithmeticError, KeyError):
                    continue
        return list(unreached)

    def look_again(self, steps: Iterable[Step]) -> None:
        """Draw more points for relations that were 0 = 0 so far."""
        by_id = {step.id: step for step in steps}
        for seed in range(_SECOND_LOOKS):
            names = sorted({spot[0] for spot in self._zero})
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


def _written_out(step: Step, graph: AnyGraph) -> Step:
    """The step with every function that has branches written out."""
    return replace(
        step,
        relations=tuple(
            replace(r, expression=opened(r.expression, graph.definitions)) for r in step.relations
        ),
    )


def _likeness(step: Step, free: tuple[Quantity, ...]) -> object:
    """A step's chains with letters for the free quantities; None where others are in them."""
    of, by = step.about
    letters: dict[Expression, Expression] = {q: variable(f"q{i}") for i, q in enumerate(free)}
    slope = Partial(of, by)
    members = []
    for inner in step.walk():
        for relation in inner.relations:
            if relation.expression != slope:
                if not quantities(relation.expression).keys() <= letters.keys():
                    return None
                members.append(rewrite(relation.expression, lambda node: letters.get(node, node)))
    return tuple(q.kind for q in free), tuple(members)


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
