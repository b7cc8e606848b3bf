"""A function that gives back every value of one example, for a page that shows them all.

    values(theta, inputs, targets) -> [h1, a_h1, …, E, δ_o1, …, ∂E/∂w1, …]

The statements are those of ``standalone``, by the same printers. ``theta`` holds every parameter
here, frozen ones too: a page lets any of them be changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.algebra.languages.catalogue import Language
from derive.compute.backends.code import items
from derive.compute.formulas.program import Programs
from derive.compute.formulas.source import FormulaIdentifiers
from derive.compute.programs.program import Program, Statement, gradient
from derive.compute.programs.scalar import scalar_program
from derive.compute.sources.identifiers import Identifiers
from derive.compute.sources.source import names_of
from derive.compute.sources.text import Text
from derive.expression.nodes import INPUT, TARGET, VARIABLE, Quantity
from derive.graph import FormulaGraph, NetworkGraph
from derive.graph.names import names_of as names_of_graph
from derive.network.description import Network

NAME = "values"
UPSTREAM = "g"  # the letter of ∂loss/∂a of a hidden unit


@dataclass(frozen=True, slots=True)
class Traced:
    """The function, and what it takes and gives back.

    source   its text, with the functions that it calls
    theta    every parameter; ``inputs`` and ``targets``, of one example
    results  all that it gives back: definitions, deltas, upstream gradients, gradients
    """

    source: str
    theta: tuple[Quantity, ...]
    inputs: tuple[Quantity, ...]
    targets: tuple[Quantity, ...]
    results: tuple[Quantity, ...]


def traced(given: Network | FormulaGraph, to: Language = "javascript") -> Traced:
    """``values`` of a network, or of a graph of formulas, in a language."""
    from derive.algebra.languages.manners import reserved
    from derive.algebra.languages.writing import Part, Routine, Writer

    writer = Writer(to)
    words, one_case = reserved(to), writer.manners.one_case
    code: Identifiers
    if isinstance(given, FormulaGraph):
        program, code = Programs(given).gradient, FormulaIdentifiers(given, words, one_case)
        formula = Text(names_of_graph(given).text)
        leaves = {"theta": given.parameters, "inputs": given.inputs, "targets": ()}
    else:
        program, code = scalar_program(given), Identifiers(names_of(given), words, one_case)
        formula = Text(names_of(given).text)
        leaves = {
            "theta": NetworkGraph(given).parameters,
            "inputs": tuple(Quantity(INPUT, unit=i) for i in range(given.sizes[0])),
            "targets": tuple(Quantity(TARGET, unit=k) for k in range(given.sizes[-1])),
        }
    # An input that targets are made of moves the loss by them, too, which no statement follows.
    tied = not isinstance(given, FormulaGraph) and given.target_formulas is not None
    unknown = set(map(gradient, leaves["inputs"])) if tied else set()
    results = tuple(q for q in _results(program) if q not in unknown)
    routine = Routine(
        NAME, "Every value of one example, forwards and back.", tuple(leaves),
        tuple(Part(name, tuple(map(code, group))) for name, group in leaves.items()),
        tuple(items(program.only(results), code, formula, writer)), "", tuple(map(code, results)),
    )  # fmt: skip
    return Traced(writer.functions([routine]), **leaves, results=results)


def _results(program: Program) -> list[Quantity]:
    """What has a name on a page, and no letter of computing alone."""
    targets = [item.target for item in program.items if isinstance(item, Statement)]
    return [q for q in targets if q.kind != VARIABLE or q.name == UPSTREAM]
