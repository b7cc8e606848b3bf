"""Standalone files: they run alone, agree with the compiled function, and read well."""

from __future__ import annotations

import ast
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import derive
from derive.compute import ArgumentError, standalone
from derive.compute.sources.source import ScalarSource
from tests.compute.test_random_networks import Drawn, drawn

BACK_ENDS = ("python", "numpy")  # the languages that stand in for all where nothing is compiled
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


def loaded(source: str, tmp_path: Path) -> dict[str, Any]:
    """What a file defines, run in a process that could not import derive by accident."""
    path = tmp_path / "standalone.py"
    path.write_text(source)
    return runpy.run_path(str(path))


@pytest.mark.parametrize("to", BACK_ENDS)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_run_alone(path: Path, to: str, tmp_path: Path) -> None:
    network = derive.load(path)
    source = standalone(network, to)
    imported = {
        name.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [ast.alias(node.module or "")] if isinstance(node, ast.ImportFrom) else node.names
        )
    }
    assert imported <= ({"math"} if to == "python" else {"math", "numpy"})
    assert max(map(len, source.splitlines())) <= 100
    file = tmp_path / "alone.py"
    file.write_text(source)
    done = subprocess.run(
        [sys.executable, "-I", str(file)], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stderr == ""
    first, *rest = done.stdout.splitlines()
    assert len(rest) == len(network.parameters())
    if network.has_values:
        loss, gradient = derive.compile(network, "python").flat(
            derive.compile(network, "python").pack()
        )
        assert float(first.removeprefix("loss ")) == pytest.approx(loss, rel=1e-14)
        printed = [float(line.rpartition(" = ")[2]) for line in rest]
        assert printed == pytest.approx(gradient, rel=1e-12, abs=1e-17)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_file_has_the_statements_that_run_in_memory(path: Path) -> None:
    """And the same helpers: all Python comes from one printer."""
    network = derive.load(path)
    in_memory, file = (
        {
            node.name: [
                ast.unparse(line).replace(" = fixed", " = FIXED")
                for line in node.body
                if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
            ]
            for node in ast.parse(source).body
            if isinstance(node, ast.FunctionDef)
        }
        for source in (derive.compile(network, "python").source, standalone(network))
    )
    of_one = file["of_example" if network.is_batch else "loss_and_gradient"]
    assert in_memory.pop("loss_and_gradient") == of_one
    assert len(of_one) > 10
    assert in_memory.items() <= file.items()


@settings(max_examples=15)
@given(case=drawn())
def test_standalone_files_compute_what_the_function_does(
    case: Drawn, tmp_path_factory: Any
) -> None:
    network = case.network()
    f = derive.compile(network, "python")
    theta = f.pack()
    loss, gradient = f.flat(theta)
    for to in BACK_ENDS:
        module = loaded(standalone(network, to), tmp_path_factory.mktemp("alone"))
        found, ours = module["loss_and_gradient"](theta, module["INPUTS"], module["TARGETS"])
        assert found == pytest.approx(loss, rel=1e-11, abs=1e-12)
        np.testing.assert_allclose(ours, gradient, rtol=1e-9, atol=1e-11)
        assert tuple(module["NAMES"]) == f.names
        assert module["THETA"] == theta
        first = case.inputs[0]
        np.testing.assert_allclose(
            np.ravel(module["forward"](theta, first)), np.ravel(f.forward(first)), rtol=1e-12
        )


@pytest.mark.parametrize("to", BACK_ENDS)
def test_targets_as_formulas(to: str, tmp_path: Path) -> None:
    """Given inputs or none, the file makes its targets from them where it has to."""
    for inputs in ({"p": 0.5, "q": 2}, ["p", "q"]):
        network = derive.Network(inputs, [derive.Dense(1)], targets={"r": "p*q + ln(q)"})
        path = tmp_path / "alone.py"
        path.write_text(standalone(network, to))
        done = subprocess.run(
            [sys.executable, "-I", str(path)], capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith("loss ")
        made = runpy.run_path(str(path))["target_values"]([0.5, 2.0])
        assert made == pytest.approx([1 + np.log(2)])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_file_has_the_statements_that_the_function_runs(path: Path) -> None:
    """Two printers, ours and SymPy's, write the same program."""

    def statements(source: str) -> list[str]:
        body = source.partition("theta, inputs, targets")[2].partition("return")[0]
        taken = ("FIXED", "fixed", "theta", "inputs", "targets", '"""')
        lines = (line.strip() for line in body.splitlines()[1:])
        return [
            line for line in lines
            if " = " in line and not line.startswith("#") and not line.endswith(taken)
        ]  # fmt: skip

    network = derive.load(path)
    ours = statements(ScalarSource(network).source("loss_and_gradient"))
    assert len(ours) > 3
    assert statements(standalone(network, "python")) == ours


def test_it_is_byte_for_byte_the_same_again() -> None:
    for path in EXAMPLES[:3]:
        for to in BACK_ENDS:
            assert standalone(derive.load(path), to) == standalone(derive.load(path), to)


def test_the_formula_stands_above_each_line() -> None:
    source = standalone(derive.load(EXAMPLES[[p.stem for p in EXAMPLES].index("mazur")]))
    lines = [line.strip() for line in source.splitlines()]
    for formula, code in (
        ("# h1 = W1·i1 + W2·i2 + b1", "h1 = w1*i1 + w2*i2 + b1"),
        ("# E_Total = E1 + E2", "E_Total = E1 + E2"),
        ("# ∂E_Total/∂W5 = δ_o1·a_h1", "dE_Total_dw5 = delta_o1*a_h1"),
    ):
        assert lines[lines.index(formula) + 1] == code
    assert "# δ_h1 = (W5·δ_o1 + W7·δ_o2)·a_h1·(1 − a_h1)" in lines
    assert "# a_h1 = σ(h1)" in lines


HOSTILE = [
    '"""\nimport os\nraise SystemExit(3)\n"""',
    "a\\",
    "end \\N{BULLET}\r\nraise SystemExit(3)",
    "\x00 \u2028raise SystemExit(3)\u2029\x0craise SystemExit(3)",
    '"',
]


@pytest.mark.parametrize("to", BACK_ENDS)
@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_stays_a_title(title: str, to: str, tmp_path: Path) -> None:
    layer = derive.Dense(1, {"formula": "x*2"}, weights=[[1]], biases=[0])
    try:
        network = derive.Network([1.0], [layer], targets=[2], title=title)
    except derive.NetworkError:
        return  # refused where it came in
    assert loaded(standalone(network, to), tmp_path)["NAMES"] == ["w1", "b1"]


def test_an_unknown_target() -> None:
    with pytest.raises(
        ArgumentError, match="to: got 'cobol'; allowed: python, numpy, c, javascript"
    ):
        standalone(derive.load(EXAMPLES[0]), "cobol")
    with pytest.raises(ArgumentError, match="did you mean fortran"):
        standalone(derive.load(EXAMPLES[0]), "Fortran77")
