"""Families of networks: read with every error, all combinations that fit."""

from __future__ import annotations

import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

import derive
from derive.cli import commands
from derive.network import NetworkError
from derive.network.catalogue import ACTIVATIONS, LOSSES
from derive.network.loader import is_family
from derive.network.saving import structure_text
from derive.worksheets import Family
from derive.worksheets.recipes.combinations import combination_of
from derive.worksheets.recipes.family_files import described_by, read_family

FOUR = """\
family:
  title: Week 3
  sizes: [[2, 2, 1], [2, 3, 2]]
  hidden: [sigmoid, tanh]
  output: sigmoid
  losses: binary_cross_entropy
  bias: none
  learning_rate: 0.50
"""


def read(text: str) -> Family:
    return read_family(io.StringIO(text))


def test_a_family_is_every_combination() -> None:
    family = read(FOUR)
    found = {(n.sizes, n.layers[0].activation.name) for n in family.structures}
    assert found == {(s, h) for s in ((2, 2, 1), (2, 3, 2)) for h in ("sigmoid", "tanh")}
    for network in family.structures:
        assert network.title == "Week 3" and network.loss.name == "binary_cross_entropy"
        assert {layer.bias for layer in network.layers} == {"none"}
        assert network.learning_rate is not None and network.learning_rate.text == "0.50"
    usual = Family([[2, 2, 1], [2, 2, 1]])
    (network,) = usual.structures
    assert [layer.activation.name for layer in network.layers] == ["sigmoid", "sigmoid"]
    assert network.learning_rate is None


def test_a_family_is_told_as_it_is_read() -> None:
    for family in (read(FOUR), Family([[2, 2]], notation="letters", title='"a": \u03b4')):
        assert read(family.text()) == family and is_family(family.text())
        assert json.loads(family.text())["family"]["notation"] == family.notation


def test_what_leaves_the_domain_of_a_loss_is_left_out() -> None:
    """Held against the ranges and domains of the catalogue."""
    family = Family([[2, 2, 2]], output=list(ACTIVATIONS), losses=list(LOSSES))
    found = {(n.layers[-1].activation.name, n.loss.name) for n in family.structures}
    assert found == {
        (a, row.name) for a in ACTIVATIONS for row in LOSSES.values()
        if ACTIVATIONS[a].range.inside(row.domain)
    }  # fmt: skip
    assert ("tanh", "binary_cross_entropy") not in found and len(found) > 30
    mixed = Family([[2, 2, 1], [2, 2, 2]], output=["softmax"], losses=["half_squared_error"])
    assert [n.sizes for n in mixed.structures] == [(2, 2, 2)]  # one unit would be always 1


def test_without_a_hidden_layer_its_activations_do_not_count() -> None:
    family = Family([[2, 1], [2, 2, 1]], hidden=["sigmoid", "tanh"])
    assert Counter(n.sizes for n in family.structures) == {(2, 1): 1, (2, 2, 1): 2}


BAD = """\
dogs: 2
family:
  title: ""
  sizes: [3, [2, 2.5, 1], [2], [9, 24, 3]]
  hidden: [sigmod, 4]
  output: []
  losses: {a: 1}
  bias: full
  learning_rate: -1
  notation: nmbered
  size: 3
"""


OWN = """\
family:
  sizes: [[2, 2, 1], [2, 2, 2, 2], [2, 1]]
  hidden: [sigmoid, [relu, tanh], {name: leaky_relu, slope: 0.10}, {formula: "x/(1 + abs(x))"}]
  output: {formula: "x + x**3"}
  losses: [{name: huber, per_output: mean}, {formula: "(y - t)**4"}, {name: cross_entropy}]
  bias: none
"""


def layers_of(network: derive.Network) -> list[str]:
    return [
        layer.activation.formula or f"{layer.activation.name}"
        + "".join(f" {value.text}" for _, value in layer.activation.parameters)
        for layer in network.layers
    ]  # fmt: skip


def test_activations_and_losses_are_written_as_in_a_network_file() -> None:
    """The structures are those of network files with the same words."""
    family = read(OWN)
    cubed, soft = "x + x**3", "x/(1 + abs(x))"
    found = {
        sizes: {tuple(layers_of(n)) for n in family.structures if n.sizes == sizes}
        for sizes in family.sizes
    }
    alone = {("sigmoid",), ("leaky_relu 0.10",), (soft,)}
    assert found == {
        (2, 1): {(cubed,)},
        (2, 2, 1): {(*one, cubed) for one in alone},
        (2, 2, 2, 2): {(*one, *one, cubed) for one in alone} | {("relu", "tanh", cubed)},
    }
    losses = {(n.loss.name, n.loss.formula, n.loss.mean) for n in family.structures}
    assert losses == {("huber", "", True), ("formula", "(y - t)**4", False)}
    left = [(one.combination.loss.name, one.reason) for one in family.left_out]
    assert len(left) == len(family.structures) / 2  # a cube may be negative
    assert all(name == "cross_entropy" and cubed in reason for name, reason in left)
    for network in family.structures:
        assert derive.load(io.StringIO(structure_text(network))) == network


def test_own_activations_are_read_back_from_the_familys_text() -> None:
    family = read(OWN)
    assert read(family.text()) == family and "0.10" in family.text()
    assert Family(
        [[2, 2, 1], [2, 2, 2, 2], [2, 1]],
        hidden=["sigmoid", ["relu", "tanh"], {"name": "leaky_relu", "slope": Decimal("0.10")},
                {"formula": "x/(1 + abs(x))"}],
        output={"formula": "x + x**3"},
        losses=[{"name": "huber", "per_output": "mean"}, {"formula": "(y - t)**4"},
                {"name": "cross_entropy"}],
        bias="none",
    ) == family  # fmt: skip
    alike = Family([[2, 2, 1]], hidden=["leaky_relu", {"name": "leaky_relu", "slope": 0.01}])
    assert len(alike.structures) == len(alike.hidden) == 1


def test_no_two_combinations_are_called_alike() -> None:
    family = read(OWN.replace("[sigmoid,", "[sigmoid, [sigmoid, tanh], [tanh, sigmoid], relu,"))
    called = [str(combination_of(network)) for network in family.structures]
    assert len(set(called)) == len(called) > 20
    assert "2-2-2-2, relu, tanh, x + x**3, huber (mean), bias none" in called
    assert "2-2-1, leaky_relu with slope 0.10, x + x**3, (y - t)**4, bias none" in called


def test_everything_wrong_with_a_file_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "family.yaml"
    file.write_text(BAD, encoding="utf-8")
    with pytest.raises(NetworkError) as error:
        described_by(file)
    lines = [line.removeprefix(f"{file}:") for line in str(error.value).splitlines()]
    wanted = [
        "1:1: unknown key 'dogs'; allowed are family",
        "3:10: title: got ''; allowed is one line",
        "4:11: network 1 of sizes: got 3; allowed is a list of 2 to 10 sizes",
        "4:18: network 2 of sizes: got 2.5; allowed are whole numbers from 1 to 24",
        "4:27: network 3 of sizes: got a list of 1; allowed is a list of 2 to 10 sizes",
        "4:32: network 4 of sizes: got a network of 27 units and 288 weights; by hand at most",
        "5:12: unknown activation 'sigmod'; did you mean 'sigmoid'?",
        "5:20: activation: got 4; allowed are a name, {name: …} with parameters, and {formula",
        "6:11: output: got an empty list; allowed is one, or a list to draw from",
        "7:11: loss: neither name nor formula; allowed names are half_squared_error",
        "8:9: unknown bias 'full'; allowed are none, neuron, shared",
        "9:18: learning_rate: got -1; allowed are numbers above 0",
        "10:13: unknown notation 'nmbered'; did you mean 'numbered'?",
        "11:3: unknown key 'size'; did you mean 'sizes'?",
    ]
    assert len(lines) == len(wanted)
    for line, start in zip(lines, wanted, strict=True):
        assert line.startswith(start)
    result = CliRunner().invoke(commands, ["worksheet", str(file), "-o", str(tmp_path / "out")])
    assert result.exit_code == 1 and result.output.strip() == str(error.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("family:", "1:8: family: got nothing; allowed is a mapping with title, sizes"),
        ("family: [2]", "1:9: family: got a list of 1; allowed is a mapping"),
        ("family: {bias: none}", "1:9: sizes: got nothing; allowed is a list of networks, as in"),
        ("family: {sizes: []}", "1:17: sizes: got an empty list"),
        ("family: {sizes: [[2, x, 1]]}", "1:22: network 1 of sizes: got 'x'; allowed are whole"),
        ("family: {sizes: [[2, 1]], notation: 3}", "1:37: notation: got 3; allowed are numbered"),
        ("family: {sizes: [[2, 1]], output: tanh, losses: cross_entropy}",
         "1:49: no combination fits: tanh gives values in"),
        ("family: {sizes: [[2, 1]], output: softmax}",
         "1:9: no combination fits: softmax over one unit"),
        (f"family: {{sizes: {[[2, n, 1] for n in range(1, 11)]}, "
         f"hidden: {list(ACTIVATIONS)[:9]}, bias: [none, neuron, shared]}}".replace("'", ""),
         "1:9: got 270 combinations; allowed are 256"),
        ("family: {sizes: [[2, 2, 1]], hidden: [sigmoid, [relu, tanh]]}",
         "1:48: hidden: got activations for 2 hidden layers, but the networks of sizes have 1;"),
        ("family: {sizes: [[2, 1]], hidden: [[relu]]}", "1:36: hidden: got activations for 1 "
         "hidden layers, but the networks of sizes have none"),
        ("family: {sizes: [[2, 2, 1]], hidden: [relu, []]}", "activations for 0 hidden layers"),
        ("family: {sizes: [[2, 2, 1], [2, 2, 2, 1]], hidden: [[relu, tanh]]}",
         "1:52: hidden: got nothing for the networks of sizes with 1 hidden layer; add one"),
        ("family: {sizes: [[2, 2, 2, 1]], hidden: [[relu, tonh]]}", "1:49: unknown activation"),
        ("family: {sizes: [[2, 2, 2, 1]], hidden: [[relu, [tanh]]]}", "1:49: activation: got a "),
        ('family: {sizes: [[2, 1]], output: {formula: "x + z"}}', "1:50: formula: unknown name"),
        ("family: {sizes: [[2, 1]], output: [{name: elu, slope: 1}]}", "1:48: unknown key"),
        ('family: {sizes: [[2, 1]], losses: [hinge, {formula: "(y - t"}]}', "1:54: formula: a "),
        ("family: {sizes: [[2, 1]], losses: {name: hinge, per_output: sum}}", "1:61: per_output"),
        ("family: {sizes: [[2, 1]], bias: [[none]]}", "1:34: bias: got a list of 1; allowed are"),
        ("family: {sizes: [[2, 1]", "not YAML"),
        ("family: {sizes: [[*a, 1]]}", "aliases are not read"),
    ],
)  # fmt: skip
def test_each_fault_has_its_place(text: str, message: str) -> None:
    with pytest.raises(NetworkError) as error:
        read(text)
    assert message in str(error.value)


def test_a_family_in_python_tells_its_faults_too() -> None:
    with pytest.raises(NetworkError) as error:
        Family([[2, 2, 0]], losses=["hing"])
    assert [str(problem).split(";")[0] for problem in error.value.problems] == [
        "sizes[0][2]: network 1 of sizes: got 0",
        "losses[0]: unknown loss 'hing'",
    ]


def test_a_network_is_still_a_network(tmp_path: Path) -> None:
    file = tmp_path / "network.yaml"
    text = structure_text(Family([[2, 2, 1]], title="The family: one of it").structures[0])
    file.write_text(text, encoding="utf-8")
    assert not is_family(text) and described_by(file) == derive.load(file)
