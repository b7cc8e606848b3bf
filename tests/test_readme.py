"""The README to the letter: its commands, its Python and its network file all work."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import derive
from derive.cli import commands
from derive.document.macros import macros

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert found
    return found


def filled_in(answers: Path) -> None:
    """A 0 in every empty cell of a table of answers."""
    text = answers.read_text(encoding="utf-8")
    while ",," in text:
        text = text.replace(",,", ",0,")
    answers.write_text(text, encoding="utf-8")


def test_every_command_works_in_the_order_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    for line in "".join(blocks("console")).splitlines():
        program, *arguments = shlex.split(line)
        assert program == "derive"
        if arguments[0] == "mark":
            filled_in(Path(arguments[2]))
        result = CliRunner().invoke(commands, arguments)
        assert result.exit_code == 0, f"{line}: {result.output}"
    written = {
        str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if "examples" not in p.parts
    }
    assert written >= {
        "pages/mazur.tex", "gradients.py", "sheets/keys.pdf", "mine.yaml",
        "whole/mazur-network.svg", "training/mazur.xlsx", "exam/answers.csv",
    }  # fmt: skip


def test_the_python_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    for source in blocks("python"):
        exec(compile(source, "README.md", "exec"), {})
    assert "def loss_and_gradient" in capsys.readouterr().out


def test_the_files_are_read_and_used(tmp_path: Path) -> None:
    _, network_file, notation_file = blocks("yaml")
    (tmp_path / "network.yaml").write_text(network_file, encoding="utf-8")
    (tmp_path / "own.yaml").write_text(notation_file, encoding="utf-8")
    network = derive.load(tmp_path / "network.yaml")
    page = derive.render(derive.derive(network), "text", notation=tmp_path / "own.yaml")
    assert isinstance(page, str)
    assert "θ1" in page
    assert "C_Total" in page


def test_the_derivation_shown_is_what_is_printed() -> None:
    shown = re.search(r"^δ_o1 = .*?\(1\)$", README, re.MULTILINE | re.DOTALL)
    assert shown
    derivation = derive.derive(derive.load(ROOT / "examples" / "mazur.yaml"))
    assert re.sub(r" +", " ", shown[0]) in re.sub(
        r" +", " ", str(derive.render(derivation, "text"))
    )


def test_the_circuit_is_told_as_it_says(tmp_path: Path) -> None:
    circuit, *_ = blocks("yaml")
    (tmp_path / "circuit.yaml").write_text(circuit, encoding="utf-8")
    page = " ".join(str(derive.render(tmp_path / "circuit.yaml", "text")).split())
    shown = re.search(r"^    In q = x \+ y, .*?= −4$", README, re.MULTILINE | re.DOTALL)
    assert shown and " ".join(shown[0].split()) in page


def test_every_target_and_file_named_is_there() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for name in re.findall(r"\bmake (\w+)  ", README):
        assert name in targets
    for path in re.findall(r"\]\(([\w./-]+)\)", README):
        assert (ROOT / path).exists(), path


def test_the_sentence_shown_takes_the_place_of_the_built_in_one(tmp_path: Path) -> None:
    (source,) = blocks("jinja")
    (tmp_path / "wording" / "en").mkdir(parents=True)
    (tmp_path / "wording" / "en" / "mine.jinja").write_text(source, encoding="utf-8")
    derivation = derive.derive(derive.load(ROOT / "examples" / "mazur.yaml"))
    page = str(derive.render(derivation, "text", templates=tmp_path))
    assert "We use one activation function:" in page
    assert "checked_numbers" in macros("en").names and "Checked by computer" in page
