"""Every convention in force is stated, and no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import derive
from derive.expression.nodes import Apply, Number
from derive.network import Network
from derive.rendering import PARTS
from tests.document.claims import Said, network, told
from tests.document.networks import ALL, EXAMPLES

ONE_EACH = network((2, 3, 2), ("tanh", "sigmoid"))


def conventions(of: Network, **options: Any) -> set[str]:
    return {one.sentence for one in told(of, **options) if one.sentence.startswith("convention_")}


CONVENTIONS = {
    "convention_bias_none": network((2, 1), ("sigmoid",), bias="none"),
    "convention_bias_neuron": ONE_EACH,
    "convention_bias_neuron_frozen": network((2, 2), ("sigmoid",), frozen=(("biases",),)),
    "convention_bias_one": network((2, 1), ("sigmoid",)),
    "convention_bias_one_frozen": network((2, 1), ("sigmoid",), frozen=(("biases",),)),
    "convention_bias_shared": ALL["shared"],
    "convention_bias_shared_frozen": network(
        (2, 2), ("sigmoid",), bias="shared", frozen=(("biases",),)
    ),
    "convention_weights_frozen": ALL["shared biases alone"],
    "convention_logarithm": ALL["wide"],
    "convention_examples_mean": network((2, 1), ("sigmoid",), examples=2),
    "convention_examples_sum": network((2, 1), ("sigmoid",), examples=2, over_examples="sum"),
    "convention_exact": ONE_EACH,
    "convention_carried": network((2, 1), ("sigmoid",), rounding="carried"),
    "convention_from_to": ONE_EACH,
    "convention_to_from": network((2, 2), ("sigmoid",), layout="to_from", notation="indexed"),
    "convention_update_digits": network((2, 1), ("sigmoid",), digits={"values": 5, "update": 3}),
}
SOME = ("batch", "half frozen", "softmax inside", "linear")
TRUE_OF: dict[str, Callable[[Network], bool]] = {
    "convention_bias_none": lambda of: all(x.bias == "none" for x in of.layers),
    "convention_bias_neuron": lambda of: (
        sum(of.sizes[1:]) > 1
        and all(x.bias == "neuron" and "biases" not in x.frozen for x in of.layers)
    ),
    "convention_bias_neuron_frozen": lambda of: (
        sum(of.sizes[1:]) > 1
        and all(x.bias == "neuron" and "biases" in x.frozen for x in of.layers)
    ),
    "convention_bias_one": lambda of: (
        sum(of.sizes[1:]) == 1
        and all(x.bias != "none" and "biases" not in x.frozen for x in of.layers)
    ),
    "convention_bias_one_frozen": lambda of: (
        sum(of.sizes[1:]) == 1 and all(x.bias != "none" and "biases" in x.frozen for x in of.layers)
    ),
    "convention_bias_shared": lambda of: all(
        x.bias == "shared" and "biases" not in x.frozen for x in of.layers
    ),
    "convention_bias_shared_frozen": lambda of: all(
        x.bias == "shared" and "biases" in x.frozen for x in of.layers
    ),
    "convention_weights_frozen": lambda of: any("weights" in x.frozen for x in of.layers),
    "convention_logarithm": lambda of: "entropy" in of.loss.name or "kl" in of.loss.name,
    "convention_examples_mean": lambda of: of.is_batch and of.over_examples == "mean",
    "convention_examples_sum": lambda of: of.is_batch and of.over_examples == "sum",
    "convention_exact": lambda of: of.rounding == "exact",
    "convention_carried": lambda of: of.rounding == "carried",
    "convention_from_to": lambda of: of.layout == "from_to",
    "convention_to_from": lambda of: of.layout == "to_from",
    "convention_update_digits": lambda of: of.update_digits != of.digits,
}


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_a_convention_is_stated_where_it_holds(convention: str) -> None:
    for of in (*CONVENTIONS.values(), *(ALL[name] for name in SOME)):
        assert (convention in conventions(of)) == TRUE_OF[convention](of)
    assert convention in conventions(CONVENTIONS[convention])


def test_layers_that_differ_in_their_biases() -> None:
    layers = [
        derive.Dense(2, "tanh", "none"),
        derive.Dense(2, "tanh"),
        derive.Dense(1, "tanh", "none"),
    ]
    said = told(derive.Network(1, layers))
    (none,) = [one.values for one in said if one.sentence == "convention_in_layers"
               and "no biases" in str(one.values["what"])]  # fmt: skip
    assert "".join(map(str, none["layers"])) == "Layers 1 and 3"


@pytest.mark.parametrize(
    ("activation", "loss", "declared"),
    [
        ("relu", "half_squared_error", ["ReLU: relu′(0) = 0"]),
        ({"name": "leaky_relu", "slope": 0.2}, "half_squared_error",
         ["Leaky ReLU: lrelu_0.2′(0) = 0.2"]),
        ({"name": "elu", "alpha": 0.5}, "half_squared_error", ["ELU: elu_0.5′(0) = 0.5"]),
        ("selu", "half_squared_error", ["SELU: selu′(0) ≈ 1.75810"]),
        ({"formula": "abs(x - 1) + max(x, -2)"}, "half_squared_error",
         ["f(x): f′(-2) = -0.5, f′(1) = 1"]),
        ("sigmoid", "absolute_error", ["Absolute error: 0"]),
        ("sigmoid", "half_squared_error", []),
        ("softplus", "huber", []),
        ("elu", "hinge", ["Hinge loss: 0"]),  # with α = 1 both slopes of elu at 0 are 1
        ("softsign", {"formula": "max(0, y - t)"}, ["Given loss: 0.5"]),
    ],
)  # fmt: skip
def test_kinks_are_declared(activation: Any, loss: Any, declared: list[str]) -> None:
    target = [[1]] if loss == "hinge" else None
    of = network((1, 1), (activation,), loss, targets=target)
    said = told(of)
    conventions_ = [one for one in said if one.sentence.startswith("convention_kink")]
    assert [f"{_name(one)}: {_declared(one)}" for one in conventions_] == declared
    # the page says so once more where the derivative is stated, and where it is proved
    kinds = [one for one in said if one.sentence == "kink"]
    assert len(kinds) == 2 * (activation not in ("sigmoid", "softplus", "elu", "softsign"))
    proofs = [one.sentence for one in told(of, parts={"lemmas"}) if one.sentence[:5] == "proof"]
    assert proofs == ["proof_apart" if kinds else "proof", "proof"]


def _name(one: Said) -> str:
    name = one.values["name"]
    return f"{name.function.text}(x)" if isinstance(name, Apply) else str(name)


def _declared(one: Said) -> str:
    if "value" in one.values:
        (value,) = [one.values["value"]]
        assert isinstance(value, Number)
        return value.text or str(value.value)
    found = one.values["declared"]
    assert isinstance(found, tuple)
    return "".join(_spelled(part) for part in found).replace(" and ", ", ")


def _spelled(part: object) -> str:
    if isinstance(part, Apply):
        (at,) = part.arguments
        return f"{part.function.text}({_spelled(at)})"
    return part.text or str(part.value) if isinstance(part, Number) else str(part)


@pytest.mark.parametrize("style", ["deltas", "paths", "matrices"])
def test_sentences_have_the_letter_of_the_notation_for_delta(style: str, tmp_path: Path) -> None:
    notation = tmp_path / "err.yaml"
    notation.write_text("extends: numbered\nletters: {delta: Err}\n", encoding="utf-8")
    page = derive.render(
        derive.derive(EXAMPLES["mazur"], style), "text", notation=notation, detail="full",
        parts=tuple(part for part in PARTS if part != "training"),
    )  # fmt: skip
    assert "Err_o1" in page and "Err times the incoming value" in " ".join(page.split())
    assert "δ" not in page
