"""A structure that is told as a file and read back is the same."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from worksheets.networks import networks

import derive
from derive.derivation.graph import Graph
from derive.expression.formula import parse
from derive.expression.typed import typed
from derive.network import Dense, Network
from derive.network.said import structure_text

OWN = (
    Network(2, [Dense(2, {"formula": "x/(1 + abs(x))"}, frozen="weights", name="first"), Dense(2)],
            {"formula": "(y - t)**4", "per_output": "mean"}, title='A "title": #1', digits=3),
    Network(["x1", "x2"], [Dense(2, {"name": "leaky_relu", "slope": 0.2}), Dense(1)],
            {"name": "half_squared_error", "per_output": "mean"},
            targets={"y": "x1 + x2/3 - 2**x1"},
            learning_rate=0.1, layout="to_from", notation="indexed"),
    Network({"a": 1, "b": 2}, [Dense(2, "tanh", "shared")], "hinge", targets={"yes": 1, "no": -1}),
    Network([[0, 1], [1, 0]], [Dense(1, "sigmoid")], "binary_cross_entropy", targets=[[1], [0]]),
    Network({"a": 1}, [Dense(2, "softmax")], "cross_entropy", targets={"p": 0, "q": 1}),
    Network(1, [Dense(1)], targets=["-i1 if i1 > 0 else exp(i1)"]),
)  # fmt: skip


def same(network: Network) -> None:
    told = structure_text(network)
    read = derive.load(StringIO(told))
    one, two = network.with_numbers({}), read.with_numbers({})
    assert Graph(one).definitions == Graph(two).definitions
    for name in ("title", "sizes", "layout", "digits", "update_digits", "rounding", "shape",
                 "over_examples", "notation", "target_formulas", "loss"):  # fmt: skip
        assert getattr(one, name) == getattr(two, name), name
    assert [(x.bias, x.frozen, x.name) for x in one.layers] == [
        (x.bias, x.frozen, x.name) for x in two.layers
    ]
    assert network.learning_rate == read.learning_rate
    assert structure_text(read) == told


@settings(max_examples=60)
@given(networks())
def test_drawn_structures(network: Network) -> None:
    same(network)


@pytest.mark.parametrize("network", OWN)
def test_own_formulas_names_and_settings(network: Network) -> None:
    same(network)


@pytest.mark.parametrize("path", sorted(Path("examples").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_examples(path: Path) -> None:
    same(derive.load(path))


@pytest.mark.parametrize(
    "text",
    ["a - b*c", "-(a + b)", "a - (b - c)", "a/(b*c)/2", "(-a)**2", "-a**2", "2**-a", "exp(a)*ln(b)",
     "a if a > 0 else b if b < 1 else c", "a*(b if c > 0 else a)", "1/2*a", "max(a, -b)", "pi*e",
     "(a**b)**c", "a**b**c", "-(-a)", "0.10*a", "a - -0.5"],
)  # fmt: skip
def test_a_typed_formula_is_read_back(text: str) -> None:
    from derive.expression.nodes import variable

    letters = {name: variable(name) for name in "abc"}
    tree = parse(text, letters)
    assert parse(typed(tree, lambda q: q.name), letters) == tree  # type: ignore[attr-defined]
