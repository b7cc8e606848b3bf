"""The code of a backward pass with right-hand sides left blank."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import Any

import sympy  # type: ignore[import-untyped]

from derive.algebra.convert import AsItStands
from derive.algebra.functions import Named, named
from derive.algebra.languages.ordered import ATOM, POWERED
from derive.algebra.languages.printers import Python
from derive.compute.programs.program import gradient
from derive.compute.sources.identifiers import Identifiers
from derive.compute.sources.source import RESERVED
from derive.derivation.check import CheckFailed
from derive.document.blocks import Code
from derive.expression.functions import SQRT, Function
from derive.expression.nodes import Expression, Partial, Quantity
from derive.expression.rewriting import rewrite
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


class _Plain(Python):
    """Python as it is taught: x**4, sqrt(2), and the formula of what Python does not know."""

    def __init__(self, identifiers: Identifiers) -> None:
        super().__init__()
        self.begin(in_order=True)
        self.convert = self.converter(lambda q: sympy.Symbol(identifiers(q)))

    def __call__(self, formula: Expression) -> str:
        return str(self._print(self.convert(formula)))

    def converter(self, symbol: Callable[[Quantity], Any]) -> AsItStands:
        return AsItStands(symbol, named, {"sqrt": named(SQRT)})

    def _print_Pow(self, e: Any, rational: bool = False) -> str:
        return f"{self.inside(e.base, ATOM)}**{self.inside(e.exp, ATOM)}"

    def strength(self, e: Any) -> int:
        if isinstance(e, Named) and e.function.definition:
            return self.strength(self.written_out(e.function)(*e.args))
        return POWERED if e.is_Pow else super().strength(e)

    def call(self, name: str, arguments: Any, function: Function | None = None) -> str:
        if function is None or function.definition is None:
            return super().call(name, arguments, function)
        return str(self._print(self.written_out(function)(*arguments)))

    def is_below(self, e: Any) -> bool:
        return bool(e.is_Pow and e.exp == -1)  # a quotient; x**(-3) is a power

    def is_constant(self, e: Any) -> bool:
        return False  # sqrt(2) is not worked out


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
    blank, omitted = _blank_and_omitted(
        ground, tasks, ground.deal(fresh, ask.count or 4, ask.difficulty)
    )
    for task in tasks:
        formulas = (task.formula, written_out(task, exercise))
        if task.source in blank:
            ledger.ask_for(task.step.subject, *formulas)
        elif task.source not in omitted:
            ledger.tell(task.step.subject, *formulas)
    listing = _Listing(ground)
    for task in tasks:
        formula = written_out(task, exercise)
        if not exercise.equality.same(task.step.subject, formula, task.step.assumes):
            raise CheckFailed(task.source, "is another formula in code")
        name, right = identifiers(_target(task)), printer(formula)
        if task.source in omitted:
            listing.omit(name, right)
        elif task.source in blank:
            label = draft.label()
            draft.answers.append(
                FormulaAnswer(label, task.step.subject, formula, task.source,
                              task.step.assumes, recognised(task, exercise))
            )  # fmt: skip
            listing.add(name, right, label)
        else:
            listing.add(name, right)
    draft.begin()
    draft.each(*listing.blocks())
    return draft.question()


class _Listing:
    """The lines of the code, as the sheet and as the key have them."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._sheet: list[str] = []
        self._key: list[str] = []
        self._omitted: list[str] = []  # names that the last lines assign to, if the sheet has none

    def add(self, name: str, right: str, label: str = "") -> None:
        """An assignment; with a label, its right-hand side is a blank."""
        self._say_omitted()
        comment = f"  # ({label})" if label else ""
        self._sheet += [f"{name} = {_BLANK}{comment}"] if label else _statement(name, right)
        self._key += _statement(name, right, comment)

    def omit(self, name: str, right: str) -> None:
        """An assignment that only the key has."""
        self._omitted.append(name)
        self._key += _statement(name, right)

    def blocks(self) -> tuple[Code, Code]:
        """All lines, of the sheet and of the key."""
        self._say_omitted()
        return Code(tuple(self._sheet)), Code(tuple(self._key))

    def _say_omitted(self) -> None:
        """A comment in place of lines that are omitted, over several where there are many."""
        if self._omitted:
            names = ", ".join(self._omitted)
            comment = self._ground.words.text("worksheet_code_left_out", names=names)
            self._sheet += [f"# {line}" for line in wrap(comment, _COLUMNS - 2)]
            self._omitted.clear()


def _blank_and_omitted(
    ground: Ground, tasks: Sequence[Task], mine: Sequence[Task]
) -> tuple[set[str], set[str]]:
    """The sources of the lines that are blank, and of those that are omitted: they are like a blank
    one up to its indices, or left to the questions to come. What is asked elsewhere is not printed
    either.

    mine  the tasks that are to be asked
    """
    ledger, exercise = ground.ledger, ground.exercise
    blank = {task.source for task in mine}
    if ground.is_first:
        others = (t for t in tasks if ledger.has(ASKS, Thing.FORMULA, t.step.subject))
        return blank | {task.source for task in others}, set()
    hidden = {ledger.pattern(task.formula) for task in mine}
    opened = {ledger.pattern(written_out(task, exercise)) for task in mine}
    reserved = ledger.kept_back(tasks, hidden, ground.chance)
    omitted: set[str] = set()
    for task in tasks:
        formulas = (task.formula, written_out(task, exercise))
        if task.source in blank:
            continue
        patterns = set(map(ledger.pattern, formulas))
        if patterns & (hidden | opened | reserved):
            omitted.add(task.source)
        elif ledger.may_tell(task.step.subject, *formulas):
            continue
        elif any(map(ledger.is_told, formulas)):  # by the wrong line that another asks to correct
            omitted.add(task.source)
        else:
            hidden.add(ledger.pattern(task.formula))
            blank.add(task.source)
    return blank, omitted


def _statement(name: str, right: str, comment: str = "") -> list[str]:
    """An assignment, in brackets over several lines where one would be too long."""
    line = f"{name} = {right}{comment}"
    if len(line) <= _COLUMNS:
        return [line]
    lines = [f"{name} = ({comment}"]
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
    for sign in re.finditer(pattern, formula):
        before = formula[: sign.start()]
        if before.count("(") == before.count(")"):
            parts.append(formula[start : sign.start()])
            start = sign.end()
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
