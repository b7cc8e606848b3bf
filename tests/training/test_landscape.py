"""The loss over two weights: heights worked out anew, lines where a height is, the way."""

from __future__ import annotations

import csv
import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import derive
from derive.document.training.landscape import landscape_picture
from derive.document.wording import Wording
from derive.notation import names
from derive.pictures.charts.contours import levels_of, lines_at
from tests.pictures.measured import collisions, outside
from tests.test_cli import run, sound

MAZUR = "examples/mazur.yaml"
TRAINING = derive.train(MAZUR, (0.5,), 120)


def test_heights_are_losses_with_all_other_weights_at_the_end() -> None:
    plan = TRAINING.landscape("w1", "w6", points=9)
    f = derive.compile(MAZUR, "python")
    order = [str(name) for name in f.names]
    theta = TRAINING[0.5].theta()
    assert (len(plan.across), len(plan.up)) == (9, 9)
    for b, row in zip(plan.up, plan.losses, strict=True):
        for a, loss in zip(plan.across, row, strict=True):
            moved = [{"w1": a, "w6": b}.get(name, x)
                     for name, x in zip(order, theta, strict=True)]  # fmt: skip
            assert loss == pytest.approx(f.flat(moved)[0], rel=1e-12)
    assert [q.kind for q in plan.fixed] == ["weight"] * 6
    assert list(plan.way) == [
        (TRAINING[0.5].theta(n)[order.index("w1")], TRAINING[0.5].theta(n)[order.index("w6")])
        for n in range(121)
    ]  # fmt: skip
    for values, way in ((plan.across, 0), (plan.up, 1)):
        along = [point[way] for point in plan.way]
        assert values[0] < min(along) and max(along) < values[-1]
        steps = [b - a for a, b in pairwise(values)]
        assert max(steps) == pytest.approx(min(steps))


def test_a_graph_of_formulas_has_one_too() -> None:
    graph = derive.Graph.from_formulas(
        {"E": "(w - 2)**2 + 3*(v + 1)**2"}, loss="E", given={"w": 0, "v": 1}
    )  # fmt: skip
    plan = derive.train(graph, (0.1,), 30).landscape("v", "w", points=5)
    for w, row in zip(plan.up, plan.losses, strict=True):
        for v, loss in zip(plan.across, row, strict=True):
            assert loss == pytest.approx((w - 2) ** 2 + 3 * (v + 1) ** 2, rel=1e-12)


@pytest.mark.parametrize(("given", "says"), [
    (("w11", "w5"), "did you mean 'w1'"), (("w5", "w5"), "'w5' twice"),
    (("b1", "w5"), "'b1', which is frozen"),
])  # fmt: skip
def test_what_is_no_pair_of_trained_weights_is_refused(given: tuple[str, str], says: str) -> None:
    with pytest.raises(derive.DeriveError, match=says):
        TRAINING.landscape(*given)
    result = run("train", MAZUR, "--landscape", ",".join(given), "--epochs", "9000000")
    sound(result, 1)
    assert says in result.stderr


def test_a_run_that_diverged_has_no_landscape() -> None:
    steep = derive.Network(
        [3.0], [derive.Dense(1, "identity", "neuron", [[3.0]], [1.0])],
        {"formula": "exp((y - t)**2)"}, targets=[0.0],
    )  # fmt: skip
    training = derive.train(steep, (1e9,), 50)
    assert training.diverged
    if not all(map(math.isfinite, training.runs[0].theta())):
        with pytest.raises(derive.ArgumentError, match="whose run diverged"):
            training.landscape("w1", "b1")


# -- lines of equal height -----------------------------------------------------------------------


def sampled(function: Any, count: int = 21) -> tuple[list[float], list[float], list[list[float]]]:
    across = [-2 + 4 * k / (count - 1) for k in range(count)]
    up = [-1 + 3 * k / (count - 1) for k in range(count)]
    return across, up, [[function(a, b) for a in across] for b in up]


def test_lines_run_where_the_height_is() -> None:
    def bowl(a: float, b: float) -> float:
        return a * a + b * b

    across, up, heights = sampled(bowl, 61)
    (line,) = lines_at(across, up, heights, 0.5)
    assert line[0] == line[-1], "it goes round"
    assert all(abs(bowl(a, b) - 0.5) < 0.005 for a, b in line)
    angles = sorted(math.atan2(b, a) for a, b in line)
    assert max(b - a for a, b in pairwise(angles)) < 0.2, "all the way round"
    for (a, b), (c, d) in pairwise(line):
        assert math.hypot(a - c, b - d) < 0.11
    assert not lines_at(across, up, heights, 99.0)


def test_lines_that_leave_end_at_the_edge_and_none_is_left_out() -> None:
    across, up, heights = sampled(lambda a, b: a)
    (line,) = lines_at(across, up, heights, 0.5)
    assert {b for _, b in (line[0], line[-1])} == {-1.0, 2.0}
    assert all(a == pytest.approx(0.5) for a, _ in line) and len(line) == 21
    saddle = lines_at(*sampled(lambda a, b: a * b), 0.3)
    assert len(saddle) == 2
    for line in saddle:
        assert all(abs(a * b - 0.3) < 0.02 for a, b in line)


def test_a_cell_with_opposite_corners_has_two_pieces() -> None:
    for middle, sides in ((0.4, {(0.0, 0.5)}), (0.6, {(0.5, 1.0)})):
        low, high = middle - 0.5, middle + 0.5
        pieces = lines_at([0, 1], [0, 1], [[high, low], [low, high]], 0.5)
        assert len(pieces) == 2
        # Where the mean is above, the line runs around the corners that are below.
        round_low = any(all(a > 0 and b < 1 for a, b in line) and line[0][1] != line[1][1]
                        and {0.0} <= {b for _, b in line} and {1.0} <= {a for a, _ in line}
                        for line in pieces)  # fmt: skip
        assert round_low == (middle >= 0.5), sides


def test_what_is_no_number_has_no_line() -> None:
    across, up, heights = sampled(lambda a, b: a if b < 0.5 else math.nan)
    (line,) = lines_at(across, up, heights, 0.5)
    assert max(b for _, b in line) < 0.5
    assert list(levels_of(heights)) and not list(levels_of([[math.nan, math.inf]]))
    assert not list(levels_of([[2.0, 2.0]]))


@pytest.mark.parametrize(("low", "high"), [
    (1e-3, 0.4), (1e-9, 5.0), (0.2, 0.9), (-3.0, 8.0), (1e-300, 1e300),
])  # fmt: skip
def test_levels_are_round_and_inside(low: float, high: float) -> None:
    levels = list(levels_of([[low, high]]))
    assert 2 <= len(levels) <= 8
    values = [value for value, _ in levels]
    assert values == sorted(values) and low < values[0] and values[-1] < high


# -- what is written -----------------------------------------------------------------------------


@pytest.mark.parametrize("pair", [("w1", "w5"), ("w5", "w6"), ("w2", "w3")])
@pytest.mark.parametrize("notation", ["plain", "numbered", "layered"])
def test_no_label_touches_another(pair: tuple[str, str], notation: str) -> None:
    shown = names(notation, TRAINING.network.shape, "from_to")  # type: ignore[union-attr]
    picture = landscape_picture(TRAINING, TRAINING.landscape(*pair), Wording(), 5)
    assert collisions(picture, shown) == [] and outside(picture, shown) == []


def test_the_command_writes_picture_and_data(tmp_path: Path) -> None:
    result = run("train", MAZUR, "--epochs", "40", "--rates", "0.5", "--landscape", "w1, w5",
                 "--to", "svg,csv,json", "-o", f"{tmp_path}/")  # fmt: skip
    sound(result, 0)
    plan = derive.train(MAZUR, (0.5,), 40).landscape("w1", "w5")
    tree = ElementTree.fromstring((tmp_path / "mazur.svg").read_text())
    title, description = (tree[k].text or "" for k in range(2))
    assert title.endswith("and the way of gradient descent")
    assert "41" not in description and "40 epochs later" in description
    rows = list(csv.DictReader((tmp_path / "mazur.csv").read_text().splitlines()))
    points = [row for row in rows if row["what"] == "point"]
    assert [float(row["E_Total"]) for row in points] == [x for row in plan.losses for x in row]
    way = [row for row in rows if row["what"] == "way"]
    assert [(float(row["w1"]), float(row["w5"])) for row in way] == list(plan.way)
    assert [int(row["epoch"]) for row in way] == list(range(41))
    assert [float(row["E_Total"]) for row in way] == list(plan.run.losses)
    data = json.loads((tmp_path / "mazur.json").read_text())
    assert data["losses"] == [list(row) for row in plan.losses]
    assert (data["first"]["name"], data["second"]["name"]) == ("w1", "w5")
    assert set(data["fixed"]) == {"w2", "w3", "w4", "w6", "w7", "w8"}
    assert data["way"]["losses"][-1] == plan.run.losses[-1]
    alone = run("train", MAZUR, "--epochs", "40", "--rates", "0.5", "--landscape", "w1,w5")
    assert alone.stdout == (tmp_path / "mazur.svg").read_text()


@pytest.mark.parametrize(("options", "says"), [
    (["--landscape", "w1"], "two names, as in w1,w5"),
    (["--landscape", "w1,w2,w3"], "two names"),
    (["--landscape", "w1,w5", "--rates", "0.1,0.5"], "one learning rate"),
    (["--landscape", "w1,w5", "--to", "xlsx"], "--to xlsx is not for --landscape"),
    (["--landscape", "w1,w5", "--starts", "3"], "leave out --starts"),
    (["--map", "w1,w5"], "add --starts N"),
    (["--starts", "0"], "--starts"),
    (["--starts", "3", "--to", "xlsx"], "--to xlsx is not for --starts; allowed: markdown"),
])  # fmt: skip
def test_options_that_do_not_go_together_are_told(options: list[str], says: str) -> None:
    result = run("train", MAZUR, *options)
    sound(result, 2)
    assert says in " ".join(result.stderr.split())
