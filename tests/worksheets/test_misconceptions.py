"""The catalogue of misconceptions: what each makes of a task, and that the check sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from worksheets.networks import relu_softmax, two_two_two

from derive.derivation.check import CheckFailed
from derive.derivation.derivation import Derivation
from derive.derivation.steps import Section, chain
from derive.network import Dense, Network
from derive.notation import names
from derive.worksheets.exercise import Exercise, Task, exercise
from derive.worksheets.misconceptions import (
    EARLY_ROUNDING,
    MISCONCEPTIONS,
    Slip,
    formula_slips,
    slips,
    steering_slips,
)
from derive.writers.expressions.text import text

SIGMOID = exercise(two_two_two())
NODES = exercise(two_two_two(), by_nodes=True)
SOFTMAX = exercise(relu_softmax())
BCE = exercise(Network(2, [Dense(2, "sigmoid"), Dense(3, "softmax")], "binary_cross_entropy",
                       learning_rate=0.1))  # fmt: skip
MEAN = exercise(Network(2, [Dense(3, "tanh")], "mean_squared_error", learning_rate=0.1))

TANH = exercise(Network(3, [Dense(2, "tanh"), Dense(1, "sigmoid")], "binary_cross_entropy",
                        learning_rate=0.2))  # fmt: skip
PATHS = exercise(Network(2, [Dense(1, "sigmoid"), Dense(3)], learning_rate=0.1))


def task_of(asked: Exercise, step: str) -> Task:
    return next(task for task in asked.tasks if task.source == step)


def wrong(
    asked: Exercise, step: str, row: str, every: Callable[..., Iterator[Slip]] = steering_slips
) -> list[str]:  # fmt: skip
    structure = asked.structure
    called = names("numbered", structure.shape, structure.layout)
    found = every(task_of(asked, step), asked)
    return [text(slip.formula, called) for slip in found if slip.misconception.id == row]


# Worked out by hand from the meaning of each row: what sheets are made by. These stay as they are,
# or sheets that are handed out could not be made again.
EXPECTED = [
    (SIGMOID, "local/E1/a2.1", "sign", ["t1 − a_o1"]),
    (SOFTMAX, "delta/z2.1", "sign", ["t1 − a_o1"]),
    (SIGMOID, "delta/z1.1", "no-derivative", ["[δ_o1·W5 + δ_o2·W7]"]),
    (SIGMOID, "delta/z2.1", "no-derivative", ["∂E1/∂a_o1"]),
    (NODES, "delta/z1.1", "no-derivative", ["∂E_Total/∂a_h1"]),
    (NODES, "upstream/a1.1", "missing-path", ["δ_o2·W7", "δ_o1·W5"]),
    (NODES, "upstream/a1.2", "transposed", ["δ_o1·W7 + δ_o2·W8"]),
    (SIGMOID, "delta/z2.1", "derivative-twice", ["∂E1/∂a_o1 · ∂a_o1/∂o1 · ∂a_o1/∂o1"]),
    (SIGMOID, "local/a1.1/z1.1", "derivative-place", [
        "h1·(1 − h1)", "σ(a_h1)·(1 − σ(a_h1))"]),
    (MEAN, "local/a1.1/z1.1", "derivative-place", ["1 − o1²", "1 − (tanh(a_o1))²"]),
    (MEAN, "delta/z1.1", "lost-factor", ["∂E1/∂a_o1 · ∂a_o1/∂o1"]),
    (PATHS, "delta/z1.1", "missing-path", [
        "[δ_o2·W4 + δ_o3·W5] · ∂a_h1/∂h1", "[δ_o1·W3 + δ_o3·W5] · ∂a_h1/∂h1",
        "[δ_o1·W3 + δ_o2·W4] · ∂a_h1/∂h1", "(δ_o1·W3) · ∂a_h1/∂h1", "(δ_o2·W4) · ∂a_h1/∂h1",
        "(δ_o3·W5) · ∂a_h1/∂h1",
    ]),
    (SIGMOID, "delta/z1.1", "missing-path", ["(δ_o2·W7) · ∂a_h1/∂h1", "(δ_o1·W5) · ∂a_h1/∂h1"]),
    (SIGMOID, "delta/z1.2", "early-update", [
        "[δ_o1·(W6 − η · ∂E_Total/∂W6) + δ_o2·(W8 − η · ∂E_Total/∂W8)] · ∂a_h2/∂h2"]),
    (SOFTMAX, "delta/z2.1", "softmax-diagonal", ["−t1·(1 − a_o1)"]),
    (BCE, "delta/z2.2", "softmax-diagonal", ["∂E2/∂a_o2 · ∂a_o2/∂o2"]),
    (SIGMOID, "define/E1", "lost-factor", ["(a_o1 − t1)²"]),
    (SIGMOID, "local/E1/a2.1", "lost-factor", ["2·(a_o1 − t1)"]),
    (SOFTMAX, "define/E1", "log-base", ["−t1·(ln(a_o1)/ln(10))", "−t1·(ln(a_o1)/ln(2))"]),
    (SOFTMAX, "define/a2.1", "softmax-no-exp", ["o1/(o1 + o2)"]),
    (BCE, "define/E1", "cross-entropy-sign", ["−(t1·ln(a_o1) − (1 − t1)·ln(1 − a_o1))"]),
    (BCE, "local/E1/a2.1", "cross-entropy-sign", ["−t1/a_o1 − (1 − t1)/(1 − a_o1)"]),
    (SIGMOID, "define/z1.1", "no-bias", ["W1·i1 + W2·i2"]),
    (SIGMOID, "define/z2.1", "transposed", ["W5·a_h1 + W7·a_h2 + b3"]),
    (SIGMOID, "gradient/w2.2.1", "wrong-index", ["δ_o2·a_h2", "δ_o1·a_h1"]),
    (SIGMOID, "update/w2.1.1", "update-sign", ["W5 + η · ∂E_Total/∂W5"]),
    (SIGMOID, "update/w2.1.1", "rate-twice", ["W5 − η · η · ∂E_Total/∂W5"]),
    (SIGMOID, "update/w2.1.1", "no-rate", ["W5 − ∂E_Total/∂W5"]),
    (SIGMOID, "define/z1.1", EARLY_ROUNDING, ["W1·i1 + W2·i2 + b1"]),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "step", "row", "formulas"), EXPECTED)
def test_what_a_misconception_makes_of_a_task(
    asked: Exercise, step: str, row: str, formulas: list[str]
) -> None:
    assert wrong(asked, step, row) == formulas


# What is recognised besides.
ALSO = [
    (SIGMOID, "gradient/w2.1.1", "sign", ["−δ_o1·a_h1"]),
    (SOFTMAX, "delta/z2.2", "no-target", ["a_o2"]),
    (SIGMOID, "local/E1/a2.1", "no-target", ["a_o1"]),
    (MEAN, "local/E1/a1.1", "no-target", ["2·a_o1"]),
    (TANH, "delta/z2.1", "derivative-kept", ["[a_o1 − t1]·a_o1·(1 − a_o1)"]),
    (SIGMOID, "delta/z2.1", "derivative-kept", []),
    (TANH, "local/a1.1/z1.1", "other-derivative", [
        "1 − a_h1", "a_h1·(1 − a_h1)", "a_h1", "h1"]),
    (SOFTMAX, "local/a1.1/z1.1", "other-derivative", [
        "1 − a_h1", "a_h1·(1 − a_h1)", "1 − a_h1²", "a_h1", "h1"]),
    (MEAN, "local/E1/a1.1", "lost-factor", ["a_o1 − t1"]),
    (TANH, "define/a1.1", "other-activation", ["σ(h1)", "relu(h1)", "h1"]),
    (TANH, "define/a2.1", "other-activation", ["tanh(o1)", "relu(o1)", "o1"]),
    (TANH, "define/E", "squared-error", ["1/2·(a_o1 − t1)²", "(a_o1 − t1)²"]),
    (SOFTMAX, "define/E2", "squared-error", ["1/2·(a_o2 − t2)²", "(a_o2 − t2)²"]),
    (SIGMOID, "define/E1", "squared-error", []),
    (TANH, "define/E", "swapped-classes", ["−(t1·ln(1 − a_o1) + (1 − t1)·ln(a_o1))"]),
    (TANH, "gradient/b1.1", "bias-gradient", ["1", "0"]),
    (SIGMOID, "define/z2.1", "sum-for-activation", ["W5·h1 + W6·h2 + b3"]),
    (SIGMOID, "gradient/w2.1.1", "sum-for-activation", ["δ_o1·h1"]),
    (SIGMOID, "gradient/w1.2.1", "weight-for-activation", ["δ_h1·W2"]),
    (SIGMOID, "gradient/b1.1", "weight-for-activation", ["δ_h1·b1"]),
    (TANH, "define/z1.1", "transposed", [
        "W1·i1 + W4·i2 + W3·i3 + b1", "W1·i1 + W4·i2 + W2·i3 + b1",
        "W1·i1 + W3·i2 + W5·i3 + b1", "W4·i1 + W5·i2 + W6·i3 + b1"]),
    (SIGMOID, "define/z1.1", "lost-minus", [
        "−W1·i1 + W2·i2 + b1", "W1·i1 − W2·i2 + b1", "W1·i1 + W2·i2 − b1",
        "−(W1·i1 + W2·i2 + b1)"]),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "step", "row", "formulas"), ALSO)
def test_what_is_recognised_besides(
    asked: Exercise, step: str, row: str, formulas: list[str]
) -> None:
    steering = wrong(asked, step, row)
    assert [found for found in wrong(asked, step, row, slips) if found not in steering] == formulas


# In formulas δ may be written out: the slip was made where it was worked out.
WRITTEN_OUT = [
    (SIGMOID, "gradient/w2.1.1", "no-derivative", "∂E1/∂a_o1 · a_h1"),
    (SIGMOID, "gradient/w1.1.1", "no-derivative", "[δ_o1·W5 + δ_o2·W7]·i1"),
    (SIGMOID, "gradient/w1.1.1", "no-derivative",
     "([∂E1/∂a_o1·W5 + ∂E2/∂a_o2·W7] · ∂a_h1/∂h1)·i1"),
    (SIGMOID, "gradient/w1.1.1", "early-update",
     "([δ_o1·(W5 − η · ∂E_Total/∂W5) + δ_o2·(W7 − η · ∂E_Total/∂W7)] · ∂a_h1/∂h1)·i1"),
    (TANH, "gradient/w2.1.1", "sign", "(t1 − a_o1)·a_h1"),
    (TANH, "gradient/w2.1.1", "derivative-kept", "([a_o1 − t1]·a_o1·(1 − a_o1))·a_h1"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "step", "row", "formula"), WRITTEN_OUT)
def test_a_slip_in_a_delta_that_is_written_out(
    asked: Exercise, step: str, row: str, formula: str
) -> None:
    found = [one.replace(" ", "") for one in wrong(asked, step, row, formula_slips)]
    bare = formula.replace(" ", "")
    assert any(re.sub(r"[()\[\]]", "", one) == re.sub(r"[()\[\]]", "", bare) for one in found), (
        found
    )


def test_every_row_is_expected_somewhere() -> None:
    assert {row for _, _, row, formulas in (*EXPECTED, *ALSO) if formulas} == set(MISCONCEPTIONS)
    assert all(key == row.id for key, row in MISCONCEPTIONS.items())


def test_the_mean_is_a_factor_that_can_be_lost() -> None:
    assert wrong(MEAN, "define/E", "lost-factor") == ["E1 + E2 + E3"]


@pytest.mark.parametrize("asked", [SIGMOID, NODES, SOFTMAX, BCE, MEAN])
def test_the_check_finds_every_planted_slip_at_its_step(asked: Exercise) -> None:
    """A wrong formula in place of a task's makes the check fail, and it names that step."""
    planted, unseen = 0, []
    for position, task in enumerate(asked.tasks):
        if task.part == "update":
            continue
        one_of_each = {slip.misconception.id: slip for slip in steering_slips(task, asked)}
        for slip in one_of_each.values():
            if slip.misconception.id in (EARLY_ROUNDING, "early-update"):
                continue  # a slip of numbers; a formula with second derivatives
            step = replace(task.step, relations=chain(task.step.subject, slip.formula))
            steps = [other.step for other in asked.tasks]
            steps[position] = step
            whole = asked.derivation
            faulty = Derivation(
                whole.graph, whole.style,
                (*whole.sections[:-1], Section("exercise", tuple(steps))),
            )  # fmt: skip
            try:
                faulty.check()
            except CheckFailed as failure:
                assert failure.step == step.id, (slip.misconception.id, step.id)
                planted += 1
            else:
                unseen.append((slip.misconception.id, step.id))
    assert planted > 20
    # relu′ is 0 or 1: its square is itself, and a_h1 has the sign of h1 where it is not 0.
    relu = any(layer.activation.name == "relu" for layer in asked.structure.layers)
    assert {row for row, _ in unseen} <= (
        {"derivative-place", "derivative-twice"} if relu else set()
    )
