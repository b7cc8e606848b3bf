"""The types of the public names, as a strict checker and an editor see them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from derive.algebra.languages.catalogue import LANGUAGES, Language
from derive.compute.compiling import BackEnd
from derive.derivation.derivation import STYLES, StyleName
from derive.network import literals
from derive.network.catalogue import ACTIVATIONS, LOSSES
from derive.network.reading.layers import BIAS_KINDS
from derive.network.reading.options import CHOICES
from derive.notation import BUILT_IN
from derive.rendering import DETAILS, EVERY_PART, ROUNDINGS, BinaryFormat, Detail, Part, TextFormat
from derive.writers.registry import REGISTRY

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests" / "typing"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What mypy --strict says of both files, as a user's program outside of this folder."""
    place = tmp_path_factory.mktemp("typing")
    for file in FOLDER.glob("*.py"):
        (place / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", "", "--no-error-summary",
               "--cache-dir", str(place / "cache"), "accepted.py", "rejected.py"]  # fmt: skip
    return subprocess.run(command, cwd=place, capture_output=True, text=True).stdout


def test_what_is_meant_is_taken(said: str) -> None:
    assert [line for line in said.splitlines() if line.startswith("accepted.py")] == []


def test_what_is_not_meant_is_refused(said: str) -> None:
    """Every line with an error announced has it, and no other line has any."""
    expected = {
        number: mark[1]
        for number, line in enumerate((FOLDER / "rejected.py").read_text().splitlines(), 1)
        if (mark := re.search(r"# error: (.+)$", line))
    }
    found = {
        int(number): message
        for number, message in re.findall(r"^rejected\.py:(\d+): error: (.+)$", said, re.M)
    }
    assert found.keys() == expected.keys() and len(expected) > 20
    for number, piece in expected.items():
        assert piece in found[number], number


@pytest.mark.parametrize(
    ("literal", "there"),
    [
        (literals.ActivationName, ACTIVATIONS), (literals.LossName, LOSSES),
        (literals.BiasKind, BIAS_KINDS), (literals.Freezable, ("weights", "biases")),
        (literals.NotationName, BUILT_IN), (literals.Layout, CHOICES["layout"]),
        (literals.OverExamples, CHOICES["over_examples"]), (literals.RoundingMode, ROUNDINGS),
        (literals.DeltaSign, CHOICES["delta_sign"]),
        (StyleName, STYLES), (Language, LANGUAGES), (Detail, DETAILS), (Part, EVERY_PART),
        (BackEnd, ("auto", "python", "numpy", "native")),
        (TextFormat, [name for name, row in REGISTRY.items() if not row.binary]),
        (BinaryFormat, [name for name, row in REGISTRY.items() if row.binary]),
    ],
)  # fmt: skip
def test_the_words_of_the_types_are_those_that_there_are(literal: Any, there: Any) -> None:
    assert sorted(get_args(literal)) == sorted(there)
