"""The face of a compiled network: what it takes, what it gives, what it says when it cannot."""

from __future__ import annotations

import builtins
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

import derive
from derive.compute import ArgumentError
from derive.network.description import Dense, Network

THETA = [0.15, 0.25, 0.2, 0.3, 0.4, 0.5, 0.45, 0.55]
X, T = [0.05, 0.1], [0.01, 0.99]
LOSS = 0.2425198573483773  # of the famous 2-2-2 network without biases


def famous(**changes: Any) -> derive.Network:
    layers = [
        derive.Dense(2, "sigmoid", bias="none", weights=[[0.15, 0.25], [0.2, 0.3]]),
        derive.Dense(2, "sigmoid", bias="none", weights=[[0.4, 0.5], [0.45, 0.55]]),
    ]
    said: dict[str, Any] = {"inputs": X, "targets": T, "layers": layers, **changes}
    return derive.Network(**said)


def symbolic(*sizes: int, **said: Any) -> derive.Network:
    layers = [derive.Dense(n, "tanh") for n in sizes[1:]]
    return derive.Network(sizes[0], layers, **said)


BACK_ENDS = ["auto", "python", "numpy", "native"]


@pytest.mark.parametrize("backend", BACK_ENDS)
class TestWhatItGives:
    def test_everything_may_come_from_the_network(self, backend: str) -> None:
        f = derive.compile(famous(), backend)
        loss, gradients = f()
        assert loss == pytest.approx(LOSS, rel=1e-15)
        assert type(loss) is float
        assert list(gradients) == ["W1", "W2"]
        again, flat = f.flat(THETA)
        assert again == loss
        np.testing.assert_array_equal(np.ravel(gradients["W1"]), flat[:4])
        assert f.forward() == pytest.approx([0.606477732206728, 0.6304808354506348], rel=1e-15)

    def test_names_are_the_notation_s_in_the_order_of_theta(self, backend: str) -> None:
        f = derive.compile(famous(), backend)
        assert f.names == ("w1", "w3", "w2", "w4", "w5", "w7", "w6", "w8")
        f = derive.compile(symbolic(1, 2), backend)
        assert f.names == ("w1", "w2", "b1", "b2")

    def test_kinds(self, backend: str) -> None:
        """flat, pack and unpack give the kind they got; dicts are lists only in plain Python."""
        f = derive.compile(famous(), backend)
        assert type(f.flat(THETA, X, T)[1]) is list
        assert type(f.flat(tuple(THETA), X, T)[1]) is list
        array = f.flat(np.array(THETA), np.array(X), T)[1]
        assert isinstance(array, np.ndarray)
        assert array.tolist() == f.flat(THETA, X, T)[1]
        expected = list if backend == "python" else np.ndarray
        assert isinstance(f(X, T)[1]["W1"], expected)
        assert isinstance(f.forward(X), expected)
        assert isinstance(f.input_gradient(X, T), expected)
        assert isinstance(f(np.array(X), T)[1]["W1"], np.ndarray)
        assert isinstance(f.pack({"W1": np.ones((2, 2))}), np.ndarray)
        assert isinstance(f.pack({"W1": [[1, 1], [1, 1]]}), list)
        assert isinstance(f.unpack(THETA)["W1"], list)
        assert isinstance(f.unpack(np.array(THETA))["W1"], np.ndarray)

    def test_pack_and_unpack_are_inverse(self, backend: str) -> None:
        network = derive.Network(2, [derive.Dense(3), derive.Dense(2, bias="shared")])
        f = derive.compile(network, backend)
        theta = [float(k) for k in range(len(f.names))]
        parts = f.unpack(theta)
        assert parts["W1"] == [[0, 1, 2], [3, 4, 5]]
        assert parts["b1"] == [6, 7, 8]
        assert parts["b2"] == 15
        assert f.pack(parts) == theta
        arrays = f.unpack(np.array(theta))
        assert {key: part.shape for key, part in arrays.items()} == {
            "W1": (2, 3), "b1": (3,), "W2": (3, 2), "b2": (),
        }  # fmt: skip
        np.testing.assert_array_equal(f.pack(arrays), theta)

    def test_mean_and_sum_over_examples(self, backend: str) -> None:
        rows, goals = [X, [1.0, 2.0], [0.0, -1.0]], [T, [1.0, 0.0], [0.5, 0.5]]
        mean = derive.compile(famous(), backend)
        total = derive.compile(famous(over_examples="sum"), backend)
        each = [mean(x, t) for x, t in zip(rows, goals, strict=True)]
        loss, gradients = mean(rows, goals)
        summed, sums = total(rows, goals)
        assert summed == pytest.approx(sum(one for one, _ in each), rel=1e-14)
        assert loss == pytest.approx(summed / 3, rel=1e-14)
        parts = np.array([np.asarray(g["W1"]) for _, g in each])
        np.testing.assert_allclose(sums["W1"], parts.sum(axis=0), rtol=1e-13)
        np.testing.assert_allclose(gradients["W1"], parts.mean(axis=0), rtol=1e-13)
        one = np.array(
            [np.asarray(mean.input_gradient(x, t)) for x, t in zip(rows, goals, strict=True)]
        )
        np.testing.assert_allclose(mean.input_gradient(rows, goals), one / 3, rtol=1e-13)
        np.testing.assert_allclose(total.input_gradient(rows, goals), one, rtol=1e-13)

    def test_a_batch_of_one_keeps_its_rows(self, backend: str) -> None:
        f = derive.compile(famous(), backend)
        assert np.shape(f.forward([X])) == (1, 2)
        assert np.shape(f.input_gradient([X], [T])) == (1, 2)
        assert np.shape(f.input_gradient(X, T)) == (2,)

    def test_large_batches_run_in_tiles(self, backend: str) -> None:
        rng = np.random.default_rng(5)
        f = derive.compile(famous(), backend)
        x, t = rng.normal(size=(9001, 2)), rng.random((9001, 2))
        loss, gradients = f(x, t)
        halves = [f(x[:4000], t[:4000]), f(x[4000:], t[4000:])]
        weights = [4000 / 9001, 5001 / 9001]
        assert loss == pytest.approx(sum(w * h[0] for w, h in zip(weights, halves, strict=True)))
        expected = sum(w * np.asarray(h[1]["W2"]) for w, h in zip(weights, halves, strict=True))
        np.testing.assert_allclose(gradients["W2"], expected, rtol=1e-11)
        assert np.shape(f.forward(x)) == np.shape(f.input_gradient(x, t)) == (9001, 2)

    def test_frozen_parameters(self, backend: str) -> None:
        layers = [
            derive.Dense(2, "tanh", bias="shared", weights=[[1, 2]], biases=0.5, frozen="biases"),
            derive.Dense(1, weights=[[3], [4]], biases=[1], frozen=["weights"]),
        ]
        network = derive.Network([0.5], layers, targets=[1])
        f = derive.compile(network, backend)
        loss, gradients = f()
        assert set(gradients) == {"W1", "b2"}
        assert f.names == ("w1", "w2", "b2")
        assert f.flat([1.0, 2.0, 1.0])[0] == pytest.approx(loss, rel=1e-15)
        trained = derive.compile(
            derive.Network([0.5], [derive.Dense(2, "tanh", bias="shared"), derive.Dense(1)],
                           targets=[1]), backend,
        )  # fmt: skip
        given = {"W1": [[1, 2]], "b1": 0.25, "W2": [[3], [5]], "b2": [1]}
        changed, ours = f(parameters={"b1": 0.25, "W2": [[3], [5]]})
        expected, theirs = trained(parameters=given)
        assert changed == pytest.approx(expected, rel=1e-15) != loss
        np.testing.assert_array_equal(ours["W1"], theirs["W1"])

    def test_frozen_without_a_value_has_to_be_given(self, backend: str) -> None:
        f = derive.compile(derive.Network(1, [derive.Dense(1, frozen=["biases"])]), backend)
        assert f([2.0], [0.0], {"W1": [[1]], "b1": [1]})[0] == 4.5
        with pytest.raises(ArgumentError, match=r"b1: got nothing.*frozen"):
            f.flat([1.0], [2.0], [0.0])
        with pytest.raises(ArgumentError, match="b1: got nothing"):
            f([2.0], [0.0], {"W1": [[1]]})

    def test_targets_as_formulas_of_the_inputs(self, backend: str) -> None:
        layer = derive.Dense(1, weights=[[1], [1]], biases=[0])
        network = derive.Network({"p": 1, "q": 2}, [layer], targets={"r": "p*q + 1/p"})
        f = derive.compile(network, backend)
        assert f()[0] == 0.0  # 1 + 2 and 1·2 + 1
        assert f([2.0, 2.0])[0] == pytest.approx((4 - 4.5) ** 2 / 2)
        assert f([[2.0, 2.0], [1.0, 2.0]])[0] == pytest.approx((4 - 4.5) ** 2 / 4)
        assert f.flat([1.0, 1.0, 0.0], [2.0, 2.0])[0] == pytest.approx(0.125)
        assert f([2.0, 2.0], [4.0])[0] == 0.0

    def test_numbers_of_many_kinds(self, backend: str) -> None:
        f = derive.compile(famous(), backend)
        loss = f([1, 2], [0, 1])[0]
        assert f((Fraction(1), Decimal(2)), (np.float32(0), True))[0] == loss
        assert f(np.array([1, 2]), np.array([0, 1], dtype=np.int8))[0] == loss
        assert f.flat(THETA, (1, 2), np.array([0.0, 1.0]))[0] == pytest.approx(loss, rel=1e-15)

    def test_whole_numbers_in_floats_out(self, backend: str) -> None:
        f = derive.compile(derive.Network(2, [derive.Dense(1)], "mean_squared_error"), backend)
        loss, gradient = f.flat([1, 2, 3], [4, 5], [6])
        assert {type(value) for value in (loss, *gradient)} == {float}
        assert f.flat(np.array([1, 2, 3]), [4, 5], [6])[1].dtype == float
        assert f([4, 5], [6], {"W1": np.array([[1], [2]]), "b1": [3]})[1]["b1"].dtype == float
        assert np.asarray(f.forward([4, 5], {"W1": [[1], [2]], "b1": [3]})).dtype == float

    def test_tables_that_can_become_arrays(self, backend: str) -> None:
        class Table:
            def __init__(self, rows: Any) -> None:
                self.rows = np.array(rows)
                self.ndim = self.rows.ndim

            def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
                return self.rows

            def __len__(self) -> int:
                return len(self.rows)

        f = derive.compile(famous(), backend)
        loss, gradients = f(Table([X] * 3), Table([T] * 3))
        assert loss == pytest.approx(LOSS, rel=1e-15)
        assert isinstance(gradients["W1"], np.ndarray)
        assert f(Table([X] * 300), Table([T] * 300))[0] == pytest.approx(LOSS, rel=1e-14)

    def test_non_finite_numbers_pass_through(self, backend: str) -> None:
        f = derive.compile(famous(), backend)
        nan = float("nan")
        loss, gradients = f([nan, 0.0], T)
        assert np.isnan(loss)
        assert np.isnan(np.asarray(gradients["W1"])).all()
        assert f([float("inf"), 0.0], T)[0] > 0

    @pytest.mark.parametrize("examples", [1, 3, 60])
    @pytest.mark.parametrize(
        ("activation", "loss"),
        [
            ("identity", "hinge"), ("relu", "half_squared_error"), ("leaky_relu", "huber"),
            ("identity", {"formula": "max(0, 1 - t*y)**2"}),
            ({"formula": "min(1, max(0, x))"}, "absolute_error"),
            ({"formula": "x if x > 0 else 0.5"}, "log_cosh"),
        ],
    )  # fmt: skip
    def test_no_choice_hides_nan(
        self, backend: str, activation: Any, loss: Any, examples: int
    ) -> None:
        network = Network(2, [Dense(2, "relu"), Dense(1, activation)], loss)
        f = derive.compile(network, backend)
        x, t = [[float("nan"), 1.0]] * examples, [[1.0]] * examples
        value, gradients = f(x, t, f.unpack([0.3] * len(f.names)))
        assert np.isnan(value) and np.isnan(np.asarray(gradients["W1"])[0]).all()

    def test_scipy_minimises_it(self, backend: str) -> None:
        f = derive.compile(famous(), backend)
        result = minimize(f.flat, np.array(THETA), jac=True)
        assert result.fun < 1e-4 < LOSS
        rows, goals = [X, [0.9, 0.2]], [[0.2, 0.8], [0.6, 0.3]]
        result = minimize(f.flat, np.array(THETA), (rows, goals), jac=True, method="L-BFGS-B")
        assert result.fun < f.flat(THETA, rows, goals)[0] / 2

    def test_threads_may_share_it(self, backend: str) -> None:
        f = derive.compile(symbolic(3, 4, 2), backend)
        rng = np.random.default_rng(7)
        theta = rng.normal(size=len(f.names))
        jobs = [(rng.normal(size=(n, 3)), rng.normal(size=(n, 2))) for n in (1, 5, 700, 9000) * 4]
        alone = [f.flat(theta, x, t) for x, t in jobs]
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda job: f.flat(theta, *job), jobs))
        for (loss, gradient), (again, same) in zip(alone, together, strict=True):
            assert loss == again
            np.testing.assert_array_equal(gradient, same)

    def test_arguments_are_left_alone(self, backend: str) -> None:
        f = derive.compile(symbolic(2, 30, 20, 2), backend)
        rng = np.random.default_rng(3)
        theta, x, t = rng.normal(size=len(f.names)), rng.normal(size=(5, 2)), rng.random((5, 2))
        before = theta.copy(), x.copy(), t.copy()
        _, first = f.flat(theta, x, t)
        kept = first.copy()
        f.flat(theta * 2, x, t)
        np.testing.assert_array_equal(first, kept)  # no buffer is handed out twice
        for array, copy in zip((theta, x, t), before, strict=True):
            np.testing.assert_array_equal(array, copy)

    def test_source_and_repr(self, backend: str) -> None:
        f = derive.compile(famous(), backend)
        assert "# δ_o1 = (a_o1 − t1)·a_o1·(1 − a_o1)" in f.source
        assert "def loss_and_gradient" in f.source
        assert repr(f) == "<GradientFunction of a 2-2-2 network, 8 parameters in theta>"


Call = Callable[[derive.GradientFunction], Any]
WRONG: dict[str, tuple[Call, str]] = {
    "inputs too short": (lambda f: f([1.0], T), r"inputs: got 1 number; allowed: 2 numbers"),
    "inputs too deep": (lambda f: f([[[1.0, 2.0]]], T), r"inputs: got 1 row of 1 row of 2 numbers"),
    "inputs as text": (lambda f: f("ab", T), r"inputs: got 'ab'"),
    "text among the inputs": (lambda f: f([0.1, "0.2"], T), r"inputs: got an entry '0.2'"),
    "nothing among the inputs": (lambda f: f([0.1, None], T), r"inputs: got an entry None"),
    "complex inputs": (lambda f: f([0.1, 1j], T), r"inputs: got an entry 1j"),
    "no examples": (lambda f: f([], []), r"inputs: got 0 numbers"),
    "ragged rows": (lambda f: f([[1.0, 2.0], [1.0]], [T, T]), r"inputs: got rows of different"),
    "too wide an array": (lambda f: f(np.ones((600, 3)), np.ones((600, 2))), r"600 rows of 3"),
    "an array of text": (lambda f: f(np.array(["1", "2"]), T), r"inputs: got an entry '1'"),
    "targets too long": (lambda f: f(X, [0.0, 1.0, 0.0]), r"targets: got 3 numbers"),
    "too few targets": (lambda f: f([X, X], T), r"targets: got 1 example; allowed: as many as"),
    "a list for a dict": (lambda f: f(X, T, THETA), r"parameters: got a list; .*flat\(theta"),
    "an unknown array": (lambda f: f(X, T, {"b1": [1]}), r"unknown name 'b1'; .*arrays W1, W2"),
    "a transposed array": (lambda f: f(X, T, {"W1": [[1, 2]]}), r"W1: got 1 row of 2 numbers"),
    "a huge whole number": (lambda f: f([10**400, 1], T), r"inputs: got an entry 1000"),
    "theta too short": (lambda f: f.flat([1.0], X, T), r"theta: got 1 number; allowed: 8 numbers"),
    "theta of text": (lambda f: f.flat(["a"] * 8, X, T), r"theta: got an entry 'a'"),
    "an array theta too long": (lambda f: f.flat(np.ones(9), X, T), r"theta: got 9 numbers"),
    "a matrix for theta": (lambda f: f.flat(np.ones((2, 4)), X, T), r"theta: got 2 rows of 4"),
    "inputs too short, flat": (lambda f: f.flat(THETA, [0.1], T), r"inputs: got 1 number"),
    "unpack of too little": (lambda f: f.unpack(np.ones(3)), r"theta: got 3 numbers"),
    "pack of an unknown array": (lambda f: f.pack({"W9": [[1]]}), r"unknown name 'W9'"),
    "forward of too much": (lambda f: f.forward([1, 2, 3]), r"inputs: got 3 numbers"),
}  # fmt: skip


@pytest.mark.parametrize("backend", BACK_ENDS)
@pytest.mark.parametrize("case", WRONG)
def test_errors_say_what_and_what_to_do(case: str, backend: str) -> None:
    call, message = WRONG[case]
    with pytest.raises(ArgumentError, match=message) as caught:
        call(derive.compile(famous(), backend))
    assert caught.value.what and caught.value.got and caught.value.allowed and caught.value.remedy
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("backend", BACK_ENDS)
def test_what_neither_network_nor_caller_gives(backend: str) -> None:
    f = derive.compile(symbolic(2, 1), backend)
    for call, message in (
        (lambda: f(), "inputs: got nothing.*give i1, i2"),
        (lambda: f([1, 2]), "targets: got nothing"),
        (lambda: f([1, 2], [1]), r"W1: got nothing.*'W1'"),
        (lambda: f([1, 2], [1], {"W1": [[1], [1]]}), "b1: got nothing"),
        (lambda: f.pack(), "W1: got nothing"),
    ):
        with pytest.raises(ArgumentError, match=message):
            call()
    assert f([1, 2], [1], {"W1": [[1], [1]], "b1": [0]})[0] > 0


def test_an_unknown_back_end() -> None:
    with pytest.raises(ArgumentError, match="backend: got 'fortran'; allowed: auto, python, numpy"):
        derive.compile(famous(), "fortran")


WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None
import derive
from derive.compute import ArgumentError
layer = derive.Dense(2, "softmax", weights=[[0.5, 1], [2, -1]], biases=[0, 0.25])
network = derive.Network([[0.5, 1], [1, 2]], [layer], "cross_entropy", targets=[[1, 0], [0, 1]])
for backend in ("auto", "python"):
    f = derive.compile(network, backend)
    loss, gradients = f()
    assert isinstance(gradients["W1"][0], list), gradients
    assert f.pack(gradients) == f.flat(f.pack())[1]
    f.forward(), f.input_gradient(), f.source
big = derive.compile(derive.Network(30, [derive.Dense(30, "tanh")]))
assert len(big.flat([0.01] * 930, [0.1] * 30, [0.0] * 30)[1]) == 930
try:
    derive.compile(network, "numpy")
except ArgumentError as error:
    print(error)
"""


def test_it_works_where_numpy_is_not_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUMPY], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert "not installed" in done.stdout
    assert "pip install" in done.stdout


def test_compiling_a_small_network_imports_no_numpy() -> None:
    code = (
        "import sys, derive\n"
        "f = derive.compile(derive.Network([1.0], [derive.Dense(1)], targets=[1]))\n"
        "f.flat([0.5, 0.5]); f.names; f.source\n"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_is_typed_is_never_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    """No eval and no exec of a title, a name or a formula: only of generated source."""
    seen: list[str] = []
    compile_ = builtins.compile
    monkeypatch.setattr(
        builtins, "compile", lambda *a, **k: (seen.append(str(a[0])), compile_(*a, **k))[1]
    )
    layer = derive.Dense(1, {"formula": "x/(1 + abs(x))"})
    hostile = '"""; import os; os.system("true") #'
    network = derive.Network({"evil_name": 1.0}, [layer], targets=[1], title=hostile)
    derive.compile(network, "python")
    assert seen and all("import" not in text and "evil" not in text.split("\n")[0] for text in seen)
