"""What a strict type checker takes: every public door, used as it is meant."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt

import derive

network = derive.Network(
    inputs=2,
    layers=[
        derive.Dense(np.int64(3), "tanh", bias="shared", frozen=["weights"]),
        derive.Dense(3, {"name": "leaky_relu", "slope": 0.1}, frozen="biases", name="hidden"),
        derive.Dense(3, {"formula": "x/(1 + abs(x))"}, frozen=("weights", "biases")),
        derive.Dense(2, "softmax", weights=np.ones((3, 2)), biases=[0, 1]),
    ],
    loss="cross_entropy",
    over_examples="sum",
    layout="from_to",
    notation=Path("own.yaml"),
    digits={"values": 3, "update": 5},
    rounding="carried",
)
assert_type(network.text(), str)
derive.save(network, "network.yaml", force=True)
assert_type(derive.load(Path("network.yaml")), derive.Network)

derive.Network({"x1": 0.5, "x2": "1/3"}, [derive.Dense(1)], targets={"y": "x1 + x2"})
derive.Network(
    np.ones((3, 2)), [derive.Dense(1)], {"name": "huber", "delta": 2}, targets=[[0], [1]]
)
derive.Network(["a", "b"], [derive.Dense(1, {"formula": "k*x", "parameters": {"k": 2}})])
derive.Network([[0], [1]], [derive.Dense(2)], {"formula": "(y - t)**4"}, targets={"class": [1, 2]})

derivation = derive.derive(network, style="paths")
assert_type(derivation, derive.Derivation)
assert_type(derive.render(derivation), str)
assert_type(derive.render(derivation, "markdown", detail="full", dialect="plain"), str)
assert_type(derive.render(derivation, "latex", notation="indexed", parts=("lemmas", "why")), str)
assert_type(derive.render(derivation, "text", parts=["pictures"], rounding="exact"), str)
assert_type(derive.render(derivation, "xlsx"), bytes)
derive.render("network.yaml")
derive.render_files(derivation, "page.md", parts=["pictures"], detail="full", digits=4)
derive.derive({"inputs": 2, "layers": [{"units": 1}]})

f = derive.compile(network, backend="numpy")
assert_type(f, derive.GradientFunction)
loss, gradient = f.flat([0.1, 0.2], [0.5, 1.0], [1.0])
assert_type(loss, float)
assert_type(gradient, list[float])
_, array = f.flat(np.ones(2), np.ones(2), 1.0)
assert_type(array, npt.NDArray[np.floating[Any]])
assert_type(f.loss(parameters={"w1": 0.1}), float)
assert_type(f.names, tuple[str, ...])
assert_type(f.source, str)
derive.compile(Path("network.yaml"))

graph = derive.Graph.from_formulas({"q": "x + y", "f": "q*z"}, loss="f", given={"x": 1})
g = derive.compile(graph, "numpy")
assert_type(g, derive.GraphFunction)
assert_type(g({"y": 2.0, "z": np.ones(3)}), tuple[float, dict[str, float]])
assert_type(g.flat([1, 2.0], {"z": [1.0, 2.0]})[1], list[float])
assert_type(derive.standalone(graph, "c"), str)
f(np.ones((3, 2)), [0, 1, 1], {"W1": np.ones((2, 3)), "b1": [0.5, Fraction(1, 3), Decimal(2)]})
f.pack({"w1": 1, "w2": np.float32(0.5)})
f.jacobian([[0.5, 1.0]], with_respect_to="parameters")
assert_type(f.hvp([0.1, 0.2]), list[float])
assert_type(f.hvp(np.ones(2)), npt.NDArray[np.floating[Any]])
assert_type(derivation["w1"].id, str)
derivation.gradient("w1", form="explicit", simplify=True)
assert_type(derive.standalone(network, "numpy"), str)

derive.train(network, [Decimal("0.1"), "1/2"], inputs=np.ones((3, 2)), targets=((0, 1),) * 3)
training = derive.train("network.yaml", rates=(0.1, "0.50"), on_divergence="continue")
assert_type(training, derive.Training)
assert_type(training.runs[0].theta(), list[float])
restarts = derive.train(network, (0.5, 1), 100, starts=20, initial=3, backend="native")
assert_type(restarts, derive.Restarts)
assert_type(restarts[0.5].successes, int)
assert_type(restarts[0.5].basins().basins[0].low, float)

try:
    derive.load("network.yaml")
except (derive.NetworkError, derive.ArgumentError, derive.StyleError, derive.OptionError):
    pass
except derive.DeriveError as error:
    assert_type(str(error), str)
