"""Computation graphs to be completed: what is drawn is right, every gap is asked once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worksheets.networks import networks, two_two_two
from worksheets.page_reader import EMPTY, FILLED

import derive
from derive.document.blocks import Block, Figure, Table
from derive.expression.nodes import ACTIVATION, PRE_ACTIVATION, Number, Quantity
from derive.graph import E
from derive.network import Dense, Network
from derive.notation import BUILT_IN
from derive.pictures.picture import Label, Picture
from derive.worksheets import Answer, Ask, Recipe, Variant
from derive.worksheets.answers import NamesAnswer
from derive.worksheets.marking.judges import Judges
from derive.worksheets.marking.verdicts import Verdict
from derive.writers import write
from tests.derivation.oracle import OWN, Point
from tests.document.claims import oracle
from tests.pictures.circuit_reader import Read, read
from tests.pictures.measured import collisions, outside

DRAWN = {
    "2-2-2": two_two_two(),
    "fixed biases": derive.load("examples/mazur.yaml"),
    "2-3-1": Network(2, [Dense(3, "relu"), Dense(1, "sigmoid")], "binary_cross_entropy"),
    "softmax": Network(2, [Dense(2, "tanh"), Dense(2, "softmax")], "cross_entropy"),
    "softmax, not with its loss": Network(2, [Dense(2, "softmax"), Dense(2, "softmax")]),
    "a mean": Network(2, [Dense(2, "sigmoid"), Dense(2)], "mean_squared_error"),
    "one linear neuron": Network(1, [Dense(1)]),
    "three layers": Network(2, [Dense(2, "relu", "none"), Dense(1, "tanh"), Dense(2)]),
    "own formulas": Network(
        2, [Dense(2, {"formula": "x/(1 + abs(x))"}), Dense(1)], {"formula": "(y - t)**4"}
    ),
    "in part": Network(3, [Dense(4, "sigmoid"), Dense(3, "sigmoid")]),
    "deep, in part": Network(2, [Dense(3, "tanh")] * 4 + [Dense(1)]),
    "softmax, in part": Network(3, [Dense(4, "sigmoid"), Dense(4, "softmax")], "cross_entropy"),
}
OWN["x/(1 + abs(x))"] = lambda x: x / (1 + abs(x))
OWN["(y - t)**4"] = lambda y, t: (y - t) ** 4
EVERY = pytest.mark.parametrize("network", DRAWN.values(), ids=DRAWN)


def variant_of(
    network: Network, ask: Ask | None = None, *before: Ask, seed: int = 5, digits: int = 4
) -> Variant:
    asked = Recipe(digits=digits, questions=(*before, ask or Ask("graph")))
    return derive.worksheet(network, asked, variants=1, seed=seed).variants[0]


def figure_of(blocks: tuple[Block, ...]) -> Figure:
    (found,) = (block for block in blocks if isinstance(block, Figure))
    return found


def pictures(variant: Variant) -> tuple[Picture, Picture]:
    question = variant.questions[-1]
    return figure_of(question.sheet).picture, figure_of(question.key).picture


# -- the numbers ---------------------------------------------------------------------------------


def check(picture: Picture, variant: Variant) -> dict[tuple[Quantity, str], Read]:
    """Every number in a picture against a forward pass and differences of it."""
    places = read(picture, variant.names)
    point = oracle(variant.network).examples[0]
    for (q, what), (number, _) in places.items():
        if number is not None:
            right = float(_truth(point, q, what))
            assert float(number.value) == pytest.approx(right, rel=2e-3, abs=2e-5), (q, what)
    return places


def _truth(point: Point, q: Quantity, what: str) -> object:
    if what == "value":
        return point.quantity(q)
    if what == "local":
        return point.difference(q, Quantity(PRE_ACTIVATION, q.layer, q.unit))
    return 1 if q == E else point.difference(E, q)


@EVERY
@pytest.mark.parametrize("difficulty", ["easy", "normal", "hard"])
def test_every_number_drawn_is_the_networks(network: Network, difficulty: str) -> None:
    variant = variant_of(network, Ask("graph", difficulty=difficulty), digits=6)
    sheet, key = pictures(variant)
    asked, told = check(sheet, variant), check(key, variant)
    assert asked.keys() == told.keys()
    labels = {answer.label: answer for answer in variant.answers}
    for place, (number, gap) in told.items():
        assert asked[place] == Read(None if gap else number, gap)
        if gap:
            answer = labels.pop(gap)
            assert isinstance(answer, Answer) and answer.value == number
    assert not labels


@settings(max_examples=8, deadline=None)
@given(networks(), st.integers(0, 1000), st.sampled_from(["easy", "normal", "hard"]))
def test_of_any_network(network: Network, seed: int, difficulty: str) -> None:
    variant = variant_of(network, Ask("graph", difficulty=difficulty), seed=seed, digits=6)
    if isinstance(variant.answers[0], NamesAnswer):
        return
    sheet, key = pictures(variant)
    check(key, variant)
    for picture in (sheet, key):
        assert collisions(picture, variant.names) == []
        assert outside(picture, variant.names) == []


@pytest.mark.parametrize("name", ["2-2-2", "2-3-1", "softmax", "in part"])
def test_a_wrong_number_in_the_picture_is_seen(name: str) -> None:
    variant = variant_of(DRAWN[name], digits=6)
    _, key = pictures(variant)
    wrong = list(_with_a_wrong_number(key))
    assert len(wrong) > 15
    for picture in wrong:
        with pytest.raises(AssertionError):
            check(picture, variant)


def _with_a_wrong_number(picture: Picture) -> Iterator[Picture]:
    """The picture with one of its numbers changed a little; each of them in turn."""
    for place, shape in enumerate(picture.shapes):
        if isinstance(shape, Label) and isinstance(shape.content[-1], Number):
            number = Number(shape.content[-1].value + Fraction(1, 100))
            other = replace(shape, content=(*shape.content[:-1], number))
            yield replace(
                picture, shapes=(*picture.shapes[:place], other, *picture.shapes[place + 1 :])
            )


def test_everything_in_a_small_network_can_be_asked() -> None:
    variant = variant_of(two_two_two(), Ask("graph", count=100))
    places = read(pictures(variant)[0], variant.names)
    printed = {(q.kind, what) for (q, what), (_, gap) in places.items() if not gap}
    assert printed == {
        ("input", "value"), ("target", "value"), ("weight", "value"), ("bias", "value"),
        ("loss term", "slope"), ("loss", "slope"),
    }  # fmt: skip
    kinds = {(q.kind, what) for (q, what), (_, gap) in places.items() if gap}
    assert kinds == {
        ("pre-activation", "value"), ("activation", "value"), ("loss term", "value"),
        ("loss", "value"), ("pre-activation", "slope"), ("activation", "slope"),
        ("activation", "local"), ("weight", "slope"), ("bias", "slope"),
    }  # fmt: skip


# -- the gaps ------------------------------------------------------------------------------------


@EVERY
def test_a_gap_stands_once_on_every_page(network: Network) -> None:
    """Where there is a picture in it; where there is none, in the table."""
    variant = variant_of(network, Ask("graph"))
    labels = [answer.label for answer in variant.answers]
    latex = write(variant.sheet, variant.names, "latex")
    text = write(variant.sheet, variant.names, "text")
    key = write(variant.key, variant.names, "text")
    assert isinstance(latex, str) and isinstance(text, str) and isinstance(key, str)
    assert [latex.count(f"{{({label})}}") for label in labels] == [1] * len(labels)
    assert (
        sorted(EMPTY.findall(text))
        == sorted(labels)
        == sorted(label for _, label in FILLED.findall(key))
    )
    (table,) = figure_of(variant.questions[0].sheet).instead
    assert isinstance(table, Table)


@EVERY
@pytest.mark.parametrize("seed", range(3))
def test_no_number_beside_a_gap_gives_it_away(network: Network, seed: int) -> None:
    """∂E/∂b is δ, and relu(z) is z: neither is printed where the other is asked for."""
    variant = variant_of(network, Ask("graph", count=6), seed=seed)
    places = read(pictures(variant)[1], variant.names)
    gaps = {place: abs(r.number.value) for place, r in places.items() if r.gap and r.number}
    for (q, what), value in gaps.items():
        same = [
            place for place, (number, gap) in places.items()
            if number is not None and not gap and value and abs(number.value) == value
        ]  # fmt: skip
        unit = {(Quantity(kind, q.layer, q.unit), "slope") for kind in ("bias", "pre-activation")}
        if what == "slope" and q.kind in (PRE_ACTIVATION, ACTIVATION):
            assert q.kind == ACTIVATION or not {(u, w) for u, w in unit if u != q} & set(same)
        if what == "value" and q.kind == PRE_ACTIVATION:
            assert (Quantity(ACTIVATION, q.layer, q.unit), "value") not in same


@pytest.mark.parametrize("difficulty", ["easy", "normal", "hard"])
@pytest.mark.parametrize("count", [1, 4, 9])
def test_no_more_gaps_than_asked_for(difficulty: str, count: int) -> None:
    variant = variant_of(two_two_two(), Ask("graph", count=count, difficulty=difficulty))
    parts = [item.task.part for item in variant.questions[0].items]
    assert 0 < len(parts) <= count
    if difficulty == "easy":
        assert set(parts) == {"forward"}
    elif difficulty == "hard":
        # ∂E/∂b = δ: where the one is a gap, the other is as well.
        assert ("gradient" in parts and set(parts) <= {"gradient", "delta"}) or count == 9


def test_what_was_worked_out_before_is_not_printed() -> None:
    variant = variant_of(two_two_two(), Ask("graph"), Ask("forward"))
    places = read(pictures(variant)[0], variant.names)
    assert not any(
        what == "value" and q.kind in (PRE_ACTIVATION, ACTIVATION, "loss")
        for q, what in places
    )  # fmt: skip
    text = str(write(variant.sheet, variant.names, "text"))
    assert "Values that you have already worked out are not repeated in it." in text
    alone = str(write(variant_of(two_two_two()).sheet, variant.names, "text"))
    assert "is not repeated" not in alone


def test_what_was_asked_before_is_not_given_away_either() -> None:
    variant = variant_of(two_two_two(), Ask("graph", count=3, difficulty="easy"), Ask("delta"))
    slopes = [q for q, what in read(pictures(variant)[1], variant.names) if what == "slope"]
    assert {q.kind for q in slopes} == {"weight", "loss term", "loss"}


def test_what_is_updated_then_has_not_to_be_found_again() -> None:
    recipe = Recipe(questions=(Ask("graph", count=50), Ask("update", count=2)))
    variant = derive.worksheet(two_two_two(), recipe, variants=1, seed=7).variants[0]
    assert {item.task.part for item in variant.questions[1].items} == {"update"}


# -- what is drawn -------------------------------------------------------------------------------


def test_what_is_too_large_is_drawn_in_part_and_else_asked_as_a_table() -> None:
    def units(network: Network, difficulty: str) -> set[int]:
        variant = variant_of(network, Ask("graph", difficulty=difficulty))
        places = read(pictures(variant)[0], variant.names)
        return {q.layer for q, what in places if (q.kind, what) == (PRE_ACTIVATION, "value")}

    assert units(DRAWN["2-3-1"], "normal") == {1, 2}
    assert units(DRAWN["in part"], "hard") == {1}
    assert units(DRAWN["in part"], "easy") == {2}
    large = Network(8, [Dense(8, "sigmoid"), Dense(8, "sigmoid")])
    variant = variant_of(large)
    assert all(isinstance(answer, NamesAnswer) for answer in variant.answers)
    everything = variant_of(
        two_two_two(), Ask("graph"), *map(Ask, ("forward", "local", "delta", "gradient"))
    )
    assert isinstance(everything.answers[-1], NamesAnswer)


SHOWN = ("2-2-2", "2-3-1", "softmax", "in part", "softmax, in part")


@pytest.mark.parametrize(
    ("name", "notation"),
    [
        (name, notation) for i, name in enumerate(SHOWN) for j, notation in enumerate(BUILT_IN)
        if (j - i) % len(BUILT_IN) < 3
    ],
)  # fmt: skip
def test_nothing_touches_in_any_notation(name: str, notation: str) -> None:
    """Each in three notations, and three in each notation."""
    usual = DRAWN[name]
    network = Network(
        usual.sizes[0],
        [Dense(layer.units, layer.activation.name) for layer in usual.layers],
        usual.loss.name, notation=notation,
    )  # fmt: skip
    for count in (5, 100):
        variant = variant_of(network, Ask("graph", count=count))
        for picture in pictures(variant):
            assert collisions(picture, variant.names) == []
            assert outside(picture, variant.names) == []


def test_the_description_has_every_gap_and_no_answer() -> None:
    variant = variant_of(two_two_two())
    for picture, filled in zip(pictures(variant), (False, True), strict=True):
        told = "".join(str(p) if isinstance(p, str) else "#" for p in picture.description)
        for answer in variant.answers:
            assert (f"({answer.label})" in told) != filled


# -- marks ---------------------------------------------------------------------------------------


def marks(variant: Variant, **other: str) -> dict[str, tuple[Verdict, tuple[str, ...]]]:
    typed = {a.label: a.value.text for a in variant.answers if isinstance(a, Answer)} | other
    judged = Judges(variant.pages.exercise, variant.names).marks(variant, typed)
    return {mark.label: (mark.verdict, mark.misconceptions) for mark in judged}


def test_a_slip_is_named_and_what_follows_from_it_counts() -> None:
    variant = variant_of(two_two_two(), Ask("graph", count=100))
    numbers = {i.task.source: i.answers[-1] for i in variant.questions[0].items}
    value = {source: float(answer.value.value) for source, answer in numbers.items()}
    network = variant.network
    w = [network.value(q) for q in network.weights(2)]
    assert w[0] is not None
    # One of the two paths into ∂E/∂a_h1 is forgotten; all after that is right.
    lost = round(value["delta/z2.1"] * float(w[0].value), 4)
    delta = round(lost * value["local/a1.1/z1.1"], 6)
    slip, follows = numbers["upstream/a1.1"].label, numbers["delta/z1.1"].label
    graded = marks(variant, **{slip: str(lost), follows: str(delta)})
    assert graded[slip] == (Verdict.WRONG, ("missing-path",))
    assert graded[follows][0] is Verdict.FOLLOWS
    others = {label: verdict for label, (verdict, _) in graded.items()}
    assert others[numbers["delta/z1.2"].label] is Verdict.RIGHT


def test_a_slip_further_up_is_carried_into_the_graph() -> None:
    variant = variant_of(two_two_two(), Ask("graph", count=100), Ask("forward", guided=False))
    numbers = {i.task.source: i.answers[-1] for i in variant.items if i.answers}
    a = float(numbers["define/a1.1"].value.value) + 0.1
    local = round(round(a, 4) * (1 - round(a, 4)), 4)
    graded = marks(
        variant,
        **{
            numbers["define/a1.1"].label: f"{a:.4f}",
            numbers["local/a1.1/z1.1"].label: str(local),
        },
    )
    assert graded[numbers["define/a1.1"].label][0] is Verdict.WRONG
    assert graded[numbers["local/a1.1/z1.1"].label][0] is Verdict.FOLLOWS
