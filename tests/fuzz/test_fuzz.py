"""A reduced run of the fuzzer, and the proof that its verdict can be a bad one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from derive.cli import commands
from derive.graph import conversion
from tests.fuzz.kinds import KINDS, Bench, attempt, bench
from tests.fuzz.verdict import faults

COUNT = 15  # inputs of each kind; the whole run is `make fuzz`


@pytest.fixture(scope="module")
def here() -> Iterator[Bench]:
    with bench() as made:
        yield made


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_input_is_taken_or_refused_with_place_and_remedy(kind: str, here: Bench) -> None:
    wrong = [(number, fault) for number in range(COUNT)
             for fault in faults(attempt(here, kind, number).result)]  # fmt: skip
    assert not wrong, f"look at one with: .venv/bin/python -m tests.fuzz {kind} {wrong[0][0]}"


def test_an_input_follows_from_its_kind_and_number(here: Bench) -> None:
    for kind in ("network", "recipe", "bundle"):
        one, again, other = (attempt(here, kind, number) for number in (3, 3, 4))
        assert one.damaged == again.damaged != other.damaged
        assert one.result.output == again.result.output


def test_no_input_is_left_behind(here: Bench) -> None:
    attempt(here, "templates", 1)
    assert not [path for path in here.folder.iterdir() if path.name.startswith("tmp")]


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        ("raise KeyError('units')", "traceback"),
        ("say('a.yaml: it went wrong; mend it'); raise SystemExit(3)", "exit code"),
        ("raise SystemExit(1)", "silence"),
        ("say('it went wrong, somehow; mend it'); raise SystemExit(1)", "no place"),
        ("say('a.yaml:1:1: it went wrong'); raise SystemExit(1)", "no remedy"),
        ("say('a.yaml: got <derive.Network object at 0x7>; write another')\nraise SystemExit(1)",
         "a programmer's message"),
    ],
)  # fmt: skip
def test_the_verdict_sees_what_it_is_for(
    planted: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import click

    def read(*_: object) -> None:
        exec(planted, {"say": lambda text: click.echo(text, err=True)})

    monkeypatch.setattr(conversion, "network_or_formulas", read)
    network = Path(__file__).parents[2] / "examples" / "mazur.yaml"
    result = CliRunner().invoke(commands, ["render", str(network)])
    assert [fault.what for fault in faults(result)] == [what]
