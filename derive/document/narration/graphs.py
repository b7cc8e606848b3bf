"""The page about a graph of formulas: what is given, forwards, back, and the gradients."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from derive.derivation.numbers.rounding import is_zero
from derive.derivation.numbers.valuation import Valuation
from derive.document.blocks import (
    Block,
    Document,
    Equation,
    Heading,
    Inline,
    Items,
    Paragraph,
    Table,
)
from derive.document.conventions import graph_conventions
from derive.document.narration.backward_pass.nodes import in_brief, joined, through_nodes
from derive.document.narration.descent import TWICE, H, along_all
from derive.document.narration.pictures.places import graph_figure
from derive.document.narration.programs import programs
from derive.document.narration.remarks import checked, largest
from derive.document.narration.spoken import spoken
from derive.document.narration.teller import ROW_LIMIT, Teller, rows
from derive.expression.nodes import Partial, Quantity
from derive.graph import FormulaGraph

_GIVEN = 3 * ROW_LIMIT  # so many numbers a sentence holds


def title_of(teller: Teller, graph: FormulaGraph) -> Inline:
    """The title that the graph has, or one about its loss."""
    return (graph.title,) if graph.title else teller.words("graph_title", loss=graph.loss)


def narrate_graph(teller: Teller, graph: FormulaGraph) -> Iterator[Block]:
    """Every block below the title."""
    yield from _opening(teller, graph)
    yield from programs(teller, "network")
    yield from _forward(teller, graph)
    yield from programs(teller, "compile", "forward")
    yield teller.heading(2, "backward")
    section = teller.derivation.section("backward")
    if teller.brief:
        yield from in_brief(teller, section)
    elif teller.derivation.style == "paths":
        from derive.document.narration.backward_pass.routes import through_routes

        yield teller.say("backward_routes", loss=graph.loss)
        yield from through_routes(teller, section)
    else:
        slope = Partial(graph.loss, graph.loss)
        yield teller.say("backward_nodes", loss=graph.loss, slope=slope)
        yield from through_nodes(teller, section)
    yield from _gradients(teller, graph)
    yield from programs(teller, "symbolic", "gradient", "train", "curve")
    if "found" not in teller.without:
        yield from _findings(teller, graph)


def _opening(teller: Teller, graph: FormulaGraph) -> Iterator[Block]:
    """What is asked, the quantities, and the conventions in force."""
    words = teller.words
    count = len(graph.trained)
    aim = words(
        "opening_graph_brief" if teller.brief else f"opening_graph_{teller.derivation.style}",
        loss=graph.loss, leaves=teller.some(graph.trained), count=count,
        formulas=len(graph.definitions),
    )  # fmt: skip
    rounding = teller.valuation.rounding if teller.valuation else None
    in_force = tuple(graph_conventions(graph, words, rounding))
    if teller.brief:
        values = graph.leaves if graph.has_values and len(graph.leaves) <= _GIVEN else ()
        leaf_values = words.listing(tuple((q, " = ", graph.given[q]) for q in values))
        sentences = [aim, *([words("given", values=leaf_values)] if values else []), *in_force]
        yield Paragraph(joined(sentences))
        return
    yield Paragraph(aim)
    yield teller.heading(2, "graph")
    if "symbols" not in teller.without:
        yield _quantities(teller, graph)
    if in_force:
        yield Items(in_force)


def _quantities(teller: Teller, graph: FormulaGraph) -> Table:
    """The leaves with their numbers, the others with their formulas, and where each is used."""
    words = teller.words
    header = (words("quantity"), words("graph_formula"), words("graph_used"))
    body: list[tuple[Inline, ...]] = []
    for q in (*graph.leaves, *graph.definitions):
        number = graph.value(q)
        formula: Inline = (graph.definitions[q],) if q in graph.definitions else (
            words("graph_free") if number is None else (number,)
        )  # fmt: skip
        users = graph.children[q]
        used = words.listing(tuple(users)) if users else words("graph_result")
        body.append(((q,), formula, used))
    return Table(header, tuple(body), "lll", words("graph_quantities"))


def _forward(teller: Teller, graph: FormulaGraph) -> Iterator[Block]:
    """The formulas in the order in which they are worked out, with their numbers."""
    yield teller.heading(2, "forward_brief" if teller.brief else "forward")
    sections = [s for s in teller.derivation.sections if s.kind == "functions"]
    functions = [step for section in sections for step in section.steps]
    if functions and not teller.brief:
        yield teller.say("forward_graph_functions", count=len(functions))
        yield from rows([Equation(step.relations) for step in functions])
    if not teller.brief:
        name = "forward_graph" if teller.valuation is None else "forward_graph_numbers"
        yield teller.say(name, count=len(graph.definitions))
    steps = teller.derivation.section("forward").steps
    yield from rows([
        teller.equation(step, role="loss" if step.subject == graph.loss else "hidden")
        for step in steps
    ])  # fmt: skip
    yield from graph_figure(teller, graph)


def _gradients(teller: Teller, graph: FormulaGraph) -> Iterator[Block]:
    """A row for each leaf: its number, its gradient, and the finite difference."""
    words, valuation = teller.words, teller.valuation
    if valuation is None:
        return
    if not teller.brief:
        yield teller.heading(2, "gradients")
        yield teller.say("gradients_of_leaves", loss=graph.loss)
    header: list[Inline] = [words("leaf"), words("value"), words("gradient")]
    caption = words("summary_leaves_many")
    if valuation.differences:
        header.append(words("difference"))
        caption = words("summary_leaves", loss=graph.loss, h=H, twice=TWICE)
    body = []
    for q in graph.trained:
        cells: list[Inline] = [(q,), (graph.given[q],), (valuation.gradient(q).number,)]
        if valuation.differences:
            difference = valuation.differences[q]
            cells.append(("—",) if difference is None else (difference.number,))
        body.append(tuple(cells))
    yield Table(tuple(header), tuple(body), "l" + "r" * (len(header) - 1), caption)
    yield from along_all(teller)


def _findings(teller: Teller, graph: FormulaGraph) -> Iterator[Block]:
    """What the reader has seen, each sentence true of this graph, and what was checked."""
    if teller.brief:
        yield Paragraph(checked(teller))
    else:
        yield teller.heading(2, "found")
        of_numbers = _of_numbers(teller, teller.valuation) if teller.valuation else ()
        yield Items(tuple(chain(_always(teller, graph), of_numbers, (checked(teller),))))
    if teller.report.unchecked:
        yield teller.remark("unchecked", count=len(teller.report.unchecked))


def _always(teller: Teller, graph: FormulaGraph) -> Iterator[Inline]:
    name = "found_routes" if teller.derivation.style == "paths" else "found_nodes"
    yield teller.words(name, loss=graph.loss, count=len(graph.trained))
    several = tuple(q for q in graph.trained if len(graph.children[q]) > 1)
    if several:
        yield teller.words("found_uses", qs=teller.some(several), count=len(several))


def _of_numbers(teller: Teller, valuation: Valuation) -> Iterator[Inline]:
    yield from largest(teller, valuation, "found_steepest")
    graph = teller.derivation.graph
    none: tuple[Quantity, ...] = tuple(
        q for q in graph.trained if is_zero(valuation.trace.partial(graph.loss, q))
    )
    if none:
        yield teller.words("found_nothing", qs=teller.some(none), count=len(none), loss=graph.loss)


def document(teller: Teller, graph: FormulaGraph) -> Document:
    """The whole page."""
    title = title_of(teller, graph)
    blocks = spoken(chain([Heading(1, title)], narrate_graph(teller, graph)))
    return Document(title, tuple(blocks), "en", coloured="colour" in teller.parts)
