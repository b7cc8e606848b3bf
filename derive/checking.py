"""What ``derive check`` finds: the counts for each style, the conventions, the remarks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from textwrap import fill
from typing import Any

import derive
from derive.compute.reliable import lost
from derive.derivation.check import Report
from derive.derivation.derivation import STYLES, StyleName
from derive.derivation.numbered import numbered
from derive.derivation.rounding import Rounding
from derive.document.blocks import Inline, Strong
from derive.document.conventions import conventions
from derive.document.wording import wording
from derive.network import Network
from derive.notation import Names, names
from derive.writers.expressions.text import text

_WIDTH = 80
_STYLE = 10
_LOST = "Compiled code loses half of its digits or more, x being the pre-activation, in"


@dataclass(frozen=True, slots=True)
class Examination:
    """A network whose derivations hold, in every style asked for."""

    network: Network
    reports: dict[str, Report]
    numbers: dict[str, int]  # displayed relations between numbers, by style
    lost: tuple[str, ...] = ()  # where compiled code is wrong, of formulas of one's own


def examine(network: Network, style: StyleName | None = None) -> Examination:
    """Check the derivations of a network. Raises CheckFailed, NumbersError, and NetworkError for
    a notation file that is wrong."""
    found = Examination(network, {}, {}, tuple(map(str, lost(network))))
    for name in STYLES if style is None else (style,):
        derivation = derive.derive(network, name)
        found.reports[name] = derivation.check()
        if network.has_values:
            _, found.numbers[name] = numbered(derivation, _rounding(network))
    return found


def _rounding(network: Network) -> Rounding:
    return Rounding(network.digits, network.update_digits, network.rounding == "carried")


def stated(network: Network) -> tuple[str, ...]:
    """The conventions in force, a sentence each, in the network's own notation."""
    called = names(network.notation, network.shape, network.layout)
    rounding = _rounding(network) if network.has_values else None
    found = conventions(network, called, wording(network, called), rounding)
    return tuple(_plain(sentence, called) for sentence in found)


def _plain(content: Inline, called: Names) -> str:
    return "".join(
        part if isinstance(part, str) else part.text if isinstance(part, Strong)
        else text(part, called)
        for part in content
    )  # fmt: skip


def as_data(found: Examination) -> dict[str, Any]:
    """The examination for a program."""
    return {
        "title": found.network.title,
        "checked": {
            style: {**asdict(report), "numbers": found.numbers.get(style, 0)}
            for style, report in found.reports.items()
        },
        "conventions": stated(found.network),
        "remarks": found.network.remarks,
        "lost": found.lost,
    }


def as_text(found: Examination) -> str:
    """The examination for a terminal."""
    lines = [f"{found.network.title}: every equality holds"]
    for style, report in found.reports.items():
        lines += counted(style, report, found.numbers.get(style, 0))
    for heading, sentences in (
        ("Conventions", stated(found.network)), ("Remarks", found.network.remarks),
        (_LOST, found.lost),
    ):  # fmt: skip
        lines += listed(heading, sentences)
    return "\n".join(lines)


def counted(style: str, report: Report, numbers: int = 0) -> Iterator[str]:
    """The lines about what was checked in a style."""
    for i, sentence in enumerate(_counts(report, numbers)):
        yield _wrapped(f"{'' if i else style:<{_STYLE}}", sentence)


def listed(heading: str, sentences: Iterable[str]) -> Iterator[str]:
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
