"""Formulas as students write them: in all notations, indices in any order, without signs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import derive
from derive.derivation.check.points import draw
from derive.derivation.numbers.rounding import equal
from derive.expression.evaluate import evaluate
from derive.expression.nodes import DELTA, Quantity
from derive.expression.typed.formula import FormulaError
from derive.network import Dense, Network
from derive.notation import names
from derive.notation.spelling import SUPERSCRIPTS
from derive.worksheets import Ask, Recipe
from derive.worksheets.answers import ChoiceAnswer, NamesAnswer
from derive.worksheets.exercise import exercise
from derive.worksheets.marking import Verdict
from derive.worksheets.marking.formulas import Formulas
from derive.worksheets.marking.judges import Judges
from derive.writers.expressions.text import text

DATA = Path(__file__).parents[1] / "data" / "notations"
NOTATIONS = ("numbered", "plain", "letters", "indexed", "layered", "above.yaml", "theta.yaml")


@cache
def formulas(notation: str, outputs: int = 1) -> Formulas:
    own = DATA / notation if notation.endswith(".yaml") else notation
    network = Network(3, [Dense(2, "tanh"), Dense(outputs, "sigmoid")], notation=own)
    asked = exercise(network)
    structure = asked.structure
    return Formulas(asked, names(structure.notation, structure.shape, structure.layout))


def same(reader: Formulas, typed: str, formula: str) -> bool:
    a, b = reader.read(typed), reader.read(formula)
    points = [draw(reader.graph, seed, frozenset()) for seed in range(3)]
    return all(equal(evaluate(a, p), evaluate(b, p)) for p in points)


LAYERED = [
    (r"\delta_1^{(2)} \cdot a_1^{(1)}", "δ⁽²⁾₁·a⁽¹⁾₁"), ("δ_2^(1)·x_1", "δ⁽¹⁾₂·x₁"),
    ("delta^(2)_1*a^(1)_1", "δ⁽²⁾₁·a⁽¹⁾₁"), ("a⁽¹⁾₁δ⁽²⁾₁", "a⁽¹⁾₁·δ⁽²⁾₁"),
    (r"\delta^{(2)}_1a^{(1)}_1", "δ⁽²⁾₁·a⁽¹⁾₁"), (r"\delta^{2}_{1} a^{1}_{1}", "δ⁽²⁾₁·a⁽¹⁾₁"),
    ("δ²₁a¹₁", "δ⁽²⁾₁·a⁽¹⁾₁"), ("δ₁⁽²⁾ a₁⁽¹⁾", "δ⁽²⁾₁·a⁽¹⁾₁"), ("w_{11}^{(1)} x_1", "w⁽¹⁾₁₁·x₁"),
    ("w^1_11", "w⁽¹⁾₁₁"), ("tanh²(z⁽¹⁾₁)", "tanh(z⁽¹⁾₁)·tanh(z⁽¹⁾₁)"),
    (r"1-\tanh^{2}(z_1^{(1)})", "1 − (a⁽¹⁾₁)²"), ("1 - tanh^2(z1_1)", "1 − (a⁽¹⁾₁)²"),
    ("(ŷ-y)·a⁽¹⁾₁", "(ŷ₁ − y₁)·a⁽¹⁾₁"), (r"(\hat y - y) a_1^{(1)}", "(ŷ₁ − y₁)·a⁽¹⁾₁"),
    (r"\hat{y}_1 - y_1", "ŷ₁ − y₁"), ("δ⁽²⁾a₁⁽¹⁾", "δ⁽²⁾₁·a⁽¹⁾₁"), ("√0.9604", "0.98"),
    (r"\sqrt{0.9604}", "0.98"), ("√(x₁²)·√2·x_1", "√(x₁·x₁)·√(2)·x₁"), ("x₁²w1_11", "x₁·x₁·w⁽¹⁾₁₁"),
    ("delta2_1*a1_1;", "δ⁽²⁾₁·a⁽¹⁾₁"), ("delta2_1*a1_1.", "δ⁽²⁾₁·a⁽¹⁾₁"),
    (r"\frac{\partial L}{\partial z_1^{(2)}} a_1^{(1)}", "δ⁽²⁾₁·a⁽¹⁾₁"),
    ("(yhat − y)·a1_1", "(ŷ₁ − y₁)·a⁽¹⁾₁"), ("yhat1 − y1", "ŷ₁ − y₁"),
    ("1 - math.tanh(z1_1)**2", "1 − (a⁽¹⁾₁)²"), ("np.exp(x_1)*numpy.exp(x_2)", "exp(x₁ + x₂)"),
    (r"\bigl(\hat{y}-y\bigr)\mathbf{a}_1^{(1)}", "(ŷ₁ − y₁)·a⁽¹⁾₁"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "formula"), LAYERED)
def test_indices_above_and_below(typed: str, formula: str) -> None:
    assert same(formulas("layered"), typed, formula)


NUMBERED = [
    (r"\delta_{o_1}W_7\frac{e^{-h_1}}{(1+e^{-h_1})^2}", "δ_o1·W7·e^(−h1)/(1+e^(−h1))**2"),
    ("(a_o1-t1)a_o1(1-a_o1)W7a_h1", "(a_o1−t1)·a_o1·(1−a_o1)·W7·a_h1"),
    ("(a_o-t)·a_h1", "(a_o1−t1)·a_h1"), ("2W7h1", "2·W7·h1"), ("W7σ(o1)", "W7·a_o1"),
    ("h1h2", "h1·h2"), ("W7e^{-h_1}", "W7·e^(−h1)"), (r"a_{o_1}^2W_7", "a_o1·a_o1·W7"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "formula"), NUMBERED)
def test_products_without_a_sign(typed: str, formula: str) -> None:
    assert same(formulas("numbered"), typed, formula)


def written(reader: Formulas) -> Iterator[tuple[str, Quantity]]:
    """Every name in the ways that a student may write it."""
    called = reader.names
    for q in called.quantities():
        latex = called.latex(q)
        yield latex, q
        yield called.text(q), q
        yield called.code(q), q
        base, above, below = latex, "", ""
        for part in ("^", "_"):
            head, mark, rest = base.partition(f"{part}{{")
            if mark and rest.endswith("}") and "{" not in rest:
                base = head
                above, below = (rest[:-1], below) if part == "^" else (above, rest[:-1])
        if above.startswith("(") and below and "_" not in base:
            yield f"{base}_{{{below}}}^{{{above}}}", q
            if "\\" not in base:
                raised = above.translate(SUPERSCRIPTS)
                yield f"{base}{raised}_{below}", q


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_name_is_read_in_every_way_alone_and_beside_another(
    notation: str, outputs: int
) -> None:
    reader = formulas(notation, outputs)
    ways = list(written(reader))
    delta = next(q for q in reader.names.quantities() if q.kind == DELTA)
    for spelling, quantity in ways:
        assert reader.read(spelling) == quantity, spelling
        beside = f"{reader.names.text(delta)} {spelling}"
        product = reader.read(beside)
        assert list(product.children) == [delta, quantity], beside


def test_what_may_mean_two_things_is_refused_in_layers_too() -> None:
    for typed in ("a_1^2", "δ₁²", "a1", "√2x₁", "√x₁²", "z(1)1", "d2_1·a1_1"):
        with pytest.raises(FormulaError):
            formulas("layered").read(typed)


@pytest.mark.parametrize(
    ("typed", "name"), [("a⁽²⁾₁ − y", "a⁽²⁾₁"), ("2·δ₁⁽³⁾", "δ₁⁽³⁾"), ("1 + a⁽⁹⁾", "a⁽⁹⁾")]
)
def test_a_layer_that_is_not_there_is_an_unknown_name_and_no_strange_sign(
    typed: str, name: str
) -> None:
    """The sheet itself prints ⁽ and ⁾, so nobody is told that these cannot be read."""
    with pytest.raises(FormulaError) as error:
        formulas("layered").read(typed)
    assert (error.value.kind, error.value.about) == ("unknown-name", (name,))


def test_a_lone_output_keeps_its_number_where_there_are_two() -> None:
    with pytest.raises(FormulaError):
        formulas("layered", 2).read("ŷ − y₁")


# -- the other forms of answers ------------------------------------------------------------------


@cache
def _paths() -> tuple[derive.worksheets.Variant, Judges]:
    network = Network(3, [Dense(2, "tanh"), Dense(1, "sigmoid")], notation="layered")
    recipe = Recipe(questions=(Ask("paths"), Ask("match", count=3)))
    sheets = derive.worksheet(network, recipe, variants=1, seed=3)
    return sheets.variants[0], Judges(sheets.bundle.maker(1).exercise, sheets.variants[0].names)


def verdict(label: str, typed: str) -> Verdict:
    variant, judges = _paths()
    return next(m for m in judges.marks(variant, {label: typed}) if m.label == label).verdict


def test_the_ends_of_a_path_may_stand_in_the_answer() -> None:
    variant, _ = _paths()
    answer = next(a for a in variant.answers if isinstance(a, NamesAnswer))
    called = [text(q, variant.names) for q in answer.names]
    w, goal = (text(q, variant.names) for q in answer.ends)
    for sign in (" → ", "->", " -> ", ", ", " und ", " et ", " and ", "; ", " ⟶ ", r" \to ", "\n"):
        assert verdict(answer.label, sign.join(called)) is Verdict.RIGHT, sign
        assert verdict(answer.label, sign.join([w, *called, goal])) is Verdict.RIGHT, sign
    assert verdict(answer.label, " → ".join([w, *called[:-1], goal])) is Verdict.WRONG
    other = next(q for q in variant.names.quantities() if q not in {*answer.names, *answer.ends})
    assert verdict(answer.label, ", ".join([*called, text(other, variant.names)])) is Verdict.WRONG


def test_a_letter_may_have_its_formula_behind_it() -> None:
    variant, _ = _paths()
    answer = next(a for a in variant.answers if isinstance(a, ChoiceAnswer))
    right = answer.letter
    wrong = next(letter for letter in answer.letters if letter != right)
    for typed in (right, f"({right})", f"({right.upper()}) δ⁽¹⁾₂·x₂", f"{right}) δ⁽¹⁾₂·x₂",
                  f"{right}: δ", f"{right}.", f" [{right}] "):  # fmt: skip
        assert verdict(answer.label, typed) is Verdict.RIGHT, typed
    assert verdict(answer.label, f"({wrong}) δ⁽¹⁾₂·x₂") is Verdict.WRONG
    for typed in (f"({right}) or ({wrong})", "δ⁽¹⁾₂·x₂", "", "(z)", f"{right}{wrong}"):
        assert verdict(answer.label, typed) in (Verdict.UNREADABLE, Verdict.MISSING), typed
