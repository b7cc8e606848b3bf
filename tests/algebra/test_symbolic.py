"""The algebra of a network: forms, values, second derivatives, code; all against other means."""

from __future__ import annotations

import copy
import json
import pickle
import random
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath  # type: ignore[import-untyped]
import numpy as np
import pytest
import sympy  # type: ignore[import-untyped]
from click.testing import CliRunner
from random_networks import network as random_network

import derive
from derive.algebra.printed import _size, printed
from derive.cli import commands
from derive.graph import E, NetworkGraph
from derive.network.catalogue import ACTIVATIONS
from derive.network.description import Dense, Network
from tests.derivation.oracle import OWN, Point, mp, number

MAZUR = Path(__file__).parents[2] / "examples" / "mazur.yaml"


def dense(*sizes: int, activation: Any = "sigmoid", loss: Any = "half_squared_error") -> Network:
    return Network(sizes[0], [Dense(units, activation) for units in sizes[1:]], loss)


def texts(lines: dict[Any, Any]) -> dict[str, str]:
    return {str(symbol): str(formula) for symbol, formula in lines.items()}


# -- what it says ------------------------------------------------------------------------------


def test_the_lines_are_those_of_backpropagation() -> None:
    lines = texts(derive.symbolic(MAZUR).lines)
    assert lines["h1"] == "b1 + i1*w1 + i2*w2" and lines["a_h1"] == "sigmoid(h1)"
    assert lines["dE_Total_do1"] == "a_o1*dE_Total_da_o1*(1 - a_o1)"
    assert lines["dE_Total_da_h1"] == "dE_Total_do1*w5 + dE_Total_do2*w7"
    assert lines["dE_Total_dw1"] == "dE_Total_dh1*i1"


def test_a_partial_is_of_one_formula() -> None:
    s = derive.symbolic(MAZUR)
    a, w = s["a_h1"], s["w5"]
    assert s.partial("a_h1", "h1") == a * (1 - a)
    assert s.partial("o1", "a_h1") == w and s.partial("o1", "w1") == 0


def test_softmax_is_differentiated_in_its_own_names() -> None:
    s = derive.symbolic(Network(2, [Dense(3, "softmax")], "cross_entropy"))
    a1, a2 = s["a_o1"], s["a_o2"]
    assert s.partial("a_o1", "o1") == a1 * (1 - a1) and s.partial("a_o1", "o2") == -a1 * a2


def test_forms_say_the_same() -> None:
    s = derive.symbolic(MAZUR)
    named, explicit, expanded = (
        s.gradient("w1", form=f) for f in ("named", "explicit", "expanded")
    )
    assert explicit.free_symbols <= {*s.inputs, *s.parameters, *s.targets}
    assert explicit.has(type(s.definitions[s["a_h1"]])) and not expanded.has(
        type(s.definitions[s["a_h1"]])
    )
    values = s.values()
    assert s.explicit(named) == explicit and s.expanded(named) == expanded
    found = {sympy.N(e.subs(values), 40) for e in (explicit, expanded)}
    assert len({str(value)[:35] for value in found}) == 1


def test_lines_are_simplified_one_by_one() -> None:
    network = Network(1, [Dense(1, {"formula": "x*(1 + x) - x"}), Dense(1)])
    s = derive.symbolic(network)
    assert str(s.gradient("w2", simplify=True)) == str(s.gradient("w2"))
    for w, simple in s.gradients(simplify=True).items():
        assert sympy.count_ops(simple) <= sympy.count_ops(s.gradient(w))
    opened = s.gradient("w1", form="explicit", simplify=True)
    assert sympy.simplify(opened - s.gradient("w1", form="explicit")) == 0


def test_batch_values_are_chosen_by_example() -> None:
    layer = Dense(1, weights=[[2]], biases=[1])
    s = derive.symbolic(Network([[1], [3]], [layer], targets=[[0], [0]]))
    assert (s.subs("E_Total"), s.subs("E_Total", 1)) == (Fraction(9, 2), Fraction(49, 2))
    with pytest.raises(derive.SymbolicError, match="there is no example 2; there are 2, from 0"):
        s.values(2)


# -- what is true ------------------------------------------------------------------------------


def oracle(network: Network) -> Point:
    leaves = {q: number(value) for q, value in NetworkGraph(network).leaf_values(0).items()}
    return Point(network, leaves)


def worked_out(s: Any, results: Any, values: dict[Any, Any]) -> list[Any]:
    """Results in fifty digits."""
    with mpmath.workdps(50):
        f = s.lambdify(list(values), results, modules="mpmath")
        found = f(*(mpmath.mpf(v.p) / v.q for v in values.values()))
        return [mp.mpf(value) for value in found]


def close(a: Any, b: Any, digits: int = 24) -> bool:
    return bool(abs(a - b) <= mp.mpf(10) ** -digits * max(1, abs(b)))


def with_values(seed: int) -> Network | None:
    network = random_network(seed)
    return network if network.has_values and network.target_formulas is None else None


OWN.setdefault("x/(1 + exp(-x))", lambda x: x / (1 + mp.exp(-x)))
OWN.setdefault("ln(1 + exp(x))", lambda x: mp.log(1 + mp.exp(x)))
OWN.setdefault("max(0, x)", lambda x: max(mp.zero, x))
OWN.setdefault("x/(1 + abs(x))", lambda x: x / (1 + abs(x)))
OWN.setdefault("0.10*x**3", lambda x: x**3 / 10)
OWN.setdefault("(y - t)**4", lambda y, t: (y - t) ** 4)
OWN.setdefault("ln(cosh(y - t))", lambda y, t: mp.log(mp.cosh(y - t)))
OWN.setdefault("1/2*abs(y - t)**2", lambda y, t: (y - t) ** 2 / 2)


@pytest.mark.parametrize("seed", range(60))
def test_gradients_agree_with_differences(seed: int) -> None:
    """Random networks: every ∂E/∂w, as SymPy works it out, against the forward pass moved."""
    network = with_values(seed)
    if network is None:
        return
    graph, point = NetworkGraph(network), oracle(network)
    s = derive.symbolic(network)
    names = [f"d{s.E}_d{s._symbol(w)}" for w in network.parameters()]
    found = worked_out(s, [s.E, *names], s.values())
    assert close(found[0], point.quantity(E))
    for w, value in zip(network.parameters(), found[1:], strict=True):
        assert close(value, point.difference(E, w)), (seed, w)
    assert graph.definitions.keys() == s._symbols.keys() - set(graph.leaf_values(0))


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_second_derivatives_agree_with_differences_of_first_ones(activation: str) -> None:
    network = Network(2, [Dense(2, "tanh"), Dense(2, activation)])
    s = derive.symbolic(network)
    chance = random.Random(f"hessian {activation}")
    leaves = (*s.parameters, *s.inputs, *s.targets)
    values = {q: sympy.Rational(chance.randint(-900, 900), 1000) for q in leaves}
    names = ["w1", "w5", "b3"]
    second = s.hessian(names)
    assert second.shape == (3, 3)
    step = sympy.Rational(1, 10**15)
    firsts = [f"d{s.E}_d{name}" for name in names]
    exact = worked_out(s, list(second), values)
    for column, v in enumerate(names):
        ahead, behind = (
            worked_out(s, firsts, {**values, s[v]: values[s[v]] + by}) for by in (step, -step)
        )
        for row, w in enumerate(names):
            difference = (ahead[row] - behind[row]) * 10**15 / 2
            assert close(exact[3 * row + column], difference, 18), (w, v)


def test_the_jacobian_is_of_the_outputs() -> None:
    network = derive.load(MAZUR)
    s, point, graph = derive.symbolic(network), oracle(network), NetworkGraph(network)
    found = s.jacobian(["i1", "w1", "w7"])
    assert found.shape == (2, 3)
    by_name = {symbol.name: q for q, symbol in s._symbols.items()}
    for k, output in enumerate(graph.outputs):
        for column, name in enumerate(("i1", "w1", "w7")):
            exact = mp.mpf(str(sympy.N(s.subs(found[k, column]), 40)))
            assert close(exact, point.difference(output, by_name[name]))


def test_declared_derivatives_at_kinks() -> None:
    relu = derive.symbolic(Network([1], [Dense(1, "relu", "none", weights=[[0]])], targets=[1]))
    assert relu.subs(relu.partial("a_o1", "o1")) == 0
    tie = Dense(1, {"formula": "max(x, 3*x)"}, "none", weights=[[0]])
    s = derive.symbolic(Network([1], [tie], targets=[1]))
    assert s.subs(s.partial("a_o1", "o1")) == 2


# -- what it costs -----------------------------------------------------------------------------


@pytest.mark.parametrize("activation", sorted(set(ACTIVATIONS) - {"identity"}))
def test_sympy_differentiates_a_shape_once(activation: str) -> None:
    counts = set()
    for width in (2, 5, 12):
        s = derive.symbolic(dense(width, width, width, activation=activation))
        s.gradients()
        counts.add(s._algebra.differentiated)
    assert len(counts) == 1 and counts.pop() <= 10


def test_lines_are_as_long_together_as_there_are_edges() -> None:
    sizes = []
    for width in (4, 8, 16):
        s = derive.symbolic(dense(width, width, width))
        operations = sum(int(sympy.count_ops(line)) for line in s.lines.values())
        sizes.append(operations / len(s.parameters))
    assert max(sizes) < 1.2 * min(sizes)


# -- code --------------------------------------------------------------------------------------


def due(network: Network) -> list[float]:
    f = derive.compile(network)
    loss, gradients = f()
    return [loss, *f.pack(gradients)]


def given(s: Any) -> list[float]:
    values = s.values()
    return [float(values[symbol]) for symbol in s._leaves()]


CODED = (
    derive.load(MAZUR),
    Network(
        [0.5, -0.3], [Dense(2, "gelu", weights=[[0.1, 0.2], [0.3, 0.4]], biases=[0.1, -0.2]),
                      Dense(2, "softmax", weights=[[0.5, 0.6], [0.7, -0.8]], biases=[0, 0.1])],
        "cross_entropy", targets=[1, 0],
    ),
    Network(
        [0.5, -0.3], [Dense(2, "relu", weights=[[0.1, 0.2], [0.3, 0.4]], biases=[0.1, -0.2]),
                      Dense(1, "elu", weights=[[0.5], [0.7]], biases=[-1])],
        "huber", targets=[2],
    ),
)  # fmt: skip


@pytest.mark.parametrize("network", CODED)
def test_code_and_functions_of_the_textbook_form(network: Network) -> None:
    s, wanted = derive.symbolic(network), due(network)
    values = given(s)
    assert s.lambdify()(*values) == pytest.approx(wanted, rel=1e-13)
    rows = [np.array([value, value]) for value in values]
    many = s.lambdify(modules="numpy")(*rows)
    assert [float(np.asarray(one).ravel()[-1]) for one in many] == pytest.approx(wanted, rel=1e-13)
    space: dict[str, Any] = {}
    exec(s.code("python"), space)
    graph = {"theta": s._with_respect_to(None), "inputs": s.inputs, "targets": s.targets}
    graph["fixed"] = [symbol for symbol in s.parameters if symbol not in graph["theta"]]
    numbers = s.values()
    lists = [[float(numbers[v]) for v in symbols] for symbols in graph.values() if symbols]
    loss, gradient = space["loss_and_gradient"](*lists)
    assert [loss, *gradient] == pytest.approx(wanted, rel=1e-13)


def test_only_what_is_asked_for_is_worked_out() -> None:
    s = derive.symbolic(MAZUR)
    assert [str(symbol) for symbol, _ in s.program(["a_h1"])] == ["h1", "a_h1"]
    assert s.lambdify(["w1", "w2", "b1", "i1", "i2"], ["a_h1"])(0, 0, 0, 1, 1) == [0.5]
    assert s.lambdify(["h1"], ["a_h1"])(0) == [0.5]  # what is given is not worked out


def test_what_is_no_argument_has_the_numbers_of_the_network() -> None:
    s = derive.symbolic(MAZUR)
    f = derive.compile(MAZUR)
    assert s["E"] is s.E and s.E.name == "E_Total"
    for modules in ("math", "numpy", "mpmath"):
        (loss,) = s.lambdify(["w1", "w2"], ["E"], modules=modules)(0.5, 0.2)
        assert float(loss) == pytest.approx(f.loss(parameters={"w1": 0.5}), rel=1e-14)
    batch = derive.symbolic(
        Network([[1], [2]], [Dense(1, weights=[[3]], biases=[0])], targets=[[1], [2]])
    )
    assert [batch.lambdify(["b1"], ["o1"], example=n)(1) for n in (0, 1)] == [[4], [7]]
    with pytest.raises(derive.SymbolicError, match="no number for w2, b1, i1, i2; name them in"):
        derive.symbolic(dense(2, 1)).lambdify(["w1"], ["o1"])
    with pytest.raises(derive.SymbolicError, match="no example 2"):
        batch.lambdify(["b1"], ["o1"], example=2)


# -- doors -------------------------------------------------------------------------------------


def test_names_that_are_not_there() -> None:
    s = derive.symbolic(MAZUR)
    with pytest.raises(derive.SymbolicError, match="no quantity 'a_h11'; did you mean 'a_h1'"):
        s["a_h11"]
    with pytest.raises(derive.SymbolicError, match=r"no form 'open'.*named, explicit, expanded"):
        s.gradient("w1", form="open")
    with pytest.raises(derive.SymbolicError, match="no language 'cobol'"):
        s.code("cobol")
    with pytest.raises(derive.SymbolicError, match=r"no formula of 'w1'"):
        s.partial("w1", "h1")
    with pytest.raises(derive.SymbolicError, match="carries no numbers"):
        derive.symbolic(dense(2, 1)).values()
    assert issubclass(derive.SymbolicError, KeyError)


def test_text_is_a_name_and_never_evaluated() -> None:
    s = derive.symbolic(MAZUR)
    assert s.explicit("h1") == s.definitions[s["h1"]]
    with pytest.raises(derive.SymbolicError, match="there is no quantity"):
        s.subs("print(1)")


def test_it_is_sent_to_other_processes() -> None:
    s = derive.symbolic(MAZUR)
    assert pickle.loads(pickle.dumps(s)).gradients() == s.gradients()
    for network in (MAZUR, dense(1, 1, activation={"formula": "x/(1 + abs(x))"})):
        explicit = derive.symbolic(network).gradients("explicit")
        assert pickle.loads(pickle.dumps(explicit)) == explicit
        assert copy.deepcopy(explicit) == explicit


def test_a_notebook_shows_the_definitions_in_the_notation() -> None:
    s = derive.symbolic(MAZUR)
    page = s._repr_latex_()
    assert page is not None and r"a_{h_1} &= \sigma\left(h_1\right)" in page
    assert s.latex(s.gradient("w1")) == (r"\frac{\partial E_{\text{Total}}}{\partial h_1} i_1")
    assert repr(s) == "<Symbolic of a 2-2-2 network: 11 definitions>"


def test_second_derivatives_have_values_where_there_is_a_corner() -> None:
    """SymPy would have a Dirac delta in them, which no program knows."""
    layer = Dense(1, {"formula": "x/(1 + abs(x)) + sign(x)*x**2"}, weights=[[2]], biases=[0])
    s = derive.symbolic(Network([0.5], [layer], {"formula": "y"}, targets=[0]))
    (second,) = s.hessian(["b1"])
    assert s.subs(second) == Fraction(-2, 8) + 2
    assert s.lambdify(["w1", "b1", "i1"], [second])(2.0, 0.0, 0.5) == [1.75]


# -- derive symbolic ---------------------------------------------------------------------------


def run(*arguments: str) -> str:
    result = CliRunner().invoke(commands, ["symbolic", str(MAZUR), *arguments])
    assert result.exit_code == 0 and result.stderr == "", result.stderr
    return result.stdout


def test_the_command_prints_the_lines() -> None:
    lines = run().splitlines()
    assert lines[0] == "h1 = b1 + i1*w1 + i2*w2"
    assert "dE_Total_dh1 = a_h1*dE_Total_da_h1*(1 - a_h1)" in lines
    assert lines[-8:-4] == [
        f"dE_Total_dw{n} = dE_Total_dh{unit}*i{source}"
        for n, unit, source in ((1, 1, 1), (3, 2, 1), (2, 1, 2), (4, 2, 2))
    ]
    assert len({line.split(" = ")[0] for line in lines}) == len(lines)


def test_the_command_prints_other_forms() -> None:
    expanded = json.loads(run("--form", "expanded", "--to", "json", "--simplify"))
    assert expanded["loss"] == "E_Total" and not expanded["lines"]
    assert "sigmoid" not in expanded["gradients"]["w1"] and "exp(" in expanded["gradients"]["w1"]
    assert run("--to", "latex").startswith("\\begin{align*}\nh_1 &= b_1 + i_1 W_1")
    assert "E_Total = E₁ + E₂" in run("--to", "text").replace("Eₜₒₜₐₗ", "E_Total")


@pytest.mark.parametrize("modules", ["jax", "torch"])
def test_frameworks_differentiate_what_is_lambdified(modules: str) -> None:
    framework = pytest.importorskip(modules)
    f = derive.symbolic(MAZUR).lambdify(["w1", "w5"], ["E", "dE_Total_dw1"], modules=modules)
    if modules == "jax":
        loss, slope = f(0.15, 0.4)
        again = framework.grad(lambda w: f(w, 0.4)[0])(0.15)
    else:
        w = framework.tensor(0.15, dtype=framework.float64, requires_grad=True)
        loss, slope = f(w, framework.tensor(0.4))
        (again,) = framework.autograd.grad(loss, [w])
    assert float(loss.item()) == pytest.approx(0.298371, rel=1e-5)
    assert float(again) == pytest.approx(float(slope.item()), rel=1e-4)
    assert float(slope.item()) == pytest.approx(0.000438568, rel=1e-4)


def test_a_form_that_nobody_could_read_is_refused_before_it_is_made(tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_text(dense(4, 8, 8, 8, 3, activation="tanh").text(), encoding="utf-8")
    result = CliRunner().invoke(commands, ["symbolic", str(path), "--form", "explicit"])
    assert result.exit_code == 1 and result.stdout == "" and "Traceback" not in result.stderr
    assert re.search(r"would have [\d,]+ numbers, .*; take the named form", result.stderr)
    assert CliRunner().invoke(commands, ["symbolic", str(path)]).exit_code == 0


def test_the_size_of_a_form_is_that_of_its_trees() -> None:
    for s in map(derive.symbolic, (MAZUR, dense(2, 3, 2, activation="softmax"))):
        trees = s.gradients("explicit").values()
        made = sum(sum(1 for _ in sympy.preorder_traversal(e)) for e in trees)
        assert 0.9 < _size(s) / made < 1.3  # SymPy draws products together


def test_a_form_that_is_nested_too_deep_is_refused() -> None:
    formulas = {"q0": "x*y"} | {f"q{n}": f"q{n - 1}*w{n} + x" for n in range(1, 300)}
    s = derive.symbolic(derive.Graph.from_formulas(formulas, "q299"))
    with pytest.raises(
        derive.SymbolicError, match="nested deeper than SymPy prints; take the named"
    ):
        printed(s, "explicit", "sympy")
