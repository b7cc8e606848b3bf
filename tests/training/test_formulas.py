"""Graphs of formulas, trained: beside loops written by hand, and in every format that they have."""

from __future__ import annotations

import csv
import json
import math
import pickle
from pathlib import Path
from typing import Any

import pytest

import derive
from derive.compute.training import descent
from derive.graph import FormulaGraph, Graph
from tests.test_cli import run, sound

LOGISTIC = {
    "z": "w*x + b", "p": "1/(1 + exp(-z))", "R": "lam*w**2",
    "E": "-(t*ln(p) + (1 - t)*ln(1 - p)) + R",
}  # fmt: skip
FILE = """\
title: Logistic regression
given: {w: 0.5, b: 0.1, lam: 0.01, x: 1.5, t: 1}
formulas:
  z: w*x + b
  p: 1/(1 + exp(-z))
  R: lam*w**2
  E: -(t*ln(p) + (1 - t)*ln(1 - p)) + R
loss: E
parameters: [w, b]
"""
GIVEN = {"w": 0.5, "b": 0.1, "lam": 0.01, "x": 1.5, "t": 1}
XS = [0.5, -1.0, 2.0, -0.3, 0.0, 1.1, -2.2, 0.7, -0.9, 0.4, 1.9]
TS = [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0]


def logistic(**more: Any) -> FormulaGraph:
    said: dict[str, Any] = {"given": GIVEN, "parameters": ["w", "b"], **more}
    return Graph.from_formulas(LOGISTIC, "E", **said)


def by_hand(
    xs: list[float], ts: list[float], rate: float, epochs: int, batch: int, lam: float = 0.01
) -> tuple[list[float], list[list[float]]]:
    """Losses before each epoch and at the end, and (w, b) there."""
    w, b = 0.5, 0.1
    losses, thetas = [], []
    for epoch in range(epochs + 1):
        zs = [w * x + b for x in xs]
        losses.append(
            sum(math.log1p(math.exp(-z if t else z)) for z, t in zip(zs, ts, strict=True)) / len(xs)
            + lam * w * w
        )
        thetas.append([w, b])
        for start in range(0, len(xs) if epoch < epochs else 0, batch):
            some = list(zip(xs, ts, strict=True))[start : start + batch]
            slopes = [1 / (1 + math.exp(-(w * x + b))) - t for x, t in some]
            by_w = sum(s * x for s, (x, _) in zip(slopes, some, strict=True)) / len(some)
            w, b = w - rate * (by_w + 2 * lam * w), b - rate * sum(slopes) / len(some)
    return losses, thetas


@pytest.mark.parametrize("batch", [None, 2, 4])
@pytest.mark.parametrize("count", [1, 3, 11])
def test_descent_is_that_of_a_loop_by_hand(count: int, batch: int | None) -> None:
    if batch is not None and batch > count:
        pytest.skip("no such batch")
    values = {"x": XS[:count], "t": TS[:count]}
    training = derive.train(
        logistic(),
        (0.3,),
        40,
        inputs=values,
        batch_size=batch,
        order="given" if batch else "shuffled",
    )
    losses, thetas = by_hand(XS[:count], TS[:count], 0.3, 40, batch or count)
    assert list(training[0.3].losses) == pytest.approx(losses, rel=1e-11)
    for epoch in (0, 1, 17, 40):
        assert training[0.3].theta(epoch) == pytest.approx(thetas[epoch], rel=1e-11)
        got = training.parameters(0.3, epoch)
        assert list(got.values()) == pytest.approx(thetas[epoch]) and list(got) == ["w", "b"]


def test_arrays_descend_like_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = {"x": XS, "t": TS}
    fast = derive.train(logistic(), (0.3,), 30, inputs=inputs)
    monkeypatch.setattr(descent, "numpy_or_none", lambda: None)
    slow = derive.train(logistic(), (0.3,), 30, inputs=inputs)
    assert list(fast[0.3].losses) == pytest.approx(list(slow[0.3].losses), rel=1e-12)


def test_a_shared_weight_moves_by_both_its_uses() -> None:
    graph = Graph.from_formulas(
        {"h": "tanh(w*x)", "E": "(w*h - 1)**2"}, "E", given={"w": 0.7, "x": 0.9}, parameters=["w"]
    )
    training = derive.train(graph, (0.25,), 12)
    w = 0.7
    for epoch in range(13):
        assert training[0.25].theta(epoch) == pytest.approx([w], rel=1e-12)
        h = math.tanh(w * 0.9)
        w -= 0.25 * 2 * (w * h - 1) * (h + w * 0.9 * (1 - h * h))


def test_every_leaf_a_parameter() -> None:
    graph = Graph.from_formulas({"f": "(x - 3)**2 + x*y + y**2"}, "f", given={"x": 1, "y": 1})
    training = derive.train(graph, ("0.1",), 200)
    assert training[0.1].theta() == pytest.approx([4, -2], abs=1e-6)
    assert [len(row) for row in training.table(0.1, (0, 200))] == [6, 6]
    assert pickle.loads(pickle.dumps(training)) == training and hash(training)
    assert repr(training).startswith("<Training of a graph of 1 formula, loss at the end")


def test_the_rows_of_a_table() -> None:
    training = derive.train(logistic(), (0.5,), 3)
    columns = [trained.name if not hasattr(trained, "by") else f"d{trained.by.name}"
               for trained in training.columns]  # fmt: skip
    assert columns == ["x", "lam", "t", "w", "b", "z", "p", "R", "E", "dw", "db"]
    for epoch, *values in training.table(0.5):
        w, b = training[0.5].theta(int(epoch))
        loss, slopes = derive.compile(logistic())({"w": w, "b": b})
        found = dict(zip(columns, values, strict=True))
        assert found["E"] == pytest.approx(loss) and found["z"] == pytest.approx(w * 1.5 + b)
        assert [found["dw"], found["db"]] == pytest.approx(list(slopes.values()))
    many = derive.train(logistic(), (0.5,), 2, inputs={"x": XS, "t": TS})
    for epoch, *values in many.table(0.5):
        loss, slopes = derive.compile(logistic())(
            {"x": XS, "t": TS, **many.parameters(0.5, int(epoch))}
        )
        assert values == pytest.approx([*many[0.5].theta(int(epoch)), loss, *slopes.values()])


def test_what_is_refused() -> None:
    for asked, message in (
        ({"targets": [1]}, "a graph of formulas has no targets"),
        ({"inputs": [[1.0]]}, "a list; allowed: a dict of numbers"),
        ({"inputs": {"w": 1.0}}, "w, which theta holds"),
        ({"initial": 3}, "nothing is drawn for formulas"),
        ({"batch_size": 2}, "batch_size: got 2"),
    ):
        with pytest.raises(derive.ArgumentError, match=message):
            derive.train(logistic(), **asked)  # type: ignore[arg-type]
    with pytest.raises(derive.ArgumentError, match="b: got nothing, and the graph has no number"):
        derive.train(logistic(given={k: GIVEN.get(k) if k != "b" else None for k in GIVEN}))


# -- the command -----------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "logistic.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_every_format_is_written(file: Path, tmp_path: Path) -> None:
    result = run(
        "train", str(file), "--epochs", "12", "--rates", "0.5,2.0",
        "--to", "markdown,latex,text,csv,json,svg", "-o", f"{tmp_path / 'out'}/",
    )  # fmt: skip
    sound(result, 0)
    training = derive.train(file, ("0.5", "2.0"), 12)
    out = tmp_path / "out"
    header, *rows = csv.reader((out / "logistic.csv").read_text().splitlines())
    assert " ".join(header) == "rate epoch x lam t w b z p R E dE_dw dE_db"
    assert len(rows) == 26 and [float(v) for v in rows[12][5:7]] == training[0.5].theta()
    data = json.loads((out / "logistic.json").read_text())
    assert data["title"] == "Logistic regression" and data["start"] == {"w": 0.5, "b": 0.1}
    assert data["runs"][1]["losses"] == list(training[2.0].losses)
    page = (out / "logistic.md").read_text()
    assert "# Logistic regression: training" in page and r"\frac{\partial E}{\partial w}" in page
    assert "Training starts from the numbers given." in page and "other formulas" in page
    assert "network" not in page and "layer" not in page
    for name in ("logistic.tex", "logistic.txt", "logistic-loss-log.svg"):
        assert (out / name).stat().st_size > 500


def test_examples_from_a_table(file: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    lines = [f"{k},{t},{x}" for k, (x, t) in enumerate(zip(XS, TS, strict=True))]
    data.write_text("id,t,x\n" + "\n".join(lines) + "\n")
    result = run("train", str(file), "--epochs", "5", "--data", str(data), "--to", "json")
    sound(result, 0)
    assert "passed over: column 'id'" in result.stderr
    losses, _ = by_hand(XS, TS, 0.5, 5, len(XS))
    assert json.loads(result.stdout)["runs"][0]["losses"] == pytest.approx(losses, rel=1e-11)


WRONG_TABLES = {
    "x,w\n1,2\n": "1: w is a parameter, which is trained",
    "x,la\n1,2\n": "1: unknown column 'la'; did you mean 'lam'?",
    "x,x\n1,2\n": "1: the column 'x' is there twice",
    "x,t\n1\n": "2: got 1 values; allowed are 2",
    "x,t\n1,one\n": "2: column t: got 'one'; allowed are finite numbers",
    "x,t\n": "no examples",
}


@pytest.mark.parametrize("text", WRONG_TABLES)
def test_a_wrong_table_is_told(text: str, file: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text(text)
    result = run("train", str(file), "--data", str(data))
    assert result.exit_code == 1 and WRONG_TABLES[text] in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_leaf_without_number_or_column_is_told(tmp_path: Path) -> None:
    path, data = tmp_path / "g.yaml", tmp_path / "data.csv"
    path.write_text(
        "formulas: {E: (w*x - t)**2}\nloss: E\nparameters: [w]\ngiven: {w: 1, x: , t: }\n"
    )
    data.write_text("x\n1\n")
    result = run("train", str(path), "--data", str(data))
    assert (
        result.exit_code == 1 and "no column for t, and the graph gives no number" in result.stderr
    )


def test_a_graph_has_no_spreadsheet_and_no_notation(file: Path, tmp_path: Path) -> None:
    result = run("train", str(file), "--to", "xlsx", "-o", str(tmp_path / "x.xlsx"))
    assert result.exit_code == 1 and "xlsx: got a graph of formulas" in result.stderr
    result = run("train", str(file), "--notation", "plain")
    assert result.exit_code == 1 and "a graph of formulas has the names" in result.stderr
