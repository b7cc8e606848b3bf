"""Rewritings, bindings, printers, identifiers: the parts of generated source."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import derive
from derive.compute.backends.code import Code, load
from derive.compute.programs.functions import IEEE, KNOWN, read
from derive.compute.programs.program import Note, Program, Remark, Statement, auxiliary
from derive.compute.programs.scalar import scalar_program
from derive.compute.sources.identifiers import Identifiers
from derive.compute.sources.source import ScalarSource
from derive.compute.stable.loss_forms import loss_form
from derive.compute.stable.prepared import FINISH, OF_TARGETS, RECOGNISE, STABILISE, prepared
from derive.compute.stable.rewriting import Rewriting, apply, fold
from derive.expression.arithmetic import HIGH
from derive.expression.binding import Binder
from derive.expression.constructors import variable
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.nodes import LOSS, Expression, Number, Quantity, Sum, quantities
from derive.graph import E, activations
from derive.notation import names
from derive.notation.shape import Shape
from tests.expression.drawn_formulas import formulas

LETTERS = {name: variable(name) for name in "uvxyqlmt"}
RULES = (*RECOGNISE, *STABILISE, *OF_TARGETS, *FINISH)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_before_equals_after_at_sixty_digits(rule: Rewriting) -> None:
    before, after = rule.trees
    for u, v, t in ((0.375, 0.5, 0.25), (1.5, 2.0, 0.75), (7.0, 0.125, 0.5)):
        values = {"u": u, "v": v, "t": t, "x": u, "y": v}
        bound = Bindings({variable(k): HIGH.number(Fraction(x)) for k, x in values.items()})
        left, right = evaluate(before, bound), evaluate(after, bound)
        assert abs(left - right) <= HIGH.number(Fraction(1, 10**50)) * (1 + abs(left))


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_rule_says_why(rule: Rewriting) -> None:
    assert rule.why
    assert rule(rule.trees[0]) is not None


def test_a_rule_fits_its_form_and_nothing_else() -> None:
    def shown(text: str) -> Expression:
        return read(text, LETTERS)

    rule = Rewriting("ln(1 + exp(u))", "softplus(u)", "")
    assert apply((rule,), shown("x*ln(1 + exp(2*y))")) == shown("x*softplus(2*y)")
    assert apply((rule,), shown("ln(2 + exp(x))")) == shown("ln(2 + exp(x))")
    twice = Rewriting("exp(u) - exp(u)", "0", "")
    assert apply((twice,), shown("exp(x) - exp(y)")) == shown("exp(x) - exp(y)")


def test_the_faces_of_an_output() -> None:
    """ln y, ln(1 − y) and 1 − y give way; a formula without them is left alone."""
    network = derive.Network(1, [derive.Dense(1, "sigmoid")], "binary_cross_entropy")
    form = loss_form(network.loss, network.layers[-1].activation)
    assert set(form.slopes) == {"l", "m"}
    assert {q.name for q in quantities(form.value)} <= {"t", "l", "m", "v1"}
    form = loss_form(network.loss, derive.Network(1, [derive.Dense(1)]).layers[-1].activation)
    assert set(form.slopes) == {"y"}


def test_constants_are_worked_out_once_and_rounded_once() -> None:
    (number,) = [n for n in fold(read("sqrt(2/pi)*x", LETTERS)).walk() if isinstance(n, Number)]
    assert float(number.value) == 0.7978845608028654
    assert fold(read("ln(0 - 1)*x", LETTERS)) == read("ln(-1)*x", LETTERS)


def test_what_repeats_is_bound_once() -> None:
    binder = Binder("v")
    value, slope = binder.bind((read("1/2*(y - t)**2", LETTERS), read("y - t", LETTERS)))
    assert [letter for letter, _ in binder.lines] == ["v1"]
    assert slope == variable("v1")
    assert read("y - t", LETTERS) not in list(value.walk())


class Letters(Identifiers):
    """Every letter is its own name."""

    def __init__(self) -> None:
        super().__init__(names("numbered", Shape((1,), ("neuron",))), ())

    def _base_name(self, q: Quantity) -> str:
        return q.name


def run(expression: Expression, **values: float) -> float:
    """The value of an expression as generated Python computes it."""
    writer = Code(Letters())
    body = writer.body(Program((Statement(variable("result"), expression),)))
    source = [*writer.definitions(), f"def f({', '.join(values)}):", *body, "    return result"]
    result: float = load("\n".join(source))["f"](**values)
    return result


@given(formulas(), st.floats(-4, 4), st.floats(0.25, 4))
def test_printed_code_means_what_the_tree_means(formula: Expression, x: float, y: float) -> None:
    letters = {q.name: v for q, v in zip(quantities(formula), (x, y, 0.5, 2.0, 1.5), strict=False)}
    bound = Bindings({variable(k): HIGH.number(Fraction(v)) for k, v in letters.items()})
    try:
        true = float(evaluate(formula, bound))
    except (ArithmeticError, KeyError, OverflowError, TypeError):
        return
    if not abs(true) < 1e100:
        return
    found = run(prepared(formula), **letters)
    if math.isfinite(found):
        assert found == pytest.approx(true, rel=1e-6, abs=1e-6)


def test_long_sums_and_deep_formulas_compile() -> None:
    letters = [variable(f"a{k}") for k in range(5000)]
    values = {letter.name: 1.0 for letter in letters}
    assert run(Sum(tuple(letters)), **values) == 5000.0
    wide = derive.Network(4000, [derive.Dense(1, bias="none")])
    f = derive.compile(wide, "python")
    assert f.flat([0.5] * 4000, [1.0] * 4000, [0.0])[0] == 2000.0**2 / 2
    deep = "x"
    for _ in range(38):
        deep = f"(1 + {deep})/2"
    layer = derive.Dense(1, {"formula": deep}, bias="none", weights=[[1]])
    g = derive.compile(derive.Network([1.0], [layer], targets=[0]), "python")
    assert g.forward() == [1.0]
    assert g.input_gradient()[0] == pytest.approx(2.0**-38)


def test_wide_softmax_layers_stay_linear() -> None:
    """Sums over all other units are built from both ends, not written out for each unit."""
    lengths = []
    for units in (100, 200):
        network = derive.Network(
            1, [derive.Dense(units, "softmax", bias="none")], "binary_cross_entropy"
        )
        lengths.append(len(ScalarSource(network).source("loss_and_gradient")))
    assert lengths[1] < 2.2 * lengths[0]


def test_only_what_is_needed_is_computed() -> None:
    network = derive.Network(
        2, [derive.Dense(2, "tanh", frozen=["weights", "biases"]), derive.Dense(1, "tanh")]
    )
    source = ScalarSource(network).source("loss_and_gradient")
    assert "delta_h1" not in source
    assert "delta_o1" in source
    assert "delta" not in ScalarSource(network).source("forward")


def test_remarks_go_with_their_statements() -> None:
    a, b = auxiliary("a", 1, 0), auxiliary("b", 1, 0)
    one = Number(Fraction(1))
    kept = (Note("a"), Remark(a, one), Remark(b, one), Statement(a, one))
    program = Program((*kept, Remark(b, one), Statement(b, one)))
    assert program.only([a]).items == kept
    assert program.only([]).items == ()


def test_every_statement_uses_what_is_there() -> None:
    for activation, loss in (("softmax", "binary_cross_entropy"), ("gelu", "huber")):
        network = derive.Network(
            3, [derive.Dense(9, "softmax"), derive.Dense(12, activation)], loss
        )
        known = {*network.parameters()}
        seen: set[Quantity] = set()
        for item in scalar_program(network).items:
            if isinstance(item, Statement):
                for q in quantities(item.expression):
                    assert q in seen or q in known or q.kind in ("input", "target"), q
                assert item.target not in seen, "assigned once"
                seen.add(item.target)
        assert {E, *activations(network.layers[-1])} <= seen


def test_identifiers_are_plain_unique_and_never_reserved() -> None:
    shape = Shape((2, 2), ("neuron",), ("exp", "lambda_in"), ("theta", "abs"))
    code = Identifiers(names("numbered", shape), ("exp", "theta", "abs"))
    found = [code(q) for q in names("numbered", shape).quantities()]
    assert len(set(found)) == len(found)
    assert not {"exp", "theta", "abs"} & set(found)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in found)
    assert code(Quantity(LOSS)) == code(Quantity(LOSS))


@pytest.mark.parametrize("own", ["exp", "theta", "inputs", "abs", "E_Total", "delta_o1", "log1p"])
def test_inputs_named_like_something_else(own: str) -> None:
    layer = derive.Dense(1, "softplus", weights=[[2]], biases=[1])
    try:
        network = derive.Network({own: 0.5}, [layer], targets=[1])
    except derive.NetworkError:
        return  # a clash with a quantity's own name is refused where it comes in
    plain = derive.Network([0.5], [layer], targets=[1])
    loss, gradients = derive.compile(network, "python")()
    assert (loss, gradients) == derive.compile(plain, "python")()


def test_generated_source_reaches_nothing_else() -> None:
    space = load("def f(x):\n    return x\n")
    assert not {"open", "__import__", "eval", "exec", "getattr"} & set(space["__builtins__"])


def test_every_helper_is_known_to_the_back_ends() -> None:
    for function in (*KNOWN.values(), *IEEE.values()):
        if function.definition is None:
            continue
        applied = function(*(variable(p.name) for p in function.parameters))
        values = {p.name: 0.75 for p in function.parameters}
        bound = Bindings({variable(k): HIGH.number(Fraction(v)) for k, v in values.items()})
        assert run(applied, **values) == pytest.approx(float(evaluate(applied, bound)), rel=1e-14)
