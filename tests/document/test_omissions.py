"""What a page is asked to leave out is not there, and nothing else changes."""

from __future__ import annotations

from difflib import ndiff

import pytest

import derive
from derive.rendering import OMISSIONS, OptionError
from tests.derived import derived
from tests.document.networks import EXAMPLES

HEADS = {"symbols": "Meaning", "found": "What was found"}


@pytest.mark.parametrize("what", OMISSIONS)
@pytest.mark.parametrize("style", ["deltas", "paths", "matrices"])
@pytest.mark.parametrize("name", ["mazur", "batch"])
def test_only_that_is_left_out(name: str, style: str, what: str) -> None:
    derivation = derived(EXAMPLES[name], style)
    whole = derive.render(derivation, "text").splitlines()
    shorter = derive.render(derivation, "text", without=(what,)).splitlines()
    assert any(HEADS[what] in line for line in whole)
    assert not any(HEADS[what] in line for line in shorter)
    assert [line for line in ndiff(whole, shorter) if line.startswith("+ ")] == []


def test_a_page_without_the_counts_has_been_checked_all_the_same() -> None:
    assert "checked" not in derive.render(
        derived(EXAMPLES["mazur"]), "text", detail="brief", without=("found",)
    )


def test_what_cannot_be_left_out_is_told() -> None:
    with pytest.raises(OptionError, match=r"without: got 'proofs'; allowed are symbols, found"):
        derive.render(derived(EXAMPLES["mazur"]), without=("proofs",))  # type: ignore[arg-type]
