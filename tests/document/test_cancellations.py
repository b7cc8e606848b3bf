"""Where output and loss cancel, the page shows it line by line, once, and goes on with y − t."""

from __future__ import annotations

import re

import pytest

import derive
from derive.derivation import STYLES as EVERY
from tests.derived import derived
from tests.document.claims import network

STYLES = [style for style in EVERY if style != "nodes"]  # in which there are deltas

SIGMOID = network((2, 2, 1), ("tanh", "sigmoid"), "binary_cross_entropy", targets=[[1]])
SOFTMAX = network((2, 2, 2), ("tanh", "softmax"), "cross_entropy", notation="layered")


def page(of: derive.Network, style: str, detail: str) -> str:
    text = derive.render(derived(of, style), "text", detail=detail, notation="layered")
    assert isinstance(text, str)
    return text


def lines(text: str) -> list[str]:
    """Every member of a chain on one line, without its reason."""
    joined = re.sub(r"\n\s+(?=[·+−/] )", " ", text)
    return [re.sub(r"\s+\[.*\].*$", "", line).strip() for line in joined.splitlines()]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("detail", ["normal", "full"])
def test_sigmoid_with_binary_cross_entropy_line_by_line(style: str, detail: str) -> None:
    told = lines(page(SIGMOID, style, detail))
    start = told.index("= −y₁·(1 − ŷ₁) + (1 − y₁)·ŷ₁")
    assert told[start + 1 : start + 3] == ["= −y₁ + y₁·ŷ₁ + ŷ₁ − y₁·ŷ₁", "= ŷ₁ − y₁"]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("detail", ["normal", "full"])
def test_softmax_with_cross_entropy_line_by_line(style: str, detail: str) -> None:
    text = page(SOFTMAX, style, detail)
    told = lines(text)
    start = told.index("= −y₁·(1 − ŷ₁) + y₂·ŷ₁")
    assert told[start + 1 : start + 4] == [
        "= −y₁ + y₁·ŷ₁ + y₂·ŷ₁", "= ŷ₁·(y₁ + y₂) − y₁", "= ŷ₁ − y₁",
    ]  # fmt: skip
    reasons = re.findall(r"= ŷ₁ − y₁ +\[(.*?)\]", text)
    assert reasons == ["the targets sum to 1"]
    assert text.count("ŷ₁·(y₁ + y₂)") == 1, "for the other outputs likewise"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("of", [SIGMOID, SOFTMAX])
def test_in_brief_the_result_with_its_reason(style: str, of: derive.Network) -> None:
    told = " ".join(page(of, style, "brief").split())
    assert "cancel each other" in told
    assert re.search(r"δ⁽²⁾₁ = \(−y₁/ŷ₁.*?= ŷ₁ − y₁", told)


@pytest.mark.parametrize("detail", ["normal", "full"])
@pytest.mark.parametrize("of", [SIGMOID, SOFTMAX])
def test_what_has_cancelled_is_not_carried_along(of: derive.Network, detail: str) -> None:
    text = page(of, "paths", detail)
    hidden = text[text.index("Weights into the hidden layer") : text.index("One step of")]
    assert "/ŷ" not in hidden and "ŷ₁ − y₁" in hidden


def test_lines_of_one_kind_are_worked_out_once() -> None:
    text = page(SIGMOID, "deltas", "full")
    back = text[text.index("Backward pass") : text.index("One step of")]
    worked_out = re.findall(r"∂z⁽.⁾\S+/∂w\S+ += ∂\(", back)
    assert len(worked_out) == 1
    # w⁽²⁾₂₁ and the four weights and two biases of the hidden layer; ∂a/∂z of its second unit
    assert back.count("[likewise]") == 8
