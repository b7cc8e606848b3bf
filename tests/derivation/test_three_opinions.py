"""Steps, SymPy and finite differences: a fault planted in any one is found by the other two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sympy

import derive
import derive.derivation.check.differences as differences
from derive.algebra import slopes
from derive.derivation.calculus.tidy import negative
from derive.derivation.check import CheckFailed
from derive.derivation.derivation import Derivation
from derive.derivation.steps import Relation, Section, Step
from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import evaluate
from derive.expression.nodes import Expression
from tests.derived import derived
from tests.slopes_of_functions import function_slopes

EXAMPLES = sorted(Path("examples").glob("*.yaml"))
STYLES = ("deltas", "paths", "matrices", "nodes")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Shapes that were differentiated before a fault was planted, or with one, are forgotten."""

    def forget() -> None:
        slopes._parts.cache_clear()
        slopes._shape.cache_clear()
        slopes._derivatives.cache_clear()

    forget()
    yield
    forget()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("style", STYLES)
def test_every_example_has_all_three(path: Path, style: str) -> None:
    derivation = derived(derive.load(path), style)
    report = derivation.check()
    edges = sum(len(parents) for parents in derivation.graph.parents.values())
    assert report.symbolic == edges, "a derivative for every quantity that a formula mentions"
    assert report.equalities > 0 and report.differences > 0


# -- a fault in the steps ------------------------------------------------------------------------


def planted(section: Section, name: str) -> Section:
    """The section with the sign of one step's result changed."""

    def change(step: Step) -> Step:
        if step.id != name:
            return step
        wrong = Relation("=", negative(step.result))
        return replace(step, relations=(*step.relations[:-1], wrong))

    return replace(
        section,
        steps=tuple(change(step) for step in section.steps),
        sections=tuple(planted(inner, name) for inner in section.sections),
    )


@pytest.mark.parametrize("name", ["lemma/sigmoid", "local/E1/a2.1", "local/E2/a2.2"])
def test_a_wrong_sign_in_a_step_is_named(name: str) -> None:
    derivation = derive.derive(derive.load("examples/mazur.yaml"), "paths")
    wrong = Derivation(
        derivation.graph, derivation.style,
        tuple(planted(section, name) for section in derivation.sections),
    )  # fmt: skip
    with pytest.raises(CheckFailed) as failure:
        wrong.check()
    assert failure.value.step == name


# -- a fault in SymPy, or on the way to it and back ----------------------------------------------

FAULTS: dict[str, Callable[[Any], Any]] = {
    "a sign": lambda right: lambda e, by: -right(e, by),
    "a factor": lambda right: lambda e, by: right(e, by) * sympy.Rational(1001, 1000),
    "a term lost": lambda right: lambda e, by: sympy.Add(*sympy.Add.make_args(right(e, by))[:1])
    if right(e, by).is_Add else sympy.S.Zero,
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("style", STYLES)
def test_a_fault_of_sympy_is_blamed_on_the_formula_by_differences(
    fault: str, style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slopes.sympy, "diff", FAULTS[fault](sympy.diff))
    with pytest.raises(CheckFailed) as failure:
        derive.derive(derive.load("examples/mazur.yaml"), style).check()
    assert failure.value.step.startswith("define/")


@pytest.mark.parametrize("style", STYLES)
def test_a_fault_of_sympy_is_also_found_by_the_steps(
    style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the differences silenced, what disagrees is a step."""
    monkeypatch.setattr(slopes.sympy, "diff", FAULTS["a factor"](sympy.diff))
    for name in ("check_formulas", "check_totals"):
        monkeypatch.setattr(derive.derivation.check, name, lambda *_: 0)
    with pytest.raises(CheckFailed) as failure:
        derive.derive(derive.load("examples/mazur.yaml"), style).check()
    assert not failure.value.step.startswith(("define/", "total/"))


# -- a fault in the differences ------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_a_fault_of_the_differences_is_not_passed_over(
    style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(e: Expression, environment: Any) -> Any:
        return evaluate(e, environment) * HIGH.number(2)

    monkeypatch.setattr(differences, "evaluate", wrong)
    with pytest.raises(CheckFailed) as failure:
        derive.derive(derive.load("examples/mazur.yaml"), style).check()
    assert failure.value.step.startswith("define/")


# -- none has a rule of another ------------------------------------------------------------------


def test_no_taught_derivative_reaches_sympy() -> None:
    """σ is differentiated from its formula: a wrong row of the catalogue is not believed."""
    network = derive.Network(1, [derive.Dense(1, "sigmoid")])
    derivation = derive.derive(network)
    (function,) = {
        e.function
        for formula in derivation.graph.definitions.values() for e in formula.walk()
        if hasattr(e, "function")
    }  # fmt: skip
    right = function.derivatives
    x = HIGH.number(1)
    before = function_slopes(function, (x,), HIGH)
    slopes._parts.cache_clear()
    slopes._shape.cache_clear()
    slopes._derivatives.cache_clear()
    object.__setattr__(function, "derivatives", (negative(right[0]),))
    try:
        assert function_slopes(function, (x,), HIGH) == before
        with pytest.raises(CheckFailed):
            derive.derive(network).check()
    finally:
        object.__setattr__(function, "derivatives", right)
