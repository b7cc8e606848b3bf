"""Graphs of formulas, and the same functions written out by hand: for mpmath, PyTorch or JAX."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mpmath import mp  # type: ignore[import-untyped]
from ruamel.yaml import YAML

import derive
from derive.graph.conversion import graph_of
from derive.graph.formulas import FormulaGraph

EXAMPLES = Path("examples/graphs")
Values = Mapping[str, Any]


def circuit(m: Any, v: Values) -> Any:
    return (v["x"] + v["y"]) * v["z"]


def sigmoid_neuron(m: Any, v: Values) -> Any:
    return 1 / (1 + m.exp(-(v["w0"] * v["x0"] + v["w1"] * v["x1"] + v["w2"])))


def skip_connection(m: Any, v: Values) -> Any:
    through = m.tanh(v["w"] * v["x"] + v["b"])
    return (v["v"] * (through + v["x"]) - v["t"]) ** 2 / 2


def weight_used_twice(m: Any, v: Values) -> Any:
    return (v["w"] * m.tanh(v["w"] * v["x"]) - v["t"]) ** 2 / 2


def recurrent(m: Any, v: Values) -> Any:
    h = v["h0"]
    for x in ("x1", "x2", "x3"):
        h = m.tanh(v["U"] * v[x] + v["W"] * h + v["b"])
    return (v["V"] * h - v["t"]) ** 2 / 2


def batch_norm(m: Any, v: Values) -> Any:
    xs = [v["x1"], v["x2"], v["x3"]]
    mean = sum(xs[1:], xs[0]) / 3
    spread = m.sqrt(
        ((xs[0] - mean) ** 2 + (xs[1] - mean) ** 2 + (xs[2] - mean) ** 2) / 3 + v["eps"]
    )
    ys = [v["gamma"] * (x - mean) / spread + v["beta"] for x in xs]
    parts = [(y - t) ** 2 / 2 for y, t in zip(ys, (v["t1"], v["t2"], v["t3"]), strict=True)]
    return parts[0] + parts[1] + parts[2]


def attention(m: Any, v: Values) -> Any:
    xs = [v["x1"], v["x2"], v["x3"]]
    asked = v["wq"] * xs[2]
    weights = [m.exp(asked * v["wk"] * x) for x in xs]
    whole = weights[0] + weights[1] + weights[2]
    found = [w / whole * v["wv"] * x for w, x in zip(weights, xs, strict=True)]
    return (found[0] + found[1] + found[2] - v["t"]) ** 2 / 2


def weight_decay(m: Any, v: Values) -> Any:
    misses = [(v["w"] * v[x] + v["b"] - v[t]) ** 2 for x, t in (("x1", "t1"), ("x2", "t2"))]
    return (misses[0] + misses[1]) / 2 + v["lam"] * v["w"] ** 2 / 2


BY_HAND: dict[str, Callable[[Any, Values], Any]] = {
    "circuit": circuit, "sigmoid-neuron": sigmoid_neuron, "skip-connection": skip_connection,
    "weight-used-twice": weight_used_twice, "recurrent": recurrent, "batch-norm": batch_norm,
    "attention": attention, "weight-decay": weight_decay,
}  # fmt: skip


def numbers(graph: FormulaGraph) -> dict[str, Any]:
    """The numbers of the leaves, for mpmath."""
    with mp.workdps(60):
        given = graph.given.items()
        return {q.name: mp.mpf(n.value.numerator) / n.value.denominator for q, n in given}


def slope(f: Callable[[Values], Any], at: Values, by: str) -> Any:
    """∂f/∂by by a difference of sixty digits."""
    with mp.workdps(60):
        h = mp.mpf(10) ** -20
        ahead, behind = ({**at, by: at[by] + step} for step in (h, -h))
        return (f(ahead) - f(behind)) / (2 * h)


def formulas_of(name: str) -> dict[str, Any]:
    """An example as it stands in its file."""
    found: dict[str, Any] = YAML(typ="safe").load((EXAMPLES / f"{name}.yaml").read_text("utf-8"))
    return found


@cache
def derived(name: str, style: str = "nodes") -> derive.Derivation:
    """The derivation of an example, which nobody changes."""
    return derive.derive(EXAMPLES / f"{name}.yaml", style)  # type: ignore[arg-type]


@cache
def drawn(seed: int) -> FormulaGraph:
    """A random graph: quantities used once or several times, far or near, with kinks or without."""
    chance = random.Random(f"graph {seed}")
    names = [f"x{i}" for i in range(chance.randint(2, 4))]
    given = {name: round(chance.uniform(-2, 2), 2) or 1 for name in names}
    formulas: dict[str, str] = {}
    unused = list(names)
    for i in range(chance.randint(3, 7)):
        a = unused.pop(0) if unused else chance.choice(names)
        b, c = chance.sample([name for name in names if name != a] * 2, 2)
        form = chance.choice(FORMS)
        formulas[f"q{i}"] = form.format(a=a, b=b, c=c)
        names.append(f"q{i}")
        unused.append(f"q{i}")
    formulas["loss"] = " + ".join(f"{chance.choice(('', '2*'))}{name}" for name in unused)
    found = graph_of({"formulas": formulas, "loss": "loss", "given": given, "title": f"No. {seed}"})
    assert isinstance(found, FormulaGraph)
    return found


FORMS = (
    "{a} + {b}", "{a} - {b}", "{a}*{b}", "{a}*{b} + {c}", "-{a}", "{a}/3", "tanh({a})",
    "exp({a}/4)", "max({a}, {b})", "min({a}, {b} + 1)", "sigmoid({a})*{b}", "sin({a} + {b})",
    "{a}**2", "abs({a})", "ln(1 + {a}**2)", "sqrt({a}**2 + 1)", "{a}/(1 + {b}**2)",
    "{a}*{b}*{c}", "{a} if {b} > 0 else {c}", "1/2*({a} - {b})**2",
)  # fmt: skip
