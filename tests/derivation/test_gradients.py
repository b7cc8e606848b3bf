"""Printed gradients against finite differences and against SymPy's derivative of the whole loss."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any

import pytest
import sympy
from hypothesis import given, settings

from derive.derivation.derivation import Derivation, derive
from derive.derivation.steps import Rule, Step
from derive.expression.nodes import (
    BATCH_LOSS,
    INPUT,
    LOSS,
    PRE_ACTIVATION,
    TARGET,
    VARIABLE,
    WEIGHT,
    Partial,
    Quantity,
    quantities,
)
from derive.network.description import Dense, Network
from tests.derivation import oracle
from tests.derivation.drawn import PAIRS, Drawn, assumed, networks
from tests.derivation.networks import network
from tests.derivation.oracle import Letters, agree, evaluate, moved, numbers
from tests.derivation.page import Reader

STYLES = ("deltas", "paths", "matrices", "nodes")
E = Quantity(LOSS)


def in_letters(step: Step) -> bool:
    return any(q.kind == VARIABLE for r in step.relations for q in quantities(r.expression))


def off_zero(drawn: Drawn, first: int) -> oracle.Batch:
    """A point where no pre-activation is exactly 0, where one is soon found.

    There second derivatives may jump, and a central difference is only as good as its step.
    """
    points = [drawn.point(number) for number in range(first, first + 12)]
    for point in points:
        values = (v for one in point.examples for q, v in one.forward({}).items()
                  if q.kind == PRE_ACTIVATION)  # fmt: skip
        if all(values):
            return point
    return points[0]


def compare_every_member(derivation: Derivation, drawn: Drawn) -> int:
    """Every member of every step equals the first, by the oracle. Returns how many."""
    summing = Drawn(drawn.network, drawn.seed, drawn.targets, True)
    points = {False: off_zero(drawn, 0)}
    if any(step.assumes for step in derivation.walk()):
        points[True] = off_zero(summing, 1)
    count = 0
    for step in derivation.walk():
        if in_letters(step):
            continue
        at = points[bool(step.assumes)]
        first, *others = step.relations
        value = numbers(first.expression, at)
        if step.rule is Rule.UPDATE:
            value = moved(first.expression, at, derivation.graph.goal)
        for relation in others:
            found = numbers(relation.expression, at)
            pairs = zip(found, value, strict=True)
            assert all(agree(a, b) for a, b in pairs), (step.id, relation)
            count += 1
    return count


def gradients_on_the_page(derivation: Derivation, drawn: Drawn) -> None:
    """Following only what is printed, every parameter's gradient is the central difference."""
    at = Drawn(drawn.network, drawn.seed, drawn.targets, assumed(drawn.network)).point(2)
    for point in at.examples:
        page = Reader(derivation, point.leaves)
        for w in drawn.network.parameters():
            assert agree(page.gradient(w), point.difference(E, w)), w
    if drawn.network.is_batch:
        printed = {s.subject: s.result for s in derivation.walk() if s.rule is Rule.AVERAGE}
        for w in drawn.network.parameters():
            goal = Partial(Quantity(BATCH_LOSS), w)
            assert agree(evaluate(printed[goal], at), at.difference(Quantity(BATCH_LOSS), w)), w


@settings(max_examples=12)
@given(networks())
def test_every_step_of_a_random_network_holds(drawn: Drawn) -> None:
    for style in STYLES:
        derivation = derive(drawn.network, style)
        report = derivation.check()
        assert report.equalities > 0
        assert compare_every_member(derivation, drawn) > 0
        gradients_on_the_page(derivation, drawn)


BIASES = ("none", "neuron", "shared")
TWO_STYLES = tuple(combinations(STYLES, 2))


@pytest.mark.parametrize(
    "number, pair",
    list(enumerate(PAIRS)),
    ids=[f"{activation}-{loss}" for activation, loss in PAIRS],
)
def test_every_allowed_pair(number: int, pair: tuple[str, str]) -> None:
    """Each in two of the styles, so that every activation and every loss is met in all; losses
    that few activations go with in all of them at once."""
    activation, loss = pair
    two = TWO_STYLES[(number + number // 6) % 6]
    others = ("tanh", "relu", "softmax", "gelu", "elu")
    sizes = ((2, 2, 2), (1, 3), (2, 1, 2))[number % 3]
    used = (others[number % 5],) * (len(sizes) - 2) + (activation,)
    drawn = Drawn(network(sizes, used, loss, BIASES[number // 3 % 3]), number)
    for style in STYLES if loss in ("binary_cross_entropy", "kl_divergence") else two:
        derivation = derive(drawn.network, style)
        derivation.check()
        compare_every_member(derivation, drawn)
        gradients_on_the_page(derivation, drawn)


@pytest.mark.parametrize("style", STYLES)
def test_targets_that_are_formulas_of_the_inputs(style: str) -> None:
    of = Network(
        {"x1": 1.1, "x2": 2.2}, [Dense(2, "tanh"), Dense(2, "identity")],
        targets={"t1": "x1 + x2", "t2": "x1*x2/2"},
    )  # fmt: skip
    drawn = Drawn(of, 5, (lambda x1, x2: x1 + x2, lambda x1, x2: x1 * x2 / 2))
    derivation = derive(of, style)
    derivation.check()
    compare_every_member(derivation, drawn)
    gradients_on_the_page(derivation, drawn)


@pytest.mark.parametrize("style", STYLES)
def test_two_layers_with_one_activation_and_other_parameters(style: str) -> None:
    used = ({"name": "leaky_relu", "slope": 0.2}, "leaky_relu", {"name": "elu", "alpha": 2}, "elu")
    drawn = Drawn(network((2, 2, 2, 1, 2), used), 11)
    derivation = derive(drawn.network, style)
    derivation.check()
    compare_every_member(derivation, drawn)
    gradients_on_the_page(derivation, drawn)


@pytest.mark.parametrize("style", STYLES)
def test_lemmas_hold_by_the_oracle(style: str) -> None:
    names = sorted({activation for activation, _ in PAIRS} - {"softmax", "identity"})
    for name in names:
        of = network((1, 1), (name,), "half_squared_error")
        oracle.learn(of)
        derivation = derive(of, style)
        for x in ("-2.3", "-0.4", "0.7", "1.9"):
            at = Letters({Quantity(VARIABLE, name="x"): oracle.mp.mpf(x)})
            for step in derivation.walk():
                if in_letters(step):
                    values = [evaluate(r.expression, at) for r in step.relations]
                    assert all(agree(v, values[0], 1e-24) for v in values), (step.id, x)


SYMBOLIC = {
    "sigmoid": lambda z: 1 / (1 + sympy.exp(-z)),
    "tanh": sympy.tanh,
    "identity": lambda z: z,
    "softplus": lambda z: sympy.log(1 + sympy.exp(z)),
}


def whole_loss(of: Network, symbols: dict[Quantity, sympy.Symbol]) -> Any:
    """The loss of one example as one SymPy expression in inputs, targets and parameters."""
    row: list[Any] = [symbols[Quantity(INPUT, unit=i)] for i in range(of.sizes[0])]
    for layer in of.layers:
        zs = []
        for j in range(layer.units):
            z = sum(symbols[Quantity(WEIGHT, layer.index, j, i)] * a for i, a in enumerate(row))
            if layer.bias == "neuron":
                z += symbols[Quantity("bias", layer.index, j)]
            if layer.bias == "shared":
                z += symbols[Quantity("bias", layer.index, -1)]
            zs.append(z)
        if layer.activation.name == "softmax":
            row = [sympy.exp(z) / sum(map(sympy.exp, zs)) for z in zs]
        else:
            row = [SYMBOLIC[layer.activation.name](z) for z in zs]
    terms = []
    for k, y in enumerate(row):
        t = symbols[Quantity(TARGET, unit=k)]
        terms.append({
            "half_squared_error": (y - t) ** 2 / 2,
            "mean_squared_error": (y - t) ** 2 / len(row),
            "cross_entropy": -t * sympy.log(y),
            "binary_cross_entropy": -t * sympy.log(y) - (1 - t) * sympy.log(1 - y),
        }[of.loss.name])  # fmt: skip
    return sum(terms)


@cache
def by_sympy(of: Network) -> tuple[dict[Quantity, Any], dict[Quantity, Any]]:
    """A point, and the derivatives there of the whole loss, written as one expression."""
    point = Drawn(of, 3, None, assumed(of)).point().examples[0]
    symbols = {q: sympy.Symbol(f"s{k}") for k, q in enumerate(point.leaves)}
    loss = whole_loss(of, symbols)
    values = {symbols[q]: sympy.Float(str(v), 70) for q, v in point.leaves.items()}
    slopes = {w: sympy.diff(loss, symbols[w]).evalf(50, subs=values) for w in of.parameters()}
    leaves = {q: oracle.mp.mpf(str(v)) for q, v in point.leaves.items()}
    return leaves, {w: oracle.mp.mpf(str(slope)) for w, slope in slopes.items()}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "of",
    [
        network((2, 2, 2), ("sigmoid", "sigmoid"), bias="none"),
        network((2, 2, 1), ("tanh", "sigmoid"), "binary_cross_entropy"),
        network((1, 2, 3), ("softplus", "softmax"), "cross_entropy", "shared"),
        network((2, 3), ("softmax",), "binary_cross_entropy"),
        network((1, 1, 1, 2), ("tanh", "softmax", "identity"), "mean_squared_error"),
    ],
    ids=["2-2-2", "2-2-1", "1-2-3", "2-3", "1-1-1-2"],
)
def test_the_page_agrees_with_sympy_on_the_whole_loss(of: Network, style: str) -> None:
    leaves, slopes = by_sympy(of)
    page = Reader(derive(of, style), leaves)
    for w, slope in slopes.items():
        assert agree(page.gradient(w), slope, 1e-40), w
