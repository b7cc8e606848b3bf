"""No sheet answers its own questions: looked for by a reader that knows nothing of the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from worksheets.leak_samples import NETWORKS, drawn, leaks, ready
from worksheets.networks import relu_softmax, two_two_two

import derive
from derive.network import Dense, Network
from derive.worksheets import Ask, Recipe, Variant
from derive.worksheets.questions.ledger import Ledger
from derive.worksheets.questions.patterns import pattern
from derive.writers import write
from tests.truth.leaks import leaking

NUMBERS = NETWORKS["2-2-2, sigmoid"]


def variant_of(network: Network, *asked: Ask, seed: int = 1, digits: int = 4) -> Variant:
    return derive.worksheet(network, Recipe(digits, questions=asked), variants=1, seed=seed)[0]


def test_no_ready_recipe_leaks() -> None:
    count, missed = leaking(ready(range(1)))
    assert count == 30 and not missed, "\n".join(missed)


def test_no_drawn_recipe_leaks() -> None:
    count, missed = leaking(drawn(range(1000, 1018)))
    assert count > 15 and not missed, "\n".join(missed)


@pytest.mark.parametrize("seed", [278, 386])
def test_code_does_not_ask_what_a_wrong_line_shows(seed: int) -> None:
    """A line with another index in it, to be corrected, has the shape of the right ones."""
    (variant_of,) = drawn(range(seed, seed + 1))
    _, variant, structure = variant_of
    assert {"mistake", "code"} <= {question.kind for question in variant.questions}
    assert not leaks(variant, structure)


# -- that the reader finds what there is -------------------------------------------------------

LEAKY = (
    (Ask("graph", count=3), Ask("gradient", count=3, given=True, difficulty="hard")),
    (Ask("graph", count=3), Ask("forward")),
    (Ask("symbolic", count=2), Ask("gradient", guided=False)),
    (Ask("gradient"), Ask("symbolic", count=4)),
    (Ask("gradient", given=True), Ask("delta")),
    (Ask("code"),),
    (Ask("mistake", difficulty="hard"),),
    (Ask("blanks", count=6), Ask("delta")),
    (Ask("new-loss"), Ask("update")),
)


@pytest.mark.parametrize("asked", LEAKY, ids=[" ".join(a.kind for a in one) for one in LEAKY])
def test_a_sheet_without_its_book_leaks_and_is_found(
    asked: tuple[Ask, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not leaks(variant_of(NUMBERS, *asked), NUMBERS)
    for name in ("may_ask", "may_print", "may_tell", "may_ask_for"):
        monkeypatch.setattr(Ledger, name, lambda *_: True)
    monkeypatch.setattr(Ledger, "has", lambda *_: False)
    monkeypatch.setattr(Ledger, "is_expected", lambda *_: False)
    monkeypatch.setattr(Ledger, "twins", lambda self, one: (one,))
    monkeypatch.setattr(Ledger, "pattern", lambda self, one: one)
    monkeypatch.setattr(Ledger, "reserved", lambda *_: set())
    monkeypatch.setattr(Ledger, "is_readable", lambda *_: False)
    assert any(leaks(variant_of(NUMBERS, *asked, seed=seed), NUMBERS) for seed in range(1, 6))


def test_formulas_that_differ_by_indices_have_one_pattern() -> None:
    exercise = derive.worksheet(two_two_two(), variants=1, seed=1).bundle.maker().exercise
    kinds = {}
    for task in exercise.tasks:
        if task.part in ("delta", "gradient"):
            subject = task.step.about[0]
            kinds.setdefault((task.kind, subject.layer), set()).add(pattern(task.formula))
    assert all(len(alike) == 1 for alike in kinds.values())
    # δ of an output, δ of a hidden unit, ∂E/∂w, ∂E/∂b of both layers: δ·a, δ·i, δ
    assert len(set.union(*kinds.values())) == 5


# -- single ways to leak -----------------------------------------------------------------------


def test_what_relu_hands_on_is_not_printed_where_it_is_asked() -> None:
    """a_h1 = relu(h1) = h1: the number of the one is that of the other."""
    network = relu_softmax()
    for seed in range(6):
        variant = variant_of(network, Ask("local", given=True), Ask("forward"), seed=seed)
        assert not leaks(variant, network)


def test_new_values_that_are_printed_are_not_asked_for() -> None:
    variant = variant_of(two_two_two(), Ask("new-loss"), Ask("update"))
    assert [question.kind for question in variant.questions] == ["new-loss"]
    assert variant.left_out == ("update (the sheet gives the results already)",)


def test_the_same_is_not_asked_twice_about_understanding() -> None:
    variant = variant_of(two_two_two(), Ask("concept", count=2), Ask("concept", count=5))
    asked = [answer.step for question in variant.questions for answer in question.answers]
    assert len(set(asked)) == len(asked)


def test_no_format_prints_more_than_the_text_and_its_pictures(tmp_path: Path) -> None:
    """The blocks of a sheet are the same for all formats; no number stands in one alone."""
    import re

    asked = (Ask("graph", count=5), Ask("gradient", given=True, count=3), Ask("update", count=2))
    variant = variant_of(two_two_two(), *asked, digits=6)
    decimals = re.compile(r"\d\.\d{4,6}(?!\d)")
    pages = {to: str(write(variant.sheet, variant.names, to)) for to in ("text", "markdown")}
    text = set(decimals.findall(pages["text"]))
    answers = {getattr(answer.value, "text", "").lstrip("-") for answer in variant.answers
               if answer.label.isdecimal()}  # fmt: skip
    latex = str(write(variant.sheet, variant.names, "latex"))
    assert len(answers) > 8 and not answers & text
    for page in (pages["markdown"], latex):
        assert not {answer for answer in answers if len(answer) > 6 and answer in page}


@pytest.mark.parametrize("layout", ["from_to", "to_from"])
def test_shapes_are_those_of_the_page(layout: str) -> None:
    network = Network(3, [Dense(2, "tanh"), Dense(1)], layout=layout)
    variant = variant_of(network, Ask("shapes", hints=True))
    rendered = derive.render(derive.derive(network, style="matrices"), "text")
    values = [answer.value for answer in variant.answers]  # type: ignore[union-attr]
    assert values == ([3, 2, 2, 1] if layout == "from_to" else [2, 3, 1, 2])
    sending = "a row belongs to a sending unit" in " ".join(str(rendered).split())
    assert sending == (layout == "from_to")
    sheet = " ".join(str(write(variant.sheet, variant.names, "text")).split())
    assert ("the row of what comes in times a matrix W" in sheet) == (layout == "from_to")


# -- letters -----------------------------------------------------------------------------------


def test_the_right_letter_is_as_likely_at_every_place() -> None:
    """χ² of the places of the right choice, by number of options, over 40 sheets."""
    places: dict[int, list[int]] = {}
    for number in range(40):
        variant = variant_of(
            two_two_two(), Ask("concept", count=4), Ask("match", count=3), seed=number
        )
        for answer in variant.answers:
            letters = answer.letters  # type: ignore[union-attr]
            places.setdefault(len(letters), []).append(letters.index(answer.letter))  # type: ignore[union-attr]
    assert min(places) >= 3
    for count, found in places.items():
        expected = len(found) / count
        if expected >= 5:
            chi = sum((found.count(i) - expected) ** 2 / expected for i in range(count))
            assert chi < 20, (count, [found.count(i) for i in range(count)])


@pytest.mark.parametrize("difficulty", ["easy", "normal", "hard"])
def test_a_mistake_is_not_seen_by_its_shape(difficulty: str) -> None:
    """No other line is like the right one up to its indices, and no name is in one line alone."""
    places = []
    for seed in range(8):
        variant = variant_of(two_two_two(), Ask("mistake", difficulty=difficulty), seed=seed)
        sheet = str(write(variant.sheet, variant.names, "text"))
        assert "η" not in sheet
        assert not leaks(variant, NUMBERS)
        places.append(variant.answers[0].letter)  # type: ignore[union-attr]
    assert len(set(places)) >= 3, places


def test_a_layer_that_is_frozen_takes_no_question_with_it() -> None:
    first = Dense(2, "sigmoid", frozen=("weights", "biases"))
    network = Network(2, [first, Dense(1, "sigmoid")], learning_rate=0.5)
    for name in ("homework", "exam", "find-the-mistake", "warm-up"):
        variant = derive.worksheet(network, name, variants=1, seed=3)[0]
        assert variant.answers
