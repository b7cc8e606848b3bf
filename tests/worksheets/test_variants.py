"""Variants: good numbers, none alike, the same bytes for the same seed."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worksheets.networks import networks, relu_softmax, two_two_two

import derive
from derive.derivation.numbers.chains import Numbers
from derive.derivation.numbers.rounding import Rounding
from derive.document.blocks import Document
from derive.expression.nodes import Number, Quantity
from derive.graph import NetworkGraph
from derive.network import Dense, Network
from derive.network.values import exact, read_number
from derive.worksheets import Ask, Recipe, WorksheetError
from derive.worksheets.exercise import Exercise, exercise
from derive.worksheets.variants.criteria import fault
from derive.worksheets.variants.variant import numbers_with
from derive.writers import WriterError, write

ROUNDING = Rounding(4, carried=True, parts=False)
ROOT = Path(__file__).parent.parent.parent


# -- the same seed, the same bytes ---------------------------------------------------------------

WRITE = """
import sys, derive
network = derive.Network(2, [derive.Dense(2, "relu"), derive.Dense(2, "softmax")], "cross_entropy")
derive.worksheet(network, variants=3, seed=11).write(sys.argv[1], ("markdown", "latex", "text"))
"""


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    for folder, hashes in (("one", "1"), ("two", "2")):
        environment = {**os.environ, "PYTHONHASHSEED": hashes, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", WRITE, str(tmp_path / folder)]
        subprocess.run(command, env=environment, check=True)
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()}
        for folder in ("one", "two")
    )
    assert len(one) == 3 * 2 * 3 + 2  # and the bundle, and what is not told
    assert one == two


def test_another_seed_gives_other_numbers() -> None:
    one, two = (derive.worksheet(two_two_two(), variants=1, seed=seed) for seed in (1, 2))
    assert one.variants[0].network != two.variants[0].network


def test_a_variant_does_not_depend_on_how_many_follow() -> None:
    few = derive.worksheet(relu_softmax(), variants=2, seed=5)
    many = derive.worksheet(relu_softmax(), variants=4, seed=5)
    assert few.variants[:] == many.variants[:2]


def test_no_two_variants_are_alike() -> None:
    sheets = derive.worksheet(two_two_two(), variants=20, seed=7)
    values = [tuple(answer.value for answer in variant.answers) for variant in sheets.variants]
    assert len(set(values)) == 20


def test_nor_are_sheets_without_numbers_as_long_as_there_are_others(tmp_path: Path) -> None:
    """What is asked tells them apart; where nothing can, the class gets the same sheet."""
    recipe = Recipe(questions=(Ask("mistake", difficulty="easy"),))
    sheets = derive.worksheet(two_two_two(), recipe, variants=24, seed=3)
    pages = [write(Document((), v.questions[0].sheet), v.names, "text") for v in sheets]
    assert len(set(pages)) == 24 and sheets.bundle.redraws
    again = derive.worksheet(two_two_two(), recipe, variants=24, seed=3)
    again.write(tmp_path, ("text",))
    assert again.bundle == sheets.bundle
    asked = (Ask("counting"), Ask("shapes"))
    alike = derive.worksheet(two_two_two(), Recipe(questions=asked), variants=3, seed=3)
    assert len({repr(v.questions) for v in alike}) == 1
    assert len(dict(alike.bundle.redraws)) == 2


def test_a_seed_has_room_in_a_form() -> None:
    sheets = derive.worksheet(two_two_two(), variants=1, seed=10**18 - 1)
    assert sheets.bundle.number_of_form(sheets[0].form.id) == 1
    with pytest.raises(WorksheetError, match="seed: got 1000000000000000000; allowed are"):
        derive.worksheet(two_two_two(), variants=1, seed=10**18)


def test_the_numbers_of_the_file_do_not_count_but_its_rate_does() -> None:
    given = Network(
        [0.3, 0.4], [Dense(1, "sigmoid", weights=[[9], [9]], biases=[9])],
        targets=[1], learning_rate=0.25,
    )  # fmt: skip
    bare = Network(2, [Dense(1, "sigmoid")])
    one, two = (derive.worksheet(n, variants=1, seed=7).variants[0].network for n in (given, bare))
    assert one.layers == two.layers and one.inputs == two.inputs
    assert one.learning_rate == exact(read_number(0.25).value)
    assert two.learning_rate is not None and two.learning_rate.text == "0.5"


def test_a_variant_that_is_asked_for_alone_is_the_same() -> None:
    """Also where few numbers are left, so that some are drawn again."""
    network = Network(1, [Dense(1, "sigmoid", "none")], "binary_cross_entropy")
    in_order = derive.worksheet(network, variants=120, seed=7)
    found = [v.network for v in in_order.variants]
    assert len(set(found)) == 120 and in_order.bundle.redraws
    redrawn = max(in_order.bundle.redraws)[0]
    assert (
        derive.worksheet(network, variants=120, seed=7).variants[redrawn - 1].network
        == found[-1 + redrawn]
    )


# -- good numbers --------------------------------------------------------------------------------


@settings(max_examples=12)
@given(networks(), st.integers(0, 10**6))
def test_numbers_are_good_for_a_hand(network: Network, seed: int) -> None:
    """Judged by a forward pass that is written out here."""
    import math

    variant = derive.worksheet(network, variants=1, seed=seed).variants[0]
    n = variant.network
    assert n.inputs is not None and n.targets is not None
    typed = [*n.inputs[0], *n.targets[0]]
    outputs = [float(number.value) for number in n.inputs[0]]
    dead = 0
    for layer in n.layers:
        assert layer.weights is not None
        typed += [w for row in layer.weights for w in row] + list(layer.biases or ())
        zs = []
        for j in range(layer.units):
            z = sum(float(row[j].value) * a for row, a in zip(layer.weights, outputs, strict=True))
            biases = layer.biases or (exact(read_number(0).value),)
            zs.append(z + float(biases[j if layer.bias == "neuron" else 0].value))
        name = layer.activation.name
        if name == "sigmoid":
            outputs = [1 / (1 + math.exp(-z)) for z in zs]
            assert all(0.04 < a < 0.96 for a in outputs)
        elif name == "tanh":
            outputs = [math.tanh(z) for z in zs]
            assert all(abs(a) < 0.92 for a in outputs)
        elif name == "relu":
            outputs = [max(z, 0.0) for z in zs]
            assert all(abs(z) > 0.04 for z in zs)
            dead += sum(z < 0 for z in zs)
            assert any(z > 0 for z in zs)
        elif name == "softmax":
            whole = sum(math.exp(z) for z in zs)
            outputs = [math.exp(z) / whole for z in zs]
            assert layer.units == 1 or all(0.04 < a < 0.96 for a in outputs)
        else:
            outputs = zs
    assert dead == any(layer.activation.name == "relu" and layer.units > 1 for layer in n.layers)
    assert all(len(number.text.partition(".")[2]) <= 2 for number in typed)
    targets = [float(t.value) for t in n.targets[0]]
    assert all(abs(y - t) > 0.04 for y, t in zip(outputs, targets, strict=True))
    if n.loss.name == "binary_cross_entropy" or n.layers[-1].activation.name == "softmax":
        assert set(targets) <= {0.0, 1.0}
    if n.layers[-1].activation.name == "softmax":
        assert sum(targets) == 1
    if n.loss.name == "hinge":
        assert set(targets) <= {-1.0, 1.0}


def numbers_of(network: Network) -> tuple[Exercise, Numbers]:
    """The numbers that a network carries, as a variant's."""
    asked = exercise(network)
    given = {
        q: value
        for q in [
            Quantity("learning rate"),
            *(Quantity("input", unit=i) for i in range(network.sizes[0])),
            *(Quantity("target", unit=i) for i in range(network.sizes[-1])),
            *(q for layer in network.layers for q in network.weights(layer.index)),
            *(q for layer in network.layers for q in network.biases(layer.index)),
        ]
        if isinstance(value := network.value(q), Number)
    }
    return asked, numbers_with(asked, given, ROUNDING)


def one_unit(activation: str, weight: float, target: float, loss: str, x: float = 1) -> str:
    """What speaks against x → w·x + 0.1 → activation."""
    network = Network(
        [x], [Dense(1, activation, weights=[[weight]], biases=[0.1])], loss,
        targets=[target], learning_rate=0.5,
    )  # fmt: skip
    return fault(*numbers_of(network)) or ""


def test_faults_are_found() -> None:
    squares = "half_squared_error"
    assert one_unit("sigmoid", 0.5, 0.2, squares) == ""
    assert "saturated" in one_unit("sigmoid", 5, 0.2, squares)
    assert "saturated" in one_unit("tanh", -4, 0.2, squares)
    assert "inactive" in one_unit("relu", -0.5, 0.2, squares)
    assert "no error" in one_unit("identity", 0.5, 0.61, squares)
    assert "kink" in one_unit("leaky_relu", -0.12, 0.9, squares)
    assert "kink" in one_unit("identity", 0.92, 0, "huber")
    assert "all deltas" in one_unit("identity", 1.9, 1, "hinge")
    assert "large" in one_unit("identity", 500, 1, squares)
    assert "tiny" in one_unit("sigmoid", 0.5, 0.2, squares, x=0.0001)


def test_a_search_that_finds_nothing_says_why() -> None:
    large = Network(1, [Dense(1, {"formula": "1000*x"})])
    with pytest.raises(WorksheetError, match=r"400 tries; \d+ times a result is large: try again"):
        derive.worksheet(large, variants=1, seed=7)
    constant = Network(1, [Dense(1, "softmax"), Dense(1, "sigmoid")])
    with pytest.raises(WorksheetError, match=r"in 24 of \d+ tries all deltas of a layer are 0"):
        derive.worksheet(constant, variants=1, seed=7)


# -- what cannot be asked ------------------------------------------------------------------------


def test_what_cannot_be_asked_is_refused_in_words() -> None:
    with pytest.raises(WorksheetError, match="30 units and 60 weights; by hand at most 24 units"):
        derive.worksheet(Network(2, [Dense(30)]), seed=7)
    for count in (0, 1001):
        with pytest.raises(WorksheetError, match=f"variants: got {count}; allowed are 1 to 1000"):
            derive.worksheet(two_two_two(), variants=count, seed=7)
    for digits in (1, 7):
        with pytest.raises(WorksheetError, match=f"digits: got {digits}; allowed are 2 to 6"):
            Recipe(digits)
    with pytest.raises(WorksheetError, match="count: got 0; allowed are 1 to 100"):
        Ask("gradient", count=0)
    with pytest.raises(WorksheetError, match="kind: got 'gradients'; allowed are forward"):
        Ask("gradients")
    with pytest.raises(WorksheetError, match="questions: got none"):
        Recipe(questions=())


def test_of_a_batch_one_example_is_asked_about() -> None:
    batch = Network([[0, 1], [1, 0]], [Dense(1, "sigmoid")], targets=[[1], [0]])
    variant = derive.worksheet(batch, variants=1, seed=7).variants[0]
    assert not variant.network.is_batch
    assert {item.task.step.subject.kind for item in variant.items[:3]} == {  # type: ignore[attr-defined]
        "pre-activation", "activation", "loss",
    }  # fmt: skip


# -- files ---------------------------------------------------------------------------------------


def test_files_are_numbered_with_as_many_digits_as_needed(tmp_path: Path) -> None:
    network = Network(1, [Dense(1, "sigmoid")])
    paths = derive.worksheet(network, variants=2, seed=7).write(tmp_path / "new" / "few")
    assert [path.name for path in paths] == [
        "sheet-01.md", "sheet-01.tex", "key-01.md", "key-01.tex",
        "sheet-02.md", "sheet-02.tex", "key-02.md", "key-02.tex",
        "bundle.json", "untold.csv",
    ]  # fmt: skip
    assert all(path.is_file() for path in paths)
    many = derive.worksheet(network, variants=100, seed=7).write(tmp_path, ("text",))
    assert (many[0].name, many[-3].name) == ("sheet-001.txt", "key-100.txt")


def test_nothing_is_written_where_something_cannot_be(tmp_path: Path) -> None:
    sheets = derive.worksheet(Network(1, [Dense(1, "sigmoid")]), variants=2, seed=7)
    with pytest.raises(WriterError, match="no format 'word'"):
        sheets.write(tmp_path, ("markdown", "word"))
    (tmp_path / "key-02.md").mkdir()
    with pytest.raises(OSError):
        sheets.write(tmp_path, ("markdown",))
    assert [path.name for path in tmp_path.iterdir()] == ["key-02.md"]


# -- what variants need of the rest --------------------------------------------------------------


def test_a_network_takes_other_numbers_and_keeps_its_structure() -> None:
    network = Network(
        [[1, 2], [3, 4]], [Dense(3, "relu", "shared"), Dense(2, "softmax", frozen="weights")],
        "cross_entropy", targets=[[0, 1], [1, 0]], title="A title", notation="layered",
    )  # fmt: skip
    bare = network.with_numbers({})
    assert not bare.has_values and bare.learning_rate is None
    assert bare.example_count == 1 and not bare.is_batch
    assert bare.parameters() == network.parameters()
    assert (bare.title, bare.sizes, bare.loss) == ("A title", network.sizes, network.loss)
    assert NetworkGraph(bare).definitions == NetworkGraph(network).definitions

    quantities = [
        *(Quantity("input", unit=i) for i in range(2)),
        *(Quantity("target", unit=i) for i in range(2)),
        *(q for layer in (1, 2) for q in (*bare.weights(layer), *bare.biases(layer))),
        Quantity("learning rate"),
    ]
    numbers = {q: read_number(i) for i, q in enumerate(quantities)}
    full = bare.with_numbers(numbers)
    assert full.has_values
    assert {q: full.value(q) for q in quantities} == numbers
    assert full.with_numbers({}) == bare


def test_a_line_is_worked_out_in_one_go() -> None:
    """0.4 − 0.5·0.0821 = 0.35895, not 0.4 − 0.0411 = 0.3589."""
    from derive.expression.typed.formula import parse

    network = Network([1], [Dense(1, weights=[[1]], bias="none")], targets=[0])
    asked, _ = exercise(network), None
    formula = parse("0.4 - 0.5*0.0821", {})
    found = {}
    for parts in (True, False):
        rounding = Rounding(4, carried=True, parts=parts)
        numbers = numbers_with(asked, {**_ones(network)}, rounding)
        found[parts] = [r.expression for r in numbers.work_out(formula).relations]
    assert [text(e) for e in (found[True][-1], found[False][-1])] == ["0.3589", "0.3590"]
    assert len(found[True]) == len(found[False]) + 1


def _ones(network: Network) -> dict[Quantity, Number]:
    one = read_number(1)
    return {
        Quantity("input"): one, Quantity("target"): one, Quantity("weight", 1): one,
        Quantity("learning rate"): one,
    }  # fmt: skip


def text(e: object) -> str:
    assert isinstance(e, Number)
    return e.text


def test_variants_of_a_small_network_stay_different() -> None:
    sheets = derive.worksheet(Network(1, [Dense(1, "sigmoid", "none")]), variants=60, seed=7)
    drawn = [(v.network.inputs, v.network.layers, v.network.targets) for v in sheets.variants]
    assert all(one != two for one, two in pairwise(sorted(drawn, key=repr)))
