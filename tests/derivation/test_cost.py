"""What a derivation costs, counted and never timed.

Deltas: steps, tree nodes and the work of deriving and checking grow with the number of weights
and no faster. Paths: with the factors that are printed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from math import log
from typing import Any

import pytest

from derive.derivation.derivation import derive
from derive.derivation.steps import Rule
from derive.expression.nodes import Bracket, Expression, Partial, Product, Sum
from derive.network.description import Dense, Network
from tests.derivation.networks import network

EXPONENT = 1.15


def square(n: int) -> Network:
    return network((n, n, n), ("sigmoid", "sigmoid"))


def wide(n: int) -> Network:
    return network((n, 2, 2), ("relu", "softmax"), "cross_entropy")


def weights(of: Network) -> int:
    return sum(a * b for a, b in zip(of.sizes, of.sizes[1:], strict=False))


def nodes(expression: Expression) -> int:
    return sum(1 for _ in expression.walk())


def calls(work: Callable[[], Any]) -> int:
    """How many functions a piece of work calls: its cost, the same on every machine."""
    count = 0

    def on(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(on)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """a of cost = c·sizeᵃ, between the first and the last."""
    return log(costs[-1] / costs[0]) / log(sizes[-1] / sizes[0])


@pytest.mark.parametrize("shape, small, large", [(square, 7, 22), (wide, 50, 480)])
def test_deltas_are_linear_in_the_weights(
    shape: Callable[[int], Network], small: int, large: int
) -> None:
    found = []
    for n in (small, large):
        of = shape(n)
        derivation = derive(of)
        steps = list(derivation.walk())
        printed = sum(nodes(r.expression) for step in steps for r in step.relations)
        found.append((weights(of), len(steps), printed))
    sizes, steps_, printed_ = zip(*found, strict=True)
    assert exponent(sizes, steps_) <= EXPONENT
    assert exponent(sizes, printed_) <= EXPONENT


@pytest.mark.parametrize("style", ["deltas", "matrices"])
@pytest.mark.parametrize("shape, small, large", [(square, 7, 12), (wide, 50, 150)])
def test_deriving_and_checking_is_linear_in_the_weights(
    shape: Callable[[int], Network], small: int, large: int, style: str
) -> None:
    networks = [shape(n) for n in (small, large)]
    sizes = [weights(of) for of in networks]
    derive(networks[0], style).check()  # what is cached for good is not counted
    derivations = [derive(of, style) for of in networks]
    assert exponent(sizes, [calls(lambda of=of: derive(of, style)) for of in networks]) <= EXPONENT
    assert exponent(sizes, [calls(d.check) for d in derivations]) <= EXPONENT


@pytest.mark.parametrize(
    "small, large",
    [
        ((5, 5), (10, 10)),
        ((4, 4, 4), (7, 7, 7)),
        ((15, 2, 2), (90, 2, 2)),
        ((2, 2, 2, 2), (3, 3, 3, 3)),
    ],
)
def test_paths_are_linear_in_the_printed_factors(
    small: tuple[int, ...], large: tuple[int, ...]
) -> None:
    networks = [network(sizes, ("sigmoid",) * (len(sizes) - 1)) for sizes in (small, large)]
    derivations = [derive(of, "paths") for of in networks]
    factors = [sum(_factors(r.expression) for s in d.walk() for r in s.relations)
               for d in derivations]  # fmt: skip
    derive(networks[0], "paths").check()  # what is cached for good is not counted
    assert exponent(factors, [calls(lambda of=of: derive(of, "paths")) for of in networks]) <= 1.1
    assert exponent(factors, [calls(d.check) for d in derivations]) <= 1.1


def _factors(expression: Expression) -> int:
    """The factors an expression prints: derivatives, names, brackets."""
    if isinstance(expression, Partial) or not expression.children:
        return 1
    return sum(_factors(child) for child in expression.children)


def test_a_long_sum_is_derived_from_the_terms_that_the_variable_is_in() -> None:
    derivation = derive(network((30, 2), ("sigmoid",)))
    for step in derivation.walk():
        if step.rule is Rule.LOCAL and step.id.startswith("local/z"):
            assert all(nodes(relation.expression) <= 6 for relation in step.relations), step.id


def test_every_weight_of_a_wide_layer_is_derived() -> None:
    of = network((300, 3, 1), ("tanh", "sigmoid"), "binary_cross_entropy", "shared")
    found = {s.id for s in derive(of).walk() if s.id.startswith("gradient/")}
    assert len(found) == len(of.parameters()) == 300 * 3 + 3 + 2


def test_past_the_limit_of_paths_deltas_take_over() -> None:
    deep = network((2, 2, 8, 3, 2), ("sigmoid",) * 4)  # 2, 3·2 and 8·3·2 paths
    kinds = [(s.kind, s.layer) for s in derive(deep, "paths").section("backward").sections]
    assert kinds == [(f"{'paths' if k > 1 else 'backward'} layer", k) for k in (4, 3, 2, 1)]
    longest = max(
        len(r.expression.terms)
        for s in derive(deep, "paths").walk()
        if s.rule is Rule.CHAIN and s.id.startswith("chain/")
        for r in s.relations
        if isinstance(r.expression, Sum)
    )
    assert longest == 3 * 2
    unlimited = derive(deep, "paths", max_paths=10**6).section("backward")
    assert {s.kind for s in unlimited.sections} == {"paths layer"}


def test_a_delta_that_no_weight_has_named_is_derived_where_it_is_needed() -> None:
    frozen = [Dense(n, "sigmoid", "none", frozen=("weights",) if n == 3 else ()) for n in (8, 3, 2)]
    found = derive(Network(2, frozen), "paths", max_paths=4).section("backward").sections
    assert [(s.kind, s.layer) for s in found] == [
        ("paths layer", 3), ("too many paths", 2), ("backward layer", 1),
    ]  # fmt: skip


def test_the_paths_of_a_weight_are_those_of_the_drawing() -> None:
    derivation = derive(network((1, 2, 3, 2), ("tanh", "tanh", "tanh")), "paths")
    (chain,) = (s for s in derivation.walk() if s.id == "chain/w1.1.2")
    paths = chain.result
    assert isinstance(paths, Sum) and len(paths.terms) == 2 * 3
    seen = []
    for path in paths.terms:
        assert isinstance(path, Bracket) and isinstance(path.inner, Product)
        units = [f.of.unit for f in path.inner.factors if isinstance(f, Partial)
                 and f.of.kind == "activation"]  # fmt: skip
        seen.append(tuple(units))
    assert seen == [(k, j, 1) for k in range(2) for j in range(3)]
