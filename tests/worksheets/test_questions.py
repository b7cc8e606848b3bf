"""Every kind of question: its key is right, by judges that do not know how it was made."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worksheets.networks import networks, relu_softmax, two_two_two
from worksheets.sheets import leaves, printed

import derive
from derive.derivation.calculus.local import key
from derive.derivation.check import CheckFailed
from derive.derivation.check.points import draw
from derive.derivation.trace import ExampleTrace
from derive.document.blocks import Choices, Code, Equation
from derive.expression.arithmetic import HIGH
from derive.expression.blank import Blank
from derive.expression.constructors import total
from derive.expression.evaluate import evaluate
from derive.expression.nodes import Comparison, Expression, Number, Partial, Quantity
from derive.graph import E, NetworkGraph
from derive.network import Dense, Network
from derive.worksheets import Answer, Ask, Recipe, Variant, WorksheetError
from derive.worksheets.answers import (
    ChoiceAnswer,
    CountAnswer,
    FormulaAnswer,
    NamesAnswer,
    line_of,
)
from derive.worksheets.marking.formulas import Formulas
from derive.worksheets.marking.judges import Judges
from derive.worksheets.marking.marks import mark_values
from derive.worksheets.marking.verdicts import Verdict
from derive.worksheets.questions.choices import check_planted
from derive.worksheets.questions.code import written_out
from derive.worksheets.recipes.kinds import DIFFICULTIES, KINDS, dials
from derive.writers import write
from derive.writers.expressions.text import text

NETWORKS = {
    "2-2-2": two_two_two(),
    "relu, softmax": relu_softmax(),
    "shared bias, one output": Network(
        3, [Dense(2, "tanh", "shared"), Dense(1, "sigmoid", "none")], "binary_cross_entropy"
    ),
    "three layers": Network(2, [Dense(2, "relu"), Dense(2, "tanh"), Dense(2)]),
    "own formulas": Network(
        2, [Dense(2, {"formula": "x/(1 + abs(x))"}), Dense(2)], {"formula": "(y - t)**4"}
    ),
}


def variant_of(network: Network, *asked: Ask, seed: int = 3) -> Variant:
    return derive.worksheet(network, Recipe(questions=asked), variants=1, seed=seed).variants[0]


def fits(network: Network, kind: str, difficulty: str = "normal", seed: int = 3) -> Variant | None:
    """A sheet with one question; None where the kind says that it does not fit."""
    asked = Ask(kind, difficulty=difficulty) if "difficulty" in dials(kind) else Ask(kind)
    try:
        return variant_of(network, asked, seed=seed)
    except WorksheetError as error:
        assert "nothing can be asked" in str(error)
        return None


@settings(max_examples=20, deadline=None)
@given(networks(), st.sampled_from(tuple(KINDS)), st.sampled_from(DIFFICULTIES),
       st.integers(0, 10**6))  # fmt: skip
def test_a_key_marks_itself_right(network: Network, kind: str, difficulty: str, seed: int) -> None:
    variant = fits(network, kind, difficulty, seed)
    if variant is not None:
        judge(variant)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_every_kind_on_every_network(network: Network, kind: str) -> None:
    variant = fits(network, kind)
    if variant is None:
        assert kind in ("derivation", "activation", "local")
        return
    judge(variant)
    (question,) = variant.questions
    assert question.kind == kind and question.answers
    assert question.points == len(question.lines) and question.worth == 1


def judge(variant: Variant) -> None:
    """Every answer of a variant, by its form."""
    exercise = variant.pages.exercise
    for question in variant.questions:
        if question.numbers is not None:
            filled = {a.label: printed(a.value) for i in question.items for a in i.answers}
            marks = mark_values(
                Formulas(exercise, variant.pages.names), question.items, question.numbers, filled
            )
            assert {mark.verdict for mark in marks} == {Verdict.RIGHT}
            assert set(filled) == {a.label for a in question.answers if isinstance(a, Answer)}
        formulas = Formulas(exercise, variant.pages.names)
        typed = written(variant)
        for mark in Judges(exercise, variant.pages.names).marks(variant, typed):
            assert mark.verdict is Verdict.RIGHT or mark.label not in typed, mark
        for answer in question.answers:
            if isinstance(answer, FormulaAnswer):
                judge_formula(variant, formulas, answer)
            elif isinstance(answer, ChoiceAnswer):
                assert answer.letter in answer.letters
                assert answer.misconceptions[answer.letters.index(answer.letter)] in (
                    "", *(() if question.kind != "mistake" else answer.misconceptions),
                )  # fmt: skip


def written(variant: Variant) -> dict[str, str]:
    """The key as a student would type it; formulas that nobody types are left out."""
    names, found = variant.pages.names, {}
    for answer in variant.answers:
        if isinstance(answer, FormulaAnswer):
            if readable(answer):
                found[answer.label] = text(answer.formula, names)
        elif isinstance(answer, ChoiceAnswer):
            found[answer.label] = f"({answer.letter.upper()})"
        elif isinstance(answer, NamesAnswer):
            found[answer.label] = ", ".join(map(names.text, reversed(answer.names))) or "none"
        elif isinstance(answer, CountAnswer):
            found[answer.label] = str(answer.value)
        else:
            found[answer.label] = printed(answer.value)
    return found


def judge_formula(variant: Variant, formulas: Formulas, answer: FormulaAnswer) -> None:
    """Printed and read again it is the same; what misconceptions lead to is not."""
    graph = variant.pages.exercise.derivation.graph
    again = formulas.read(text(answer.formula, variant.pages.names)) if readable(answer) else None
    for seed in range(2):
        point = draw(graph, 90 + seed, frozenset(answer.assumes))
        right = evaluate(answer.formula, point)
        assert again is None or abs(evaluate(again, point) - right) < 1e-40
    for slip, formula in answer.wrong:
        assert slip
        points = [draw(graph, 60 + s, frozenset(answer.assumes), bit=s // 2) for s in range(6)]
        assert any(evaluate(formula, p) != evaluate(answer.formula, p) for p in points)


def readable(answer: FormulaAnswer) -> bool:
    """Whether a formula holds no derivative of a formula, which nobody types."""
    return not any(
        isinstance(node, Partial) and not isinstance(node.of, Quantity)
        for node in answer.formula.walk()
    )


# -- the structure -------------------------------------------------------------------------------


def moved(network: Network, w: Quantity, seed: int) -> set[Quantity]:
    """What changes when one weight is moved, by two forward passes at a random point."""
    graph = NetworkGraph(network)
    point = draw(graph, seed, bit=seed // 2).examples[0]
    leaves = {q: v for q, v in point.values.items() if q not in graph.definitions}
    for q in graph.parameters:
        leaves[q] = point.quantity(q)
    before = ExampleTrace(graph, leaves)
    after = ExampleTrace(graph, {**leaves, w: leaves[w] + HIGH.context.mpf(0.01)})
    return {q for q in graph.definitions if before.quantity(q) != after.quantity(q)}


@pytest.mark.parametrize("network", [two_two_two(), relu_softmax(), NETWORKS["three layers"]])
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_a_weight_reaches_what_it_moves(network: Network, difficulty: str) -> None:
    structure = network.with_numbers({})
    variant = variant_of(structure, Ask("reaches", count=4, difficulty=difficulty))
    for answer in variant.answers:
        assert isinstance(answer, NamesAnswer)
        w = next(q for q in network.parameters() if answer.step == f"reaches/{key(q)}")
        changed = {q for seed in range(6) for q in moved(structure, w, seed)}
        assert {q for q in changed if q.kind == "loss term"} == set(answer.names)


def test_paths_of_a_small_network() -> None:
    variant = variant_of(two_two_two(), Ask("paths", difficulty="hard"))
    count, first, second = variant.answers
    assert isinstance(count, CountAnswer) and count.value == 2
    names = variant.pages.names
    for answer in (first, second):
        assert isinstance(answer, NamesAnswer)
    shown = [sorted(map(names.text, answer.names)) for answer in (first, second)]  # type: ignore[union-attr]
    unit = shown[0][0][-1]  # of a_h1 or a_h2; then a_o1, h, o
    assert shown[0] == ["a_" + f"h{unit}", "a_o1", f"h{unit}", "o1"]
    assert shown[1] == ["a_" + f"h{unit}", "a_o2", f"h{unit}", "o2"]


@settings(max_examples=8)
@given(networks())
def test_counts_are_those_of_the_sizes(network: Network) -> None:
    sizes = network.sizes
    variant = variant_of(network, Ask("shapes"), Ask("counting"))
    values = [answer.value for answer in variant.answers if isinstance(answer, CountAnswer)]
    shapes = [n for before, after in pairwise(sizes) for n in (before, after)]
    biases = {"none": lambda units: 0, "shared": lambda units: 1, "neuron": lambda units: units}
    layers = [
        before * layer.units + biases[layer.bias](layer.units)
        for before, layer in zip(sizes, network.layers, strict=False)
    ]
    assert values == [*shapes, *layers, sum(layers)]


# -- what is to be chosen, found and filled in ---------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_a_match_is_the_slope_of_the_loss(seed: int) -> None:
    variant = variant_of(two_two_two(), Ask("match"), seed=seed)
    (question,) = variant.questions
    options = next(block for block in leaves(question.sheet) if isinstance(block, Choices)).options
    assert len(options) == 5 and len({repr(option) for option in options}) == 5
    point = draw(variant.pages.exercise.derivation.graph, 5)
    for answer in question.answers:
        assert isinstance(answer, ChoiceAnswer)
        w = next(q for q in variant.network.parameters() if answer.step == f"gradient/{key(q)}")
        slope = point.partial(E, w)
        equal = []
        for letter, (formula,) in zip(answer.letters, options, strict=True):
            assert isinstance(formula, Expression)
            if abs(evaluate(formula, point) - slope) < 1e-40:
                equal.append(letter)
        assert equal == [answer.letter]


@settings(max_examples=15, deadline=None)
@given(networks(), st.sampled_from(DIFFICULTIES), st.integers(0, 10**6))
def test_exactly_the_planted_line_is_wrong(network: Network, difficulty: str, seed: int) -> None:
    """Judged from the page: every line of the choices, at points not used in making it."""
    variant = fits(network, "mistake", difficulty, seed)
    assert variant is not None
    (question,) = variant.questions
    options = next(block for block in leaves(question.sheet) if isinstance(block, Choices)).options
    which, correction = question.answers
    assert isinstance(which, ChoiceAnswer) and isinstance(correction, FormulaAnswer)
    graph = variant.pages.exercise.derivation.graph
    wrong = set()
    for letter, (line,) in zip(which.letters, options, strict=True):
        assert isinstance(line, Comparison)
        for s in range(6):
            point = draw(graph, 40 + s, frozenset(correction.assumes), bit=s // 2)
            left, right = evaluate(line.left, point), evaluate(line.right, point)
            if abs(left - right) > 1e-30:
                wrong.add(letter)
    assert wrong == {which.letter}
    named = [slip for slip in which.misconceptions if slip]
    assert len(named) == 1 and named[0] in dict(correction.wrong)


def test_the_check_of_a_planted_mistake_can_fail() -> None:
    exercise = variant_of(two_two_two(), Ask("forward")).pages.exercise
    steps = [task.step for task in exercise.tasks if task.part == "delta"]
    check_planted(exercise, steps)
    with pytest.raises(CheckFailed, match="is right"):
        check_planted(exercise, [replace(steps[0], planted="sign"), *steps[1:]])
    other = replace(steps[0], relations=(steps[0].relations[0], steps[1].relations[1]))
    with pytest.raises(CheckFailed, match="is wrong unasked"):
        check_planted(exercise, [other, *steps[1:]])


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_code_in_a_key_gives_the_gradient(network: Network) -> None:
    """The lines of the key are run, after a forward pass from the trace."""
    variant = variant_of(network, Ask("code", count=100))
    (question,) = variant.questions
    lines = next(block for block in leaves(question.key) if isinstance(block, Code)).lines
    empty = next(block for block in leaves(question.sheet) if isinstance(block, Code)).lines
    assert all("____" in line for line in empty) and len(empty) == len(lines)
    exercise = variant.pages.exercise
    assumes = frozenset(w for task in exercise.tasks for w in task.step.assumes)
    point = draw(exercise.derivation.graph, 2, assumes)
    names = variant.pages.names
    space: dict[str, object] = {
        names.code(q): float(point.quantity(q)) for q in names.quantities()
        if q.kind in ("input", "target", "weight", "bias", "pre-activation", "activation")
    }  # fmt: skip
    exec("\n".join(lines), space)
    for w in network.parameters():
        value = space[f"d{names.code(E)}_d{names.code(w)}"]
        assert value == pytest.approx(float(point.partial(E, w)), rel=1e-9)


def test_code_has_no_derivatives_left_in_it() -> None:
    exercise = variant_of(relu_softmax(), Ask("forward")).pages.exercise
    for task in exercise.tasks:
        if task.part == "gradient" or task.kind[0] == "delta":
            left = [n for n in written_out(task, exercise).walk() if isinstance(n, Partial)]
            assert not left


@settings(max_examples=10, deadline=None)
@given(networks(), st.sampled_from(("blanks", "derivation")), st.integers(0, 10**6))
def test_a_member_with_its_blank_filled_is_equal_and_else_not(
    network: Network, kind: str, seed: int
) -> None:
    """No other value than the key's makes a line true: the blank leaves no doubt."""
    variant = fits(network, kind, "hard", seed)
    if variant is None:
        return
    graph = variant.pages.exercise.derivation.graph
    for block in variant.questions[0].key:
        if not isinstance(block, Equation):
            continue
        first = block.chain[0].expression
        for relation in block.chain:
            blanks = [(a, n) for a, n in relation.expression.addresses() if isinstance(n, Blank)]
            assert len(blanks) <= 1
            for address, blank in blanks:
                answer = next(a for a in variant.answers if a.label == blank.label)
                assert isinstance(answer, FormulaAnswer) and answer.formula == blank.of
                moved_on = total(blank.of, Number(Fraction(1, 7)))
                other = relation.expression.replace_at(address, moved_on)
                points = [draw(graph, 70 + s, frozenset(answer.assumes), bit=s // 2)
                          for s in range(6)]  # fmt: skip
                assert all(
                    abs(evaluate(relation.expression, p) - evaluate(first, p)) < 1e-30
                    for p in points
                )
                assert any(abs(evaluate(other, p) - evaluate(first, p)) > 1e-12 for p in points)


# -- pages ---------------------------------------------------------------------------------------

EVERYTHING = tuple(Ask(kind) for kind in KINDS)


@pytest.mark.parametrize("network", [two_two_two(), relu_softmax()])
def test_every_label_is_on_the_sheet_and_in_the_key(network: Network) -> None:
    worksheet = derive.worksheet(network, Recipe(questions=EVERYTHING), variants=1, seed=7)
    variant = worksheet.variants[0]
    labels = [answer.label for answer in variant.answers]
    assert len(set(labels)) == len(labels)
    lines = list(dict.fromkeys(map(line_of, labels)))
    assert lines == [str(n + 1) for n in range(len(lines))]
    for to in ("markdown", "latex", "text"):
        for document in (variant.sheet, variant.key):
            page = str(write(document, worksheet[0].names, to))
            assert all(f"({label})" in page for label in labels)
            assert "(<<" not in page


def test_everything_is_the_same_again() -> None:
    pages = []
    for _ in range(2):
        worksheet = derive.worksheet(
            relu_softmax(), Recipe(questions=EVERYTHING), variants=3, seed=7
        )
        pages.append([write(worksheet.variants[2].key, worksheet[2].names, "markdown")])
        # A variant does not depend on the others, nor on what was made before it.
        first = write(worksheet.variants[0].sheet, worksheet[0].names, "markdown")
        pages[-1].append(first)
    assert pages[0] == pages[1]
    alone = derive.worksheet(relu_softmax(), Recipe(questions=EVERYTHING), variants=3, seed=7)
    assert write(alone.variants[2].key, alone[2].names, "markdown") == pages[0][0]


def test_points_are_those_of_the_recipe() -> None:
    variant = variant_of(two_two_two(), Ask("delta", points=6), Ask("match", points=2))
    assert [question.points for question in variant.questions] == [6, 2]
    assert [question.worth * len(question.lines) for question in variant.questions] == [6, 2]


def test_given_results_are_printed_and_not_asked() -> None:
    variant = variant_of(two_two_two(), Ask("gradient", count=2, given=True))
    (question,) = variant.questions
    assert len(question.lines) == 2
    assert question.given and all(g not in {i.task.step.subject for i in question.items}
                                  for g in question.given)  # fmt: skip
    rest = variant_of(two_two_two(), Ask("gradient", count=2))
    assert len(rest.questions[0].lines) > 8  # what they rest on is worked out first


def test_hints_stand_where_the_recipe_wants_them() -> None:
    for kind in KINDS:
        for hints in (False, True):
            worksheet = derive.worksheet(
                two_two_two(), Recipe(questions=(Ask(kind, hints=hints),)), variants=1, seed=7
            )
            page = write(worksheet.variants[0].sheet, worksheet[0].names, "text")
            assert ("Hint." in str(page)) == hints
