"""LibreOffice recalculates every formula, and comes to what the program computes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import derive
from derive.spreadsheet import workbook
from tests.spreadsheet.networks import EXAMPLES, NETWORKS, network
from tests.spreadsheet.office import (
    Cells,
    cells,
    column,
    differences,
    edited,
    needs_office,
    recalculated,
    rewritten,
    with_wrong_values,
)

pytestmark = needs_office
REFERENCES = json.loads(Path("tests/data/references.json").read_text())["networks"]
EPOCHS = 4
SHORT = 12
LONG = 110  # past a hundred rows LibreOffice takes other ways

TWO = derive.load(EXAMPLES / "write-up-000.yaml")
THREE = derive.load(EXAMPLES / "write-up-002.yaml")
ONE = derive.load(EXAMPLES / "write-up-003.yaml")
DIVERGING = network(("identity", "identity"), scale=5)


def spoilt_formula(data: bytes) -> bytes:
    """The file with one + in a formula of a training sheet turned into −."""

    def change(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet3.xml":
            return part
        new, count = re.subn(rb"<f>(\w+\*\w+)\+", rb"<f>\1-", part, count=1)
        assert count
        return new

    return rewritten(data, change)


FILES: dict[str, Callable[[], bytes]] = {
    **{name: lambda of=of: workbook(of, (0.1,), EPOCHS) for name, of in NETWORKS.items()},  # type: ignore[misc]
    "000": lambda: workbook(TWO, epochs=100),
    "000, short": lambda: workbook(TWO, epochs=SHORT),
    "002": lambda: workbook(THREE, (0.01, 0.1, 1.0), 10),
    "003": lambda: workbook(ONE, (0.1, 0.5, 1.0), 100),
    "002, long": lambda: workbook(THREE, (0.1,), LONG),
    "batch, long": lambda: workbook(NETWORKS["batch"], (0.1,), LONG),
    "symbolic, long": lambda: workbook(NETWORKS["symbolic"], (0.1,), LONG),
    "diverging": lambda: workbook(DIVERGING, (0.1, 0.5), LONG),
}  # fmt: skip
EDITED: dict[str, tuple[str, dict[str, float]]] = {
    "rate changed": ("000, short", {"eta": 0.25}),
    "weights changed": ("000, short", {"w_1": -0.4, "w_6": 1.5}),
    "data changed": ("000, short", {"i_1": 0.9, "t_2": 0.3}),
    "sweep changed": ("000, short", {"eta_run_2": 0.3, "w_3": 0.7}),
    "batch changed": ("batch", {"i1_ex2": 0.5}),
}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return {name: make() for name, make in FILES.items()}


@pytest.fixture(scope="module")
def opened(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cells]:
    """Every file after LibreOffice, the edited ones and the one with a wrong formula too."""
    given = {name: with_wrong_values(data) for name, data in files.items()}
    given |= {name: edited(files[of], **changes) for name, (of, changes) in EDITED.items()}
    given["one wrong formula"] = with_wrong_values(spoilt_formula(files["000, short"]))
    return recalculated(given, tmp_path_factory.mktemp("office"))


@pytest.mark.parametrize("name", FILES)
def test_every_cell_is_what_the_file_has_beside_its_formula(
    name: str, files: dict[str, bytes], opened: dict[str, Cells]
) -> None:
    expected = cells(files[name])
    assert sum(isinstance(value, float) for value in expected.values()) > 50
    assert list(differences(expected, opened[name])) == []


def test_one_wrong_formula_is_found(files: dict[str, bytes], opened: dict[str, Cells]) -> None:
    found = list(differences(cells(files["000, short"]), opened["one wrong formula"]))
    assert found and all(place.startswith("('Training'") for place in found)


@pytest.mark.parametrize(
    ("name", "label", "losses"),
    [
        ("000", "E_Total", {
            float(rate): run["loss_after_n_updates"]
            for rate, run in REFERENCES["000"]["training"].items()
        }),
        ("002", "E_total", {
            float(rate): run for rate, run in REFERENCES["002"][
                "training declared/bce_sum, biases fixed: loss_after_n_updates"].items()
        }),
        ("003", "Loss", {
            float(rate): run for rate, run in REFERENCES["003"]["as_written"][
                "training_loss_after_n_updates"].items()
        }),
    ],
)  # fmt: skip
def test_the_references(
    name: str, label: str, losses: dict[float, dict[str, str]], opened: dict[str, Cells]
) -> None:
    compared = 0
    for number, (rate, expected) in enumerate(sorted(losses.items()), start=1):
        found = column(opened[name], f"Run {number}", label)
        assert opened[name]["Sweep", f"{'ABCDEFG'[number]}3"] == rate
        for epoch, loss in expected.items():
            if int(epoch) < len(found):
                assert found[int(epoch)] == pytest.approx(float(loss), rel=1e-12)
                compared += 1
    assert compared == (4 if name == "002" else 5) * len(losses)


def trained(of: derive.Network, rate: float, epochs: int) -> list[float]:
    return list(derive.train(of, (rate,), epochs)[rate].losses)


def changed(inputs: str = "{i1: 0.05, i2: 0.10}", targets: str = "{t1: 0.01, t2: 0.99}",
            **weights: str) -> derive.Network:  # fmt: skip
    """write-up-000.yaml with other numbers in it."""
    import io

    text = (EXAMPLES / "write-up-000.yaml").read_text()
    text = text.replace("inputs: {i1: 0.05, i2: 0.10}", f"inputs: {inputs}")
    text = text.replace("targets: {t1: 0.01, t2: 0.99}", f"targets: {targets}")
    for name, value in weights.items():
        text, count = re.subn(rf"\b{name}: [\d.]+", f"{name}: {value}", text)
        assert count == 1
    return derive.load(io.StringIO(text))


@pytest.mark.parametrize(
    ("name", "of", "rate"),
    [
        ("rate changed", changed(), 0.25),
        ("weights changed", changed(w1="-0.4", w6="1.5"), 0.5),
        ("data changed", changed("{i1: 0.9, i2: 0.10}", "{t1: 0.01, t2: 0.3}"), 0.5),
    ],
)
def test_a_change_is_followed_through(
    name: str, of: derive.Network, rate: float, opened: dict[str, Cells]
) -> None:
    found = column(opened[name], "Training", "E_Total")
    assert found == pytest.approx(trained(of, rate, SHORT), rel=1e-12)
    assert found != pytest.approx(trained(TWO, 0.5, SHORT), rel=1e-6)


def test_the_sweep_follows_its_rates_and_the_weights(opened: dict[str, Cells]) -> None:
    found = opened["sweep changed"]
    of = changed(w3="0.7")
    expected = {number: trained(of, rate, SHORT)
                for number, rate in enumerate((0.1, 0.3, 0.5, 0.8, 1.0, 2.0), start=1)}  # fmt: skip
    for number, losses in expected.items():
        letter = "ABCDEFG"[number]
        assert [found["Sweep", f"{letter}{row}"] for row in range(7, 8 + SHORT)] == pytest.approx(
            losses, rel=1e-12
        )
        assert found["Sweep", f"{letter}4"] == pytest.approx(losses[-1], rel=1e-12)
    assert found["Sweep", "B5"] == 2.0  # the rate with the lowest loss at the end
    assert found["Sweep", "C6"] == "η = 0.3"


def test_a_batch_follows_one_of_its_examples(opened: dict[str, Cells]) -> None:
    of = derive.load(EXAMPLES / "batch.yaml")
    rows = [[0, 1], [0.5, 0], [1, 1]]
    losses = list(
        derive.train(of, (0.1,), EPOCHS, inputs=rows, targets=[[1], [1], [0]])[0.1].losses
    )
    assert column(opened["batch changed"], "Training", "E_batch") == pytest.approx(
        losses, rel=1e-12
    )


def test_a_diverging_run_ends_in_errors_and_says_so(
    files: dict[str, bytes], opened: dict[str, Cells]
) -> None:
    for found in (cells(files["diverging"]), opened["diverging"]):
        losses = column(found, "Run 2", "E_Total")
        assert isinstance(losses[0], float) and losses[-1].startswith("#")
        assert found["Sweep", "C4"] == "no number"
