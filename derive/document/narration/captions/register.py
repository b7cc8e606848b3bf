"""Numbers of the register in running text: (1), (2) and (9) to (12)."""

from __future__ import annotations

from collections.abc import Iterable

from derive.document.blocks import Inline, Reference
from derive.document.wording import Wording


def numbers(words: Wording, equation_numbers: Iterable[int]) -> Inline:
    """The numbers in order, four or more in a row as the first and the last; () for none."""
    runs: list[list[int]] = []
    for number in sorted(set(equation_numbers)):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    items: list[Inline] = []
    for run in runs:
        if len(run) > 3:
            items.append(words("from_to", first=Reference(run[0]), last=Reference(run[-1])))
        else:
            items.extend((Reference(number),) for number in run)
    return words.listing(tuple(items))
