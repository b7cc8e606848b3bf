"""The catalogue: a row per misconception, each a transformation of a task's formula.

Ids are stable: bundles, marks and reports name them. A row yields nothing for a task that it
cannot befall. What a teacher or student reads about one is a wording file,
``misconception-<id>.txt``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from derive.expression.nodes import Expression
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.misconceptions import backward, forward, indices, updates

EARLY_ROUNDING = "early-rounding"
Transformation = Callable[[Task, Exercise], Iterator[Expression]]


@dataclass(frozen=True, slots=True)
class Misconception:
    """A row of the catalogue.

    id        stable, such as "missing-path"
    title     what goes wrong, in a few words
    wrong     the formulas that a task is worked out from instead, one for each way to slip
    fewer     decimals that the numbers put in lose first
    """

    id: str
    title: str
    wrong: Transformation
    fewer: int = 0


@dataclass(frozen=True, slots=True)
class Slip:
    """One misconception on one task: the formula it leads to."""

    misconception: Misconception
    formula: Expression


def _as_it_is(task: Task, exercise: Exercise) -> Iterator[Expression]:
    if task.part != "update":
        yield task.formula


_ROWS = (
    Misconception("sign", "a wrong sign, as in target minus output", backward.sign),
    Misconception("no-derivative", "f′ left out", backward.no_derivative),
    Misconception("derivative-twice", "f′ included twice", backward.derivative_twice),
    Misconception("derivative-place", "f′ taken at the wrong place", backward.derivative_place),
    Misconception("missing-path", "a path left out", backward.missing_path),
    Misconception("early-update", "updated weights used too early", backward.early_update),
    Misconception("softmax-diagonal", "softmax's other outputs left out", backward.diagonal),
    Misconception("lost-factor", "½ or 1/n lost", forward.lost_factor),
    Misconception("log-base", "a logarithm to another base", forward.log_base),
    Misconception("softmax-no-exp", "softmax without exponentials", forward.no_exponentials),
    Misconception("cross-entropy-sign", "the sign of the second term", forward.second_term),
    Misconception("no-bias", "the bias left out", forward.no_bias),
    Misconception("transposed", "the weight matrix transposed", indices.transposed),
    Misconception("wrong-index", "another unit's value", indices.wrong_index),
    Misconception("update-sign", "a step up instead of down", updates.uphill),
    Misconception("rate-twice", "the learning rate used twice", updates.rate_twice),
    Misconception("no-rate", "the learning rate left out", updates.no_rate),
    Misconception(EARLY_ROUNDING, "rounded too early", _as_it_is, fewer=2),
)

MISCONCEPTIONS = {row.id: row for row in _ROWS}


def slips(task: Task, exercise: Exercise) -> Iterator[Slip]:
    """Everything that can go wrong in a task, the likelier first, no formula twice."""
    seen = {(task.formula, 0)}
    for row in _ROWS:
        for formula in row.wrong(task, exercise):
            if (formula, row.fewer) not in seen:
                seen.add((formula, row.fewer))
                yield Slip(row, formula)
