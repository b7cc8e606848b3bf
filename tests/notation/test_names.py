"""Names: what the built-in notations call things, and that no two things share a name."""

from __future__ import annotations

import re
from keyword import iskeyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.expression.constructors import variable
from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    DELTA,
    INPUT,
    LEARNING_RATE,
    LOSS,
    LOSS_TERM,
    PRE_ACTIVATION,
    TARGET,
    WEIGHT,
    Quantity,
)
from derive.notation import BUILT_IN, Names, NotationError, Shape, names

NET_222 = Shape((2, 2, 2), ("shared", "neuron"))
NET_221 = Shape((2, 2, 1), ("neuron", "neuron"))

# (layer, unit) from 1; weights as (layer, from, to).
WEIGHTS = [
    Quantity(WEIGHT, layer, unit, source)
    for layer in (1, 2)
    for source in (0, 1)
    for unit in (0, 1)
]
UNITS = [
    Quantity(INPUT, unit=1), Quantity(PRE_ACTIVATION, 1, 1), Quantity(ACTIVATION, 1, 1),
    Quantity(PRE_ACTIVATION, 2, 1), Quantity(ACTIVATION, 2, 1), Quantity(TARGET, unit=1),
    Quantity(LOSS_TERM, unit=1), Quantity(LOSS), Quantity(BIAS, 1, -1), Quantity(BIAS, 2, 1),
    Quantity(DELTA, 1, 1), Quantity(DELTA, 2, 1), Quantity(LEARNING_RATE),
]  # fmt: skip

EXPECTED = {
    "numbered": (
        "W1 W3 W2 W4 W5 W7 W6 W8",
        "i2 h2 a_h2 o2 a_o2 t2 E2 E_Total b1 b3 δ_h2 δ_o2 η",
        r"i_2 h_2 a_{h_2} o_2 a_{o_2} t_2 E_2 E_{\text{Total}} b_1 b_3 \delta_{h_2} \delta_{o_2}"
        r" \eta",
    ),
    "plain": (
        "w1 w3 w2 w4 w5 w7 w6 w8",
        "i2 h2 out_h2 o2 out_o2 t2 E2 E_Total b1 b3 δ_h2 δ_o2 η",
        r"i_2 h_2 \mathrm{out}_{h2} o_2 \mathrm{out}_{o2} t_2 E_2 E_{\text{Total}} b_1 b_3"
        r" \delta_{h2} \delta_{o2} \eta",
    ),
    "letters": (
        "W_i1j1 W_i1j2 W_i2j1 W_i2j2 W_j1k1 W_j1k2 W_j2k1 W_j2k2",
        "i2 h1_in2 h1_out2 O_in2 O_out2 y2 E2 E_total b_j b_k2 δ_j2 δ_k2 η",
        r"i_2 h1_{\mathrm{in}2} h1_{\mathrm{out}2} O_{\mathrm{in}2} O_{\mathrm{out}2} y_2 E_2"
        r" E_{\text{total}} b_j b_{k2} \delta_{j2} \delta_{k2} \eta",
    ),
    "indexed": (
        "w11 w12 w21 w22 w_h1_o1 w_h1_o2 w_h2_o1 w_h2_o2",
        "x2 z2 a2 z_o2 y_pred2 y2 Loss2 Loss b_h b_o2 δ2 δ_o2 η",
        r"x_2 z_2 a_2 z_{o2} y_{\mathrm{pred},2} y_2 \mathrm{Loss}_2 \mathrm{Loss} b_h b_{o2}"
        r" \delta_2 \delta_{o2} \eta",
    ),
    "layered": (
        "w⁽¹⁾₁₁ w⁽¹⁾₁₂ w⁽¹⁾₂₁ w⁽¹⁾₂₂ w⁽²⁾₁₁ w⁽²⁾₁₂ w⁽²⁾₂₁ w⁽²⁾₂₂",
        "x₂ z⁽¹⁾₂ a⁽¹⁾₂ z⁽²⁾₂ ŷ₂ y₂ L₂ L b⁽¹⁾ b⁽²⁾₂ δ⁽¹⁾₂ δ⁽²⁾₂ η",
        r"x_2 z^{(1)}_2 a^{(1)}_2 z^{(2)}_2 \hat{y}_2 y_2 L_2 L b^{(1)} b^{(2)}_2 \delta^{(1)}_2"
        r" \delta^{(2)}_2 \eta",
    ),
}


@pytest.mark.parametrize("notation", BUILT_IN)
def test_each_notation_writes_the_names_of_its_model(notation: str) -> None:
    weights, units, latex = EXPECTED[notation]
    called = names(notation, NET_222)
    assert " ".join(map(called.text, WEIGHTS)) == weights
    assert " ".join(map(called.text, UNITS)) == units
    assert " ".join(map(called.latex, UNITS)) == latex


def test_a_single_output_has_no_index_in_the_indexed_notation_and_one_in_the_numbered() -> None:
    outputs = [
        Quantity(WEIGHT, 2, 0, 1), Quantity(PRE_ACTIVATION, 2), Quantity(ACTIVATION, 2),
        Quantity(TARGET), Quantity(BIAS, 2), Quantity(DELTA, 2),
    ]  # fmt: skip
    indexed = names("indexed", NET_221)
    assert list(map(indexed.text, outputs)) == ["w_h2", "z_o", "y_pred", "y", "b_o", "δ_o"]
    numbered = names("numbered", NET_221)
    assert list(map(numbered.text, outputs)) == ["W6", "o1", "a_o1", "t1", "b3", "δ_o1"]


def test_a_weight_is_typed_small_in_numbered_files_and_found_either_way() -> None:
    called = names("numbered", NET_222)
    w3 = Quantity(WEIGHT, 1, 1, 0)
    assert called.code(w3) == "w3"
    assert called.find("w3") == called.find("W3") == w3
    assert called.find("w9") is None


def test_numbers_run_through_hidden_layers_and_shared_biases_count_once() -> None:
    called = names("numbered", Shape((2, 3, 2, 1), ("shared", "none", "neuron")))
    assert called.text(Quantity(PRE_ACTIVATION, 2, 0)) == "h4"
    assert called.latex(Quantity(ACTIVATION, 2, 1)) == "a_{h_5}"
    assert called.text(Quantity(BIAS, 1, -1)) == "b1"
    assert called.text(Quantity(BIAS, 3, 0)) == "b2"
    assert called.biases(2) == ()


@pytest.mark.parametrize(
    ("notation", "from_to", "to_from"),
    [
        ("letters", "W_{i1j2}", "W_{j2i1}"),
        ("indexed", "w_{12}", "w_{21}"),
        ("layered", "w^{(1)}_{12}", "w^{(1)}_{21}"),
        ("numbered", "W_3", "W_3"),
    ],
)
def test_the_layout_turns_the_indices_of_a_weight(
    notation: str, from_to: str, to_from: str
) -> None:
    weight = Quantity(WEIGHT, 1, unit=1, source=0)
    assert names(notation, NET_222).latex(weight) == from_to
    turned = names(notation, NET_222, layout="to_from")
    assert turned.latex(weight) == to_from
    assert turned.index_order == "to_from"


def test_from_ten_units_on_the_two_indices_are_kept_apart() -> None:
    called = names("layered", Shape((11, 2)))
    assert called.latex(Quantity(WEIGHT, 1, 1, 10)) == "w^{(1)}_{11,2}"
    assert called.text(Quantity(WEIGHT, 1, 1, 0)) == "w⁽¹⁾₁,₂"
    assert called.code(Quantity(WEIGHT, 1, 1, 0)) == "w1_1_2"


def test_the_names_a_layer_expects_come_in_the_order_people_write_them() -> None:
    assert names("numbered", NET_222).weights(2) == ("w5", "w6", "w7", "w8")
    assert names("indexed", NET_221).weights(1) == ("w11", "w12", "w21", "w22")
    assert names("indexed", NET_221, "to_from").weights(1) == ("w11", "w12", "w21", "w22")
    assert names("indexed", NET_221).weights(2) == ("w_h1", "w_h2")
    assert names("numbered", NET_222).biases(1) == ("b1",)


def test_an_example_is_marked_beside_any_superscript() -> None:
    called = names("layered", NET_222)
    z = Quantity(PRE_ACTIVATION, 1, 0, example=0)
    assert called.latex(z) == r"z^{(1)\langle 1 \rangle}_1"
    assert called.text(z) == "z⁽¹⁾₁⟨1⟩"
    assert called.code(z) == "z1_1_ex1"
    assert names("numbered").latex(Quantity(INPUT, example="n")) == r"i_1^{\langle n \rangle}"


def test_letters_of_a_formula_print_as_themselves() -> None:
    called = names()
    spelled = {"x": "x", "alpha": r"\alpha", "scale": r"\lambda", "slope": r"\mathrm{slope}"}
    for name, latex in spelled.items():
        assert called.latex(variable(name)) == latex
    assert called.text(variable("scale")) == "λ"
    assert called.latex(variable("x_k")) == "x_k"


# -- no two things have one name -------------------------------------------------------------


@st.composite
def shapes(draw: st.DrawFn, largest: int = 12, deepest: int = 5) -> Shape:
    sizes = draw(st.lists(st.integers(1, largest), min_size=2, max_size=deepest + 1))
    kinds = st.sampled_from(["none", "neuron", "shared"])
    biases = draw(st.lists(kinds, min_size=len(sizes) - 1, max_size=len(sizes) - 1))
    return Shape(tuple(sizes), tuple(biases))


def assert_injective(called: Names, quantities: list[Quantity]) -> None:
    for spell in (called.latex, called.text, called.code):
        assert len({spell(q) for q in quantities}) == len(quantities)
    owner: dict[str, Quantity] = {}
    for quantity in quantities:  # a file may use text or code, so they share one space
        for name in (called.text(quantity), called.code(quantity)):
            assert owner.setdefault(name, quantity) == quantity


@given(shapes(), st.sampled_from(BUILT_IN), st.sampled_from(["from_to", "to_from"]))
def test_no_two_quantities_share_a_name(shape: Shape, notation: str, layout: str) -> None:
    called = names(notation, shape, layout)
    quantities = list(called.quantities())
    assert_injective(called, quantities)
    speech = {called.speech(q) for q in quantities}
    assert len(speech) == len(quantities)


@given(shapes(4, 3), st.sampled_from(BUILT_IN))
def test_examples_of_a_batch_have_names_of_their_own(shape: Shape, notation: str) -> None:
    called = names(notation, shape)
    quantities = [
        Quantity(q.kind, q.layer, q.unit, q.source, example)
        for q in called.quantities()
        for example in (None, 0, 1, "n")
    ]
    assert_injective(called, quantities)


def test_a_very_deep_network_does_not_run_out_of_letters() -> None:
    called = names("letters", Shape((1,) * 80))
    assert_injective(called, list(called.quantities()))


@given(shapes(), st.sampled_from(BUILT_IN))
def test_code_is_made_of_identifiers_and_every_readable_name_is_found(
    shape: Shape, notation: str
) -> None:
    called = names(notation, shape)
    for quantity in called.quantities():
        code = called.code(quantity)
        assert code.isidentifier() and code.isascii() and not iskeyword(code)
        if quantity.kind in (INPUT, TARGET, WEIGHT, BIAS):
            assert called.find(code) == called.find(called.text(quantity)) == quantity


BANNED = re.compile(r"\\(operatorname|mbox|phantom|newcommand|def|label)")


@given(shapes(), st.sampled_from(BUILT_IN))
def test_latex_names_keep_the_rules_of_every_dialect(shape: Shape, notation: str) -> None:
    called = names(notation, shape)
    for quantity in called.quantities():
        latex = called.latex(quantity)
        assert not BANNED.search(latex)
        assert not re.search(r"\\text\{[^}]*_", latex)
        flat, before = latex, ""
        while flat != before:  # collapse groups, innermost first
            before, flat = flat, re.sub(r"\{[^{}]*\}", "@", flat)
        assert "{" not in flat
        assert "}" not in flat
        assert flat.count("_") <= 1 and flat.count("^") <= 1


# -- own names and letters -------------------------------------------------------------------


def test_own_names_stand_as_they_were_given() -> None:
    shape = Shape((4, 1), (), ("i1", "x_1", "size", "größe"), ("y",))
    called = names("numbered", shape)
    inputs = [Quantity(INPUT, unit=unit) for unit in range(4)]
    assert list(map(called.text, inputs)) == ["i1", "x_1", "size", "größe"]
    assert list(map(called.latex, inputs)) == ["i_1", "x_1", r"\mathrm{size}", r"\text{größe}"]
    assert called.find("size") == inputs[2]
    assert called.find("i2") is None
    assert called.text(Quantity(TARGET)) == "y"


@pytest.mark.parametrize(
    ("own", "says"),
    [
        (("a", "h1"), "pre-activation 1 of layer 1"),
        (("a", "W3"), "weight from unit 1 to unit 2 of layer 1"),
        (("a", "w3"), "weight from unit 1 to unit 2 of layer 1"),
        (("a", "a"), "the input 1 and the input 2"),
        (("x1", "x_1"), "both be called x_1 in LaTeX"),
        (("a", "eta"), "the learning rate"),
    ],
)
def test_an_own_name_that_clashes_is_refused_naming_both(own: tuple[str, ...], says: str) -> None:
    with pytest.raises(NotationError, match=re.escape(says)) as error:
        names("numbered", Shape((2, 2, 2), (), own))
    assert "input 2" in str(error.value)
    assert re.search(rf"rename the input ({own[0]}|{own[1]})", str(error.value))


@pytest.mark.parametrize("name", ["e", "pi", "2x", "a b", "a-b", "_a", "a_", "x_ex1", "", "a.b"])
def test_a_name_that_cannot_be_printed_everywhere_is_refused(name: str) -> None:
    with pytest.raises(NotationError, match="rename it"):
        names("plain", Shape((1, 1), (), (name,)))


def test_every_wrong_own_name_is_reported() -> None:
    with pytest.raises(NotationError) as error:
        names("numbered", Shape((2, 2, 1), (), ("h1", "W3"), ("t",)))
    assert len(error.value.problems) == 2


def test_letters_can_be_changed_alone() -> None:
    changed = {"loss": "C", "output": "ŷ", "target": "y"}
    called = names("numbered", NET_222, letters=changed)
    assert called.latex(Quantity(LOSS)) == r"C_{\text{Total}}"
    assert called.text(Quantity(LOSS_TERM)) == "C1"
    assert called.latex(Quantity(ACTIVATION, 2, 1)) == r"\hat{y}_2"
    assert called.code(Quantity(ACTIVATION, 2, 1)) == "y_hat2"
    assert called.text(Quantity(TARGET)) == "y1"
    assert called.text(Quantity(ACTIVATION, 1, 0)) == "a_h1"
    pred = names("layered", NET_222, letters={"output": "y_pred"})
    assert pred.latex(Quantity(ACTIVATION, 2, 0)) == r"y_{\mathrm{pred},1}"


@pytest.mark.parametrize(
    ("letters", "says"),
    [
        ({"cost": "C"}, "unknown key 'cost'; allowed are input"),
        ({"loss": r"\mathcal{L}"}, "a letter is a name"),
        ({"target": "W"}, "give them different letters"),
    ],
)
def test_wrong_letters_are_refused(letters: dict[str, str], says: str) -> None:
    with pytest.raises(NotationError, match=re.escape(says)):
        names("numbered", NET_222, letters=letters)


def test_an_unknown_notation_or_layout_lists_what_there_is() -> None:
    with pytest.raises(NotationError, match="numbered, plain, letters, indexed, layered"):
        names("numberd")
    with pytest.raises(NotationError, match="from_to, to_from"):
        names(layout="sideways")
