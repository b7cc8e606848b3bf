"""The bound on work itself: it holds, and it lets pass what is below it."""

from __future__ import annotations

import sys

import pytest
from work import TooMuchWork, at_most


def busy(calls: int) -> int:
    return sum(abs(n) for n in range(calls))


def test_work_below_the_bound_passes() -> None:
    with at_most(1_000):
        assert busy(300) == 44_850


@pytest.mark.parametrize("bound", [0, 1, 499])
def test_work_past_the_bound_fails_where_it_is_done(bound: int) -> None:
    with pytest.raises(TooMuchWork, match=f"more than {bound} calls"), at_most(bound):
        busy(500)
    assert sys.getprofile() is None


def test_an_error_inside_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), at_most(1_000):
        1 // 0  # noqa: B018
    assert sys.getprofile() is None
