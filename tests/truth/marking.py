"""How many slips and misconceptions the marking finds; the tests print every miss themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.truth.figure import Figure

COUNTS = "found_at_their_steps or rewriting or worst_time"


def figures() -> Iterator[Figure]:
    failed = pytest.main(["-s", "-p", "no:cacheprovider", "tests/worksheets", "-k", COUNTS])
    yield Figure("counts of the marking, printed above: 0 where all hold", failed, 0)
