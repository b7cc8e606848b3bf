"""Questions that are worked out line by line: forward pass, derivatives, deltas, updates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from derive.derivation.delta_sign import meaning
from derive.derivation.numbers.chains import Atom, atoms
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import (
    Block,
    Equation,
    Equations,
    Inline,
    Paragraph,
    Space,
    Table,
    Together,
)
from derive.document.wording import Value, in_macros
from derive.expression.nodes import (
    LOSS,
    LOSS_TERM,
    Comparison,
    Expression,
    Partial,
    Quantity,
)
from derive.graph import RATE, E
from derive.worksheets.exercise import Task
from derive.worksheets.items import Item, items
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.ledger import ASKS, PRINTS, Thing
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.recipe import Ask, DoesNotFit

_COLUMNS = 8  # given results in a row of a table
_DERIVED = ("local", "delta", "gradient")  # parts whose formulas are not given


def lines(ground: Ground, ask: Ask, letter: str) -> Question:
    """The lines of a kind, and those they rest on: worked out first, or printed."""
    return of_tasks(ground, ask, letter, _chosen(ground, ask), ask.given)


def of_tasks(
    ground: Ground, ask: Ask, letter: str, tasks: list[Task], are_given: bool, **values: Value
) -> Question:
    """Lines of some tasks; what they rest on is printed, or worked out with them."""
    if not tasks:
        raise DoesNotFit("there is none in this network")
    ledger = ground.ledger
    tasks = [task for task in tasks if ground.is_first or _may_ask(ground, task)]
    if not tasks:
        raise DoesNotFit("the sheet gives the results already")
    givens: list[Task] = []
    if are_given:
        tasks, givens = _with_given(ground, tasks)
        before = ground.prerequisites(tasks)
    else:
        before = givens = [
            task for task in ground.prerequisites(tasks)
            if not (ground.is_first or _may_ask(ground, task))
        ]  # fmt: skip
        first = [task for task in ground.prerequisites(tasks) if task not in givens]
        tasks = _in_order(ground, [*first, *tasks])
    bare = _bare(ground, tasks)
    mine = items(tasks, ground.numbers, ledger.labels, ask.guided, bare)
    ledger.items += sorted(
        (*items(before, ground.numbers, count(1), guided=False), *mine),
        key=lambda item: ground.exercise.tasks.index(item.task),
    )  # fmt: skip
    for task in tasks:
        if task.step.subject not in bare and task.part in _DERIVED:
            ledger.tell(task.step.subject, task.formula)
    ledger.note(PRINTS, Thing.VALUE, [task.step.subject for task in givens])
    ledger.note(ASKS, Thing.VALUE, [t.step.subject for t in tasks if t.part != "update"])
    ledger.note(ASKS, Thing.NEW_VALUE, [t.step.about[0] for t in tasks if t.part == "update"])
    intro = tuple(_intro(ground, ask, tasks, givens, values, any(item.guided for item in mine)))
    answers = tuple(answer for item in mine for answer in item.answers)
    blank_lines = sum(bool(item.answers) for item in mine)
    return Question(
        letter, ask.kind, blank_lines if ask.points is None else ask.points,
        (*intro, *_with_room(mine, ask.space)),
        (*intro, Equations(tuple(Equation(item.in_key()) for item in mine))),
        answers, mine, ground.numbers, tuple(task.atom for task in givens),
    )  # fmt: skip


def _chosen(ground: Ground, ask: Ask) -> list[Task]:
    tasks = [task for task in ground.exercise.tasks if _is_of(task, ask.kind)]
    allowed = [task for task in tasks if _may_ask(ground, task)]
    if tasks and not allowed:
        raise DoesNotFit("the sheet gives the results already")
    tasks = allowed
    if not ground.is_first:
        tasks = _worth_asking(ground, tasks, ask.given)
    if ask.kind == "update":
        derived = [t for t in tasks if ground.ledger.is_known(Partial(E, t.step.about[0]))]
        return ground.choose(derived or tasks, ask.count, ask.difficulty)
    if ask.kind == "gradient":
        return ground.deal(tasks, ask.count, ask.difficulty)
    return ground.choose(tasks, ask.count, ask.difficulty)


def _is_of(task: Task, kind: str) -> bool:
    if kind == "loss":
        return task.kind[0] == "define" and task.kind[1] in (LOSS, LOSS_TERM)
    return task.part == kind


def _may_ask(ground: Ground, task: Task) -> bool:
    """Whether the result of a task is not to be read on the sheet."""
    if task.part == "update":
        return not ground.ledger.has(PRINTS, Thing.NEW_VALUE, task.step.about[0])
    if ground.is_first:
        return not ground.ledger.has(PRINTS, Thing.VALUE, task.step.subject)
    return ground.ledger.may_ask(task.step.subject)


def _worth_asking(ground: Ground, tasks: list[Task], are_given: bool) -> list[Task]:
    """Those that no question has asked for; where what they rest on is printed, those to which
    that is not the answer at once. All, where there are none such."""
    ledger = ground.ledger
    fresh = [task for task in tasks if not ledger.is_known(task.step.subject)] or tasks
    if are_given:
        results = {task.step.subject for task in ground.exercise.tasks if task.part != "update"}
        fresh = [
            task for task in fresh
            if not any(
                atom in results and not ledger.is_known(atom)
                for atom in set(atoms(task.formula)) & set(ledger.twins(task.step.subject))
            )
        ] or fresh  # fmt: skip
    return fresh


def _with_given(ground: Ground, tasks: list[Task]) -> tuple[list[Task], list[Task]]:
    """The lines to be asked, and what is printed for them: what they use.

    What is at once the result of one of them, or of one asked before, is not printed but asked as
    well.
    """
    while True:
        givens = [task for task in ground.prerequisites(tasks) if _is_used(task, tasks)]
        if ground.is_first:
            return tasks, givens
        mine = {task.step.subject for task in tasks}
        telling = [
            task for task in givens
            if not ground.ledger.may_print(task.step.subject)
            or mine & set(ground.ledger.twins(task.step.subject))
        ]  # fmt: skip
        if not telling:
            return tasks, givens
        tasks = _in_order(ground, [*telling, *tasks])


def _bare(ground: Ground, tasks: Sequence[Task]) -> set[Expression]:
    """The subjects of lines whose formula is left out: another question asks for it, or will."""
    reserved = ground.ledger.reserved(tasks)
    return {
        task.step.subject for task in tasks
        if task.part in _DERIVED and (
            ground.ledger.pattern(task.formula) in reserved
            or not ground.ledger.may_tell(task.step.subject, task.formula)
        )
    }  # fmt: skip


def _is_used(task: Task, by: Sequence[Task]) -> bool:
    return any(task.step.subject in atoms(other.formula) for other in by)


def _in_order(ground: Ground, tasks: Sequence[Task]) -> list[Task]:
    sources = {task.source for task in tasks}
    return [task for task in ground.exercise.tasks if task.source in sources]


def _intro(
    ground: Ground, ask: Ask, tasks: Sequence[Task], givens: Sequence[Task],
    others: dict[str, Value], guided: bool,
) -> Iterator[Block]:  # fmt: skip
    """What is to be done, how many there are, a hint, what is given."""
    values = {**_values(ground, ask.kind), **others}
    yield from given_table(ground, [task.atom for task in givens])
    opening = ground.words(f"worksheet_{in_macros(ask.kind)}", **values)
    if guided and not ground.ledger.has(PRINTS, Thing.GUIDANCE, True):
        ground.ledger.note(PRINTS, Thing.GUIDANCE, [True])
        opening = (*opening, " ", *ground.words("worksheet_guided"))
    yield Paragraph(opening)
    every = sum(_is_of(task, ask.kind) for task in ground.exercise.tasks)
    mine = sum(_is_of(task, ask.kind) for task in tasks)
    if ask.kind == "gradient" and mine < every:
        yield ground.say("picked", asked=mine, count=every)
    rounding = ground.numbers.rounding
    if ask.kind == "update" and rounding.update_digits != rounding.digits:
        yield ground.say("update_digits", digits=rounding.update_digits)
    if ask.hints:
        yield Paragraph(ground.words(f"hint_{in_macros(ask.kind)}", **values), "remark")


def _values(ground: Ground, kind: str) -> dict[str, Value]:
    """What the sentence at the head of a question is filled with."""
    if kind == "delta":
        z = Quantity("pre-activation", len(ground.exercise.structure.layers))
        return {"example": Comparison(delta_of(z), "==", meaning(ground.exercise.structure, z))}
    return {"rate": RATE} if kind == "update" else {}


def given_table(ground: Ground, givens: Sequence[Atom]) -> Iterator[Block]:
    """Results that are printed, each in a column under its name."""
    caption = ground.words("worksheet_given") if givens else ()
    for start in range(0, len(givens), _COLUMNS):
        some = givens[start : start + _COLUMNS]
        header: tuple[Inline, ...] = tuple((atom,) for atom in some)
        row: tuple[Inline, ...] = tuple((ground.numbers.displayed(atom).number,) for atom in some)
        yield Table(header, (row,), "c" * len(some), caption)
        caption = ()


def _with_room(mine: Sequence[Item], space: int) -> Iterator[Block]:
    """The lines as the sheet has them, with space to write on."""
    for item in mine:
        line = Equation(item.on_sheet())
        room = item.answers and not item.guided and space
        yield Together((line, Space(space))) if room else line
