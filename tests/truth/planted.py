"""Faults planted in the steps of derivations: the check finds each, and names its step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import derive
from tests.derivation.planting import NETWORKS, STYLES, planted
from tests.truth.figure import Figure
from tests.truth.spread import spread

STEPS = 12  # of every rule
PAGES = [(name, style) for name in NETWORKS for style in STYLES]


def figures() -> Iterator[Figure]:
    lines = list(spread(examined, range(len(PAGES)), at_a_time=1))
    missed = tuple(line for line in lines if line)
    yield Figure("faults planted in the steps of derivations", len(lines), 5_000, at_least=True)
    yield Figure("of these, not found or blamed on another step", len(missed), 0, misses=missed)


def examined(numbers: Sequence[int]) -> list[str]:
    """A line for each fault in some pages: empty where it is found, and named."""
    found = []
    for number in numbers:
        name, style = PAGES[number]
        derivation = derive.derive(NETWORKS[name], style)
        for fault in planted(derivation, name, STEPS, 1):
            found.append("" if fault.found else f"{name}, {style}: {fault}")
    return found
