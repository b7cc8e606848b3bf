"""Graphs of formulas in machine code: what the back end in Python gives."""

from __future__ import annotations

import inspect
import pickle
from pathlib import Path
from random import Random
from typing import Any

import pytest

import derive
from derive.graph import FormulaGraph
from tests.graph.samples import drawn

np: Any = pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("llvmlite", reason="llvmlite is not installed")

EXAMPLES = sorted(Path("examples/graphs").glob("*.yaml"))


def compare(graph: FormulaGraph | Path, seed: int) -> None:
    fast, plain = (derive.compile(graph, backend) for backend in ("native", "python"))
    assert fast.backend == "native" and inspect.isbuiltin(fast.flat)
    chance = Random(seed)
    for _ in range(5):
        theta = [chance.uniform(-2, 2) for _ in fast.names]
        loss, gradient = fast.flat(theta)
        wanted, slopes = plain.flat(theta)
        assert loss == pytest.approx(wanted, rel=1e-12, nan_ok=True)
        assert gradient == pytest.approx(slopes, rel=1e-11, abs=1e-13, nan_ok=True)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples(path: Path) -> None:
    compare(path, 3)


@pytest.mark.parametrize("seed", range(12))
def test_drawns(seed: int) -> None:
    compare(drawn(seed), seed)


def test_values_and_arrays_go_the_slow_way() -> None:
    graph = derive.Graph.from_formulas(
        {"s": "w*x + b", "E": "(s - t)**2"}, loss="E", parameters=["w", "b"],
        given={"w": 1, "b": 0, "x": 2, "t": 1},
    )  # fmt: skip
    f = derive.compile(graph)
    assert f.backend == "native" and f.flat([1, 0.0]) == f.flat([1.0, 0.0], None) == (
        1.0,
        [4.0, 2.0],
    )
    assert f.flat([1.0, 0.0], {"x": 3}) == (4.0, [12.0, 4.0])
    assert f.flat(np.array([1.0, 0.0]))[1].tolist() == [4.0, 2.0]
    for bad in ([1.0], [1.0, None], "ab"):
        with pytest.raises(derive.ArgumentError):
            f.flat(bad)
    with pytest.raises((derive.ArgumentError, AttributeError, TypeError)):
        f.flat([1.0, 0.0], [])
    assert str(inspect.signature(f.flat)) == "(theta, values=None)"
    assert pickle.loads(pickle.dumps(f)).flat([2.0, 0.5]) == f.flat([2.0, 0.5])


def test_many_formulas_stay_with_python() -> None:
    chain = {f"s{n}": f"s{n - 1}*w" if n else "w + x" for n in range(401)}
    graph = derive.Graph.from_formulas(chain, loss="s400", parameters=["w"], given={"w": 1, "x": 1})
    f = derive.compile(graph)
    assert f.backend != "native" and "401 formulas are more than 400" in f.why
    with pytest.raises(derive.ArgumentError, match="401 formulas"):
        derive.compile(graph, "native")
