"""A mistake that is made again costs once, or every time if the recipe says so."""

from __future__ import annotations

from fractions import Fraction

import pytest
from worksheets.networks import two_two_two

import derive
from derive.expression.nodes import Partial
from derive.graph import E
from derive.worksheets import Ask, Recipe
from derive.worksheets.answers import ChoiceAnswer
from derive.worksheets.classes.bundle import Bundle
from derive.worksheets.marking import Mark, Verdict
from derive.worksheets.marking.repeats import once
from derive.worksheets.marking.reports.delivery import files
from derive.worksheets.worksheet import Worksheet


def _mark(label: str, *names: str, verdict: Verdict = Verdict.WRONG) -> Mark:
    return Mark(label, "", verdict, "", "", names)


def verdicts(*marks: Mark, guessed: tuple[str, ...] = ()) -> list[Verdict]:
    return [mark.verdict for mark in once(marks, guessed)]


W, R = Verdict.WRONG, Verdict.REPEATED


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([("a",), ("a",), ("a",)], [W, R, R]),
        ([("a",), ("b",), ("a",), ("b",)], [W, W, R, R]),
        ([(), (), ()], [W, W, W]),  # without a name nothing tells that it is the same
        ([("a", "b"), ("b", "c"), ("b",)], [W, R, R]),
        ([("a", "b"), ("b", "c"), ("a",), ("c",)], [W, R, W, W]),  # the first was b: a is another
        ([("a", "b"), ("b",), ("a",), ("a",)], [W, R, W, R]),
    ],
)
def test_a_name_in_common_is_the_same_mistake(
    names: list[tuple[str, ...]], expected: list[Verdict]
) -> None:
    assert verdicts(*(_mark(str(i), *some) for i, some in enumerate(names))) == expected


def test_the_common_name_comes_first() -> None:
    assert once([_mark("1", "b"), _mark("2", "a", "b")])[1].misconceptions == ("b", "a")


def test_a_guess_among_choices_is_no_repeated_mistake() -> None:
    assert verdicts(_mark("1", "a"), _mark("2", "a"), guessed=("2",)) == [W, W]
    assert verdicts(_mark("1", "a", verdict=Verdict.RIGHT), _mark("2", "a")) == [Verdict.RIGHT, W]


# -- a student who forgets η everywhere ----------------------------------------------------------

ASKED = (Ask("forward"), Ask("delta"), Ask("gradient"), Ask("update"))


def worksheet(repeat: str) -> Worksheet:
    recipe = Recipe(questions=ASKED, repeat=repeat)
    return derive.worksheet(two_two_two(), recipe, variants=1, seed=4)


def without_rate(sheets: Worksheet) -> dict[str, str]:
    (variant,) = sheets.variants
    answers = {
        a.label: str(a.value.text or a.value.value) for i in variant.items for a in i.answers
    }
    for item in variant.items:
        if item.task.part == "update":
            w, label = item.task.step.about[0], item.answers[-1].label
            old, gradient = (
                variant.numbers.displayed(atom).number.value for atom in (w, Partial(E, w))
            )
            answers[label] = f"{float(old - gradient):.4f}"
    return answers


@pytest.mark.parametrize("repeat", ["once", "each"])
def test_whoever_forgets_the_rate_everywhere_loses_it(repeat: str) -> None:
    sheets = worksheet(repeat)
    updates = sum(item.task.part == "update" for item in sheets.variants[0].items)
    lost = 1 if repeat == "once" else updates
    marks = derive.mark(sheets.bundle, {"1": without_rate(sheets)})
    (student,) = marks.students
    wrong = [g for g in student.graded if g.mark.misconceptions]
    assert len(wrong) == updates > 5 and all("no-rate" in g.mark.misconceptions for g in wrong)
    assert sum(not g.mark.counts for g in wrong) == lost
    said = " ".join(files(marks, ("text",))["feedback-01.txt"].split())
    assert ("you lose points for it only once" in said) == (repeat == "once")
    # The first of them is guided: the numbers put in are right, and are half of its point.
    assert student.worth - student.points == lost - Fraction(1, 2)


def test_the_option_is_in_the_bundle_and_nowhere_else_where_it_is_usual() -> None:
    assert "repeat" not in Recipe(questions=ASKED).data()
    assert "points_in" not in Recipe(questions=ASKED).data()
    told = Recipe(questions=ASKED, repeat="each", points_in="wholes").data()
    assert (told["repeat"], told["points_in"]) == ("each", "wholes")
    assert isinstance(worksheet("each").bundle, Bundle)


def test_letters_are_not_counted_among_repeated_mistakes() -> None:
    recipe = Recipe(questions=(Ask("match", count=4), Ask("mistake")))
    sheets = derive.worksheet(two_two_two(), recipe, variants=1, seed=2)
    (variant,) = sheets.variants
    wrong = {
        a.label: next(letter for letter in a.letters if letter != a.letter)
        for a in variant.answers if isinstance(a, ChoiceAnswer)
    }  # fmt: skip
    marks = derive.mark(sheets.bundle, {"1": wrong}).students[0].graded
    assert {g.mark.verdict for g in marks if g.mark.label in wrong} == {Verdict.WRONG}
