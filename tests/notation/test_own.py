"""A notation file: what it changes, and what is said where it is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from derive.expression.nodes import (
    ACTIVATION,
    BIAS,
    DELTA,
    LEARNING_RATE,
    LOSS,
    PRE_ACTIVATION,
    WEIGHT,
    Quantity,
)
from derive.notation import NotationError, Shape, names
from derive.notation.files import MOST_BYTES

SHAPE = Shape((2, 2, 2))
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(source: str) -> Path:
        path = tmp_path / "own.yaml"
        path.write_text(source, encoding="utf-8")
        return path

    return to_file


def test_a_file_changes_what_it_names_and_nothing_else(write: Write) -> None:
    path = write(
        r"""
extends: layered
letters: {loss: C, learning_rate: α}
weight: {latex: '\theta^{[{layer}]}_{{pair}}', text: 'θ{layer}_{pair}', code: 'th{layer}_{pair}'}
pre_activation: {text: 'net{layer}{_unit}'}
"""
    )
    called = names(path, SHAPE)
    weight, net = Quantity(WEIGHT, 2, 1, 0), Quantity(PRE_ACTIVATION, 1, 1)
    assert (called.latex(weight), called.text(weight)) == (r"\theta^{[2]}_{12}", "θ2_12")
    assert called.find("th2_12") == weight
    assert (called.latex(net), called.text(net)) == ("z^{(1)}_2", "net1₂")
    assert called.latex(Quantity(LOSS)) == "C"
    assert called.latex(Quantity(LEARNING_RATE)) == r"\alpha"
    assert called.latex(Quantity(DELTA, 2, 0)) == r"\delta^{(2)}_1"
    assert names(path, SHAPE, "to_from").text(weight) == "θ2_21"


def test_a_weight_row_stands_for_the_weights_of_every_layer(write: Write) -> None:
    path = write(
        "extends: indexed\nweight: {latex: 'v_{number}', text: 'v{number}', code: 'v{number}'}"
    )
    called = names(path, SHAPE)
    assert [called.text(Quantity(WEIGHT, layer, 1, 1)) for layer in (1, 2)] == ["v4", "v8"]


def test_words_after_a_command_are_no_placeholders(write: Write) -> None:
    path = write(r"activation: {latex: '\mathrm{unit}_{h{number}}'}")
    assert names(path, SHAPE).latex(Quantity(ACTIVATION, 1, 1)) == r"\mathrm{unit}_{h2}"


@pytest.mark.parametrize(
    ("source", "place", "says"),
    [
        ("extends: foo", "1:1", "extends: got 'foo'; allowed are numbered"),
        ("weigth: {latex: a}", "1:1", "unknown key 'weigth'; allowed are extends, letters"),
        ("weight: {tex: a}", "1:10", "weight: unknown key 'tex'; allowed are latex, text"),
        ("weight: w", "1:1", "write it as weight: {latex:"),
        ("weight: {text: 3}", "1:10", "write a pattern in quotes"),
        (
            "weight: {text: 'w{nubmer}'}",
            "1:10",
            "{nubmer} is not a placeholder: allowed are letter",
        ),
        ("weight: {latex: 'w_{nubmer}'}", "1:10", r"write \mathrm{nubmer}"),
        ("loss: {text: 'L{number}'}", "1:8", "{number} has no meaning here: allowed are letter"),
        ("weight: {text: 'w{unit.__class__}'}", "1:10", "braces are for placeholders only"),
        ("weight: {text: 'w{0}'}", "1:10", "braces are for placeholders only"),
        ("weight: {text: 'w{number'}", "1:10", "braces are for placeholders only"),
        ("weight: {text: 'w·{number}'}", "1:10", "would read as an operator"),
        ("weight: {text: 'w {number}'}", "1:10", "would read as an operator"),
        (r"weight: {latex: '\input{x}'}", "1:10", r"\input is not allowed"),
        (r"weight: {latex: '\operatorname{w}'}", "1:10", r"\operatorname is not allowed"),
        (r"weight: {latex: 'w$'}", "1:10", "'$' cannot stand in a LaTeX name"),
        (
            r"weight: {latex: 'w_{number'}",
            "1:10",
            "unbalanced braces: a { too many in 'w_{number'; give every { its }, as in 'w_{{to}",
        ),
        (r"weight: {latex: 'w}_{number}'}", "1:10", "unbalanced braces: a } too many"),
        (r"weight: {latex: '\text{a_h}{number}'}", "1:10", r"no _ or ^ inside \text"),
        ("weight: {code: '{^number}'}", "1:10", "raised and lowered digits are for text only"),
        ("weight: {code: '{number}w'}", "1:1", "would be called '1w' in code"),
        ("weight: {latex: 'w_{unit}'}", "1:1", "would both be called w_1 in LaTeX"),
        ("\nletters: {cost: C}", "2:11", "letters: unknown key 'cost'"),
        ("letters: {loss: 3}", "1:11", "letters: loss: got 3"),
        ("letters: C", "1:1", "write letters: {loss: C}"),
        ("- a", "1:1", "got no keys; write a notation as"),
        ("a: [", "1:5", "mend the line here"),
        ("loss: {}\nloss: {}", "2:1", "loss is given twice, first in line 1"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    write: Write, source: str, place: str, says: str
) -> None:
    path = write(source)
    with pytest.raises(NotationError) as error:
        names(path, SHAPE)
    assert says in str(error.value)
    assert f"{path}:{place}: " in str(error.value)


def test_all_problems_are_reported_at_once_in_reading_order(write: Write) -> None:
    path = write("zzz: 1\nweight: {text: '{a}', latex: '{b}'}\nloss: {tex: C}\n")
    with pytest.raises(NotationError) as error:
        names(path, SHAPE)
    places = [re.search(r":(\d+):(\d+): ", problem) for problem in error.value.problems]
    found = [tuple(map(int, place.groups())) for place in places if place]
    assert found == [(1, 1), (2, 10), (2, 23), (3, 8)]


def test_a_clash_of_two_patterns_is_reported_once_not_for_every_weight(write: Write) -> None:
    path = write("bias: {text: 'W{number}', code: 'w{number}', latex: 'W_{number}'}")
    with pytest.raises(NotationError) as error:
        names(path, SHAPE)
    assert len(error.value.problems) == 1
    assert "the weight from unit 1 to unit 1 of layer 1" in str(error.value)
    assert "the bias 1 of layer 1" in str(error.value)


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe", b"[" * 30_000, b"a: " + b"x" * MOST_BYTES, b"a: &a [*a]", b"? [a]\n: b", b""],
    ids=["not UTF-8", "deep", "large", "cycle", "list as key", "empty"],
)
def test_hostile_files_end_in_an_error_that_helps(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hostile.yaml"
    path.write_bytes(content)
    with pytest.raises(NotationError, match=re.escape(str(path))):
        names(path, SHAPE)


def test_what_is_not_utf_8_is_said_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("letters:\n  {loss: É}".encode("latin-1"))
    with pytest.raises(NotationError) as error:
        names(path, SHAPE)
    assert str(error.value) == f"{path}:2:10: not UTF-8; save the file in UTF-8"


def test_an_empty_name_is_not_taken_for_none() -> None:
    with pytest.raises(NotationError, match="notation: got ''; allowed are numbered, plain"):
        names("", SHAPE)


def test_a_missing_file_says_what_could_have_been_given(tmp_path: Path) -> None:
    with pytest.raises(
        NotationError, match="numbered, plain, letters, indexed, layered, or give the"
    ):
        names(tmp_path / "none.yaml", SHAPE)


def test_a_shared_bias_row_has_no_unit(write: Write) -> None:
    shape = Shape((2, 2), ("shared",))
    called = names(write("shared_bias: {latex: 'c_{layer}', text: 'c{layer}'}"), shape)
    assert called.latex(Quantity(BIAS, 1, -1)) == "c_1"
    with pytest.raises(NotationError, match=r"\{unit\} has no meaning here"):
        names(write("shared_bias: {text: 'c{unit}'}"), shape)
