"""Good numbers tell mistakes from right answers: held against the marks themselves."""

from __future__ import annotations

import pytest
from worksheets.networks import relu_softmax, two_two_two
from worksheets.sheets import Sheet, sheet

import derive
from derive.derivation.rounding import shown
from derive.network import Network
from derive.worksheets import Ask, Recipe
from derive.worksheets.marking.marks import Verdict, mark_values
from derive.worksheets.marking.own import Values
from derive.worksheets.misconceptions import slips
from derive.worksheets.telling import Alike, Telling
from derive.worksheets.variant import Search
from derive.writers import write


def marked_right(made: Sheet) -> tuple[set[Alike], set[Alike]]:
    """The slips whose value, written as an answer, is marked right, and those that are not."""
    key = made.key()
    values = Values(made.numbers)
    right: set[Alike] = set()
    seen: set[Alike] = set()
    for item in made.items:
        if not item.answers or item.task.part == "local":
            continue
        label = item.answers[-1].label
        rounding = made.numbers.rounding
        update = item.task.part == "update"
        digits = rounding.update_digits if update else rounding.digits
        for slip in slips(item.task, made.exercise):
            if slip.misconception.fewer:
                continue
            one = Alike(slip.misconception.id, item.task.source)
            seen.add(one)
            try:
                value, _ = values.evaluate(slip.formula)
            except ArithmeticError:
                continue
            number = shown(value, digits).number
            answer = number.text or str(number.value)
            marks = mark_values(
                made.exercise, made.items, made.numbers, {**key, label: answer}
            )  # fmt: skip
            mark = next(mark for mark in marks if mark.label == label)
            if mark.verdict is Verdict.RIGHT:
                right.add(one)
    return right, seen - right


@pytest.mark.parametrize("network", [two_two_two(), relu_softmax()])
def test_what_is_told_apart_is_not_marked_right(network: Network) -> None:
    made = sheet(network, 4)
    found = set(Telling(made.exercise).alike(made.numbers))
    right, wrong = marked_right(made)
    assert right <= found
    # It is careful by half a unit of the last digit: little that is marked wrong is called alike.
    assert len(found & wrong) <= 0.05 * len(wrong)


def test_the_more_telling_numbers_are_taken() -> None:
    variants = derive.worksheet(two_two_two(), variants=12).variants
    taken = [len(variant.found.alike) for variant in variants]
    search = Search(variants[0].pages.exercise, None, variants[0].numbers.rounding)
    assert sum(taken) / len(taken) <= search.fewest + 1
    assert all(variant.found.draws >= 1 for variant in variants)


def test_a_key_lists_what_its_numbers_do_not_show() -> None:
    made = derive.worksheet(relu_softmax(), variants=1)
    (variant,) = made.variants
    assert any(one.misconception == "no-derivative" for one in variant.found.alike)
    key = " ".join(str(write(variant.key, variant.names, "text")).split())
    assert "These mistakes lead to the right number here" in key
    assert "f′ left out (" in key
    assert "These mistakes" not in str(write(variant.sheet, variant.names, "text"))


def test_what_does_not_fit_is_left_out_and_told() -> None:
    network = Network(1, [derive.Dense(1, "sigmoid", "none")], "binary_cross_entropy")
    made = derive.worksheet(network, Recipe(questions=(Ask("local"), Ask("delta"))), variants=1)
    (variant,) = made.variants
    assert [(q.letter, q.kind) for q in variant.questions] == [("A", "delta")]
    assert variant.left_out == ("local (there is none in this network)",)
    assert "Left out of the recipe: local" in str(write(variant.key, variant.names, "text"))
