"""Thresholds: z = Σ w·x − θ, a gradient of −δ, and the words for it."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import Any

import pytest

import derive
from derive.derivation.derivation import STYLES
from derive.derivation.failure import CheckFailed
from derive.derivation.steps import Relation, Section
from derive.expression.nodes import BIAS, Negative, Quantity
from derive.notation import names
from derive.rendering import PARTS
from derive.worksheets.marking import Verdict, mark_values
from tests.worksheets.sheets import sheet

FILE = """
inputs: {x1: 1, x2: 1}
layers:
  - units: 2
    activation: sigmoid
    bias: threshold
    weights: [[0.5, 0.9], [0.4, 1.0]]
    biases: {theta1: 0.8, θ2: -0.1}
  - {units: 1, activation: sigmoid, bias: threshold, weights: [[-1.2], [1.1]], biases: [0.3]}
targets: [0]
learning_rate: 0.1
"""


def network(more: str = "") -> derive.Network:
    return derive.load(io.StringIO(FILE + more))


def by_hand() -> tuple[float, list[float]]:
    """The loss, and ∂E/∂θ of the three units, from the formulas written out."""

    def s(z: float) -> float:
        return 1 / (1 + math.exp(-z))

    a = [s(0.5 + 0.4 - 0.8), s(0.9 + 1.0 + 0.1)]
    y = s(-1.2 * a[0] + 1.1 * a[1] - 0.3)
    out = y * y * (1 - y)
    hidden = [out * w * one * (1 - one) for w, one in zip((-1.2, 1.1), a, strict=True)]
    return y * y / 2, [-hidden[0], -hidden[1], -out]


@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_compiled_gradients_are_those_worked_out_by_hand(backend: Any) -> None:
    due, slopes = by_hand()
    loss, gradients = derive.compile(network(), backend=backend)()
    found = [*gradients["b1"], *gradients["b2"]]
    assert abs(loss - due) < 1e-15
    assert all(abs(a - b) < 1e-15 for a, b in zip(found, slopes, strict=True))


def test_the_layers_of_numpy_subtract_too() -> None:
    """Enough examples that whole layers are computed at once."""
    f = derive.compile(network(), backend="numpy")
    rows = [[1.0, 1.0]] * 700
    loss, gradients = f(rows, [[0.0]] * 700)
    due, slopes = by_hand()
    assert abs(loss - due) < 1e-14
    found = [*gradients["b1"], *gradients["b2"]]
    assert all(abs(a - b) < 1e-14 for a, b in zip(found, slopes, strict=True))


def test_the_first_update_of_the_textbook_that_trains_xor_so() -> None:
    """0.5097 after the forward pass; θ of the output goes from 0.3 to 0.3127."""
    training = derive.train(network(), rates=(0.1,), epochs=1)
    assert abs(training.parameters(0.1)["b2"][0] - (0.3 - 0.1 * by_hand()[1][2])) < 1e-15
    assert f"{training.parameters(0.1)['b2'][0]:.4f}" == "0.3127"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("more", ["", "delta_sign: negative\n", "layout: to_from\n"])
def test_every_page_says_threshold_and_minus(style: Any, more: str) -> None:
    text = FILE.replace("[[-1.2], [1.1]]", "[[-1.2, 1.1]]") if "to_from" in more else FILE
    derivation = derive.derive(derive.load(io.StringIO(text + more)), style)
    parts = tuple(part for part in PARTS if part != "training")
    page = derive.render(derivation, "text", detail="full", parts=parts)
    assert isinstance(page, str)
    assert "bias" not in page.lower()
    assert "h1   = W1·x1 + W2·x2 − θ1" in page or "W1·x1 + W2·x2 − θ1" in page
    assert "thresholds of the hidden layer" in page
    if style == "deltas":
        minus = "" if "negative" in more else "minus "
        assert f"so its gradient is {minus}the δ" in " ".join(page.split())
        slope = "δ_o1" if "negative" in more else "−δ_o1"
        assert f"∂E_Total/∂θ3 = ∂E_Total/∂o1 · ∂o1/∂θ3 = {slope} " in page


def test_a_planted_plus_is_found() -> None:
    derivation = derive.derive(network(), "deltas")

    def turned(section: Section) -> Section:
        steps = tuple(
            replace(s, relations=(*s.relations[:-1], Relation("=", s.result.operand)))
            if s.id == "gradient/b2.1" and isinstance(s.result, Negative) else s
            for s in section.steps
        )  # fmt: skip
        return replace(section, steps=steps, sections=tuple(map(turned, section.sections)))

    wrong = replace(derivation, sections=tuple(map(turned, derivation.sections)), _report=None)
    assert wrong.sections != derivation.sections
    with pytest.raises(CheckFailed, match=r"gradient/b2\.1"):
        wrong.check()


@pytest.mark.parametrize("notation", ["numbered", "plain", "letters", "indexed", "layered"])
def test_every_notation_calls_them_theta(notation: Any) -> None:
    shape = network().shape
    called = names(notation, shape)
    assert called.text(Quantity(BIAS, 1, 0)).startswith("θ")
    assert called.code(Quantity(BIAS, 2, 0)).startswith("theta")
    page = derive.render(derive.derive(network()), "latex", notation=notation)
    assert isinstance(page, str) and r"\theta" in page


def test_the_letter_may_be_changed() -> None:
    called = names("numbered", network().shape, letters={"threshold": "τ"})
    assert called.text(Quantity(BIAS, 1, 1)) == "τ2"


def test_sheets_and_marks_follow() -> None:
    made = sheet(network(), 3, 4, False)
    marks = mark_values(made.reader, made.items, made.numbers, made.key())
    assert {mark.verdict for mark in marks} == {Verdict.RIGHT}
    (variant,) = derive.worksheet(network(), recipe="homework", variants=1, seed=2)
    texts = variant.text("text") if hasattr(variant, "text") else ""
    assert "bias" not in texts


def test_it_is_written_and_read_back() -> None:
    assert derive.load(io.StringIO(network().text())) == network()


def test_thresholds_and_biases_do_not_mix() -> None:
    with pytest.raises(derive.NetworkError, match="thresholds and biases; allowed are thresholds"):
        network("").layers and derive.Network(
            1, [derive.Dense(1, bias="threshold"), derive.Dense(1, bias="neuron")]
        )
    derive.Network(1, [derive.Dense(1, bias="threshold"), derive.Dense(1, bias="none")])
