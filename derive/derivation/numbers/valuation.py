"""A derivation with its numbers: every chain evaluated, one update step, finite differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from derive.derivation.calculus.local import key
from derive.derivation.check.kinks import sides
from derive.derivation.derivation import Derivation
from derive.derivation.numbers.chains import Atom, Evaluated, Numbers
from derive.derivation.numbers.rounding import Displayed, Rounding, half_unit, rounded
from derive.derivation.steps import Kind, Relation, Rule, Step
from derive.derivation.styles.deltas import delta_of
from derive.derivation.trace import Trace, moved, trace, values_with
from derive.expression.arithmetic import HIGH, HighPrecision
from derive.expression.evaluate import evaluate
from derive.expression.kinks import has_kinks
from derive.expression.nodes import (
    BIAS,
    PRE_ACTIVATION,
    WEIGHT,
    Cases,
    Expression,
    Partial,
    Quantity,
    Sum,
)
from derive.graph import BATCH_E, AnyGraph, FormulaGraph

STEP = Fraction(1, 10**4)  # h of the finite differences
MANY = 64  # parameters past which one difference along all of them replaces one for each
_DEAR = 2000  # and digits past which it does, where units are saturated beyond everything


def formulas_of(derivation: Derivation) -> dict[Atom, Expression]:
    """What every quantity and derivative of the page is computed from."""
    formulas: dict[Atom, Expression] = {}
    for quantity, formula in derivation.graph.definitions.items():
        formulas[quantity] = formula
    together: dict[Quantity, Expression] = {}
    for step in derivation.walk():
        kind, subject = step.kind, step.subject
        if not isinstance(subject, (Quantity, Partial)):  # of an array: its entries tell
            continue
        if kind is Kind.FACTORS:
            together[step.about[0]] = step.result
        elif kind is Kind.GRADIENT and step.rule is not Rule.CHAIN:
            w, *receivers = step.about
            known = all(delta_of(z) in formulas for z in receivers)
            formulas[subject] = step.result if known else together[w]
        elif kind in _READ_OFF or (kind is Kind.LOCAL and _stands(derivation, step)):
            formulas[subject] = step.result
    if derivation.graph.is_batch:
        formulas[BATCH_E] = derivation.section("loss").steps[-1].result
    return formulas


def _stands(derivation: Derivation, step: Step) -> bool:
    """Whether a local derivative keeps its name in the formulas that use it."""
    generic = derivation.style == "nodes" or isinstance(derivation.graph, FormulaGraph)
    if generic or isinstance(step.result, Cases):
        return True
    return derivation.style == "matrices" and step.about[0].kind != PRE_ACTIVATION


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A displayed difference that lost most of its digits: 1 − 0.98."""

    step: str
    difference: Expression
    relative: float  # how large the rounding error may be, relative to the difference


class Valuation:
    """The numbers of a derivation, for one rounding.

    Raises ValueError where the network does not carry all values.
    """

    def __init__(self, derivation: Derivation, rounding: Rounding) -> None:
        if not derivation.graph.has_values:
            raise ValueError("the network does not carry all values")
        self.derivation = derivation
        if derivation.style == "matrices":  # too wide with their inner parts worked out as well
            rounding = replace(rounding, parts=False)
        self.rounding = rounding
        self.graph: AnyGraph = derivation.graph
        self.formulas = formulas_of(derivation)
        self.trace = trace(self.graph)
        self.goal = self.graph.goal
        self.batch = self._numbers(self.trace, {})
        self._kinked = {q: f for q, f in self.graph.definitions.items() if has_kinks(f)}
        self.examples = self.batch.examples
        self._measured: dict[tuple[tuple[tuple[Quantity, int], ...], Fraction], Any | None] = {}

    def _numbers(self, full: Trace, changed: dict[Quantity, Displayed]) -> Numbers:
        rounding = self.rounding
        examples = tuple(
            Numbers(self.formulas, rounding, full, n, changed)
            for n in range(self.graph.example_count)
        )
        return Numbers(self.formulas, rounding, full, None, changed, examples)

    def numbers(self, example: int | None) -> Numbers:
        """The numbers of one example, or of the batch."""
        return self.batch if example is None else self.examples[example]

    def step(self, step: Step, example: int = 0) -> Step | None:
        """The numeric chain that belongs to a symbolic step; None where there is nothing new."""
        kind, subject = step.kind, step.subject
        if step.of_array:
            return self._matrix(step, example)
        if kind is Kind.UPDATE and isinstance(subject, Quantity):
            return self.updates.get(subject)
        if kind not in _NUMERIC or not isinstance(subject, (Quantity, Partial)):
            return None
        if kind is Kind.LOCAL and subject not in self.formulas:
            return None
        whole = kind is Kind.AVERAGE or subject == BATCH_E
        return _evaluation(step, self.numbers(None if whole else example).chain(subject))

    def _matrix(self, step: Step, example: int) -> Step | None:
        """The matrices of numbers behind a step about matrices; None where it shows none."""
        from derive.derivation.numbers.matrices import in_numbers

        if step.rule is Rule.FORM or step.kind is Kind.ROW_SUMS:
            return None
        if step.rule is Rule.UPDATE and not self.updates:
            return None
        whole = self.graph.is_batch and step.rule in (Rule.AVERAGE, Rule.UPDATE)
        numbers = self.numbers(None if whole else example)

        def chain_of(subject: Expression, formula: Expression) -> Evaluated:
            if step.rule is Rule.UPDATE:
                return numbers.work_out(formula, self.rounding.update_digits)
            if isinstance(subject, (Quantity, Partial)):
                return numbers.chain(subject)
            return numbers.work_out(formula)

        return in_numbers(step, chain_of, numbers.put_in)

    @cached_property
    def _update_steps(self) -> dict[Quantity, tuple[Step, Evaluated]]:
        """The update of every trained parameter, worked out."""
        numbers = self.batch if self.graph.is_batch else self.examples[0]
        return {
            w: (step, numbers.work_out(step.result, self.rounding.update_digits))
            for step in self.derivation.section("updates").walk()
            if isinstance(w := step.subject, Quantity)
        }

    @cached_property
    def updates(self) -> dict[Quantity, Step]:
        """w ← w − η·∂E/∂w in numbers, for every trained parameter; empty without a rate."""
        if self.graph.learning_rate is None:
            return {}
        return {w: _evaluation(*update, "←") for w, update in self._update_steps.items()}

    @cached_property
    def updated(self) -> dict[Quantity, Displayed]:
        """Every trained parameter after one step; the old values are used throughout."""
        return {w: evaluated.result for w, (_, evaluated) in self._update_steps.items()}

    @cached_property
    def after(self) -> Numbers:
        """The numbers after one update of every trained parameter."""
        values = {w: s.value for w, s in self.updated.items()}
        return self._numbers(values_with(self.graph, values), self.updated)

    def loss(self) -> Displayed:
        """The loss (of the batch) before the update."""
        return self._of_goal(self.batch)

    def loss_after(self) -> Displayed | None:
        """The loss (of the batch) after it; None where the step leads to numbers that have no
        value, or none that can be shown."""
        try:
            return self._of_goal(self.after)
        except ArithmeticError:
            return None

    def _of_goal(self, numbers: Numbers) -> Displayed:
        return (
            numbers.displayed(self.goal)
            if self.goal == BATCH_E
            else numbers.examples[0].displayed(self.goal)
        )

    def gradient(self, w: Quantity) -> Displayed:
        """∂E/∂w as displayed."""
        numbers = self.batch if self.goal == BATCH_E else self.examples[0]
        return numbers.displayed(Partial(self.goal, w))

    def difference(self, w: Quantity) -> Displayed | None:
        """(E(w + h) − E(w − h))/2h as displayed; None where ``measured`` has none."""
        slope = self.measured({w: 1}, STEP)
        return None if slope is None else rounded(slope, self.rounding.digits)

    def measured(self, direction: Mapping[Quantity, int], step: Fraction) -> Any | None:
        """(E(θ + h·v) − E(θ − h·v))/2h; None where a kink lies between the two, or E has no value
        at one of them."""
        key = (tuple(direction.items()), step)
        if key not in self._measured:
            self._measured[key] = self._measure(direction, step)
        return self._measured[key]

    def _measure(self, direction: Mapping[Quantity, int], step: Fraction) -> Any | None:
        h = self.trace.arithmetic.number(step)
        try:
            ahead, behind = (self._aside(direction, by) for by in (h, -h))
        except ArithmeticError:
            return None
        kinked = [self._kinked[q] for q in self.graph.following(direction) & self._kinked.keys()]
        if sides_of(ahead, kinked) != sides_of(behind, kinked):
            return None
        return (ahead.quantity(self.goal) - behind.quantity(self.goal)) / (2 * h)

    def _aside(self, direction: Mapping[Quantity, int], by: Any) -> Trace:
        """The trace with parameters moved. A step may lead where a unit is more saturated than
        these digits can tell; then it is worked out anew with more."""
        changed = {w: self.trace.quantity(w) + by * v for w, v in direction.items()}
        try:
            return moved(self.trace, changed)
        except ArithmeticError:
            return values_with(self.graph, changed)

    @cached_property
    def differences(self) -> dict[Quantity, Displayed | None]:
        """The finite difference of every parameter; empty past ``MANY``, where it would cost the
        square of their number, and past ``_DEAR``, where each would cost seconds."""
        parameters, arithmetic = self.graph.trained, self.trace.arithmetic
        dear = isinstance(arithmetic, HighPrecision) and arithmetic.digits > _DEAR
        if dear or len(parameters) > MANY:
            return {}
        return {w: self.difference(w) for w in parameters}

    @cached_property
    def along_all(self) -> tuple[Displayed, Displayed] | None:
        """Σ ∂E/∂w·v over all parameters, and the finite difference along v = (1, −1, 1, −1, …).

        None where a kink lies between the two sides of the difference.
        """
        direction = along_all(self.graph.trained)
        slope = self.measured(direction, STEP)
        if slope is None:
            return None
        predicted = sum(v * self.trace.partial(self.goal, w) for w, v in direction.items())
        return rounded(predicted, self.rounding.digits), rounded(slope, self.rounding.digits)

    def cancellations(self, limit: float = 0.01) -> Iterator[Cancellation]:
        """Differences in the chains of the first example where carried rounding costs digits."""
        numbers = self.examples[0]
        for atom, formula in self.formulas.items():
            if (isinstance(atom, Partial) and atom.of == BATCH_E) or atom == BATCH_E:
                continue
            for node in formula.walk():
                if isinstance(node, Sum) and len(node.terms) == 2:
                    lost = _lost(node, numbers)
                    if lost is not None and lost > limit:
                        yield Cancellation(_atom_key(atom), node, lost)


# What a step of these kinds ends in is what the numbers of its subject are worked out from.
_READ_OFF = frozenset({Kind.UPSTREAM, Kind.DELTA, Kind.GRADIENT, Kind.AVERAGE})
_NUMERIC = _READ_OFF | {Kind.DEFINITION, Kind.LOCAL}


def _evaluation(step: Step, chain: Evaluated, sign: str | None = None) -> Step:
    first, *others = chain.relations
    if sign is not None:
        first = Relation(sign, first.expression)
    relations = (Relation("", step.subject), first, *others)
    return Step(f"value/{step.id}", step.kind, Rule.EVALUATE, relations, uses=(step.id,))


def _atom_key(atom: Atom) -> str:
    if isinstance(atom, Quantity):
        return key(atom)
    return f"{key(atom.of) if isinstance(atom.of, Quantity) else '?'}/{key(atom.by)}"


def _lost(node: Sum, numbers: Numbers) -> float | None:
    """How large the error of a displayed difference may be, relative to it."""
    error = Fraction(0)
    for term in node.terms:
        for atom in term.walk():
            if isinstance(atom, Quantity):
                one = numbers.displayed(atom)
                if not one.exact:
                    error += half_unit(one.number)
    if not error or any(q.kind in (WEIGHT, BIAS) for q in node.walk() if isinstance(q, Quantity)):
        return None
    size = abs(evaluate(node, numbers.environment))
    return float(HIGH.number(error) / size) if size else None


def along_all(parameters: tuple[Quantity, ...]) -> dict[Quantity, int]:
    """The direction (1, −1, 1, −1, …)."""
    return {w: -1 if position % 2 else 1 for position, w in enumerate(parameters)}


def sides_of(full: Trace, kinked: Sequence[Expression]) -> list[tuple[int, ...]]:
    """Which side of every kink of some formulas the examples of a trace are on."""
    return [sides(formula, example) for example in full.examples for formula in kinked]
