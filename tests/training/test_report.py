"""The report's settings and tables: every number in them is one of the training."""

from __future__ import annotations

import math
from typing import Any

import pytest

import derive
from derive.document.blocks import Document, Equation, Inline, Table
from derive.document.training import report
from derive.document.wording import Value, Wording
from derive.expression.nodes import Comparison, Expression, Number, Partial, Quantity
from tests.document.claims import Said, named, network

MAZUR = derive.load("examples/write-up-001.yaml")
XOR = network((2, 3, 1), ("tanh", "sigmoid"), "binary_cross_entropy", seed=2, examples=5,
              inputs=[[0, 0], [0, 1], [1, 0], [1, 1], [2, 1]],
              targets=[[0], [1], [1], [0], [1]])  # fmt: skip
SUM = network((1, 1), ("tanh",), examples=2, over_examples="sum", targets=[[1], [0]])
LINEAR = derive.load("examples/write-up-003-linear.yaml")


def made(training: derive.Training, monkeypatch: pytest.MonkeyPatch) -> tuple[Document, list[Said]]:
    """The report, and every sentence it used."""
    said: list[Said] = []
    call = Wording.__call__

    def listen(self: Wording, sentence: str, **values: Value) -> Inline:
        said.append(Said(sentence, values))
        return call(self, sentence, **values)

    monkeypatch.setattr(Wording, "__call__", listen)
    return report(training, Wording(), 5), said


# -- how it was done ---------------------------------------------------------------------------


def test_the_rule_is_that_of_descent(monkeypatch: pytest.MonkeyPatch) -> None:
    document, said = made(derive.train(MAZUR, (0.5,), 3), monkeypatch)
    (rule,) = [b for b in document.blocks if isinstance(b, Equation)]
    w, after = (relation.expression for relation in rule.chain)
    assert rule.chain[1].sign == "←" and isinstance(w, Quantity)
    kinds = [node for node in after.walk() if isinstance(node, Partial)]
    assert kinds == [Partial(Quantity("loss"), w)]
    (one,) = named(said, "training_one")
    assert one.values["epochs"] == 3
    assert named(said, "training_start_given") and not named(said, "training_start_given_else")
    _, swept = made(derive.train(MAZUR, (0.5, 1), 3), monkeypatch)
    assert named(swept, "training_sweep") and not named(swept, "training_one")


@pytest.mark.parametrize(
    ("of", "size", "order", "expected"),
    [
        (MAZUR, None, "shuffled", {}),
        (XOR, None, "shuffled", {"training_batch_mean": {"count": 5}}),
        (SUM, None, "shuffled", {"training_batch_sum": {"count": 2}}),
        (XOR, 5, "shuffled", {"training_batch_mean": {"count": 5}}),
        (XOR, 1, "shuffled",
         {"training_minibatches": {"updates": 5, "size": 1, "count": 5},
          "training_order_mean": {"seed": 9}}),
        (XOR, 2, "shuffled",
         {"training_minibatches_rest": {"updates": 3, "size": 2, "count": 5, "left": 1},
          "training_order_mean": {"seed": 9}}),
        (XOR, 3, "shuffled",
         {"training_minibatches_rest": {"updates": 2, "size": 3, "count": 5, "left": 2},
          "training_order_mean": {"seed": 9}}),
        (SUM, 1, "shuffled",
         {"training_minibatches": {"updates": 2, "size": 1, "count": 2},
          "training_order_sum": {"seed": 9}}),
        (XOR, None, "given", {"training_patterns_mean": {"count": 5}}),
        (SUM, 1, "given", {"training_patterns_sum": {"count": 2}}),
        (XOR, 2, "given",
         {"training_minibatches_rest": {"updates": 3, "size": 2, "count": 5, "left": 1},
          "training_given_mean": {}}),
        (XOR, 5, "given", {"training_batch_mean": {"count": 5}}),
    ],
)  # fmt: skip
def test_how_many_examples_an_update_takes(
    of: derive.Network, size: int | None, order: Any, expected: dict[str, dict[str, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    _, said = made(derive.train(of, (0.1,), 2, batch_size=size, order=order, seed=9), monkeypatch)
    kinds = ("training_batch", "training_mini", "training_order", "training_patterns",
             "training_given")  # fmt: skip
    found = {one.sentence: one.values for one in said if one.sentence.startswith(kinds)}
    assert set(found) == set(expected)
    for sentence, values in expected.items():
        assert values.items() <= found[sentence].items()


def test_drawn_weights_are_told_with_their_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    of = derive.Network(
        [[0, 1], [1, 0]],
        [derive.Dense(3, "relu"), derive.Dense(2, "tanh", "none"),
         derive.Dense(1, weights=[[1], [2]], biases=[0])],
        targets=[[0], [1]],
    )  # fmt: skip
    training = derive.train(of, (0.1,), 2, initial=8)
    _, said = made(training, monkeypatch)
    assert named(said, "training_start_given_else")
    found = [(one.sentence, one.values["layer"]) for one in said if "_drawn_" in one.sentence]
    assert found == [("training_drawn_he", "1"), ("training_drawn_zero", "1"),
                     ("training_drawn_glorot", "2")]  # fmt: skip
    theta = dict(zip(of.parameters(), training.start.theta, strict=True))
    for one, bound in zip(named(said, "training_drawn_he", "training_drawn_glorot"),
                          (math.sqrt(6 / 2), math.sqrt(6 / 5)), strict=True):  # fmt: skip
        low, high = one.values["low"], one.values["high"]
        assert isinstance(low, Number) and isinstance(high, Number)
        assert abs(float(high.value) - bound) < 1e-5 and low.value == -high.value
        mine = [v for q, v in theta.items()
                if q.kind == "weight" and str(q.layer) == one.values["layer"]]  # fmt: skip
        assert mine and all(-bound <= v <= bound for v in mine)
        assert one.values["seed"] == 8


def test_stop_rules_are_told_where_there_are_some(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = ("training_target", "training_patience", "training_patience_any")
    for options, expected in (
        ({}, []),
        ({"target_loss": 0.1}, ["training_target"]),
        ({"patience": 5}, ["training_patience_any"]),
        ({"patience": 5, "improvement": 1e-3}, ["training_patience"]),
    ):
        _, said = made(derive.train(MAZUR, (0.5,), 3, **options), monkeypatch)  # type: ignore[arg-type]
        assert [one.sentence for one in named(said, *rules)] == expected


# -- tables ------------------------------------------------------------------------------------


def shown_as(cell: Inline, value: float) -> bool:
    """Whether a cell shows a value: to 5 decimals, or to three digits."""
    (number,) = cell
    assert isinstance(number, Number)
    slack = max(0.5001e-5, 0.0051 * abs(value) if abs(value) < 0.01 or abs(value) >= 1e6 else 0)
    return abs(float(number.value) - value) <= slack


def tables(document: Document) -> list[Table]:
    return [block for block in document.blocks if isinstance(block, Table)]


@pytest.mark.parametrize("of", [MAZUR, XOR, LINEAR], ids=["2-2-2", "batch", "2-2-1"])
def test_every_cell_of_the_iterations_is_computed(of: derive.Network) -> None:
    training = derive.train(of, (0.3, 0.5), 20)
    # The network's own rate where it is among them, else the first.
    rate = 0.5 if of.learning_rate and of.learning_rate.value * 2 == 1 else 0.3
    columns = {column: k for k, column in enumerate(training.columns, 1)}
    seen: set[Expression] = set()
    for table in tables(report(training, Wording(), 5))[:3]:
        assert [row[0] for row in table.rows] == [(str(n),) for n in (0, 1, 2, 3, 5, 10, 20)]
        values = training.table(rate, [int(str(row[0][0])) for row in table.rows])
        for row, exact in zip(table.rows, values, strict=True):
            for (column,), cell in zip(table.header[1:], row[1:], strict=True):
                assert isinstance(column, Expression)
                assert shown_as(cell, exact[columns[column]]), (row[0], column)
                seen.add(column)
    given = {q for q in columns if isinstance(q, Quantity) and q.kind in ("input", "target")}
    assert seen == set(columns) - given


def test_every_cell_of_the_losses_and_parameters_is_computed() -> None:
    training = derive.train(LINEAR, (0.1, 1, 300), 20, on_divergence="continue")
    *_, losses, parameters = tables(report(training, Wording(), 5))
    assert [row[0] for row in losses.rows] == [(str(n),) for n in (0, 1, 2, 3, 5, 10, 20)]
    for row in losses.rows:
        epoch = int(str(row[0][0]))
        for run, cell in zip(training.runs, row[1:], strict=True):
            if epoch > run.epochs:
                assert cell == ("—",)
            else:
                assert shown_as(cell, run.losses[epoch])
    places = {w: k for k, w in enumerate(LINEAR.parameters())}
    assert [row[0] for row in parameters.rows] == [
        (w,) for w in sorted(places, key=lambda w: (w.layer, w.unit, w.source))
    ]
    for (w,), *cells in parameters.rows:
        ends = [list(training.start.theta), *(run.theta() for run in training.runs)]
        assert isinstance(w, Quantity)
        assert all(shown_as(c, end[places[w]]) for c, end in zip(cells, ends, strict=True))
    rates = [part for cell in losses.header for part in cell if isinstance(part, Comparison)]
    assert [part.right for part in rates] == [run.rate for run in training.runs]


def test_a_wrong_cell_is_seen() -> None:
    assert shown_as((Number(derive.train(MAZUR, (0.5,), 1).runs[0].rate.value, "0.5"),), 0.5)
    assert not shown_as((Number(derive.train(MAZUR, (0.5,), 1).runs[0].rate.value),), 0.50002)


def test_tables_too_wide_for_a_page_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = network((5, 5, 1), ("tanh", "sigmoid"))
    document, said = made(derive.train(wide, (0.1,), 5), monkeypatch)
    (one,) = named(said, "training_wide")
    assert one.values["count"] == 2
    counts: Any = one.values["counts"]
    assert "".join(map(str, counts)) == "36 and 36"
    assert all(len(table.header) <= 25 for table in tables(document))
    _, narrow = made(derive.train(MAZUR, (0.1,), 5), monkeypatch)
    assert not [one for one in narrow if one.sentence.startswith("training_wide")]
