"""No line of a printed page is set over another: sheets, keys, reports and pages of derivations."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from derive.cli import commands
from derive.document.blocks import Document, Table
from derive.writers import write
from tests.writers.collisions import collisions, words
from tests.writers.samples import NOTATIONS, w
from tests.writers.test_latex_pages import compiled, needs_tex

pytestmark = [
    needs_tex,
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not there"),
]
# Layers as superscripts, and derivatives in every line: where lines are highest.
NETWORK = """
inputs: {x1: 0.8, x2: -0.5, x3: 1.0}
layers:
  - {units: 2, activation: tanh, weights: [[0.2, -0.4], [0.7, 0.1], [-0.3, 0.5]], biases: [0, 1]}
  - {units: 1, activation: sigmoid, weights: [[0.9], [-0.6]], biases: [0.3]}
loss: binary_cross_entropy
targets: [1]
learning_rate: 0.2
notation: layered
"""


def made(folder: Path, *arguments: object) -> None:
    (folder / "network.yaml").write_text(NETWORK)
    done = CliRunner().invoke(commands, [str(one) for one in arguments])
    assert done.exit_code == 0, done.output


def found(folder: Path, page: str) -> list[str]:
    """The collisions of a page, set twice: long tables know their columns the second time."""
    for _ in range(2):
        compiled(page, folder)
    return collisions(folder / "page.pdf")


@pytest.mark.parametrize("recipe", ["", "exam", "homework"])
def test_the_lines_of_sheets_keep_apart(recipe: str, tmp_path: Path) -> None:
    made(tmp_path, "worksheet", tmp_path / "network.yaml", "--variants", 1, "--seed", 1, "--to",
         "latex", "-o", tmp_path, *(["--recipe", recipe] if recipe else []))  # fmt: skip
    for name in ("sheet-01.tex", "key-01.tex"):
        assert found(tmp_path, (tmp_path / name).read_text()) == [], name


def test_the_rows_of_a_report_keep_apart(tmp_path: Path) -> None:
    made(tmp_path, "worksheet", tmp_path / "network.yaml", "--variants", 2, "--seed", 1, "--to",
         "latex", "-o", tmp_path, "--answer-sheet", "csv")  # fmt: skip
    answers = tmp_path / "answers.csv"
    head, *rows = answers.read_text(encoding="utf-8-sig").splitlines()
    columns = head.count(",")
    answers.write_text("\n".join([head, *(row.split(",")[0] + ",0.1" * columns for row in rows)]))
    made(tmp_path, "mark", tmp_path / "bundle.json", answers, "--to", "latex", "-o", tmp_path)
    for name in ("report.tex", "feedback-01.tex"):
        assert found(tmp_path, (tmp_path / name).read_text()) == [], name


def test_the_lines_of_a_derivation_keep_apart(tmp_path: Path) -> None:
    made(tmp_path, "render", tmp_path / "network.yaml", "--to", "latex", "--with", "all", "-o",
         tmp_path / "derivation.tex")  # fmt: skip
    assert found(tmp_path, (tmp_path / "derivation.tex").read_text()) == []


def test_lines_that_are_set_over_each_other_are_seen(tmp_path: Path) -> None:
    """Planted: a second display drawn up to the baseline of the first."""
    made(tmp_path, "worksheet", tmp_path / "network.yaml", "--variants", 1, "--seed", 1, "--to",
         "latex", "-o", tmp_path)  # fmt: skip
    page = (tmp_path / "sheet-01.tex").read_text()
    spoilt = page.replace(r"\ifvmode\nointerlineskip\vskip-\parskip\fi", r"\ifvmode\vskip-15pt\fi")
    assert spoilt != page and found(tmp_path, spoilt)


def test_lines_of_a_cell_with_layers_keep_apart(tmp_path: Path) -> None:
    """Where the names of a table need several lines, no layer touches an index above it."""
    weights = tuple(one for i in range(40) for one in (w(1, i % 3, i), ", "))
    some = Table((("Symbol",), ("Meaning",)), ((weights, ("a long word " * 12,)),) * 2, "ll")
    compiled(write(Document(("table",), (some,)), NOTATIONS[-1], "latex"), tmp_path)
    told = words(tmp_path / "page.pdf")
    layers = [word for word in told if word.text.startswith("(1)")]
    indices = [word for word in told if word.text.rstrip(",").isdigit() and word.page == 1]
    gaps = [
        layer.top - index.bottom
        for layer in layers for index in indices
        if index.top > 70 and 0 < layer.top - index.top < 20 and abs(layer.left - index.left) < 60
    ]  # fmt: skip
    assert gaps and min(gaps) > 1
