"""Where a network is wanted: a Network, a path, a mapping; and words for anything else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import derive
from derive.worksheets.recipes.files import recipe_from

ROOT = Path(__file__).parent.parent
MAZUR = ROOT / "examples" / "mazur.yaml"
DATA: dict[str, Any] = YAML(typ="safe").load(MAZUR)
NETWORK = derive.load(MAZUR)

DOORS: dict[str, Callable[[Any], Any]] = {
    "derive": derive.derive,
    "compile": derive.compile,
    "train": lambda given: derive.train(given, epochs=3),
    "render": derive.render,
    "render_files": lambda given: derive.render_files(given, "page.md"),
    "standalone": derive.standalone,
    "worksheet": lambda given: derive.worksheet(given, recipe_from("warm-up"), 1, 3)[0].sheet,
}


@pytest.mark.parametrize("door", DOORS)
def test_a_path_and_a_network_are_the_same(door: str) -> None:
    through = DOORS[door]
    expected = through(NETWORK)
    assert through(str(MAZUR)) == through(MAZUR) == expected


@pytest.mark.parametrize("door", DOORS)
def test_a_mapping_is_read_like_a_file(door: str) -> None:
    """Its numbers are floats, as Python has them: 0.2 and not 0.20, so the pages may differ."""
    through = DOORS[door]
    made = through(DATA)
    if door in ("compile", "train", "derive"):
        assert made.network.with_numbers({}) == NETWORK.with_numbers({})
    assert derive.compile(DATA)()[0] == derive.compile(NETWORK)()[0]


class Sequential:
    """As torch calls it."""

    __module__ = "torch.nn.modules.container"


@pytest.mark.parametrize("door", DOORS)
def test_anything_else_is_told_what_is_wanted(door: str) -> None:
    for given, words in (
        (3, r"network: got 3; allowed are a derive.Network, the path of"),
        (None, r"network: got nothing"),
        (Sequential(), r"got a Sequential of torch.*derive.Dense.*layer.weight.T.tolist\(\)"),
        ("nowhere.yaml", r"nowhere.yaml: No such file"),
        ({"inputs": 2, "layers": [{"units": 2, "activation": "sigmod"}]}, "did you mean 'sigmoid'"),
        ({"inputs": 2}, "layers: got nothing"),
        ({"inputs": 2, "layers": [{"units": 1}], "los": "hinge"}, "did you mean 'loss'"),
    ):
        with pytest.raises(derive.NetworkError, match=words):
            DOORS[door](given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (Sequential(), r"layers: got nothing beside a Sequential of torch;.*Dense.*weight\.T"),
        ("examples/mazur.yaml", r"layers: got nothing.*derive\.load reads a network file"),
        (DATA, r"layers: got nothing beside a mapping.*take the mapping as it is"),
        (2, r"layers: got nothing; allowed is a list of layers$"),
    ],
)
def test_a_network_of_one_thing_alone_is_told_what_lacks(given: Any, words: str) -> None:
    with pytest.raises(derive.NetworkError, match=words):
        derive.Network(given)


def test_what_is_shown_of_an_object_is_one_short_line() -> None:
    derivation = derive.derive(NETWORK)
    shown = (derivation, derivation["w1"], derive.compile(NETWORK))
    for thing in (NETWORK, *shown, derive.train(NETWORK, epochs=300)):
        assert 20 < len(repr(thing)) < 120 and "\n" not in repr(thing)
    assert "not checked" in repr(derivation)
    derivation.check()
    assert "not checked" not in repr(derivation)
    many = derive.train(NETWORK, [k / 100 for k in range(1, 101)], 2)
    assert len(many.runs) == 100 and len(repr(many)) < 160
