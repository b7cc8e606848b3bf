"""Questions answered by a letter: which formula belongs to which weight, where the mistake is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from derive.derivation.check import CheckFailed
from derive.derivation.check.equalities import Equalities
from derive.derivation.steps import Step, chain
from derive.document.blocks import Choices, Inline
from derive.expression.nodes import LEARNING_RATE, Comparison, Expression, quantities
from derive.graph import E
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.misconceptions import MISCONCEPTIONS
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.draft import Draft, Option
from derive.worksheets.questions.formulas import recognised, wrong_formulas
from derive.worksheets.questions.ledger import ASKS, PRINTS, Thing
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.recipe import Ask, DoesNotFit

_LINES = {"easy": 4, "normal": 6, "hard": 8}
_FEWEST = 3
_MOST_MATCHED = 6


def match(ground: Ground, ask: Ask, letter: str) -> Question:
    """Which formula is the derivative by which parameter; one formula belongs to none."""
    draft, exercise = Draft(ground, ask, letter), ground.exercise
    pool = [task for task in exercise.tasks if task.part == "gradient"]
    most = min(ask.count or 4, _MOST_MATCHED)
    tasks: list[Task] = []
    for task in ground.deal(ground.fresh(pool), most, ask.difficulty):
        # Where units are inactive, another formula may give the same: then one of them is asked.
        if not any(exercise.equality.same(task.step.subject, other.formula) for other in tasks):
            tasks.append(task)
    options: list[tuple[Expression, str]] = [(task.formula, "") for task in tasks]
    options += _others(ground, tasks)
    for task in tasks:
        if not ground.is_first:
            ground.ledger.ask_for(task.step.subject, task.formula)
        ground.ledger.tell(task.step.subject, *(formula for formula, _ in options))
    ground.chance.shuffle(options)
    draft.begin(loss=E)
    draft.both(Choices(tuple((formula,) for formula, _ in options)))
    for task in tasks:
        places = [i for i, (formula, _) in enumerate(options)
                  if exercise.equality.same(task.step.subject, formula)]  # fmt: skip
        if len(places) != 1 or options[places[0]][0] != task.formula:
            raise CheckFailed(task.source, "is also matched by another formula")
        slip_of = {formula: slip for slip, formula in wrong_formulas(task, exercise)}
        slips = [slip_of.get(formula, "") for formula, _ in options]
        prompt = ground.words("worksheet_match_one", derivative=task.step.subject)
        draft.pick(prompt, slips, places[0], task.source)
    return draft.question()


def _others(ground: Ground, tasks: Sequence[Task]) -> Iterator[tuple[Expression, str]]:
    """A formula that a misconception leads to, and that is right for no task asked about."""
    truth = ground.exercise.equality
    candidates = [
        (formula, slip) for task in tasks for slip, formula in wrong_formulas(task, ground.exercise)
        if not any(truth.same(formula, other.formula) for other in tasks)
        and (ground.is_first or ground.ledger.may_tell(task.step.subject, formula))
    ]  # fmt: skip
    count = 1 if ground.is_first else max(1, _FEWEST - len(tasks))
    while candidates and count:
        one = ground.chance.choice(candidates)
        yield one
        candidates = [other for other in candidates if not truth.same(other[0], one[0])]
        count -= 1


def planted_step(task: Task, misconception: str, formula: Expression) -> Step:
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
            draft.say("mistake_again")
        draw = _in_a_row if ground.is_first else _lines_with_slip
        tasks, place, slip, formula = draw(ground, ask)
        task = tasks[place]
        steps = [t.step for t in tasks]
        steps[place] = planted_step(task, slip, formula)
        check_planted(exercise, steps)
        options: list[Option] = [
            (_line(step), step.planted or "") for step in steps
        ]  # fmt: skip
        draft.choose(ground.words("worksheet_mistake_which"), options, place, task.source)
        draft.say("mistake_right")
        draft.formula(
            task.step.subject, task.formula, task.source, task.step.assumes,
            recognised(task, exercise), whole=True,
        )  # fmt: skip
        for step in steps:
            ground.ledger.tell(step.subject, step.result)
        draft.key_only(ground.say("mistake_why", slip=MISCONCEPTIONS[slip].title))
    return draft.question()


def _line(step: Step) -> Inline:
    return (Comparison(step.subject, "==", step.result),)


def _lines_with_slip(ground: Ground, ask: Ask) -> tuple[list[Task], int, str, Expression]:
    """Lines in their order, which of them is wrong, the misconception, its formula.

    No other line, here or in another question, shows the wrong one as it should be, up to its
    indices: so it cannot be told by its shape. Nor has it a name that no other line has, such as
    the η of weights already updated. It is as likely to stand in one place as in another, as far as
    there are lines before and after it. A misconception comes again only where no other fits.
    """
    exercise, ledger = ground.exercise, ground.ledger
    every = [t for t in exercise.tasks if t.part in ("local", "delta", "gradient")]
    givens = [t for t in exercise.tasks if t.part == "forward" and t.is_asked]
    fitting: dict[str, list[tuple[Task, Expression]]] = {}
    for task in ground.fresh(every):
        for slip, formula in wrong_formulas(task, exercise):
            strange = any(q.kind == LEARNING_RATE for q in quantities(formula))
            if not strange and ledger.may_tell(task.step.subject, formula):
                fitting.setdefault(slip, []).append((task, formula))
    slips = ground.chance.sample(sorted(fitting), len(fitting))
    for slip in sorted(slips, key=lambda slip: ledger.has(PRINTS, Thing.SLIP, slip)):
        task, formula = ground.chance.choice(fitting[slip])
        others = _beside(ground, every, task)
        if len(others) < _FEWEST - 1:  # formulas of the forward pass are given, and right
            others = [*givens, *others]
        most = min(_LINES[ask.difficulty], len(others) + 1)
        if most < _FEWEST:
            continue
        ledger.note(PRINTS, Thing.SLIP, [slip])
        position = exercise.tasks.index(task)
        before = [other for other in others if exercise.tasks.index(other) < position]
        after = [other for other in others if other not in before]
        place = ground.chance.randint(max(0, most - 1 - len(after)), min(most - 1, len(before)))
        lines = [*before[len(before) - place :], task, *after[: most - 1 - place]]
        return lines, place, slip, formula
    raise DoesNotFit("no known mistake fits a line of the derivation")


def _beside(ground: Ground, every: Sequence[Task], wrong: Task) -> list[Task]:
    """The lines that may stand, as they should be, beside one with a mistake in it: they do not
    answer it, nor a question asked before, and leave something to those to come."""
    ledger = ground.ledger
    mine = ledger.pattern(wrong.formula)
    reserved = {mine, *ledger.kept_back(every, {mine}, ground.chance)}
    return [
        task for task in every
        if ledger.pattern(task.formula) not in reserved
        and ledger.may_tell(task.step.subject, task.formula)
        and mine not in ledger.told_by(task.step.subject, task.formula)
    ]  # fmt: skip


def _in_a_row(ground: Ground, ask: Ask) -> tuple[list[Task], int, str, Expression]:
    """What the first edition drew: lines that follow upon each other."""
    exercise, ledger = ground.exercise, ground.ledger
    tasks = [
        t for t in exercise.tasks
        if t.part in ("local", "delta", "gradient")
        and not ledger.has(ASKS, Thing.FORMULA, t.step.subject)
    ]  # fmt: skip
    fresh = {task.source for task in ground.fresh(tasks)}
    most = min(_LINES[ask.difficulty], len(tasks))
    if most < _FEWEST:
        raise DoesNotFit("the other questions say it all")
    starts = list(range(len(tasks) - most + 1))
    ground.chance.shuffle(starts)
    for earlier in (set(map(str, ledger.all(PRINTS, Thing.SLIP))), set[str]()):
        for start in starts:
            window = tasks[start : start + most]
            wrong: dict[str, list[tuple[int, Expression]]] = {}
            for place, task in enumerate(window):
                if task.source not in fresh:
                    continue
                for slip, formula in wrong_formulas(task, exercise):
                    wrong.setdefault(slip, []).append((place, formula))
            if new := sorted(set(wrong) - earlier):
                slip = ground.chance.choice(new)
                ledger.note(PRINTS, Thing.SLIP, [slip])
                place, formula = ground.chance.choice(wrong[slip])
                return window, place, slip, formula
    raise DoesNotFit("no known mistake fits a line of the derivation")


def check_planted(exercise: Exercise, steps: Sequence[Step]) -> None:
    """Compare every step with the trace. Raises CheckFailed unless exactly the planted fails."""
    for step in steps:
        equalities = Equalities(exercise.derivation)
        failed = False
        for point in exercise.equality.points(step.assumes):
            try:
                equalities.compare([step], point)
            except CheckFailed:
                failed = True
        if failed != (step.planted is not None):
            raise CheckFailed(step.id, "is right" if step.planted else "is wrong unasked")


MAKERS: dict[str, Callable[..., Question]] = {"match": match, "mistake": mistake}
