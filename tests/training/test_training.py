"""Stop rules, tables, what is kept, where it starts, and what is refused."""

from __future__ import annotations

import math
import signal
from typing import Any

import pytest

import derive
from derive.compute import ArgumentError
from derive.compute.training import runner, runs
from derive.expression.nodes import ACTIVATION, BATCH_LOSS, LOSS, Partial, Quantity
from tests.document.claims import network, oracle

MAZUR = derive.load("examples/write-up-001.yaml")
STEEP = network((1, 1), ("identity",), inputs=[[1]], weights=[[[0.25]]], bias="none",
                targets=[[1]])  # fmt: skip
SYMBOLIC = derive.Network(
    [[0, 1], [1, 0]], [derive.Dense(3, "relu"), derive.Dense(1, "sigmoid", frozen="weights")],
    targets=[[0], [1]],
)  # fmt: skip


# -- stop rules --------------------------------------------------------------------------------


def test_a_run_ends_at_the_target_loss() -> None:
    whole = derive.train(MAZUR, (0.5,), 300)[0.5]
    training = derive.train(MAZUR, (0.5, 1.0), 300, target_loss=0.1)
    for run in training.runs:
        assert run.ending == "target met"
        assert run.losses[-1] <= 0.1 < run.losses[-2]
    assert list(training[0.5].losses) == list(whole.losses[: training[0.5].epochs + 1])
    assert training[0.5].theta() == whole.theta(training[0.5].epochs)


def test_a_target_loss_that_is_met_at_the_start_needs_no_epoch() -> None:
    run = derive.train(MAZUR, (0.5,), 300, target_loss=1)[0.5]
    assert (run.ending, run.epochs, len(run.losses)) == ("target met", 0, 1)


def test_a_run_ends_without_progress() -> None:
    run = derive.train(MAZUR, (0.5,), 5000, patience=7, improvement=1e-3)[0.5]
    assert run.ending == "no progress"
    losses = list(run.losses)
    best, at = losses[0], 0
    for epoch, loss in enumerate(losses[:-1]):  # nothing ended it before
        if loss < best - 1e-3:
            best, at = loss, epoch
        assert epoch - at < 7
    assert run.epochs - at == 7 and losses[-1] >= best - 1e-3


def test_a_falling_loss_is_progress_however_little() -> None:
    assert derive.train(MAZUR, (0.5,), 500, patience=1)[0.5].ending == "finished"


@pytest.mark.parametrize(("how", "begun"), [("stop", 2), ("continue", 3)])
def test_divergence_ends_a_run_and_perhaps_the_training(how: str, begun: int) -> None:
    """E = ½(w − 1)²: a rate of 3 doubles the distance at every step."""
    training = derive.train(STEEP, (0.5, 3, 1), 500, on_divergence=how)
    assert [run.ending for run in training.runs] == ["finished", "diverged", "finished"][:begun]
    run = training[3]
    start = 0.5 * 0.75**2
    expected = next(n for n in range(500) if start * 4.0**n > 1e6)
    assert run.epochs == expected
    assert run.losses[-1] > 1e6 >= run.losses[-2]
    assert training.diverged == (run,)
    assert run.theta()[0] == pytest.approx(1 - 0.75 * (-2.0) ** expected)


def test_a_loss_that_is_no_number_is_divergence() -> None:
    log = network((1, 1), ("identity",), {"formula": "exp(y*y) + t"}, inputs=[[1]],
                  weights=[[[3]]], bias="none", targets=[[1]])  # fmt: skip
    run = derive.train(log, (1000.0,), 10)[1000]
    assert run.ending == "diverged" and run.epochs == 1
    assert not math.isfinite(run.losses[-1])


# -- interruption ------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [None, 1])
def test_an_interruption_leaves_what_was_computed(batch_size: int | None) -> None:
    of = network((2, 2, 1), ("tanh", "sigmoid"), examples=3, targets=[[1], [0], [1]])
    seen: list[int] = []

    def progress(_: Any, epochs: int) -> None:
        seen.append(epochs)
        if len(seen) == 3:
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    cut = derive.train(of, (0.5, 1.0), 100_000, batch_size=batch_size, progress=progress)
    assert signal.getsignal(signal.SIGINT) is before
    (run,) = cut.runs
    assert cut.interrupted and run.ending == "interrupted"
    assert run.epochs == seen[-1]
    whole = derive.train(of, (0.5,), run.epochs, batch_size=batch_size)[0.5]
    assert list(run.losses) == list(whole.losses)
    assert run.theta() == whole.theta() and run.theta(1) == whole.theta(1)


def test_a_second_interruption_ends_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), runner.Interruption() as request:
        signal.raise_signal(signal.SIGINT)
        assert request.is_requested
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# -- what is kept ------------------------------------------------------------------------------


def test_the_epochs_worth_showing() -> None:
    assert runs.sequence(1000) == (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)
    assert runs.sequence(7) == (0, 1, 2, 3, 5, 7)
    assert runs.sequence(0) == (0,)


@pytest.mark.parametrize("ended", [False, True])
def test_too_many_parameters_are_kept_of_some_epochs(
    monkeypatch: pytest.MonkeyPatch, ended: bool
) -> None:
    options: dict[str, Any] = {"target_loss": 0.05} if ended else {}
    whole = derive.train(MAZUR, (0.5,), 250, **options)[0.5]
    monkeypatch.setattr(runs, "KEPT", 100)
    training = derive.train(MAZUR, (0.5,), 250, **options)
    run = training[0.5]
    assert list(run.losses) == list(whole.losses)
    expected = [n for n in (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 250) if n < whole.epochs]
    assert list(run.kept) == [*expected, whole.epochs]
    for epoch in run.kept:
        assert run.theta(epoch) == whole.theta(epoch)
    assert len(list(training.table(0.5))) == len(run.kept)
    with pytest.raises(ArgumentError, match="parameters are kept: 0, 1, 2, 3, 5, 10"):
        run.theta(4)


def test_every_so_many_epochs_are_kept_and_the_last() -> None:
    whole = derive.train(MAZUR, (0.5,), 95)[0.5]
    run = derive.train(MAZUR, (0.5,), 95, every=10)[0.5]
    assert list(run.losses) == list(whole.losses)
    assert list(run.kept) == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95]
    assert all(run.theta(epoch) == whole.theta(epoch) for epoch in run.kept)
    with pytest.raises(ArgumentError, match="epoch: got 11"):
        run.theta(11)
    with pytest.raises(ArgumentError, match="epoch: got 96; allowed: 0 to 95"):
        whole.theta(96)


# -- tables ------------------------------------------------------------------------------------


def test_a_row_has_every_quantity_of_its_epoch() -> None:
    training = derive.train(MAZUR, (0.5,), 4)
    for epoch, *values in training.table(0.5):
        moved = dict(zip(MAZUR.parameters(), training[0.5].theta(int(epoch)), strict=True))
        at = oracle(MAZUR, {q: at_value(v) for q, v in moved.items()})
        kinds = set()
        for column, value in zip(training.columns, values, strict=True):
            exact = (
                at.difference(column.of, column.by) if isinstance(column, Partial)
                else at.quantity(column)
            )  # fmt: skip
            assert abs(value - exact) < 1e-15, column
            kinds.add("gradient" if isinstance(column, Partial) else column.kind)  # type: ignore[attr-defined]
        assert kinds == {"input", "target", "weight", "pre-activation", "activation", "loss term",
                         "loss", "gradient"}  # fmt: skip
        assert len(training.columns) == 2 + 2 + 8 + 4 + 4 + 2 + 1 + 8


def at_value(value: float) -> Any:
    from tests.derivation.oracle import mp

    return mp.mpf(value)


def test_a_row_of_a_batch_has_parameters_loss_and_gradients() -> None:
    of = network((2, 2, 2), ("tanh", "softmax"), "cross_entropy", examples=3,
                 frozen=(("biases",), ()))  # fmt: skip
    training = derive.train(of, (0.5,), 3)
    goal = Quantity(BATCH_LOSS)
    for epoch, *values in training.table(0.5, (0, 3)):
        theta = training[0.5].theta(int(epoch))
        at = oracle(of, {q: at_value(v) for q, v in zip(of.parameters(), theta, strict=True)})
        for column, value in zip(training.columns, values, strict=True):
            exact = (
                at.difference(goal, column.by) if isinstance(column, Partial)
                else at.quantity(column)
            )  # fmt: skip
            assert abs(value - exact) < 1e-14, column
    frozen = 2
    assert len(training.columns) == 2 * len(of.parameters()) + frozen + 1


def test_rows_are_computed_only_when_asked_for() -> None:
    training = derive.train(MAZUR, (0.5,), 1000)
    rows = training.table(0.5)
    assert next(rows)[0] == 0 and next(rows)[0] == 1
    assert [row[0] for row in training.table(0.5, (7, 1000))] == [7, 1000]
    with pytest.raises(KeyError, match=r"0\.5"):
        next(training.table(0.25))


def test_the_sweep_says_nothing_of_epochs_that_were_not_run() -> None:
    training = derive.train(STEEP, (1, 3), 50, on_divergence="continue")
    last = training[3].epochs
    assert list(training.sweep((0, last, last + 1))) == [
        (n, [training[1].losses[n], training[3].losses[n] if n <= last else None])
        for n in (0, last, last + 1)
    ]  # fmt: skip


# -- where it starts ---------------------------------------------------------------------------


def test_missing_weights_are_drawn_only_when_asked_for() -> None:
    with pytest.raises(ArgumentError, match=r"W1, b1, W2, b2: got nothing.*--initial"):
        derive.train(SYMBOLIC)
    one, again, other = (derive.train(SYMBOLIC, epochs=3, initial=s) for s in (1, 1, 2))
    assert one.start == again.start != other.start
    rules = {d.block.key: (d.rule, d.bound) for d in one.start.drawn}
    assert rules == {
        "W1": ("he", math.sqrt(6 / 2)), "b1": ("zero", 0.0),
        "W2": ("glorot", math.sqrt(6 / 4)), "b2": ("zero", 0.0),
    }  # fmt: skip
    assert one.start.theta[6:9] == (0.0, 0.0, 0.0)
    assert 0 < max(map(abs, one.start.theta[:6])) <= math.sqrt(3)
    assert len(one.start.fixed) == 3 and one.start.fixed != other.start.fixed
    with pytest.raises(ArgumentError, match="gives every weight"):
        derive.train(MAZUR, initial=1)


def test_drawn_frozen_weights_are_used_and_stay() -> None:
    training = derive.train(SYMBOLIC, (0.5,), 5, initial=3)
    f = derive.compile(SYMBOLIC)
    frozen = [[v] for v in training.start.fixed]
    for epoch in range(6):
        loss, _ = f(parameters={**training.parameters(0.5, epoch), "W2": frozen})
        assert training[0.5].losses[epoch] == pytest.approx(loss, rel=1e-15)
    row = next(training.table(0.5))
    assert set(training.start.fixed) <= set(row)


def test_drawn_weights_spread_over_their_interval() -> None:
    wide = derive.Network([[0.0] * 60], [derive.Dense(50, "tanh")], targets=[[0.0] * 50])
    start = derive.train(wide, epochs=1, initial=5).start
    bound = math.sqrt(6 / 110)
    weights = start.theta[:3000]
    assert max(map(abs, weights)) <= bound
    assert abs(sum(weights) / 3000) < 4 * bound / math.sqrt(3 * 3000)
    assert abs(sum(w * w for w in weights) / 3000 - bound**2 / 3) < 0.05 * bound**2


# -- data given with the call ------------------------------------------------------------------


def test_examples_may_be_given() -> None:
    given = derive.train(MAZUR, (0.5,), 5, inputs=[[0.05, 0.1]], targets=[[0.01, 0.99]])
    assert given[0.5] == derive.train(MAZUR, (0.5,), 5)[0.5]
    more = derive.train(MAZUR, (0.5,), 5, inputs=[[1, 0], [0, 1]], targets=[[0, 1], [1, 0]])
    assert more.is_batch and more.loss == Quantity(BATCH_LOSS) and given.loss == Quantity(LOSS)


def test_targets_that_are_formulas_follow_the_inputs() -> None:
    of = derive.load("examples/write-up-003-linear.yaml")
    training = derive.train(of, (0.1,), 5, inputs=[[1, 2], [0.5, 0.25]])
    assert training.targets == [[3.0], [0.75]]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no rate": ({"rates": ()}, "rates: got none"),
    "zero": ({"rates": (0.5, 0)}, "rates: got 0;"),
    "negative": ({"rates": (-0.1,)}, "rates: got -0.1"),
    "text": ({"rates": ("fast",)}, "rates: got 'fast'"),
    "a single number": ({"rates": 0.5}, "rates: got 0.5"),
    "a single text": ({"rates": "0.5"}, "rates: got '0.5'"),
    "NaN": ({"rates": (math.nan,)}, "rates: got nan"),
    "twice": ({"rates": (0.5, "0.50")}, "0.50 twice"),
    "none": ({"rates": ()}, "rates: got none"),
    "vanishing": ({"rates": ("1e-400",)}, "rates: got"),
    "no epochs": ({"epochs": 0}, "epochs: got 0"),
    "half an epoch": ({"epochs": 0.5}, "epochs: got 0.5"),
    "endless": ({"epochs": 10**9}, "epochs: got 1000000000"),
    "batch size": ({"batch_size": 0}, "batch_size: got 0"),
    "batch larger than the data": ({"batch_size": 2}, "batch_size: got 2.*1 to 1"),
    "seed": ({"seed": -1}, "seed: got -1"),
    "target loss": ({"target_loss": math.inf}, "target_loss: got inf"),
    "patience": ({"patience": 0}, "patience: got 0"),
    "improvement": ({"patience": 3, "improvement": -1}, "improvement: got -1"),
    "improvement alone": ({"improvement": 0.1}, "without a patience"),
    "every": ({"every": 0}, "every: got 0"),
    "on divergence": ({"on_divergence": "panic"}, "on_divergence: got 'panic'"),
    "inputs": ({"inputs": [[1]]}, "inputs: got 1 row of 1 number"),
    "inputs without targets": ({"inputs": [[1, 2]]}, "targets: got nothing"),
    "infinite input": ({"inputs": [[1, math.inf]], "targets": [[0, 0]]}, "inputs, example 1"),
    "fewer targets": ({"inputs": [[1, 2]] * 2, "targets": [[0, 0]]}, "targets: got 1 rows"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_refused_is_told(kind: str) -> None:
    options, message = REFUSED[kind]
    with pytest.raises(ArgumentError, match=message):
        derive.train(MAZUR, **options)


def test_a_network_without_examples_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"inputs: got nothing.*--data"):
        derive.train(derive.Network(2, [derive.Dense(1)]), initial=1)


def test_targets_that_the_loss_cannot_take_are_refused() -> None:
    of = network((1, 1), ("sigmoid",), "binary_cross_entropy", targets=[[1]])
    with pytest.raises(ArgumentError, match=r"example 2: got 1.5 for output 1.*\[0, 1\]"):
        derive.train(of, inputs=[[1], [2]], targets=[[0.5], [1.5]])
    hinge = network((1, 1), ("tanh",), "hinge", targets=[[1]])
    with pytest.raises(ArgumentError, match="−1 and 1"):
        derive.train(hinge, inputs=[[1]], targets=[[0.5]])


def test_outputs_are_among_the_columns() -> None:
    last = [c for c in derive.train(MAZUR, epochs=1).columns
            if isinstance(c, Quantity) and c.kind == ACTIVATION and c.layer == 2]  # fmt: skip
    assert len(last) == 2
