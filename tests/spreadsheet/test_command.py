"""derive render and derive train with --to xlsx."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import derive
from tests.spreadsheet.networks import EXAMPLES
from tests.spreadsheet.office import cells, column
from tests.test_cli import run, sound

TWO = str(EXAMPLES / "write-up-000.yaml")


def test_render_writes_a_workbook_beside_a_page(tmp_path: Path) -> None:
    result = run("render", TWO, "--to", "markdown,xlsx", "--digits", "3", "-o", f"{tmp_path}/")
    sound(result, 0)
    found = cells((tmp_path / "write-up-000.xlsx").read_bytes())
    assert len(column(found, "Training", "E_Total")) == 101
    derivation = derive.derive(derive.load(TWO))
    page = derive.render(derivation, "xlsx", digits=3)
    assert page == (tmp_path / "write-up-000.xlsx").read_bytes()


def test_the_notation_asked_for_is_that_of_the_sheet(tmp_path: Path) -> None:
    target = tmp_path / "a.xlsx"
    sound(run("render", TWO, "--to", "xlsx", "--notation", "plain", "-o", str(target)), 0)
    assert cells(target.read_bytes())["Training", "P2"] == "out_h1"


def test_train_writes_its_rates_and_epochs(tmp_path: Path) -> None:
    target = tmp_path / "b.xlsx"
    sound(run("train", TWO, "--rates", "0.1,0.7", "--epochs", "7", "--to", "xlsx",
              "-o", str(target)), 0)  # fmt: skip
    found = cells(target.read_bytes())
    losses = list(derive.train(derive.load(TWO), (0.1, 0.7), 7)[0.7].losses)
    assert column(found, "Run 2", "E_Total") == pytest.approx(losses, rel=1e-13)
    sound(run("train", TWO, "--to", "xlsx", "-o", str(target)), 2)


@pytest.mark.parametrize("command", ["render", "train"])
def test_a_terminal_is_refused(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = "click.testing._NamedTextIOWrapper.isatty"
    monkeypatch.setattr(terminal, lambda _: True, raising=False)
    result = run(command, TWO, "--to", "xlsx")
    sound(result, 2)
    assert "-o FILE.xlsx" in result.stderr


@pytest.mark.parametrize("arguments", [
    ["render", "WIDE", "--to", "xlsx"],
    ["train", TWO, "--to", "xlsx", "--epochs", "200000"],
    ["train", str(EXAMPLES / "batch.yaml"), "--to", "xlsx", "--batch-size", "2"],
])  # fmt: skip
def test_what_is_too_large_is_refused_before_work(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = tmp_path / "wide.yaml"
    wide.write_text("inputs: 784\nlayers:\n  - {units: 128}\n  - {units: 10}\n")

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("work was done")

    monkeypatch.setattr(derive, "derive", never)
    monkeypatch.setattr(derive, "train", never)
    asked = [str(wide) if part == "WIDE" else part for part in arguments]
    result = run(*asked, "-o", str(tmp_path / "x.xlsx"))
    sound(result, 1)
    assert result.stderr.startswith("xlsx: ")
    assert not (tmp_path / "x.xlsx").exists()


def test_a_missing_library_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    result = run("render", TWO, "--to", "xlsx")
    sound(result, 1)
    assert 'pip install "derive[xlsx]"' in result.stderr
