"""What ``derive check`` finds: the counts for each style, the conventions, the remarks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from textwrap import fill
from typing import Any

import derive
from derive.compute.formulas.reliable import tried
from derive.compute.stable.reliable import lost
from derive.derivation.check import Report
from derive.derivation.derivation import StyleName, styles_of
from derive.derivation.numbers.numbered import numbered
from derive.derivation.numbers.rounding import rounding_of
from derive.document.blocks import Inline, Strong
from derive.document.conventions import conventions, graph_conventions
from derive.document.wording import wording
from derive.graph import FormulaGraph
from derive.graph.names import names_of
from derive.network import Network
from derive.notation import Names, names
from derive.writers.expressions.text import text

_WIDTH = 80
_STYLE = 10
_LOST = "Compiled code loses half of its digits or more, {} in"

_MOVING = ("x being the pre-activation,", "where one leaf alone is another number,")


@dataclass(frozen=True, slots=True)
class Examination:
    """A network, or a graph of formulas, whose derivations hold, in every style asked for."""

    source: Network | FormulaGraph
    reports: dict[str, Report]
    numbers: dict[str, int]  # displayed relations between numbers, by style
    lost: tuple[str, ...] = ()  # where compiled code is wrong, of formulas of one's own

    @property
    def title(self) -> str:
        """What it is called in a line."""
        if isinstance(self.source, FormulaGraph) and not self.source.title:
            return f"the graph of {self.source.loss.name}"
        return self.source.title

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was noticed when a network file was read."""
        return () if isinstance(self.source, FormulaGraph) else self.source.remarks


def examine(source: Network | FormulaGraph, style: StyleName | None = None) -> Examination:
    """Check the derivations of a network, or of formulas. Raises CheckFailed, NumbersError, and
    NetworkError for a notation file that is wrong."""
    lossy = tried(source).lost if isinstance(source, FormulaGraph) else lost(source)
    examination = Examination(source, {}, {}, tuple(map(str, lossy)))
    for name in styles_of(source) if style is None else (style,):
        derivation = derive.derive(source, name)
        examination.reports[name] = derivation.check()
        if source.has_values:
            _, examination.numbers[name] = numbered(derivation, rounding_of(source))
    return examination


def stated(source: Network | FormulaGraph) -> tuple[str, ...]:
    """The conventions in force, a sentence each, in the network's own notation."""
    rounding = rounding_of(source) if source.has_values else None
    if isinstance(source, FormulaGraph):
        naming = names_of(source)
        sentences = graph_conventions(source, wording(None, naming), rounding)
    else:
        naming = names(source.notation, source.shape, source.layout)
        sentences = conventions(source, naming, wording(source, naming), rounding)
    return tuple(_plain(sentence, naming) for sentence in sentences)


def _plain(content: Inline, naming: Names) -> str:
    return "".join(
        part if isinstance(part, str) else part.text if isinstance(part, Strong)
        else text(part, naming)
        for part in content
    )  # fmt: skip


def as_data(examination: Examination) -> dict[str, Any]:
    """The examination for a program."""
    return {
        "title": examination.title,
        "checked": {
            style: {**asdict(report), "numbers": examination.numbers.get(style, 0)}
            for style, report in examination.reports.items()
        },
        "conventions": stated(examination.source),
        "remarks": examination.remarks,
        "lost": examination.lost,
    }


def as_text(examination: Examination) -> str:
    """The examination for a terminal."""
    lines = [f"{examination.title}: every equality holds"]
    for style, report in examination.reports.items():
        lines += counted(style, report, examination.numbers.get(style, 0))
    for heading, sentences in (
        ("Conventions", stated(examination.source)), ("Remarks", examination.remarks),
        (_LOST.format(_MOVING[isinstance(examination.source, FormulaGraph)]), examination.lost),
    ):  # fmt: skip
        lines += headed_list(heading, sentences)
    return "\n".join(lines)


def counted(style: str, report: Report, numbers: int = 0) -> Iterator[str]:
    """The lines about what was checked in a style."""
    for i, sentence in enumerate(_counts(report, numbers)):
        yield _wrapped(f"{'' if i else style:<{_STYLE}}", sentence)


def headed_list(heading: str, sentences: Iterable[str]) -> Iterator[str]:
    """The lines below a heading; none where there is nothing to say."""
    for i, sentence in enumerate(sentences):
        if not i:
            yield from ("", heading)
        yield _wrapped("- ", sentence)


def _wrapped(head: str, sentence: str) -> str:
    after = " " * (2 + len(head))
    return fill(sentence, _WIDTH, initial_indent=f"  {head}", subsequent_indent=after)


def _counts(report: Report, numbers: int) -> Iterator[str]:
    yield (
        f"{report.steps} steps, {report.equalities} equalities compared at {report.points} "
        "random points and at every case"
    )
    yield f"held against {report.symbolic} partial derivatives of single formulas by SymPy"
    yield f"{report.differences} derivatives compared with finite differences"
    if report.independent:
        yield f"{report.independent} statements that a parameter does not reach an error"
    if numbers:
        yield f"{numbers} displayed numbers compared with the exact ones"
    for assumption in report.assumptions:
        yield f"assumed where it is said: {assumption}"
    for step in report.unchecked:
        yield f"not checked, 0 = 0 at every point: {step}"
    for step in report.unreached:
        yield f"a case that no number was found for, its seam not tried: {step}"
