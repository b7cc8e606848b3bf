"""Graphs of formulas go the whole way: derived, checked, and right."""

from __future__ import annotations

import pickle
import random
from dataclasses import replace
from typing import Any

import pytest
from mpmath import mp  # type: ignore[import-untyped]

import derive
from derive.derivation import CheckFailed
from derive.derivation.calculus.gates import Gate, gate
from derive.derivation.calculus.local import Edges
from derive.derivation.derivation import Derivation, styles_of
from derive.derivation.numbers.numbered import numbered
from derive.derivation.numbers.rounding import Rounding
from derive.derivation.steps import Relation, Step
from derive.derivation.trace import trace
from derive.expression.constructors import ONE, named_quantity
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.nodes import Negative, Number, Partial, Product, Quantity
from derive.graph import FormulaGraph, Graph
from tests.derivation.faults import plant
from tests.graph.samples import BY_HAND, derived, drawn, numbers, slope

STYLES = ("nodes", "paths")
SEEDS = range(12)


def slopes_of(graph: FormulaGraph) -> dict[str, Any]:
    full = trace(graph)
    return {q.name: full.partial(graph.loss, q) for q in graph.trained}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", BY_HAND)
def test_every_example_is_checked_to_the_last_equality(name: str, style: str) -> None:
    report = derived(name, style).check()
    assert report.equalities > 12 and report.differences > 4
    assert report.unchecked == () and report.unreached == ()
    _, count = numbered(derived(name, style), Rounding())
    assert count > 10


@pytest.mark.parametrize("name", BY_HAND)
def test_gradients_are_those_of_the_function_written_by_hand(name: str) -> None:
    graph = derived(name).graph
    assert isinstance(graph, FormulaGraph)
    at = numbers(graph)
    for by, found in slopes_of(graph).items():
        due = slope(lambda values: BY_HAND[name](mp, values), at, by)
        assert abs(found - due) <= mp.mpf(10) ** -30 * max(1, abs(due))


@pytest.mark.parametrize("name", BY_HAND)
def test_gradients_are_those_of_pytorch(name: str) -> None:
    torch = pytest.importorskip("torch")
    graph = derived(name).graph
    assert isinstance(graph, FormulaGraph)
    at = {
        by: torch.tensor(float(value), dtype=torch.float64, requires_grad=True)
        for by, value in numbers(graph).items()
    }
    BY_HAND[name](torch, at).backward()
    for by, found in slopes_of(graph).items():
        assert abs(float(found) - float(at[by].grad)) <= 1e-12 * max(1, abs(float(found)))


@pytest.mark.parametrize("name", BY_HAND)
def test_gradients_are_those_of_jax(name: str) -> None:
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    graph = derived(name).graph
    assert isinstance(graph, FormulaGraph)
    at = {by: float(value) for by, value in numbers(graph).items()}
    due = jax.grad(lambda values: BY_HAND[name](jax.numpy, values))(at)
    for by, found in slopes_of(graph).items():
        assert abs(float(found) - float(due[by])) <= 1e-12 * max(1, abs(float(found)))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", SEEDS)
def test_random_graphs_hold(seed: int, style: str) -> None:
    graph = drawn(seed)
    derivation = derive.derive(graph, style)  # type: ignore[arg-type]
    assert derivation.check().unreached == ()
    numbered(derivation, Rounding())

    def loss(values: Any) -> Any:
        at = {named_quantity(name): value for name, value in values.items()}
        for q, formula in graph.definitions.items():
            at[q] = evaluate(formula, Bindings(at))
        return at[graph.loss]

    at = numbers(graph)
    for by, found in slopes_of(graph).items():
        assert abs(found - slope(loss, at, by)) <= mp.mpf(10) ** -25 * max(1, abs(found))


# -- faults ---------------------------------------------------------------------------------------


def turned(step: Step) -> Step:
    """The step with the other sign at its end."""
    last = step.relations[-1]
    changed = Relation(last.sign, Negative(last.expression))
    return replace(step, relations=(*step.relations[:-1], changed))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", BY_HAND)
def test_a_wrong_sign_is_found_in_the_step_where_it_is(name: str, style: str) -> None:
    derivation = derived(name, style)
    steps = {step.id: step for step in derivation.walk()}
    for step in random.Random(f"{name} {style}").sample(sorted(steps), 6):
        with pytest.raises(CheckFailed) as failure:
            plant(derivation, step, turned).check()
        assert failure.value.step == step and failure.value.remedy


@pytest.mark.parametrize("name", ["skip-connection", "recurrent"])
def test_a_use_that_is_left_out_is_found(name: str) -> None:
    derivation = derived(name)
    several = [s for s in derivation.walk() if s.rule.name == "CHAIN" and len(s.about) > 2]
    assert several
    for step in several:

        def without(step: Step) -> Step:
            first, chained, known = step.relations
            terms = known.expression.children[1:]
            kept = known.expression.with_children(terms)
            return replace(step, relations=(first, chained, Relation("=", kept)))

        with pytest.raises(CheckFailed) as failure:
            plant(derivation, step.id, without).check()
        assert failure.value.step == step.id


def test_a_gradient_that_is_missing_is_told() -> None:
    with pytest.raises(CheckFailed, match=r"gradient/w0.*is missing"):
        plant(derived("sigmoid-neuron"), "gradient/w0", lambda _: None).check()


def test_a_fault_in_the_slopes_is_found_by_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    import derive.derivation.trace as traces

    right = traces.slopes

    def wrong(formula: Any, at: Any) -> Any:
        return {q: value * 2 if q.name == "h" else value for q, value in right(formula, at).items()}

    monkeypatch.setattr(traces, "slopes", wrong)
    with pytest.raises(CheckFailed, match=r"slope by h disagrees") as failure:
        derive.derive("examples/graphs/skip-connection.yaml").check()
    assert failure.value.step == "define/a" and "formula of a" in str(failure.value)


# -- single graphs --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formulas", "given", "due"),
    [
        ({"f": "max(x, y)"}, {"x": 2, "y": 2}, {"x": "1/2", "y": "1/2"}),
        ({"f": "min(x, y)*3"}, {"x": 1, "y": 2}, {"x": "3", "y": "0"}),
        ({"f": "abs(x)*y"}, {"x": 0, "y": 2}, {"x": "0", "y": "0"}),
        ({"f": "x*x*x"}, {"x": 2}, {"x": "12"}),
        ({"f": "x"}, {"x": 2}, {"x": "1"}),
        ({"f": "x - x"}, {"x": 2}, {"x": "0"}),
        ({"f": "0*x"}, {"x": 2}, {"x": "0"}),
        ({"f": "x + 1 if x > 0 else 2*x"}, {"x": 0}, {"x": "2"}),
        ({"a": "x", "b": "a + x", "f": "b*a*x"}, {"x": 2}, {"x": "24"}),
    ],
)
@pytest.mark.parametrize("style", STYLES)
def test_ties_and_other_corners(
    formulas: dict[str, str], given: dict[str, int], due: dict[str, str], style: Any
) -> None:
    graph = Graph.from_formulas(formulas, "f", given=given, parameters=list(due))
    derivation = derive.derive(graph, style)
    derivation.check()
    valuation, _ = numbered(derivation, Rounding())
    for name, value in due.items():
        top, _, bottom = value.partition("/")
        assert valuation.gradient(named_quantity(name)).number.value * int(bottom or 1) == int(top)


def test_where_no_numbers_are_given_points_are_found_all_the_same() -> None:
    for formula in (
        "ln(x - 100)",
        "sqrt(1 - x**2)",
        "1/(x - 1)",
        "ln(ln(x))",
        "max(ln(x - 50), 1)",
    ):
        report = derive.derive(Graph.from_formulas({"f": formula}, "f")).check()
        assert report.unchecked == ()
    with pytest.raises(CheckFailed, match=r"formulas.*no point was found.*change the formula"):
        derive.derive(Graph.from_formulas({"f": "ln(-1 - x**2)"}, "f")).check()


def test_a_slope_without_a_value_is_told() -> None:
    formulas = {"a": "ln(x - 100)", "f": "sqrt(a)*y"}
    graph = Graph.from_formulas(formulas, "f", given={"x": 101, "y": 3})
    with pytest.raises(derive.NumbersError, match="take other numbers for the leaves"):
        derive.render(graph)


def test_past_the_most_paths_leaves_are_told_by_nodes() -> None:
    formulas = {}
    for i in range(6):
        formulas |= {f"a{i}": f"tanh(q{i})", f"q{i + 1}": f"a{i} + q{i}*w"}
    graph = Graph.from_formulas(formulas, "q6", given={"q0": 0.5, "w": 0.25})
    derivation = derive.derive(graph, "paths", max_paths=8)
    assert {s.kind for s in derivation.section("backward").sections} == {"node"}
    mixed = derive.derive(graph, "paths", max_paths=63)
    kinds = [s.kind for s in mixed.section("backward").sections]
    assert kinds[0] == "route" and kinds[-1] == "node"
    for one in (derivation, mixed):
        one.check()
        assert "found node by node" in " ".join(derive.render(one, "text").split())


def test_the_words_for_gates_are_true() -> None:
    seen = set()
    for graph in (*map(drawn, SEEDS), *(derived(name).graph for name in BY_HAND)):
        assert isinstance(graph, FormulaGraph)
        edges = Edges(graph)
        for of, formula in graph.definitions.items():
            for by in graph.parents[of]:
                kind, result = gate(formula, by), edges.step(of, by).result
                seen.add(kind)
                if kind is Gate.ADD:
                    assert result == ONE
                elif kind in (Gate.SUBTRACT, Gate.TURN):
                    assert result in (Negative(ONE), Number(-ONE.value))
                elif kind is Gate.SCALE:
                    assert not any(isinstance(node, Quantity) for node in result.walk())
                elif kind is Gate.MULTIPLY:
                    assert isinstance(formula, Product)
                    others = [factor for factor in formula.factors if factor != by]
                    assert list(result.children if len(others) > 1 else (result,)) == others
                elif kind is Gate.TERM:
                    assert by not in result.children and result != by
    assert seen == set(Gate)


def test_another_route_is_held_still_by_name() -> None:
    graph = derived("skip-connection").graph
    edges = Edges(graph)
    x, r, a = named_quantity("x"), named_quantity("r"), named_quantity("a")
    assert edges.named(r, x) == Partial(graph.definitions[r], x)
    assert edges.named(r, a) == Partial(r, a)


def test_what_a_derivation_of_formulas_is_asked() -> None:
    derivation = derived("circuit")
    assert repr(derivation).startswith("<Derivation of 2 formulas, style nodes: ")
    assert derivation["x"].id == "gradient/x" and str(derivation.gradient("x")) == "df_dq"
    with pytest.raises(derive.UnknownName, match="did you mean"):
        derivation["xx"]
    with pytest.raises(derive.NetworkError, match="no layers"):
        _ = derivation.network
    assert derivation.source is derivation.graph
    copy = pickle.loads(pickle.dumps(derivation))
    assert copy == derivation and hash(copy) == hash(derivation)
    assert copy.check() == derivation.check()


def test_styles_that_know_layers_are_refused() -> None:
    graph = derived("circuit").graph
    for style in ("deltas", "matrices", "frob"):
        with pytest.raises(derive.StyleError, match=r"no layers, allowed are nodes, paths"):
            derive.derive(graph, style)  # type: ignore[arg-type]
    assert styles_of(graph) == STYLES


def test_a_network_is_derived_node_by_node_too() -> None:
    by_nodes = derive.derive("examples/mazur.yaml", "nodes")
    by_nodes.check()
    one, _ = numbered(by_nodes, Rounding())
    other, _ = numbered(derive.derive("examples/mazur.yaml"), Rounding())
    for w in by_nodes.graph.trained:
        assert one.gradient(w).number == other.gradient(w).number


def test_a_derivation_is_made_of_steps_alone() -> None:
    """Another derivation with the same sections is checked alike: nothing else is looked at."""
    derivation = derived("circuit")
    again = Derivation(derivation.graph, derivation.style, derivation.sections)
    assert again.check() == derivation.check() and again == derivation
