"""Units numbered through the whole network, and own names of single quantities."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import pytest

import derive
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.numbers.valuation import Valuation
from derive.expression.nodes import DELTA, WEIGHT, Quantity
from derive.notation import names

RUNNING = r"""
extends: layered
letters: {loss: E, delta: Err, output: o}
weight: {latex: 'w_{{from}{to}}', text: 'w{from}{to}', code: 'w{from}{to}'}
bias: {latex: '\theta_{running}', text: 'θ{running}', code: 'theta{running}'}
pre_activation: {latex: 'I_{running}', text: 'I{running}', code: 'I{running}'}
activation: {latex: 'O_{running}', text: 'O{running}', code: 'O{running}'}
output: {latex: 'O_{running}', text: 'O{running}', code: 'O{running}'}
target: {latex: 'T_{running}', text: 'T{running}', code: 'T{running}'}
delta: {latex: '\mathrm{Err}_{running}', text: 'Err{running}', code: 'Err{running}'}
delta_sign: negative
"""
NETWORK = """
inputs: {x1: 1, x2: 0, x3: 1}
layers:
  - units: 2
    activation: sigmoid
    weights: {w14: 0.2, w15: -0.3, w24: 0.4, w25: 0.1, w34: -0.5, w35: 0.2}
    biases: {theta4: -0.4, θ5: 0.2}
  - {units: 1, activation: sigmoid, weights: {w46: -0.3, w56: -0.2}, biases: {θ6: 0.1}}
targets: [1]
learning_rate: 0.9
notation: running.yaml
"""


@pytest.fixture
def network(tmp_path: Path) -> derive.Network:
    (tmp_path / "running.yaml").write_text(RUNNING)
    (tmp_path / "net.yaml").write_text(NETWORK)
    return derive.load(tmp_path / "net.yaml")


def test_the_file_is_read_in_its_own_names(network: derive.Network) -> None:
    assert network.layers[0].weights is not None and network.layers[1].biases is not None
    rows = [[str(float(w.value)) for w in row] for row in network.layers[0].weights]
    assert rows == [["0.2", "-0.3"], ["0.4", "0.1"], ["-0.5", "0.2"]]
    assert network.layers[1].biases[0].value == Fraction(1, 10)


def test_every_unit_has_one_number(network: derive.Network) -> None:
    called = names(network.notation, network.shape)
    found = [called.code(q) for q in called.quantities()]
    assert found == [
        "x1", "x2", "x3", "T6", "w14", "w15", "w24", "w25", "w34", "w35", "theta4", "theta5",
        "w46", "w56", "theta6", "I4", "O4", "Err4", "I5", "O5", "Err5", "I6", "O6", "Err6",
        "E1", "E", "E_batch", "eta",
    ]  # fmt: skip


def test_numbers_of_the_textbook_that_writes_so(network: derive.Network) -> None:
    """Err = O(1 − O)(T − O), worked out by hand from 0.474, 0.332 and 0.525."""
    valuation = Valuation(derive.derive(network), Rounding(4, 3, carried=False))
    deltas = [(2, 0, "0.1312"), (1, 0, "−0.00872"), (1, 1, "−0.00654")]
    for layer, unit, text in deltas:
        shown = valuation.examples[0].displayed(Quantity(DELTA, layer, unit)).number.text
        assert shown.replace("-", "−") == text
    updated = {q: s.number.text for q, s in valuation.updated.items()}
    assert updated[Quantity(WEIGHT, 2, 0, 0)] == "-0.261"
    assert updated[Quantity(WEIGHT, 1, 1, 2)] == "0.194"


def test_the_page_keeps_the_names(network: derive.Network) -> None:
    page = derive.render(derive.derive(network), "text")
    assert isinstance(page, str)
    for piece in ("Err6 = −∂E/∂I6", "(T6 − O6)·O6·(1 − O6)", "w46 ← w46 + η·Err6·O4", "θ6"):
        assert piece in page


OWN = """
inputs: 2
layers:
  - {units: 2, weights: {w13: 1, w14: 2, v: 3, w24: 4}, biases: {theta3: 5, b2: 6}}
  - {units: 1}
names: {w1: w13, w2: v, w3: w14, w4: w24, b1: θ3, a_h2: out, delta_h1: D}
"""


def test_own_names_of_single_quantities() -> None:
    network = derive.load(io.StringIO(OWN))
    assert network.layers[0].weights is not None
    assert [[int(w.value) for w in row] for row in network.layers[0].weights] == [[1, 2], [3, 4]]
    called = names(network.notation, network.shape)
    w = [Quantity(WEIGHT, 1, unit, source) for source in (0, 1) for unit in (0, 1)]
    assert [called.text(q) for q in w] == ["w13", "w14", "v", "w24"]
    assert called.latex(w[0]) == "w_{13}"
    assert called.latex(Quantity("bias", 1, 0)) == r"\theta_3"
    other = names("layered", network.shape)
    assert other.text(w[0]) == "w13" and other.text(Quantity(WEIGHT, 2)) == "w⁽²⁾₁₁"
    page = derive.render(derive.derive(network), "text")
    assert isinstance(page, str) and "D = ∂E_Total/∂h1" in page and "W6·out" in page
    assert derive.load(io.StringIO(network.text())) == network


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{w9: u}", "7:9: unknown name 'w9'; "),
        ("{w1: b2}", "the weight from unit 1 to unit 1 of layer 1 and the bias 2 of layer 1 would"),
        ("{w1: 2x}", "own name '2x': a name has letters, digits and _"),
        ("{w1: pi}", "own name 'pi' is the number π: rename it"),
        ("{w1: 3}", "7:13: w1: got 3; allowed is a name"),
        ("{i1: temperature}", "7:9: i1 is an input; name it under inputs"),
        ("[w1, w2]", "7:8: names: got a list of 2; allowed is a mapping"),
    ],
)
def test_what_is_wrong_with_own_names(said: str, message: str) -> None:
    text = "\ninputs: 2\nlayers:\n  - {units: 2}\n  - {units: 1}\n\nnames: " + said
    with pytest.raises(derive.NetworkError) as caught:
        derive.load(io.StringIO(text))
    assert message in str(caught.value)
