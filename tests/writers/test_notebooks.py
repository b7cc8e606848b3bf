"""Notebooks: valid, the same bytes each time, and cells that run and agree with the text."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from nbclient import NotebookClient

import derive
from derive.cli import commands
from derive.expression.nodes import Number
from derive.graph import FormulaGraph
from derive.graph.conversion import network_or_formulas
from derive.graph.in_python import python_of
from derive.network.saving import entries_of
from derive.resources import shipped_templates
from derive.writers import TemplateError, WriterError
from tests.random_networks import network as random_network

EXAMPLES = Path("examples")
MAZUR = EXAMPLES / "mazur.yaml"
CIRCUIT = EXAMPLES / "graphs" / "circuit.yaml"
ALL = sorted((*EXAMPLES.glob("*.yaml"), *EXAMPLES.glob("graphs/*.yaml")))
ORDER = ("network", "compile", "forward", "symbolic", "gradient", "train", "curve")


def notebook(source: Any, **options: Any) -> Any:
    """A notebook as nbformat reads it, valid and as Jupyter would write it."""
    text = derive.render(source, "ipynb", **options)
    read = nbformat.reads(text, as_version=4)
    nbformat.validate(read)
    assert nbformat.writes(read, version=nbformat.NO_CONVERT).rstrip() + "\n" == text
    return read


def programs(read: Any) -> list[str]:
    return [cell.source for cell in read.cells if cell.cell_type == "code"]


def text_of(read: Any) -> str:
    return "\n".join(cell.source for cell in read.cells if cell.cell_type == "markdown")


# -- the file ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_notebooks_are_valid_and_as_jupyter_writes_them(path: Path) -> None:
    read = notebook(path, detail="brief")
    assert (read.nbformat, read.nbformat_minor) == (4, 5)
    assert all(not cell.outputs for cell in read.cells if cell.cell_type == "code")
    given = network_or_formulas(path).has_values
    assert len(programs(read)) == (len(ORDER) if given else 3)


def test_the_same_network_gives_the_same_bytes() -> None:
    first, second = (derive.render(derive.load(MAZUR), "ipynb") for _ in range(2))
    assert first == second
    assert [cell["id"] for cell in json.loads(first)["cells"]][:2] == ["cell-1", "cell-2"]


def test_a_text_cell_begins_with_its_heading() -> None:
    read = notebook(derive.derive(MAZUR, "paths"))
    cells = [cell.source for cell in read.cells if cell.cell_type == "markdown"]
    assert len(cells) > 10
    for source in cells:
        assert not re.search(r"(?m)^[^#\n].*\n\n(.+\n\n)*#+ ", source)
    page = derive.render(derive.derive(MAZUR, "paths"), dialect="plain")
    assert "\n\n".join(cells) + "\n" == page


def test_pictures_are_attachments_of_their_cells() -> None:
    read = notebook(MAZUR, parts=["pictures"])
    shown = 0
    for cell in read.cells:
        names = re.findall(r"\(attachment:([^)]+)\)", cell.source)
        assert sorted(names) == sorted(cell.get("attachments", {}))
        shown += len(names)
    assert shown > 3
    files = derive.render_files(MAZUR, "page.ipynb", "ipynb", parts=["pictures"])
    assert list(files) == ["page.ipynb"]


def test_a_class_has_no_single_notebook(tmp_path: Path) -> None:
    sheets = derive.worksheet(derive.load(MAZUR), variants=1, seed=1)
    with pytest.raises(WriterError, match="leave out --one-file"):
        sheets.write(tmp_path / "one", ["ipynb"], one_file=True)
    sheets.write(tmp_path / "each", ["ipynb"])
    for path in (tmp_path / "each").glob("*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))


# -- the network in Python ---------------------------------------------------------------------


def built(source: Any) -> Any:
    return eval(python_of(source), {"derive": derive, "Decimal": Decimal})


def values(entry: Any) -> Any:
    """What a network file says, whatever digits its numbers were typed with."""
    if isinstance(entry, derive.Network):
        return values(entries_of(entry, numbers=True))
    if isinstance(entry, dict):
        return {key: values(value) for key, value in entry.items()}
    if isinstance(entry, list):
        return [values(value) for value in entry]
    return entry.value if isinstance(entry, Number) else entry


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_python_builds_the_same(path: Path) -> None:
    source = network_or_formulas(path)
    if isinstance(source, FormulaGraph):
        assert built(source) == source
    else:
        assert values(built(source)) == values(source)


def test_python_builds_random_networks() -> None:
    for network in map(random_network, range(60)):
        assert values(built(network)) == values(network)


def test_every_number_keeps_its_value() -> None:
    numbers: list[Any] = ["1/3", "-7/9", 0.1, 1e-30, 12, -0.5]
    network = derive.Network(
        [1] * 6, [derive.Dense(1, weights=[[n] for n in numbers])], targets=[1]
    )
    assert values(built(network)) == values(network)
    exact = derive.Network(
        [1], [derive.Dense(1, weights=[[Decimal("0.12345678901234567890123")]], biases=[0])],
        targets=[0],
    )  # fmt: skip
    assert 'Decimal("0.12345678901234567890123")' in python_of(exact)
    assert values(built(exact)) == values(exact)
    assert "from decimal import Decimal" in programs(notebook(exact))[0]


def test_texts_stay_texts() -> None:
    for title in ('a "quoted" one', "it's", "both ' and \"", "a\nb\\n", "π · ∂E\u2028x", "\x07"):
        graph = derive.Graph.from_formulas({"f": "x**2"}, "f", given={"x": 3}, title=title)
        assert built(graph) == graph
        exec(programs(notebook(graph))[0], space := {})
        assert space["graph"] == graph


# -- templates of one's own --------------------------------------------------------------------


def test_the_kinds_of_cells_are_the_macros() -> None:
    source = (shipped_templates() / "ipynb" / "blocks.ipynb").read_text(encoding="utf-8")
    assert tuple(re.findall(r"<% macro (\w+)\(", source)) == ORDER


def test_a_cell_is_overridden(tmp_path: Path) -> None:
    folder = tmp_path / "ipynb"
    folder.mkdir()
    (folder / "blocks.ipynb").write_text(
        "<% macro curve(cell) %>\nprint('<< cell.values.rate >>')\n<% endmacro %>\n"
    )
    plain, mine = programs(notebook(MAZUR)), programs(notebook(MAZUR, templates=tmp_path))
    assert mine[:-1] == plain[:-1] and mine[-1] == "print('0.5')"


def test_a_frame_that_makes_no_json_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "ipynb"
    folder.mkdir()
    (folder / "document.ipynb").write_text("{<< cells >>")
    with pytest.raises(TemplateError, match=r"document\.ipynb: it makes no JSON.*mend"):
        notebook(MAZUR, templates=tmp_path)


# -- the command -------------------------------------------------------------------------------


def test_several_formats_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    run = CliRunner().invoke
    order = ["render", str(MAZUR), "--to", "markdown,ipynb", "-o"]
    assert run(commands, [*order, f"{tmp_path}/a/"]).exit_code == 0
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == ["mazur.ipynb", "mazur.md"]
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mazur.ipynb").write_text("mine")
    result = run(commands, [*order, f"{tmp_path}/b/"])
    assert result.exit_code == 2 and "is there already" in result.output
    assert [p.read_text() for p in (tmp_path / "b").iterdir()] == ["mine"]
    broken = tmp_path / "own" / "ipynb"
    broken.mkdir(parents=True)
    (broken / "document.ipynb").write_text("no JSON")
    result = run(commands, [*order, f"{tmp_path}/c/", "--templates", str(broken.parent)])
    assert result.exit_code == 1 and "it makes no JSON" in result.output
    assert not (tmp_path / "c").exists()


# -- names -------------------------------------------------------------------------------------


def test_names_are_those_of_the_page(tmp_path: Path) -> None:
    layered = programs(notebook(MAZUR, notation="layered"))
    assert 'notation="layered"' in layered[0] and 's.gradient("w1_11")' in layered[3]
    own = tmp_path / "own.yaml"
    own.write_text("extends: numbered\nweight: {latex: '\\theta_{number}', text: 'θ{number}', "
                   "code: 'theta{number}'}\n")  # fmt: skip
    first, *others = programs(notebook(MAZUR, notation=own))
    assert 'has the names of "own.yaml"' in first and str(tmp_path) not in first
    assert 's.gradient("w1")' in others[2]
    odd = own.rename(tmp_path / "own\nimport sys.yaml")  # a line of its own in no cell
    assert r'has the names of "own\nimport sys.yaml"' in programs(notebook(MAZUR, notation=odd))[0]


# -- run ---------------------------------------------------------------------------------------


def run_through(read: Any, folder: Path) -> dict[str, Any]:
    """The outputs of every cell, by the kind of the cell."""
    NotebookClient(
        read, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    code = [cell for cell in read.cells if cell.cell_type == "code"]
    return dict(zip((*ORDER, "object", "page"), (cell.outputs for cell in code), strict=False))


def printed(outputs: Any) -> str:
    return "".join(one.text for one in outputs if one.output_type == "stream")


def shown(outputs: Any) -> Any:
    (last,) = (one.data for one in outputs if one.output_type == "execute_result")
    return last


def disagreements(of: dict[str, Any], text: str) -> list[str]:
    """What cells print of the loss and the gradients of mazur.yaml and the text has not, or a
    finite difference has not."""
    losses = re.findall(r"E_Total = (\S+)", printed(of["forward"]))
    rows = re.findall(r"(w\d) +(\S+) +(\S+)", printed(of["gradient"]))
    assert len(losses) == 1 and len(rows) == 8
    wrong = [loss for loss in losses if rf"\approx {float(loss):.5f}" not in text]
    for name, gradient, difference in rows:
        value = float(gradient)
        page = f"{value:.5f}" if abs(value) > 0.01 else f"{value:.3g}"
        if f"${page}$" not in text or abs(value - float(difference)) > 2e-8:
            wrong.append(name)
    return wrong


@pytest.mark.filterwarnings("ignore")
def test_a_notebook_runs_and_agrees_with_its_text(tmp_path: Path) -> None:
    network = derive.load(MAZUR)
    read = notebook(network)
    text = text_of(read)
    # What a class may end cells of its own with.
    for line in ("network", "derive.derive(network)"):
        read.cells.append(nbformat.v4.new_code_cell(line))
    of = run_through(read, tmp_path)

    assert not disagreements(of, text)
    for planted in (("0.29837", "0.29838"), ("0.08217", "0.08218"), ("0.000439", "0.000438")):
        assert len(disagreements(of, text.replace(*planted))) == 1, planted
    assert "dE_Total/dw1 = dE_Total_dh1*i1" in printed(of["symbolic"])
    for kind in ("network", "curve"):
        assert shown(of[kind])["image/svg+xml"].startswith("<svg")
    assert "| 0.5 |" in shown(of["train"])["text/markdown"].replace("  ", " ")
    assert shown(of["symbolic"])["text/latex"].startswith("$")
    assert "w1, w3, w2" in shown(of["compile"])["text/markdown"]
    assert shown(of["object"])["text/markdown"].startswith("```yaml\n")
    assert shown(of["page"])["text/markdown"] == derive.render(built(network), detail="brief",
                                                            dialect="plain")  # fmt: skip


@pytest.mark.filterwarnings("ignore")
def test_a_notebook_of_formulas_runs(tmp_path: Path) -> None:
    of = run_through(notebook(CIRCUIT), tmp_path)
    assert "f = -12.0" in printed(of["forward"])
    assert re.findall(r"([xyz]) +(\S+)0{6} +", printed(of["gradient"])) == [
        ("x", "-4.00"), ("y", "-4.00"), ("z", "3.00")
    ]  # fmt: skip
    assert shown(of["curve"])["image/svg+xml"].startswith("<svg")


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_the_cells_of_every_example_run(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process, which is faster than a kernel for each."""
    cells = programs(notebook(path, detail="brief"))
    monkeypatch.chdir(tmp_path)
    space: dict[str, Any] = {}
    for cell in cells:
        exec(cell, space)
    rows = re.findall(r"(?m)^ +\S+ +(-?[0-9.]+) +(-?[0-9.]+)$", capsys.readouterr().out)
    assert len(rows) == (len(space["f"].names) if "theta" in space else 0)
    for gradient, difference in rows:
        assert abs(float(gradient) - float(difference)) < 1e-6 * max(1, abs(float(gradient)))
