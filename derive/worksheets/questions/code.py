"""The code of a backward pass with right-hand sides left blank."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from textwrap import wrap

from derive.compute.backends.printer import ATOM, POWERED
from derive.compute.backends.python import PythonPrinter
from derive.compute.identifiers import Identifiers
from derive.compute.program import gradient
from derive.compute.source import RESERVED
from derive.derivation.check import CheckFailed
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
from derive.graph import E
from derive.worksheets.answers import FormulaAnswer
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.draft import Draft
from derive.worksheets.questions.formulas import recognised
from derive.worksheets.questions.ledger import ASKS, Thing
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.recipe import Ask, DoesNotFit

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
    draft, exercise, ledger = Draft(ground, ask, letter), ground.exercise, ground.ledger
    identifiers = Identifiers(ground.names, RESERVED)
    printer = _Plain(identifiers)
    tasks = [task for task in exercise.tasks if task.kind[0] in ("delta", "gradient")]
    fresh = [
        task for task in ground.fresh(tasks)
        if ground.is_first or ledger.may_ask_for(task.step.subject, written_out(task, exercise))
    ]  # fmt: skip
    if not fresh:
        raise DoesNotFit("the other questions say it all")
    chosen = ground.deal(fresh, ask.count or 4, ask.difficulty)
    asked, without = _asked(ground, tasks, chosen)
    for task in tasks:
        formulas = (task.formula, written_out(task, exercise))
        if task.source in asked:
            ledger.ask_for(task.step.subject, *formulas)
        elif task.source not in without:
            ledger.tell(task.step.subject, *formulas)
    shown: dict[bool, list[str]] = {False: [], True: []}
    left_out: list[str] = []
    for task in tasks:
        formula = written_out(task, exercise)
        if not exercise.equality.same(task.step.subject, formula, task.step.assumes):
            raise CheckFailed(task.source, "is another formula in code")
        left, right = identifiers(_target(task)), printer(formula)
        if task.source in without:
            left_out.append(left)
            shown[True] += _statement(left, right)
            continue
        shown[False] += _left_out(ground, left_out)
        left_out.clear()
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
    shown[False] += _left_out(ground, left_out)
    draft.begin()
    draft.each(lambda filled: Code(tuple(shown[filled])))
    return draft.question()


def _asked(
    ground: Ground, tasks: Sequence[Task], chosen: Sequence[Task]
) -> tuple[set[str], set[str]]:
    """The lines that are blank, and those that are left out: they are like a blank one up to its
    indices, or left to the questions to come. What is asked elsewhere is not printed either."""
    ledger, exercise = ground.ledger, ground.exercise
    asked = {task.source for task in chosen}
    if ground.is_first:
        others = (t for t in tasks if ledger.has(ASKS, Thing.FORMULA, t.step.subject))
        return asked | {task.source for task in others}, set()
    blank = {ledger.pattern(task.formula) for task in chosen}
    opened = {ledger.pattern(written_out(task, exercise)) for task in chosen}
    kept = ledger.kept_back(tasks, blank, ground.chance)
    without: set[str] = set()
    for task in tasks:
        formulas = (task.formula, written_out(task, exercise))
        if task.source in asked:
            continue
        named = set(map(ledger.pattern, formulas))
        if named & (blank | opened | kept):
            without.add(task.source)
        elif ledger.may_tell(task.step.subject, *formulas):
            continue
        elif any(map(ledger.is_told, formulas)):  # by the wrong line that another asks to correct
            without.add(task.source)
        else:
            blank.add(ledger.pattern(task.formula))
            asked.add(task.source)
    return asked, without


def _left_out(ground: Ground, names: Sequence[str]) -> list[str]:
    """A comment in place of lines that are left out, over several where there are many."""
    if not names:
        return []
    told = ground.words.text("worksheet_code_left_out", names=", ".join(names))
    return [f"# {line}" for line in wrap(told, _COLUMNS - 2)]


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
