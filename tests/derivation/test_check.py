"""The check finds every planted fault and names the step that has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

import derive.derivation.trace
import derive.expression.evaluate
from derive.algebra import slopes as algebra
from derive.derivation.calculus.local import Locals
from derive.derivation.check import CheckFailed
from derive.derivation.check.kinks import gaps, sides
from derive.derivation.check.roots import roots
from derive.derivation.derivation import Derivation
from derive.derivation.derivation import derive as derive_
from derive.derivation.steps import Kind, Relation, Rule, Step, chain
from derive.derivation.trace import ExampleTrace
from derive.expression.arithmetic import HIGH
from derive.expression.constructors import ONE, ZERO
from derive.expression.evaluate import Bindings
from derive.expression.functions import LN, SIGN
from derive.expression.nodes import (
    ACTIVATION,
    INPUT,
    LOSS_TERM,
    PRE_ACTIVATION,
    WEIGHT,
    Apply,
    Bracket,
    Cases,
    Comparison,
    Expression,
    Negative,
    Number,
    Partial,
    Product,
    Quantity,
    Sum,
)
from derive.expression.rewriting import substitute
from derive.expression.typed.formula import parse
from derive.graph import NetworkGraph
from derive.network.description import Dense, Network
from tests.derivation.faults import member, plant
from tests.derivation.networks import network
from tests.derivation.planting import NETWORKS, STYLES, E, X, planted


def blamed(derivation: Derivation) -> str:
    """The step that a check names."""
    with pytest.raises(CheckFailed) as failed:
        derivation.check()
    return failed.value.step


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_planted_fault_is_found_and_named(name: str, style: str) -> None:
    """A reduced run of what ``make truth`` counts."""
    derivation = derive_(NETWORKS[name], style)
    faults = list(planted(derivation, name, 1, 0))
    assert [str(fault) for fault in faults if not fault.found] == []
    assert len(faults) > 10
    assert {fault.rule for fault in faults} == {step.rule for step in derivation.walk()}


def test_faults_of_every_rule_are_planted() -> None:
    """What the test above plants covers every rule but those of formulas that are only x or only a
    number; EVALUATE is of numbers, tested with them."""
    rules = {
        step.rule for of in NETWORKS.values() for style in STYLES
        for step in derive_(of, style).walk()
    }  # fmt: skip
    rules |= {
        s.rule for s in derive_(network((1, 1), ({"formula": "x*exp(x)/(x + ln(x))"},))).walk()
    }
    assert set(Rule) - rules <= {Rule.EVALUATE, Rule.IDENTITY, Rule.CONSTANT}


# Faults by name, as people make them.
TWO = network((2, 2, 2), ("sigmoid", "sigmoid"), bias="none")
W5 = Quantity(WEIGHT, 2, 0, 0)
W1 = Quantity(WEIGHT, 1, 0, 0)


def out(layer: int, unit: int) -> Quantity:
    return Quantity(ACTIVATION, layer, unit)


def swapped(old: Expression, new: Expression) -> Callable[[Expression], Expression]:
    def change(expression: Expression) -> Expression:
        changed = substitute(expression, {old: new})
        assert changed != expression
        return changed

    return change


def residual(output: Expression) -> Expression:
    return Sum((output, Negative(Quantity("target"))))


def without_last(expression: Expression) -> Expression:
    inner = expression.inner if isinstance(expression, Bracket) else expression
    assert isinstance(inner, (Sum, Product))
    kept = inner.children[:-1]
    return kept[0] if len(kept) == 1 else inner.with_children(kept)


def first_factor(change: Callable[[Expression], Expression]) -> Callable[[Expression], Expression]:
    return lambda e: e.with_children((change(e.children[0]), *e.children[1:]))


NAMED: list[tuple[str, Network, str, str, Callable[[Step], Step]]] = [
    ("wrong sign of the error", TWO, "deltas", "delta/z2.1",
     member(3, first_factor(lambda e: Negative(e)))),
    ("wrong unit's output", TWO, "deltas", "gradient/w2.1.1",
     member(2, swapped(out(1, 0), out(1, 1)))),
    ("a path left out", TWO, "deltas", "delta/z1.1", member(3, first_factor(without_last))),
    ("a path left out of the chain", TWO, "paths", "chain/w1.1.1", member(1, without_last)),
    ("f′ left out", TWO, "deltas", "delta/z2.2",
     member(3, lambda e: Product(e.children[:1]) if len(e.children) == 2 else e.children[0])),
    ("transposed weight", TWO, "deltas", "delta/z1.1",
     member(3, swapped(Quantity(WEIGHT, 2, 1, 0), Quantity(WEIGHT, 2, 0, 1)))),
    ("wrong target", TWO, "paths", "together/w2.1.1",
     member(1, swapped(Quantity("target"), Quantity("target", unit=1)))),
    ("σ′ counted twice", TWO, "paths", "gradient/w1.1.1",
     member(1, lambda e: Product((*e.children, out(1, 0), Sum((ONE, Negative(out(1, 0)))))))),
    ("the 1/n left out", network((2, 2), ("tanh",), "mean_squared_error"), "deltas", "delta/z1.1",
     member(2, lambda e: Product(e.children[1:]))),
    ("the 1/N left out", NETWORKS["batch"], "deltas", "average/w1.1.1",
     member(1, lambda e: e.children[1])),
    ("an update that climbs", TWO, "deltas", "update/w1.1.1",
     member(1, lambda e: Sum((e.children[0], e.children[1].children[0])))),
    ("an update of another weight's slope", TWO, "deltas", "update/w1.1.1",
     member(1, swapped(Partial(E, W1), Partial(E, Quantity(WEIGHT, 1, 0, 1))))),
    ("½ ignored", TWO, "deltas", "local/E1/a2.1",
     member(2, lambda e: Product((Number(Fraction(2)), e)))),
    ("a softmax that is diagonal", network((2, 2), ("softmax",)), "deltas", "local/a1.1/z1.2",
     member(2, lambda e: ZERO)),
    ("δ named after another unit", TWO, "paths", "gradient/w2.1.1",
     member(1, swapped(Quantity("delta", 2, 0), Quantity("delta", 2, 1)))),
    ("σ′ = 1 − σ", TWO, "paths", "lemma/sigmoid", member(2, lambda e: e.children[1])),
    ("a sign lost in one branch of the loss", NETWORKS["huber"], "matrices", "matrix/upstream/2",
     member(1, swapped(Apply(SIGN, (residual(out(2, 0)),)),
                       Apply(SIGN, (residual(Negative(out(2, 0))),))))),
    # Its slope is 1/x all the same, but there is no ln of a negative number.
    ("the logarithm of −y", NETWORKS["logarithm"], "matrices", "local/E2/a2.2/3",
     member(1, swapped(Apply(LN, (out(2, 1),)), Apply(LN, (Negative(out(2, 1)),))))),
]  # fmt: skip


@pytest.mark.parametrize(
    "of, style, name, change", [case[1:] for case in NAMED], ids=[case[0] for case in NAMED]
)
def test_a_slip_that_people_make_is_found(
    of: Network, style: str, name: str, change: Callable[[Step], Step]
) -> None:
    derivation = derive_(of, style)
    derivation.check()
    assert blamed(plant(derivation, name, change)) == name


RELU = network((1, 1, 1), ("relu", "identity"))


def cases_in(expression: Expression) -> Cases:
    return next(node for node in expression.walk() if isinstance(node, Cases))


@pytest.mark.parametrize(
    "activation, lemma",
    [
        ("relu", "relu"), ("leaky_relu", "leaky_relu"), ("elu", "elu"), ("selu", "selu"),
        ({"formula": "x if x > 0.5 else x/2 + 0.25"}, "f"),
        ({"formula": "0 if 3*x <= 2 else 3*x - 2"}, "f"),
        ({"formula": "x if x < 6 else 6"}, "f"),
        ({"formula": "x**2 if abs(x) < 1.5 else 3*abs(x) - 2.25"}, "f"),
        ({"formula": "x if x > 120 else 120"}, "f"),
    ],
)  # fmt: skip
def test_every_branch_and_the_kink_are_looked_at(activation: Any, lemma: str) -> None:
    derivation = derive_(network((1, 1), (activation,)))
    derivation.check()
    name = f"lemma/{lemma}"
    (step,) = (s for s in derivation.walk() if s.id == name)
    cases = cases_in(step.result)
    for position in range(len(cases.values)):
        values = list(cases.values)
        values[position] = Sum((values[position], ONE))
        wrong = Cases(tuple(values), cases.conditions)
        assert blamed(plant(derivation, name, member(2, swapped(cases, wrong)))) == name
    if "abs" in str(activation):
        return  # the two branches have the same slope where they meet
    # Only the kink itself: > becomes >=, and so on.
    other = {">": ">=", "<": "<=", ">=": ">", "<=": "<"}
    (condition,) = cases.conditions
    seam = Comparison(condition.left, other[condition.sign], condition.right)
    if activation == "elu":
        return  # α = 1: the slopes agree at 0
    wrong = Cases(cases.values, (seam,))
    assert blamed(plant(derivation, name, member(2, swapped(cases, wrong)))) == name


def test_the_kink_of_an_elu_with_another_alpha_is_looked_at() -> None:
    derivation = derive_(network((1, 1), ({"name": "elu", "alpha": 2},)))
    (name,) = {
        s.id for s in derivation.walk() if s.id.startswith("lemma/") and s.id.count("/") == 1
    }
    (step,) = (s for s in derivation.walk() if s.id == name)
    cases = cases_in(step.result)
    seam = Comparison(X, ">=", ZERO)
    wrong = Cases(cases.values, (seam,))
    assert blamed(plant(derivation, name, member(2, swapped(cases, wrong)))) == name


@pytest.mark.parametrize(
    "loss, steps",
    [
        ({"formula": "1/2*(y - t)**2 if abs(y - t) <= 0.3 else 2*abs(y - t)"}, 3),
        ("hinge", 2),
        ("kl_divergence", 2),
        ({"formula": "(y - t)**2 if y < t else 3*(y - t)**2"}, 2),
    ],
)
def test_every_branch_of_a_loss_is_looked_at(loss: Any, steps: int) -> None:
    last = "sigmoid" if loss == "kl_divergence" else "identity"
    derivation = derive_(network((1, 1), (last,), loss))
    derivation.check()
    name = "local/E/a1.1"
    (step,) = {s.id: s for s in derivation.walk() if s.id == name}.values()
    inner = [s for s in step.walk() if any(isinstance(n, Cases) for n in s.result.walk())]
    assert len(inner) >= steps - 1 or loss == "kl_divergence"
    for line in inner:
        cases = cases_in(line.result)
        for position in range(len(cases.values)):
            values = list(cases.values)
            values[position] = Sum((values[position], ONE))
            wrong = Cases(tuple(values), cases.conditions)
            change = member(len(line.relations) - 1, swapped(cases, wrong))
            assert blamed(plant(derivation, line.id, change)) == line.id


# What the graph says.


def test_a_statement_of_independence_where_there_is_a_path() -> None:
    derivation = derive_(TWO, "paths")
    e1 = Quantity(LOSS_TERM)
    false = Step("independent/E1/w2.1.1", Kind.INDEPENDENT, Rule.INDEPENDENT,
                 chain(Partial(e1, W5), ZERO), about=(W5, e1))  # fmt: skip
    broken = plant(derivation, "independent/E2/w2.1.1", lambda _: false)
    assert blamed(broken) == "independent/E1/w2.1.1"
    hidden = replace(false, about=(W5, Quantity(LOSS_TERM, unit=1)))
    assert blamed(plant(derivation, "independent/E2/w2.1.1", lambda _: hidden)) == hidden.id


def test_independence_that_is_not_said_to_be_zero() -> None:
    derivation = derive_(TWO, "paths")
    name = "independent/E2/w2.1.1"
    assert blamed(plant(derivation, name, member(1, lambda _: ONE))) == name
    assert blamed(plant(derivation, name, member(1, lambda _: Product((ZERO, ONE))))) == name


def test_a_split_that_leaves_a_term_out() -> None:
    derivation = derive_(TWO, "paths")
    name = "split/w1.1.1"
    assert blamed(plant(derivation, name, member(1, without_last))) == name
    name = "split/w2.1.1"  # here a term may go, but its independence must have been stated
    assert blamed(plant(derivation, name, lambda s: replace(s, uses=()))) == name
    other = ("independent/E1/w2.1.2",)
    later = plant(derivation, "split/w2.1.2", lambda s: replace(s, uses=(*s.uses, *other)))
    later.check()  # named twice is still the right term
    wrong = plant(derivation, "split/w2.2.2", lambda s: replace(s, uses=other))
    assert blamed(wrong) == "split/w2.2.2"


@pytest.mark.parametrize("style", STYLES)
def test_steps_rest_on_earlier_ones_only(style: str) -> None:
    derivation = derive_(TWO, style)
    first, *_, last = [s.id for s in derivation.walk() if s.id.startswith("gradient/")]
    assert blamed(plant(derivation, first, lambda s: replace(s, uses=(*s.uses, last)))) == first
    assert blamed(plant(derivation, first, lambda s: replace(s, uses=("nowhere",)))) == first
    assert blamed(plant(derivation, first, lambda s: replace(s, uses=(first,)))) == first


def test_a_delta_is_not_used_before_it_is_known() -> None:
    derivation = derive_(TWO)
    late = replace(
        derivation,
        sections=tuple(
            replace(s, sections=tuple(reversed(s.sections))) if s.kind == "backward" else s
            for s in derivation.sections
        ),
    )
    assert blamed(late) == "delta/z1.1"
    forgotten = plant(late, "delta/z1.1", lambda s: replace(s, uses=()))
    assert blamed(forgotten) == "delta/z1.1"


def test_one_id_is_one_step_and_one_number_one_result() -> None:
    derivation = derive_(TWO, "paths")
    twin = {s.id: s for s in derivation.walk()}["gradient/w2.2.1"]
    twice = plant(derivation, "gradient/w2.1.1", lambda s: replace(s, id=twin.id))
    assert blamed(twice) == "gradient/w2.2.1"
    numbered = [s for s in derivation.walk() if s.number is not None]
    clash = plant(derivation, numbered[1].id, lambda s: replace(s, number=numbered[0].number))
    assert blamed(clash) == numbered[1].id


@pytest.mark.parametrize("style", STYLES)
def test_every_parameter_has_its_gradient_worked_out_and_its_update(style: str) -> None:
    def missing(of: Network, name: str) -> bool:
        broken = plant(derive_(of, style), name, lambda _: None)
        with pytest.raises(CheckFailed, match=name.partition("/")[2]) as failed:
            broken.check()
        return failed.value.step.endswith(name.partition("/")[2]) or style == "matrices"

    assert missing(TWO, "gradient/w1.1.1") and missing(TWO, "update/w1.1.1")
    assert missing(NETWORKS["batch"], "average/b2.1")
    circular = chain(Partial(E, W1), Product((ONE, Partial(E, W1))))
    broken = plant(derive_(TWO, style), "gradient/w1.1.1", lambda s: replace(s, relations=circular))
    assert blamed(broken) == "gradient/w1.1.1"


@pytest.mark.parametrize(
    "relations",
    [
        (Relation("", E),),
        (Relation("", E), Relation("≈", E)),
        (Relation("=", E), Relation("=", E)),
        (Relation("", E), Relation("=", E)),
        (Relation("", E), Relation("←", Sum((ZERO, E)))),
    ],
)
def test_a_chain_states_something_with_the_right_signs(relations: tuple[Relation, ...]) -> None:
    broken = plant(derive_(TWO), "define/E", lambda s: replace(s, relations=relations))
    assert blamed(broken) == "define/E"


def test_an_update_is_an_assignment() -> None:
    derivation = derive_(TWO)
    name = "update/w1.1.1"
    equal = plant(derivation, name, lambda s: replace(s, relations=chain(*(
        r.expression for r in s.relations))))  # fmt: skip
    assert blamed(equal) == name


# Assumptions.

SOFTMAX = network((2, 3), ("softmax",), "cross_entropy")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("loss", ["cross_entropy", "kl_divergence"])
def test_that_targets_sum_to_one_must_be_said(style: str, loss: str) -> None:
    derivation = derive_(network((2, 3), ("softmax",), loss), style)
    report = derivation.check()
    assert report.assumptions == ("targets sum to 1",)
    needing = [s.id for s in derivation.walk() if s.assumes]
    assert len(needing) >= 6
    for name in needing:
        broken = plant(derivation, name, lambda s: replace(s, assumes=()))
        assert blamed(broken) == name
    for name in needing[:2]:
        broken = plant(derivation, name, lambda s: replace(s, assumes=("targets sum up",)))
        assert blamed(broken) == name


def test_given_targets_that_do_not_sum_to_one_keep_their_sum() -> None:
    rows = [[0.5, 0.1, 0.1]]
    of = Network([[1, 2]], [Dense(3, "softmax")], "cross_entropy", targets=rows)
    derivation = derive_(of)
    assert derivation.check().assumptions == ()
    assert not any(s.assumes for s in derivation.walk())


def test_targets_that_are_formulas_are_not_assumed_to_sum_to_one() -> None:
    of = Network(
        {"x1": 0.25, "x2": 0.75}, [Dense(2, "softmax")], "cross_entropy",
        targets={"t1": "x1", "t2": "x2"},
    )  # fmt: skip
    assert derive_(of).check().assumptions == ()


# Faults in what the steps are held against.


@pytest.mark.parametrize("style", STYLES)
def test_a_product_rule_gone_wrong_is_blamed_on_the_formula(
    monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    right = algebra._shape

    def wrong(term: Expression) -> Any:
        shape = right(term)
        if W5 not in shape.parts:
            return shape
        return replace(shape, slopes=tuple(Sum((slope, slope)) for slope in shape.slopes))

    monkeypatch.setattr(algebra, "_parts", algebra._parts.__wrapped__)  # none is known already
    monkeypatch.setattr(algebra, "_shape", wrong)
    with pytest.raises(CheckFailed, match=r"its slope by w2\.1\.1") as failed:
        derive_(TWO, style).check()
    assert failed.value.step == "define/z2.1"


@pytest.mark.parametrize("style", STYLES)
def test_a_forgotten_slope_is_blamed_on_the_formula(
    monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    right = derive.derivation.trace.slopes

    def wrong(expression: Expression, environment: Any) -> dict[Quantity, Any]:
        found = dict(right(expression, environment))
        found.pop(out(1, 1), None)
        return found

    monkeypatch.setattr(derive.derivation.trace, "slopes", wrong)
    with pytest.raises(CheckFailed, match=r"its slope by a1\.2") as failed:
        derive_(TWO, style).check()
    assert failed.value.step == "define/z2.1"


def calls(formula: Expression, name: str) -> bool:
    """Whether a formula, or a function in it, calls the function of a name."""
    return any(
        e.function.name == name or (e.function.definition and calls(e.function.definition, name))
        for e in formula.walk() if isinstance(e, Apply)
    )  # fmt: skip


@pytest.mark.parametrize("name", ["tanh", "exp", "ln", "erf", "sqrt", "abs", "max"])
def test_a_wrong_elementary_slope_is_blamed_on_the_formula(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if name in ("abs", "max"):
        right = algebra._one_or_mean
        monkeypatch.setattr(algebra, "_one_or_mean", lambda side, a, b: right(-side, a, b))
    else:
        shape_of = algebra._shape

        def wrong(term: Expression) -> Any:
            shape = shape_of(term)
            if not calls(term, name):
                return shape
            return replace(shape, slopes=tuple(Sum((slope, ONE)) for slope in shape.slopes))

        monkeypatch.setattr(algebra, "_parts", algebra._parts.__wrapped__)
        monkeypatch.setattr(algebra, "_shape", wrong)
    formula = {"max": "max(x, 0.1)", "ln": "ln(1 + x**2)", "sqrt": "sqrt(1 + x**2)"}
    of = network((2, 1), ({"formula": formula.get(name, f"{name}(x)")},))
    assert blamed(derive_(of)) == "define/a1.1"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("leaf", [W1, W5, Quantity(INPUT, unit=1)], ids=["w1", "w5", "i2"])
def test_a_sweep_that_loses_a_part_is_blamed_on_the_leaf(
    monkeypatch: pytest.MonkeyPatch, style: str, leaf: Quantity
) -> None:
    right = ExampleTrace._sweep

    def wrong(self: ExampleTrace, of: Quantity) -> dict[Quantity, Any]:
        found = right(self, of)
        if leaf in found:
            found[leaf] = found[leaf] + HIGH.number(Fraction(1, 10**12))
        return found

    monkeypatch.setattr(ExampleTrace, "_sweep", wrong)
    name = {W1: "w1.1.1", W5: "w2.1.1"}.get(leaf, "x2")
    step = blamed(derive_(TWO, style))
    assert step.startswith("total/E") and step.endswith(f"/{name}")


@pytest.mark.parametrize("style", STYLES)
def test_a_sweep_that_takes_one_path_only_is_found(
    monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    def wrong(self: ExampleTrace, of: Quantity) -> dict[Quantity, Any]:
        adjoint = {of: HIGH.number(Fraction(1))}
        for quantity in reversed(self.graph.definitions):
            if quantity in adjoint:
                for parent, slope in self.slopes(quantity).items():
                    adjoint[parent] = adjoint[quantity] * slope
        return adjoint

    monkeypatch.setattr(ExampleTrace, "_sweep", wrong)
    assert blamed(derive_(TWO, style)).startswith("total/E")


def test_a_wrong_average_over_examples_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from derive.derivation.trace import Trace

    monkeypatch.setattr(Trace, "_over_examples", lambda self, values: sum(values[1:], values[0]))
    assert blamed(derive_(NETWORKS["batch"])) == "define/batch"


def test_a_wrong_local_derivative_is_blamed_on_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A style built on a wrong local derivative: the first wrong step is the local one."""
    right = Locals._make

    def wrong(self: Locals, of: Quantity, by: Quantity) -> Step:
        step = right(self, of, by)
        if (of.kind, by.kind) != (ACTIVATION, PRE_ACTIVATION) or of.layer != 1:
            return step
        return replace(step, relations=chain(*(r.expression for r in step.relations[:-1]), ONE))

    monkeypatch.setattr(Locals, "_make", wrong)
    for style in STYLES:
        assert blamed(derive_(TWO, style)).startswith("local/a1.")


# What is reported.


def test_the_report_counts() -> None:
    report = derive_(TWO, "paths").check()
    assert (report.independent, report.points, report.unchecked) == (4, 2, ())
    assert report.assumptions == ()
    assert report.equalities >= report.steps
    assert report.differences == 2 * (8 + 3 + 3)  # at every point: definitions, and E, E1, E2
    kept = derive_(TWO, "paths")
    assert kept.check() is kept.check()


def test_only_zeros_are_reported_as_unchecked() -> None:
    """A softmax over one unit is constantly 1; every gradient through it is 0 = 0."""
    of = network((1, 1, 2), ("softmax", "tanh"))
    report = derive_(of).check()
    assert "gradient/w1.1.1" in report.unchecked
    assert "gradient/w2.1.1" not in report.unchecked


@pytest.mark.parametrize("style", STYLES)
def test_a_long_chain_of_relus_is_alive_somewhere(style: str) -> None:
    of = network((1, 1, 1, 1, 1, 1, 1, 1), ("relu",) * 7, bias="none")
    assert derive_(of, style).check().unchecked == ()


@pytest.mark.parametrize("formula", ["sqrt(x)", "ln(x)", "x**0.5 + ln(x)", "1/x", "x**x"])
def test_formulas_that_are_not_defined_everywhere(formula: str) -> None:
    of = network((3, 3, 2), ({"formula": formula}, "identity"))
    assert derive_(of).check().unchecked == ()


@pytest.mark.parametrize("formula", ["exp(x)", "x**9", "exp(exp(x))"])
def test_values_that_outgrow_every_difference(formula: str) -> None:
    of = network((2, 2, 2, 2), ({"formula": formula},) * 3)
    for style in STYLES:
        assert derive_(of, style).check().differences > 0


def test_a_network_that_is_defined_where_no_point_comes() -> None:
    with pytest.raises(CheckFailed, match="no point was found"):
        derive_(network((2, 1, 1), ("softplus", {"formula": "ln(x - 9)"}))).check()


def test_points_stay_off_kinks_that_dead_units_make() -> None:
    """Both ReLUs dead and no bias: the next pre-activation is 0, on the next kink."""
    of = network((2, 2, 2), ("relu", "elu"), "huber", "none")
    for style in STYLES:
        assert derive_(of, style).check().unchecked == ()


def test_the_check_is_the_same_every_time() -> None:
    first, second = (derive_(NETWORKS["own"]).check() for _ in range(2))
    assert first == second


# Where kinks are.


@pytest.mark.parametrize(
    "formula, expected",
    [
        ("x if x > 0.5 else 0", ["1/2"]),
        ("abs(2*x - 3)", ["3/2"]),
        ("max(x**2, 1)", ["-1", "1"]),
        ("x if x > 120 else 0", ["120"]),
        ("min(x, 3 - x)", ["3/2"]),
        ("x if 0.1*x > 0.03 else 0", ["3/10"]),
        ("x**2", []),
        ("x if x**2 + 1 > 0 else 0", []),
    ],
)
def test_where_kinks_lie(formula: str, expected: list[str]) -> None:
    tree = parse(formula, {"x": X})
    found: set[Fraction] = set()
    for gap in gaps(tree):
        found |= set(roots(gap, X, lambda x: Bindings({X: HIGH.number(x)})))
    assert sorted(found) == [Fraction(e) for e in expected]
    for root in found:
        assert 0 in sides(tree, Bindings({X: HIGH.number(root)}))


def test_reach_and_paths_of_a_graph() -> None:
    graph = NetworkGraph(network((2, 3, 2), ("tanh", "softmax"), "cross_entropy"))
    w = Quantity(WEIGHT, 1, 1, 0)
    e1 = Quantity(LOSS_TERM)
    assert graph.reaches(w, e1) and graph.reaches(e1, e1)
    assert not graph.reaches(e1, w) and not graph.reaches(out(2, 1), e1)
    assert graph.path_count(w, e1) == 2 == len(list(graph.paths(w, e1)))
    assert graph.path_count(w, E) == 4 == len(list(graph.paths(w, E)))
    assert list(graph.paths(e1, e1)) == [(e1,)]
    assert list(graph.paths(e1, w)) == [] and graph.path_count(e1, w) == 0
