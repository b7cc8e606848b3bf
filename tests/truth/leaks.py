"""Sheets that answer a question of their own: read by somebody who looks for every key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from worksheets.leak_samples import Network, Variant, drawn, leaks, ready

from tests.truth.figure import Figure

SEEDS = 50  # of every ready recipe on every network
RECIPES = 700  # drawn at random, a sheet each


def figures() -> Iterator[Figure]:
    for what, sheets in (("ready", ready(range(SEEDS))), ("drawn", drawn(range(RECIPES)))):
        count, missed = leaking(sheets)
        yield Figure(
            f"{count:,} sheets of {what} recipes: with an answer printed on them", len(missed), 0,
            misses=tuple(missed),
        )  # fmt: skip


def leaking(sheets: Iterable[tuple[str, Variant, Network]]) -> tuple[int, list[str]]:
    """How many there are, and a line for each that leaks."""
    count, missed = 0, []
    for called, variant, structure in sheets:
        count += 1
        if found := leaks(variant, structure):
            missed.append(f"{called}: {'; '.join(found)}")
    return count, missed
