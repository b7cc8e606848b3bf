"""Many examples in C: what each of them is alone, in vectors, with every activation and loss."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from itertools import cycle, product
from pathlib import Path
from random import Random
from typing import Any

import pytest

import derive
from derive.compute.blocks import blocks
from derive.compute.sources import tiles
from derive.network.catalogue import ACTIVATIONS, LOSSES
from tests import random_networks
from tests.compute import language_points, reference
from tests.compute.languages import C_FLAGS, Examples, many_in_c, needed, run
from tests.compute.test_languages import EXAMPLES, PROGRAMS

Dense = derive.Dense
SIMD = ((), ("-fopenmp-simd",))
SANITIZED = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@pytest.fixture(autouse=True)
def _compiler() -> None:
    needed("c")


def pairs() -> list[derive.Network]:
    """Every activation in a layer further back, and before some of the losses that it may stand
    before: those that have the most to choose from before all."""
    networks = [
        derive.Network(2, [Dense(3, activation), Dense(2)], "half_squared_error")
        for activation in ACTIVATIONS
    ]
    several = (pair for k, pair in enumerate(product(ACTIVATIONS, LOSSES))
               if k % 4 == 0 or pair[0] in ("sigmoid", "softmax"))  # fmt: skip
    for activation, loss in several:
        with suppress(derive.NetworkError):
            networks.append(derive.Network(3, [Dense(2, activation)], loss))
    return networks


def asked(network: derive.Network, count: int, seed: object) -> Examples:
    """Theta, and so many examples."""
    chance = Random(str(seed))
    size = sum(block.size for block in blocks(network) if not block.frozen)
    outs = network.sizes[-1]
    theta = [chance.uniform(-1, 1) for _ in range(size)]
    rows = [[chance.gauss(0, 2) for _ in range(network.sizes[0])] for _ in range(count)]
    goals = [[float(k == row % outs) for k in range(outs)] for row in range(count)]
    if network.loss.name == "hinge":
        goals = [[2 * t - 1 for t in row] for row in goals]
    return theta, rows, goals


def summed(network: derive.Network, each: list[list[float]]) -> tuple[list[float], list[float]]:
    """What examples come to together, and how large what is added up there is."""
    share = len(each) if network.over_examples == "mean" else 1
    columns = list(zip(*each, strict=True))
    totals = [sum(column) / share for column in columns]
    return totals, [sum(map(abs, column)) / share for column in columns]


def assert_the_same(
    network: derive.Network, together: list[float], each: list[list[float]], where: object
) -> None:
    totals, sizes = summed(network, each)
    for got, total, size in zip(together, totals, sizes, strict=True):
        assert got == total or abs(got - total) <= 1e-13 * size, (where, got, total, size)


# -- what one example gives, for many --------------------------------------------------------------


@pytest.mark.parametrize("flags", SIMD, ids=str)
def test_every_activation_and_loss(flags: tuple[str, ...], tmp_path: Path) -> None:
    """Two tiles, and a few examples more."""
    networks = pairs()
    assert len(networks) > 30
    seen = [
        {layer.activation.name for network in networks for layer in network.layers},
        {network.loss.name for network in networks},
    ]
    assert seen == [set(ACTIVATIONS), set(LOSSES)]
    native = ("-march=native",) if flags else ()
    networks = networks if flags else networks[::2]
    questions = [asked(network, 67, k) for k, network in enumerate(networks)]
    sources = [derive.standalone(network, "c") for network in networks]
    found = many_in_c(sources, questions, tmp_path, (*flags, *native))
    for network, (together, each) in zip(networks, found, strict=True):
        assert_the_same(network, together, each, network)


RANDOM = [
    network
    for seed in range(7_000, 7_040)
    for network in (random_networks.network(seed),)
    if not network.is_batch
    and all(layer.weights is not None for layer in network.layers if layer.frozen)
]


def wide() -> list[derive.Network]:
    """Layers of more units than a sum is written out for, shared biases."""
    return [
        derive.Network(9, [Dense(17, "tanh"), Dense(12, "softmax")], "binary_cross_entropy"),
        derive.Network(8, [Dense(24, "silu", "shared"), Dense(3, "softplus")], "huber"),
        derive.Network(
            70, [Dense(3, "elu", "threshold"), Dense(5, "softmax", "none")], "kl_divergence",
            over_examples="sum",
        ),
    ]  # fmt: skip


def tile(source: str) -> str:
    return source.partition("#define TILE ")[2].split()[0]


def test_random_networks_without_a_fault_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In tiles of each size, whatever would be chosen for them."""
    networks = [*RANDOM[::3], *wide()]
    assert len(networks) >= 8
    questions = [asked(network, 37, k) for k, network in enumerate(networks)]
    sources = []
    for network, size in zip(networks, cycle((32, 16, 8))):
        monkeypatch.setattr(tiles, "_SIZES", (size,))
        sources.append(derive.standalone(network, "c"))
    assert {*map(tile, sources)} == {"8", "16", "32"}
    found = many_in_c(sources, questions, tmp_path, SANITIZED)
    for network, (together, each) in zip(networks, found, strict=True):
        assert_the_same(network, together, each, network)


def test_a_tile_of_a_larger_network_has_fewer_columns() -> None:
    """What a layer needs stays near the processor."""
    of_units = [
        tile(derive.standalone(derive.Network(2, [Dense(units, "tanh"), Dense(1)]), "c"))
        for units in (3, 90, 400)
    ]
    assert of_units == ["32", "16", "8"]


# -- against sixty digits --------------------------------------------------------------------------


def test_thirteen_digits_of_many_examples(tmp_path: Path) -> None:
    """A tile of one example over and over is that example: far out, at kinks, with every gap."""
    cases = [c for kind in ("ordinary", "far", "kinks") for c in getattr(language_points, kind)()]
    sources, questions, wanted = [], [], []
    for case in cases:
        for (theta, x, t), true, limit in zip(case.queries, case.exact, case.allowed, strict=True):
            sources.append(case)
            questions.append((theta, [x] * 32, [t] * 32))
            wanted.append((true, limit))
    found = many_of_few(sources, questions, tmp_path)
    for case, question, (together, _), (true, limit) in zip(
        sources, questions, found, wanted, strict=True
    ):
        assert reference.worst(together, true) <= limit, (case.name, question[1][0], together)


def test_examples_do_not_mix(tmp_path: Path) -> None:
    """All points of a case in one tile: small gaps beside large ones, each side of a kink."""
    cases = language_points.far()
    questions = []
    for case in cases:
        order = [case.queries[k % len(case.queries)] for k in range(32)]
        questions.append((order[0][0], [x for _, x, _ in order], [t for _, _, t in order]))
    found = many_of_few(list(cases), questions, tmp_path)
    for case, (together, each) in zip(cases, found, strict=True):
        assert len({*map(tuple, each)}) > 1
        assert_the_same(case.network, together, each, case.name)


def many_of_few(cases: list[Any], questions: list[Examples], folder: Path) -> list[Any]:
    """Answers where cases come again and again: a file for each, asked several questions."""
    files = list({case.name: case for case in cases}.values())
    places = {case.name: k for k, case in enumerate(files)}
    sources = [derive.standalone(case.network, "c") for case in files]
    numbered = [places[case.name] for case in cases]
    return many_in_c(sources, questions, folder, ("-march=native",), numbered)


# -- as a program ----------------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [*SIMD, SANITIZED], ids=str)
def test_programs(flags: tuple[str, ...], tmp_path: Path) -> None:
    """They compile without a warning, say what they say, and how fast they are when asked."""
    networks: list[Any] = [
        derive.load(of) if isinstance(of, Path) else of for of in PROGRAMS.values()
    ]
    graphs = [EXAMPLES / "graphs/circuit.yaml", EXAMPLES / "graphs/sigmoid-neuron.yaml"]
    for given in (*networks, *graphs):
        source = derive.standalone(given, "c")
        assert "CLOCKS_PER_SEC/2)" in source
        (tmp_path / "a.c").write_text(source.replace("CLOCKS_PER_SEC/2)", "CLOCKS_PER_SEC/100)"))
        run("gcc", *C_FLAGS, "-pedantic", *flags, "-o", "a", "a.c", "-lm", folder=tmp_path)
        assert run("./a", folder=tmp_path).startswith("loss ")
        words = run("./a", "bench", folder=tmp_path).split()
        names = ["loss_and_gradient"] if given in graphs else (
            ["of_example", "loss_and_gradient"] if given.is_batch
            else ["loss_and_gradient", "of_examples"]
        )  # fmt: skip
        assert words[:: len(words) // len(names)] == names
        assert all(float(word) > 0 for word in words if word[:1].isdigit())
    wrong = subprocess.run(["./a", "benhc"], cwd=tmp_path, capture_output=True, text=True)
    assert (wrong.returncode, wrong.stdout) == (2, "") and "usage" in wrong.stderr


def test_loops_over_examples_become_vectors(tmp_path: Path) -> None:
    """gcc says so of each, at -O3 alone."""
    network = derive.Network(4, [Dense(8, "tanh"), Dense(3, "softmax")], "cross_entropy")
    source = derive.standalone(network, "c")
    (tmp_path / "a.c").write_text(source)
    command = ["gcc", *C_FLAGS, "-fopt-info-vec-optimized", "-c", "a.c"]
    if "x86_64" not in run("gcc", "-dumpmachine", folder=tmp_path):
        pytest.skip("the C library has no functions of vectors here")
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stderr
    done = {int(line.split(":")[1]) for line in said.splitlines() if "loop vectorized" in line}
    lines = source.splitlines()
    loops = {k + 2 for k, line in enumerate(lines) if line.strip() == "#pragma omp simd"}
    assert loops and loops <= done, [lines[k - 1] for k in loops - done]


def test_what_is_planted_is_seen(tmp_path: Path) -> None:
    """The comparison can fail: a δ that forgets a factor in the tile alone."""
    network = derive.Network(2, [Dense(2, "sigmoid"), Dense(2, "sigmoid")], "half_squared_error")
    source = derive.standalone(network, "c")
    planted = source.replace("= gap2*e2*r2*r2;", "= gap2*r2*r2;")
    assert planted != source
    question = asked(network, 32, 1)
    ((together, each),) = many_in_c([planted], [question], tmp_path)
    with pytest.raises(AssertionError):
        assert_the_same(network, together, each, "planted")
