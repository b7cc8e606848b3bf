"""``derive check`` on a family: every network counted, what is left out told; and what the
commands for one network say to a family."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import derive
from derive import checking_families
from derive.checking import Examination, examine
from derive.cli import commands
from derive.derivation.check import CheckFailed
from derive.derivation.derivation import STYLES
from derive.network import Network
from derive.worksheets import Family
from derive.worksheets.recipes.combinations import combination_of
from derive.worksheets.recipes.family_files import read_family

MIXED = """\
family:
  title: Week 4
  sizes: [[2, 2, 1], [1, 2]]
  hidden: [sigmoid, relu]
  output: [sigmoid, tanh, softmax]
  losses: [half_squared_error, binary_cross_entropy]
  bias: [none, shared]
"""
# By hand: [2, 2, 1] has 2·3·2·2 = 24 combinations, of which 4 have tanh before the cross-entropy
# and 8 a softmax over one unit; [1, 2] has 3·2·2 = 12, of which 2 have tanh before it.
COMBINATIONS, LEFT_OUT = 24 + 12, 4 + 8 + 2


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "family.yaml"
    path.write_text(MIXED, encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, [str(one) for one in arguments])


def test_every_network_is_checked_and_counted(path: Path) -> None:
    result = run("check", path, "--json")
    assert result.exit_code == 0 and result.stderr == ""
    data = json.loads(result.stdout)
    structures = read_family(path).structures
    assert data["title"] == "Week 4"
    assert len(data["networks"]) == len(structures) == COMBINATIONS - LEFT_OUT
    for one, structure in zip(data["networks"], structures, strict=True):
        assert one["network"] == str(combination_of(structure))
        assert set(one["checked"]) == set(STYLES)
        for style in ("deltas", "matrices"):
            report = derive.derive(structure, style).check()
            assert one["checked"][style]["equalities"] == report.equalities > 0
            assert one["checked"][style]["steps"] == report.steps
        biases = "There are no biases." in one["conventions"]
        assert biases == (structure.layers[0].bias == "none")
    assert len({one["network"] for one in data["networks"] + data["left_out"]}) == COMBINATIONS


def test_what_is_left_out_is_told_with_the_reason(path: Path) -> None:
    data = json.loads(run("check", path, "--style", "deltas", "--json").stdout)
    assert len(data["left_out"]) == LEFT_OUT
    for one in data["left_out"]:
        if "softmax" in one["network"]:
            assert one["network"].startswith("2-2-1") and "constantly 1" in one["reason"]
        else:
            assert "tanh, binary_cross_entropy" in one["network"]
            assert one["reason"].startswith("tanh gives values in (−1, 1), but")
        assert ";" not in one["reason"], "nothing has to be done about it"


def test_the_text_says_what_the_data_say(path: Path) -> None:
    data = json.loads(run("check", path, "--json").stdout)
    page = run("check", path).stdout
    assert page.startswith("Week 4: every equality of its 22 networks holds\n")
    flat = " ".join(page.split())
    for style in STYLES:
        steps, equalities = (
            sum(one["checked"][style][what] for one in data["networks"])
            for what in ("steps", "equalities")
        )
        assert f"{style} {steps} steps, {equalities} equalities compared" in flat
    for one in data["networks"]:
        numbers = [str(one["checked"][s]["equalities"]) for s in STYLES]
        assert " ".join((one["network"], *numbers)) in flat
    assert "8 combinations, such as 2-2-1, sigmoid, softmax, half_squared_error" in flat
    assert flat.count("constantly 1") == 1
    assert "11 of 22 networks: There are no biases." in flat
    assert re.search(r"12 of 22 networks: The weight W\S+ leads from i2 to h1", flat)


def test_a_family_of_one_network() -> None:
    found = checking_families.examine_family(Family([[1, 1]]), "deltas")
    page = checking_families.family_text(found)
    assert page.startswith("Backpropagation: every equality of its one network holds\n")
    assert "do not apply" not in page and "Remarks" not in page


def test_a_network_that_fails_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault planted: one of the 22 does not hold."""

    def faulty(network: Network, style: str | None = None) -> Examination:
        if str(combination_of(network)) == "1-2, softmax, half_squared_error, bias none":
            raise CheckFailed("delta/o1", "1 is not 2")
        return examine(network, style)

    monkeypatch.setattr(checking_families, "examine", faulty)
    result = run("check", path, "--style", "deltas")
    assert result.exit_code == 1 and result.stdout == ""
    assert result.stderr == (
        "step delta/o1: 1 is not 2 (network 1-2, softmax, half_squared_error, bias none)\n"
    )


def test_a_wrong_family_is_told_line_by_line(path: Path) -> None:
    path.write_text(MIXED.replace("relu", "rellu").replace("none", "full"), encoding="utf-8")
    result = run("check", path)
    assert result.exit_code == 1 and result.stdout == ""
    first, second = result.stderr.splitlines()
    assert first.startswith(f"{path}:4:21: unknown activation 'rellu'; did you mean 'relu'?")
    assert second.startswith(f"{path}:7:10: unknown bias 'full'")


@pytest.mark.parametrize(
    "command",
    [
        ("render",), ("render", "--to", "latex"), ("train",), ("train", "--to", "xlsx"),
        ("compile", "--to", "python"),
    ],
)  # fmt: skip
def test_commands_for_one_network_say_what_a_family_is_for(
    command: tuple[str, ...], path: Path, tmp_path: Path
) -> None:
    before = set(tmp_path.iterdir())
    result = run(command[0], path, *command[1:], "-o", tmp_path / "out.file")
    assert result.exit_code == 1 and result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{path}:1:1: family: got a family of networks; allowed is one network")
    for remedy in ("derive new", "derive worksheet", "derive check"):
        assert f"`{remedy}`" in line and remedy.split()[1] in commands.commands
    assert set(tmp_path.iterdir()) == before


def test_a_network_is_checked_without_the_worksheets(tmp_path: Path) -> None:
    path = tmp_path / "network.yaml"
    path.write_text("title: No family\ninputs: 1\nlayers: [{units: 1}]\n", encoding="utf-8")
    code = (
        "import sys\nfrom derive.cli import commands\n"
        f"commands(['check', {str(path)!r}, '--style', 'deltas'], standalone_mode=False)\n"
        "print(any(name.startswith('derive.worksheets') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
