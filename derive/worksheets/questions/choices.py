"""Questions answered by a letter: which formula belongs to which weight, where the mistake is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from derive.derivation.check import CheckFailed
from derive.derivation.check.equalities import Equalities
from derive.derivation.graph import E
from derive.derivation.steps import Step, chain
from derive.document.blocks import Choices, Inline
from derive.expression.nodes import Comparison, Expression
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.misconceptions import MISCONCEPTIONS
from derive.worksheets.questions.draft import Draft, Option
from derive.worksheets.questions.formulas import recognised, wrong_formulas
from derive.worksheets.questions.ground import Ground
from derive.worksheets.questions.question import Question
from derive.worksheets.recipe import Ask, DoesNotFit

_LINES = {"easy": 4, "normal": 6, "hard": 8}
_FEWEST = 3
_MOST_MATCHED = 6


def match(ground: Ground, ask: Ask, letter: str) -> Question:
    """Which formula is the derivative by which parameter; one formula belongs to none."""
    draft, exercise = Draft(ground, ask, letter), ground.exercise
    pool = [task for task in exercise.tasks if task.part == "gradient"]
    most = min(ask.count or 4, _MOST_MATCHED)
    asked: list[Task] = []
    for task in ground.deal(ground.fresh(pool), most, ask.difficulty):
        # Where units are inactive, another formula may give the same: then one of them is asked.
        if not any(exercise.truth.same(task.step.subject, other.formula) for other in asked):
            asked.append(task)
    ground.told |= {task.step.subject for task in asked}
    options: list[tuple[Expression, str]] = [(task.formula, "") for task in asked]
    options += _others(ground, asked)
    ground.chance.shuffle(options)
    draft.begin(loss=E)
    draft.both(Choices(tuple((formula,) for formula, _ in options)))
    for task in asked:
        places = [i for i, (formula, _) in enumerate(options)
                  if exercise.truth.same(task.step.subject, formula)]  # fmt: skip
        if len(places) != 1 or options[places[0]][0] != task.formula:
            raise CheckFailed(task.source, "is matched by another formula too")
        named = {formula: slip for slip, formula in wrong_formulas(task, exercise)}
        slips = [named.get(formula, "") for formula, _ in options]
        prompt = ground.words("worksheet-match-one", derivative=task.step.subject)
        draft.pick(prompt, slips, places[0], task.source)
    return draft.question()


def _others(ground: Ground, asked: Sequence[Task]) -> Iterator[tuple[Expression, str]]:
    """A formula that a misconception leads to, and that is right for no task asked about."""
    truth = ground.exercise.truth
    found = [
        (formula, slip) for task in asked for slip, formula in wrong_formulas(task, ground.exercise)
        if not any(truth.same(formula, other.formula) for other in asked)
    ]  # fmt: skip
    if found:
        yield ground.chance.choice(found)


def planted(task: Task, misconception: str, formula: Expression) -> Step:
    """The step of a task with a slip in it: the check must fail there and nowhere else."""
    return replace(
        task.step, id=f"planted/{task.source}", relations=chain(task.step.subject, formula),
        planted=misconception,
    )  # fmt: skip


def mistake(ground: Ground, ask: Ask, letter: str) -> Question:
    """A derivation with one slip in it: which line, and what it should be."""
    draft, exercise = Draft(ground, ask, letter), ground.exercise
    draft.begin()
    for number in range(ask.count or 1):
        if number:
            draft.say("mistake-again")
        tasks, place, slip, formula = _planted(ground, ask)
        task = tasks[place]
        steps = [t.step for t in tasks]
        steps[place] = planted(task, slip, formula)
        check_planted(exercise, steps)
        options: list[Option] = [
            (_line(step), step.planted or "") for step in steps
        ]  # fmt: skip
        draft.choose(ground.words("worksheet-mistake-which"), options, place, task.source)
        draft.say("mistake-right")
        draft.formula(
            task.step.subject, task.formula, task.source, task.step.assumes,
            recognised(task, exercise), whole=True,
        )  # fmt: skip
        ground.told |= {other.step.subject for other in tasks}
        draft.key_only(ground.say("mistake-why", slip=MISCONCEPTIONS[slip].title))
    return draft.question()


def _line(step: Step) -> Inline:
    return (Comparison(step.subject, "==", step.result),)


def _planted(ground: Ground, ask: Ask) -> tuple[list[Task], int, str, Expression]:
    """Lines in a row, which of them is wrong, the misconception, its formula.

    No other question of the sheet shows the wrong line as it should be, nor does a right line
    answer another question. A misconception comes again only where no other fits any lines.
    """
    exercise = ground.exercise
    tasks = [
        t for t in exercise.tasks
        if t.part in ("local", "delta", "gradient") and t.step.subject not in ground.asked
    ]  # fmt: skip
    fresh = {task.source for task in ground.fresh(tasks)}
    most = min(_LINES[ask.difficulty], len(tasks))
    if most < _FEWEST:
        raise DoesNotFit("the other questions say it all")
    starts = list(range(len(tasks) - most + 1))
    ground.chance.shuffle(starts)
    for known in (ground.planted, set[str]()):
        for start in starts:
            window = tasks[start : start + most]
            wrong: dict[str, list[tuple[int, Expression]]] = {}
            for place, task in enumerate(window):
                if task.source not in fresh:
                    continue
                for slip, formula in wrong_formulas(task, exercise):
                    wrong.setdefault(slip, []).append((place, formula))
            if new := sorted(set(wrong) - known):
                slip = ground.chance.choice(new)
                ground.planted.add(slip)
                place, formula = ground.chance.choice(wrong[slip])
                return window, place, slip, formula
    raise DoesNotFit("no known mistake fits a line of the derivation")


def check_planted(exercise: Exercise, steps: Sequence[Step]) -> None:
    """Compare every step with the trace. Raises CheckFailed unless exactly the planted fails."""
    for step in steps:
        equalities = Equalities(exercise.derivation)
        failed = False
        for point in exercise.truth.points(step.assumes):
            try:
                equalities.compare([step], point)
            except CheckFailed:
                failed = True
        if failed != (step.planted is not None):
            raise CheckFailed(step.id, "is right" if step.planted else "is wrong unasked")


MAKERS: dict[str, Callable[..., Question]] = {"match": match, "mistake": mistake}
