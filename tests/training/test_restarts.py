"""Many starts: each is the run from its seed alone, and what is said of all of them is counted."""

from __future__ import annotations

import math
import signal
from collections import Counter
from random import Random
from typing import Any

import pytest

import derive
from derive.compute.training import restarts as many
from derive.compute.training.restarts import Outcomes, Restart
from derive.expression.constructors import integer
from tests.random_networks import network as random_network

np: Any = pytest.importorskip("numpy", reason="NumPy is not installed")

X, T = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
XOR = derive.Network(
    X, [derive.Dense(2, "sigmoid"), derive.Dense(1, "sigmoid")], "half_squared_error", targets=T,
    title="XOR",
)  # fmt: skip


def has_llvmlite() -> bool:
    from derive.compute.native.engine import why_none

    return not why_none()


BACKENDS = [
    "python",
    pytest.param("native", marks=pytest.mark.skipif(not has_llvmlite(), reason="no llvmlite")),
]


def glorot(seed: int) -> list[Any]:
    """W1, b1, W2, b2 of XOR, drawn layer by layer between ±√(6/(n_in + n_out))."""
    chance = Random(seed)

    def drawn(n: int, m: int) -> Any:
        bound = math.sqrt(6 / (n + m))
        return np.array([[bound * (2 * chance.random() - 1) for _ in range(m)] for _ in range(n)])

    w1 = drawn(2, 2)
    b1 = [0 * chance.random() for _ in range(2)]  # biases are drawn too, and put at 0
    return [w1, np.array(b1), drawn(2, 1), np.zeros(1)]


def by_hand(seed: int, rate: float, epochs: int) -> tuple[list[float], Any]:
    """XOR as one writes it in NumPy: the losses before each epoch and after the last, and theta."""
    w1, b1, w2, b2 = glorot(seed)
    x, t = np.array(X, float), np.array(T, float)
    losses = []
    for epoch in range(epochs + 1):
        a = 1 / (1 + np.exp(-(x @ w1 + b1)))
        y = 1 / (1 + np.exp(-(a @ w2 + b2)))
        losses.append(float((0.5 * (y - t) ** 2).sum() / 4))
        if epoch == epochs:
            break
        delta = (y - t) * y * (1 - y) / 4
        back = delta @ w2.T * a * (1 - a)
        w2, b2 = w2 - rate * a.T @ delta, b2 - rate * delta.sum(axis=0)
        w1, b1 = w1 - rate * x.T @ back, b1 - rate * back.sum(axis=0)
    return losses, np.concatenate([part.ravel() for part in (w1, b1, w2, b2)])


def off(restarts: derive.Restarts, rate: float, epochs: int) -> bool:
    """Whether any start differs from the one by hand, in any loss or parameter, past 1e-12."""
    for one in restarts[rate].restarts:
        losses, theta = by_hand(one.seed, rate, epochs)
        kept = [losses[epoch] for epoch in restarts.kept]
        if not np.allclose(one.losses, kept, rtol=1e-12, atol=1e-15):
            return True
        if not np.allclose(one.end, theta, rtol=1e-12, atol=1e-12):
            return True
    return False


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_start_goes_the_way_of_numpy_by_hand(backend: Any) -> None:
    restarts = derive.train(XOR, (0.5, 3), 300, starts=11, initial=5, backend=backend)
    assert [one.seed for one in restarts[3].restarts] == list(range(5, 16))
    assert not off(restarts, 0.5, 300) and not off(restarts, 3, 300)
    nearly = derive.train(XOR, (0.5 + 1e-10,), 300, starts=3, initial=5, backend=backend)
    outcomes = (Outcomes(integer(1), nearly.outcomes[0].restarts, 0.1, 0.1),)
    assert off(many_with(nearly, outcomes), 1, 300), "a rate that is off by 1e-10 would be seen"


def many_with(restarts: derive.Restarts, outcomes: tuple[Outcomes, ...]) -> derive.Restarts:
    from dataclasses import replace

    return replace(restarts, outcomes=outcomes)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("extra", [
    {}, {"target_loss": 0.11}, {"patience": 40, "improvement": 1e-4}, {"batch_size": 3},
    {"order": "given"},
])  # fmt: skip
def test_a_start_is_the_run_from_its_seed(backend: Any, extra: dict[str, Any]) -> None:
    restarts = derive.train(XOR, (4,), 200, starts=9, backend=backend, **extra)
    for one in restarts[4].restarts:
        run = derive.train(XOR, (4,), 200, initial=one.seed, **extra)[4]
        assert (one.ending, one.epochs) == (run.ending, run.epochs)
        kept = [epoch for epoch in restarts.kept if epoch < run.epochs]
        assert one.losses == pytest.approx([run.losses[n] for n in (*kept, -1)], rel=1e-12)
        assert one.end == pytest.approx(run.theta(), rel=1e-11, abs=1e-12)
        assert list(one.start) == run.theta(0)


def with_numbers(seeds: range) -> list[int]:
    """Seeds of networks of the catalogue that have examples and weights."""

    def fits(net: derive.Network) -> bool:
        own = net.loss.formula or any(layer.activation.formula for layer in net.layers)
        whole = all(None not in (layer.weights, layer.biases) or layer.bias == "none"
                    for layer in net.layers)  # fmt: skip
        return net.inputs is not None and whole and not own and bool(net.parameters())

    return [seed for seed in seeds if fits(random_network(seed))]


@pytest.mark.parametrize("seed", with_numbers(range(120)))
def test_random_networks_descend_in_lanes_as_in_the_loop(seed: int) -> None:
    if not has_llvmlite():
        pytest.skip("llvmlite is not installed")
    both = [derive.train(random_network(seed), (0.01, 0.05), 60, backend=how,
                         on_divergence="continue") for how in ("native", "python")]  # fmt: skip
    for fast, slow in zip(both[0].runs, both[1].runs, strict=True):
        assert (fast.ending, fast.epochs) == (slow.ending, slow.epochs)
        assert list(fast.losses) == pytest.approx(list(slow.losses), rel=1e-12, abs=1e-14)
        for epoch in range(fast.epochs + 1):
            size = max(map(abs, slow.theta(epoch)))
            assert fast.theta(epoch) == pytest.approx(slow.theta(epoch), abs=1e-12 * size)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_start_that_diverges_ends_no_other(backend: Any) -> None:
    line = derive.Network(
        [[1.0], [3.0]], [derive.Dense(1, "identity", "none")], targets=[[1], [2]]
    )  # fmt: skip
    restarts = derive.train(line, (0.05, 5.0), 100, starts=3, backend=backend)
    assert {one.ending for one in restarts[0.05].restarts} == {"finished"}
    wild = restarts[5].restarts
    assert {one.ending for one in wild} == {"diverged"}
    for one in wild:
        run = derive.train(line, (5.0,), 100, initial=one.seed)[5]
        assert (one.epochs, one.loss) == (run.epochs, pytest.approx(run.losses[-1], rel=1e-11))
    assert restarts[5].losses == (math.inf,) * 3 and restarts[5].successes == 0
    assert restarts[5].histogram().diverged == 3
    assert restarts[5].basins().diverged == (0, 1, 2)


# -- what is drawn -----------------------------------------------------------------------------


def test_what_a_network_gives_is_drawn_only_where_it_lacks_nothing() -> None:
    some = derive.Network(
        X, [derive.Dense(2, "tanh", weights=[[1, 2], [3, 4]]), derive.Dense(1, "sigmoid")],
        targets=T,
    )  # fmt: skip
    restarts = derive.train(some, (1,), 2, starts=3)
    assert [draw.block.key for draw in restarts.drawn] == ["b1", "W2", "b2"]
    assert {one.start[:4] for one in restarts[1].restarts} == {(1, 2, 3, 4)}
    whole = derive.train("examples/mazur.yaml", (1,), 2, starts=3)  # its biases are frozen
    assert [draw.block.key for draw in whole.drawn] == ["W1", "W2"]
    starts = {one.start for one in whole[1].restarts}
    assert len(starts) == 3 and (0.15, 0.25, 0.2, 0.3) not in {start[:4] for start in starts}


def test_where_nothing_can_be_drawn_it_is_refused() -> None:
    frozen = derive.Network(
        [1.0], [derive.Dense(1, "tanh", "neuron", [[1]], [0.5], ["weights"])], targets=[1]
    )  # fmt: skip
    with pytest.raises(derive.ArgumentError, match="no weight is left to draw"):
        derive.train(frozen, starts=2)
    graph = derive.Graph.from_formulas({"E": "(w - 2)**2"}, loss="E", given={"w": 0})
    with pytest.raises(derive.ArgumentError, match="a graph of formulas, for which nothing"):
        derive.train(graph, starts=2)


@pytest.mark.parametrize(("starts", "says"), [
    (0, "got 0; allowed: whole numbers from 1 to 100000"), (-3, "got -3"), (True, "got True"),
    (2.5, "got 2.5"), ("ten", "got 'ten'"), (10**9, "got 1000000000"),
])  # fmt: skip
def test_a_number_of_starts_that_is_none_is_refused(starts: Any, says: str) -> None:
    with pytest.raises(derive.ArgumentError, match=f"^starts: {says}"):
        derive.train(XOR, starts=starts)


def test_work_is_bounded_before_it_begins() -> None:
    with pytest.raises(derive.ArgumentError, match="at most 10,000,000,000 epochs of all starts"):
        derive.train(XOR, (1, 2), 1_000_000, starts=10_000)


def test_a_loss_of_ones_own_needs_a_target() -> None:
    own = derive.Network(
        X, [derive.Dense(1, "sigmoid")], {"formula": "(y - t)**4"}, targets=T
    )  # fmt: skip
    with pytest.raises(derive.ArgumentError, match="a loss of your own"):
        derive.train(own, starts=2)
    assert derive.train(own, epochs=3, starts=2, target_loss=0.5).target == 0.5


# -- what is counted ---------------------------------------------------------------------------


def outcomes(*ends: float, before: float | None = None, target: float = 0.05) -> Outcomes:
    """Made of final losses; ``before``: the loss of all when a tenth of the epochs was left."""
    runs = [
        Restart(seed, (0.0,), (1.0,), (1.0, loss if before is None else before, loss), 10,
                "finished" if math.isfinite(loss) else "diverged")
        for seed, loss in enumerate(ends)
    ]  # fmt: skip
    return Outcomes(integer(1), tuple(runs), target, 1.0)


def test_successes_are_those_at_the_target_or_below() -> None:
    assert outcomes(0.05, 0.0500001, 0.01, math.inf).successes == 2
    restarts = derive.train(XOR, (5,), 2000, starts=40)
    firsts = sorted(by_hand(seed, 5, 0)[0][0] for seed in range(40))
    assert restarts.target == pytest.approx((firsts[19] + firsts[20]) / 2 / 10, rel=1e-12)
    ends = [one.loss for one in restarts[5].restarts]
    assert restarts[5].successes == sum(loss <= restarts.target for loss in ends) > 20
    stated = derive.train(XOR, (5,), 2000, starts=40, target_loss=0.07)
    assert stated.target == 0.07
    assert stated[5].successes == sum(one.ending == "target met" for one in stated[5].restarts)


def test_quantiles_are_losses_that_so_many_do_not_exceed() -> None:
    ends = [0.3, 0.1, 0.2, math.inf, 0.4]
    one = outcomes(*ends)
    shares = [k / 100 for k in range(101)]
    for share, loss in zip(shares, one.quantiles(shares), strict=True):
        enough = [x for x in sorted(ends) if sum(y <= x for y in ends) >= share * 5 - 1e-9]
        assert loss == enough[0]
    with pytest.raises(derive.ArgumentError, match=r"shares: got 1\.5"):
        one.quantiles([1.5])


@pytest.mark.parametrize("low", [1e-6, 0.3, 0.0])
def test_every_final_loss_is_in_one_bin(low: float) -> None:
    ends = [low, *(0.3 + 0.001 * k for k in range(50)), math.inf]
    table = outcomes(*ends).histogram(7)
    assert table.logarithmic == (low == 1e-6) and table.diverged == 1
    assert (table.edges[0], table.edges[-1]) == (min(ends), max(ends[:-1]))
    for k, count in enumerate(table.counts):
        a, b = table.edges[k : k + 2]
        assert count == sum(a <= x < b or (k == 6 and x == b) for x in ends)
    assert sum(table.counts) == 51
    assert sum(outcomes(0.2, 0.2).histogram(3).counts) == 2
    assert outcomes(math.inf).histogram().edges == ()


def test_neighbours_within_a_unit_of_the_last_digit_are_one_basin() -> None:
    ends = [0.0625, 0.0003, 0.0634, 0.125, 0.0624, 0.0009, math.inf, 0.0643]
    basins = outcomes(*ends).basins(3)
    assert [(b.low, b.high, b.seeds) for b in basins.basins] == [
        (0.0003, 0.0009, (1, 5)), (0.0624, 0.0643, (0, 2, 4, 7)), (0.125, 0.125, (3,)),
    ]  # fmt: skip
    assert (basins.falling, basins.diverged) == ((), (6,))
    assert basins.numbers() == {1: 1, 5: 1, 0: 2, 2: 2, 4: 2, 7: 2, 3: 3}
    assert len(outcomes(*ends).basins(4).basins) == 6
    assert outcomes(*ends).basins().digits == 2, "a hundredth of the first loss, 1"
    assert outcomes(0.5, before=0.5011).basins(3).falling == (0,)
    assert outcomes(0.5, before=0.5009).basins(3).falling == ()
    with pytest.raises(derive.ArgumentError, match="digits: got -1"):
        outcomes(*ends).basins(-1)


def test_starts_of_xor_end_in_the_minima_that_it_has() -> None:
    """0, and with two, three or four patterns undecided 1/16, 1/12 and 1/8 (Blum 1989)."""
    basins = derive.train(XOR, (5,), 4000, starts=60)[5].basins(2).basins
    assert 2 <= len(basins) <= 4
    for basin in basins:
        middle = (basin.low + basin.high) / 2
        assert min(abs(middle - known) for known in (0, 1 / 16, 1 / 12, 1 / 8)) < 0.003
    assert len(basins[0].seeds) > 30


def test_a_basin_map_has_two_weights_of_each_start() -> None:
    restarts = derive.train(XOR, (5,), 1000, starts=12)
    names = list(restarts.names)
    assert names == [str(name) for name in derive.compile(XOR).names]
    rows = list(restarts.basin_map("w5", "w1"))
    numbers = restarts[5].basins().numbers()
    for one, (a, b, number) in zip(restarts[5].restarts, rows, strict=True):
        assert (a, b) == (one.start[names.index("w5")], one.start[names.index("w1")])
        assert number == numbers.get(one.seed)
    assert Counter(number for *_, number in rows)[1] == len(restarts[5].basins().basins[0].seeds)
    with pytest.raises(derive.UnknownName, match="'w11'; did you mean 'w1'"):
        next(restarts.basin_map("w11", "w1"))
    with pytest.raises(derive.ArgumentError, match="'w1' twice"):
        next(restarts.basin_map("w1", "w1"))
    with pytest.raises(derive.UnknownName, match="learning rate"):
        restarts[7]


# -- how it ends and what it shows -------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_interruption_keeps_what_there_is(backend: Any) -> None:
    calls: list[int] = []

    def press(_: Any, epochs: int) -> None:
        calls.append(epochs)
        if len(calls) == 4:
            signal.raise_signal(signal.SIGINT)

    restarts = derive.train(XOR, (1,), 9_999_999, starts=100, backend=backend, progress=press)
    assert restarts.interrupted
    begun = restarts[1].restarts
    assert 0 < len(begun) < 100 and {one.ending for one in begun} == {"interrupted"}
    first = begun[0]
    losses, _ = by_hand(first.seed, 1, 3)
    assert first.losses[:4] == pytest.approx(losses, rel=1e-12)
    assert restarts[1].basins().falling == tuple(one.seed for one in begun)
    assert not derive.train(XOR, (1,), 5, starts=10, backend=backend).interrupted


def test_the_same_numbers_whatever_the_threads_are(monkeypatch: pytest.MonkeyPatch) -> None:
    from derive.compute.training import runner

    results = []
    for count in (1, 3):
        monkeypatch.setattr(runner, "processors", lambda count=count: count)
        results.append(derive.train(XOR, (1, 2), 50, starts=30))
    assert results[0] == results[1]


def test_it_is_shown_in_one_line_and_as_a_table() -> None:
    restarts = derive.train(XOR, (0.5, 5), 500, starts=20)
    counts = [one.successes for one in restarts.outcomes]
    assert repr(restarts) == (
        f"<Restarts of a 2-2-1 network, 20 starts, final loss ≤ {restarts.target:.3g} per rate "
        f"0.5: {counts[0]}, 5: {counts[1]}>"
    )
    head, _, first, second = restarts._repr_markdown_().splitlines()
    assert head.count("|") == first.count("|")
    assert first.startswith("| 0.5 | 20 | ") and f"| {counts[1]} |" in second
    assert f"{counts[1]} of 20" in repr(restarts[5])


def test_starts_are_refused_before_they_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "MOST_STARTS", 10)
    with pytest.raises(derive.ArgumentError, match="from 1 to 10"):
        derive.train(XOR, starts=11)
