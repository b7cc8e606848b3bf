"""What can be asked about a network: one task for each value of its derivation.

    h1 = w1·i1 + w2·i2             ∂a_h1/∂h1 = a_h1·(1 − a_h1)
    δ_h1 = [δ_o1·w5 + δ_o2·w7]·∂a_h1/∂h1             ∂E/∂w1 = δ_h1·i1

A task's formula names the results of earlier tasks, as someone who calculates by hand uses
them. Tasks are made of a derivation in symbols, once for all variants, and every formula is
checked like any other step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from derive.algebra.backward import over_uses
from derive.derivation.calculus.local import Locals, key
from derive.derivation.check import Report
from derive.derivation.delta_sign import as_delta, minus, with_minus
from derive.derivation.derivation import Derivation, derive
from derive.derivation.numbers.chains import Atom
from derive.derivation.steps import Kind, Rule, Section, SectionKind, Step, chain
from derive.derivation.styles.deltas import delta_of
from derive.expression.nodes import (
    ACTIVATION,
    PRE_ACTIVATION,
    Expression,
    Number,
    Partial,
    Product,
    Quantity,
)
from derive.expression.rewriting import substitute
from derive.expression.typed.formula import without_ones
from derive.graph import E
from derive.network.description import Network
from derive.notation import NEGATIVE
from derive.worksheets.equality import Equality
from derive.worksheets.recipes.recipe import WorksheetError
from derive.worksheets.source import LATEST

PARTS = ("forward", "local", "delta", "gradient", "update")
FUNCTION = "function"  # the part of a task about a function at a point; it is of no network

# What a patient class works through by hand.
MOST_UNITS = 24
MOST_WEIGHTS = 200


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be worked out.

    part    one of ``PARTS``
    step    subject and formula; it rests on the step of the derivation that it asks about
    source  the id of that step
    kind    tasks of one kind are worked out alike
    """

    part: str
    step: Step
    source: str
    kind: tuple[str, ...]

    @property
    def formula(self) -> Expression:
        """What the subject is worked out from."""
        return self.step.result

    @property
    def atom(self) -> Atom:
        """The subject of a task about the network: a quantity or a derivative."""
        subject = self.step.subject
        assert isinstance(subject, (Quantity, Partial))
        return subject

    @property
    def is_asked(self) -> bool:
        """False where nothing is to be worked out: a_o1 = o1 behind an identity."""
        return self.part != "forward" or not isinstance(self.formula, Quantity)


@dataclass(frozen=True)
class Exercise:
    """Every task about a network, in the order in which they can be worked out.

    derivation  in symbols, the tasks its last section
    formulas    what each quantity and derivative is worked out from
    report      what was checked
    edition     of the rules by which sheets are made of it
    """

    derivation: Derivation
    tasks: tuple[Task, ...]
    formulas: Mapping[Atom, Expression]
    report: Report
    edition: int = LATEST

    @cached_property
    def equality(self) -> Equality:
        """What formulas about the network are compared with."""
        return Equality(self.derivation.layered)

    @cached_property
    def slips(self) -> dict[tuple[str, str], tuple[Task, Sequence[Any]]]:
        """What can go wrong in tasks, as far as somebody asked: kept by ``misconceptions``."""
        return {}

    @property
    def structure(self) -> Network:
        """The network without its numbers."""
        return self.derivation.network


def exercise(network: Network, by_nodes: bool = False, edition: int = LATEST) -> Exercise:
    """Derive, make the tasks and check both. Of a batch, one example is asked about.

    by_nodes  ∂E/∂a is a result of its own for every unit, and δ that times ∂a/∂z, as in a
              circuit, where every node passes on what arrives times its own derivative

    Raises WorksheetError where there is too much to calculate, CheckFailed where an equality does
    not hold.
    """
    if reason := too_large(network.sizes):
        raise WorksheetError(reason)
    structure = network.with_numbers({})
    derivation = derive(structure, "deltas")
    tasks = tuple(_Tasks(derivation, by_nodes).all())
    section = Section("exercise", tuple(task.step for task in tasks))
    whole = Derivation(derivation.graph, derivation.style, (*derivation.sections, section))
    formulas: dict[Atom, Expression] = {
        task.step.subject: task.formula
        for task in tasks
        if task.part != "update" and isinstance(task.step.subject, (Quantity, Partial))
    }
    return Exercise(whole, tasks, formulas, whole.check(), edition)


def too_large(sizes: Sequence[int]) -> str:
    """Why a network is too large to be worked out by hand; "" where it is not."""
    weights = sum(a * b for a, b in pairwise(sizes))
    if sum(sizes[1:]) <= MOST_UNITS and weights <= MOST_WEIGHTS:
        return ""
    return (
        f"got a network of {sum(sizes[1:])} units and {weights} weights; by hand at most "
        f"{MOST_UNITS} units and {MOST_WEIGHTS} weights: take a smaller one"
    )


class _Tasks:
    """Makes the tasks of a derivation."""

    def __init__(self, derivation: Derivation, by_nodes: bool) -> None:
        self.derivation = derivation
        self.by_nodes = by_nodes
        self.graph = derivation.layered
        self.local = Locals(derivation.layered)
        self.steps = {step.id: step for step in derivation.walk()}
        self._locals: dict[Partial, Task] = {}

    def all(self) -> Iterator[Task]:
        """Part after part."""
        yield from self._forward()
        deltas = tuple(self._deltas())  # finds out which local derivatives are needed
        yield from self._locals.values()
        yield from deltas
        yield from self._gradients()
        yield from self._updates()

    def _of(self, section: SectionKind, *kinds: Kind) -> Iterator[Step]:
        """The steps of some kinds in a section."""
        for one in self.derivation.sections:
            if one.kind == section:
                yield from (step for step in one.walk() if step.kind in kinds)

    def _forward(self) -> Iterator[Task]:
        sections: tuple[SectionKind, ...] = ("forward", "loss")
        for section in sections:
            # A softmax needs every pre-activation of its layer.
            for step in sorted(self._of(section, Kind.DEFINITION), key=self._after_its_layer):
                (quantity,) = step.about
                formula = step.relations[1].expression
                kind = ("define", quantity.kind, self._activation(quantity))
                if not isinstance(formula, Number):  # a target given among formulas
                    yield _task("forward", step, kind, formula)

    def _after_its_layer(self, step: Step) -> tuple[int, bool]:
        (quantity,) = step.about
        return quantity.layer, self._activation(quantity) == "softmax"

    def _activation(self, quantity: Quantity) -> str:
        """What makes an activation; nothing of any other quantity."""
        if quantity.kind != ACTIVATION:
            return ""
        use = self.graph.network.layers[quantity.layer - 1].activation
        return use.formula or use.name

    def _deltas(self) -> Iterator[Task]:
        last = len(self.graph.network.layers)
        for step in self._of("backward", Kind.UPSTREAM, Kind.DELTA):
            (quantity,) = step.about
            if quantity.kind == ACTIVATION:
                yield _task("delta", step, ("upstream",), step.result)
                continue
            formula = step.result
            if len(step.relations) == 4:  # nothing cancels: the local derivatives are used
                formula = self._chained(step.relations[2].expression)
            place = "output" if quantity.layer == last else "hidden"
            if self.by_nodes and len(step.relations) == 4:
                a = Quantity(ACTIVATION, quantity.layer, quantity.unit)
                before = self._upstream(a, place)
                if before is not None:
                    yield before
                    local = self._result(Partial(a, quantity))
                    formula = without_ones(Product((before.step.subject, local)))
                    if self._negative:
                        formula = minus(formula)
            yield _task("delta", step, ("delta", place), formula)

    def _upstream(self, a: Quantity, place: str) -> Task | None:
        """∂E/∂a of a unit, as a result that the derivation does not name; None where it does, or
        where it is the derivative of one loss term."""
        layer, graph = self.graph.network.layers[a.layer - 1], self.graph
        if layer.activation.function is None or (place == "output" and not graph.terms):
            return None
        if place == "output":
            formula = graph.averaged(self._result(Partial(graph.terms[a.unit], a)))
            if not isinstance(formula, Product):  # a sum of the terms
                return None
            uses: tuple[str, ...] = (self.local.step(graph.terms[a.unit], a).id,)
        else:
            formula = over_uses(graph, a, delta_of, self.local.factor)
            if self._negative:
                formula = with_minus(formula)
            uses = tuple(f"delta/{key(z)}" for z in graph.children[a])
        name = f"upstream/{key(a)}"
        step = Step(
            f"task/{name}", Kind.TASK, Rule.SUBSTITUTE, chain(Partial(E, a), formula), uses,
            about=(a,),
        )  # fmt: skip
        return Task("delta", step, name, ("upstream",))

    @property
    def _negative(self) -> bool:
        return self.graph.network.delta_sign == NEGATIVE

    def _chained(self, of_delta: Expression) -> Expression:
        """What δ is equal to by the chain rule, in results."""
        if not self._negative:
            return self._in_results(of_delta)
        return as_delta(self._in_results(minus(of_delta)))

    def _in_results(self, chained: Expression) -> Expression:
        """The chain rule in results: ∂E/∂o1·∂o1/∂a_h1·∂a_h1/∂h1 → δ_o1·w5·∂a_h1/∂h1."""
        results: dict[Expression, Expression] = {
            node: self._result(node) for node in chained.walk() if isinstance(node, Partial)
        }
        return without_ones(substitute(chained, results))

    def _result(self, node: Partial) -> Expression:
        of, by = node.of, node.by
        if of == E and by.kind == PRE_ACTIVATION:
            return delta_of(by)
        if not isinstance(of, Quantity) or (of == E and f"upstream/{key(by)}" in self.steps):
            return node
        step = self.local.step(of, by)
        if isinstance(step.result, (Quantity, Number)):
            return step.result
        if node not in self._locals:
            across = "" if of.unit == by.unit else "across"  # of a softmax
            kind = ("local", of.kind, self._activation(of), across)
            self._locals[node] = _task("local", step, kind, step.result)
        return node

    def _gradients(self) -> Iterator[Task]:
        for step in self._of("backward", Kind.GRADIENT):
            yield _task("gradient", step, ("gradient", step.about[0].kind), step.result)

    def _updates(self) -> Iterator[Task]:
        for step in self._of("updates", Kind.UPDATE):
            own = replace(step, id=f"task/{step.id}", kind=Kind.TASK, uses=(step.id,))
            yield Task("update", own, step.id, ("update",))


def _task(part: str, step: Step, kind: tuple[str, ...], formula: Expression) -> Task:
    own = Step(
        f"task/{step.id}", Kind.TASK, Rule.SUBSTITUTE, chain(step.subject, formula),
        uses=(step.id,), assumes=step.assumes, about=step.about,
    )  # fmt: skip
    return Task(part, own, step.id, kind)
