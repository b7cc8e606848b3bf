"""A network, or its structure, that is written as a file and read back is the same."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from random_networks import network as drawn
from worksheets.networks import networks

import derive
from derive.expression.typed.formula import parse
from derive.expression.typed.formula_text import typed
from derive.graph import NetworkGraph
from derive.network import Dense, Network
from derive.network.saving import structure_text

OWN = (
    Network(2, [Dense(2, {"formula": "x/(1 + abs(x))"}, frozen="weights", name="first"), Dense(2)],
            {"formula": "(y - t)**4", "per_output": "mean"}, title='A "title": #1', digits=3),
    Network(["x1", "x2"], [Dense(2, {"name": "leaky_relu", "slope": 0.2}), Dense(1)],
            {"name": "half_squared_error", "per_output": "mean"},
            targets={"y": "x1 + x2/3 - 2**x1"},
            learning_rate=0.1, layout="to_from", notation="indexed"),
    Network({"a": 1, "b": 2}, [Dense(2, "tanh", "shared")], "hinge", targets={"yes": 1, "no": -1}),
    Network([[0, 1], [1, 0]], [Dense(1, "sigmoid")], "binary_cross_entropy", targets=[[1], [0]]),
    Network({"a": 1}, [Dense(2, "softmax")], "cross_entropy", targets={"p": 0, "q": 1}),
    Network(1, [Dense(1)], targets=["-i1 if i1 > 0 else exp(i1)"]),
)  # fmt: skip


def same(network: Network) -> None:
    told = structure_text(network)
    read = derive.load(StringIO(told))
    one, two = network.with_numbers({}), read.with_numbers({})
    assert NetworkGraph(one).definitions == NetworkGraph(two).definitions
    for name in ("title", "sizes", "layout", "digits", "update_digits", "rounding", "shape",
                 "over_examples", "notation", "target_formulas", "loss"):  # fmt: skip
        assert getattr(one, name) == getattr(two, name), name
    assert [(x.bias, x.frozen, x.name) for x in one.layers] == [
        (x.bias, x.frozen, x.name) for x in two.layers
    ]
    assert network.learning_rate == read.learning_rate
    assert structure_text(read) == told


@settings(max_examples=60)
@given(networks())
def test_drawn_structures(network: Network) -> None:
    same(network)


@pytest.mark.parametrize("network", OWN)
def test_own_formulas_names_and_settings(network: Network) -> None:
    same(network)


@pytest.mark.parametrize("path", sorted(Path("examples").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_examples(path: Path) -> None:
    same(derive.load(path))


ODD = (
    Network([Fraction(1, 3), Decimal("0.10"), 1e-300, -0.0, 10**20],
            [Dense(1, weights=[["1/7"], [Decimal("1.50")], [2], [1.5e300], [0.1]], biases=[0])],
            targets=[Decimal("-0.50")], learning_rate=Decimal("0.10")),
    Network(2, [Dense(2, name="a: 'b' # c\u2028d\x85e"), Dense(1, name="null")], title="yes: {1}"),
    Network({"true": 1, "y": 2, "e1": 3}, [Dense(2)], targets={"no": 1, "nan": 0}),
    Network(["p", "q"], [Dense(2)], targets={"u": None, "v": None}),
    Network([[0, 1], [1, 0]], [Dense(2)], targets=[["1/2", 0], [Decimal("0.10"), 1]]),
    Network([[0, 1], [1, 0]], [Dense(1)], targets=["i1*i2"]),
    Network({"p": Decimal("0.20")}, [Dense(1, bias="shared", biases=Decimal("0.30"))],
            targets={"r": "sin(p)"}),
)  # fmt: skip


@pytest.mark.parametrize("network", (*OWN, *ODD))
def test_every_kind_is_saved_with_all_its_numbers(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "new" / "network.yaml"
    derive.save(network, path)
    assert derive.load(path) == network
    assert path.read_text(encoding="utf-8") == network.text()


def test_random_networks_are_saved() -> None:
    """With and without numbers, frozen layers, batches, own formulas, names of one's own."""
    for seed in range(150):
        network = drawn(seed)
        assert derive.load(StringIO(network.text())) == network, seed


@pytest.mark.parametrize("path", sorted(Path("examples").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_examples_are_saved(path: Path) -> None:
    network = derive.load(path)
    assert derive.load(StringIO(network.text())) == network


def test_a_saved_file_reads_like_one_written_by_hand() -> None:
    network = Network(
        {"i1": Decimal("0.05"), "i2": Decimal("0.10")},
        [Dense(2, "sigmoid", "none", [[0.15, 0.25], [Decimal("0.20"), 0.3]]),
         Dense(1, {"name": "leaky_relu", "slope": Decimal("0.20")}, frozen=["biases"])],
        targets=[1], learning_rate=0.5,
    )  # fmt: skip
    assert (
        network.text()
        == """\
title: "Backpropagation in a 2-2-1 network"
inputs: [0.05, 0.10]
layers:
  - units: 2
    activation: sigmoid
    bias: none
    weights: [[0.15, 0.25], [0.20, 0.3]]
  - units: 1
    activation: {name: leaky_relu, slope: 0.20}
    bias: neuron
    frozen: [biases]
loss: half_squared_error
targets: [1]
learning_rate: 0.5
over_examples: mean
layout: from_to
notation: numbered
digits: {values: 5, update: 5}
rounding: exact
delta_sign: positive
"""
    )


OWN_NOTATION = "extends: numbered\nletters: {loss: C}\n"


def test_a_notation_of_one_s_own_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("notations", "networks"):
        Path(folder).mkdir()
    own = Path("notations") / "own.yaml"
    own.write_text(OWN_NOTATION, encoding="utf-8")
    text = "inputs: 2\nlayers: [{units: 1}]\nnotation: ../notations/own.yaml\n"
    Path("networks/first.yaml").write_text(text, encoding="utf-8")
    for folder in (Path("networks"), tmp_path / "networks"):
        network = derive.load(folder / "first.yaml")
        for place in ("again.yaml", "deeper/again.yaml", "../above.yaml"):
            derive.save(network, folder / place, force=True)
            assert derive.load(folder / place) == network
            assert str(tmp_path) not in (folder / place).read_text(encoding="utf-8")
    made = Network(2, [Dense(1)], notation="notations/own.yaml")
    derive.save(made, "made.yaml")
    assert derive.load("made.yaml") == made
    absolute = Network(2, [Dense(1)], notation=tmp_path / own)
    derive.save(absolute, "absolute.yaml")
    assert derive.load("absolute.yaml") == absolute


def test_nothing_is_overwritten_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, other = OWN[0], OWN[1]
    path = tmp_path / "network.yaml"
    derive.save(network, path)
    with pytest.raises(FileExistsError, match=r"network\.yaml is there already.*force=True"):
        derive.save(other, path)
    assert derive.load(path) == network
    derive.save(other, path, force=True)
    assert derive.load(path) == other

    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.replace", broken)
    with pytest.raises(OSError, match="no space left"):
        derive.save(network, path, force=True)
    monkeypatch.undo()
    assert derive.load(path) == other
    assert [p.name for p in tmp_path.iterdir()] == ["network.yaml"]


def test_what_no_file_holds_is_refused(tmp_path: Path) -> None:
    weights = [[0.123456789012345] * 400 for _ in range(400)]
    large = Network(400, [Dense(400, weights=weights, biases=[0] * 400)])
    with pytest.raises(derive.NetworkError, match=r"160400 parameters.*pickle"):
        derive.save(large, tmp_path / "large.yaml")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    ["a - b*c", "-(a + b)", "a - (b - c)", "a/(b*c)/2", "(-a)**2", "-a**2", "2**-a", "exp(a)*ln(b)",
     "a if a > 0 else b if b < 1 else c", "a*(b if c > 0 else a)", "1/2*a", "max(a, -b)", "pi*e",
     "(a**b)**c", "a**b**c", "-(-a)", "0.10*a", "a - -0.5"],
)  # fmt: skip
def test_a_typed_formula_is_read_back(text: str) -> None:
    from derive.expression.constructors import variable

    letters = {name: variable(name) for name in "abc"}
    tree = parse(text, letters)
    assert parse(typed(tree, lambda q: q.name), letters) == tree  # type: ignore[attr-defined]
