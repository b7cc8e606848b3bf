"""What ``derive check`` finds: the counts for each style, the conventions, the remarks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import derive
from derive.derivation.check import Report
from derive.derivation.derivation import STYLES
from derive.derivation.rounding import Rounding
from derive.document.blocks import Inline, Strong
from derive.document.conventions import conventions
from derive.document.wording import Wording
from derive.network import Network
from derive.notation import Names, names
from derive.writers.expressions.text import text

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


def stated(network: Network) -> tuple[str, ...]:
    """The conventions in force, a sentence each, in the network's own notation."""
    called = names(network.notation, network.shape, network.layout)
    rounding = None
    if network.has_values:
        carried = network.rounding == "carried"
        rounding = Rounding(network.digits, network.update_digits, carried)
    found = conventions(network, called, Wording(), rounding)
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
        "checked": {style: asdict(report) for style, report in found.reports.items()},
        "conventions": stated(found.network),
        "remarks": found.network.remarks,
    }


def as_text(found: Examination) -> str:
    """The examination for a terminal."""
    lines = [f"{found.network.title}: every equality holds"]
    for style, report in found.reports.items():
        lines += _told(style, _sentences(report))
    lines += ["", "Conventions"]
    lines += [f"  {sentence}" for sentence in stated(found.network)]
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
