"""Graphs written as formulas: what they mean, and what is said of those that mean nothing."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from mpmath import mp  # type: ignore[import-untyped]

import derive
from derive.cli import commands
from derive.graph import Graph

X = {"x": -2, "y": 5, "z": -4}


def test_the_circuit() -> None:
    graph = Graph.from_formulas({"f": "q*z", "q": "x + y"}, loss="f", given=X)
    assert [q.name for q in graph.definitions] == ["q", "f"]
    assert [q.name for q in graph.parameters] == ["x", "y", "z"]
    s = derive.symbolic(graph)
    assert {str(w): s.subs(slope) for w, slope in s.gradients().items()} == {
        "x": -4, "y": -4, "z": 3,
    }  # fmt: skip
    assert s.subs("f") == -12
    assert str(s.gradient("x")) == "df_dq" and str(s.gradient("x", "explicit")) == "z"


def test_only_the_parameters_that_are_asked_for_have_gradients() -> None:
    graph = Graph.from_formulas({"E": "(w*x - t)**2"}, "E", parameters=["w"])
    assert [q.name for q in graph.inputs] == ["x", "t"]
    assert list(map(str, derive.symbolic(graph).gradients())) == ["w"]
    with pytest.raises(derive.SymbolicError, match="no numbers"):
        derive.symbolic(graph).values()


def test_a_graph_survives_pickle_and_equals_its_like() -> None:
    graph = Graph.from_formulas({"f": "q*z", "q": "x + y"}, loss="f", given=X, title="circuit")
    copy = pickle.loads(pickle.dumps(graph))
    assert copy == graph and hash(copy) == hash(graph) and repr(copy) == repr(graph)
    assert Graph.from_formulas({"f": "q*z", "q": "x - y"}, loss="f") != graph
    s = pickle.loads(pickle.dumps(derive.symbolic(graph)))
    assert s.subs(s.gradient("z")) == 3


# -- graphs that are no chain of layers, against differences of a function written out by hand -----


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def skip(w1: Any, w2: Any, x: Any) -> Any:
    h = mp.tanh(w1 * x)
    return (w2 * h + x - 1) ** 2 / 2


def twice(w: Any, x: Any) -> Any:
    return sigmoid(w * sigmoid(w * x))


def recurrent(w: Any, u: Any, x1: Any, x2: Any, x3: Any) -> Any:
    h = mp.tanh(u * x1)
    h = mp.tanh(w * h + u * x2)
    return (mp.tanh(w * h + u * x3) - mp.mpf("0.5")) ** 2


def batch_norm(x1: Any, x2: Any, x3: Any, g: Any, b: Any) -> Any:
    mean = (x1 + x2 + x3) / 3
    variance = ((x1 - mean) ** 2 + (x2 - mean) ** 2 + (x3 - mean) ** 2) / 3
    ys = [g * (x - mean) / mp.sqrt(variance + mp.mpf("0.001")) + b for x in (x1, x2, x3)]
    return ys[0] ** 2 + 2 * ys[1] ** 3 + mp.sin(ys[2])


def attention(q: Any, k1: Any, k2: Any, k3: Any, v1: Any, v2: Any, v3: Any) -> Any:
    es = [mp.exp(q * k / mp.sqrt(2)) for k in (k1, k2, k3)]
    return (sum(e * v for e, v in zip(es, (v1, v2, v3), strict=True)) / sum(es)) ** 2


def penalty(w1: Any, w2: Any, x: Any) -> Any:
    return (w2 * sigmoid(w1 * x) - 1) ** 2 + (w1**2 + w2**2) / 20


BY_HAND: dict[str, tuple[Callable[..., Any], dict[str, str], str, list[float]]] = {
    "skip connection": (
        skip, {"h": "tanh(w1*x)", "y": "w2*h + x", "E": "1/2*(y - 1)**2"}, "E", [0.3, -0.8, 1.2],
    ),
    "a weight used twice": (
        twice, {"a": "sigmoid(w*x)", "E": "sigmoid(w*a)"}, "E", [1.7, -0.6],
    ),
    "recurrent, three steps": (
        recurrent,
        {"h1": "tanh(u*x1)", "h2": "tanh(w*h1 + u*x2)", "h3": "tanh(w*h2 + u*x3)",
         "E": "(h3 - 0.5)**2"},
        "E", [0.9, -0.4, 1.0, -0.5, 0.25],
    ),
    "batch norm over three": (
        batch_norm,
        {"m": "(x1 + x2 + x3)/3", "v": "((x1 - m)**2 + (x2 - m)**2 + (x3 - m)**2)/3",
         "s": "sqrt(v + 0.001)", "y1": "g*(x1 - m)/s + b", "y2": "g*(x2 - m)/s + b",
         "y3": "g*(x3 - m)/s + b", "E": "y1**2 + 2*y2**3 + sin(y3)"},
        "E", [0.4, -1.1, 0.7, 1.3, 0.2],
    ),
    "attention of three tokens": (
        attention,
        {"e1": "exp(q*k1/sqrt(2))", "e2": "exp(q*k2/sqrt(2))", "e3": "exp(q*k3/sqrt(2))",
         "s": "e1 + e2 + e3", "o": "(e1*v1 + e2*v2 + e3*v3)/s", "E": "o**2"},
        "E", [0.8, 0.1, -0.7, 1.4, 0.3, -0.2, 0.9],
    ),
    "L2": (
        penalty,
        {"y": "w2*sigmoid(w1*x)", "R": "(w1**2 + w2**2)/20", "E": "(y - 1)**2 + R"},
        "E", [0.6, -1.2, 0.5],
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", ["named", "explicit"])
@pytest.mark.parametrize("name", BY_HAND)
def test_gradients_are_those_of_differences(name: str, form: Any) -> None:
    function, formulas, loss, point = BY_HAND[name]
    letters = function.__code__.co_varnames[: function.__code__.co_argcount]
    given = dict(zip(letters, point, strict=True))
    s = derive.symbolic(Graph.from_formulas(formulas, loss, given=given))
    with mp.workdps(50):
        at = [mp.mpf(str(given[letter])) for letter in letters]
        for position, letter in enumerate(letters):
            order = tuple(int(k == position) for k in range(len(letters)))
            expected = mp.diff(function, tuple(at), order)
            found = s.subs(s.gradient(letter, form)).evalf(40)
            assert abs(mp.mpf(str(found)) - expected) <= 1e-20 * (1 + abs(expected)), letter


# -- files, and what is wrong with them -----------------------------------------------------------

FILE = """\
title: The circuit f = (x + y)·z
given: {x: -2, y: 5, z: -4}
formulas:
  f: q*z
  q: x + y
loss: f
"""


def run(path: Path, text: str, *options: str) -> Any:
    path.write_text(text, encoding="utf-8")
    return CliRunner().invoke(commands, ["symbolic", str(path), *options])


def test_a_file_of_formulas_is_printed(tmp_path: Path) -> None:
    result = run(tmp_path / "c.yaml", FILE)
    assert result.exit_code == 0 and result.stdout.splitlines() == [
        "q = x + y", "f = q*z", "df_df = 1", "df_dq = z", "df_dx = df_dq", "df_dy = df_dq",
        "df_dz = q",
    ]  # fmt: skip


WRONG = {
    "given: {x: 1}\nformulas: {E: w*x}\nloss: E\n": "2:15: unknown name 'w'; allowed are E, x",
    "given: {xx: 1}\nformulas: {E: x*2}\nloss: E\n": "2:15: unknown name 'x'",
    "formulas: {a: b + 1, b: c*a, c: x}\nloss: a\n": "1:25: a → b → a goes round in a circle",
    "formulas: {a: a + 1}\nloss: a\n": "1:15: a → a goes round in a circle",
    "formulas: {a: x, b: 2*x}\nloss: a\n": "1:18: a does not depend on b; take it out",
    "given: {x: 1, w: 2}\nformulas: {a: x}\nloss: a\n": "1:15: no formula mentions w; take it out",
    "given: {x: 1, a: 2}\nformulas: {a: x}\nloss: a\n": "1:15: a has a formula too; take one",
    "formulas: {exp: x}\nloss: exp\n": "1:12: exp is a function or a constant; choose another",
    "formulas: {2a: x}\nloss: 2a\n": "1:12: got '2a'; allowed as names are letters",
    "formulas: {a: x +}\nloss: a\n": "1:18: the formula ends too early",
    "formulas: {loss: x}\nloss: los\n": "2:7: loss: unknown formula 'los'; did you mean 'loss'?",
    "formulas: {a: x}\n": "1:1: loss: got nothing; allowed are a",
    "formulas: {a: x}\nloss: a\nparameters: [y]\n": "3:14: unknown parameter 'y'; allowed are x",
    "formulas: {a: x}\nloss: a\nparameters: x\n": "3:13: parameters: got 'x'; allowed is a list",
    "formulas: {a: x}\nloss: a\ngiven: 3\n": "3:8: given: got 3; allowed are numbers by name",
    "formulas: {a: x}\nloss: a\ngiven: {x: fast}\n": "3:12: x: got 'fast'; allowed are numbers",
    "formulas: 3\nloss: a\n": "1:11: formulas: got 3; allowed are formulas by name",
    "formulas: {a: [x]}\nloss: a\n": "1:15: got a list of 1; allowed is a formula such as x + y",
    "formulas: {a: 3}\nloss: a\n": "1:11: a is a number, so that there is no gradient to derive",
    "formulas: {a: .nan, b: a*x}\nloss: b\n": "1:15: got nan; allowed is a formula",
    "formulas: {a: x, a: y}\nloss: a\n": "1:18: ",
    "formulas: {a: x}\nloss: a\nlearning: 2\n": "3:1: unknown key 'learning'; allowed are title",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_with_its_place(text: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    result = run(path, text)
    assert result.exit_code == 1
    assert f"{path}:{WRONG[text]}" in result.stderr


def test_a_formula_may_be_a_number(tmp_path: Path) -> None:
    text = "formulas: {c: 0.50, k: -3, f: c*x + k}\nloss: f\ngiven: {x: 4}\n"
    s = derive.symbolic(
        Graph.from_formulas({"c": 0.5, "k": -3, "f": "c*x + k"}, "f", given={"x": 4})
    )
    assert s.subs("f") == -1
    lines = run(tmp_path / "c.yaml", text).stdout.splitlines()
    assert lines[:3] == ["c = 1/2", "k = -3", "f = c*x + k"] and lines[-1] == "df_dx = c"
    result = CliRunner().invoke(commands, ["render", str(tmp_path / "c.yaml"), "--to", "text"])
    assert result.exit_code == 0 and "\n    k = −3\n" in result.stdout


def test_formulas_that_cannot_be_read_are_one_problem(tmp_path: Path) -> None:
    for text in ("formulas: {}\nloss: f\n", "formulas: [x]\nloss: f\n"):
        (line,) = run(tmp_path / "c.yaml", text).stderr.splitlines()
        assert "formulas: got" in line


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = "given: {2k: 1, x: no}\nformulas:\n  f: q*exp\n  q: x + f(2)\nloss: g\nfrob: 1\n"
    lines = run(tmp_path / "c.yaml", text).stderr.splitlines()
    assert len(lines) >= 5 and lines == sorted(lines, key=lambda line: int(line.split(":")[1]))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("given: {x1: 1, x_1: 2}\nformulas: {f: x1*x_1}\nloss: f\n", "1:16: x1 and x_1 would both"),
        ("formulas: {f: eta*η}\nloss: f\n", "1:12: eta and η would both"),
        ("formulas: {x_1: 2*x1, f: x_1 + x1}\nloss: f\n", "1:12: x1 and x_1 would both"),
    ],
)
def test_names_that_would_look_alike_are_refused(text: str, told: str, tmp_path: Path) -> None:
    result = run(tmp_path / "c.yaml", text)
    assert result.exit_code == 1 and told in result.stderr and "rename one" in result.stderr


def test_a_command_that_takes_networks_says_who_takes_formulas(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(FILE, encoding="utf-8")
    result = CliRunner().invoke(commands, ["worksheet", str(path), "-o", str(tmp_path)])
    assert result.exit_code == 1
    assert f"{path}:3:1: formulas: got a graph of formulas" in result.stderr
    assert "derive symbolic" in result.stderr and len(result.stderr.splitlines()) == 1
