"""The drawings of the panel, whose numbers and lines a script finds by what they are about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from derive.document.blocks import Figure
from derive.document.narration.pictures import networks
from derive.document.narration.pictures.graphs import graph_figure
from derive.document.narration.teller import Teller
from derive.explore.trees import Tree
from derive.explore.values import Values
from derive.expression.nodes import Expression, Partial, Quantity
from derive.graph import FormulaGraph
from derive.notation import Names
from derive.pictures.circuits.networks import is_whole
from derive.pictures.picture import Picture
from derive.writers.drawings.svg import svg


class Drawing(NamedTuple):
    """A drawing.

    label  what its box is called, which may have to scroll
    trees  what its numbers are worked out from that are no values: products on wires
    """

    title: str
    label: str
    svg: str
    trees: list[Tree]


def pictures(teller: Teller, values: Values, names: Names) -> Iterator[Drawing]:
    """The network, and the circuit where the whole of it is drawn."""
    graph, trees = teller.derivation.graph, _Marks(values)
    if isinstance(graph, FormulaGraph):
        for block in graph_figure(teller, graph):
            if isinstance(block, Figure):
                yield _drawing(teller, "circuit", block.picture, names, trees)
        return
    yield _drawing(teller, "picture", networks.network_figure(teller).picture, names, trees)
    if is_whole(graph):
        yield _drawing(teller, "circuit", networks.circuit_figure(teller).picture, names, trees)


def _drawing(
    teller: Teller, kind: str, picture: Picture, names: Names, marks: _Marks
) -> Drawing:  # fmt: skip
    words, before = teller.words, len(marks.trees)
    own = replace(
        picture, name=f"explore-{kind}", title=(words.text(f"explore_{kind}"),),
        description=(words.text(f"explore_{kind}_description"),),
    )  # fmt: skip
    drawn = svg(own, names, marked=marks)
    return Drawing(
        words.text(f"explore_{kind}"), words.text("web_wide_picture"), drawn, marks.trees[before:]
    )


class _Marks:
    """The mark of a shape: the number of a value, or of a tree behind all values, "+0"."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.trees: list[Tree] = []

    def __call__(self, about: Expression) -> str:
        if isinstance(about, (Quantity, Partial)):
            return str(self.values(about))
        self.trees.append(self.values.tree(about))
        return f"+{len(self.trees) - 1}"
