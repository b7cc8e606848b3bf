"""Where a graph is wanted: one of formulas, a network, or a file or mapping that says either."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from derive.graph.formulas import FORMULAS, KEYS, FormulaGraph, formula_graph
from derive.graph.networks import NetworkGraph
from derive.network.conversion import Given, network_of
from derive.network.description import Network
from derive.network.errors import NetworkError, Notes, Problem

GivenGraph = Given | FormulaGraph


def graph_of(source: GivenGraph) -> NetworkGraph | FormulaGraph:
    """The graph of formulas, or the one that a network expands into.

    Raises NetworkError with every problem.
    """
    either = network_or_formulas(source)
    return either if isinstance(either, FormulaGraph) else NetworkGraph(either)


def network_or_formulas(source: GivenGraph) -> Network | FormulaGraph:
    """The network, not yet expanded into a graph, or the graph of formulas.

    Raises NetworkError with every problem.
    """
    if isinstance(source, (Network, FormulaGraph)):
        return source
    if isinstance(source, (str, Path)):
        return _of_file(source)
    if isinstance(source, Mapping) and FORMULAS in source:
        problems, graph = _read(source)
        if graph is None:
            raise NetworkError(problems)
        return graph
    return network_of(source)


def _of_file(path: str | Path) -> Network | FormulaGraph:
    from derive.network.loader import built, composed_of, loaded, text_of

    name, text, folder = text_of(path)
    composed = composed_of(text)
    if isinstance(composed.data, Mapping) and FORMULAS in composed.data:
        return built(name, composed, KEYS, _read)
    return loaded(name, composed, folder)


def _read(data: Mapping[str, Any]) -> tuple[list[Problem], FormulaGraph | None]:
    notes = Notes()
    notes.unknown_keys((), data, KEYS)
    arguments = {key: data[key] for key in KEYS if key in data}
    arguments = {FORMULAS: None, "loss": None, **arguments}
    try:
        graph = formula_graph(**arguments)
    except NetworkError as error:
        return [*notes.problems, *error.problems], None
    return notes.problems, graph
