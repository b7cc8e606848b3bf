"""Network files: what is read, and every message for what cannot be, line by line."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path

import pytest

import derive
from derive.expression.constructors import HALF
from derive.expression.nodes import INPUT, Number, Quantity, Sum
from derive.network.catalogue import ACTIVATIONS, LOSSES
from derive.network.loader import KEYS

MAZUR = """\
title: Two by two by two
inputs: {i1: 0.05, i2: 0.10}
layers:
  - units: 2
    activation: sigmoid
    bias: shared
    weights: {w1: 0.15, w2: 0.20, w3: 0.25, w4: 0.30}
    biases: {b1: 0.35}
    frozen: [biases]
    name: hidden
  - {units: 2, activation: sigmoid, bias: none, weights: [[0.40, 0.50], [0.45, 0.55]]}
loss: half_squared_error
targets: {t1: 0.01, t2: 0.99}
learning_rate: 0.5
"""


def load(text: str) -> derive.Network:
    return derive.load(io.StringIO(text))


def problems(text: str) -> list[str]:
    """The problems of a file, each as line:column: message."""
    with pytest.raises(derive.NetworkError) as caught:
        load(text)
    lines = str(caught.value).splitlines()
    assert all(line.startswith("network:") for line in lines)
    return [line.removeprefix("network:") for line in lines]


def texts(numbers: tuple[Number, ...] | None) -> list[str]:
    assert numbers is not None
    return [number.text for number in numbers]


# -- what is read ----------------------------------------------------------------------------


def test_a_file_is_read_with_its_numbers_as_typed() -> None:
    network = load(MAZUR)
    first, second = network.layers
    assert network.title == "Two by two by two"
    assert network.sizes == (2, 2, 2)
    assert network.inputs is not None and texts(network.inputs[0]) == ["0.05", "0.10"]
    assert network.inputs[0][1].value == Fraction(1, 10)
    # w1, w2 lead into the first neuron: rows are senders.
    assert first.weights is not None and second.weights is not None
    assert [texts(row) for row in first.weights] == [["0.15", "0.25"], ["0.20", "0.30"]]
    assert [texts(row) for row in second.weights] == [["0.40", "0.50"], ["0.45", "0.55"]]
    assert texts(first.biases) == ["0.35"] and second.biases is None
    assert (first.bias, first.frozen, first.name) == ("shared", frozenset({"biases"}), "hidden")
    assert network.learning_rate == Number(Fraction(1, 2), "0.5")
    assert network.has_values and not network.is_batch and network.remarks == ()
    # The names are the notation's own, so that another notation may rename them.
    assert network.shape.input_names == network.shape.target_names == ()


def test_defaults() -> None:
    network = load("inputs: 3\nlayers: [{units: 2}, {units: 1}]")
    assert network.title == "Backpropagation in a 3-2-1 network"
    assert [layer.activation.name for layer in network.layers] == ["identity", "identity"]
    assert [layer.bias for layer in network.layers] == ["neuron", "neuron"]
    assert network.loss.name == "half_squared_error" and network.over_examples == "mean"
    assert (network.layout, network.notation, network.rounding) == ("from_to", "numbered", "exact")
    assert (network.digits, network.update_digits) == (5, 5)
    assert network.inputs is network.targets is network.learning_rate is None
    assert not network.has_values and network.example_count == 1


def test_json_is_yaml() -> None:
    described = {
        "inputs": {"i1": 0.05, "i2": 0.1},
        "layers": [{"units": 1, "weights": {"w1": 1e-3, "w2": -2}, "biases": [0]}],
        "targets": [1],
    }
    for text in (json.dumps(described), json.dumps(described, indent=2)):
        network = load(text)
        assert network.layers[0].weights == (
            (Number(Fraction(1, 1000), "0.001"),),
            (Number(Fraction(-2)),),
        )


def test_words_are_those_of_yaml_1_2() -> None:
    """yes, no, on, off and y are words; 010 and 1_000 are not other numbers."""
    network = load("inputs: [y, on]\nlayers: [{units: 1}]\ntitle: no")
    assert network.shape.input_names == ("y", "on") and network.title == "no"
    assert load("inputs: 010\nlayers: [{units: 1}]").sizes == (10, 1)
    assert "got '1_000'" in problems("inputs: 1\nlayers: [{units: 1_000}]")[0]


def test_a_matrix_in_layout_to_from_is_turned_round() -> None:
    network = load(
        "inputs: 2\nlayout: to_from\nlayers: [{units: 3, weights: [[1, 2], [3, 4], [5, 6]]}]"
    )
    assert network.layers[0].weights is not None
    values = [[int(n.value) for n in row] for row in network.layers[0].weights]
    assert values == [[1, 3, 5], [2, 4, 6]]
    assert network.layout == "to_from"


@pytest.mark.parametrize(
    ("layout", "expected"), [("from_to", [[1, 2], [3, 4]]), ("to_from", [[1, 3], [2, 4]])]
)
def test_names_with_two_indices_follow_the_layout(layout: str, expected: list[list[int]]) -> None:
    network = load(
        f"inputs: 2\nlayout: {layout}\nnotation: layered\n"
        "layers: [{units: 2, weights: {w1_11: 1, w1_12: 2, w1_21: 3, w1_22: 4}}]"
    )
    assert network.layers[0].weights is not None
    assert [[int(n.value) for n in row] for row in network.layers[0].weights] == expected


def test_a_batch() -> None:
    network = load(
        "inputs: [[0, 1], [1, 0], [1, 1]]\nlayers: [{units: 1}]\ntargets: [1, 1, 0]\n"
        "over_examples: sum"
    )
    assert network.example_count == 3 and network.is_batch and network.over_examples == "sum"
    assert network.targets is not None
    assert [row[0].value for row in network.targets] == [1, 1, 0]
    assert network.shape.examples == 3


def test_one_row_is_one_example() -> None:
    for inputs in ("[0.5, 1]", "[[0.5, 1]]", "{i1: 0.5, i2: 1}"):
        network = load(f"inputs: {inputs}\nlayers: [{{units: 1}}]\ntargets: [1]")
        assert network.inputs == ((Number(HALF.value, "0.5"), Number(Fraction(1))),)
        assert not network.is_batch


def test_targets_as_formulas_of_the_inputs() -> None:
    i1, i2 = (Quantity(INPUT, unit=unit) for unit in (0, 1))
    for targets in ("{y: x1 + x2}", "[x1 + x2]"):
        network = load(f"inputs: {{x1: 1.1, x2: 2.2}}\nlayers: [{{units: 1}}]\ntargets: {targets}")
        assert network.target_formulas == (Sum((i1, i2)),)
        assert network.targets == ((Number(Fraction(33, 10), "3.3"),),)
    assert network.shape.input_names == ("x1", "x2")


def test_fractions_of_whole_numbers_are_exact() -> None:
    network = load(
        "inputs: [1/3, -2/7]\nlayers: [{units: 1, weights: [[1 / 3], ['2/6']], biases: [6/3]}]\n"
        "targets: [1/3]\nlearning_rate: 1/10\n"
    )
    assert network.inputs == ((Number(Fraction(1, 3)), Number(Fraction(-2, 7))),)
    assert network.layers[0].weights == ((Number(Fraction(1, 3)),), (Number(Fraction(1, 3)),))
    assert network.layers[0].biases == (Number(Fraction(2)),)
    assert (network.targets, network.target_formulas) == (((Number(Fraction(1, 3)),),), None)
    assert network.learning_rate == Number(Fraction(1, 10))
    python = derive.Network(["1/3", "-2/7"], [derive.Dense(1, weights=[["1/3"], ["2/6"]])])
    assert python.inputs == network.inputs


@pytest.mark.parametrize("layout", ["from_to", "to_from"])
@pytest.mark.parametrize("ragged", ["[[1, 2], [3]]", "[[1], [2, 3], []]"])
def test_ragged_weights_behind_something_unknown_are_a_problem(layout: str, ragged: str) -> None:
    text = f"inputs: -1\nlayers: [{{units: 2, weights: {ragged}}}]\nlayout: {layout}\n"
    allowed = "2 × n" if layout == "to_from" else "n × 2"
    found = problems(text)
    assert f"rows of different lengths; allowed is {allowed}; one row per" in found[1]


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        ("{class: 2}", [[0, 1, 0]]),
        ("{class: 3}", [[0, 0, 1]]),
        ("{class_index: 0}", [[1, 0, 0]]),
        ("{class_index: [2]}", [[0, 0, 1]]),
    ],
)
def test_a_class_stands_for_a_row_of_targets(said: str, rows: list[list[int]]) -> None:
    network = load(
        "inputs: 2\nlayers: [{units: 3, activation: softmax}]\nloss: cross_entropy\n"
        f"targets: {said}\n"
    )
    assert network.targets is not None
    assert [[number.value for number in row] for row in network.targets] == rows
    assert network.shape.target_names == ()


def test_classes_of_a_batch() -> None:
    network = load(
        "inputs: [[1, 2], [3, 4]]\nlayers: [{units: 2, activation: softmax}]\n"
        "loss: cross_entropy\ntargets: {class: [2, 1]}\n"
    )
    assert network.targets == ((Number(Fraction(0)), Number(Fraction(1))), (
        Number(Fraction(1)), Number(Fraction(0))))  # fmt: skip


def test_one_output_may_have_a_target_called_class() -> None:
    network = load("inputs: 1\nlayers: [{units: 1}]\ntargets: {class: 3}")
    assert network.shape.target_names == ("class",)
    assert network.targets == ((Number(Fraction(3)),),)


@pytest.mark.parametrize("said", ["[up, down]", "{up: , down: }", "{up, down}"])
def test_targets_may_have_names_and_no_values(said: str) -> None:
    network = load(f"inputs: 2\nlayers: [{{units: 2}}]\ntargets: {said}")
    assert network.shape.target_names == ("up", "down")
    assert (network.targets, network.target_formulas) == (None, None)
    assert derive.render(derive.derive(network), "text").count("up") > 3


def test_an_input_as_target_is_a_formula_and_what_is_like_one_a_slip() -> None:
    network = load("inputs: [x1, x2]\nlayers: [{units: 2}]\ntargets: [x2, x1]")
    assert network.target_formulas == (Quantity(INPUT, unit=1), Quantity(INPUT, unit=0))
    assert (
        "unknown name 'x22'; did you mean 'x2'?"
        in problems("inputs: [x1, x2]\nlayers: [{units: 1}]\ntargets: [x22]")[0]
    )


def test_target_formulas_without_values_stay_formulas() -> None:
    network = load("inputs: 2\nlayers: [{units: 1}]\ntargets: [i1*i2]")
    assert network.target_formulas is not None and network.targets is None
    assert not network.has_values


def test_target_formulas_over_a_batch() -> None:
    network = load("inputs: [[1, 2], [3, 4]]\nlayers: [{units: 2}]\ntargets: [i1/i2, 7]")
    assert network.targets is not None
    assert [[n.value for n in row] for row in network.targets] == [
        [Fraction(1, 2), 7],
        [Fraction(3, 4), 7],
    ]


def test_an_irrational_target_is_rounded_and_said_so() -> None:
    network = load("inputs: [0.5]\nlayers: [{units: 1}]\ntargets: ['sin(i1)']")
    assert network.targets is not None
    assert network.targets[0][0].text == "0.47942553860420300027"
    assert network.remarks == ("targets[0] is irrational; its first 20 digits stand for it.",)


def test_activations_and_losses_with_parameters_and_formulas() -> None:
    network = load(
        "inputs: 1\n"
        "layers:\n"
        "  - {units: 1, activation: {name: leaky_relu, slope: 0.2}}\n"
        '  - {units: 1, activation: {formula: "x/(1+abs(x))"}}\n'
        '  - {units: 1, activation: {formula: "x**3"}}\n'
        '  - {units: 1, activation: {formula: "x/(1+abs(x))"}}\n'
        'loss: {formula: "(y - t)**4", per_output: mean}\n'
    )
    uses = [layer.activation for layer in network.layers]
    assert uses[0].parameters == (("slope", Number(Fraction(1, 5), "0.2")),)
    # The same formula is the same function; another one has another name.
    assert [use.function.text for use in uses[1:] if use.function] == ["f", "f2", "f"]
    assert network.loss.formula == "(y - t)**4" and network.loss.mean


@pytest.mark.parametrize("name", list(LOSSES))
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_a_pair_is_refused_where_the_range_leaves_the_domain(activation: str, name: str) -> None:
    text = f"inputs: 1\nlayers: [{{units: 2, activation: {activation}}}]\nloss: {name}"
    allowed = {
        "binary_cross_entropy": {"sigmoid", "softmax"},
        "cross_entropy": {"sigmoid", "softmax", "softplus"},
        "kl_divergence": {"sigmoid", "softmax", "softplus"},
    }
    if activation in allowed.get(name, set(ACTIVATIONS)):
        load(text)
    else:
        (problem,) = problems(text)
        assert problem.startswith(f"3:7: loss: {activation} gives values in ")
        assert problem.endswith("change the last layer's activation or the loss")


def test_the_remarks_of_unusual_pairs_and_targets() -> None:
    def remarks(activation: str, loss: str, targets: str, units: int = 2) -> tuple[str, ...]:
        return load(
            f"inputs: 1\nlayers: [{{units: {units}, activation: {activation}}}]\n"
            f"loss: {loss}\ntargets: {targets}"
        ).remarks

    assert remarks("softmax", "cross_entropy", "[0.3, 0.7]") == ()
    assert remarks("sigmoid", "binary_cross_entropy", "[0, 1]") == ()
    assert remarks("softmax", "binary_cross_entropy", "[0, 1]") == (
        "Binary cross-entropy on a softmax is unusual: softmax goes with cross-entropy, binary "
        "cross-entropy with sigmoid. Here every output's error reaches every weight.",
    )
    assert remarks("sigmoid", "cross_entropy", "[0, 1]") == (
        "Cross-entropy on sigmoid is unusual: it expects outputs that sum to 1, as those of "
        "softmax do.",
    )
    assert remarks("softmax", "kl_divergence", "[0.5, 0.7]") == (
        "The targets sum to 1.2, not to 1 as probabilities do.",
    )
    assert remarks("sigmoid", "half_squared_error", "[3.3, 0.5]") == (
        "Target 1 is 3.3, outside (0, 1), the range of sigmoid: no weights reach it.",
    )
    assert len(remarks("sigmoid", "cross_entropy", "[0.5]", 1)) == 1  # one output has no sum
    assert remarks("softmax", "cross_entropy", "[1]", 1) == (
        "Softmax over one unit is constantly 1: every gradient is 0.",
    )
    # 0 and 1 are approached by a sigmoid as closely as one likes.
    assert remarks("sigmoid", "half_squared_error", "[0, 1]") == ()


def test_own_formulas_are_tried_where_their_range_matters() -> None:
    text = 'inputs: 1\nlayers: [{{units: 1, activation: {{formula: "{}"}}}}]\nloss: {}'
    assert load(text.format("1/(1+exp(-x))", "binary_cross_entropy")).remarks == (
        "The range of 1/(1+exp(-x)) is not known; binary_cross_entropy needs it to be in (0, 1).",
    )
    assert load(text.format("x/(1+abs(x))", "half_squared_error")).remarks == ()
    assert problems(text.format("x/(1+abs(x))", "binary_cross_entropy")) == [
        "3:7: loss: the activation x/(1+abs(x)) of layer 1 is −0.0102 at x = −0.0103, but "
        "binary_cross_entropy needs values in (0, 1); change the formula or the loss"
    ]
    assert load(text.format("ln(x)", "half_squared_error")).remarks == (
        "The activation ln(x) of layer 1 has no value at x = −0.0103: the network has none where "
        "a pre-activation comes there.",
    )
    own_loss = 'inputs: 1\nlayers: [{{units: 1, activation: {}}}]\nloss: {{formula: "{}"}}'
    assert load(own_loss.format("sigmoid", "-t*ln(y)")).remarks == ()
    assert load(own_loss.format("softmax, units: 2", "-t*ln(y)").replace("units: 1, ", "")).sizes
    assert problems(own_loss.format("tanh", "-t*ln(y)")) == [
        "3:7: loss: -t*ln(y) has no value at y = −0.0103, t = 0.429, and tanh does give that y; "
        "change the formula or the last layer's activation"
    ]
    assert problems(own_loss.format("softmax", "ln(1 - y)*t")) == [
        "3:7: loss: softmax over one unit is constantly 1, where the loss ln(1 - y)*t has no "
        "value; use sigmoid, or two units"
    ]


def test_a_formula_over_several_lines_stands_in_one_in_messages() -> None:
    text = (
        'inputs: 1\nlayers: [{units: 1, activation: {formula: "x*\\n sigmoid(x)"}}]\n'
        'loss: {formula: "-t*\\nln(y)"}'
    )
    (problem,) = problems(text)
    assert "loss: -t* ln(y) has no value at y = " in problem and "and x* sigmoid(x) does" in problem


# -- files -----------------------------------------------------------------------------------


def test_a_path_an_open_file_and_text_of_both_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("\ufeff" + MAZUR, encoding="utf-8")  # some editors write a byte order mark
    with path.open(encoding="utf-8-sig") as file:
        assert derive.load(path) == derive.load(str(path)) == derive.load(file) == load(MAZUR)


def test_a_place_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("inputs: 2\nlayers: []\n", encoding="utf-8")
    message = f"{path}:2:9: layers: got 0; allowed are 1 to 64 layers"
    with pytest.raises(derive.NetworkError) as caught:
        derive.load(path)
    assert str(caught.value) == message
    with path.open(encoding="utf-8") as file, pytest.raises(derive.NetworkError) as caught:
        derive.load(file)
    assert str(caught.value) == message


def test_unreadable_files(tmp_path: Path) -> None:
    def message(path: Path) -> str:
        with pytest.raises(derive.NetworkError) as caught:
            derive.load(path)
        return str(caught.value)

    missing, folder, latin = tmp_path / "no.yaml", tmp_path / "d.yaml", tmp_path / "l.yaml"
    folder.mkdir()
    latin.write_bytes("inputs: 2\ntitle: Rückwärts".encode("latin-1"))
    assert message(missing) == (
        f"{missing}: No such file or directory; give the path of a network file"
    )
    assert message(folder) == f"{folder}: Is a directory; give the path of a network file"
    assert message(latin) == f"{latin}:2:9: not UTF-8; save the file in UTF-8"


def test_a_notation_file_is_looked_for_beside_the_network(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("letters: {weight: v}\n", encoding="utf-8")
    path = tmp_path / "net.yaml"
    path.write_text(
        "inputs: 1\nlayers: [{units: 1, weights: {v1: 3}}]\nnotation: mine.yaml\n",
        encoding="utf-8",
    )
    network = derive.load(path)
    assert network.notation == tmp_path / "mine.yaml"
    assert network.layers[0].weights == ((Number(Fraction(3)),),)


# -- messages --------------------------------------------------------------------------------

INPUTS = (
    "allowed are a count (2), names ([x1, x2]), values by name ({x1: 0.05, x2: 0.10}), one row of "
    "values ([0.05, 0.10]) and rows of values, one per example ([[0, 1], [1, 0]])"
)
TOP = f"allowed is a mapping with {', '.join(KEYS)}"
NET = "inputs: {i1: 0.05, i2: 0.10}\nlayers: [{units: 1, activation: sigmoid}]\n"


def layer(text: str) -> str:
    """A file whose one layer of two units has two inputs; its text begins at column 21."""
    return f"inputs: 2\nlayers: [{{units: 2, {text}}}]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the file as a whole
        ("", [f"1:1: the file is empty; {TOP}"]),
        ("# nothing\n", [f"1:1: the file is empty; {TOP}"]),
        ("[1, 2]", [f"1:1: got a list of 2; {TOP}"]),
        ("inputs: 2", ["1:1: layers: got nothing; allowed is a list of layers"]),
        ("layers: [{units: 1}]", [f"1:1: inputs: got nothing; {INPUTS}"]),
        (
            NET + "tilte: full",
            [f"3:1: unknown key 'tilte'; did you mean 'title'? allowed are {', '.join(KEYS)}"],
        ),
        (NET + "inputs: 3", ["3:1: inputs is given twice, first in line 1; leave one out"]),
        (NET + "---\ninputs: 3", ["3:1: a second document; write one per file"]),
        # YAML itself
        (
            "inputs: 2\nlayers: [{units: 2}\n",
            [
                "3:1: not YAML: while parsing a flow sequence, expected ',' or ']', but got "
                "'<stream end>'; mend the line here or just above"
            ],
        ),
        (
            "inputs: 2\n\tlayers: 3",
            [
                "2:1: not YAML: while scanning for the next token, found character '\\t' that "
                "cannot start any token; mend the line here or just above"
            ],
        ),
        (
            NET + "title: a\x07b",
            [
                "3:9: not YAML: unacceptable character #x0007: special characters are not "
                "allowed; remove it"
            ],
        ),
        (
            "inputs: &a 2\nlayers: [{units: *a}]",
            [
                "1:9: &a: anchors are not read; leave it out",
                "2:18: *a: aliases are not read; write it out",
                "2:18: units of layer 1: got nothing; allowed are whole numbers from 1 to 4096",
            ],
        ),
        (
            "inputs: !!python/object/apply:os.getcwd []\nlayers: [{units: 1}]",
            [
                "1:9: tag:yaml.org,2002:python/object/apply:os.getcwd: tags are not read; leave "
                "it out",
                "1:9: inputs: got a list of 0; allowed are 1 to 4096 inputs",
            ],
        ),
        ("? [a]\n: b\n" + NET, ["1:3: a key that is not a word; write key: value"]),
        (
            "inputs: {i1: 0,05, i2: 3}\nlayers: [{units: 1}]",
            [
                "1:16: 05 stands here without a value; write decimals after a point, as in 0.15, "
                "and give every value a name"
            ],
        ),
        (
            "inputs: {i1:0.05, i2: 3}\nlayers: [{units: 1}]",
            ["1:10: i1:0.05 stands here without a value; write a blank after the colon"],
        ),
        # inputs
        ("inputs: 2.5\nlayers: [{units: 1}]", [f"1:9: inputs: got 2.5; {INPUTS}"]),
        ("inputs: 0\nlayers: [{units: 1}]", [f"1:9: inputs: got 0; {INPUTS}"]),
        ("inputs: {}\nlayers: [{units: 1}]", ["1:9: inputs: got 0; allowed are 1 to 4096 inputs"]),
        (
            "inputs: {a: [0, 1], b: true, c: ~, d: x, f: .inf, g: '0.5', h: '0,5'}\n"
            "layers: [{units: 1}]",
            [
                "1:13: input a: got a list of 2; allowed are numbers; write several examples as "
                "rows",
                "1:24: input b: got true; allowed are numbers",
                "1:33: input c: got nothing; allowed are numbers",
                "1:39: input d: got 'x'; allowed are numbers",
                "1:45: input f: got inf; allowed are numbers, and finite ones only",
                "1:54: input g: got '0.5'; allowed are numbers; write it without quotation marks",
                "1:64: input h: got '0,5'; allowed are numbers; write the decimals after a point, "
                "as in 0.5",
            ],
        ),
        (
            "inputs: [x, x, 3]\nlayers: [{units: 1}]",
            [
                "1:13: the input name 'x' occurs twice; give every input its own",
                "1:16: inputs: got 3 among names; allowed are only names or only values",
            ],
        ),
        (
            "inputs: [[1, 2], [3], 4]\nlayers: [{units: 1}]",
            [
                "1:18: inputs, row 2: got 1 value; allowed are 2",
                "1:23: inputs, row 3: got 4; allowed is a list of 2",
            ],
        ),
        # names
        (
            "inputs: {w1: 1, x2: 2}\nlayers: [{units: 1}]",
            [
                "1:10: the input 1 and the weight from unit 1 to unit 1 of layer 1 would both be "
                "called w1 in text or code: rename the input w1"
            ],
        ),
        (
            "inputs: {i2: 1, i1: 2}\nlayers: [{units: 1}]",
            [
                "1:10: i2 is the notation's name of input 2, but stands in place 1; put the "
                "inputs in order, or rename it",
                "1:17: i1 is the notation's name of input 1, but stands in place 2; put the "
                "inputs in order, or rename it",
            ],
        ),
        (
            "inputs: {pi: 3}\nlayers: [{units: 1}]",
            ["1:10: input name 'pi' is the number π: rename it"],
        ),
        (
            "inputs: [x1, x2]\nlayers: [{units: 1}]\ntargets: {x2: 3}",
            [
                "1:9: the input 2 and the target 1 would both be called x2 in text or code: rename "
                "the input x2"
            ],
        ),
        # layers
        ("inputs: 2\nlayers: []", ["2:9: layers: got 0; allowed are 1 to 64 layers"]),
        (
            "inputs: 2\nlayers: {units: 2}",
            ["2:9: layers: got a mapping of 1; allowed is a list of layers"],
        ),
        (
            "inputs: 2\nlayers: [2, {activation: relu}, {units: 0}, {units: true}, {units: 1e9}]",
            [
                "2:10: layer 1: got 2; allowed is a layer with units, activation, …",
                "2:13: units of layer 2: got nothing; allowed are whole numbers from 1 to 4096",
                "2:41: units of layer 3: got 0; allowed are whole numbers from 1 to 4096",
                "2:53: units of layer 4: got true; allowed are whole numbers from 1 to 4096",
                "2:68: units of layer 5: got 1000000000; allowed are whole numbers from 1 to 4096",
            ],
        ),
        (
            layer("wieghts: 3"),
            [
                "2:21: unknown key 'wieghts'; did you mean 'weights'? allowed are units, "
                "activation, bias, weights, biases, frozen, name"
            ],
        ),
        (layer("name: 3"), ["2:27: name of layer 1: got 3; allowed is a short text"]),
        (
            layer("bias: yes"),
            ["2:27: unknown bias 'yes'; allowed are none, neuron, shared, threshold"],
        ),
        (
            layer("bias: 0.35"),
            [
                "2:27: bias of layer 1: got 0.35; allowed are none, neuron, shared, threshold; "
                "values belong under biases"
            ],
        ),
        (
            layer("bias: none, frozen: [biases, weight]"),
            [
                "2:41: unknown frozen 'weight'; did you mean 'weights'? allowed are weights, "
                "biases",
                "2:41: frozen: the layer has no biases; leave biases out, or change bias",
            ],
        ),
        (layer("frozen: true"), ["2:29: frozen: got true; allowed are weights and biases"]),
        (
            layer("frozen: [biases, weights]"),
            [
                "2:9: layers: every weight and bias is frozen, so that there is no gradient to "
                "derive; train at least one of them"
            ],
        ),
        # activations
        (
            layer("activation: sigmod"),
            [
                "2:33: unknown activation 'sigmod'; did you mean 'sigmoid'? allowed are "
                + ", ".join(ACTIVATIONS)
            ],
        ),
        (
            layer("activation: Swish"),
            [
                "2:33: unknown activation 'Swish'; did you mean 'silu'? allowed are "
                + ", ".join(ACTIVATIONS)
            ],
        ),
        (
            layer("activation: [relu]"),
            [
                "2:33: activation: got a list of 1; allowed are a name, {name: …} with "
                'parameters, and {formula: "x/(1 + abs(x))"}'
            ],
        ),
        (
            layer("activation: {name: leaky_relu, slop: 1}"),
            ["2:52: unknown key 'slop'; did you mean 'slope'? allowed are name, slope"],
        ),
        (
            layer("activation: {name: leaky_relu, slope: steep}"),
            ["2:59: slope of leaky_relu: got 'steep'; allowed are numbers"],
        ),
        (
            layer("activation: {name: elu, alpha: -1}"),
            ["2:52: alpha of elu: got -1; allowed are numbers above 0"],
        ),
        (
            layer("activation: {slope: 1}"),
            [
                "2:33: activation: neither name nor formula; allowed names are "
                + ", ".join(ACTIVATIONS)
            ],
        ),
        (
            layer('activation: {formula: "x + foo(x)"}'),
            [
                "2:48: formula: unknown function 'foo'; allowed are exp, ln, sqrt, sin, cos, "
                "sinh, cosh, tanh, atan, erf, sign, abs, max, min, sigmoid, log"
            ],
        ),
        (
            layer("activation: {formula: x + z}"),
            ["2:47: formula: unknown name 'z'; allowed are x, pi, e"],
        ),
        (
            layer("activation: {formula: 3 + 4}"),
            ["2:43: formula: x does not occur in it, so that every gradient is 0; write it in x"],
        ),
        (
            layer("activation: {formula: ((((9^16)^16)^16)^16)^16*x}"),
            ["2:43: formula: a power of more than 4096 bits; use smaller exponents"],
        ),
        # weights
        (
            layer("weights: [[1, 2, 3], [4, 5, 6]]"),
            [
                "2:30: weights of layer 1: got 2 × 3; allowed is 2 × 2; one row per unit before "
                "the layer, one column per unit of the layer (layout: from_to)"
            ],
        ),
        (
            "inputs: 2\nlayers: [{units: 3, weights: [[1, 2], [3, 4], [5, 6]]}]",
            [
                "2:30: weights of layer 1: got 3 × 2; allowed is 2 × 3; transpose it, or write "
                "layout: to_from"
            ],
        ),
        (
            "inputs: 2\nlayout: to_from\nlayers: [{units: 3, weights: [[1, 2, 3], [4, 5, 6]]}]",
            [
                "3:30: weights of layer 1: got 2 × 3; allowed is 3 × 2; transpose it, or write "
                "layout: from_to"
            ],
        ),
        (
            layer("weights: [1, 2]"),
            [
                "2:30: weights of layer 1: got a list of numbers; allowed is a matrix; write every "
                "row in brackets, as in [[0.1, 0.2], [0.3, 0.4]]"
            ],
        ),
        (
            layer("weights: [[1, 2], [3]]"),
            [
                "2:30: weights of layer 1: got 2 rows of different lengths; allowed is 2 × 2; one "
                "row per unit before the layer, one column per unit of the layer (layout: from_to)"
            ],
        ),
        (
            layer("weights: [[1, x], [.nan,]]").replace(".nan,", ".nan, ~"),
            [
                "2:35: weights of layer 1, row 1: got 'x'; allowed are numbers",
                "2:40: weights of layer 1, row 2: got nan; allowed are numbers, and finite ones "
                "only",
                "2:46: weights of layer 1, row 2: got nothing; allowed are numbers",
            ],
        ),
        (
            layer("weights: {w1: 1, w3: 2, b1: 3, w9: 4, W1: 2}"),
            [
                "2:30: weights of layer 1: w2, w4 missing; give a value to each of w1, w2, w3, w4, "
                "or to none",
                "2:45: b1 is a bias of layer 1, not among the weights of layer 1; allowed are w1, "
                "w2, w3, w4",
                "2:52: unknown name 'w9'; allowed are w1, w2, w3, w4 (the weights of layer 1 in "
                "the notation numbered)",
                "2:59: weights of layer 1: W1 is given twice; leave one out",
            ],
        ),
        (
            "inputs: 1\nlayers: [{units: 1}, {units: 1, weights: {w1: 1}}]",
            [
                "2:42: weights of layer 2: w2 missing; give a value to each of w2, or to none",
                "2:43: w1 is a weight of layer 1, not among the weights of layer 2; allowed are w2",
            ],
        ),
        # biases
        (
            layer("biases: 3"),
            [
                "2:29: biases of layer 1: got 3; allowed is a list of 2; write bias: shared for "
                "one number for the whole layer"
            ],
        ),
        (layer("biases: [3]"), ["2:29: biases of layer 1: got 1 value; allowed are 2"]),
        (
            layer("bias: shared, biases: [3, 4]"),
            [
                "2:43: biases of layer 1: got a list of 2; allowed are numbers; bias: shared has "
                "one number for the whole layer"
            ],
        ),
        (
            layer("bias: none, biases: [3, 4]"),
            [
                "2:41: biases of layer 1: got a list of 2; allowed are none, as the layer says "
                "bias: none; leave one of the two out"
            ],
        ),
        # loss
        (
            NET + "loss: mse",
            [
                "3:7: unknown loss 'mse'; did you mean 'mean_squared_error'? allowed are "
                + ", ".join(LOSSES)
            ],
        ),
        (
            NET + "loss: {name: mean_squared_error, per_output: mean}",
            [
                "3:46: per_output: mean_squared_error is a mean over the outputs already; leave "
                "per_output out, or use half_squared_error or a formula"
            ],
        ),
        (
            NET + "loss: {name: huber, per_output: sum}",
            ["3:33: per_output: got 'sum'; allowed is mean; leave it out to sum the terms"],
        ),
        (
            NET + "loss: 3",
            [
                "3:7: loss: got 3; allowed are a name, {name: …} with parameters, and {formula: "
                '"(y - t)**4"}'
            ],
        ),
        (
            NET + "loss: {formula: '(y - x)**2'}",
            ["3:23: formula: unknown name 'x'; allowed are y, t, pi, e"],
        ),
        # targets
        (
            NET + "targets: [1.0, 2]",
            ["3:10: targets: got 2; allowed are 1, one per output"],
        ),
        (
            NET + "targets: [0,5]",
            [
                "3:10: targets: got 2; allowed are 1, one per output; if a comma was meant as a "
                "decimal point, write 0.5 and not 0,5"
            ],
        ),
        (
            "inputs: 1\nlayers: [{units: 2, weights: [[0,5, 1,25]]}]",
            [
                "2:30: weights of layer 1: got 1 × 4; allowed is 1 × 2; one row per unit before "
                "the layer, one column per unit of the layer (layout: from_to); if a comma was "
                "meant as a decimal point, write 0.5 and not 0,5"
            ],
        ),
        (
            NET + "learning_rate: 1/0",
            [
                "3:16: learning_rate: got '1/0'; allowed are numbers, and nothing is divided by 0; "
                "write it as in 0.5"
            ],
        ),
        (
            NET + "targets: {t1: .nan}",
            ["3:15: targets.t1: got nan; allowed are numbers, and finite ones only"],
        ),
        (
            "inputs: 1\nlayers: [{units: 3}]\ntargets: {class: 0}",
            [
                "3:18: class: got 0; allowed are whole numbers from 1 to 3; class_index counts "
                "from 0"
            ],
        ),
        (
            "inputs: [[1], [2]]\nlayers: [{units: 3}]\ntargets: {class_index: [0, 3, 1]}",
            ["3:24: class_index: got 3; allowed are 2, one per example"],
        ),
        (
            NET + "targets: {y: i1 + x2}",
            ["3:19: targets.y: unknown name 'x2'; allowed are i1, i2, pi, e"],
        ),
        (
            NET + "targets: ['1/(i1 - 0.05)']",
            ["3:11: targets[0]: the formula has no value; change it, or the inputs"],
        ),
        (
            NET + "targets: [[1], [2]]",
            ["3:10: targets: got 2 rows; allowed are 1, one per row of the inputs"],
        ),
        (
            "inputs: [[1, 2], [3]]\nlayers: [{units: 1}]\ntargets: [[1], [2]]",
            ["1:18: inputs, row 2: got 1 value; allowed are 2"],
        ),
        (
            "inputs: [[1], [2]]\nlayers: [{units: 2}]\ntargets: [1, 2]",
            [
                "3:10: targets: got one row; allowed are 2, one per example; write rows of 2, or, "
                "for classes counted from 0, {class_index: [1, 0]}"
            ],
        ),
        (
            NET + "loss: binary_cross_entropy\ntargets: [1.5]",
            ["4:11: target 1: got 1.5; allowed with binary_cross_entropy are targets in [0, 1]"],
        ),
        (
            NET + "loss: hinge\ntargets: {t1: 0}",
            ["4:15: target 1: got 0; allowed with hinge are −1 and 1"],
        ),
        (
            "inputs: [[1], [2]]\nlayers: [{units: 2}]\nloss: hinge\ntargets: [[1, -1], [1, 2]]",
            ["4:24: target 2: got 2; allowed with hinge are −1 and 1"],
        ),
        # pairs
        (
            "inputs: 1\nlayers: [{units: 1, activation: tanh}]\nloss: binary_cross_entropy",
            [
                "3:7: loss: tanh gives values in (−1, 1), but binary_cross_entropy needs values in "
                "(0, 1); allowed before it are sigmoid, softmax; change the last layer's "
                "activation or the loss"
            ],
        ),
        (
            "inputs: 1\nlayers: [{units: 1, activation: softmax}]\nloss: binary_cross_entropy",
            [
                "3:7: loss: softmax over one unit is constantly 1, where binary_cross_entropy has "
                "no value; use sigmoid, or two units"
            ],
        ),
        # the rest
        (
            NET + "learning_rate: 0",
            [
                "3:16: learning_rate: got 0; allowed are numbers above 0; the minus of the update "
                "rule is not part of it"
            ],
        ),
        (
            NET + "learning_rate: 1e-400",
            [
                "3:16: learning_rate: got '1e-400'; allowed are numbers of at most 60 digits, "
                "between 1e-300 and 1e300; write it as in 0.5"
            ],
        ),
        (NET + "digits: 0", ["3:9: digits: got 0; allowed are whole numbers from 1 to 30"]),
        (
            NET + "digits: {value: 3, update: x}",
            [
                "3:10: unknown key 'value'; did you mean 'values'? allowed are values, update",
                "3:28: digits: got 'x'; allowed are whole numbers from 1 to 30",
            ],
        ),
        (
            NET + "rounding: round\nover_examples: 3\nlayout: from-to\nnotation: numberd",
            [
                "3:11: unknown rounding 'round'; allowed are exact, carried",
                "4:16: over_examples: got 3; allowed are mean, sum",
                "5:9: unknown layout 'from-to'; did you mean 'from_to'? allowed are from_to, "
                "to_from",
                "6:11: unknown notation 'numberd'; did you mean 'numbered'? allowed are numbered, "
                "plain, letters, indexed, layered, and the path of a notation file",
            ],
        ),
        (
            NET + "title: 42",
            [
                "3:8: title: got 42; allowed is one line of text of at most 300 characters; put a "
                "number in quotation marks to make it text"
            ],
        ),
    ],
)
def test_every_message(text: str, expected: list[str]) -> None:
    assert problems(text) == expected


def test_all_problems_of_a_file_come_at_once_in_the_order_of_its_lines() -> None:
    found = problems(
        "title: [a]\n"
        "inputs: {i1: .nan, i2: 3}\n"
        "layers:\n"
        "  - {units: 2, activation: sigmod, weights: {w1: 1}}\n"
        "  - {units: 1, activation: tanh, bais: none}\n"
        "loss: binary_cross_entropy\n"
        "targets: {t1: 1, t2: 2}\n"
        "learning_rate: fast\n"
        "rounding: never\n"
    )
    assert [line.split(" ")[0] for line in found] == [
        "1:8:", "2:14:", "4:28:", "4:45:", "5:34:", "6:7:", "7:10:", "8:16:", "9:11:",
    ]  # fmt: skip


def test_a_column_in_a_formula_is_told_only_where_the_text_is_as_typed() -> None:
    plain = 'layers: [{units: 1, activation: {formula: "x + z"}}]\ninputs: 1'
    escaped = 'layers: [{units: 1, activation: {formula: "\\x78 + z"}}]\ninputs: 1'
    assert problems(plain)[0].startswith("1:48: formula: unknown name 'z'")
    assert problems(escaped)[0].startswith("1:43: formula: unknown name 'z'")
