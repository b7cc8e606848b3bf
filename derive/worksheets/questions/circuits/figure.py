"""A circuit to be completed as a picture, and the table with the same gaps in its place."""

from __future__ import annotations

from collections.abc import Mapping

from derive.document.blocks import Figure, Inline, Table
from derive.document.narration.pictures.networks import content as content_of
from derive.document.narration.pictures.networks import sentences
from derive.expression.blank import Blank
from derive.expression.nodes import Expression, Partial, Quantity
from derive.graph import E
from derive.pictures.circuits.completion import completion
from derive.pictures.picture import Content, Picture
from derive.pictures.scene import Scene
from derive.worksheets.questions.circuits.labels import in_words, is_delta
from derive.worksheets.questions.circuits.part import Part


def figure(part: Part, labels: Mapping[Expression, Content], name: str) -> Figure:
    """The picture with its caption, and the table for a format that has no pictures."""
    caption = part.ground.words("caption_completion", loss=E)
    return Figure(picture(part, labels, name), caption, (_table(part, labels),))


def picture(part: Part, labels: Mapping[Expression, Content], name: str) -> Picture:
    """The circuit, with a description of all that is printed in it."""
    words = part.ground.words
    scene = Scene(part.ground.graph, part.ground.names)
    description = [words("picture_completion", labels=words.listing(in_words(labels)))]
    if any(isinstance(content[-1], Blank) and not content[-1].filled
           for content in labels.values() if content):  # fmt: skip
        description.insert(0, words("picture_completion_blanks"))
    title = content_of(words("picture_completion_title"))
    return completion(scene, labels, part.unit, name, title, sentences(*description))


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
    if content and is_delta(content):
        return content
    return content[-1:] if len(content) > 1 else ()
