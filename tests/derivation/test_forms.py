"""The rules by name: W, b, z, a, δ, for one example and for a batch. A wrong one is found."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import derive
from derive.derivation.check import CheckFailed
from derive.derivation.derivation import Derivation
from derive.derivation.general import general_rules
from derive.derivation.numbers.batches import array, check_batch, worked_out
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.steps import Relation, Step
from derive.derivation.styles import forms
from derive.expression.matrices import (
    Hadamard,
    Matrix,
    MatrixProduct,
    Named,
    Transpose,
    shape,
)
from derive.expression.nodes import Expression, Number, Quantity, Sum
from derive.expression.rewriting import rewrite
from derive.notation import names
from derive.writers.expressions.latex import latex
from derive.writers.expressions.text import text
from tests.derivation.faults import plant
from tests.document.claims import network

# Square, so that a transpose that is left out changes no shape.
ROWS = network((2, 2, 2), ("tanh", "sigmoid"), "binary_cross_entropy")
COLUMNS = network((2, 2, 2), ("tanh", "sigmoid"), "binary_cross_entropy", layout="to_from")
BATCH = network((2, 2, 2), ("tanh", "sigmoid"), "binary_cross_entropy", examples=2)
BATCH_COLUMNS = network(
    (2, 2, 2), ("tanh", "sigmoid"), "binary_cross_entropy", examples=2, layout="to_from"
)


def told(derivation: Derivation, kind: str = "rule") -> dict[str, str]:
    """Every rule as text, by what it is about."""
    of = names("layered", derivation.network.shape, derivation.network.layout)
    return {
        step.id.removeprefix(f"matrix/{kind}/"): " = ".join(
            text(relation.expression, of) for relation in step.relations
        )
        for step in derivation.walk()
        if step.id.startswith(f"matrix/{kind}/")
    }


def test_the_rules_of_rows() -> None:
    assert told(derive.derive(ROWS, "matrices")) == {
        "sums/1": "z⁽¹⁾ = x · W⁽¹⁾ + b⁽¹⁾",
        "activations/1": "a⁽¹⁾ = tanh(z⁽¹⁾)",
        "sums/2": "z⁽²⁾ = a⁽¹⁾ · W⁽²⁾ + b⁽²⁾",
        "activations/2": "ŷ = σ(z⁽²⁾)",
        "deltas/2": "δ⁽²⁾ = (∂L/∂ŷ) ⊙ σ′(z⁽²⁾) = ŷ − y",
        "gradient-weight/2": "∂L/∂W⁽²⁾ = a⁽¹⁾ᵀ · δ⁽²⁾",
        "gradient-bias/2": "∂L/∂b⁽²⁾ = δ⁽²⁾",
        "deltas/1": "δ⁽¹⁾ = (δ⁽²⁾ · W⁽²⁾ᵀ) ⊙ tanh′(z⁽¹⁾)",
        "gradient-weight/1": "∂L/∂W⁽¹⁾ = xᵀ · δ⁽¹⁾",
        "gradient-bias/1": "∂L/∂b⁽¹⁾ = δ⁽¹⁾",
    }


def test_the_rules_of_columns() -> None:
    found = told(derive.derive(COLUMNS, "matrices"))
    assert found["sums/2"] == "z⁽²⁾ = W⁽²⁾ · a⁽¹⁾ + b⁽²⁾"
    assert found["deltas/1"] == "δ⁽¹⁾ = (W⁽²⁾ᵀ · δ⁽²⁾) ⊙ tanh′(z⁽¹⁾)"
    assert found["gradient-weight/1"] == "∂L/∂W⁽¹⁾ = δ⁽¹⁾ · xᵀ"


@pytest.mark.parametrize("style", ["deltas", "paths", "matrices"])
def test_the_rules_of_a_batch(style: str) -> None:
    found = told(derive.derive(BATCH, style), "batch")
    assert found["sums/1"] == "Z⁽¹⁾ = X · W⁽¹⁾ + 1 · b⁽¹⁾"
    assert found["deltas/2"] == "Δ⁽²⁾ = (∂L/∂Ŷ) ⊙ σ′(Z⁽²⁾) = Ŷ − Y"
    assert found["gradient-weight/2"] == "∂L_batch/∂W⁽²⁾ = 1/2·A⁽¹⁾ᵀ · Δ⁽²⁾"
    assert found["gradient-bias/2"] == "∂L_batch/∂b⁽²⁾ = 1/2·1ᵀ · Δ⁽²⁾"
    turned = told(derive.derive(BATCH_COLUMNS, style), "batch")
    assert turned["sums/1"] == "Z⁽¹⁾ = X · W⁽¹⁾ᵀ + 1 · b⁽¹⁾ᵀ"
    assert turned["deltas/1"] == "Δ⁽¹⁾ = (Δ⁽²⁾ · W⁽²⁾) ⊙ tanh′(Z⁽¹⁾)"
    assert turned["gradient-weight/2"] == "∂L_batch/∂W⁽²⁾ = 1/2·Δ⁽²⁾ᵀ · A⁽¹⁾"


def test_a_batch_summed_has_no_share() -> None:
    of = network((2, 1), ("sigmoid",), examples=2, over_examples="sum")
    assert told(derive.derive(of), "batch")["gradient-weight/1"] == "∂L_batch/∂W⁽¹⁾ = Xᵀ · Δ⁽¹⁾"


def test_latex_names_are_bold_and_carry_one_superscript() -> None:
    of = names("numbered", ROWS.shape)
    (step,) = [s for s in derive.derive(ROWS, "matrices").walk()
               if s.id == "matrix/rule/deltas/1"]  # fmt: skip
    assert latex(step.result, of) == (
        r"(\boldsymbol{\delta}^{(2)} \, \mathbf{W}^{(2)\top}) \odot \tanh'(\mathbf{z}^{(1)})"
    )


# -- faults ------------------------------------------------------------------------------------


def without_transposes(e: Expression) -> Expression:
    return e.of if isinstance(e, Transpose) else e


def without_hadamard(e: Expression) -> Expression:
    return e.left if isinstance(e, Hadamard) else e


def swapped(e: Expression) -> Expression:
    return MatrixProduct(e.right, e.left) if isinstance(e, MatrixProduct) else e


def added(e: Expression) -> Expression:
    return Sum((e.left, e.right)) if isinstance(e, Hadamard) else e


@pytest.mark.parametrize("of", [ROWS, COLUMNS, BATCH, BATCH_COLUMNS])
@pytest.mark.parametrize("change", [without_transposes, without_hadamard, swapped, added])
def test_a_planted_fault_is_found(
    of: derive.Network, change: Callable[[Expression], Expression]
) -> None:
    derivation = derive.derive(of, "matrices")
    derivation.check()
    planted = 0
    for step in derivation.walk():
        if not step.id.startswith(("matrix/rule/", "matrix/batch/")):
            continue
        if rewrite(step.relations[1].expression, change) == step.relations[1].expression:
            continue

        def wrong(step: Step) -> Step:
            first, second, *more = step.relations
            changed = Relation("=", rewrite(second.expression, change))
            return replace(step, relations=(first, changed, *more))

        with pytest.raises(CheckFailed, match=step.id):
            plant(derivation, step.id, wrong).check()
        planted += 1
    assert planted


def test_the_rules_for_any_network_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    for layout in ("from_to", "to_from"):
        for over_examples in ("mean", "sum"):
            rules, count = general_rules(layout, over_examples)
            assert len(rules) == 15 and count > 80
    monkeypatch.setattr(forms, "Transpose", lambda matrix: matrix)
    with pytest.raises(CheckFailed, match=r"has no value|is .* where"):
        general_rules.__wrapped__("from_to", "mean")  # what is known already is not made anew


# -- numbers -----------------------------------------------------------------------------------


def test_the_numbers_of_a_batch_are_those_of_logistic_regression() -> None:
    """1/N·Xᵀ(ŷ − y), computed here by hand from the file's numbers."""
    xs, ts = [[0.5, 1.0], [1.5, -0.5], [-1.0, 0.8]], [1, 1, 0]
    of = derive.Network(xs, [derive.Dense(1, "sigmoid", weights=[[0.3], [-0.2]], biases=[0.1])],
                        "binary_cross_entropy", targets=[[t] for t in ts])  # fmt: skip
    valuation = Valuation(derive.derive(of), Rounding(5))
    steps = {s.id: s for s in valuation.derivation.section("batch").steps}
    differences = []
    for (x1, x2), t in zip(xs, ts, strict=True):
        differences.append(1 / (1 + math.exp(-(0.3 * x1 - 0.2 * x2 + 0.1))) - t)
    deltas = array(valuation, _matrix(steps["matrix/batch/deltas/1"]))
    assert deltas.sign == "≈" and _floats(deltas.expression) == pytest.approx(differences, abs=6e-6)
    put_in, result = worked_out(valuation, steps["matrix/batch/gradient-weight/1"])
    mean = [sum(x[k] * d for x, d in zip(xs, differences, strict=True)) / 3 for k in range(2)]
    assert _floats(result.expression) == pytest.approx(mean, abs=6e-6)
    assert shape(put_in.expression) == (2, 1)
    assert not any(isinstance(node, (Named, Quantity)) for node in put_in.expression.walk())
    assert check_batch(valuation) == sum(len(_matrix(step).children) for step in steps.values())


def test_a_wrong_number_in_a_batch_is_found() -> None:
    valuation = Valuation(derive.derive(BATCH), Rounding(5))
    delta, known = Quantity("delta", 1, 0), valuation.examples[1]._known
    right = valuation.examples[1].displayed(delta)
    known[delta] = replace(right, number=Number(right.number.value + 1))
    with pytest.raises(CheckFailed, match="matrix/batch/deltas"):
        check_batch(valuation)


def _matrix(step: Step) -> Matrix:
    assert isinstance(step.subject, Named)
    return step.subject.matrix


def _floats(matrix: Expression) -> list[Any]:
    return [float(one.value) for one in matrix.children if isinstance(one, Number)]


@pytest.mark.parametrize("layout", ["from_to", "to_from"])
def test_the_rules_where_delta_has_a_minus(layout: str) -> None:
    of = network((2, 2, 2), ("tanh", "sigmoid"), "binary_cross_entropy", examples=2,
                 layout=layout, delta_sign="negative")  # fmt: skip
    derivation = derive.derive(of, "matrices")
    derivation.check()
    found = told(derivation)
    assert found["deltas/2"] == "δ⁽²⁾ = −(∂L/∂ŷ) ⊙ σ′(z⁽²⁾) = y − ŷ"
    assert found["gradient-bias/1"] == "∂L/∂b⁽¹⁾ = −δ⁽¹⁾"
    assert general_rules(layout, "mean", "negative")[1] > 80
