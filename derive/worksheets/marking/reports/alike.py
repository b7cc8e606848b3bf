"""Steps of a question that fail alike, told in one row: ∂E/∂W1 … ∂E/∂W8."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.document.blocks import Inline
from derive.worksheets.marking.reports.tallies import StepTally


@dataclass(frozen=True, slots=True)
class Alike:
    """Steps of one question that fail because of the same misconception, or, where none is known,
    in as many sheets, in the order of the sheet.

    runs  steps that follow each other in the question
    """

    runs: tuple[tuple[StepTally, ...], ...]

    @property
    def steps(self) -> tuple[StepTally, ...]:
        return tuple(step for run in self.runs for step in run)

    @property
    def failed(self) -> int:
        """In how many sheets the step that fails most often does."""
        return max(step.failed for step in self.steps)

    @property
    def misconception(self) -> str:
        """The one most often found; "" where there is none."""
        return _mostly(self.steps[0])

    @property
    def counts(self) -> tuple[str, str, str, str]:
        """Asked, wrong, first wrong, missing: 5, or 3–5 where the steps differ. A sheet has one
        first wrong step, so those add up."""
        steps = self.steps
        return (
            _span([step.sheets for step in steps]), _span([step.wrong for step in steps]),
            str(sum(step.first for step in steps)), _span([step.missing for step in steps]),
        )  # fmt: skip

    @property
    def names(self) -> Inline:
        """∂E/∂W1 … ∂E/∂W8, b1: of a run of three or more the first and the last."""
        names: list[Inline] = []
        for run in self.runs:
            if len(run) > 2:
                names.append((*_name(run[0]), " … ", *_name(run[-1])))
            else:
                names += map(_name, run)
        return tuple(p for i, name in enumerate(names) for p in ((", ",) if i else ()) + name)


def alike(steps: Sequence[StepTally]) -> list[Alike]:
    """The steps that fail, those alike together, the most frequent failure first."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, step in enumerate(steps):
        if step.failed:
            how = _mostly(step) or (step.sheets, step.wrong, step.missing)
            groups.setdefault((step.question, step.kind, how), []).append(place)
    rows = [Alike(tuple(_runs(steps, places))) for places in groups.values()]
    return sorted(rows, key=lambda one: -one.failed)


def _runs(steps: Sequence[StepTally], places: Sequence[int]) -> Iterator[tuple[StepTally, ...]]:
    """Places that follow each other, together."""
    start = 0
    for end in range(1, len(places) + 1):
        if end == len(places) or places[end] != places[end - 1] + 1:
            yield tuple(steps[place] for place in places[start:end])
            start = end


def _mostly(step: StepTally) -> str:
    return step.misconceptions[0][0] if step.misconceptions else ""


def _name(step: StepTally) -> Inline:
    return (step.subject,) if step.subject is not None else (step.step or step.kind,)


def _span(counts: Sequence[int]) -> str:
    least, most = min(counts), max(counts)
    return str(most) if least == most else f"{least}–{most}"
