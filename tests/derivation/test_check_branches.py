"""Branches, seams and points that random numbers do not meet: solved for, or told."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from derive.derivation.check import CheckFailed
from derive.derivation.check.kinks import gaps
from derive.derivation.check.one_branch import as_if, opened
from derive.derivation.check.roots import roots
from derive.derivation.derivation import Derivation
from derive.derivation.derivation import derive as derive_
from derive.derivation.steps import Step
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import ONE, variable
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.nodes import Cases, Comparison, Expression, Sum
from derive.expression.rewriting import rewrite
from derive.expression.typed.formula import parse
from tests.derivation.faults import member, plant
from tests.derivation.networks import network

X = variable("x")
STYLES = ("deltas", "paths", "matrices")

# Kinks at numbers that are not simple, far out, in a narrow window, or where no draw comes.
ACTIVATIONS = (
    "x", "x/1", "max(x/4, x - 1)", "max(0, x*x - 2)", "max(0, tanh(x) - 0.5)",
    "max(1e-7, sigmoid(x))", "ln(max(x, 1e-7))", "min(max(x, -1), 1)", "min(max(x, 0), 6)",
    "max(-pi, x)", "x if exp(x) > 1e30 else x/2", "x if abs(x) < 1e-9 else 2*x",
    "x if abs(x - 0.3) < 1e-3 else 2*x", "x if sin(x) > 0.99 else x/2", "x if x > 1e9 else x/2",
    "x*min(max(0, x + 3), 6)/6", "max(x, 3*x) + min(x**3, x)", "max(sqrt(2)*x, x**2)",
)  # fmt: skip
LOSSES = (
    "y", "y*t", "ln(max(y, 1e-7))", "-t*ln(max(y, 1e-7))", "-t*ln(min(max(y, 1e-7), 1 - 1e-7))",
    "max(0.9*(t - y), 0.1*(y - t))", "max(abs(y - t) - 0.1, 0)", "min((y - t)**2, 1/3)",
    "(y - t)**2 if y > t else 0.1*(y - t)**2", "abs(y)**t", "sqrt(abs(y - t))",
)  # fmt: skip


def of(activation: Any = "tanh", loss: Any = "half_squared_error") -> Derivation:
    return derive_(network((2, 2, 1), (activation, activation), loss))


@pytest.mark.parametrize("formula", ACTIVATIONS)
def test_an_activation_with_an_uncommon_kink_is_checked(formula: str) -> None:
    derivation = of({"formula": formula})
    assert derivation.check().unreached == ()


@pytest.mark.parametrize("formula", LOSSES)
def test_a_loss_with_an_uncommon_kink_is_checked(formula: str) -> None:
    derivation = of("tanh", {"formula": formula})
    assert derivation.check().unreached == ()


def blamed(derivation: Derivation) -> str:
    with pytest.raises(CheckFailed) as failed:
        derivation.check()
    return failed.value.step


def one_branch_wrong(expression: Expression, position: int) -> Expression:
    """1 added to one branch of every case distinction."""

    def change(node: Expression) -> Expression:
        if not isinstance(node, Cases):
            return node
        values = list(node.values)
        values[position] = Sum((values[position], ONE))
        return replace(node, values=tuple(values))

    return rewrite(expression, change)


def steps_with_cases(derivation: Derivation, start: str) -> list[Step]:
    found = {s.id: s for s in derivation.walk() if s.id.startswith(start)}
    return [s for s in found.values() if any(isinstance(n, Cases) for n in s.result.walk())]


# The tie of max is the last of its three branches, and holds at one number alone.
@pytest.mark.parametrize("formula", [f for f in ACTIVATIONS if "max" in f or "if" in f])
def test_a_fault_in_any_branch_is_found_and_named(formula: str) -> None:
    derivation = derive_(network((1, 1), ({"formula": formula},)))
    derivation.check()
    planted = 0
    for step in steps_with_cases(derivation, "lemma/f"):
        last = len(step.relations) - 1
        for position in range(max(len(n.values) for n in step.result.walk()
                                  if isinstance(n, Cases))):  # fmt: skip
            try:
                wrong = one_branch_wrong(step.result, position)
            except IndexError:
                continue
            planted += 1
            assert blamed(plant(derivation, step.id, member(last, lambda _, w=wrong: w))) == step.id
    assert planted


@pytest.mark.parametrize("formula", [f for f in LOSSES if "max" in f or "min" in f])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_fault_in_any_branch_of_a_loss_is_found_and_named(formula: str, position: int) -> None:
    derivation = derive_(network((1, 1), ("tanh",), {"formula": formula}))
    derivation.check()
    for step in steps_with_cases(derivation, "local/E/a1.1"):
        last = len(step.relations) - 1
        change = member(last, lambda e: one_branch_wrong(e, position))
        assert blamed(plant(derivation, step.id, change)) == step.id


@pytest.mark.parametrize(
    ("formula", "sign"),
    [
        ("x if x > pi else 0", ">="), ("x if x*x > 2 else 0", ">="),
        ("x if tanh(x) <= 0.5 else 2*x", "<"), ("x/3 if x/4 < x - 1 else x", "<="),
    ],
)  # fmt: skip
def test_the_seam_itself_is_looked_at_where_it_is_no_simple_number(formula: str, sign: str) -> None:
    derivation = derive_(network((1, 1), ({"formula": formula},)))
    derivation.check()
    (step,) = {s.id: s for s in derivation.walk() if s.id == "lemma/f"}.values()

    def other(node: Expression) -> Expression:
        return replace(node, sign=sign) if isinstance(node, Comparison) else node

    wrong = rewrite(step.result, other)
    assert wrong != step.result
    last = len(step.relations) - 1
    assert blamed(plant(derivation, step.id, member(last, lambda _: wrong))) == step.id


NEVER = {
    "x if x > 0 else (2*x if x > 1 else 3*x)": 1,
    "max(x, x)": 0,
    "max(x**2 + 1, 0)": 1,
    "min(-exp(x), x**2)": 1,
    "x if x > 0 else (x**2 if x**2 < 0 else (sin(x) if exp(x) < 0 else x))": 1,
}


@pytest.mark.parametrize("formula", NEVER)
def test_a_branch_that_can_never_hold_is_compared_as_if_it_did(formula: str) -> None:
    derivation = of({"formula": formula})
    assert derivation.check().unreached


@pytest.mark.parametrize(("formula", "position"), NEVER.items())
def test_a_fault_in_a_branch_that_can_never_hold_is_found(formula: str, position: int) -> None:
    derivation = derive_(network((1, 1), ({"formula": formula},)))
    derivation.check()
    for step in steps_with_cases(derivation, "lemma/f"):
        last = len(step.relations) - 1
        change = member(last, lambda e: one_branch_wrong(e, position))
        assert blamed(plant(derivation, step.id, change)) == step.id


def test_how_a_formula_reads_where_a_branch_holds() -> None:
    formula = parse("max(x, 1)*(x if x > 2 else 3)", {"x": X})
    tie = (Comparison(X, ">", ONE), Comparison(X, "<", ONE))
    (cases,) = (n for n in formula.walk() if isinstance(n, Cases))
    assert as_if(formula, tie, 0) == parse("x*(x if x > 2 else 3)", {"x": X})
    assert as_if(formula, tie, 1) == parse("1*(x if x > 2 else 3)", {"x": X})
    assert as_if(formula, cases.conditions, 1) == parse("max(x, 1)*3", {"x": X})
    assert as_if(formula, (), 0) == formula == opened(formula, {})


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("x if x > 0.5 else 0", ["0.5"]), ("x**2 - 2", ["-1.41421356237", "1.41421356237"]),
        ("tanh(x) - 0.5", ["0.54930614433"]), ("sigmoid(x) - 1e-7", ["-16.1180955510"]),
        ("exp(x) - 1e30", ["69.0775527898"]),
        ("(x - 1/3)**2 - 1e-8", ["0.33323333333", "0.33343333333"]),
        ("x/4 - (x - 1)", ["1.33333333333"]), ("x**2", ["0"]), ("(x - 0.7)**2", ["0.7"]),
        ("1 - 1e-9*x", ["1000000000"]), ("x**2 + 1", []), ("ln(x)", ["1"]),
    ],
)  # fmt: skip
def test_where_a_gap_is_zero(formula: str, expected: list[str]) -> None:
    tree = parse(formula, {"x": X})
    gap = gaps(tree)[0] if isinstance(tree, Cases) else tree
    found = roots(gap, X, lambda x: Bindings({X: HIGH.number(x)}))
    assert [float(x) for x in found] == pytest.approx([float(e) for e in expected], rel=1e-10)
    for x in found:
        left = evaluate(gap, Bindings({X: HIGH.number(x)}))
        assert abs(left) <= HIGH.number(Fraction(1, 10**25)) * max(1, abs(x))
