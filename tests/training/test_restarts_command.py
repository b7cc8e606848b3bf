"""derive train --starts: its report, its data and its pictures say what the starts came to."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import derive
from derive import restarts as outputs
from derive.document.training.restarts import LOSSES, MAP, Survey, pictures, restarts_report
from derive.document.wording import Wording
from derive.notation import names
from tests.pictures.measured import collisions, outside
from tests.test_cli import run, sound
from tests.training.test_command import INTERRUPTED, Terminal

XOR = """title: XOR
inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
layers:
  - {units: 2, activation: sigmoid}
  - {units: 1, activation: sigmoid}
loss: half_squared_error
targets: [[0], [1], [1], [0]]
"""
OPTIONS = ("--rates", "5", "--epochs", "1500", "--starts", "30")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "xor.yaml"
    path.write_text(XOR)
    return path


def again(file: Path, **more: Any) -> derive.Restarts:
    settings: dict[str, Any] = {"rates": (5,), "epochs": 1500, "starts": 30, **more}
    return derive.train(file, **settings)


def test_every_format_goes_to_its_file(file: Path, tmp_path: Path) -> None:
    result = run("train", str(file), *OPTIONS, "--to", "md,latex,txt,csv,json,svg", "-o",
                 f"{tmp_path}/new/")  # fmt: skip
    sound(result, 0)
    there = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert there == sorted([*(f"xor{end}" for end in (".md", ".tex", ".txt", ".csv", ".json")),
                            "xor-final-losses.svg", "xor-basin-map.svg"])  # fmt: skip
    page = (tmp_path / "new" / "xor.md").read_text()
    assert set(re.findall(r"\]\(([^)]*\.svg)\)", page)) == {
        name for name in there if name.endswith(".svg")
    }
    for name in ("xor-final-losses.svg", "xor-basin-map.svg"):
        tree = ElementTree.fromstring((tmp_path / "new" / name).read_text())
        assert [part.tag.rpartition("}")[2] for part in tree[:2]] == ["title", "desc"]
        assert all(part.text for part in tree[:2])
    both = run("train", str(file), *OPTIONS[2:], "--rates", "1,5", "--to", "svg", "-o",
               f"{tmp_path}/two/")  # fmt: skip
    sound(both, 0)
    assert len(list((tmp_path / "two").iterdir())) == 4


def test_the_report_says_how_many_succeed(file: Path) -> None:
    text = run("train", str(file), *OPTIONS, "--to", "text").stdout
    outcomes = again(file)[5]
    assert re.search(rf"^ +5 +30 +{outcomes.successes} ", text, re.M)
    for basin in outcomes.basins().basins:
        share = f"{100 * len(basin.seeds) / 30:.1f} %"
        assert re.search(rf" {len(basin.seeds)} +{re.escape(share)} +{basin.seeds[0]}\n", text)
    spoken = " ".join(text.split())
    assert "from 30 different starts, each for at most 1500 epochs" in spoken
    assert "with the seeds 0 to 29, one for each start" in spoken
    assert "That is a tenth of the median E_batch of all starts before training" in spoken
    assert "What else the network gives" not in spoken
    given = run("train", str(file), *OPTIONS, "--target-loss", "0.07", "--initial", "4").stdout
    given = " ".join(given.split())
    assert "a tenth" not in given and "the seeds 4 to 33" in given


def test_what_is_given_is_told(tmp_path: Path) -> None:
    text = " ".join(run("train", "examples/mazur.yaml", "--starts", "2", "--epochs", "3",
                        "--to", "text").stdout.split())  # fmt: skip
    assert "those that are trained are drawn anew all the same" in text
    assert "What else the network gives is the same at every start" in text


def test_a_row_of_the_csv_file_is_a_start(file: Path) -> None:
    result = run("train", str(file), *OPTIONS, "--to", "csv")
    sound(result, 0)
    rows = list(csv.DictReader(result.stdout.splitlines()))
    restarts = again(file)
    numbers = restarts[5].basins().numbers()
    for row, one in zip(rows, restarts[5].restarts, strict=True):
        assert (row["rate"], int(row["seed"]), row["ending"]) == ("5", one.seed, "finished")
        assert (float(row["loss_start"]), float(row["loss_end"])) == (one.losses[0], one.loss)
        assert row["success"] == str(int(one.loss <= restarts.target))
        assert row["basin"] == str(numbers.get(one.seed, ""))
        for name, a, b in zip(restarts.names, one.start, one.end, strict=True):
            assert (float(row[f"{name}_start"]), float(row[f"{name}_end"])) == (a, b)
    assert run("train", str(file), *OPTIONS, "--to", "csv").stdout == result.stdout


def test_the_json_file_has_all_that_was_counted(file: Path) -> None:
    result = run("train", str(file), *OPTIONS, "--to", "json", "--initial", "7")
    sound(result, 0)
    data = json.loads(result.stdout)
    restarts = again(file, initial=7)
    outcomes = restarts[5]
    assert list(data) == [
        "title", "settings", "examples", "target", "drawn", "parameters", "rates"
    ]  # fmt: skip
    assert (data["examples"], data["target"]) == (4, restarts.target)
    assert data["settings"]["first_seed"] == 7 and data["settings"]["starts"] == 30
    (rate,) = data["rates"]
    assert rate["successes"] == outcomes.successes
    assert rate["quantiles"]["0.5"] == outcomes.quantiles((0.5,))[0]
    assert rate["histogram"]["counts"] == list(outcomes.histogram().counts)
    assert [g["seeds"] for g in rate["basins"]["groups"]] == [
        list(basin.seeds) for basin in outcomes.basins().basins
    ]
    for shown, one in zip(rate["runs"], outcomes.restarts, strict=True):
        assert (shown["seed"], tuple(shown["start"]), tuple(shown["end"])) == (
            one.seed, one.start, one.end
        )  # fmt: skip
        assert shown["kept"] == list(restarts.kept) and tuple(shown["losses"]) == one.losses


@pytest.mark.parametrize("rates", [(5,), (0.5, 50)])
@pytest.mark.parametrize("notation", ["plain", "numbered", "layered"])
def test_no_label_of_a_picture_touches_another(file: Path, rates: Any, notation: str) -> None:
    restarts = again(file, rates=rates, epochs=300)
    shown = names(notation, restarts.network.shape, "from_to")
    view = outputs.view(restarts, ("w5", "w2"))
    survey = Survey(restarts, Wording(), 5, view.pair)
    for what in (LOSSES, MAP):
        every = list(pictures(survey, what))
        assert len(every) == len(rates)
        for picture, _ in every:
            touching = [pair for pair in collisions(picture, shown) if "" not in pair]
            assert [pair for pair in touching if all(map(str.strip, pair))] == []
            assert outside(picture, shown) == []


def test_marks_are_at_the_weights_before_training(file: Path) -> None:
    from derive.document.training.restarts import _kinds

    restarts = again(file)
    view = outputs.view(restarts, ("w5", "w2"))
    assert view.pair is not None
    survey = Survey(restarts, Wording(), 5, view.pair)
    kinds = list(_kinds(survey, restarts[5], view.pair))
    places = [restarts.names.index(name) for name in ("w5", "w2")]
    starts = {tuple(one.start[k] for k in places) for one in restarts[5].restarts}
    assert sum(len(kind.points) for kind in kinds) == 30
    assert {point for kind in kinds for point in kind.points} == starts
    first = restarts[5].basins().basins[0]
    assert len(kinds[0].points) == len(first.seeds)


def test_one_weight_has_no_map(tmp_path: Path) -> None:
    line = derive.Network([[1.0], [2.0]], [derive.Dense(1, "tanh", "none")], targets=[[0], [1]])
    restarts = derive.train(line, (0.1, 2), 20, starts=4)
    view = outputs.view(restarts, ())
    assert view.pair is None
    survey = Survey(restarts, Wording(), 5, None)
    assert restarts_report(survey).blocks and not list(pictures(survey, MAP))


def test_names_are_judged_before_any_work(file: Path) -> None:
    result = run("train", str(file), "--starts", "100000", "--epochs", "90000", "--map", "w11,w2")
    sound(result, 1)
    assert "did you mean 'w1'" in result.stderr


def test_an_interruption_leaves_whole_files(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    code, messages = Terminal(
        "train", str(file), "--starts", "100", "--epochs", "9000000", "--to", "json", "-o",
        str(path), program=INTERRUPTED,
    ).end()  # fmt: skip
    assert code == 130, messages
    assert "of 100 runs were begun" in messages and "Traceback" not in messages
    (rate,) = json.loads(path.read_text())["rates"]
    assert {one["ending"] for one in rate["runs"]} == {"interrupted"}
    assert rate["basins"]["falling"] == [one["seed"] for one in rate["runs"]]
