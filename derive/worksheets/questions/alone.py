"""Questions about a part alone: a function at a point, a unit, a layer, the loss after a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from derive.derivation.calculus.differentiator import derivative
from derive.derivation.steps import Kind, Rule, Step, chain
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import Equation, Inline, Table
from derive.expression.functions import VALUE, Function
from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    PRE_ACTIVATION,
    Apply,
    Expression,
    Number,
    Quantity,
)
from derive.expression.rewriting import substitute
from derive.graph import E
from derive.network.values import exact
from derive.worksheets.exercise import FUNCTION, Task
from derive.worksheets.items import Item, items
from derive.worksheets.keycheck import check_key
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.draft import Draft
from derive.worksheets.questions.ledger import ASKS, PRINTS, Thing
from derive.worksheets.questions.lines import of_tasks
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.recipe import Ask, DoesNotFit
from derive.worksheets.variants.variant import givens_of, numbers_with

_TENTHS = (-20, 20)


def activation(ground: Ground, ask: Ask, letter: str) -> Question:
    """An activation, and its derivative, at points."""
    draft = Draft(ground, ask, letter)
    functions: dict[Function, None] = {}
    for layer in ground.exercise.structure.layers:
        if layer.activation.function is not None and layer.activation.name != "identity":
            functions[layer.activation.function] = None
    if not functions:
        raise DoesNotFit("no layer has an activation of one number")
    tasks = []
    places = [n for n in range(_TENTHS[0], _TENTHS[1] + 1) if n]
    tenths = ground.chance.sample(places, min(ask.count or 2, len(places)))
    for position, place in enumerate(tenths):
        f = list(functions)[position // 2 % len(functions)]
        tasks.append(_at(f, exact(Fraction(place, 10)), slope=position % 2 == 1))
    draft.begin()
    _put(draft, items(tasks, ground.numbers, ground.ledger.labels, guided=False))
    ground.ledger.items += draft.items
    return draft.question()


def _at(f: Function, x: Number, slope: bool) -> Task:
    """f(x) or f′(x) at a number."""
    (letter,) = f.parameters
    definition = f.definition
    if definition is None:  # tanh, sin and their like
        definition = Apply(f, (letter,))
    subject: Expression = Apply(f, (x,))
    if slope:
        if f.derivatives:
            definition = substitute(f.derivatives[0], {VALUE: Apply(f, (letter,))})
        else:
            definition = derivative(definition, letter)
        own = Function(f"{f.name}_prime", f"{f.latex}'", f"{f.text}′", (letter,), definition)
        subject = Apply(own, (x,))
    formula = substitute(definition, {letter: x})
    name = f"function/{f.name}{'-slope' if slope else ''}/{x.text or x.value}"
    step = Step(f"task/{name}", Kind.TASK, Rule.SUBSTITUTE, chain(subject, formula))
    return Task(FUNCTION, step, name, (FUNCTION,))


def _put(draft: Draft, mine: tuple[Item, ...]) -> None:
    """Lines with their blanks and room to write."""
    draft.items += mine
    draft.answers += [answer for item in mine for answer in item.answers]
    draft.numbers = draft.ground.numbers
    for item in mine:
        draft.each(Equation(item.on_sheet()), Equation(item.in_key()))
        if item.answers and not item.guided:
            draft.room()


def unit(ground: Ground, ask: Ask, letter: str) -> Question:
    """One unit alone: its δ and its gradients, what arrives from behind being given.

    Where the recipe asks for a saturated or a dead unit it is that one; in a further question
    the other, and after them a unit beside them, to compare.
    """
    graph = ground.graph
    fresh = next(_special(ground), None)
    if fresh is not None:
        ground.ledger.note(ASKS, Thing.UNIT, [fresh])
        return _part(ground, ask, letter, {fresh}, fresh)
    last = len(ground.exercise.structure.layers)
    pools = {"easy": range(last, last + 1), "hard": range(1, 2)}
    layers = pools.get(ask.difficulty, range(1, last + 1))
    units = [q for q in graph.definitions if q.kind == PRE_ACTIVATION and q.layer in layers]
    z = ground.chance.choice(units if ground.is_first else _with_work(ground, units))
    return _part(ground, ask, letter, {z}, z)


def _special(ground: Ground) -> Iterator[Quantity]:
    """The units that a recipe asks for, the last layer first: what arrives at an earlier one is
    then worked out and not printed. Then those beside them whose delta is not known yet."""
    special = sorted((one.pre_activation for one in ground.units), key=lambda z: -z.layer)
    beside = (
        z for one in special for z in ground.graph.definitions
        if (z.kind, z.layer) == (one.kind, one.layer) and z not in special
        and not ground.ledger.is_known(delta_of(z))
    )  # fmt: skip
    return (z for z in (*special, *beside) if not ground.ledger.has(ASKS, Thing.UNIT, z))


def _with_work(ground: Ground, units: list[Quantity]) -> list[Quantity]:
    """The units with something to be worked out: delta not known yet, and not 0, as that of a dead
    one is."""
    fresh = [z for z in units if not ground.ledger.is_known(delta_of(z))]
    moving = [z for z in fresh if ground.numbers.displayed(delta_of(z)).number.value]
    return moving or fresh or units


def layer(ground: Ground, ask: Ask, letter: str) -> Question:
    """One layer alone, what arrives from behind being given."""
    last = len(ground.exercise.structure.layers)
    index = {"easy": last, "hard": 1}.get(ask.difficulty) or ground.chance.randint(1, last)
    units = {q for q in ground.graph.definitions if q.kind == PRE_ACTIVATION and q.layer == index}
    return _part(ground, ask, letter, units, ground.layer_name(index))


def _part(
    ground: Ground, ask: Ask, letter: str, units: set[Quantity], part: Quantity | str
) -> Question:
    def is_of(task: Task) -> bool:
        about = task.step.about
        if task.part == "local":
            return about[0].kind == ACTIVATION and about[1] in units
        if task.kind[0] == "delta":
            return about[0] in units
        return task.part == "gradient" and any(z in units for z in about[1:])

    tasks = [task for task in ground.exercise.tasks if is_of(task)]
    return of_tasks(ground, ask, letter, tasks, True, part=part)


def new_loss(ground: Ground, ask: Ask, letter: str) -> Question:
    """The forward pass once more, with the new values of the parameters."""
    draft, exercise, numbers = Draft(ground, ask, letter), ground.exercise, ground.numbers
    updated = [w for w in ground.ledger.all(ASKS, Thing.NEW_VALUE) if isinstance(w, Quantity)]
    after_updates = bool(updated)
    parameters = updated or sorted(
        exercise.structure.parameters(), key=lambda w: (w.layer, w.kind == BIAS, w.unit, w.source)
    )
    givens = givens_of(numbers)
    digits = numbers.rounding.update_digits
    for task in exercise.tasks:
        if task.part == "update" and task.step.about[0] in parameters:
            givens[task.step.about[0]] = numbers.work_out(task.formula, digits).result.number
    after = numbers_with(exercise, givens, numbers.rounding)
    if not after_updates:
        ground.ledger.note(PRINTS, Thing.NEW_VALUE, parameters)
        for start in range(0, len(parameters), 8):
            some = parameters[start : start + 8]
            header: tuple[Inline, ...] = tuple((q,) for q in some)
            row: tuple[Inline, ...] = tuple((givens[q],) for q in some)
            caption = () if start else ground.words("worksheet_new_loss_given")
            draft.both(Table(header, (row,), "c" * len(some), caption))
    draft.begin(loss=E)
    if after_updates:
        draft.say("new_loss_updated")
    every = tasks = [task for task in exercise.tasks if task.part == "forward"]
    if not ground.is_first:  # what no moved parameter reaches has been worked out or printed
        tasks = [
            task for task in tasks
            if not ground.ledger.is_known(task.step.subject)
            or any(ground.graph.reaches(w, task.step.about[0]) for w in parameters)
        ]  # fmt: skip
    mine = items(tasks, after, ground.ledger.labels, guided=False)
    check_key(items(every, after, guided=False), after)
    _put(draft, mine)
    draft.say("new_loss_over")
    draft.numbers = after
    return draft.question()


MAKERS: dict[str, Callable[..., Question]] = {
    "activation": activation, "unit": unit, "layer": layer, "new-loss": new_loss,
}  # fmt: skip
