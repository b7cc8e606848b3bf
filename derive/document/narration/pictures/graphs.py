"""The picture of a graph of formulas, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.derivation.numbers.rounding import Displayed
from derive.derivation.steps import Kind
from derive.document.blocks import Block, Figure
from derive.document.narration.pictures.networks import content, sentences
from derive.document.narration.teller import ROW_LIMIT, Teller
from derive.expression.nodes import Expression, Partial, Quantity
from derive.graph import FormulaGraph
from derive.pictures.circuits.graphs import MOST, Naming, graph_picture, is_drawn


def graph_figure(teller: Teller, graph: FormulaGraph) -> Iterator[Block]:
    """The graph with values and derivatives; a remark where it is too large to be drawn."""
    words = teller.words
    if not is_drawn(graph):
        yield teller.remark("graph_not_drawn", most=MOST)
        return
    steps = teller.derivation.section("backward").walk()
    derived = frozenset(
        step.about[0] for step in steps if step.kind in (Kind.GRADIENT, Kind.UPSTREAM)
    )
    naming = Naming(graph, teller.names, _displayed(teller), derived)
    description = [words("picture_graph", loss=graph.loss, leaves=teller.some(graph.leaves))]
    if len(graph.definitions) <= ROW_LIMIT:
        formulas = tuple((q, " = ", formula) for q, formula in graph.definitions.items())
        description.append(words("picture_graph_formulas", formulas=words.listing(formulas)))
    name = "caption_graph" if naming.displayed is not None else "caption_graph_symbolic"
    picture = graph_picture(
        naming, content(words("picture_graph_title", loss=graph.loss)), sentences(*description)
    )
    yield Figure(picture, words(name, loss=graph.loss))


def _displayed(teller: Teller) -> Callable[[Expression], Displayed] | None:
    """What the page displays for a quantity or a derivative; None where it has no numbers."""
    if teller.valuation is None:
        return None
    numbers = teller.valuation.numbers(teller.example)

    def displayed(of: Expression) -> Displayed:
        if isinstance(of, (Quantity, Partial)):
            return numbers.displayed(of)
        return numbers.work_out(of).result

    return displayed
