"""What ``derive check`` finds about a family: every network of it, and what is left out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from derive.checking import Examination, as_data, counted, examine, headed_list, stated
from derive.derivation.check import CheckFailed, Report
from derive.derivation.derivation import StyleName
from derive.network import Network
from derive.worksheets.recipes.combinations import LeftOut, combination_of
from derive.worksheets.recipes.family import Family

_COLUMN = 10

Progress = Callable[[int, int], None]  # how many are done, of how many


@dataclass(frozen=True, slots=True)
class FamilyExamination:
    """A family whose every derivation holds.

    each  of its structures, in order
    """

    family: Family
    each: tuple[Examination, ...]

    def of_all(self, style: str) -> Report:
        """What was checked in a style, of all networks together."""
        reports = [one.reports[style] for one in self.each]

        def merged(lines: Iterable[Iterable[str]]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(line for some in lines for line in some))

        return Report(
            sum(report.steps for report in reports),
            sum(report.equalities for report in reports),
            sum(report.symbolic for report in reports),
            sum(report.independent for report in reports),
            sum(report.differences for report in reports),
            min(report.points for report in reports),
            merged(report.assumptions for report in reports),
            merged(report.unchecked for report in reports),
        )


def examine_family(
    family: Family, style: StyleName | None = None, progress: Progress | None = None
) -> FamilyExamination:
    """Check the derivations of every structure. Raises CheckFailed, naming network and step."""
    examinations: list[Examination] = []
    for structure in family.structures:
        try:
            examinations.append(examine(structure, style))
        except CheckFailed as error:
            combination = combination_of(structure)
            reason = f"{error.reason} (network {combination})"
            raise CheckFailed(error.step, reason, error.place, error.remedy) from error
        if progress is not None:
            progress(len(examinations), len(family.structures))
    return FamilyExamination(family, tuple(examinations))


def family_data(examination: FamilyExamination) -> dict[str, Any]:
    """The examination for a program: of each network what ``as_data`` says of one alone."""
    return {
        "title": examination.family.title,
        "networks": [
            {"network": _combination(one)} | {k: v for k, v in as_data(one).items() if k != "title"}
            for one in examination.each
        ],
        "left_out": [
            {"network": str(one.combination), "reason": _reason(one)}
            for one in examination.family.left_out
        ],
    }


def family_text(examination: FamilyExamination) -> str:
    """The examination for a terminal."""
    count = len(examination.each)
    networks = f"its {count} networks" if count > 1 else "its one network"
    lines = [f"{examination.family.title}: every equality of {networks} holds"]
    styles = tuple(examination.each[0].reports)
    for style in styles:
        lines += counted(style, examination.of_all(style))
    lines += ["", *_table(examination.each, styles)]
    for heading, sentences in (
        ("Left out, as it does not fit", _left_out(examination.family.left_out)),
        ("Conventions", _shared([stated(one.source) for one in examination.each])),
        ("Remarks", _shared([one.remarks for one in examination.each])),
    ):
        lines += headed_list(heading, sentences)
    return "\n".join(lines)


def _combination(one: Examination) -> str:
    assert isinstance(one.source, Network)  # a family is of networks
    return str(combination_of(one.source))


def _table(each: Sequence[Examination], styles: Sequence[str]) -> Iterator[str]:
    """A row for each network: its equalities, style by style."""
    head = "Equalities of each network"
    combinations = [_combination(one) for one in each]
    wide = max(map(len, (head, *combinations))) + 2
    yield f"{head:<{wide}}" + "".join(f"{style:>{_COLUMN}}" for style in styles)
    for name, one in zip(combinations, each, strict=True):
        numbers = (one.reports[style].equalities for style in styles)
        yield f"  {name:<{wide - 2}}" + "".join(f"{number:>{_COLUMN}}" for number in numbers)


def _left_out(left: Sequence[LeftOut]) -> Iterator[str]:
    """Each reason, and for what it holds."""
    reasons: dict[str, list[LeftOut]] = {}
    for one in left:
        reasons.setdefault(_reason(one), []).append(one)
    for reason, those in reasons.items():
        first = str(those[0].combination)
        which = first if len(those) == 1 else f"{len(those)} combinations, such as {first}"
        yield f"{which}: {reason}"


def _reason(one: LeftOut) -> str:
    """Why, without what could be done."""
    return one.reason.partition(";")[0]


def _shared(each: Sequence[Sequence[str]]) -> Iterator[str]:
    """Every sentence once, with the number of networks it is said of where not of all."""
    for sentence, count in Counter(s for some in each for s in some).items():
        yield sentence if count == len(each) else f"{count} of {len(each)} networks: {sentence}"
