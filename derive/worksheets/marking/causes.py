"""The misconceptions that lead to a wrong number."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.worksheets.exercise import Exercise, Task
from derive.worksheets.marking.carried import Result, Values
from derive.worksheets.marking.nearness import Precision, is_cut_off, is_rounded
from derive.worksheets.marking.reading.numbers import Reading
from derive.worksheets.misconceptions import slips

_FEWEST = 3  # digits by which a number with fewer than asked for is told from others


def misconceptions_behind(
    task: Task, exercise: Exercise, reading: Reading, precision: Precision, ways: tuple[Values, ...]
) -> tuple[str, ...]:
    """The ids of the misconceptions whose value was written, the likelier first.

    ways  the numbers that may have been put in

    The value has the digits asked for; where none does, it may have fewer, or be cut off.
    """

    def as_asked(result: Result) -> bool:
        return is_rounded(reading, result, precision.of(reading))

    def as_written(result: Result) -> bool:
        return is_rounded(reading, result, reading.unit) or is_cut_off(reading, result)

    candidates = list(_values(task, exercise, ways))
    names = _names(candidates, as_asked)
    if not names and reading.digits >= _FEWEST:
        names = _names(candidates, as_written)
    return names


def _values(
    task: Task, exercise: Exercise, ways: tuple[Values, ...]
) -> Iterator[tuple[str, Result]]:  # fmt: skip
    for slip in slips(task, exercise):
        for values in ways:
            result = values.work_out(slip.formula, slip.misconception.fewer)
            if result is not None:
                yield slip.misconception.id, result


def _names(candidates: list[tuple[str, Result]], fits: Callable[[Result], bool]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name, result in candidates if fits(result)))
