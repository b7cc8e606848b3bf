"""Pictures of graphs: every quantity with its value and its gradient, and nothing on another."""

from __future__ import annotations

from typing import Any

import pytest

import derive
from derive.derivation.numbers.numbered import numbered
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.steps import Kind
from derive.expression.nodes import Partial, Quantity
from derive.graph import FormulaGraph, Graph
from derive.graph.names import names_of
from derive.pictures.circuits.graphs import MOST, Naming, graph_picture, is_drawn
from derive.pictures.extent import area
from derive.pictures.picture import Box, Circle, Label, Line, Picture
from tests.graph.samples import BY_HAND, derived, drawn
from tests.pictures.measured import collisions, outside


def pictured(derivation: derive.Derivation, digits: int = 5) -> tuple[Picture, Naming]:
    graph = derivation.graph
    assert isinstance(graph, FormulaGraph)
    shown = None
    if graph.has_values:
        valuation, _ = numbered(derivation, Rounding(digits))
        shown = valuation.numbers(0).displayed
    found = frozenset(
        s.about[0] for s in derivation.walk() if s.kind in (Kind.GRADIENT, Kind.UPSTREAM)
    )
    naming = Naming(graph, names_of(graph), shown, found)  # type: ignore[arg-type]
    return graph_picture(naming, ("title",), ("description",)), naming


def clean(picture: Picture, naming: Naming) -> None:
    names = naming.names
    assert collisions(picture, names) == []
    assert outside(picture, names) == []
    lines = [s for s in picture.shapes if isinstance(s, Line)]
    for label in (s for s in picture.shapes if isinstance(s, Label) and s.halo):
        room = area(label, names)
        for line in lines:
            for start, end in zip(line.points, line.points[1:], strict=False):
                assert not room.crossed_by(start, end), (label.content, start, end)


@pytest.mark.parametrize("name", BY_HAND)
def test_examples(name: str) -> None:
    for digits in (2, 9):
        clean(*pictured(derived(name), digits))


@pytest.mark.parametrize("seed", range(30))
def test_random_graphs(seed: int) -> None:
    clean(*pictured(derive.derive(drawn(seed))))


def test_graphs_without_numbers() -> None:
    for formulas in ({"q": "x + y", "f": "q*z"}, {"f": "exp(x)"}, {"a": "x*y", "f": "a*x + y"}):
        clean(*pictured(derive.derive(Graph.from_formulas(formulas, "f"))))


@pytest.mark.parametrize("name", BY_HAND)
def test_every_quantity_has_its_value_and_its_gradient(name: str) -> None:
    picture, naming = pictured(derived(name))
    contents = [s.content for s in picture.shapes if isinstance(s, Label)]
    graph, shown = naming.graph, naming.displayed
    assert shown is not None
    for q in (*graph.leaves, *graph.definitions):
        assert contents.count((q, *contents_of(q, shown))) == 1
        if q in naming.derived:
            assert (shown(Partial(graph.loss, q)).number,) in contents
    solid = [s for s in picture.shapes if isinstance(s, (Circle, Box))]
    assert len(solid) == len(graph.definitions)


def contents_of(q: Quantity, shown: Any) -> tuple[Any, ...]:
    found = shown(q)
    return " = " if found.exact else " ≈ ", found.number


def test_every_use_has_its_wire() -> None:
    picture, naming = pictured(derived("recurrent"))
    uses = sum(map(len, naming.graph.parents.values()))
    quantities = len(naming.graph.leaves) + len(naming.graph.definitions)
    assert sum(isinstance(s, Line) for s in picture.shapes) == uses + quantities


def test_a_graph_that_is_too_large_is_not_drawn_and_that_is_said() -> None:
    formulas = {f"q{i + 1}": f"q{i}*w" for i in range(MOST)}
    graph = Graph.from_formulas(formulas, f"q{MOST}")
    assert isinstance(graph, FormulaGraph) and not is_drawn(graph)
    text = derive.render(graph, "text", parts=["pictures"])
    assert f"more than {MOST} quantities" in " ".join(text.split())
