"""The computation graph to be completed: a circuit with gaps, or the same as a table.

A network that is too large for a picture is drawn in part: one unit, with what it is sent and
what it leads to. Where even that is too large, or all has been asked already, the names in a table
of the graph are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count

from derive.derivation.numbers.chains import atoms
from derive.derivation.styles.deltas import delta_of
from derive.document.blocks import Figure, Inline, Paragraph, Table
from derive.document.narration.pictures.networks import content as content_of
from derive.document.narration.pictures.networks import sentences
from derive.expression.blank import Blank
from derive.expression.nodes import ACTIVATION, DELTA, Apply, Expression, Partial, Quantity
from derive.graph import E
from derive.notation import NEGATIVE
from derive.pictures.circuits.completion import HIGH, ROOMY, completion
from derive.pictures.picture import Content, Picture
from derive.pictures.scene import Scene
from derive.worksheets.exercise import Task
from derive.worksheets.items import Item, items
from derive.worksheets.questions.connections import connections
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.ledger import ASKS, PRINTS, Thing
from derive.worksheets.questions.lines import given_table
from derive.worksheets.questions.part import Part, parts
from derive.worksheets.questions.question import Question
from derive.worksheets.recipes.recipe import Ask

_USUAL = 10  # gaps
_MOST = 6  # weights into a unit, and out of it, that are drawn


def graph(ground: Ground, ask: Ask, letter: str) -> Question:
    """Values and derivatives of the whole network, of one unit, or a table of names."""
    for part in parts(ground, ask.difficulty):
        if part.pool and _fits(part):
            chosen = part.chosen(ask.count or _USUAL, ask.difficulty)
            if chosen:
                return _completed(ground, ask, letter, part, chosen)
    return connections(ground, ask, letter)


def _fits(part: Part) -> bool:
    """Whether the picture can be read on a page, were everything in it a gap."""
    if part.unit is not None:
        a = Quantity(ACTIVATION, part.unit.layer, part.unit.unit)
        before = part.ground.graph.network.sizes[part.unit.layer - 1]
        if max(before, len(part.ground.graph.children[a])) > _MOST:
            return False
    gaps = {task.source: "88" for task in part.pool}
    width, height = _picture(part, _labels(part, gaps, filled=True), "").size
    return width <= ROOMY and height <= HIGH


def _completed(
    ground: Ground, ask: Ask, letter: str, part: Part, chosen: list[Task]
) -> Question:  # fmt: skip
    """A picture, and in its place, where there can be none, a table with the same gaps."""
    before = [t for t in ground.missing([*part.tasks]) if t not in part.tasks]
    used = {atom for task in chosen for atom in atoms(task.formula)}
    given = [t for t in before if t.step.subject in used]
    ledger = ground.ledger
    mine: list[Item] = []
    for task in ground.exercise.tasks:
        if task in chosen:
            mine += items([task], ground.numbers, ledger.labels, guided=False)
            ledger.items += mine[-1:]
        elif task in before or task in part.tasks:
            ledger.items += items([task], ground.numbers, count(1), guided=False)
    gaps = {item.task.source: item.answers[-1].label for item in mine}
    deltas = [t.step.about[0] for t in part.tasks if t.kind[0] == "delta"]
    known = any(t and ledger.is_known(t.step.subject) for t in part.places.values())
    silent = _silent(part, chosen)
    printed = [t for t in (*part.tasks, *given) if t not in chosen and t not in silent]
    intro = [
        *given_table(ground, [task.step.subject for task in given]),
        ground.say("graph" if part.unit is None else "graph_unit", loss=E, unit=part.unit or ""),
        *([ground.say("graph_delta", loss=E, delta=delta_of(deltas[0]), z=deltas[0])]
          if deltas else []),
        *([ground.say("graph_known")] if known else []),
        *([Paragraph(ground.words("hint_graph"), "remark")] if ask.hints else []),
    ]  # fmt: skip
    sheet, key = (
        (*intro, _figure(part, _labels(part, gaps, filled, silent), f"circuit-{letter.lower()}"))
        for filled in (False, True)
    )
    # In the first edition nobody remembered that the values are printed.
    ledger.note(ASKS if ground.is_first else PRINTS, Thing.VALUE, [t.step.subject for t in printed])
    ledger.note(ASKS, Thing.VALUE, [t.step.subject for t in chosen])
    return Question(
        letter, ask.kind, len(mine) if ask.points is None else ask.points, sheet, key,
        tuple(answer for item in mine for answer in item.answers), tuple(mine), ground.numbers,
        tuple(t.step.subject for t in printed),  # type: ignore[misc]
    )  # fmt: skip


# -- what stands where -------------------------------------------------------------------------


def _silent(part: Part, chosen: Sequence[Task]) -> list[Task]:
    """What has a place without a number: it would tell what is asked for, here or elsewhere."""
    if part.ground.is_first:
        return part.telling
    twins = {twin for t in chosen for twin in part.ground.ledger.twins(t.step.subject)}
    return [t for t in part.tasks if t in part.telling or t.step.subject in twins]


def _labels(
    part: Part, gaps: Mapping[str, str], filled: bool, silent: Sequence[Task] = ()
) -> dict[Expression, Content]:
    """What stands at every place: a name and a number, a gap, or nothing.

    gaps  the source of a task → the label of its gap
    """
    ledger = part.ground.ledger
    graph, numbers = part.ground.graph, part.ground.numbers
    found: dict[Expression, Content] = {}
    for q in (*graph.inputs, *graph.targets):
        asked = ledger.is_known(q)  # a target that is given as a formula
        found[q] = (q,) if asked else (q, " = ", numbers.shown(q).number)
    for place, task in part.places.items():
        if task is None:
            found[place] = _without_task(part, place)
            continue
        subject = task.step.subject
        assert isinstance(subject, (Quantity, Partial))
        shown = numbers.shown(subject)
        sign = " = " if shown.exact else " ≈ "
        if not task.asked:  # behind an identity
            found[place] = (place, " = ", task.formula)
        elif ledger.is_known(subject) or (task in silent and task.source not in gaps):
            found[place] = (place,) if isinstance(place, Quantity) else ()
        else:
            number: Expression = shown.number
            if task.source in gaps:
                number = Blank(number, gaps[task.source], filled)
            if isinstance(place, Quantity):
                found[place] = (place, sign, number)
            elif isinstance(subject, Quantity) and graph.network.delta_sign == NEGATIVE:
                found[place] = (subject, sign, number)  # δ = −∂E/∂z
            elif isinstance(place, Partial) and place.of != E:
                found[place] = (f"{_function(part, place)}′{sign}", number)
            else:
                found[place] = ("∂" if isinstance(number, Blank) else "∂ ", number)
    return found


def _without_task(part: Part, place: Expression) -> Content:
    """What is given, or needs no working out: weights, the derivative of the loss by a term."""
    numbers = part.ground.numbers
    if isinstance(place, Quantity):
        return (place, " = ", numbers.shown(place).number)
    if isinstance(place, Partial) and place.of == E and place.by.kind in ("loss", "loss term"):
        return ("∂ ", "1" if place.by == E else numbers.shown(place).number)
    return ()


def _function(part: Part, slope: Partial) -> str:
    """The name of an activation."""
    assert isinstance(slope.of, Quantity)
    formula = part.ground.graph.definitions[slope.of]
    return formula.function.text if isinstance(formula, Apply) else "f"


# -- the picture, and the table in its place ---------------------------------------------------


def _picture(part: Part, labels: Mapping[Expression, Content], name: str) -> Picture:
    words = part.ground.words
    scene = Scene(part.ground.graph, part.ground.names)
    told = [words("picture_completion", labels=words.listing(tuple(_told(labels))))]
    if any(isinstance(content[-1], Blank) and not content[-1].filled
           for content in labels.values() if content):  # fmt: skip
        told.insert(0, words("picture_completion_blanks"))
    title = content_of(words("picture_completion_title"))
    return completion(scene, labels, part.unit, name, title, sentences(*told))


def _told(labels: Mapping[Expression, Content]) -> list[Inline]:
    """Every label with the name of what it is about, in words: a gap is its number."""
    found: list[Inline] = []
    for place, content in labels.items():
        if content:
            named = isinstance(place, Quantity) or _is_delta(content[0])
            about: Inline = () if named else (place, " = ")
            *rest, last = content
            if isinstance(last, Blank) and not last.filled:
                last = f"({last.label})"
            elif isinstance(last, Blank):
                last = last.of
            found.append((*(about or rest), last))
    return found


def _figure(part: Part, labels: Mapping[Expression, Content], name: str) -> Figure:
    caption = part.ground.words("caption_completion", loss=E)
    return Figure(_picture(part, labels, name), caption, (_table(part, labels),))


def _table(part: Part, labels: Mapping[Expression, Content]) -> Table:
    """A row for every quantity, with the formula that the picture shows as its operations."""
    words, graph = part.ground.words, part.ground.graph
    rows: list[tuple[Inline, ...]] = []
    for place in part.places:
        formula: Inline = ()
        if isinstance(place, Quantity):
            if place in graph.definitions:
                formula = (graph.definitions[place],)
            rows.append(((place,), formula, _last(labels, place), _last(labels, Partial(E, place))))
        elif isinstance(place, Partial) and place.of != E and labels[place]:
            rows.append(((place,), formula, _last(labels, place), ()))
    header: tuple[Inline, ...] = (
        words("worksheet_graph_quantity"), words("worksheet_graph_formula"),
        words("worksheet_value"), words("worksheet_graph_slope", loss=E),
    )  # fmt: skip
    return Table(header, tuple(rows), "llll")


def _last(labels: Mapping[Expression, Content], place: Expression) -> Inline:
    """The number of a label, or its gap; δ with its name, which has the other sign."""
    content = labels.get(place, ())
    if content and _is_delta(content[0]):
        return content
    return content[-1:] if len(content) > 1 else ()


def _is_delta(piece: object) -> bool:
    return isinstance(piece, Quantity) and piece.kind == DELTA


MAKERS: dict[str, Callable[..., Question]] = {"graph": graph}
