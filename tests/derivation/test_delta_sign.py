"""δ = −∂E/∂z: the same derivatives, told with the sign of target minus output."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import derive
from derive.derivation.delta_sign import as_delta, minus, with_minus
from derive.derivation.derivation import STYLES, Derivation
from derive.derivation.failure import CheckFailed
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.numbers.valuation import Valuation
from derive.derivation.steps import Relation, Rule, Section, Step
from derive.derivation.styles.deltas import delta_of
from derive.expression.nodes import (
    DELTA,
    PRE_ACTIVATION,
    Expression,
    Negative,
    Partial,
    Quantity,
    quantities,
)
from derive.network.saving import structure_text
from derive.notation import names
from derive.worksheets.marking import Verdict, mark_values
from derive.writers.expressions.text import text
from tests.worksheets.sheets import sheet

X, T, W1, W2 = (0.5, -1.0), (1.0, 0.25), ((0.1, -0.2), (0.3, 0.4)), ((0.5, 0.2), (-0.3, 0.6))
B1, B2 = (0.1, -0.1), (0.2, 0.05)


def network(**said: Any) -> derive.Network:
    given: dict[str, Any] = {
        "inputs": {"i1": 0.5, "i2": -1},
        "layers": [
            derive.Dense(2, "tanh", weights=W1, biases=B1),
            derive.Dense(2, "sigmoid", weights=W2, biases=B2),
        ],
        "targets": T,
        "learning_rate": 0.5,
        "delta_sign": "negative",
    }
    return derive.Network(**given | said)


def by_hand() -> dict[Quantity, float]:
    """−∂E/∂z of every unit of that network, from its formulas written out."""
    a = [math.tanh(sum(X[i] * W1[i][j] for i in range(2)) + B1[j]) for j in range(2)]
    y = [1 / (1 + math.exp(-sum(a[j] * W2[j][k] for j in range(2)) - B2[k])) for k in range(2)]
    out = [(T[k] - y[k]) * y[k] * (1 - y[k]) for k in range(2)]
    hidden = [sum(out[k] * W2[j][k] for k in range(2)) * (1 - a[j] ** 2) for j in range(2)]
    return {Quantity(DELTA, 2 - (d is hidden), j): d[j] for d in (out, hidden) for j in range(2)}


@pytest.mark.parametrize("style", STYLES)
def test_deltas_are_those_worked_out_by_hand(style: str) -> None:
    valuation = Valuation(derive.derive(network(), style), Rounding(12, 12, carried=False))
    for delta, value in by_hand().items():
        assert abs(float(valuation.examples[0].displayed(delta).number.value) - value) < 1e-11


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("hidden", "last", "loss", "layout"),
    [
        (hidden, *pair, layout)
        for (hidden, layout), pair in zip(
            product(("relu", "softmax", "identity"), ("from_to", "to_from")),
            (
                ("sigmoid", "binary_cross_entropy"),
                ("softmax", "cross_entropy"),
                ("identity", "huber"),
                ("softmax", "half_squared_error"),
                ("tanh", "absolute_error"),
                ("sigmoid", "mean_squared_error"),
            ),
            strict=True,
        )
    ],
)
def test_every_kind_of_network_is_checked_and_shown(
    style: str, hidden: str, last: str, loss: str, layout: str
) -> None:
    layers = [
        derive.Dense(2, hidden, "shared", weights=W1, biases=0.1),
        derive.Dense(2, last, weights=W2, biases=B2),
    ]
    said: dict[str, Any] = {"layers": layers, "loss": loss, "targets": (1, 0), "layout": layout}
    positive = derive.derive(network(**said, delta_sign="positive"), style)
    negative = derive.derive(network(**said), style)
    assert negative.check().equalities >= positive.check().equalities - 1
    derive.render(negative, "text", detail="full", parts=("why", "lemmas"))
    values = [
        Valuation(derivation, Rounding(9, 9, carried=False)) for derivation in (positive, negative)
    ]
    for w in negative.network.parameters():
        a, b = (valuation.gradient(w).number.value for valuation in values)
        assert a == b
    for layer, unit in product((1, 2), (0, 1)):
        a, b = (v.examples[0].displayed(Quantity(DELTA, layer, unit)).number.value for v in values)
        assert a == -b


def test_formulas_are_those_of_books_with_this_sign() -> None:
    derivation = derive.derive(network(), "deltas")
    expected = {
        "delta/z2.1": "(t1 − a_o1)·a_o1·(1 − a_o1)",
        "delta/z1.1": "[δ_o1·W5 + δ_o2·W7]·(1 − a_h1²)",
        "gradient/w2.1.1": "−δ_o1·a_h1",
        "gradient/b1.1": "−δ_h1",
        "update/w1.1.1": "W1 + η·δ_h1·i1",
        "update/b2.1": "b3 + η·δ_o1",
    }
    called = names("numbered", derivation.network.shape)
    found = {
        step.id: text(step.result, called) for step in derivation.walk() if step.id in expected
    }
    assert found == expected


def _flipped(derivation: Derivation) -> list[tuple[str, Derivation]]:
    """The derivation with one member after another of the wrong sign."""
    found: list[tuple[str, Derivation]] = []

    def changed(step: Step, wanted: str, place: int) -> Step:
        if step.id == wanted:
            relations = list(step.relations)
            old = relations[place]
            relations[place] = Relation(old.sign, _wrong(old.expression, step.rule))
            return replace(step, relations=tuple(relations))
        return replace(step, substeps=tuple(changed(s, wanted, place) for s in step.substeps))

    def within(section: Section, wanted: str, place: int) -> Section:
        return replace(
            section,
            steps=tuple(changed(s, wanted, place) for s in section.steps),
            sections=tuple(within(s, wanted, place) for s in section.sections),
        )

    for step in derivation.walk():
        for place, relation in enumerate(step.relations):
            if place and any(q.kind == DELTA for q in quantities(relation.expression)):
                sections = tuple(within(s, step.id, place) for s in derivation.sections)
                found.append((step.id, replace(derivation, sections=sections, _report=None)))
    return found


def _wrong(expression: Expression, rule: Rule) -> Expression:
    return with_minus(expression) if rule is Rule.UPDATE else minus(expression)


@pytest.mark.parametrize("style", [style for style in STYLES if style != "nodes"])
def test_every_wrong_sign_is_found(style: str) -> None:
    planted = _flipped(derive.derive(network(), style))
    assert len(planted) >= 8
    for name, derivation in planted:
        with pytest.raises(CheckFailed) as failure:
            derivation.check()
        assert failure.value.step == name or name in str(failure.value)


def test_a_delta_of_the_other_sign_is_no_delta_here() -> None:
    told = derive.derive(network(delta_sign="positive"), "deltas")
    wrong = replace(told, graph=derive.derive(network()).graph)
    with pytest.raises(CheckFailed, match=r"delta/z2\.1"):
        wrong.check()


@pytest.mark.parametrize("style", ["deltas", "matrices"])
def test_the_page_says_it_once_and_prominently(style: str) -> None:
    page = derive.render(derive.derive(network(), style), "markdown")
    assert isinstance(page, str)
    assert page.count("**On this page δ has the minus sign**") == 1
    usual = derive.render(derive.derive(network(delta_sign="positive"), style), "markdown")
    assert isinstance(usual, str) and "minus sign" not in usual


def test_a_notation_file_decides_and_the_network_file_before_it(tmp_path: Path) -> None:
    path = tmp_path / "books.yaml"
    path.write_text("extends: plain\ndelta_sign: negative\nletters: {delta: Err}\n")
    by_notation = derive.derive(network(notation=path, delta_sign=None))
    assert by_notation.network.delta_sign == "negative"
    told = network(notation=path, delta_sign="positive")
    assert told.delta_sign == "positive"
    page = derive.render(derive.derive(network(delta_sign="positive")), "text", notation=path)
    assert isinstance(page, str) and "Err_o1 = −∂E_Total/∂o1" in page
    path.write_text("delta_sign: minus\n")
    with pytest.raises(derive.NetworkError, match="delta_sign is 'minus'; allowed are positive, n"):
        network(notation=path)
    with pytest.raises(derive.NetworkError, match="unknown delta_sign 'minus'; allowed are"):
        network(delta_sign="minus")


def test_the_sign_is_kept_in_what_a_network_says_of_itself() -> None:
    again = derive.load(io.StringIO(structure_text(network())))
    assert again.delta_sign == "negative"


def test_a_batch_averages_gradients_of_this_sign() -> None:
    batch = network(inputs=[[0.5, -1], [1, 2]], targets=[[1, 0], [0.5, 0.25]])
    page = derive.render(derive.derive(batch, "deltas"), "text")
    assert isinstance(page, str) and "−δ_o1·a_h1" in page and "W5 − η · ∂E_batch/∂W5" in page


@pytest.mark.parametrize("style", STYLES)
def test_twice_is_as_it_was(style: str) -> None:
    derivation = derive.derive(network(delta_sign="positive"), style)
    there = derivation.with_delta_sign("negative")
    assert there.network.delta_sign == "negative" and there != derivation
    assert there.with_delta_sign("positive").sections == derivation.sections


def test_minus_as_one_writes_it() -> None:
    z = Quantity(PRE_ACTIVATION, 1)
    e = Partial(Quantity("loss"), z)
    assert minus(e) == Negative(e) and minus(minus(e)) == e
    assert with_minus(delta_of(z)) == Negative(delta_of(z))
    assert as_delta(delta_of(z)) == delta_of(z)


@pytest.mark.parametrize("by_nodes", [False, True])
def test_keys_and_marks_follow(by_nodes: bool) -> None:
    made = sheet(network(), 3, 4, by_nodes)
    key = made.key()
    marks = mark_values(made.reader, made.items, made.numbers, key)
    assert {mark.verdict for mark in marks} == {Verdict.RIGHT}
    label = made.label("delta/z2.1")
    turned = str(-Fraction(key[label].replace("−", "-")))
    marks = mark_values(made.reader, made.items, made.numbers, {**key, label: turned})
    (wrong,) = [mark for mark in marks if mark.verdict is Verdict.WRONG]
    assert wrong.label == label and wrong.misconceptions


@pytest.mark.parametrize("recipe", ["homework", "exam", "find-the-mistake"])
def test_sheets_are_made_with_this_sign(recipe: str) -> None:
    (variant,) = derive.worksheet(network(), recipe=recipe, variants=1, seed=5)
    deltas = [item for item in variant.items if item.task.kind[0] == "delta"]
    for item in deltas:
        (z,) = item.task.step.about
        if z.kind == PRE_ACTIVATION:
            exact = variant.numbers.environment.partial(Quantity("loss"), z)
            assert abs(float(item.answers[-1].value.value) + float(exact)) < 2e-4
