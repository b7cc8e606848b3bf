"""A graph's loss and gradients as one readable file that needs nothing of derive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from derive.algebra.languages.catalogue import LANGUAGES, UNTRIED, Language
from derive.algebra.languages.spelling import printable
from derive.compute.backends.code import items
from derive.compute.formulas.made_up import numbers
from derive.compute.formulas.program import Programs
from derive.compute.formulas.reliable import tried
from derive.compute.formulas.source import FormulaIdentifiers
from derive.compute.programs.program import gradient
from derive.compute.sources.text import Text
from derive.compute.stable.reliable import DIGITS
from derive.expression.kinks import has_kinks
from derive.expression.nodes import Cases, Quantity
from derive.graph import FormulaGraph
from derive.graph.names import names_of

if TYPE_CHECKING:
    from derive.algebra.languages.writing import Routine, Writer

_MOST = 40  # formulas that the head shows


def formula_file(graph: FormulaGraph, language: Language) -> str:
    """The file: ``loss_and_gradient(theta, inputs)``, and ``forward`` for every formula."""
    from derive.algebra.languages.writing import Writer

    file = _File(graph, Writer(language))
    return file.writer.file(
        list(file.routines()), head=file.head(), own=file.numbers(), over="mean", layers=False
    )


class _File:
    """A graph's file in the language of a writer."""

    def __init__(self, graph: FormulaGraph, writer: Writer) -> None:
        from derive.algebra.languages.manners import reserved

        self.graph = graph
        self.programs = Programs(graph)
        self.writer = writer
        self.arrays = writer.manners.template == "arrays"
        self.code = FormulaIdentifiers(graph, reserved(writer.language), writer.manners.one_case)
        self.formula = Text(names_of(graph).text)

    def routines(self) -> Iterator[Routine]:
        trained = tuple(map(gradient, self.graph.parameters))
        summary = "The loss, and its gradient with respect to theta."
        if self.arrays and self.graph.inputs:
            summary = (
                "The loss and its gradient by theta; of several examples, a row of inputs each, "
                "their mean."
            )
        yield self.routine("loss_and_gradient", summary, self.graph.loss, trained)
        every = tuple(self.graph.definitions)
        yield self.routine("forward", "The value of every formula.", None, every)

    def routine(
        self, name: str, summary: str, loss: Quantity | None, results: Sequence[Quantity]
    ) -> Routine:
        from derive.algebra.languages.writing import Part, Routine

        groups = {"theta": self.graph.parameters, "inputs": self.graph.inputs}
        given = [source for source, leaves in groups.items() if leaves]
        outputs = [*([loss] if loss else []), *results]
        program = self.programs.with_remarks(self.programs.gradient.only(outputs))
        return Routine(
            name, summary, tuple(given),
            tuple(Part(source, tuple(map(self.code, groups[source]))) for source in given),
            tuple(items(program, self.code, self.formula, self.writer)),
            self.code(loss) if loss else "", tuple(map(self.code, results)),
            averaged=self.arrays,
        )  # fmt: skip

    def numbers(self) -> dict[str, Any]:
        """The graph's own numbers, or some that are made up, as the language writes them."""
        own, graph = numbers(self.graph), self.graph
        given = ["THETA", "INPUTS"] if graph.inputs else ["THETA"]
        return {
            "names": [f'"{self.code(q)}"' for q in graph.parameters],
            "theta": [self.writer.number(own[q]) for q in graph.parameters],
            "fixed": [],
            "inputs": [self.writer.number(own[q]) for q in graph.inputs],
            "targets": [],
            "named": given,
            "given": given,
            "computes_targets": False,
            "is_batch": False,
            "over": "mean",
            "examples": 1,
            "ins": len(graph.inputs),
            "outs": 0,
        }

    # -- in words ----------------------------------------------------------------------------

    def head(self) -> list[str]:
        """What the file is about, as the lines of a comment."""
        graph, width = self.graph, self.writer.room
        row = LANGUAGES[self.writer.language]
        definitions = list(graph.definitions.items())
        about = [f"    {self.formula(q)} = {self.formula(e)}" for q, e in definitions[:_MOST]]
        if len(definitions) > _MOST:
            about.append(f"    … {len(definitions) - _MOST} more formulas")
        others = f" The inputs are {_listing(graph.inputs)}." if graph.inputs else ""
        paragraphs = [
            f"theta holds, in this order, {_listing(graph.parameters)}.{others}",
            "The comments are the textbook formulas; the lines under them compute the same "
            f"{self._promise()}",
            f"Logarithms are natural.{_kinks(graph)}",
            f"Made by derive; needs nothing but {row.needs}."
            + f" In derive's tests files in this language are {UNTRIED}." * (not row.tried),
        ]
        if not graph.has_values:
            paragraphs.append(
                "The graph lacks numbers of its own: those missing are made up below."
            )
        title = (graph.title or "Loss and gradient of a graph of formulas").rstrip(".")
        lines = [f"{title}.", ""]
        for line in about:
            lines += wrap(line, width, subsequent_indent=" " * 8, drop_whitespace=True)
        for paragraph in paragraphs:
            lines += ["", *wrap(paragraph, width)]
        return [printable(line).replace("\\", "/").replace('"', "'") for line in lines]

    def _promise(self) -> str:
        """What holds of the generated lines: said only as far as it was found so."""
        trial = tried(self.graph)
        power = "−10^150 to 10^150" if trial.far > 100 else f"−{trial.far:g} to {trial.far:g}"
        one = "one of them" if len(trial.leaves) > 1 else "it"
        where = (
            f"{_listing(trial.leaves)} as below, but {one} alone from {power}, wherever "
            f"{DIGITS[-1]:,} digits tell the value"
        )
        if not trial.lost:
            return f"in a form that neither overflows nor cancels where it was tried: {where}."
        return (
            "in a form that is as stable as derive could make it. Half of the digits or more are "
            f"lost here: {'; '.join(map(str, trial.lost))}. No others were found: {where}."
        )


def _listing(leaves: Sequence[Quantity]) -> str:
    names = [q.name for q in leaves]
    return ", ".join(names) if len(names) <= 12 else ", ".join((*names[:11], "…", names[-1]))


def _kinks(graph: FormulaGraph) -> str:
    if not any(map(has_kinks, graph.definitions.values())):
        return ""
    chosen = any(isinstance(n, Cases) for e in graph.definitions.values() for n in e.walk())
    tie = " Where the two sides of max, min or abs meet, the derivative is the mean of their slopes"
    return f"{tie}{'; a choice has that of the branch that holds' if chosen else ''}."
