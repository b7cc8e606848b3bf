"""Training in machine code: the trajectories of the loop in Python, to twelve digits."""

from __future__ import annotations

from typing import Any

import pytest

import derive
from derive.compute.native.descent import Lanes
from derive.compute.native.kernel import LANES

np: Any = pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("llvmlite", reason="llvmlite is not installed")

XOR = derive.Network(
    [[0, 0], [0, 1], [1, 0], [1, 1]],
    [
        derive.Dense(2, "tanh", "neuron", [[0.5, -0.4], [0.3, 0.8]], [0.1, -0.1]),
        derive.Dense(1, "sigmoid", "neuron", [[0.7], [-0.6]], [0.05]),
    ],
    "binary_cross_entropy", targets=[[0], [1], [1], [0]],
)  # fmt: skip
SUM = derive.Network(
    [[0.1, 0.2], [0.4, -0.3], [1.0, 0.5]],
    [
        derive.Dense(9, "softplus", "shared", [[0.1] * 9, [-0.2] * 9], 0.1, "biases"),
        derive.Dense(3, "softmax", "none", [[0.1 * k, 0.2, -0.1] for k in range(9)]),
    ],
    "cross_entropy", targets=[[1, 0, 0], [0, 1, 0], [0, 0, 1]], over_examples="sum",
)  # fmt: skip
SUBJECTS = {"one example": "examples/mazur.yaml", "XOR": XOR, "a sum, frozen biases": SUM}


def same(one: derive.Training, other: derive.Training) -> None:
    for mine, its in zip(one.runs, other.runs, strict=True):
        assert (mine.ending, mine.epochs, list(mine.kept)) == (
            its.ending, its.epochs, list(its.kept)
        )  # fmt: skip
        assert list(mine.losses) == pytest.approx(list(its.losses), rel=1e-12)
        for epoch in (0, 1, mine.epochs):
            assert mine.theta(epoch) == pytest.approx(its.theta(epoch), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("batch_size", [None, 1])
def test_the_trajectories_are_those_of_the_loop(name: str, batch_size: int | None) -> None:
    said: dict[str, Any] = {"rates": (0.1, 0.5), "epochs": 300, "batch_size": batch_size}
    fast = derive.train(SUBJECTS[name], **said, backend="native")
    same(fast, derive.train(SUBJECTS[name], **said))
    assert fast.runs[0].losses[-1] < fast.runs[0].losses[0]


def test_rules_and_divergence_end_it_at_the_same_epoch() -> None:
    said: dict[str, Any] = {"rates": (0.5,), "epochs": 5_000, "target_loss": 0.5}
    fast = derive.train(XOR, **said, backend="native")
    assert fast.runs[0].ending == "target met"
    same(fast, derive.train(XOR, **said))
    linear = derive.Network(
        [[1.0], [3.0]], [derive.Dense(1, "identity", "none", [[0.5]])], targets=[[1], [2]]
    )
    wild = derive.train(linear, (5.0,), 100, backend="native")
    assert wild.runs[0].ending == "diverged"
    same(wild, derive.train(linear, (5.0,), 100))


def test_a_lane_knows_nothing_of_its_neighbours() -> None:
    """Eight runs with rates and starts of their own are those that each is alone."""
    lanes = Lanes(XOR, (), [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]])
    rng = np.random.default_rng(5)
    starts, rates = rng.normal(size=(LANES, 9)), rng.uniform(0.05, 1, LANES)
    group = lanes.group(starts, rates)
    losses = [chunk.losses.tolist() for chunk in group.advance(50)]
    for lane in range(LANES):
        alone = lanes.group([starts[lane]], [rates[lane]])
        (chunk,) = alone.advance(50)
        assert chunk.losses.tolist() == losses[lane]
        assert chunk.history[:9].tolist() == starts[lane].tolist()
        assert alone.thetas() == [group.thetas()[lane]]
        assert alone.losses() == [group.losses()[lane]]


def test_where_there_is_none_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from derive.compute.native import descent

    graph = derive.Graph.from_formulas({"E": "(w - 2)**2"}, loss="E", given={"w": 0})
    with pytest.raises(derive.ArgumentError, match="a graph of formulas"):
        derive.train(graph, (0.1,), 10, backend="native")
    monkeypatch.setattr(descent, "why_not", lambda _: "llvmlite is not installed: pip install x")
    with pytest.raises(derive.ArgumentError, match="llvmlite is not installed"):
        derive.train(XOR, (0.1,), 10, backend="native")
    with pytest.raises(derive.ArgumentError, match="'python' or 'native'"):
        derive.train(XOR, (0.1,), 10, backend="numpy")  # type: ignore[arg-type]
