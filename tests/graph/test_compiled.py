"""Graphs of formulas, compiled: against functions written by hand in mpmath, in every language."""

from __future__ import annotations

import math
import pickle
import shutil
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from mpmath import mp, mpf  # type: ignore[import-untyped]

import derive
from derive.algebra.languages.catalogue import LANGUAGES
from derive.cli import commands
from derive.compute.formulas import program, reliable
from derive.derivation.trace import ExampleTrace
from derive.expression.arithmetic import HIGH
from derive.graph import FormulaGraph, Graph
from tests.compute.languages import alone, needed
from tests.graph.test_formulas import BY_HAND

EXAMPLES = Path(__file__).parents[2] / "examples" / "graphs"
BACK_ENDS = ("python", "numpy", "auto")
RUN = [name for name, row in LANGUAGES.items() if row.tried]

LOGISTIC = {
    "z": "w*x + b", "p": "1/(1 + exp(-z))",
    "E": "-(t*ln(p) + (1 - t)*ln(1 - p)) + lam*w**2",
}  # fmt: skip
AT = {"w": 0.5, "b": 0.1, "lam": 0.01, "x": 1.5, "t": 1}


def logistic(**given: Any) -> FormulaGraph:
    return Graph.from_formulas(LOGISTIC, "E", given=given or AT, parameters=["w", "b"])


def logistic_by_hand(w: Any, b: Any, x: Any, t: Any, lam: Any) -> tuple[Any, Any, Any]:
    """The loss, and its derivatives by w and b, without a formula in which digits are lost."""
    z = w * x + b
    loss = t * mp.log1p(mp.exp(-z)) + (1 - t) * mp.log1p(mp.exp(z)) + lam * w**2
    slope = (1 - t) / (1 + mp.exp(-z)) - t / (1 + mp.exp(z))
    return loss, slope * x + 2 * lam * w, slope


def near(got: float, true: Any, allowed: float = 1e-13) -> bool:
    return bool(abs(mpf(got) - true) <= allowed * abs(true) + mpf(10) ** -300)


# -- values and gradients -------------------------------------------------------------------------


def by_differences(name: str) -> tuple[tuple[str, ...], Any, list[Any], dict[tuple[int, int], Any]]:
    """The letters of a function, its value, its slopes and, once each, its second derivatives; of
    many letters a third of them."""
    function, _, _, point = BY_HAND[name]
    letters = function.__code__.co_varnames[: function.__code__.co_argcount]
    size = range(len(letters))
    with mp.workdps(50):
        at = tuple(map(mpf, point))
        slopes = [mp.diff(function, at, tuple(int(k == i) for k in size)) for i in size]
        second = {
            (i, j): mp.diff(function, at, tuple(int(k == i) + int(k == j) for k in size))
            for i in size for j in size[i:] if len(size) < 8 or (i + j) % 3 == 0
        }  # fmt: skip
        return letters, function(*at), slopes, second


@pytest.mark.parametrize("name", BY_HAND)
def test_loss_and_gradient_are_those_of_differences(name: str) -> None:
    _, formulas, goal, point = BY_HAND[name]
    letters, value, slopes, second = by_differences(name)
    graph = Graph.from_formulas(formulas, goal, given=dict(zip(letters, point, strict=True)))
    for backend in BACK_ENDS:
        f = derive.compile(graph, backend)  # type: ignore[arg-type]
        got, gradients = f()
        assert f.loss() == got
        hessian = f.hessian()
        with mp.workdps(50):
            assert near(got, value, 1e-12)
            for letter, slope in zip(letters, slopes, strict=True):
                assert near(gradients[letter], slope, 1e-12), letter
            for pair, true in second.items():
                a, b = (f.names.index(letters[k]) for k in pair)
                assert abs(hessian[a][b] - true) <= 1e-11 * (1 + abs(true))
                assert hessian[a][b] == hessian[b][a]


@pytest.mark.parametrize("z", [0.0, 1e-9, 3.0, 36.5, 40.0, 300.0, 744.0, 800.0, 1e5])
@pytest.mark.parametrize("t", [0.0, 1.0, 0.25])
def test_thirteen_digits_where_names_are_looked_through(z: float, t: float) -> None:
    """ln(1 − p) of a p that has rounded to 1, in another formula than p's own."""
    for backend in ("python", "numpy"):
        f = derive.compile(logistic(), backend)  # type: ignore[arg-type]
        for sign in (1, -1):
            values = {"w": 0.25, "b": sign * z, "x": 0.0 if z else 1.5, "t": t, "lam": 0.125}
            loss, gradients = f(values)
            with mp.workdps(100):
                true = logistic_by_hand(**{k: mpf(v) for k, v in values.items()})
                for got, exact in zip((loss, gradients["w"], gradients["b"]), true, strict=True):
                    assert near(got, exact), (backend, values)


POWERS = {"e1": "exp(a)", "e2": "exp(b)", "e3": "exp(c)", "s": "e1 + e2 + e3"}
SOFTMAX = {
    "shares by name": {**POWERS, "p": "e2/s", "E": "-ln(p)"},
    "a quotient": {**POWERS, "E": "-ln(e2/s)"},
    "in one formula": {"E": "-ln(exp(b)/(exp(a) + exp(b) + exp(c)))"},
    "all shares": {
        **POWERS, "p1": "e1/s", "p2": "e2/s", "p3": "e3/s",
        "E": "-(0*ln(p1) + ln(p2) + 0*ln(p3))",
    },
}  # fmt: skip
LOGITS = [
    (0.0, 0.0, 0.0), (1.0, -2.0, 0.5), (1000.0, 0.0, -1000.0), (0.0, 40.0, 38.5), (3.0, 45.0, -9.0),
    (-800.0, -800.5, 5.0), (709.0, 710.0, 711.0), (-1e5, -1e5, 1e5), (0.0, 300.0, -300.0),
]  # fmt: skip


@pytest.mark.parametrize("name", SOFTMAX)
def test_thirteen_digits_of_a_softmax_written_out(name: str) -> None:
    """−ln of the second share: its derivatives are the shares, less 1 for the second."""
    for backend in ("python", "numpy"):
        f = derive.compile(Graph.from_formulas(SOFTMAX[name], "E"), backend)  # type: ignore[arg-type]
        for at in LOGITS:
            loss, gradients = f(dict(zip("abc", at, strict=True)))
            with mp.workdps(1_000):
                a, b, c = map(mpf, at)
                rest = mp.exp(a - b) + mp.exp(c - b)
                first, third = (mp.exp(v - b) / (1 + rest) for v in (a, c))
                true = {"a": first, "b": -(first + third), "c": third}
                assert near(loss, mp.log1p(rest)), (at, loss)
                for letter, value in true.items():
                    assert near(gradients[letter], value), (at, letter, gradients)


def test_a_long_sum_is_left_as_it_is_typed() -> None:
    formulas = {f"e{k}": f"exp(z{k})" for k in range(40)}
    formulas |= {"s": " + ".join(formulas), "E": "-ln(e3/s)"}
    f = derive.compile(Graph.from_formulas(formulas, "E"), "python")
    loss, gradients = f(dict.fromkeys(f.names, 0.5))
    assert loss == pytest.approx(math.log(40)) and gradients["z3"] == pytest.approx(1 / 40 - 1)


def test_the_logarithm_of_a_sum_of_exponentials() -> None:
    f = derive.compile(Graph.from_formulas({**POWERS, "E": "ln(s)*y"}, "E"), "python")
    for at in LOGITS:
        loss, gradients = f({**dict(zip("abc", at, strict=True)), "y": 2.0})
        with mp.workdps(1_000):
            powers = [mp.exp(mpf(v)) for v in at]
            whole = mp.log(sum(powers))
            assert abs(loss - 2 * whole) <= 1e-15 * (1 + max(map(abs, at)))
            for letter, power in zip("abc", powers, strict=True):
                assert near(gradients[letter], 2 * power / sum(powers)), (at, letter)
        hessian = f.hessian({**dict(zip("abc", at, strict=True)), "y": 2.0})
        place = {letter: k for k, letter in enumerate(f.names)}
        with mp.workdps(1_000):
            p = [power / sum(powers) for power in powers]
            assert near(hessian[place["a"]][place["c"]], -2 * p[0] * p[2])
            assert near(hessian[place["b"]][place["b"]], 2 * p[1] * (p[0] + p[2]))


def test_without_looking_through_it_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "steady", lambda graph: graph)
    f = derive.compile(logistic(), "python")
    loss, gradients = f({"b": 800, "t": 0})
    assert not math.isfinite(loss) and not math.isfinite(gradients["b"])


def test_nothing_raises_and_nan_passes_through() -> None:
    graph = Graph.from_formulas(
        {"y": "exp(x)", "q": "y*y - 1/z", "E": "q*ln(z) + sqrt(z)**1.5 + sin(x)*2**x"}, "E",
        parameters=["x", "z"],
    )  # fmt: skip
    for backend in ("python", "numpy"):
        f = derive.compile(graph, backend)  # type: ignore[arg-type]
        for x in (0.0, 800.0, -1e300, math.inf, -math.inf, math.nan):
            for z in (0.0, -1.0, 1e-320, math.inf, math.nan, 3.0):
                loss, gradients = f({"x": x, "z": z})
                if math.isnan(x) or math.isnan(z):
                    assert math.isnan(loss) and all(map(math.isnan, gradients.values()))
        many = derive.compile(
            Graph.from_formulas({"E": "w/x + w**x"}, "E", parameters=["w"]),
            backend,  # type: ignore[arg-type]
        )
        assert math.isinf(many({"w": 0.0, "x": [-1.0] * 20})[0])


def test_slopes_where_sides_meet() -> None:
    graph = Graph.from_formulas(
        {"m": "max(x, y)", "a": "abs(x)", "c": "2*x if x <= 0 else 5*x", "E": "m + 10*a + c"}, "E"
    )
    for backend in BACK_ENDS:
        loss, gradients = derive.compile(graph, backend)({"x": 0, "y": 0})
        assert loss == 0 and gradients == {"x": 0.5 + 2, "y": 0.5}


def test_letters_of_rules_are_names_like_others() -> None:
    """A target t has 0·ln 0 = 0 in a network's loss; a graph's t is any number."""
    f = derive.compile(Graph.from_formulas({"f": "t*ln(u) + t/y"}, "f"), "python")
    assert math.isnan(f({"t": 0, "u": 0, "y": 1})[0])
    assert math.isnan(f({"t": 0, "u": 1, "y": 0})[0])
    g = derive.compile(Graph.from_formulas({"f": "u*v*x + y**2"}, "f"), "python")
    assert g({"u": 2, "v": 3, "x": 5, "y": 7}) == (
        79.0,
        {"u": 15.0, "v": 10.0, "x": 6.0, "y": 14.0},
    )


# -- many examples --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 5, 40])
@pytest.mark.parametrize("backend", BACK_ENDS)
def test_a_number_for_each_example(backend: Any, count: int) -> None:
    f = derive.compile(logistic(), backend)
    xs, ts = np.linspace(-3, 3, count), (np.arange(count) % 2).astype(float)
    one = [f({"x": x, "t": t}) for x, t in zip(xs, ts, strict=True)]
    loss, gradients = f({"x": xs, "t": ts.tolist()})
    assert loss == pytest.approx(sum(one_loss for one_loss, _ in one) / count, rel=1e-14)
    for name in f.names:
        mean = sum(slopes[name] for _, slopes in one) / count
        assert gradients[name] == pytest.approx(mean, rel=1e-13)
    losses, rows = f.per_example({"x": xs, "t": ts})
    assert np.shape(losses) == (count,) and np.shape(rows) == (count, 2)
    assert np.mean(rows, axis=0) == pytest.approx([gradients["w"], gradients["b"]], rel=1e-13)
    values = f.forward({"x": xs, "t": ts})
    assert list(values) == ["z", "p", "E"] and np.mean(values["E"]) == pytest.approx(loss)
    # ∂(mean)/∂x of each example, and second derivatives, from single ones
    by_x = f.input_gradient({"x": xs, "t": ts})["x"]
    alone_ = [f.input_gradient({"x": x, "t": t})["x"] / count for x, t in zip(xs, ts, strict=True)]
    assert by_x == pytest.approx(np.array(alone_), rel=1e-13)
    every = [f.hessian({"x": x, "t": t}) for x, t in zip(xs, ts, strict=True)]
    assert f.hessian({"x": xs, "t": ts}) == pytest.approx(np.mean(every, axis=0), rel=1e-13)


def test_a_loss_in_which_nothing_differs_from_example_to_example() -> None:
    graph = Graph.from_formulas({"E": "w**2 + 0*x"}, "E", parameters=["w"])
    for backend in BACK_ENDS:
        assert derive.compile(graph, backend)({"w": 3, "x": [1.0] * 30}) == (9.0, {"w": 6.0})


# -- theta, and derivatives of other formulas -----------------------------------------------------


def test_theta_fits_what_minimises() -> None:
    f = derive.compile(logistic())
    assert f.names == ("w", "b") and f.inputs == ("x", "t", "lam")
    assert f.pack() == [0.5, 0.1] and f.pack({"b": 3}) == [0.5, 3.0]
    assert f.unpack([1, 2]) == {"w": 1.0, "b": 2.0}
    loss, slope = f.flat([0.5, 0.1])
    assert (loss, dict(zip(f.names, slope, strict=True))) == f() and isinstance(slope, list)
    array = f.flat(np.array([0.5, 0.1]), {"x": [1.5, 1.5]})
    assert array[0] == loss and isinstance(array[1], np.ndarray) and array[1].tolist() == slope


def test_products_with_the_jacobian_and_the_hessian() -> None:
    f = derive.compile(logistic(), "python")
    values, of = {"x": [0.5, -2.0, 1.0]}, ["p", "z", "E"]
    jacobian = np.array(f.jacobian(values, of))  # (example, formula, parameter)
    assert jacobian.shape == (3, 3, 2)
    for k, name in enumerate(of):
        for example, x in enumerate(values["x"]):
            for place, w in enumerate(f.names):
                step = 1e-6
                up, down = (f.forward({"x": x, w: AT[w] + h})[name] for h in (step, -step))
                slope = (up - down) / (2 * step)
                assert jacobian[example, k, place] == pytest.approx(slope, rel=1e-7, abs=1e-9)
    direction, weights = [0.3, -1.2], [2.0, -1.0, 0.5]
    assert f.jvp(direction, values, of) == pytest.approx(jacobian @ direction)
    assert f.vjp(weights, values, of) == pytest.approx(
        sum(np.array(weights) @ each for each in jacobian)
    )
    assert f.hvp(direction, values) == pytest.approx(np.array(f.hessian(values)) @ direction)
    assert f.jacobian() == pytest.approx(np.array([[f()[1][w] for w in f.names]]))


# -- what it is, and what it refuses --------------------------------------------------------------


@pytest.mark.parametrize("backend", BACK_ENDS)
def test_the_source_runs_alone(backend: Any) -> None:
    f = derive.compile(logistic(), backend)
    space: dict[str, Any] = {}
    exec(f.source, space)
    name = "loss_and_gradient" + "_of_many" * (backend == "numpy")
    found = space[name](np.array([0.5, 0.1]), np.array([1.5, 1.0, 0.01]))
    loss, gradient = found if backend != "numpy" else (found[0], found[1:])
    assert [loss, *gradient] == pytest.approx([f()[0], *f()[1].values()], rel=1e-15)
    assert "# z = w·x + b" in f.source and "# p = 1/(1 + exp(−z))" in f.source


def test_a_copy_is_the_same() -> None:
    f = derive.compile(logistic())
    copy = pickle.loads(pickle.dumps(f))
    assert copy == f and hash(copy) == hash(f) and copy() == f() and repr(copy) == repr(f)
    assert "2 parameters" in repr(f) and f != derive.compile(logistic(), "python")


def test_paths_and_mappings_give_the_same(tmp_path: Path) -> None:
    said = {"formulas": LOGISTIC, "loss": "E", "given": AT, "parameters": ["w", "b"]}
    path = tmp_path / "g.yaml"
    path.write_text(str(said), encoding="utf-8")
    assert derive.compile(path)() == derive.compile(said)() == derive.compile(logistic())()


REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "an unknown name": (lambda f: f({"y": 1}), "unknown name 'y'; allowed: w, b, x, t, lam"),
    "a near one": (lambda f: f({"la": 1}), "did you mean 'lam'"),
    "a formula": (lambda f: f({"p": 1}), "the formula 'p'.*its formula gives it"),
    "no number": (lambda f: f({"x": "1"}), "x: got '1'; allowed: a number, or a list"),
    "no dict": (lambda f: f([1.0]), "a list; allowed: a dict of numbers by name"),
    "a parameter each": (lambda f: f({"w": [1, 2]}), "w: got 2 numbers; allowed: one number"),
    "too few": (lambda f: f({"x": [1, 2, 3], "t": [1, 0]}), "t: got 2 numbers.*as for x, 3"),
    "theta twice": (lambda f: f.flat([1, 2], {"w": 3}), "w, which theta holds"),
    "a short theta": (lambda f: f.flat([1.0]), "theta: got 1 number; allowed: 2 numbers"),
    "no parameter": (lambda f: f.pack({"x": 1}), "x, which is no parameter"),
    "no formula": (lambda f: f.jacobian(of=["w"]), "of: got 'w'; allowed: z, p, E"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused(what: str) -> None:
    call, message = REFUSED[what]
    with pytest.raises(derive.ArgumentError, match=message):
        call(derive.compile(logistic()))


def test_missing_numbers_are_named() -> None:
    f = derive.compile(Graph.from_formulas(LOGISTIC, "E", parameters=["w", "b"]))
    with pytest.raises(derive.ArgumentError, match="w: got nothing, and the graph has no number"):
        f()
    assert f(AT)[0] == derive.compile(logistic())()[0]


def test_a_graph_without_parameters_is_refused() -> None:
    with pytest.raises(derive.NetworkError, match="no gradient to derive"):
        Graph.from_formulas({"f": "x"}, "f", parameters=[])


def test_long_and_deep_formulas_compile() -> None:
    names = [f"x{k}" for k in range(120)]
    graph = Graph.from_formulas({"f": "*".join(names), "g": f"f + {'exp(-' * 18}y{')' * 18}"}, "g")
    f = derive.compile(graph, "python")
    loss, gradients = f({**dict.fromkeys(names, 1.0), "y": 0.5, "x3": 2.0})
    assert gradients["x0"] == 2.0 and gradients["x3"] == 1.0 and math.isfinite(loss)


# -- the graphs of examples/ ----------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_examples_beside_sixty_digits(path: Path, tmp_path: Path) -> None:
    """Against SymPy's slopes of the formulas as typed; in C, too, where a compiler is there."""
    f = derive.compile(path)
    assert isinstance(f, derive.GraphFunction)
    graph = f.graph
    known = graph.leaf_values() if graph.has_values else {q: Fraction(1, 3) for q in graph.leaves}
    values = {q.name: float(value) for q, value in known.items()}
    leaves = {q: HIGH.number(Fraction(values[q.name])) for q in graph.leaves}
    trace = ExampleTrace(graph, leaves, HIGH)
    true = [trace.partial(graph.loss, w) for w in graph.parameters]
    loss, gradients = f(values)
    assert near(loss, trace.quantity(graph.loss), 1e-12)
    for got, exact_ in zip(gradients.values(), true, strict=True):
        assert abs(got - exact_) <= 1e-12 * (1 + abs(exact_))
    if graph.has_values and shutil.which("gcc"):
        ((first, *rest),) = alone("c", [derive.standalone(path, "c")], tmp_path)
        found = [float(first.split()[1]), *(float(line.rpartition("=")[2]) for line in rest)]
        assert found == pytest.approx([loss, *gradients.values()], rel=1e-12, abs=1e-14)


# -- files ----------------------------------------------------------------------------------------


MEETING = {
    "m": "max(x, y) - min(x, 2)", "a": "abs(y)*sign(z)", "end": "erf(z)*m",
    "loss": "end + ln(1 + exp(a)) if z > 0.25 else end**2 + lambda**1.5",
}  # fmt: skip
FILES: dict[str, tuple[FormulaGraph, Callable[..., Any]]] = {
    "the circuit": (
        Graph.from_formulas({"q": "x + y", "f": "q*z"}, "f", given={"x": -2, "y": 5, "z": -4}),
        lambda x, y, z: (x + y) * z,
    ),
    "logistic": (logistic(**(AT | {"b": 44.5})), lambda w, b: logistic_by_hand(
        w, b, mpf("1.5"), mpf(1), mpf("0.01"))[0],
    ),
    "softmax": (
        Graph.from_formulas(SOFTMAX["all shares"], "E", given={"a": 1, "b": -2, "c": 30.5}),
        lambda a, b, c: mp.log1p(mp.exp(a - b) + mp.exp(c - b)),
    ),
    "choices, and names of languages": (
        Graph.from_formulas(
            MEETING, "loss", given={"x": 1.5, "y": -0.75, "z": 0.5, "lambda": 2},
            parameters=["x", "y", "z"],
        ),
        lambda x, y, z: mp.erf(z) * (max(x, y) - min(x, 2)) + mp.log1p(mp.exp(abs(y))),
    ),
}  # fmt: skip


@cache
def exact(name: str) -> list[Any]:
    graph, function = FILES[name]
    with mp.workdps(60):
        at = tuple(mpf(repr(float(graph.given[q].value))) for q in graph.parameters)
        size = range(len(at))
        return [
            function(*at),
            *(mp.diff(function, at, tuple(int(k == i) for k in size)) for i in size),
        ]


@pytest.mark.parametrize("language", RUN)
def test_a_file_prints_its_loss_and_gradient(language: str, tmp_path: Path) -> None:
    needed(language)
    sources = [derive.standalone(graph, language) for graph, _ in FILES.values()]  # type: ignore[arg-type]
    printed = alone(language, sources, tmp_path)
    for name, source, (first, *rest) in zip(FILES, sources, printed, strict=True):
        assert max(map(len, source.splitlines())) <= (132 if language == "fortran" else 120)
        found = [float(first.split()[1]), *(float(line.rpartition("=")[2]) for line in rest)]
        true = exact(name)
        assert len(found) == len(true)
        for got, value in zip(found, true, strict=True):
            assert near(got, value), (name, got, value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_stand_above_their_lines(language: str) -> None:
    source = derive.standalone(logistic(), language)  # type: ignore[arg-type]
    for formula in ("z = w·x + b", "p = 1/(1 + exp(−z))", "∂E/∂b = ∂E/∂z"):
        assert any(line.strip().endswith(f" {formula}") for line in source.splitlines())


@pytest.mark.parametrize("language", ["numpy", "jax", "torch"])
def test_files_of_arrays_take_a_row_for_each_example(language: str) -> None:
    needed(language)
    space: dict[str, Any] = {"__name__": "graph"}
    exec(derive.standalone(logistic(), language), space)  # type: ignore[arg-type]
    rows = [[x, t, 0.01] for x, t in ((0.5, 1.0), (-2.0, 0.0), (1.0, 1.0))]
    loss, gradient = space["loss_and_gradient"]([0.5, 0.1], rows)
    f = derive.compile(logistic(), "python")
    expected, slopes = f({"x": [0.5, -2.0, 1.0], "t": [1.0, 0.0, 1.0]})
    assert [float(loss), *map(float, gradient)] == pytest.approx([expected, *slopes.values()])
    assert len(space["forward"]([0.5, 0.1], rows)) == 3


def test_the_command_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("formulas: {f: x**2}\nloss: f\n", encoding="utf-8")
    done = CliRunner().invoke(commands, ["compile", str(path), "--to", "python"])
    assert done.exit_code == 0 and "made up below" in done.stdout
    assert done.stdout == derive.standalone(path)
    path.write_text("formulas: {f: x**}\nloss: f\n", encoding="utf-8")
    done = CliRunner().invoke(commands, ["compile", str(path), "--to", "python"])
    assert done.exit_code == 1 and f"{path}:1:18" in done.stderr


# -- what is claimed ------------------------------------------------------------------------------


def test_nothing_is_claimed_that_was_not_found() -> None:
    assert reliable.tried(logistic()).lost == ()
    head = derive.standalone(logistic()).split('"""')[1]
    assert "neither overflows nor cancels where it was tried: w, b, x, t, lam" in flowed(head)
    cosine = Graph.from_formulas({"c": "cos(x)", "E": "1 - c"}, "E", given={"x": 1})
    found = [one for one in reliable.tried(cosine).lost if one.of == "value"]
    assert len(found) == 1 and found[0].low < -1e-12 and 1e-5 < found[0].high < 1
    assert "Half of the digits or more are lost here: the " in flowed(derive.standalone(cosine))


def test_the_check_tells_where_digits_are_lost(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("formulas: {c: cos(x), E: 1 - c}\nloss: E\ngiven: {x: 1}\n", encoding="utf-8")
    done = CliRunner().invoke(commands, ["check", str(path)])
    assert done.exit_code == 0
    assert "where one leaf alone is another number, in" in flowed(done.stdout)
    assert "the value of E for −" in done.stdout


def flowed(text: str) -> str:
    return " ".join(text.split())


def test_a_form_that_loses_digits_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "steady", lambda graph: graph)
    reliable.tried.cache_clear()
    found = reliable.tried(logistic()).lost
    reliable.tried.cache_clear()
    assert {one.x for one in found} >= {"w", "b", "x"}
