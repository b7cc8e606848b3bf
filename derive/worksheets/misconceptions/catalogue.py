"""The catalogue: a row per misconception, each a transformation of a task's formula.

Ids are stable: bundles, marks and reports name them. A row yields nothing for a task in which it
cannot happen. What a teacher or student reads about one is a macro of the wording,
``misconception_<id>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from derive.expression.nodes import DELTA, Expression, quantities
from derive.expression.rewriting import substitute
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.misconceptions import backward, confusions, forward, indices, updates

EARLY_ROUNDING = "early-rounding"
Transformation = Callable[[Task, Exercise], Iterator[Expression]]


def _never(task: Task, exercise: Exercise) -> Iterator[Expression]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Misconception:
    """A row of the catalogue.

    id        stable, such as "missing-path"
    title     what goes wrong, in a few words
    wrong     the formulas that a task is worked out from instead, one for each way to slip, by
              which variants are chosen, mistakes planted and choices made
    also      further ways, which are recognised; a bundle's sheets are made again by ``wrong``, so
              that a way added there would change sheets that are handed out already
    fewer     decimals that the numbers put in lose first
    """

    id: str
    title: str
    wrong: Transformation = _never
    also: Transformation = _never
    fewer: int = 0

    def ways(self, task: Task, exercise: Exercise) -> Iterator[Expression]:
        """All formulas that it leads to."""
        yield from self.wrong(task, exercise)
        yield from self.also(task, exercise)


@dataclass(frozen=True, slots=True)
class Slip:
    """One misconception on one task: the formula it leads to."""

    misconception: Misconception
    formula: Expression


def _as_it_is(task: Task, exercise: Exercise) -> Iterator[Expression]:
    if task.part != "update":
        yield task.formula


_ROWS = (
    Misconception("sign", "a wrong sign, as in target minus output", backward.sign,
                  also=backward.sign_further_back),
    Misconception("no-target", "the target left out", also=confusions.no_target),
    Misconception("derivative-kept", "f′ of the output included, which the loss cancels",
                  also=confusions.slope_kept),
    Misconception("no-derivative", "f′ left out", backward.no_derivative),
    Misconception("derivative-twice", "f′ included twice", backward.derivative_twice),
    Misconception("derivative-place", "f′ taken at the wrong place", backward.derivative_place),
    Misconception("other-derivative", "the derivative of another function",
                  also=confusions.other_slope),
    Misconception("missing-path", "a path left out", backward.missing_path),
    Misconception("early-update", "updated weights used too early", backward.early_update),
    Misconception("softmax-diagonal", "softmax's other outputs left out", backward.diagonal),
    Misconception("lost-factor", "½, 2 or 1/n lost", forward.lost_factor,
                  also=forward.factor_of_derivative),
    Misconception("other-activation", "another activation function",
                  also=confusions.other_activation),
    Misconception("squared-error", "the squared error in place of the cross-entropy",
                  also=confusions.squared_error),
    Misconception("log-base", "a logarithm to another base", forward.log_base),
    Misconception("softmax-no-exp", "softmax without exponentials", forward.no_exponentials),
    Misconception("cross-entropy-sign", "the sign of the second term", forward.second_term),
    Misconception("swapped-classes", "y and 1 − y swapped", also=confusions.swapped_classes),
    Misconception("no-bias", "the bias left out", forward.no_bias),
    Misconception("bias-gradient", "0 or 1 as the derivative with respect to a bias",
                  also=confusions.bias_gradient),
    Misconception("sum-for-activation", "the weighted sum in place of the activation",
                  also=confusions.sum_for_activation),
    Misconception("weight-for-activation", "the weight in place of the activation",
                  also=confusions.weight_for_activation),
    Misconception("transposed", "the weight matrix transposed", indices.transposed,
                  also=confusions.other_row),
    Misconception("lost-minus", "a minus lost", also=backward.lost_minus),
    Misconception("wrong-index", "another unit's value", indices.wrong_index),
    Misconception("update-sign", "a step up instead of down", updates.uphill),
    Misconception("rate-twice", "the learning rate used twice", updates.rate_twice),
    Misconception("no-rate", "the learning rate left out", updates.no_rate),
    Misconception(EARLY_ROUNDING, "rounded too early", _as_it_is, fewer=2),
)  # fmt: skip

MISCONCEPTIONS = {row.id: row for row in _ROWS}


def slips(task: Task, exercise: Exercise) -> Sequence[Slip]:
    """Everything that can go wrong in a task, the likelier first, no formula twice."""
    return _kept("slips", task, exercise, lambda row: row.ways(task, exercise))


def steering_slips(task: Task, exercise: Exercise) -> Sequence[Slip]:
    """Those by which the numbers of a sheet are chosen and its wrong lines and choices made."""
    return _kept("steering", task, exercise, lambda row: row.wrong(task, exercise))


def formula_slips(task: Task, exercise: Exercise) -> Sequence[Slip]:
    """Everything that can go wrong in a formula, where the δ in it may be written out too."""
    by_subject = {other.step.subject: other for other in exercise.tasks if other.part == "delta"}

    def ways(row: Misconception) -> Iterator[Expression]:
        if row.id != EARLY_ROUNDING:
            yield from written_out(task, row, exercise, by_subject)

    return _kept("formulas", task, exercise, ways)


def written_out(
    task: Task, row: Misconception, exercise: Exercise, deltas: dict[Expression, Task]
) -> Iterator[Expression]:
    """e.g. no-derivative in ∂E/∂W5 = δ_o1·a_h1 → (∂E1/∂a_o1)·a_h1: made where δ was worked out

    deltas  subject → task; of several δ in one formula the slip is made in all of them
    """
    yield from row.ways(task, exercise)
    inside = [q for q in quantities(task.formula) if q.kind == DELTA and q in deltas]
    slipped = [tuple(written_out(deltas[q], row, exercise, deltas)) for q in inside]
    for formulas in zip(*slipped, strict=False):
        yield substitute(task.formula, dict(zip(inside, formulas, strict=True)))


def _kept(
    which: str, task: Task, exercise: Exercise,
    ways: Callable[[Misconception], Iterator[Expression]],
) -> Sequence[Slip]:  # fmt: skip
    """The slips in a task, worked out once for all students of an exercise."""
    cached = exercise.slips.get((which, task.source))
    if cached is None or cached[0] is not task:
        cached = task, tuple(_distinct(task, ways))
        exercise.slips[which, task.source] = cached
    return cached[1]


def _distinct(task: Task, ways: Callable[[Misconception], Iterator[Expression]]) -> Iterator[Slip]:
    seen = {(task.formula, 0)}
    for row in _ROWS:
        for formula in ways(row):
            if (formula, row.fewer) not in seen:
                seen.add((formula, row.fewer))
                yield Slip(row, formula)
