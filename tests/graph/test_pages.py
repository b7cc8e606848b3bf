"""Pages about graphs of formulas: what they say is so, in every format and detail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from mpmath import mp  # type: ignore[import-untyped]

import derive
from derive.cli import commands
from derive.graph import FormulaGraph, Graph
from derive.rendering import DETAILS, GRAPH_PARTS, OptionError
from derive.writers.registry import REGISTRY
from tests.graph.samples import BY_HAND, EXAMPLES, derived, drawn, numbers, slope

FORMATS = ("markdown", "latex", "text")
ROW = r"^  (\w+) +(\S+) +(\S+) +(\S+)$"
CIRCUIT = EXAMPLES / "circuit.yaml"


def page(of: Any, **options: Any) -> str:
    text = derive.render(of, "text", **options)
    assert isinstance(text, str)
    return text


def flat(text: str) -> str:
    return " ".join(text.split())


def run(*arguments: object) -> Any:
    return CliRunner().invoke(commands, list(map(str, arguments)))


@pytest.mark.parametrize("style", ["nodes", "paths"])
@pytest.mark.parametrize("name", BY_HAND)
def test_the_table_has_the_gradients_of_the_function_written_by_hand(name: str, style: str) -> None:
    derivation = derived(name, style)
    graph = derivation.graph
    assert isinstance(graph, FormulaGraph)
    rows = re.findall(ROW, page(derivation), re.M)
    shown = {row[0]: row for row in rows}
    at = numbers(graph)
    for q in graph.trained:
        due = slope(lambda values: BY_HAND[name](mp, values), at, q.name)
        for text in shown[q.name][2:]:
            found = mp.mpf(text.replace("−", "-"))
            assert abs(found - due) <= mp.mpf("0.0000051")


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize("seed", range(12, 18))
def test_every_graph_has_a_page_in_every_format(seed: int, detail: Any) -> None:
    for style in ("nodes", "paths"):
        derivation = derive.derive(drawn(seed), style)  # type: ignore[arg-type]
        for name in FORMATS:
            text = derive.render(derivation, name, detail=detail, parts=GRAPH_PARTS)  # type: ignore[call-overload]
            assert f"No. {seed}" in text and "{{" not in text.replace("{{", "", text.count("}}"))
            assert derive.render(derivation, name, detail=detail, parts=GRAPH_PARTS) == text  # type: ignore[call-overload]
        carried = page(derivation, rounding="carried", digits=3, detail=detail)
        assert "the rounded number" in flat(carried)


def test_the_circuit_says_what_a_lecturer_says() -> None:
    told = flat(page(derived("circuit")))
    for words in (
        "upstream gradient, which has arrived at it, by its local derivative",
        "A product swaps its factors", "A sum passes on the upstream gradient",
        "∂f/∂x = ∂f/∂q · ∂q/∂x = ∂f/∂q · 1 = −4·1 = −4", "q = x + y = −2 + 5 = 3",
        "f is most sensitive to x and y, whose gradients are 4",
    ):  # fmt: skip
        assert words in told, words


def test_uses_are_counted_and_added_up() -> None:
    told = flat(page(derived("recurrent")))
    assert "U is used three times, in z1, z2 and z3" in told and "add up" in told
    assert "∂E/∂U = ∂E/∂z1 · ∂z1/∂U + ∂E/∂z2 · ∂(U·x2 + W·h1 + b)/∂U" in told
    assert "holds h1 still, and what comes by way of h1 is counted there" in told
    assert "U, W and b are used more than once" in told
    assert "used" not in flat(page(derived("circuit"))).partition("Backward pass")[2]


@pytest.mark.parametrize(
    ("x", "told"),
    [(3, "Here x > y."), (1, "Here x < y."), (2, "Here x = y: at a tie there is no derivative")],
)
def test_a_maximum_routes(x: int, told: str) -> None:
    graph = Graph.from_formulas({"m": "max(x, y)", "f": "5*m"}, "f", given={"x": x, "y": 2})
    text = flat(page(graph))
    assert "A maximum routes" in text and told in text
    assert ("f does not react to a small change of" in text) == (x != 2)
    assert "Where the two arguments of max are equal there is no derivative" in text


def test_without_numbers_the_page_is_in_symbols() -> None:
    graph = Graph.from_formulas({"q": "x + y", "f": "q*z"}, "f")
    text = page(graph, parts=["pictures"])
    assert "∂f/∂x = ∂f/∂q · ∂q/∂x = ∂f/∂q · 1" in text and "The gradients" not in text
    assert "≈" not in text and "The gradient of f" in text.splitlines()[0]


def test_what_is_left_out_is_left_out() -> None:
    text = page(derived("circuit"), without=["symbols", "found"])
    assert "Value or formula" not in text and "Checked by computer" not in text


def test_the_same_page_in_every_process() -> None:
    made = {
        subprocess.run(
            [sys.executable, "-c", "from derive.cli import main; main()", "render",
             str(EXAMPLES / "attention.yaml"), "--with", "pictures", "--to", name],
            capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2") for name in ("latex",)
    }  # fmt: skip
    assert len(made) == 1


# -- the commands, and what is refused -------------------------------------------------------------


def test_render_and_check_take_a_file_of_formulas(tmp_path: Path) -> None:
    shown = run("render", CIRCUIT, "--to", "text")
    assert shown.exit_code == 0 and shown.stdout == page(derived("circuit"))
    folder = f"{tmp_path}/"
    made = run("render", CIRCUIT, "--with", "all", "--to", "markdown,latex,svg", "-o", folder)
    assert made.exit_code == 0, made.stderr
    names = {path.name for path in tmp_path.iterdir()}
    assert {"circuit.md", "circuit.tex", "circuit-graph.svg"} <= names
    checked = run("check", CIRCUIT)
    assert "every equality holds" in checked.stdout
    assert "\n  nodes " in checked.stdout and "\n  paths " in checked.stdout
    data = run("check", CIRCUIT, "--json", "--style", "nodes").stdout
    assert '"equalities": 26' in data and "Numbers are computed exactly" in data


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--style", "deltas"], "no layers, allowed are nodes, paths"),
        (["--notation", "letters"], "notation: a graph of formulas has the names that were typed"),
        (["--with", "lemmas"], "allowed are pictures, colour"),
        (["--to", "xlsx", "-o", "{}/c.xlsx"], "xlsx"),
    ],
)
def test_what_needs_layers_is_refused_with_what_there_is(
    arguments: list[str], told: str, tmp_path: Path
) -> None:
    result = run("render", CIRCUIT, *(a.format(tmp_path) for a in arguments))
    assert result.exit_code == 1 and told in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_in_python_a_spreadsheet_is_refused() -> None:
    pages = ", ".join(name for name, row in REGISTRY.items() if row.document)
    with pytest.raises(OptionError, match=f"allowed are {pages}$"):
        derive.render(CIRCUIT, "xlsx")


def test_a_notebook_shows_the_page() -> None:
    assert "The circuit f" in derived("circuit")._repr_markdown_()
