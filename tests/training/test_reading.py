"""Every sentence about curves is said where it is true and nowhere else.

Whether it is true is decided here, from the losses alone and from the activations' definitions.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import pytest

import derive
from derive.compute.training import findings
from derive.compute.training.runs import Run
from derive.document.blocks import Inline, Items, Paragraph
from derive.document.training import account, report
from derive.document.training.reading import reading
from derive.document.wording import Value, Wording
from derive.expression.arithmetic import HIGH
from derive.expression.nodes import Comparison, Expression, Number, Quantity
from tests.document.claims import Said, named, network

LINEAR = derive.load("examples/write-up-003-linear.yaml")
SIGMOID = derive.load("examples/write-up-003.yaml")
MAZUR = derive.load("examples/write-up-001.yaml")
SWEEP = ("0.1", "0.2", "0.5", "0.8", "1.0", "2.0")
XOR = network((2, 3, 1), ("tanh", "sigmoid"), "binary_cross_entropy", seed=2, examples=4,
              inputs=[[0, 0], [0, 1], [1, 0], [1, 1]], targets=[[0], [1], [1], [0]])  # fmt: skip


def heard(training: derive.Training, digits: int = 5) -> list[Said]:
    """The sentences of the reading, and what was filled in."""
    found: list[Said] = []
    call = Wording.__call__

    def listen(self: Wording, sentence: str, **values: Value) -> Inline:
        found.append(Said(sentence, values))
        return call(self, sentence, **values)

    with patch.object(Wording, "__call__", listen):
        list(reading(account(training, Wording(), digits)))
    return found


def rates(said: Said, place: str = "rate") -> list[float]:
    value = said.values[place]
    parts = value if isinstance(value, tuple) else (value,)
    return [float(e.right.value) for e in parts
            if isinstance(e, Comparison) and isinstance(e.right, Number)]  # fmt: skip


def value(said: Said, place: str) -> float:
    parts = said.values[place]
    one = parts[0] if isinstance(parts, tuple) else parts
    assert isinstance(one, Number)
    return float(one.value)


def near(shown: float, exact: float) -> bool:
    """Whether a displayed number is an exact one rounded: to 5 decimals or 3 digits."""
    return abs(shown - exact) <= max(0.5001e-5 if abs(exact) >= 0.01 else 0, 0.0051 * abs(exact))


TRAININGS = {
    "sweep": derive.train(MAZUR, SWEEP, 300),
    "one rate": derive.train(MAZUR, (0.5,), 50),
    "one epoch": derive.train(MAZUR, (0.5,), 1),
    "out of reach": derive.train(SIGMOID, (0.1, 0.5, 1.0), 1000),
    "wild": derive.train(LINEAR, (0.1, 0.5, 1, 2, 4, 6, 300), 200, on_divergence="continue"),
    "stopped": derive.train(LINEAR, (0.1, 300, 0.5), 50),
    "xor": derive.train(XOR, (0.5, 2.0, 20.0), 400),
    "noisy": derive.train(XOR, (0.1, 1.0, 3.0), 300, batch_size=1, seed=3),
    "target": derive.train(MAZUR, SWEEP, 300, target_loss=0.02),
    "patience": derive.train(MAZUR, SWEEP, 3000, patience=20, improvement=1e-4),
    "crossing": derive.train(derive.load("examples/batch.yaml"), (1, 5, 20), 300),
    "ten rates": derive.train(LINEAR, [k / 5 for k in range(1, 11)], 100, on_divergence="continue"),
}
each = pytest.mark.parametrize("name", TRAININGS)


def finite(run: Run) -> list[float]:
    """The losses without the one at which the run diverged."""
    return list(run.losses)[: -1 if run.ending == "diverged" else None]


# -- who is lowest, and when -------------------------------------------------------------------


@each
def test_the_lowest_and_the_highest_at_the_end(name: str) -> None:
    training = TRAININGS[name]
    last = max(run.epochs for run in training.runs)
    ends = {float(run.rate.value): run.losses[last] for run in training.runs
            if run.epochs == last and run.ending != "diverged"}  # fmt: skip
    said = named(heard(training), "training_lowest", "training_lowest_tie",
                 "training_lowest_same", "training_end")  # fmt: skip
    assert len(said) == (bool(ends) and last > 0)
    for one in said:
        assert one.values["epoch"] == last
        if one.sentence == "training_end":
            ((rate, end),) = ends.items()
            assert rates(one) == [rate] and near(value(one, "value"), end)
            assert near(value(one, "first"), training[rate].losses[0])
            continue
        lowest = [rate for rate, end in ends.items() if end == min(ends.values())]
        assert near(value(one, "low"), min(ends.values()))
        if one.sentence == "training_lowest_same":
            assert lowest == list(ends) and len(ends) > 1
            continue
        assert sorted(rates(one)) == sorted(lowest) != sorted(ends)
        assert (one.sentence == "training_lowest") == (len(lowest) == 1)
        (worst,) = rates(one, "worst")
        assert ends[worst] == max(ends.values()) and near(value(one, "high"), ends[worst])


def test_lowest_and_highest_never_look_the_same() -> None:
    line = derive.Network([[1.0], [2.0], [3.0]], [derive.Dense(1, weights=[[0.3]], biases=[0])],
                          targets=[[1], [3], [2]])  # fmt: skip
    training = derive.train(line, (0.1, 0.2), 1000)
    (one,) = named(heard(training), "training_lowest")
    low, high = value(one, "low"), value(one, "high")
    assert low < high < 0.25001, "the same to five decimals"
    assert near(low, training[0.2].losses[1000]) and near(high, training[0.1].losses[1000])


def lowest_at(training: derive.Training, epoch: int) -> set[float]:
    there = {float(run.rate.value): finite(run)[epoch] for run in training.runs
             if epoch < len(finite(run))}  # fmt: skip
    return {rate for rate, loss in there.items() if loss == min(there.values())}


@each
def test_who_leads_when(name: str) -> None:
    training = TRAININGS[name]
    last = max(len(finite(run)) - 1 for run in training.runs)
    said = named(heard(training), "training_leads", "training_leads_span", "training_leads_at",
                 "training_leads_often")  # fmt: skip
    if len(training.runs) < 2 or not last:
        assert not said
        return
    for one in said:
        first = one.values["first"]
        upto = first if one.sentence == "training_leads_at" else one.values["last"]
        assert isinstance(first, int) and isinstance(upto, int)
        (rate,) = rates(one)
        assert all(rate in lowest_at(training, n) for n in range(first, upto + 1))
        if first > 1:
            assert rate not in lowest_at(training, first - 1), "it did not lead before"
    spans = [one for one in said if one.sentence != "training_leads_often"]
    if spans:  # they cover all epochs
        starts = [one.values["first"] for one in spans]
        ends = [one.values["first" if one.sentence == "training_leads_at" else "last"]
                for one in spans]  # fmt: skip
        assert starts == [1, *(end + 1 for end in ends[:-1] if isinstance(end, int))]
        assert ends[-1] == last
        assert len(spans) <= 4
    else:
        (often,) = said
        assert often.values["last"] == last
        assert isinstance(often.values["count"], int) and often.values["count"] >= 4


def test_the_lead_changes_somewhere_here() -> None:
    assert named(heard(TRAININGS["crossing"]), "training_leads_change")
    assert named(heard(TRAININGS["sweep"]), "training_leads")


# -- falling, rising, flat ---------------------------------------------------------------------


def rising_epochs(run: Run, least: float = 0.0) -> list[int]:
    losses = list(run.losses)
    return [n for n in range(1, len(losses))
            if not losses[n] <= losses[n - 1] + least]  # fmt: skip


@each
def test_where_the_loss_rises(name: str) -> None:
    training = TRAININGS[name]
    said = heard(training)
    clear = {float(run.rate.value): rising_epochs(run, 1e-12 * abs(run.losses[0]))
             for run in training.runs}  # fmt: skip
    rising = {rate: epochs for rate, epochs in clear.items() if epochs}
    never = named(said, "training_falls", "training_falls_rounding")
    assert len(never) == (not rising)
    for one in never:
        strict = not any(rising_epochs(run) for run in training.runs)
        assert ("_rounding" in one.sentence) == (not strict)
        assert one.values["count"] == len(training.runs)
    spans = named(said, "training_rises_span", "training_rises_once")
    many = named(said, "training_rises_many")
    if len(rising) > 8:
        assert [one.values["count"] for one in many] == [len(rising)] and not spans
        return
    assert not many
    assert [rates(one)[0] for one in spans] == list(rising)
    for one in spans:
        (rate,) = rates(one)
        assert one.values["count"] == len(rising[rate])
        assert one.values["first"] == rising[rate][0]
        assert one.values["epochs"] == training[rate].epochs
        assert (one.sentence == "training_rises_once") == (len(rising[rate]) == 1)
    others = named(said, "training_falls_others")
    assert [rates(one, "rates") for one in others] == (
        [[rate for rate in clear if rate not in rising]] if rising and len(rising) < len(clear)
        else []
    )  # fmt: skip


@each
def test_where_the_curve_is_flat(name: str) -> None:
    training = TRAININGS[name]
    said = heard(training)
    flat: dict[float, int] = {}
    for run in training.runs:
        losses = list(run.losses)
        if run.ending == "diverged":
            continue
        for since in range(len(losses)):
            tail = losses[since:]
            if max(tail) - min(tail) <= 0.01 * max(map(abs, tail)):
                if len(tail) - 1 >= max(10, run.epochs / 4) and max(tail):
                    flat[float(run.rate.value)] = since
                break
    spans = named(said, "training_from")
    if len(flat) > 8:
        assert [one.values["count"] for one in named(said, "training_plateau_many")] == [len(flat)]
        return
    assert {rates(one)[0]: one.values["epoch"] for one in spans} == flat
    for one in spans:
        assert near(value(one, "value"), training[rates(one)[0]].losses[-1])
    still = [rate for rate, since in flat.items() if len(set(training[rate].losses[since:])) == 1]
    assert bool(named(said, "training_constant")) == bool(still)
    assert bool(named(said, "training_plateau")) == (len(still) < len(flat))


# -- how runs ended ----------------------------------------------------------------------------


@each
def test_how_runs_ended(name: str) -> None:
    training = TRAININGS[name]
    said = heard(training)
    for ending, sentences in {
        "diverged": ("training_diverged_grown", "training_diverged_lost"),
        "target met": ("training_target_met",),
        "no progress": ("training_no_progress",),
        "interrupted": ("training_interrupted",),
    }.items():
        found = named(said, *sentences)
        ended = [run for run in training.runs if run.ending == ending]
        assert [(rates(one)[0], one.values["epoch"]) for one in found] == [
            (float(run.rate.value), run.epochs) for run in ended
        ]
        for one, run in zip(found, ended, strict=True):
            if ending == "diverged":
                assert not run.losses[-1] <= 1e6 * max(1, run.losses[0])
                assert all(loss <= 1e6 * max(1, run.losses[0]) for loss in run.losses[:-1])
            if ending == "target met":
                bound = value(one, "bound")
                assert run.losses[-1] <= bound < min(run.losses[:-1])
            if ending == "no progress":
                since = list(run.losses)[-1 - int(str(one.values["patience"])) :]
                assert min(since[1:]) >= since[0] - 1e-4
    begun = {float(run.rate.value) for run in training.runs}
    left = [float(rate.value) for rate in training.settings.rates if float(rate.value) not in begun]
    missing = named(said, "training_not_begun")
    assert len(missing) == bool(left)
    for one in missing:
        assert [float(n.value) for n in numbers(one.values["rates"])] == left


def numbers(content: Any) -> list[Number]:
    return [part for part in content if isinstance(part, Number)]


@pytest.mark.parametrize("last", [2e6, math.inf, math.nan])
def test_a_loss_that_is_no_number_is_not_said_to_have_grown(last: float) -> None:
    training = changed(TRAININGS["one rate"], [0.25, last], "diverged")
    grown = named(heard(training), "training_diverged_grown")
    assert bool(grown) == math.isfinite(last)
    (item, *_) = items(training)
    assert ("not a number" in item) == math.isnan(last)
    assert ("∞" in item) == math.isinf(last)


# -- what the outputs can reach ----------------------------------------------------------------


def test_a_target_out_of_reach_and_the_infimum() -> None:
    """½(y − 3.3)² for y in (0, 1) comes as near to ½·2.3² = 2.645 as one likes, never there."""
    training = TRAININGS["out of reach"]
    said = heard(training)
    (beyond,) = named(said, "training_beyond_one")
    assert value(beyond, "target") == 3.3 and beyond.values["span"] == "(0, 1)"
    assert beyond.quantity("output") == Quantity("activation", 2)
    (infimum,) = named(said, "training_infimum")
    assert value(infimum, "infimum") == 2.645
    assert not named(said, "training_minimum")
    low = min(min(run.losses) for run in training.runs)
    assert low > 2.645
    (gap,) = named(said, "training_gap")
    (rate,) = rates(gap)
    assert training[rate].losses[int(str(gap.values["epoch"]))] == low
    assert near(value(gap, "value"), low) and near(value(gap, "gap"), low - 2.645)


@pytest.mark.parametrize(
    ("activation", "target", "loss", "sentence", "bound"),
    [
        ("sigmoid", 3.3, "half_squared_error", "training_infimum", 2.645),
        ("sigmoid", -1, "mean_squared_error", "training_infimum", 1.0),
        ("tanh", 2, "absolute_error", "training_infimum", 1.0),
        ("tanh", -1.5, "half_squared_error", "training_infimum", 0.125),
        ("relu", -2, "half_squared_error", "training_minimum", 2.0),
        ("softplus", -0.5, "huber", "training_infimum", 0.125),
        ("sigmoid", 1, "half_squared_error", None, None),
        ("sigmoid", 0.5, "half_squared_error", None, None),
        ("identity", 9, "half_squared_error", None, None),
        ("relu", 2, "half_squared_error", None, None),
        ("gelu", -3, "half_squared_error", None, None),  # its range is known roughly
        ("tanh", -1, "hinge", None, None),
    ],
)
def test_bounds_of_other_outputs(
    activation: str, target: float, loss: str, sentence: str | None, bound: float | None
) -> None:
    of = network((1, 1), (activation,), loss, targets=[[target]])
    said = heard(derive.train(of, (0.1,), 5))
    found = named(said, "training_infimum", "training_minimum")
    assert [one.sentence for one in found] == ([sentence] if sentence else [])
    assert [value(one, "infimum") for one in found] == ([bound] if bound is not None else [])
    assert len(named(said, "training_beyond_one")) == len(found)


@pytest.mark.parametrize(("over", "bound"), [("mean", (2.645 + 0 + 0.5) / 3), ("sum", 3.145)])
def test_the_bound_of_several_examples(over: str, bound: float) -> None:
    of = network((1, 1), ("sigmoid",), targets=[[3.3], [0.5], [-1]], examples=3, over_examples=over)
    said = heard(derive.train(of, (0.1,), 5))
    (beyond,) = named(said, "training_beyond")
    assert (beyond.values["count"], beyond.values["all"]) == (2, 3)
    (infimum,) = named(said, "training_infimum")
    assert near(value(infimum, "infimum"), bound)


@pytest.mark.parametrize(
    ("activation", "loss", "targets", "sentence"),
    [
        ("sigmoid", "half_squared_error", [[1]], "training_edge_one"),
        ("sigmoid", "binary_cross_entropy", [[1], [0]], "training_edge_all"),
        ("sigmoid", "binary_cross_entropy", [[1], [0.5], [0]], "training_edge"),
        ("tanh", "hinge", [[1], [-1]], "training_edge_all"),
        ("tanh", "half_squared_error", [[0]], None),
        ("relu", "half_squared_error", [[0]], None),
        ("identity", "half_squared_error", [[1]], None),
        ("softmax", "half_squared_error", [[1]], None),  # one unit: it is 1
    ],
)
def test_targets_at_the_end_of_the_range(
    activation: str, loss: str, targets: list[list[float]], sentence: str | None
) -> None:
    of = network((1, 1), (activation,), loss, targets=targets, examples=len(targets))
    found = [one for one in heard(derive.train(of, (0.1,), 3)) if "_edge" in one.sentence]
    assert [one.sentence for one in found] == ([sentence] if sentence else [])
    for one in found:
        low, high = map(float, str(one.values["span"]).replace("−", "-").strip("()").split(", "))
        ends = [t for row in targets for t in row if t in (low, high)]
        assert one.values["count"] == len(ends)
        assert (sentence == "training_edge") == (len(ends) < len(targets))


def test_saturated_units_have_hardly_a_slope() -> None:
    of = network((1, 2, 1), ("tanh", "sigmoid"), inputs=[[1]], bias="none", targets=[[0.5]],
                 weights=[[[3.5, 0.1]], [[-0.2], [0.4]]])  # fmt: skip
    training = derive.train(of, (1e-6,), 1)
    (one,) = named(heard(training), "training_saturated_one")
    assert one.quantity("unit") == Quantity("pre-activation", 1)
    assert near(value(one, "slope"), 1 - math.tanh(3.5) ** 2)
    assert 1 - math.tanh(0.1) ** 2 > 0.01 > 1 - math.tanh(3.5) ** 2
    far = network((1, 2, 1), ("tanh", "sigmoid"), inputs=[[1]], bias="none", targets=[[0.5]],
                  weights=[[[30, -40]], [[-9], [9]]])  # fmt: skip
    (many,) = named(heard(derive.train(far, (1e-6,), 1)), "training_saturated")
    assert [q.unit for q in many.quantities("units")] == [0, 1, 0]
    slopes = named(heard(derive.train(far, (1e-6,), 1)), "training_slope")
    assert value(slopes[1], "slope") > 0, "4e^(−80), where 1 − tanh² is 0 in doubles"
    assert not [one for one in heard(TRAININGS["sweep"]) if "saturated" in one.sentence]
    assert not [one for one in heard(TRAININGS["xor"]) if "saturated" in one.sentence]


def test_a_slope_that_the_loss_cancels_slows_nothing() -> None:
    """Where δ is output minus target, that is said of a saturated output, and no more."""

    def trained(target: float, loss: str = "binary_cross_entropy") -> list[Said]:
        of = network((1, 1), ("sigmoid",), loss, inputs=[[1]], bias="none", targets=[[target]],
                     weights=[[[6.0]]])  # fmt: skip
        return heard(derive.train(of, (1e-6,), 1))

    output = 1 / (1 + math.exp(-6.0))
    (near_target,) = named(trained(1.0), "training_saturated_cancelled_near")
    assert near(value(near_target, "difference"), output - 1)
    assert near(value(near_target, "slope"), output * (1 - output))
    (wrong,) = named(trained(0.0), "training_saturated_cancelled")
    assert near(value(wrong, "difference"), output)
    assert not [x for x in trained(1.0) if x.sentence == "training_saturated_one"]
    squared = trained(1.0, "half_squared_error")
    assert [x.sentence for x in squared if "saturated" in x.sentence] == ["training_saturated_one"]


def test_a_softmax_that_cross_entropy_cancels() -> None:
    def trained(targets: list[float]) -> list[str]:
        of = network((1, 2), ("softmax",), "cross_entropy", inputs=[[1]], bias="none",
                     targets=[targets], weights=[[[3.0, -3.0]]])  # fmt: skip
        said = heard(derive.train(of, (1e-6,), 1))
        return [one.sentence for one in said if "saturated" in one.sentence]

    assert trained([1, 0]) == ["training_saturated_cancelled_many"]
    assert trained([0, 1]) == ["training_saturated_cancelled_many"]
    assert trained([1, 1]) == [], "targets that do not sum to 1: δ is another"


def test_dead_units_are_named_with_their_epochs() -> None:
    """Stepped here by hand: z = w·x + b of a unit, and the epoch from which it is not positive."""
    of = network((1, 2, 1), ("relu", "identity"), inputs=[[1.0]], targets=[[-3.0]], rate=0.1,
                 weights=[[[0.5, -0.5]], [[0.5], [0.5]]])  # fmt: skip
    w, b, v, c = [0.5, -0.5], [0.0, 0.0], [0.5, 0.5], 0.0
    b = [float(of.value(q).value) for q in of.biases(1)]  # type: ignore[union-attr]
    c = float(of.value(of.biases(2)[0]).value)  # type: ignore[union-attr]
    positive: list[list[bool]] = []
    for _ in range(31):
        z = [w[j] + b[j] for j in range(2)]
        a = [max(0.0, x) for x in z]
        positive.append([x > 0 for x in z])
        delta = sum(v[j] * a[j] for j in range(2)) + c + 3.0
        back = [delta * v[j] * (z[j] > 0) for j in range(2)]
        v = [v[j] - 0.1 * delta * a[j] for j in range(2)]
        c -= 0.1 * delta
        w = [w[j] - 0.1 * back[j] for j in range(2)]
        b = [b[j] - 0.1 * back[j] for j in range(2)]
    found = {}
    for unit in range(2):
        alive = [epoch for epoch, row in enumerate(positive) if row[unit]]
        if not positive[-1][unit]:
            found[unit] = alive[-1] + 1 if alive else 0
    assert found
    said = heard(derive.train(of, (0.1,), 30))
    told_ = {one.quantity("unit").unit: int(str(one.values["since"]))
             for one in said if "dead" in one.sentence and "unit" in one.values}  # fmt: skip
    assert told_ == found
    active = network((1, 1), ("relu",), inputs=[[1.0]], targets=[[2.0]], weights=[[[0.5]]])
    assert not [x for x in heard(derive.train(active, (0.01,), 5)) if "dead" in x.sentence]


# -- a report that says something else is seen -------------------------------------------------


def changed(training: derive.Training, losses: Sequence[float], ending: str) -> derive.Training:
    """The same training with other losses in its first run."""
    run = training.runs[0]
    size = len(training.network.parameters())
    fake = Run(run.rate, array("d", losses), ending, range(len(losses)),
               array("d", [0.1] * size * len(losses)), size)  # fmt: skip
    return replace(training, runs=(fake, *training.runs[1:]))


def items(training: derive.Training) -> list[str]:
    found: list[str] = []
    for block in reading(account(training, Wording(), 5)):
        contents = block.items if isinstance(block, Items) else (
            (block.content,) if isinstance(block, Paragraph) else ()
        )  # fmt: skip
        for content in contents:
            found.append("".join(p if isinstance(p, str) else "…" for p in content))
    return found


def test_other_losses_make_another_reading() -> None:
    falling = TRAININGS["sweep"]
    losses = list(falling.runs[0].losses)
    assert named(heard(falling), "training_falls")
    bumped = [*losses[:100], losses[99] * 1.001, *losses[101:]]
    (rise,) = named(heard(changed(falling, bumped, "finished")), "training_rises_once")
    assert rise.values["first"] == 100
    best = [*losses[:50], *([1e-9] * (len(losses) - 50))]
    said = heard(changed(falling, best, "finished"))
    (first, second) = named(said, "training_leads_span")
    assert (rates(first), rates(second)) == ([2.0], [0.1])
    assert second.values["first"] == 50
    assert named(said, "training_constant")


WRONG: dict[str, tuple[Any, Any]] = {
    "leads": (lambda t: (findings.Lead(t.runs[0], 1, t.runs[0].epochs),), test_who_leads_when),
    "at_the_end": (lambda t: tuple(t.runs), test_the_lowest_and_the_highest_at_the_end),
    "rises": (lambda run: findings.Rises(1, 7), test_where_the_loss_rises),
    "plateau": (lambda run: findings.Plateau(5, 0.1, 0.2), test_where_the_curve_is_flat),
    "bound": (
        lambda t: findings.Bound(
            t.network.layers[-1].activation.range,
            HIGH.number(Fraction(27, 10)),
            False,
            ((0, 0, 3.3),),
        ),
        lambda _: test_a_target_out_of_reach_and_the_infimum(),
    ),
    "at_the_edge": (
        lambda t: (t.network.layers[-1].activation.range, 2),
        lambda _: test_targets_at_the_end_of_the_range(
            "sigmoid", "binary_cross_entropy", [[1], [0.5], [0.5]], "training_edge"
        ),
    ),
    "saturated": (
        lambda t, run: iter([findings.Saturated(Quantity("pre-activation", 1), 0.001, None)]),
        lambda _: test_saturated_units_have_hardly_a_slope(),
    ),
    "dead": (
        lambda t, run: (findings.Dead(Quantity("pre-activation", 1), None, 0),),
        lambda _: test_dead_units_are_named_with_their_epochs(),
    ),
}


@pytest.mark.parametrize("finding", WRONG)
def test_a_wrong_finding_is_caught(finding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, check = WRONG[finding]
    check("sweep")
    monkeypatch.setattr(findings, finding, wrong)
    with pytest.raises(AssertionError):
        check("sweep")


def test_a_reading_says_what_it_does_not_say() -> None:
    for name, training in TRAININGS.items():
        last = heard(training)[-1]
        assert last.sentence == "training_scope", name
        assert last.values["count"] == len(training.runs), name


def test_every_sentence_of_a_report_is_whole() -> None:
    """No place is left open, in any report."""
    for training in TRAININGS.values():
        document = report(training, Wording(), 5)
        for block in document.blocks:
            for content in getattr(block, "items", (getattr(block, "content", ()),)):
                for part in content:
                    assert not isinstance(part, str) or "<<" not in part
                    assert isinstance(part, str | Expression) or part.text
