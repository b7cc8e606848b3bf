"""Where pictures stand in a document; what draws them is loaded only where they are wanted."""

from __future__ import annotations

from collections.abc import Iterator

from derive.document.blocks import Block
from derive.document.narration.teller import Teller
from derive.expression.nodes import Quantity
from derive.graph import FormulaGraph

PART = "pictures"


def network_figure(teller: Teller) -> Iterator[Block]:
    """The network with its names, weights and values."""
    if PART in teller.parts:
        from derive.document.narration.pictures import networks as pictures

        yield pictures.network_figure(teller)


def path_figure(teller: Teller, w: Quantity) -> Iterator[Block]:
    """The paths from one parameter to the loss."""
    if PART in teller.parts:
        from derive.document.narration.pictures import networks as pictures

        yield pictures.path_figure(teller, w)


def circuit_figure(teller: Teller) -> Iterator[Block]:
    """The computation as a circuit, with values and derivatives."""
    if PART in teller.parts:
        from derive.document.narration.pictures import networks as pictures

        yield pictures.circuit_figure(teller)


def graph_figure(teller: Teller, graph: FormulaGraph) -> Iterator[Block]:
    """The formulas as a circuit, with values and derivatives."""
    if PART in teller.parts:
        from derive.document.narration.pictures import graphs as graph_pictures

        yield from graph_pictures.graph_figure(teller, graph)


def step_figure(teller: Teller, layer: int) -> Iterator[Block]:
    """The step of the backward pass in which the δ of a layer are found."""
    if PART in teller.parts:
        from derive.document.narration.pictures import networks as pictures

        yield pictures.step_figure(teller, layer)
