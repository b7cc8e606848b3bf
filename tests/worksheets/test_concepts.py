"""Questions of understanding: every predicate, held against numbers where the answer is known."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from worksheets.networks import networks, relu_softmax

from derive.derivation.numbers.rounding import Rounding
from derive.derivation.trace import trace
from derive.document.wording import Wording
from derive.expression.nodes import Number, Quantity
from derive.graph import E, NetworkGraph
from derive.network import Dense, Network
from derive.network.values import exact, read_number
from derive.notation import names
from derive.worksheets.exercise import exercise
from derive.worksheets.questions.concepts import (
    Concept,
    direction,
    inactive,
    saturation,
    stays_alike,
    symmetry,
    vanishing,
)
from derive.worksheets.questions.context import Ground
from derive.worksheets.questions.ledger import Ledger
from derive.worksheets.variants.givens import draw
from derive.worksheets.variants.variant import givens_of, numbers_with

ROUNDING = Rounding(4, carried=True, parts=False)


def ground(network: Network, seed: int = 0, **changed: float) -> Ground:
    """What questions are made from, with some weights and biases set: w1_1_1=3 from 1 to 1."""
    asked = exercise(network)
    givens = draw(asked.structure, None, random.Random(seed))
    for name, value in changed.items():
        kind, layer, *rest = name.split("_")
        place = [int(n) - 1 for n in rest]
        q = (
            Quantity("weight", int(layer), place[1], place[0]) if kind == "w"
            else Quantity("bias", int(layer), place[0])
        )  # fmt: skip
        assert q in givens
        givens[q] = number(value)
    structure = asked.structure
    called = names(structure.notation, structure.shape, structure.layout)
    numbers = numbers_with(asked, givens, ROUNDING)
    book = Ledger(asked, numbers)
    return Ground(asked, numbers, called, Wording("en"), random.Random(seed), book)


def number(value: float) -> Number:
    return exact(read_number(value).value)


def only(found: list[Concept]) -> Concept:
    (one,) = found
    return one


def test_the_saturated_unit_is_the_one_pushed_far_out() -> None:
    network = Network(2, [Dense(3, "sigmoid"), Dense(1, "sigmoid")])
    for unit in (1, 2, 3):
        here = ground(network, **{f"b_1_{unit}": 6.0})
        assert only(list(saturation(here))).right == unit - 1


def test_no_unit_is_asked_for_where_two_are_alike() -> None:
    same = {f"w_1_{i}_{j}": 0.5 for i in (1, 2) for j in (1, 2)} | {"b_1_1": 0.1, "b_1_2": 0.1}
    network = Network(2, [Dense(2, "sigmoid"), Dense(1)])
    assert list(saturation(ground(network, **same))) == []


def test_an_inactive_unit_is_seen_and_an_active_layer_not() -> None:
    alive = {f"b_1_{j}": 9.0 for j in (1, 2, 3)}
    assert list(inactive(ground(relu_softmax(), **alive))) == []
    found = only(list(inactive(ground(relu_softmax(), **{**alive, "b_1_2": -9.0}))))
    z = Quantity("pre-activation", 1, 1)
    assert z in found.prompt and found.right == 2 and len(found.options) == 4
    assert list(inactive(ground(Network(2, [Dense(2, "tanh"), Dense(1)])))) == []


@settings(max_examples=15)
@given(networks(), st.integers(0, 1000))
def test_the_loss_moves_as_the_answer_says(network: Network, seed: int) -> None:
    here = ground(network, seed)
    for found in direction(here):
        w = next(part for part in found.prompt if isinstance(part, Quantity))
        givens = givens_of(here.numbers)
        before = here.numbers.environment.quantity(E)
        moved = number(float(givens[w].value) + 1e-7)
        after = trace(NetworkGraph(here.exercise.structure.with_numbers({**givens, w: moved})))
        change = after.quantity(E) - before
        assert (found.right == 0) == (change > 0) and change != 0


def test_deltas_vanish_behind_small_weights() -> None:
    network = Network(1, [Dense(1, "sigmoid"), Dense(1, "sigmoid"), Dense(1)])
    small = ground(network, w_1_1_1=0.5, w_2_1_1=0.01, w_3_1_1=0.5)
    assert only(list(vanishing(small))).right == 0
    # Behind a large weight a delta grows: then the smallest is at the output.
    large = ground(network, w_1_1_1=0.1, w_2_1_1=40.0, w_3_1_1=40.0, b_1_1=0.0, b_2_1=-20.0)
    deltas = [abs(large.numbers.environment.quantity(Quantity("delta", k))) for k in (1, 2, 3)]
    found = list(vanishing(large))
    assert not found or found[0].right == deltas.index(min(deltas))


def test_equal_units_stay_alike_and_unequal_ones_do_not() -> None:
    network = Network(2, [Dense(3, "sigmoid"), Dense(2, "sigmoid")])
    here = ground(network)
    assert stays_alike(here, network.layers[0])
    asked = only(list(symmetry(here)))
    assert asked.options[asked.right] == here.words("concept_symmetry_alike")
    assert "the same bias" in str(asked.prompt)
    bare = ground(Network(2, [Dense(3, "sigmoid", "none"), Dense(2, "sigmoid")]))
    assert "bias" not in str(only(list(symmetry(bare))).prompt)
    slopes = here.numbers.environment
    first, second = (slopes.partial(E, Quantity("weight", 1, j, 0)) for j in (0, 1))
    assert first != second  # with the variant's own numbers they differ
    assert list(symmetry(ground(Network(2, [Dense(1, "sigmoid"), Dense(2)])))) == []
