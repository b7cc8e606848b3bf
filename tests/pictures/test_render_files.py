"""Pages with their pictures: files beside Markdown, inside LaTeX, none elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

import derive
from derive.cli import commands
from derive.rendering import OptionError
from tests.writers.test_latex_pages import compiled, complaints, needs_tex

MAZUR = "examples/mazur.yaml"


@pytest.fixture(scope="module")
def mazur() -> derive.Derivation:
    return derive.derive(derive.load(MAZUR))


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(commands, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_every_picture_that_a_page_refers_to_is_there(mazur: derive.Derivation) -> None:
    files = derive.render_files(mazur, "my page.md", parts=["pictures"])
    page = files.pop("my page.md")
    assert [unquote(name) for name in re.findall(r"\]\((\S+\.svg)\)", page)] == list(files)
    assert next(iter(files)) == "my page-network.svg"


def test_without_pictures_the_page_is_alone(mazur: derive.Derivation) -> None:
    assert derive.render_files(mazur, "p.md") == {"p.md": derive.render(mazur)}
    assert derive.render_files(mazur, "p.txt", "text", parts=["pictures"]) == {
        "p.txt": derive.render(mazur, "text")
    }


def test_render_leaves_out_what_would_be_files(mazur: derive.Derivation) -> None:
    assert derive.render(mazur, parts=["pictures"]) == derive.render(mazur)


def test_same_bytes(mazur: derive.Derivation) -> None:
    again = derive.derive(derive.load(MAZUR))
    assert derive.render_files(mazur, "p.md", parts=["pictures"]) == derive.render_files(
        again, "p.md", parts=["pictures"]
    )


def test_an_unknown_part(mazur: derive.Derivation) -> None:
    with pytest.raises(OptionError, match=r"parts: got 'films'; allowed are .*pictures"):
        derive.render_files(mazur, "p.md", parts=["films"])


def test_the_command_writes_pictures_beside_the_page(tmp_path: Path) -> None:
    folder = f"{tmp_path}/out/"
    code, out, err = run(
        "render", MAZUR, "--with", "pictures", "--to", "markdown,latex", "-o", folder
    )
    assert (code, out) == (0, "")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"mazur.md", "mazur.tex", "mazur-network.svg"} <= names
    assert {f"wrote {folder}{name}" for name in names} == set(err.split("\n")) - {""}


def test_stdout_has_no_place_for_pictures() -> None:
    code, out, err = run("render", MAZUR, "--with", "pictures")
    assert code == 0
    assert ".svg" not in out
    assert err == "the pictures are left out: they are files, add -o DIR/ for them\n"
    assert run("render", MAZUR)[2] == ""
    assert run("render", MAZUR, "--with", "pictures", "--to", "latex")[2] == ""


def test_a_picture_that_is_there_is_not_overwritten_unasked(tmp_path: Path) -> None:
    old = tmp_path / "mazur-network.svg"
    old.write_text("mine")
    asked = ("render", MAZUR, "--with", "pictures", "-o", f"{tmp_path}/")
    code, _, err = run(*asked)
    assert code == 2
    assert "mazur-network.svg is there already" in err
    assert [path.name for path in tmp_path.iterdir()] == ["mazur-network.svg"]
    assert old.read_text() == "mine"
    assert run(*asked, "--force")[0] == 0
    assert old.read_text().startswith("<svg")


def test_where_a_picture_cannot_be_written_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "mazur-network.svg").mkdir()
    code, _, err = run("render", MAZUR, "--with", "pictures", "-o", f"{tmp_path}/")
    assert code == 1
    assert "mazur-network.svg" in err
    assert [path.name for path in tmp_path.iterdir()] == ["mazur-network.svg"]


def test_svg_alone_is_every_picture(mazur: derive.Derivation, tmp_path: Path) -> None:
    beside = derive.render_files(mazur, "mazur.md", parts=["pictures"])
    alone = derive.render_files(mazur, "mazur.svg", "svg")
    assert alone.pop("mazur.svg") == beside.pop("mazur-network.svg")
    assert alone == {name: text for name, text in beside.items() if name.endswith(".svg")}
    assert run("render", MAZUR, "--to", "svg", "-o", f"{tmp_path}/")[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"mazur.svg", *alone}


def test_svg_on_stdout_is_the_network(mazur: derive.Derivation) -> None:
    code, out, err = run("render", MAZUR, "--to", "svg", "--style", "paths")
    assert (code, out) == (0, derive.render(mazur, "svg"))
    assert err == "this is the first picture: add -o DIR/ for all of them\n"


def test_a_sheet_has_no_pictures(tmp_path: Path) -> None:
    code, _, err = run(
        "worksheet", MAZUR, "--variants", "1", "--to", "svg", "-o", f"{tmp_path}/sheets"
    )
    assert code == 1
    assert err.startswith("svg: the document has no picture")
    assert list(tmp_path.iterdir()) == []


def test_what_draws_is_loaded_for_pictures_alone() -> None:
    code = (
        "import sys, derive; derive.render(derive.derive(derive.load('examples/mazur.yaml')));"
        "drawing = [m for m in sys.modules if m.startswith(('derive.pictures.', "
        "'derive.writers.drawings', 'derive.document.narration.pictures.networks'))];"
        "sys.exit(bool(drawing))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@needs_tex
@pytest.mark.parametrize("style", ["deltas", "paths"])
@pytest.mark.parametrize("name", ["mazur", "write-up-002", "symbolic", "write-up-003"])
def test_pages_with_pictures_compile(name: str, style: str, tmp_path: Path) -> None:
    derivation = derive.derive(derive.load(f"examples/{name}.yaml"), style)
    page = derive.render(derivation, "latex", parts=["pictures"])
    assert isinstance(page, str)
    assert page.count(r"\begin{tikzpicture}") > len(derivation.network.layers)
    assert complaints(compiled(page, tmp_path)) == []
