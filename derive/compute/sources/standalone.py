"""Loss and gradients of a network, or a graph, as one readable file that needs nothing of derive.

The statements are those that ``derive.compile`` runs, the stable program of ``scalar`` or
``layers``, as SymPy assignments that keep their order; SymPy's printers, mended, write them in any
language (``derive.algebra.languages``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from derive.algebra.languages.catalogue import LANGUAGES, Language
from derive.compute.arguments import ArgumentError
from derive.compute.backends.code import items
from derive.compute.blocks import blocks
from derive.compute.programs import layers
from derive.compute.programs.program import Program, gradient
from derive.compute.programs.scalar import scalar_program, target_program
from derive.compute.sources import made_up
from derive.compute.sources.about import head
from derive.compute.sources.identifiers import Identifiers, LayerIdentifiers
from derive.compute.sources.source import array_of, names_of
from derive.compute.sources.text import Text
from derive.expression.nodes import INPUT, TARGET, Quantity
from derive.graph import E, FormulaGraph, activations
from derive.graph.conversion import GivenGraph, network_or_formulas
from derive.network.description import Network

if TYPE_CHECKING:
    from derive.algebra.languages.writing import Routine, Writer
    from derive.compute.sources.tiles import Tile


def standalone(network: GivenGraph, to: Language = "python") -> str:
    """The source of a file with ``loss_and_gradient(theta, inputs, targets)`` and ``forward``.

        >>> print(derive.standalone("examples/mazur.yaml").splitlines()[0])
        \"\"\"Backpropagation in a 2-2-2 network with fixed biases.

    network  a Network, a Graph of formulas (whose functions take no targets), the path of a file
             of either, or a mapping with its keys
    to       a language: python, numpy, c, javascript, julia, r, octave, rust, fortran, jax, torch

    The textbook formula stands above each line, in the network's notation. Run as a program it
    prints the loss and every derivative; ``forward`` of a graph gives every formula. Raises
    ArgumentError for another language, NetworkError.
    """
    given = network_or_formulas(network)
    if to not in LANGUAGES:
        close = get_close_matches(str(to)[:100].lower(), LANGUAGES, 1, 0.6)
        meant = f"did you mean {close[0]}? " if close else ""
        raise ArgumentError("to", repr(to), ", ".join(LANGUAGES), f"{meant}choose one of them")
    if isinstance(given, FormulaGraph):
        from derive.compute.formulas.file import formula_file

        return formula_file(given, to)
    from derive.algebra.languages.writing import Writer

    file = _File(given, Writer(to))
    return file.text()


class _File:
    """A network's file in the language of a writer."""

    def __init__(self, network: Network, writer: Writer) -> None:
        from derive.algebra.languages.manners import reserved

        self.network = network
        self.writer = writer
        self.arrays = writer.manners.template == "arrays"
        self.names = names_of(network)
        words, one_case = reserved(writer.language), writer.manners.one_case
        self.code = Identifiers(self.names, words, one_case)
        self.layer_code = LayerIdentifiers(self.names, words)
        self.formula = Text(self.names.text)

    def text(self) -> str:
        lines = head(self.network, LANGUAGES[self.writer.language], self.writer.room)
        return self.writer.file(
            list(self.routines()), head=lines, own=self.numbers(), tile=self.tile(),
            over=self.network.over_examples, layers=True,
        )  # fmt: skip

    def tile(self) -> Tile | None:
        """What is done to a tile of many examples, where the language asks for it."""
        if not self.writer.manners.tiles:
            return None
        from derive.compute.sources.tiles import tile

        return tile(self.network, self.layer_code, self.formula, self.writer)

    # -- routines ----------------------------------------------------------------------------

    def routines(self) -> Iterator[Routine]:
        if self.arrays:
            yield from self.of_layers()
        else:
            yield from self.of_units()
        if self.network.target_formulas is not None:
            targets = [Quantity(TARGET, unit=k) for k in range(self.network.sizes[-1])]
            program = target_program(self.network)
            yield self.routine("target_values", ("inputs",), program, None, targets)

    def of_units(self) -> Iterator[Routine]:
        program = scalar_program(self.network, remarks=True)
        trained = [q for b in blocks(self.network) if not b.frozen for q in b.quantities]
        name = "of_example" if self.network.is_batch else "loss_and_gradient"
        given = ("theta", "inputs", "targets")
        yield self.routine(name, given, program, E, list(map(gradient, trained)))
        outputs = activations(self.network.layers[-1])
        yield self.routine("forward", given[:2], program, None, outputs)

    def routine(
        self, name: str, given: tuple[str, ...], program: Program, loss: Quantity | None,
        results: Sequence[Quantity],
    ) -> Routine:  # fmt: skip
        """A function of one example, a statement per quantity."""
        from derive.algebra.languages.writing import Part, Routine

        every = blocks(self.network)
        sources: dict[str, list[Quantity]] = {
            "theta": [q for b in every if not b.frozen for q in b.quantities],
            "inputs": [Quantity(INPUT, unit=i) for i in range(self.network.sizes[0])],
            "targets": [Quantity(TARGET, unit=k) for k in range(self.network.sizes[-1])],
            "FIXED": [q for b in every if b.frozen for q in b.quantities],
        }
        source_names = (*given, "FIXED") if "theta" in given else given
        parts = [Part(source, tuple(map(self.code, sources[source]))) for source in source_names]
        kept = program.only([*([loss] if loss else []), *results])
        return Routine(
            name, _SUMMARIES[name], given, tuple(parts),
            tuple(items(kept, self.code, self.formula, self.writer)),
            self.code(loss) if loss else "", tuple(map(self.code, results)),
        )  # fmt: skip

    def of_layers(self) -> Iterator[Routine]:
        """Functions of many examples, a statement per array."""
        from derive.algebra.languages.writing import Part, Routine

        code = self.layer_code
        every = blocks(self.network)
        parts = []
        for source, frozen in (("theta", False), ("FIXED", True)):
            those = [b for b in every if b.frozen == frozen]
            names = tuple(code(array_of(b)) for b in those)
            parts.append(Part(source, names, tuple(b.shape for b in those)))
        parts.append(Part("inputs", (code(layers.INPUTS),), (None,)))
        slopes = [layers.gradient(array_of(b)) for b in every if not b.frozen]
        program = layers.layer_program(self.network, remarks=True)
        kept = program.only([layers.SUM_OF_LOSSES, *slopes])
        targets = Part("targets", (code(layers.TARGETS),), (None,))
        over = f"The {self.network.over_examples} of the examples' losses"
        yield Routine(
            "loss_and_gradient", f"{over}, and its gradient with respect to theta.",
            ("theta", "inputs", "targets"), (*parts, targets),
            tuple(items(kept, code, self.formula, self.writer)), code(layers.SUM_OF_LOSSES),
            tuple(map(code, slopes)),
        )  # fmt: skip
        outputs = layers.outputs(self.network)
        yield Routine(
            "forward", "The outputs, a row per example.", ("theta", "inputs"), tuple(parts),
            tuple(items(program.only([outputs]), code, self.formula, self.writer)), "",
            (code(outputs),),
        )  # fmt: skip

    # -- numbers -----------------------------------------------------------------------------

    def numbers(self) -> dict[str, Any]:
        """The network's own numbers, or some that are made up, as the language writes them."""
        network, write = self.network, self.writer.number
        theta = list(enumerate(network.parameters()))
        frozen = [block for block in blocks(network) if block.frozen]
        fixed = [made_up.number(network, q, k) for b in frozen for k, q in enumerate(b.quantities)]
        computes_targets = network.target_formulas is not None and network.targets is None
        goals = "target_values(INPUTS)" if computes_targets else "TARGETS"
        return {
            "names": [f'"{self.code(q)}"' for _, q in theta],
            "theta": [write(made_up.number(network, q, k)) for k, q in theta],
            "fixed": list(map(write, fixed)),
            "inputs": self.examples(INPUT),
            "targets": [] if computes_targets else self.examples(TARGET),
            "named": ["THETA", "INPUTS", "TARGETS"],
            "given": ["THETA", "INPUTS", goals],
            "computes_targets": computes_targets,
            "is_batch": network.is_batch,
            "over": network.over_examples,
            "examples": network.example_count,
            "ins": network.sizes[0],
            "outs": network.sizes[-1],
        }

    def examples(self, kind: str) -> list[str]:
        """The numbers of one example, or a row for each of many."""
        count = self.network.sizes[0 if kind == INPUT else -1]
        rows = [
            [made_up.number(self.network, Quantity(kind, unit=k, example=row), k)
             for k in range(count)]
            for row in range(self.network.example_count)
        ]  # fmt: skip
        if self.network.is_batch:
            return list(map(self.writer.row, rows))
        return list(map(self.writer.number, rows[0]))


_SUMMARIES = {
    "loss_and_gradient": "The loss of one example, and its gradient with respect to theta.",
    "of_example": "The loss of one example, and its gradient with respect to theta.",
    "forward": "The outputs for one example.",
    "target_values": "The targets of one example, from its inputs.",
}
