"""The code of a backward pass with right-hand sides left blank."""

from __future__ import annotations

import re
from collections.abc import Callable

from derive.compute.backends.printer import ATOM, POWERED
from derive.compute.backends.python import PythonPrinter
from derive.compute.identifiers import Identifiers
from derive.compute.program import gradient
from derive.compute.source import RESERVED
from derive.derivation.check import CheckFailed
from derive.derivation.graph import E
from derive.document.blocks import Code
from derive.expression.nodes import (
    Apply,
    Expression,
    Partial,
    Power,
    Quantity,
    rewrite,
    substitute,
)
from derive.worksheets.answers import FormulaAnswer
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.questions.draft import Draft
from derive.worksheets.questions.formulas import recognised
from derive.worksheets.questions.ground import Ground
from derive.worksheets.questions.question import Question
from derive.worksheets.recipe import Ask

_BLANK = "________________"
_COLUMNS = 76


class _Plain(PythonPrinter):
    """Python as it is taught: x**4, and the formula of a function that Python does not know."""

    def power(self, e: Power) -> tuple[str, int]:
        return f"{self.inside(e.base, ATOM)}**{self.inside(e.exponent, ATOM)}", POWERED

    def apply(self, e: Apply) -> tuple[str, int]:
        if e.function.definition is None:
            return super().apply(e)
        values: dict[Expression, Expression] = dict(
            zip(e.function.parameters, e.arguments, strict=True)
        )
        return self.parts(substitute(e.function.definition, values))


def code(ground: Ground, ask: Ask, letter: str) -> Question:
    """δ and ∂E/∂w as assignments, some of them blank."""
    draft, exercise = Draft(ground, ask, letter), ground.exercise
    identifiers = Identifiers(ground.names, RESERVED)
    printer = _Plain(identifiers)
    tasks = [task for task in exercise.tasks if task.kind[0] in ("delta", "gradient")]
    chosen = ground.deal(ground.fresh(tasks), ask.count or 4, ask.difficulty)
    # What is asked elsewhere is not printed here either.
    asked = {task.source for task in tasks if task in chosen or task.step.subject in ground.asked}
    ground.told |= {task.step.subject for task in tasks if task.source not in asked}
    ground.asked |= {task.step.subject for task in tasks if task.source in asked}
    shown: dict[bool, list[str]] = {False: [], True: []}
    for task in tasks:
        formula = written_out(task, exercise)
        if not exercise.truth.same(task.step.subject, formula, task.step.assumes):
            raise CheckFailed(task.source, "is another formula in code")
        left, right = identifiers(_target(task)), printer(formula)
        if task.source in asked:
            label = draft.label()
            draft.answers.append(
                FormulaAnswer(label, task.step.subject, formula, task.source,
                              task.step.assumes, recognised(task, exercise))
            )  # fmt: skip
            shown[False].append(f"{left} = {_BLANK}  # ({label})")
            shown[True] += _statement(left, right, f"  # ({label})")
        else:
            for lines in shown.values():
                lines += _statement(left, right)
    draft.begin()
    draft.each(lambda filled: Code(tuple(shown[filled])))
    return draft.question()


def _statement(left: str, right: str, comment: str = "") -> list[str]:
    """An assignment, in brackets over several lines where one would be too long."""
    line = f"{left} = {right}{comment}"
    if len(line) <= _COLUMNS:
        return [line]
    lines = [f"{left} = ({comment}"]
    for sign in (r" (?=[+-] )", r"(?<!\*)(?=\*[^*])"):  # before a term, else before a factor
        pieces = _outside(right, sign)
        if len(pieces) > 1:
            break
    for piece in pieces:
        if len(lines) == 1 or len(lines[-1]) + 1 + len(piece) > _COLUMNS:
            lines.append(f"    {piece}")
        else:
            lines[-1] += f" {piece}" if piece[0] in "+-" else piece
    return [*lines, ")"]


def _outside(formula: str, pattern: str) -> list[str]:
    """The parts between the matches of a pattern that stand in no bracket."""
    parts, start = [], 0
    for found in re.finditer(pattern, formula):
        before = formula[: found.start()]
        if before.count("(") == before.count(")"):
            parts.append(formula[start : found.start()])
            start = found.end()
    return [*parts, formula[start:]]


def _target(task: Task) -> Quantity:
    subject = task.step.subject
    if isinstance(subject, Quantity):
        return subject
    assert isinstance(subject, Partial) and subject.of == E
    return gradient(subject.by)


def written_out(task: Task, exercise: Exercise) -> Expression:
    """A task's formula with the formulas of derivatives in their places."""

    def opened(node: Expression) -> Expression:
        if isinstance(node, Partial) and node in exercise.formulas:
            return rewrite(exercise.formulas[node], opened)
        return node

    return rewrite(task.formula, opened)


MAKERS: dict[str, Callable[..., Question]] = {"code": code}
