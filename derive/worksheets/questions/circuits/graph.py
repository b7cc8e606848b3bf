"""The computation graph to be completed: a circuit with gaps, or the same as a table.

A network that is too large for a picture is drawn in part: one unit, with what it is sent and
what it leads to. Where even that is too large, or all has been asked already, the names in a table
of the graph are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import count

from derive.derivation.numbers.chains import atoms
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import Block, Paragraph
from derive.expression.nodes import ACTIVATION, Quantity
from derive.graph import E
from derive.pictures.circuits.completion import HIGH, ROOMY
from derive.worksheets.exercise import Task
from derive.worksheets.items import Item, items
from derive.worksheets.questions.circuits.connections import connections
from derive.worksheets.questions.circuits.figure import figure, picture
from derive.worksheets.questions.circuits.labels import Labels
from derive.worksheets.questions.circuits.part import Part, parts
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.ledger import ASKS, PRINTS, Thing
from derive.worksheets.questions.lines import given_table
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.recipe import Ask

_USUAL = 10  # gaps
_MOST = 6  # weights into a unit, and out of it, that are drawn


def graph(ground: Ground, ask: Ask, letter: str) -> Question:
    """Values and derivatives of the whole network, of one unit, or a table of names."""
    for part in parts(ground, ask.difficulty):
        if part.pool and _fits(part):
            gaps = part.gaps(ask.count or _USUAL, ask.difficulty)
            if gaps:
                return _completed(ask, letter, part, gaps)
    return connections(ground, ask, letter)


def _fits(part: Part) -> bool:
    """Whether the picture can be read on a page, were everything in it a gap."""
    if part.unit is not None:
        a = Quantity(ACTIVATION, part.unit.layer, part.unit.unit)
        before = part.ground.graph.network.sizes[part.unit.layer - 1]
        if max(before, len(part.ground.graph.children[a])) > _MOST:
            return False
    labels = Labels(part, {task.source: "88" for task in part.pool})
    width, height = picture(part, labels.at_places(filled=True), "").size
    return width <= ROOMY and height <= HIGH


def _completed(ask: Ask, letter: str, part: Part, gaps: Sequence[Task]) -> Question:
    """A picture, and in its place, where there can be none, a table with the same gaps."""
    ground, ledger = part.ground, part.ground.ledger
    beside = [task for task in ground.prerequisites(part.tasks) if task not in part.tasks]
    operands = {atom for task in gaps for atom in atoms(task.formula)}
    givens = [task for task in beside if task.step.subject in operands]
    silent = part.silent(gaps)
    printed = [t for t in (*part.tasks, *givens) if t not in gaps and t not in silent]
    mine = _entered(ground, (*part.tasks, *beside), gaps)
    labels = Labels(part, {item.task.source: item.answers[-1].label for item in mine}, silent)
    intro = tuple(_intro(ask, part, givens))
    sheet, key = (
        (*intro, figure(part, labels.at_places(filled), f"circuit-{letter.lower()}"))
        for filled in (False, True)
    )
    # In the first edition nobody remembered that the values are printed.
    ledger.note(ASKS if ground.is_first else PRINTS, Thing.VALUE, [t.atom for t in printed])
    ledger.note(ASKS, Thing.VALUE, [t.atom for t in gaps])
    return Question(
        letter, ask.kind, len(mine) if ask.points is None else ask.points, sheet, key,
        tuple(answer for item in mine for answer in item.answers), tuple(mine), ground.numbers,
        tuple(task.atom for task in printed),
    )  # fmt: skip


def _entered(ground: Ground, tasks: Collection[Task], gaps: Collection[Task]) -> list[Item]:
    """Write the lines of tasks into the ledger, in the order of the work; those of the gaps."""
    ledger = ground.ledger
    mine: list[Item] = []
    for task in ground.exercise.tasks:
        if task in gaps:
            mine += items([task], ground.numbers, ledger.labels, guided=False)
            ledger.items += mine[-1:]
        elif task in tasks:
            ledger.items += items([task], ground.numbers, count(1), guided=False)
    return mine


def _intro(ask: Ask, part: Part, givens: Sequence[Task]) -> Iterator[Block]:
    """What is given beside the picture, what is to be done, what δ and a place without a number
    mean, a hint."""
    ground = part.ground
    yield from given_table(ground, [task.atom for task in givens])
    yield ground.say("graph" if part.unit is None else "graph_unit", loss=E, unit=part.unit or "")
    z = next((task.step.about[0] for task in part.tasks if task.kind[0] == "delta"), None)
    if z is not None:
        yield ground.say("graph_delta", loss=E, delta=delta_of(z), z=z)
    if any(task and ground.ledger.is_known(task.step.subject) for task in part.places.values()):
        yield ground.say("graph_known")
    if ask.hints:
        yield Paragraph(ground.words("hint_graph"), "remark")


MAKERS: dict[str, Callable[..., Question]] = {"graph": graph}
