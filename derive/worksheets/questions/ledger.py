"""The book of a sheet: what it prints and what it asks, so that no question answers another.

Values. What is asked for is printed nowhere else, nor is what is at once the same number: with
∂E/∂b1 = δ_h1 neither of them is printed where the other is asked for. A printed number that is
equal by chance, with no formula between the two, gives nothing away. The numbers that a variant is
drawn with are given.

Formulas. What is asked for is printed nowhere else, in whatever form, nor is what differs from it
by indices alone (``patterns.py``): who reads ∂E/∂w1 = δ_h1·i1 has ∂E/∂w2. The formulas of the
network itself, from the inputs to the loss, are given.

A question first asks the book what it may print and ask, and then writes down what it does.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from enum import Enum
from fractions import Fraction
from functools import cached_property
from itertools import count

from derive.derivation.numbers.chains import Numbers, atoms
from derive.expression.functions import Function
from derive.expression.nodes import Address, Expression, Partial, Product, Quantity, Sum
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.items import Item
from derive.worksheets.questions.patterns import is_one_name, pattern, patterns_in, side_by_side
from derive.worksheets.recipes.recipe import Ask
from derive.worksheets.source import FIRST


class Verb(Enum):
    """What a sheet does."""

    PRINTS = "prints"
    ASKS = "asks"


class Thing(Enum):
    """What it does it with, and what stands for such a thing in the book."""

    VALUE = "the value of a quantity or derivative"
    FORMULA = "a formula: its pattern"
    NEW_VALUE = "the value of a parameter after the update: the parameter"
    UNIT = "a unit looked at alone: its pre-activation"
    SLIP = "a mistake in a derivation: the id of the misconception"
    CONCEPT = "a question of understanding: its name"
    CONNECTIONS = "what a quantity is worked out from and goes into: the quantity"
    GUIDANCE = "what to do with several blanks in a line"


PRINTS, ASKS = Verb.PRINTS, Verb.ASKS

# Kinds that ask for the values of derivatives, for values of the forward pass, for formulas.
DERIVATIVE_KINDS = frozenset({"local", "delta", "gradient", "update", "unit", "layer"})
FORWARD_KINDS = frozenset({"forward", "loss"})
# How many patterns of formulas each needs for itself, unless the recipe says how many it asks.
FORMULA_KINDS = {"symbolic": 3, "blanks": 3, "match": 1, "code": 1, "mistake": 1}
_COUNTED = frozenset({"symbolic", "blanks", "mistake"})


class Ledger:
    """What the questions of a sheet have printed and asked so far, in their order.

    items    every line so far, in an order in which each rests on earlier ones only; those of
             results that are printed and not asked for are among them
    labels   the numbers of the lines to come
    to_come  what the recipe asks after the question that is being made
    """

    def __init__(self, exercise: Exercise, numbers: Numbers) -> None:
        self.exercise = exercise
        self.numbers = numbers
        self.items: list[Item] = []
        self.labels: Iterator[int] = count(1)
        self.to_come: Sequence[Ask] = ()
        self._facts: dict[tuple[Verb, Thing], dict[object, None]] = {}

    # -- writing down and looking up ---------------------------------------------------------------

    def note(self, verb: Verb, thing: Thing, what: Iterable[object]) -> None:
        """Write down what a question prints or asks."""
        self._facts.setdefault((verb, thing), {}).update(dict.fromkeys(what))

    def all(self, verb: Verb, thing: Thing) -> list[object]:
        """What was written down, in that order."""
        return list(self._facts.get((verb, thing), ()))

    def has(self, verb: Verb, thing: Thing, what: object) -> bool:
        """Whether that was written down."""
        return what in self._facts.get((verb, thing), ())

    # -- values ------------------------------------------------------------------------------------

    def is_known(self, subject: object) -> bool:
        """Whether a value has been printed, or worked out."""
        return self.has(PRINTS, Thing.VALUE, subject) or self.has(ASKS, Thing.VALUE, subject)

    def may_ask(self, subject: Expression) -> bool:
        """Whether the value is not to be read on the sheet."""
        return self._none_is(PRINTS, subject)

    def may_print(self, subject: Expression) -> bool:
        """Whether no question has asked for that number."""
        return self._none_is(ASKS, subject)

    def _none_is(self, verb: Verb, subject: Expression) -> bool:
        return not any(self.has(verb, Thing.VALUE, one) for one in self.twins(subject))

    def twins(self, subject: Expression) -> tuple[Expression, ...]:
        """A value, and all that are at once the same number."""
        return self._twins.get(subject, (subject,))

    @cached_property
    def _twins(self) -> Mapping[Expression, tuple[Expression, ...]]:
        """Results of which one stands in the other's formula and has its size, not 0, and those
        that hang together so over others."""
        groups: dict[Expression, list[Expression]] = {}
        sizes: dict[Expression, Fraction] = {
            task.step.subject: abs(self.numbers.displayed(task.step.subject).number.value)
            for task in self.exercise.tasks
            if task.part != "update" and isinstance(task.step.subject, (Quantity, Partial))
        }
        for task in self.exercise.tasks:
            subject = task.step.subject
            if task.part == "update":
                continue
            group = groups.setdefault(subject, [subject])
            for atom in atoms(task.formula):
                if sizes.get(atom) and sizes[atom] == sizes[subject] and atom in groups:
                    other = groups[atom]
                    if other is not group:
                        group += other
                        groups.update(dict.fromkeys(other, group))
        return {subject: tuple(group) for subject, group in groups.items()}

    def is_expected(self, task: Task) -> bool:
        """Whether a question to come may ask for such a value."""
        kinds = {ask.kind for ask in self.to_come}
        return bool(kinds & (FORWARD_KINDS if task.part == "forward" else DERIVATIVE_KINDS))

    # -- formulas ----------------------------------------------------------------------------------

    def may_tell(self, subject: Expression, *formulas: Expression) -> bool:
        """Whether no question asks for what these formulas tell."""
        patterns = (one for formula in formulas for one in self.told_by(subject, formula))
        return not any(self.has(ASKS, Thing.FORMULA, one) for one in patterns)

    def may_ask_for(self, subject: Expression, *formulas: Expression) -> bool:
        """Whether no question tells these formulas, or asks for them already."""
        patterns = [one for formula in formulas for one in self._entries(subject, formula)]
        return not any(
            self.has(verb, Thing.FORMULA, one) for verb in (PRINTS, ASKS) for one in patterns
        )

    def is_told(self, formula: Expression) -> bool:
        """Whether a formula, up to its indices, is to be read on the sheet."""
        return self.has(PRINTS, Thing.FORMULA, self.pattern(formula))

    def is_readable(self, formula: Expression, address: Address) -> bool:
        """Whether a part of a formula is to be read on the sheet, together with what stands around
        it: in [δ_o1·w5 + δ_o2·w7]·∂a_h1/∂h1 the first δ_o1 is, where δ_o1·w5 is told."""
        around = formula
        for position in address:
            inside = around.children[position]
            runs = [around]
            if isinstance(around, (Sum, Product)):
                runs += side_by_side(around, position)
            if any(self.is_told(run) for run in runs):
                return True
            around = inside
        return not is_one_name(around) and self.is_told(around)

    def tell(self, subject: Expression, *formulas: Expression) -> None:
        """Write down that the sheet prints formulas of a subject."""
        for formula in formulas:
            self.note(PRINTS, Thing.FORMULA, self.told_by(subject, formula))

    def ask_for(self, subject: Expression, *formulas: Expression) -> None:
        """Write down that it asks for them."""
        for formula in formulas:
            self.note(ASKS, Thing.FORMULA, self._entries(subject, formula))

    def reserved(self, mine: Iterable[Task]) -> set[Expression]:
        """The patterns that the questions to come need, and that lines of numbers do not print
        therefore: rather those that none of the lines to be written now is about."""
        needed = sum(
            (ask.count if ask.count and ask.kind in _COUNTED else FORMULA_KINDS[ask.kind])
            for ask in self.to_come
            if ask.kind in FORMULA_KINDS
        )
        if self.exercise.edition == FIRST or not needed:
            return set()
        here = {self.pattern(task.formula) for task in mine}
        every = dict.fromkeys(
            self.pattern(task.formula)
            for task in self.exercise.tasks
            if task.part in ("delta", "gradient") and not self.is_told(task.formula)
        )
        return set(sorted(every, key=lambda one: one in here)[:needed])

    def shared(
        self, available: Iterable[Expression], chance: random.Random, least: int = 1
    ) -> set[Expression]:
        """Of the patterns that are left to be asked for as many as a question may use, ``least`` at
        least, so that each to come that asks for formulas has one."""
        free = list(dict.fromkeys(available))
        others = sum(ask.kind in FORMULA_KINDS for ask in self.to_come)
        most = len(free) if self.exercise.edition == FIRST else max(least, len(free) - others)
        return set(free if most >= len(free) else chance.sample(free, most))

    def kept_back(
        self, tasks: Iterable[Task], mine: Set[Expression], chance: random.Random
    ) -> set[Expression]:
        """The patterns of tasks, beside those that a question asks for, that it may not tell: they
        are left to the questions to come."""
        fresh = [
            self.pattern(task.formula) for task in tasks
            if self.may_ask_for(task.step.subject, task.formula)
        ]  # fmt: skip
        others = [one for one in fresh if one not in mine]
        return set(others) - self.shared(others, chance, least=0)

    def pattern(self, formula: Expression) -> Expression:
        """What stands for a formula in the book."""
        if formula not in self._patterns:
            self._patterns[formula] = pattern(formula, self._activations)
        return self._patterns[formula]

    @cached_property
    def _patterns(self) -> dict[Expression, Expression]:
        return {}

    @cached_property
    def _activations(self) -> frozenset[Function]:
        layers = self.exercise.structure.layers
        functions = (layer.activation.function for layer in layers)
        return frozenset(function for function in functions if function is not None)

    def _entries(self, subject: Expression, formula: Expression) -> Iterator[Expression]:
        """What stands for a formula of a subject: its pattern, and that of the formula that the
        subject is worked out from, of which it is another form. In the first edition, the subject.
        """
        if self.exercise.edition == FIRST:
            yield subject
            return
        yield self.pattern(formula)
        if isinstance(subject, (Quantity, Partial)) and subject in self.exercise.formulas:
            yield self.pattern(self.exercise.formulas[subject])

    def told_by(self, subject: Expression, formula: Expression) -> Iterator[Expression]:
        """What can be read off a formula that is printed."""
        yield from self._entries(subject, formula)
        if self.exercise.edition > FIRST:
            yield from patterns_in(formula, self._activations)
