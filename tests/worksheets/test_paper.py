"""How much paper a sheet takes."""

from __future__ import annotations

import re
from importlib.resources import as_file, files
from pathlib import Path

import pytest

import derive
from derive.document.blocks import Beside
from derive.worksheets import worksheet
from derive.writers import write
from tests.writers.test_latex_pages import compiled, complaints, needs_tex


@pytest.fixture(scope="module")
def network() -> derive.Network:
    """That of `derive new`, with which the teacher's guide begins."""
    with as_file(files("derive") / "starter.yaml") as file:
        return derive.load(file)


@needs_tex
@pytest.mark.parametrize(
    ("recipe", "most"), [(None, 3), ("warm-up", 2), ("diagnostics", 3), ("exam", 4)]
)
def test_a_sheet_takes_no_more_paper(
    network: derive.Network, recipe: str | None, most: int, tmp_path: Path
) -> None:
    sheets = worksheet(network, recipe, seed=3) if recipe else worksheet(network, seed=3)
    page = write(sheets.variants[0].sheet, sheets.variants[0].names, "latex")
    log = compiled(page, tmp_path)
    assert complaints(log) == []
    count = re.search(r"Output written on .*?\((\d+) page", log, re.DOTALL)
    assert count and int(count[1]) <= most


def test_small_tables_of_given_numbers_share_a_line(network: derive.Network) -> None:
    variant = worksheet(network, seed=3).variants[0]
    (given,) = (block for block in variant.sheet.blocks if isinstance(block, Beside))
    assert len(given.tables) == 3
    page = write(variant.sheet, variant.names, "latex")
    assert page.count(r"\hskip1.6em") == 2
    for to in ("markdown", "text"):  # there, one stands below the other
        told = write(variant.sheet, variant.names, to)
        assert "Given numbers\n\n" in told
        assert re.search(r"Given numbers.*into the hidden layer.*into the output", told, re.DOTALL)
