"""Questions answered by formulas: a derivative in symbols, the blanks of a derivation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from derive.derivation.calculus.cancellation import cancels
from derive.derivation.check import CheckFailed
from derive.derivation.steps import Kind, Relation, Rule, Step, chain
from derive.expression.constructors import ONE, total
from derive.expression.functions import EXP
from derive.expression.nodes import (
    PRE_ACTIVATION,
    Address,
    Apply,
    Cases,
    Expression,
    Negative,
    Number,
    Partial,
    Power,
    Quantity,
    Sum,
)
from derive.expression.rewriting import rewrite
from derive.graph import E
from derive.worksheets.answers import FormulaAnswer
from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.misconceptions import EARLY_ROUNDING, Slip, formula_slips, steering_slips
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.draft import Draft
from derive.worksheets.questions.patterns import is_one_name
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.recipe import Ask, DoesNotFit

_LARGEST = 9  # nodes of what a blank hides
_NOT_YET = frozenset({Rule.ADD_ZERO, Rule.EXPAND})  # rules whose lines the first edition skipped
_Drawn = TypeVar("_Drawn")
_SHARE = {"easy": 3, "normal": 2, "hard": 1}  # every how manieth line has a blank


def wrong_formulas(task: Task, exercise: Exercise) -> tuple[tuple[str, Expression], ...]:
    """What misconceptions make of a task's formula, where that is not equal to it after all: wrong
    lines and choices are made of it."""
    slips = steering_slips(task, exercise)
    return _unlike(task, exercise, (s for s in slips if s.misconception.id != EARLY_ROUNDING))


def recognised(task: Task, exercise: Exercise) -> tuple[tuple[str, Expression], ...]:
    """What misconceptions make of a formula that a student writes."""
    return _unlike(task, exercise, formula_slips(task, exercise))


def _unlike(
    task: Task, exercise: Exercise, slips: Iterable[Slip]
) -> tuple[tuple[str, Expression], ...]:  # fmt: skip
    return tuple(
        (slip.misconception.id, slip.formula) for slip in slips
        if not exercise.equality.same(slip.formula, task.formula, task.step.assumes)
    )  # fmt: skip


def symbolic(ground: Ground, ask: Ask, letter: str) -> Question:
    """δ and ∂E/∂w as formulas."""
    draft, exercise = Draft(ground, ask, letter), ground.exercise
    draft.begin(loss=E)
    pool = [task for task in exercise.tasks if task.part == "gradient"
            or task.kind[0] == "delta"]  # fmt: skip
    for task in ground.deal(ground.fresh(pool), ask.count or 3, ask.difficulty):
        subject, assumes = task.step.subject, task.step.assumes
        if not exercise.equality.same(subject, task.formula, assumes):
            raise CheckFailed(task.source, "its formula is another than its subject")
        draft.formula(subject, task.formula, task.source, assumes, recognised(task, exercise))
    return draft.question()


def blanks(ground: Ground, ask: Ask, letter: str) -> Question:
    """Steps of the backward pass with a blank in each of their members."""
    draft = Draft(ground, ask, letter)
    pool = [
        step for step in ground.exercise.derivation.walk()
        if step.kind in (Kind.DELTA, Kind.GRADIENT)
        and ground.ledger.may_ask_for(step.subject, step.result)
        and any(
            next(hidable(relation.expression, ground.exercise, step.assumes), None)
            for relation in step.relations[2:]
        )
    ]  # fmt: skip
    draft.begin()
    hidden: set[Expression] = set()
    if not ground.is_first:
        pool = _one_of_each(ground, pool)
    for step in _steps(ground, pool, ask, 3):
        _blanked(draft, step.relations, step, 2, 1, hidden)
    return _with_blanks(draft)


def _one_of_each(ground: Ground, pool: Sequence[Step]) -> list[Step]:
    """Of steps that are alike up to their indices one: each would show what the other hides."""
    shuffled = ground.chance.sample(pool, len(pool))
    by_pattern = {ground.ledger.pattern(step.result): step for step in shuffled}
    mine = ground.ledger.shared(by_pattern, ground.chance)
    representatives = [step for alike, step in by_pattern.items() if alike in mine]
    return [step for step in pool if step in representatives]


def derivation(ground: Ground, ask: Ask, letter: str) -> Question:
    """A formula derived line by line, with blanks: f′, the δ of an output, the recursion."""
    draft = Draft(ground, ask, letter)
    draft.begin()
    hidden: set[Expression] = set()
    for step, lines in _steps(ground, list(_derivations(ground)), ask, 1):
        _blanked(draft, chain(*lines), step, 2, _SHARE[ask.difficulty], hidden)
    return _with_blanks(draft)


def _with_blanks(draft: Draft) -> Question:
    if not draft.answers:
        raise DoesNotFit("nothing in the derivation can be left blank")
    return draft.question()


def _steps(ground: Ground, pool: list[_Drawn], ask: Ask, usual: int) -> list[_Drawn]:
    """As many of the pool as are asked for: the first, the last, or some from everywhere."""
    most = min(ask.count or usual, len(pool))
    if ask.difficulty == "easy":
        return pool[:most]
    if ask.difficulty == "hard":
        return pool[-most:]
    return [pool[i] for i in sorted(ground.chance.sample(range(len(pool)), most))]


def _derivations(ground: Ground) -> Iterator[tuple[Step, tuple[Expression, ...]]]:
    """Steps with all their lines, the easier first."""
    steps = {step.id: step for step in ground.exercise.derivation.walk()}
    for layer in ground.exercise.structure.layers:
        function = layer.activation.function
        lemma = steps.get(f"lemma/{function.name}") if function is not None else None
        if lemma is not None and len(lemma.substeps) > 1 and function is not None:
            z = Quantity(PRE_ACTIVATION, layer.index)
            x = function.parameters[0]
            lines = _lines(ground, lemma.substeps, lemma.result)
            yield lemma, tuple(_about(line, x, z) for line in lines)
            del steps[lemma.id]  # once, even where several layers have it
    last = len(ground.exercise.structure.layers)
    deltas = {s.about[0]: s for s in steps.values() if s.kind is Kind.DELTA}
    output = deltas.get(Quantity(PRE_ACTIVATION, last))
    simpler = cancels(output) if output is not None else ()
    if output is not None and simpler:
        yield simpler[-1], (output.subject, *_lines(ground, simpler, simpler[-1].result))
    for layer_index in range(last - 1, 0, -1):
        step = deltas.get(Quantity(PRE_ACTIVATION, layer_index))
        if step is None:  # nothing is trained so far back
            return
        yield step, tuple(relation.expression for relation in step.relations)


def _lines(
    ground: Ground, steps: Sequence[Step], result: Expression
) -> tuple[Expression, ...]:  # fmt: skip
    """What the steps of a derivation begin with and end in; on a sheet of the first edition
    without the lines that were not written then."""
    before = (None, *(step.rule for step in steps))
    skipped = _NOT_YET if ground.is_first else frozenset()
    written = (step for rule, step in zip(before, steps, strict=False) if rule not in skipped)
    return (*(step.subject for step in written), result)


def _about(line: Expression, x: Quantity, z: Quantity) -> Expression:
    """A line about f(x), said of a unit of the network."""
    return rewrite(line, lambda node: z if node == x else node)


def _blanked(
    draft: Draft, relations: Sequence[Relation], step: Step, first: int, every: int,
    hidden: set[Expression],
) -> None:  # fmt: skip
    """A chain with at most one blank in each member: what the rest of it leaves no doubt of.

    hidden  what blanks hide already: no two hide the same
    """
    ground, members = draft.ground, [relation.expression for relation in relations]
    ledger = ground.ledger
    if not (ground.is_first or ledger.may_tell(step.subject, *members[1:])):
        return
    blanks: list[tuple[str, int, Address]] = []
    for place in range(first, len(members), every):
        addresses = [
            address
            for address in hidable(members[place], ground.exercise, step.assumes)
            if members[place].at(address) not in hidden
        ]
        if not ground.is_first:
            addresses = _worth_hiding(ground, members, place, addresses)
        if addresses:
            address = ground.chance.choice(addresses)
            blanks.append((draft.label(), place, address))
            hidden.add(members[place].at(address))
            draft.answers.append(
                FormulaAnswer(
                    blanks[-1][0], step.subject, members[place].at(address), step.id, step.assumes
                )
            )
    if blanks:
        draft.chain(relations, blanks)
        draft.assuming(step.assumes)
        blank = [members[place].at(address) for _, place, address in blanks]
        composite = [] if ground.is_first else [e for e in blank if not is_one_name(e)]
        ledger.ask_for(step.subject, *(members[place] for _, place, _ in blanks), *composite)
        if not ground.is_first:
            ledger.tell(step.subject, *members[1:])


def _worth_hiding(
    ground: Ground, members: Sequence[Expression], place: int, addresses: Sequence[Address]
) -> list[Address]:
    """Where the sheet does not say what is hidden; rather what no other member shows as it is."""
    there = {node for i, member in enumerate(members) if i != place for node in member.walk()}
    hidden = {address: members[place].at(address) for address in addresses}
    unreadable = [
        address for address in addresses
        if not ground.ledger.is_readable(members[place], address)
    ]  # fmt: skip
    return [address for address in unreadable if hidden[address] not in there] or unreadable


def hidable(
    member: Expression, exercise: Exercise, assumes: tuple[str, ...] = ()
) -> Iterator[Address]:
    """Where something can be left blank: small, on the line, and its value matters."""
    closed: tuple[Address, ...] = ()
    for address, node in member.addresses():
        if any(address[: len(outer)] == outer for outer in closed):
            continue
        if isinstance(node, (Partial, Cases)) or (isinstance(node, Apply) and node.function is EXP):
            closed = (*closed, address)
        if isinstance(node, Power):
            closed = (*closed, (*address, 1))
        if not address or isinstance(node, (Number, Cases, Negative)):
            continue
        size = sum(1 for _ in node.walk())
        if size <= _LARGEST and _matters(member, address, exercise, assumes):
            yield address


def _matters(
    member: Expression, address: Address, exercise: Exercise, assumes: tuple[str, ...]
) -> bool:
    changed = member.replace_at(address, total(member.at(address), ONE))
    if isinstance(member.at(address), Sum):
        changed = member.replace_at(address, Sum((*member.at(address).children, ONE)))
    return not exercise.equality.same(member, changed, assumes)


MAKERS: dict[str, Callable[..., Question]] = {
    "symbolic": symbolic, "blanks": blanks, "derivation": derivation,
}  # fmt: skip
