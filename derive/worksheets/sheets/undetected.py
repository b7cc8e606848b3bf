"""The mistakes that the numbers of a sheet do not show: by line, for its key and for the class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.worksheets.misconceptions import MISCONCEPTIONS
from derive.worksheets.questions.question import Question
from derive.worksheets.variants.discrimination import Alike


@dataclass(frozen=True, slots=True)
class Untold:
    """A misconception, and the lines of a sheet in which it leads to the right number."""

    misconception: str
    labels: tuple[str, ...]

    @property
    def title(self) -> str:
        """What it is called."""
        return MISCONCEPTIONS[self.misconception].title


def untold(questions: Sequence[Question], alike: Sequence[Alike]) -> tuple[Untold, ...]:
    """What of a variant's mistakes concerns lines that its sheet asks."""
    labels: dict[str, str] = {}
    for question in questions:
        for item in question.items:
            if item.answers and question.numbers is not None:
                labels.setdefault(item.task.source, item.answers[-1].label)
    lines_of: dict[str, list[str]] = {}
    for one in alike:
        if one.source in labels:
            lines_of.setdefault(one.misconception, []).append(labels[one.source])
    return tuple(Untold(slip, tuple(lines)) for slip, lines in lines_of.items())
