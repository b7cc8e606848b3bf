"""A mistake with a name costs once: whoever forgets η in every update has made one mistake."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from derive.worksheets.marking.verdicts import Mark, Verdict


def once(marks: Sequence[Mark], guessed: Collection[str] = ()) -> tuple[Mark, ...]:
    """The marks of a sheet, where a wrong answer with the name of an earlier one is REPEATED.

    One answer may have several names. It repeats an earlier one if they have a name in common, and
    then only common names are left, so that a third answer repeats the same mistake as both.

    guessed  labels of blanks whose answer is chosen from a list: there a guess has a name too
    """
    mistakes: list[list[str]] = []  # the names that each mistake made so far may have
    result = []
    for mark in marks:
        if mark.verdict is not Verdict.WRONG or not mark.misconceptions or mark.label in guessed:
            result.append(mark)
            continue
        for names in mistakes:
            common = [name for name in names if name in mark.misconceptions]
            if common:
                names[:] = common
                rest = [name for name in mark.misconceptions if name not in common]
                again = replace(mark, verdict=Verdict.REPEATED, misconceptions=(*common, *rest))
                result.append(again)
                break
        else:
            mistakes.append(list(mark.misconceptions))
            result.append(mark)
    return tuple(result)
