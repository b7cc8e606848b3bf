"""What people bring to a compiled network: parameters by name, labels, columns, one number."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import derive
from derive.compute import ArgumentError

MAZUR = Path(__file__).parents[2] / "examples" / "mazur.yaml"
BY_NAME = {f"w{k}": k / 10 for k in range(1, 9)}
BACK_ENDS = ["auto", "python", "numpy"]


def two_two_two(**said: Any) -> derive.Network:
    layers = [derive.Dense(2, "sigmoid", bias="none"), derive.Dense(2, "sigmoid", bias="none")]
    return derive.Network(2, layers, **said)


@pytest.mark.parametrize("backend", BACK_ENDS)
class TestParametersByName:
    def test_the_order_of_theta_does_not_matter(self, backend: str) -> None:
        """w2 leads from i2 to h1: in theta it stands after w3."""
        f = derive.compile(two_two_two(), backend)
        theta = f.pack(BY_NAME)
        assert theta == [0.1, 0.3, 0.2, 0.4, 0.5, 0.7, 0.6, 0.8]
        assert f.pack(dict(reversed(BY_NAME.items()))) == theta
        assert dict(zip(f.names, theta, strict=True)) == BY_NAME
        loss, gradients = f([0.05, 0.1], [0.01, 0.99], BY_NAME)
        expected, flat = f.flat(theta, [0.05, 0.1], [0.01, 0.99])
        assert (
            loss == expected and f.pack(gradients).tolist() == flat
            if backend != "python"
            else (loss == expected and f.pack(gradients) == flat)
        )

    def test_the_worked_example(self, backend: str) -> None:
        """The loss that most explanations quote, its weights typed in their textbook order."""
        f = derive.compile(derive.load(MAZUR), backend)
        weights = dict(zip(BY_NAME, [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55], strict=True))
        assert f(parameters=weights)[0] == pytest.approx(0.298371108760003, rel=1e-14)
        assert f.flat(f.pack(weights))[0] == pytest.approx(0.298371108760003, rel=1e-14)

    def test_names_in_text_arrays_and_both(self, backend: str) -> None:
        f = derive.compile(two_two_two(), backend)
        theta = f.pack(BY_NAME)
        second = {f"w{k}": BY_NAME[f"w{k}"] for k in range(5, 9)}
        assert f.pack({"W1": [[0.1, 0.3], [0.2, 0.4]], **second}) == theta
        assert f.pack({"W1": 0.1, "W2": 0.2, "W3": 0.3, "W4": 0.4, **second}) == theta  # text
        network = derive.Network(2, [derive.Dense(1, "tanh")], notation="indexed")
        g = derive.compile(network, backend)
        assert g.pack(dict(zip(g.names, [1, 2, 3], strict=True))) == [1, 2, 3]

    def test_the_network_gives_the_rest(self, backend: str) -> None:
        network = derive.load(MAZUR)
        f = derive.compile(network, backend)
        assert list(f.pack({"w3": 9})) == [0.15, 9, 0.2, 0.3, 0.4, 0.5, 0.45, 0.55]
        changed = {"b1": 0.25}  # frozen, and of the whole layer
        assert f(parameters=changed)[0] == pytest.approx(f(parameters={"b1": [0.25][0]})[0])

    def test_biases(self, backend: str) -> None:
        """b3 is the one of layer 2, as the notation counts; the array of layer 2 is b2."""
        f = derive.compile(derive.Network(1, [derive.Dense(2), derive.Dense(1)]), backend)
        assert f.names == ("w1", "w2", "b1", "b2", "w3", "w4", "b3")
        assert f.pack(dict(zip(f.names, range(7), strict=True))) == list(range(7))
        assert f.pack({"W1": [[0, 1]], "b1": [2, 3], "W2": [[4], [5]], "b2": [6]}) == list(range(7))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"w88": 1}, r"unknown name 'w88'; .*arrays W1, W2, or single ones: w1, w3.*'w8'"),
    "twice": ({**BY_NAME, "W1": 0.1}, "both w1 and W1, two names of one; .*leave one out"),
    "array and single": ({**BY_NAME, "W1": [[1, 2], [3, 4]]}, r"both w1 and W1, which holds it"),
    "a part alone": ({"w1": 1, "w2": 2}, r"W1: got w1, w2 alone.*give w3, w4 too"),
    "an input": ({"i1": 1}, r"'i1', which is an input; .*argument inputs"),
    "a target": ({"t1": 1}, r"'t1', a target; .*argument targets"),
    "no number": ({**BY_NAME, "w1": "0.5"}, r"w1: got '0.5'; allowed: one number"),
    "rows for one": ({**BY_NAME, "w1": [[0.5]]}, r"w1: got 1 row of 1 number"),
    "no name": ({1: 0.5}, "unknown name '1'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_names_that_cannot_be_taken(case: str) -> None:
    given, message = REFUSED[case]
    with pytest.raises(ArgumentError, match=message):
        derive.compile(two_two_two()).pack(given)


def test_a_shared_bias_among_single_ones_is_not_guessed_at() -> None:
    """b2 is what layer 2 shares, and the second bias of layer 1."""
    f = derive.compile(derive.Network(1, [derive.Dense(2), derive.Dense(1, bias="shared")]))
    whole = {"W1": [[1, 2]], "W2": [[3], [4]]}
    assert f.pack({**whole, "b1": [5, 6], "b2": 7}) == [1, 2, 5, 6, 3, 4, 7]
    with pytest.raises(ArgumentError, match="may be the array b2 or one of those in b1"):
        f.pack({**whole, "b1": 5, "b2": 6, "W1": [[1, 2]]})


def classifier(loss: str = "cross_entropy", outputs: int = 3) -> derive.Network:
    last = "sigmoid" if loss == "binary_cross_entropy" else "softmax"
    return derive.Network(2, [derive.Dense(outputs, last)], loss)


ROWS = [[0.5, -1.0], [2.0, 0.1], [0.3, 0.2], [1.0, 1.0]]


@pytest.mark.parametrize("backend", BACK_ENDS)
class TestTargets:
    def test_a_number_or_a_column_for_one_output(self, backend: str) -> None:
        f = derive.compile(derive.Network(2, [derive.Dense(1, "tanh")]), backend)
        theta = [0.1, 0.2, 0.3]
        assert f.flat(theta, ROWS[0], 1.0) == f.flat(theta, ROWS[0], [1.0])
        assert f.flat(theta, ROWS[:1], 1)[0] == f.flat(theta, ROWS[:1], [[1.0]])[0]
        column = [0.0, 1.0, -1.0, 0.5]
        expected = f.flat(theta, ROWS, [[v] for v in column])
        assert f.flat(theta, ROWS, column) == expected
        x = np.array(ROWS)
        for given in (np.array(column), np.array(column, dtype=np.float32)):
            loss, gradient = f.flat(np.array(theta), x, given)
            assert loss == pytest.approx(expected[0]) and gradient == pytest.approx(expected[1])

    def test_class_labels(self, backend: str) -> None:
        f = derive.compile(classifier(), backend)
        theta = [k / 10 for k in range(9)]
        labels = [2, 0, 1, 2]
        rows = np.eye(3)[labels].tolist()
        expected = f.flat(theta, ROWS, rows)
        for given in (labels, tuple(labels), np.array(labels), np.array(labels, dtype=float)):
            assert f.flat(theta, ROWS, given) == expected
        assert f.flat(theta, ROWS[0], 2) == f.flat(theta, ROWS[0], [0.0, 0.0, 1.0])
        many, counted = np.tile(x := np.array(ROWS), (99, 1)), np.tile(np.array(labels), 99)
        assert f.flat(np.array(theta), many, counted)[0] == pytest.approx(expected[0], rel=1e-12)
        assert x.shape == (4, 2)

    @pytest.mark.parametrize(
        ("loss", "outputs", "inputs", "targets", "message"),
        [
            ("cross_entropy", 3, ROWS, [0, 1, 3, 2], r"the class 3; allowed: classes 0 to 2"),
            ("cross_entropy", 3, ROWS, [0, 1, 0.5, 2], r"the class 0.5;.*one-hot"),
            ("cross_entropy", 2, ROWS[:2], [1, 0], r"one row of targets, or a class for each"),
            ("half_squared_error", 3, ROWS, [0, 1, 2, 2], r"one number for each of 4.*one-hot"),
            ("half_squared_error", 3, ROWS[0], 2, r"got one number.*one-hot"),
            ("cross_entropy", 3, ROWS, [0, 1], r"targets: got 2 numbers; allowed: 3 numbers"),
            ("cross_entropy", 3, ROWS, "ab", r"targets: got 'ab'"),
        ],
    )
    def test_what_has_no_one_meaning(
        self, backend: str, loss: str, outputs: int, inputs: Any, targets: Any, message: str
    ) -> None:
        f = derive.compile(classifier(loss, outputs), backend)
        with pytest.raises(ArgumentError, match=message):
            f.flat([0.0] * len(f.names), inputs, targets)

    def test_targets_that_the_loss_cannot_take(self, backend: str) -> None:
        """As in a network: hinge has ±1, a cross-entropy what is from 0 to 1."""
        hinge = derive.compile(derive.Network(1, [derive.Dense(1)], "hinge"), backend)
        for x, t in (([0.5], [0.0]), ([[0.5], [0.5]], [[1.0], [0.0]])):
            with pytest.raises(ArgumentError, match=r"0 for output 1; .*−1 and 1; write −1 for 0"):
                hinge.flat([1.0, 0.0], x, t)
        assert hinge.flat([1.0, 0.0], [0.5], [-1.0])[0] == 1.5
        for many in (1, 2, 500):
            f = derive.compile(classifier("binary_cross_entropy", 2), backend)
            goals = [[0.0, 1.0]] * (many - 1) + [[0.5, 1.5]]
            with pytest.raises(ArgumentError, match=rf"example {many}: got 1.5 for output 2"):
                f.flat([0.0] * 6, np.ones((many, 2)), np.array(goals))
            with pytest.raises(ArgumentError, match=rf"example {many}: got 1.5 for output 2"):
                f.loss(np.ones((many, 2)), goals, f.unpack([0.0] * 6))

    def test_probabilities_that_do_not_sum_to_1_are_taken(self, backend: str) -> None:
        """A network only remarks on them: the loss is defined, and so is its gradient."""
        f = derive.compile(classifier(), backend)
        assert f.flat([0.0] * 9, [1.0, 1.0], [0.9, 0.9, 0.9])[0] == pytest.approx(2.7 * math.log(3))

    def test_nan_passes_through_where_a_range_is_allowed(self, backend: str) -> None:
        examples = ([1.0], [math.nan, 1.0]), ([[1.0]] * 2, [[math.nan, 1.0]] * 2)
        for loss in ("hinge", "cross_entropy", "binary_cross_entropy", "half_squared_error"):
            last = "softmax" if "cross" in loss else "identity"
            f = derive.compile(derive.Network(1, [derive.Dense(2, last)], loss), backend)
            for x, t in (*examples, (np.array([[1.0]] * 500), np.array([[math.nan, 1.0]] * 500))):
                if loss != "hinge":
                    assert math.isnan(f.flat([0.1, 0.2, 0.3, 0.4], x, t)[0])
                    continue
                with pytest.raises(ArgumentError, match="example 1: got nan for output 1"):
                    f.flat([0.1, 0.2, 0.3, 0.4], x, t)

    def test_inputs_in_a_column_are_told_the_way(self, backend: str) -> None:
        f = derive.compile(derive.Network(1, [derive.Dense(1)]), backend)
        with pytest.raises(ArgumentError, match=r"inputs: got 4 numbers; .*reshape\(-1, 1\)"):
            f.flat([1.0, 0.0], [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0])

    def test_the_loss_alone(self, backend: str) -> None:
        for network in (two_two_two(), two_two_two(over_examples="sum"), classifier(outputs=2)):
            f = derive.compile(network, backend)
            parameters = f.unpack([math.sin(k) for k in range(len(f.names))])
            for count in (1, 3, 5000):
                x, t = np.array((ROWS * count)[:count]), np.eye(2)[np.arange(count) % 2]
                assert f.loss(x, t, parameters) == f(x, t, parameters)[0]
        with pytest.raises(ArgumentError, match="inputs: got nothing"):
            f.loss()


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize("count", [2, 3, 15, 16, 17, 40, 41, 300])
def test_several_examples_are_the_sum_of_single_ones(backend: str, count: int) -> None:
    """Whichever way runs them, given as lists or arrays."""
    for network in (two_two_two(over_examples="sum"), classifier()):
        f = derive.compile(network, backend)
        theta = [math.sin(k + 1) for k in range(len(f.names))]
        x = [[math.cos(k), math.sin(3 * k)] for k in range(count)]
        t = np.eye(network.sizes[-1])[np.arange(count) % network.sizes[-1]].tolist()
        each = [f.flat(theta, a, b) for a, b in zip(x, t, strict=True)]
        share = 1 if network.over_examples == "sum" else count
        loss = math.fsum(one for one, _ in each) / share
        gradient = [math.fsum(column) / share for column in zip(*(g for _, g in each), strict=True)]
        for found in (f.flat(theta, x, t), f.flat(np.array(theta), np.array(x), np.array(t))):
            assert found[0] == pytest.approx(loss, rel=1e-13)
            np.testing.assert_allclose(found[1], gradient, rtol=1e-11, atol=1e-13)
        assert type(f.flat(theta, x, t)[1]) is list


@pytest.mark.parametrize("bad", ["0.5", None, 1j, [1.0]])
def test_rows_of_lists_are_looked_at(bad: Any) -> None:
    f = derive.compile(two_two_two(), "python")
    theta = f.pack(BY_NAME)
    for x, t in (
        ([[0.1, bad], [0.1, 0.2]], [[0.0, 1.0]] * 2),
        ([[0.1, 0.2]] * 2, [[0.0, bad]] * 2),
    ):
        with pytest.raises(ArgumentError):
            f.flat(theta, x, t)
    with pytest.raises(ArgumentError, match="theta"):
        f.flat([*theta[:-1], bad], [[0.1, 0.2]] * 2, [[0.0, 1.0]] * 2)


@pytest.mark.parametrize("examples", [1, 200])
@pytest.mark.parametrize("frozen", ["none", "known", "unknown"])
def test_the_source_runs_as_it_stands(examples: int, frozen: str) -> None:
    rng = np.random.default_rng(4)
    given: dict[str, Any] = {"biases": [0.25, -0.5, 0.125]} if frozen == "known" else {}
    layers = [
        derive.Dense(3, "gelu", frozen=() if frozen == "none" else "biases", **given),
        derive.Dense(2, "softmax", bias="shared"),
    ]
    x, t = rng.normal(size=(examples, 2)), np.eye(2)[np.arange(examples) % 2]
    f = derive.compile(
        derive.Network((x if examples > 1 else x[0]).tolist(), layers, "cross_entropy")
    )
    space: dict[str, Any] = {}
    exec(f.source, space)
    theta = rng.normal(size=len(f.names))
    fixed = {"b1": [0.25, -0.5, 0.125]}
    expected, gradients = f(x, t, {**f.unpack(theta), **(fixed if frozen != "none" else {})})
    more = (fixed["b1"],) if frozen == "unknown" else ()
    one = (x[0].tolist(), t[0].tolist()) if examples == 1 else (x, t)
    loss, flat = space["loss_and_gradient"](theta.tolist(), *one, *more)
    assert loss == pytest.approx(expected, rel=1e-15)
    # The sum of all deltas of a softmax is 0 but for rounding, which follows the order.
    np.testing.assert_allclose(flat, f.pack(gradients), rtol=1e-13, atol=1e-16)


EDGES = (0.0, -0.0, math.nan, math.inf, -math.inf, 1.0, -1.0, 5e-324, -5e-324)


def test_relu_in_whole_layers_is_the_choice_to_the_bit() -> None:
    """np.maximum and a mask in place of np.where: also for NaN and for zeros of either sign."""
    network = derive.Network(
        1, [derive.Dense(1, "relu", "none"), derive.Dense(1, "identity", "none")]
    )
    code = derive.compile(network)._layers.code.source("loss_and_gradient")
    assert "np.maximum(z1, 0.0)" in code and "g1*~(z1 <= 0)" in code and "where" not in code
    z = np.array(EDGES * 40)
    for start in range(9):  # whatever is left over at the end of a row of the processor's
        part = z[start:]
        assert np.maximum(part, 0.0).tobytes() == np.where(part <= 0, 0.0, part).tobytes()
        with np.errstate(all="ignore"):
            for g in (0.3, -2.0, math.inf, math.nan):
                one, other = g * ~(part <= 0), g * np.where(part <= 0, 0.0, 1.0)
                assert one.tobytes() == other.tobytes()


def test_a_mask_never_stands_alone() -> None:
    """A loss whose slope is 1: the delta of a relu is then the mask itself, in numbers."""
    network = derive.Network(1, [derive.Dense(1, "relu", "none")], {"formula": "y - t"})
    f = derive.compile(network, "numpy")
    x = np.linspace(-1, 1, 201).reshape(-1, 1)
    loss, gradients = f(x, 0 * x, {"W1": [[1.0]]})
    assert loss == pytest.approx(x[x > 0].sum() / 201)
    assert gradients["W1"].item() == pytest.approx(x[x > 0].sum() / 201)
