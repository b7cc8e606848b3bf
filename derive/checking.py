"""What ``derive check`` finds: the counts for each style, the conventions, the remarks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import derive
from derive.conventions import conventions
from derive.derivation.check import Report
from derive.derivation.derivation import STYLES
from derive.network import Network

_WIDTH = 12


@dataclass(frozen=True, slots=True)
class Examination:
    """A network whose derivations hold, in every style asked for."""

    network: Network
    reports: dict[str, Report]


def examine(path: str, style: str | None = None) -> Examination:
    """Check the derivations of a network file. Raises NetworkError, CheckFailed, OSError."""
    network = derive.load(path)
    styles = STYLES if style is None else (style,)
    return Examination(network, {name: derive.derive(network, name).check() for name in styles})


def as_data(found: Examination) -> dict[str, Any]:
    """The examination for a program."""
    return {
        "title": found.network.title,
        "checked": {style: asdict(report) for style, report in found.reports.items()},
        "conventions": conventions(found.network),
        "remarks": found.network.remarks,
    }


def as_text(found: Examination) -> str:
    """The examination for a terminal."""
    lines = [f"{found.network.title}: every equality holds"]
    for style, report in found.reports.items():
        lines += _told(style, _sentences(report))
    lines += ["", "Conventions"]
    for topic, sentences in conventions(found.network).items():
        lines += _told(topic, sentences)
    if found.network.remarks:
        lines += ["", "Remarks"]
        lines += [f"  {remark}" for remark in found.network.remarks]
    return "\n".join(lines)


def _sentences(report: Report) -> Iterable[str]:
    yield (
        f"{report.steps} steps, {report.equalities} equalities compared at "
        f"{report.points} random points and in every case"
    )
    yield f"{report.differences} derivatives compared with finite differences"
    if report.independent:
        yield f"{report.independent} statements that a weight does not reach an error"
    for assumption in report.assumptions:
        yield f"assumed where it is said: {assumption}"
    for step in report.unchecked:
        yield f"not checked, 0 = 0 at every point: {step}"


def _told(topic: str, sentences: Iterable[str]) -> list[str]:
    first, *others = sentences
    return [f"  {topic:<{_WIDTH}}{first}", *(f"  {'':<{_WIDTH}}{other}" for other in others)]
