"""Someone with nothing but a page of text can follow it: every name known, every chain true."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

import derive
from derive.rendering import PARTS
from tests.derived import derived
from tests.document.networks import ACTIVATED, ALL, EXAMPLES, LOST, OTHERS
from tests.document.printed import Chain, Grid, Prose, parts, split
from tests.document.reader import EXACT, Page

STYLES = ("deltas", "paths")
VARIANTS = ("write-up-002-example-matrix", "write-up-002-cross-entropy", "write-up-001")


@cache
def rendered(name: str, style: str, detail: str, **options: Any) -> str:
    page = derive.render(derived(ALL[name], style), "text", detail=detail, **options)
    assert isinstance(page, str)
    return page


def follows(page: Page, name: str) -> None:
    """Nothing on the page is wrong, and every parameter got its derivative."""
    assert page.wrong == []
    network = ALL[name]
    assert len(page.answered) == len(network.parameters())
    assert page.chains >= sum(network.sizes)


@pytest.mark.parametrize("name", [*EXAMPLES, *OTHERS])
@pytest.mark.parametrize("style", STYLES)
def test_a_page_can_be_followed(name: str, style: str) -> None:
    follows(Page(rendered(name, style, "normal")), name)


@pytest.mark.parametrize("name", [*ACTIVATED, *LOST])
def test_every_activation_and_loss_can_be_followed(name: str) -> None:
    follows(Page(rendered(name, "paths", "normal")), name)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in VARIANTS])
@pytest.mark.parametrize("style", STYLES)
def test_a_full_page_can_be_followed(name: str, style: str) -> None:
    page = Page(rendered(name, style, "full"))
    follows(page, name)
    if ALL[name].has_values:
        assert page.numbers > 25, "numbers put in for names were compared one by one"


@pytest.mark.parametrize("name", ["mazur", "write-up-003", "relu-deep", "batch", "softmax inside"])
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("detail", ["normal", "full"])
def test_a_calculation_by_hand_can_be_followed(name: str, style: str, detail: str) -> None:
    page = Page(rendered(name, style, detail, rounding="carried"))
    assert page.carried
    follows(page, name)


@pytest.mark.parametrize("notation", ["plain", "letters", "indexed", "layered"])
@pytest.mark.parametrize("style", STYLES)
def test_it_can_be_followed_in_every_notation(notation: str, style: str) -> None:
    for name in ("mazur-trained-biases", "batch"):
        follows(Page(rendered(name, style, "normal", notation=notation)), name)


@pytest.mark.parametrize("digits", [2, 8])
def test_it_can_be_followed_with_other_digits(digits: int) -> None:
    follows(Page(rendered("mazur", "paths", "full", digits=digits)), "mazur")


@pytest.mark.parametrize("seed", range(3))
def test_symbols_hold_whatever_they_stand_for(seed: int) -> None:
    for style in STYLES:
        follows(Page(rendered("symbolic", style, "full"), seed), "symbolic")


@pytest.mark.parametrize("name", [*EXAMPLES, *OTHERS])
@pytest.mark.parametrize("style", STYLES)
def test_a_page_with_all_its_parts_can_be_followed(name: str, style: str) -> None:
    detail = "full" if name in ("mazur", "symbolic", "write-up-002", "batch") else "normal"
    # The tables of a training are read by tests of their own.
    parts = tuple(part for part in PARTS if part != "training")
    follows(Page(rendered(name, style, detail, parts=parts)), name)


def test_where_deltas_take_over() -> None:
    page = derive.render(derived(ALL["deep"], "paths", max_paths=2), "text")
    assert isinstance(page, str) and "deltas take over" in " ".join(page.split())
    follows(Page(page), "deep")


# -- faults planted in pages -------------------------------------------------------------------


def slips(text: str, chance: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """Pages with one slip in a displayed chain each, and what it is."""
    lines = text.split("\n")
    name = r"(?<![\w∂])[A-Za-zδ]+_?[a-z]*\d(?!\w)"
    names = sorted({found for line in lines for found in re.findall(name, line)})
    by_name = lines.index("All examples at once") if "All examples at once" in lines else len(lines)
    displayed = [
        k
        for k, line in enumerate(lines[:by_name])
        if re.match(r"    +\S", line) and re.search("[=≈←]", line)
    ]
    while count:
        at = chance.choice(displayed)
        body = re.sub(r"(\s{2,}\[[^\]]*\])?(\s{2,}\(\d+\))?$", "", lines[at])
        places = [
            *re.finditer(r"(?<= )[+−](?= )|·", body),
            *re.finditer(r"(?<=\.\d\d)\d", body),
            *re.finditer(name, body),
        ]
        if not places:
            continue
        place = chance.choice(places)
        old = place[0]
        others = [other for other in names if other != old and other[0] == old[0]] or names
        new = {"+": "−", "−": "+", "·": "/"}.get(old) or (
            str((int(old) + 5) % 10) if old.isdigit() else chance.choice(others)
        )
        changed = [*lines]
        changed[at] = body[: place.start()] + new + lines[at][place.end() :]
        count -= 1
        yield "\n".join(changed), f"{body.strip()} → {changed[at].strip()}"


def harmless(page: Page, before: str, after: str) -> bool:
    """Whether a slip changes nothing: + 0 is − 0, and 0·2 is 0/2. ``page``: the right one."""
    for one, other in zip(parts(before), parts(after), strict=True):
        if isinstance(one, Chain) and isinstance(other, Chain) and one != other:
            try:
                return all(
                    abs(page.value(a) - page.value(b)) < EXACT
                    for a, b in zip(one.members, other.members, strict=True)
                )
            except (AssertionError, ArithmeticError):
                return False
    return True


@pytest.mark.parametrize(
    ("name", "style", "detail"),
    [
        ("mazur", "deltas", "normal"),
        ("mazur", "paths", "full"),
        ("write-up-003", "deltas", "full"),
        ("symbolic", "paths", "full"),
        ("relu inside", "deltas", "normal"),
        ("batch", "paths", "normal"),
    ],
)
def test_slips_are_found(name: str, style: str, detail: str) -> None:
    text = rendered(name, style, detail)
    right, chance = Page(text), random.Random(f"{name} {style}")
    planted = [(page, slip) for page, slip in slips(text, chance, 10)
               if not harmless(right, text, page)]  # fmt: skip
    assert len(planted) > 5
    assert [slip for page, slip in planted if not Page(page).wrong] == []


@pytest.mark.parametrize(
    ("right", "slip", "doubt"),
    [
        ("(a_o1 − t1)·a_o1", "(t1 − a_o1)·a_o1", "left side"),
        ("δ_o1·a_h2 ≈", "δ_o1·a_h1 ≈", "left side"),
        ("≈ 0.13850", "≈ 0.13852", "and not"),
        ("= 0.3775", "= 0.3776", "and not"),
        ("= W1·i1 + W2·i2 + b1\n", "= W1·i1 + W2·i2\n", "and not"),
        ("0.75137 − 0.01)·", "0.75138 − 0.01)·", "stands for"),
        ("Combining (1), (2) and (3)", "Combining (1), (2) and (4)", "not been seen"),
        ("h1   = W1·i1", "h1   = W1·a_o1", "before it is defined"),
        ("  W5           0.40", "  W5           0.41", "before"),
        ("0.29837 to 0.29103", "0.29837 to 0.29013", "the loss is"),
        ("falls from", "goes from", "goes?"),
        ("a_h1·(1 − a_h1)", "a_h1·…", "left out"),
        ("= ∂E_Total/∂o1 ≈", "= ∂E_Total/∂o2 ≈", "left side"),
        ("= W5 ", "= W6 ", "left side"),
    ],
)
def test_a_slip_is_doubted_for_what_it_is(right: str, slip: str, doubt: str) -> None:
    text = rendered("mazur", "paths", "normal")
    assert right in text
    found = Page(text.replace(right, slip, 1)).wrong
    assert any(doubt in one for one in found), found


# -- the eye -----------------------------------------------------------------------------------


def test_a_page_is_taken_apart() -> None:
    page = """Title
═════

Some words (1) that
go on.

  • An item
    of two lines.
  • Another.

  Name    What   Value
  ──────  ─────  ─────
  a, b    some   1 and
  and c   words  2
  d       more

    x   = a + b
            + c
        ≈ [1 + { 2 if a = 1; 3 otherwise }]                   [by a rule]  (4)
    y   = 1
"""
    assert list(parts(page)) == [
        Prose("Title", 1),
        Prose("Some words (1) that go on.", 4),
        Prose("An item of two lines.", 7),
        Prose("Another.", 9),
        Grid(("Name", "What", "Value"), (("a, b and c", "some words", "1 and 2"),
                                         ("d", "more", "")), 11),
        Chain(("x", "a + b + c", "[1 + { 2 if a = 1; 3 otherwise }]"), ("=", "≈"), 17, 4,
              "by a rule"),
        Chain(("y", "1"), ("=",), 20),
    ]  # fmt: skip
    assert split("w ← w − η") == (("w", "w − η"), ("←",))
