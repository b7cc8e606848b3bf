"""No sheet answers its own questions, and every name on it has a meaning."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worksheets.networks import networks, relu_softmax, two_two_two

import derive
from derive.expression.nodes import BIAS, Expression, Partial, Quantity
from derive.network import Dense, Network
from derive.worksheets import Ask, Recipe, Variant, WorksheetError
from derive.worksheets.answers import FormulaAnswer
from derive.worksheets.questions.code import _COLUMNS, _statement
from derive.worksheets.recipes.files import READY
from derive.writers import write
from derive.writers.expressions.text import text

NETWORKS = {
    "2-2-2": two_two_two(),
    "2-3-2": relu_softmax(),
    "shared biases": Network(
        3, [Dense(2, "tanh", "shared"), Dense(1, "sigmoid", "shared")], "binary_cross_entropy"
    ),
    "no biases": Network(
        2, [Dense(3, "sigmoid", "none"), Dense(2, "tanh", "none")], notation="indexed"
    ),
}
_WHOLE = ("symbolic", "mistake")  # kinds that ask for the whole right side of a line


def page(variant: Variant) -> str:
    """The sheet as text on one line."""
    return " ".join(str(write(variant.sheet, variant.names, "text")).split())


def asked_lines(variant: Variant) -> Iterator[str]:
    """The lines that must not stand on the sheet: what is asked, with the answer."""
    for question in variant.questions:
        if question.kind in _WHOLE:
            for answer in question.answers:
                if isinstance(answer, FormulaAnswer):
                    left = text(answer.subject, variant.names)
                    yield f"{left} = {text(answer.formula, variant.names)}"


def given_away(variant: Variant) -> list[str]:
    """Asked for lines that the sheet prints: to the end, or going on with ≈."""
    shown = page(variant)
    return [
        line for line in asked_lines(variant)
        if re.search(rf"{re.escape(line)}(?=$| ≈| =| \([a-z]\)| Write| [A-Z]\. )", shown)
    ]  # fmt: skip


@pytest.mark.parametrize("recipe", READY)
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_no_ready_sheet_prints_a_line_that_it_asks_for(network: Network, recipe: str) -> None:
    for variant in derive.worksheet(network, recipe=recipe, variants=3, seed=5).variants:
        assert given_away(variant) == []
        lines = list(asked_lines(variant))
        assert len(lines) == len(set(lines))


def test_a_line_that_is_given_away_is_found() -> None:
    """Of a whole class: the lines that one sheet asks for stand on others."""
    variants = derive.worksheet(two_two_two(), recipe="exam", variants=8, seed=5).variants
    others = " ".join(map(page, variants))
    assert any(f"{line} " in others for variant in variants for line in asked_lines(variant))


@settings(max_examples=12, deadline=None)
@given(networks(), st.permutations(("unit", "symbolic", "mistake", "code", "match", "blanks")),
       st.sampled_from(("easy", "normal", "hard")), st.integers(0, 10**6))  # fmt: skip
def test_nor_does_any_other(network: Network, kinds: list[str], difficulty: str, seed: int) -> None:
    asked = tuple(Ask(kind, count=None if kind == "unit" else 2, difficulty=difficulty)
                  for kind in kinds[:4])  # fmt: skip
    try:
        sheets = derive.worksheet(network, Recipe(questions=asked), variants=1, seed=seed)
    except WorksheetError as error:
        assert "nothing can be asked" in str(error)
        return
    assert given_away(sheets.variants[0]) == []


@pytest.mark.parametrize("seed", range(6))
def test_a_mistake_to_be_found_is_not_named_below(seed: int) -> None:
    recipe = Recipe(questions=(Ask("mistake"),))
    variant = derive.worksheet(two_two_two(), recipe, variants=1, seed=seed).variants[0]
    below = page(variant).partition("as it should be.")[2]
    assert re.fullmatch(r"[ _(\d)]*", below)
    key = str(write(variant.key, variant.names, "text"))
    (_, correction) = variant.questions[0].answers
    assert isinstance(correction, FormulaAnswer)
    assert f"{text(correction.subject, variant.names)} = __" in " ".join(key.split())


def test_what_the_sheet_gives_is_not_asked_for() -> None:
    recipe = Recipe(questions=(Ask("gradient", given=True, count=3), Ask("delta")))
    sheets = derive.worksheet(two_two_two(), recipe, variants=1, seed=3)
    gradients, *rest = sheets.variants[0].questions
    asked = {item.task.step.subject for question in rest for item in question.items if item.answers}
    assert gradients.given and not asked & set(gradients.given)


def subjects(network: Network, ask: Ask, seed: int) -> list[Expression]:
    variant = derive.worksheet(network, Recipe(questions=(ask,)), variants=1, seed=seed).variants[0]
    (question,) = variant.questions
    return [a.subject for a in question.answers if isinstance(a, FormulaAnswer)]


@pytest.mark.parametrize("seed", range(5))
def test_hard_formulas_are_those_far_from_the_loss(seed: int) -> None:
    network = Network(2, [Dense(2, "tanh"), Dense(2, "sigmoid"), Dense(2)])
    for difficulty, layer in (("hard", 1), ("easy", 3)):
        asked = subjects(network, Ask("symbolic", count=3, difficulty=difficulty), seed)
        about = [s.by if isinstance(s, Partial) else s for s in asked]
        assert all(isinstance(q, Quantity) and q.layer == layer for q in about)
        kinds = {q.kind for q in about if isinstance(q, Quantity)}
        assert (BIAS in kinds) is (difficulty == "easy") and len(kinds) > 1


def test_numbers_asked_with_their_deltas_given_are_not_copied() -> None:
    """Hard gradients are of weights: that of a bias is its delta once more."""
    recipe = Recipe(questions=(Ask("gradient", count=3, difficulty="hard", given=True),))
    for variant in derive.worksheet(two_two_two(), recipe, variants=4, seed=1).variants:
        (question,) = variant.questions
        given_values = {text(v, variant.names) for v in question.given}
        assert given_values
        for item in question.items:
            assert item.task.step.about[0].kind != BIAS


@settings(max_examples=10, deadline=None)
@given(networks(), st.integers(0, 10**6))
def test_a_blank_keeps_the_brackets_around_it(network: Network, seed: int) -> None:
    """The key without its marks reads as the derivation does."""
    asked = (Ask("blanks", count=5), Ask("derivation", difficulty="hard"))
    try:
        sheets = derive.worksheet(network, Recipe(questions=asked), variants=1, seed=seed)
    except WorksheetError:
        return
    variant = sheets.variants[0]
    key = " ".join(str(write(variant.key, variant.names, "text")).split())
    bare = re.sub(r"__(.+?)__\(\d+\)", r"\1", key).replace(" · ", "·")
    steps = {step.id: step for step in variant.pages.exercise.derivation.walk()}
    for question in variant.questions:
        for answer in question.answers if question.kind == "blanks" else ():
            for relation in steps[answer.step].relations[1:]:
                printed = text(relation.expression, variant.names).replace(" · ", "·")
                assert printed in bare, printed


@pytest.mark.parametrize("recipe", ["find-the-mistake", "exam"])
def test_names_that_no_question_works_out_have_their_formulas(recipe: str) -> None:
    network = Network(
        2, [Dense(2, {"formula": "x/(1 + abs(x))"}), Dense(1)], {"formula": "(y - t)**4"}
    )
    shown = page(derive.worksheet(network, recipe=recipe, variants=1, seed=2).variants[0])
    for line in ("h1 = W1·i1", "a_h1 = f(h1)", "o1 = W5·a_h1", "E_Total = (a_o1 − t1)⁴"):
        assert shown.count(line) >= 1, (line, shown)
    assert "δ_o1 = ∂E_Total/∂o1" in shown


def test_no_two_blanks_of_a_question_hide_the_same() -> None:
    for network in NETWORKS.values():
        recipe = Recipe(questions=(Ask("blanks", count=6),))
        for variant in derive.worksheet(network, recipe, variants=4, seed=2).variants:
            hidden = [a.formula for a in variant.questions[0].answers
                      if isinstance(a, FormulaAnswer)]  # fmt: skip
            assert len(hidden) == len(set(hidden))


@pytest.mark.parametrize("right", [
    "delta_o1*a1",
    "(delta_o1*weight_number_one + delta_o2*weight_number_two)*activation*(1 - activation)",
    "(-target_1/output_1)*(-output_1*output_2) + (-target_2/output_2)*output_2*(1 - output_2)**2",
    "-(first_long_name - second_long_name)*(1.0 if pre_activation_1 > 0 else 0.0)*third_name_**2",
])  # fmt: skip
def test_long_code_is_the_same_on_several_lines(right: str) -> None:
    lines = _statement("delta_h1", right, "  # (7)")
    assert all(len(line) <= _COLUMNS for line in lines)
    assert (len(lines) == 1) is (len(right) < 60)
    whole = ast.parse("\n".join(lines)).body
    assert [ast.dump(s) for s in whole] == [
        ast.dump(s) for s in ast.parse(f"delta_h1 = {right}").body
    ]
