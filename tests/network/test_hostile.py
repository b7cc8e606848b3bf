"""Files made to hang, fill the memory or run code: refused for little work, with a message."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from work import at_most

import derive
from derive import Dense, Network, NetworkError
from derive.network.loader import MAX_BYTES

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = [
    path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "examples").glob("*.yaml"))
]
BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)
NAMES = "{" + ", ".join(f"v{n}: 1" for n in range(5_000)) + "}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "inputs: 1\nlayers:\n" + "  - {units: 1}\n" * 100_000,
            "layers: got more than 64; allowed are at most 64",
        ),
        (
            "inputs: 1\nlayers: [{units: 1000000000}]",
            "units of layer 1: got 1000000000; allowed are whole numbers from 1 to 4096",
        ),
        (
            "inputs: 4096\nlayers: [{units: 4096}, {units: 4096}]",
            "layers: got 33554432 weights; allowed are 2000000; use fewer units",
        ),
        ("inputs: 1000000000\nlayers: [{units: 1}]", "inputs: got 1000000000; allowed are"),
        ("x" * (MAX_BYTES + 1), f"more than {MAX_BYTES} bytes; a network file is a small file"),
        (BOMB, "&a: anchors are not read; leave it out"),
        ("inputs: " + "[" * 500_000, "nested more than 12 deep; write it flatter"),
        ("inputs: " + "{a: " * 400_000, "nested more than 12 deep; write it flatter"),
        ("- " * 500_000, "nested more than 12 deep; write it flatter"),
        (f"inputs: 1\nlayers: [{{units: 1, weights: {NAMES}}}]", "more unknown names"),
        (f"{NAMES}", "more unknown keys"),
        (f"inputs: 1\nlayers: [{{units: 1, activation: {NAMES}}}]", "neither name nor formula"),
        (f"inputs: {NAMES}\nlayers: [{{units: 1}}]", "inputs: got 5000; allowed are 1 to 4096"),
        ("inputs: 1e999999999\nlayers: [{units: 1}]", "inputs: got '1e999999999'; allowed are"),
        (f"inputs: {'9' * 100_000}\nlayers: [{{units: 1}}]", "inputs: got '9999999999"),
        (
            "inputs: 1\nlayers: [{units: 1, activation: {formula: ((((9^16)^16)^16)^16)^16*x}}]",
            "a power of more than 4096 bits; use smaller exponents",
        ),
        (
            "inputs: 1\nlayers: [{units: 1, activation: {formula: "
            "\"__import__('os').system('true')\"}}]",
            'the sign "\'" has no meaning here',
        ),
        (
            "inputs: [3]\nlayers: [{units: 1}]\ntargets: ['" + "(" * 200 + "i1" + ")" * 200 + "']",
            "nested more than 40 deep",
        ),
        (
            "inputs: [3]\nlayers: [{units: 1}]\ntargets: [exp(exp(exp(exp(i1))))]",
            "the formula has no value; change it, or the inputs",
        ),
        ("inputs: !!python/name:os.system ''\nlayers: [{units: 1}]", "tags are not read"),
        ("inputs: 1\nlayers: [{units: 1}]\nnotation: " + "x" * 5_000, "unknown notation"),
        ("inputs: 1\nlayers: [{units: 1}]\nnotation: ../../../../etc/passwd", "etc/passwd"),
    ],
    ids=lambda value: value[:40],
)
def test_a_hostile_file_is_refused_for_little_work(text: str, message: str) -> None:
    with at_most(12_000_000), pytest.raises(NetworkError) as caught:
        derive.load(io.StringIO(text))
    assert message in str(caught.value)
    assert len(str(caught.value)) < 20_000


def test_layers_without_end_are_refused() -> None:
    def endless() -> object:
        while True:
            yield Dense(1)

    with at_most(5_000), pytest.raises(NetworkError, match="got more than 64"):
        Network(1, endless())  # type: ignore[arg-type]


def test_many_targets_out_of_reach_are_one_remark() -> None:
    rows = 3_000
    with at_most(600_000):
        network = Network(
            [[n] for n in range(rows)], [Dense(1, "sigmoid")], targets=[n + 2 for n in range(rows)]
        )
    assert network.remarks == (
        "Target 1 is 2, outside (0, 1), the range of sigmoid: no weights reach it.",
    )


def test_a_large_network_with_values_still_loads() -> None:
    row = "[" + ", ".join(["0.125"] * 60) + "]"
    matrix = "[" + ", ".join([row] * 60) + "]"
    text = f"inputs: 60\nlayers: [{{units: 60, weights: {matrix}}}, {{units: 60}}]"
    with at_most(5_000_000):
        network = derive.load(io.StringIO(text))
    assert len(network.parameters()) == 2 * 60 * 61


_pieces = st.sampled_from(
    ["{", "}", "[", "]", ":", ",", "\n", "  ", "- ", "'", '"', "0", "1e999", ".nan", "null",
     "true", "&a ", "*a", "!x ", "#", "|", "? ", "<<: ", "x1", "softmax", "units: ", "weights: ",
     "formula: ", "targets: ", "biases: 3", "shared", "none", "loss: hinge", "\t", "é", "\u2028",
     "\x00", "1" * 400, "frozen: ", "binary_cross_entropy"]
)  # fmt: skip


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_file_gives_a_network_or_places(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(EXAMPLES))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.sampled_from([0, 0, 1, 3, 12]))
        text = text[:start] + data.draw(_pieces) + text[end:]
    try:
        derive.load(io.StringIO(text))
    except NetworkError as error:
        for problem in error.problems:
            name, line, column = problem.place.split(":")
            assert name == "network" and int(line) >= 1 and int(column) >= 1
            assert "Number(" not in problem.message and len(problem.message) < 700
