"""Networks from Python: exact numbers, the order of θ, immutability, and messages with paths."""

from __future__ import annotations

import dataclasses
import io
import itertools
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import derive
from derive import Dense, Network, NetworkError
from derive.expression.nodes import (
    BIAS,
    INPUT,
    LEARNING_RATE,
    TARGET,
    WEIGHT,
    Number,
    Quantity,
)
from derive.network.values import exact, read_number

REPOSITORY = Path(__file__).parents[2]


def mazur(**changed: Any) -> Network:
    said: dict[str, Any] = {
        "inputs": {"i1": 0.05, "i2": 0.10},
        "layers": [
            Dense(2, "sigmoid", bias="none", weights=[[0.15, 0.25], [0.20, 0.30]]),
            Dense(2, "sigmoid", bias="shared", weights=[[0.40, 0.50], [0.45, 0.55]], biases=0.6),
        ],
        "targets": [0.01, 0.99],
        "learning_rate": 0.5,
    }
    return Network(**said | changed)


def problems(**said: Any) -> list[str]:
    with pytest.raises(NetworkError) as caught:
        Network(**said)
    return str(caught.value).splitlines()


# -- numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "value", "text"),
    [
        (0.1, Fraction(1, 10), "0.1"),
        (1.0, Fraction(1), "1.0"),
        (-0.05, Fraction(-1, 20), "-0.05"),
        (1e-7, Fraction(1, 10**7), "0.0000001"),
        (1e300, Fraction(10**300), "1e300"),
        (0.1 + 0.2, Fraction("0.30000000000000004"), "0.30000000000000004"),
        (3, Fraction(3), ""),
        (Decimal("0.10"), Fraction(1, 10), "0.10"),
        (Decimal("-3.500"), Fraction(-7, 2), "-3.500"),
        (Decimal("12E+1"), Fraction(120), "120"),
        (Fraction(1, 4), Fraction(1, 4), "0.25"),
        (Fraction(-7, 2), Fraction(-7, 2), "-3.5"),
        (Fraction(1, 3), Fraction(1, 3), ""),
        (np.float64(0.1), Fraction(1, 10), "0.1"),
        (np.int64(3), Fraction(3), ""),
        (Number(Fraction(1, 2), "0.50"), Fraction(1, 2), "0.50"),
    ],
)
def test_a_number_is_exact_and_keeps_its_text(raw: object, value: Fraction, text: str) -> None:
    assert read_number(raw) == Number(value, text)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200))
def test_a_float_is_its_shortest_decimal(value: float) -> None:
    if 0 < abs(value) < 1e-250:
        return
    number = read_number(value)
    assert float(number.value) == value and number.value == Fraction(repr(value))
    assert Fraction(number.text) == number.value


@given(st.fractions(max_denominator=10**6))
def test_an_exact_value_is_shown_as_a_decimal_only_where_it_is_one(value: Fraction) -> None:
    number = exact(value)
    assert number.value == value
    assert not number.text or Fraction(number.text) == value


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (True, "got true; allowed are numbers"),
        (None, "got nothing; allowed are numbers"),
        ("0.5", "got '0.5'; allowed are numbers; write it without quotation marks"),
        ("half", "got 'half'; allowed are numbers"),
        (1j, "got 1j; allowed are numbers"),
        (float("nan"), "got nan; allowed are numbers, and finite ones only"),
        (float("-inf"), "got -inf; allowed are numbers, and finite ones only"),
        (Decimal("NaN"), "got Decimal('NaN'); allowed are numbers, and finite ones only"),
        ([1], "got a list of 1; allowed are numbers"),
        ({}, "got a mapping of 0; allowed are numbers"),
        (
            10**500,
            "got a huge number; allowed are numbers of at most 60 digits, between 1e-300 and 1e300",
        ),
        (
            Decimal("1e400"),
            "got Decimal('1E+400'); allowed are numbers of at most 60 digits, between 1e-300 and "
            "1e300",
        ),
    ],
)
def test_what_is_no_number(raw: object, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_number(raw)
    assert str(caught.value) == message


# -- the network -----------------------------------------------------------------------------


def test_theta_runs_through_the_rows_of_each_matrix_then_the_biases() -> None:
    network = Network(2, [Dense(3), Dense(1, bias="none"), Dense(2, bias="shared")])
    assert network.parameters() == (
        *(Quantity(WEIGHT, 1, unit, source) for source in range(2) for unit in range(3)),
        *(Quantity(BIAS, 1, unit) for unit in range(3)),
        *(Quantity(WEIGHT, 2, 0, source) for source in range(3)),
        *(Quantity(WEIGHT, 3, unit, 0) for unit in range(2)),
        Quantity(BIAS, 3, -1),
    )


def test_frozen_parameters_are_not_in_theta_but_have_values() -> None:
    layer = Dense(1, weights=[[1], [2]], biases=[3], frozen=["biases"])
    network = Network(2, [layer, Dense(1, weights=[[4]], biases=[5], frozen="weights")])
    assert network.parameters() == (
        Quantity(WEIGHT, 1, 0, 0),
        Quantity(WEIGHT, 1, 0, 1),
        Quantity(BIAS, 2, 0),
    )
    assert network.value(Quantity(BIAS, 1, 0)) == Number(Fraction(3))
    assert network.value(Quantity(WEIGHT, 2, 0, 0)) == Number(Fraction(4))


def test_every_given_number_is_found_by_its_quantity() -> None:
    network = mazur()
    values = {
        Quantity(WEIGHT, 1, unit=1, source=0): "0.25",
        Quantity(WEIGHT, 1, unit=0, source=1): "0.2",
        Quantity(WEIGHT, 2, unit=1, source=1): "0.55",
        Quantity(BIAS, 2, -1): "0.6",
        Quantity(INPUT, unit=1): "0.1",
        Quantity(TARGET, 2, unit=1): "0.99",
        Quantity(LEARNING_RATE): "0.5",
    }
    assert {q: n.text for q in values if (n := network.value(q))} == values
    assert network.value(Quantity(BIAS, 1, 0)) is None
    assert Network(2, [Dense(1)]).value(Quantity(WEIGHT, 1)) is None
    assert Network(2, [Dense(1)]).value(Quantity(INPUT)) is None


def test_one_trained_layer_is_enough() -> None:
    network = Network(1, [Dense(1, frozen=("weights", "biases")), Dense(1)])
    assert [q.layer for q in network.parameters()] == [2, 2]


def test_each_neurons_bias_is_its_own() -> None:
    network = Network(1, [Dense(2, biases=[3, 4])])
    assert network.value(Quantity(BIAS, 1, 1)) == Number(Fraction(4))


def test_the_example_of_a_quantity_picks_the_row() -> None:
    network = Network([[1, 2], [3, 4]], [Dense(1)], targets=[[5], [6]])
    assert network.value(Quantity(INPUT, unit=1, example=1)) == Number(Fraction(4))
    assert network.value(Quantity(TARGET, 1, example=1)) == Number(Fraction(6))
    assert network.value(Quantity(INPUT, unit=1)) == Number(Fraction(2))


@pytest.mark.parametrize(
    ("without", "known"),
    [
        ({}, True),
        ({"inputs": 2}, False),
        ({"targets": None}, False),
        ({"learning_rate": None}, True),
        ({"layers": [Dense(2, bias="none"), Dense(2, bias="none")]}, False),
        ({"layers": [Dense(2, weights=[[1, 2], [3, 4]])]}, False),
        ({"layers": [Dense(2, weights=[[1, 2], [3, 4]], bias="none")]}, True),
    ],
)
def test_a_network_has_values_when_nothing_is_missing(without: dict[str, Any], known: bool) -> None:
    assert mazur(**without).has_values is known


def test_a_network_is_a_value() -> None:
    network = mazur()
    assert network == mazur() and hash(network) == hash(mazur())
    assert network != mazur(learning_rate=0.4)
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.title = "other"  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        network.other = 1  # type: ignore[attr-defined]
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.layers[0].units = 3  # type: ignore[misc]


def test_python_and_a_file_give_the_same_network() -> None:
    text = (
        "inputs: {i1: 0.05, i2: 0.1}\n"
        "layers:\n"
        "  - {units: 2, activation: sigmoid, bias: none, weights: {w1: 0.15, w2: 0.2, w3: 0.25, "
        "w4: 0.3}}\n"
        "  - {units: 2, activation: sigmoid, bias: shared, weights: [[0.4, 0.5], [0.45, 0.55]], "
        "biases: 0.6}\n"
        "targets: [0.01, 0.99]\nlearning_rate: 0.5\n"
    )
    assert derive.load(io.StringIO(text)) == mazur()


def test_arrays_are_read_like_lists() -> None:
    network = Network(
        np.array([[0.5, 1.0], [2.0, 3.0]]),
        [Dense(np.int64(2), weights=np.array([[0.1, 0.2], [0.3, 0.4]]), biases=np.zeros(2))],
        targets=np.eye(2),
    )
    assert network.has_values and network.example_count == 2
    assert network.value(Quantity(WEIGHT, 1, unit=0, source=1)) == Number(Fraction(3, 10), "0.3")


def test_layers_may_come_from_a_generator() -> None:
    assert Network(1, (Dense(units) for units in (3, 2))).sizes == (1, 3, 2)


def test_digits_of_values_and_of_updates() -> None:
    assert (mazur(digits=7).digits, mazur(digits=7).update_digits) == (7, 7)
    both = mazur(digits={"values": 3, "update": 6})
    assert (both.digits, both.update_digits) == (3, 6)
    assert mazur(digits={"update": 4}).digits == 5


def test_the_shape_knows_names_and_examples() -> None:
    network = Network(["a1", "a2"], [Dense(1, bias="none")], targets={"goal": "a1*a2"})
    assert network.shape.input_names == ("a1", "a2")
    assert network.shape.target_names == ("goal",)
    assert network.shape.biases == ("none",)


# -- messages --------------------------------------------------------------------------------


def test_without_a_file_a_message_begins_with_its_path() -> None:
    assert problems(
        inputs=2,
        layers=[Dense(3.5), Dense(1, "tanh", weights=[[1], [2]], frozen="bias")],
        loss="nosuch",
        learning_rate=-1,
        digits=99,
    ) == [
        "learning_rate: got -1; allowed are numbers above 0; the minus of the update rule is not "
        "part of it",
        "digits: got 99; allowed are whole numbers from 1 to 30",
        "loss: unknown loss 'nosuch'; allowed are half_squared_error, mean_squared_error, "
        "absolute_error, huber, log_cosh, binary_cross_entropy, cross_entropy, kl_divergence, "
        "hinge",
        "layers[0].units: units of layer 1: got 3.5; allowed are whole numbers from 1 to 4096",
        "layers[1].frozen: unknown frozen 'bias'; did you mean 'biases'? allowed are weights, "
        "biases",
    ]


def test_a_problem_knows_its_path() -> None:
    with pytest.raises(NetworkError) as caught:
        Network({"i1": 1, "i2": "x"}, [Dense(1, weights={"w1": 1, "w2": float("nan")})])
    assert [problem.path for problem in caught.value.problems] == [
        ("inputs", "i2"),
        ("layers", 0, "weights", "w2"),
    ]
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (Dense(2), "layers: got Dense(units=2, activation='identity'…); allowed is a list of"),
        ("sigmoid", "layers: got 'sigmoid'; allowed is a list of layers"),
        (None, "layers: got nothing; allowed is a list of layers"),
        ([{"units": 2}], "layers[0]: layer 1: got a mapping of 1; allowed is a layer with units"),
        ([2], "layers[0]: layer 1: got 2; allowed is a layer with units, activation, …"),
    ],
)
def test_what_is_no_layer(layers: Any, message: str) -> None:
    (problem,) = problems(inputs=2, layers=layers)
    assert problem.startswith(message)


_anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 10**20),
        st.floats(),
        st.text(max_size=5),
        st.sampled_from(["sigmoid", "softmax", "none", "weights", "w1", "x1 + 2", "mean", "hinge"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "formula", "w1", "b1", "i1", "t1", "values", "per_output"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=120)
@given(st.data())
def test_anything_said_gives_a_network_or_a_network_error(data: st.DataObject) -> None:
    def some(usual: Any) -> Any:
        return data.draw(st.one_of(st.just(usual), _anything))

    layer = Dense(
        some(1), some("sigmoid"), some("neuron"), some(None), some(None), some(()), some(None)
    )
    try:
        network = Network(
            inputs=some(1), layers=some([layer]), loss=some("huber"), targets=some([1]),
            learning_rate=some(0.1), digits=some(5), rounding=some("exact"), title=some("t"),
            layout=some("from_to"), notation=some("numbered"), over_examples=some("mean"),
        )  # fmt: skip
    except NetworkError as error:
        assert error.problems and all(problem.message for problem in error.problems)
    else:
        assert network.layers


@pytest.mark.parametrize("one", [1, 0.25, "1/3", np.float64(1), np.array(1.0)])
def test_one_output_has_one_number_for_a_target(one: Any) -> None:
    network = Network([1, 2], [Dense(1)], targets=one)
    assert network.targets == Network([1, 2], [Dense(1)], targets=[one]).targets
    with pytest.raises(NetworkError, match="targets: got"):
        Network([1, 2], [Dense(2)], targets=one)


def test_a_million_problems_are_not_all_printed() -> None:
    with pytest.raises(NetworkError) as caught:
        Network([list(itertools.repeat("x", 50)) for _ in range(10)], [Dense(1)])
    lines = str(caught.value).splitlines()
    assert len(caught.value.problems) == 500
    assert len(lines) == 101 and lines[-1] == "and 400 more"


@pytest.mark.parametrize("path", sorted((REPOSITORY / "examples").glob("*.yaml")), ids=str)
def test_every_example_loads(path: Path) -> None:
    assert derive.load(path).layers


def test_the_starter_file_loads_with_nothing_to_remark() -> None:
    network = derive.load(REPOSITORY / "derive" / "starter.yaml")
    assert network.has_values and network.remarks == ()
