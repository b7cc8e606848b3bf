"""What a failed check says: where the formula stands, what is wrong, and what to do."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import derive
from derive.derivation.check.failure_place import with_place
from derive.derivation.failure import CheckFailed

FILE = """\
inputs: 1
layers:
  - {units: 1, activation: tanh}
  - units: 1
    activation: {formula: "ACTIVATION"}
loss: {formula: "LOSS"}
"""


def load(tmp_path: Path, activation: str = "x**3", loss: str = "(y - t)**2") -> derive.Network:
    path = tmp_path / "net.yaml"
    path.write_text(FILE.replace("ACTIVATION", activation).replace("LOSS", loss))
    return derive.load(path)


def test_a_formula_that_no_point_suits_is_named_with_its_place(tmp_path: Path) -> None:
    network = load(tmp_path, "ln(x - 9)")
    with pytest.raises(CheckFailed, match="no point was found") as failed:
        derive.derive(network).check()
    assert str(failed.value).startswith(f"{tmp_path}/net.yaml:5:28: step points: ")
    assert "change the formula" in failed.value.remedy


def test_a_formula_without_any_value_is_an_error_of_the_file(tmp_path: Path) -> None:
    for formula in ("(-1)**x", "ln(-x**2 - 1)", "sqrt(-1 - abs(x))"):
        with pytest.raises(derive.NetworkError, match="has no value at any of") as failed:
            load(tmp_path, formula)
        assert str(failed.value).startswith(f"{tmp_path}/net.yaml:5:28: ")


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ("lemma/f/1", "5:28"), ("function/f", "5:28"), ("define/a2.1", "5:28"),
        ("local/a2.1/z2.1", "5:28"), ("define/E", "6:18"), ("local/E/a2.1", "6:18"),
        ("total/E/w1.1.1", "6:18"), ("total/a2.1/w1.1.1", "5:28"),
        ("points", "5:28"), ("define/a1.1", ""), ("gradient/w1.1.1", ""), ("lemma/tanh", ""),
    ],
)  # fmt: skip
def test_where_the_formula_of_a_step_stands(tmp_path: Path, step: str, line: str) -> None:
    error = with_place(CheckFailed(step, "is not so"), derive.derive(load(tmp_path)))
    assert error.place == (f"{tmp_path}/net.yaml:{line}" if line else "")
    assert error.remedy and str(error).endswith(error.remedy)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_in_python_the_layer_stands_for_the_place() -> None:
    network = derive.Network(1, [derive.Dense(1, {"formula": "x**3"})])
    assert with_place(CheckFailed("lemma/f", "is not so"), derive.derive(network)).place == (
        "activation of layer 1, x**3"
    )


def test_a_network_is_the_same_wherever_its_formulas_stand(tmp_path: Path) -> None:
    network = load(tmp_path)
    assert network == network.placed(lambda path: "elsewhere")
    assert hash(network) == hash(network.placed(lambda path: "elsewhere"))
