"""Random networks for property tests, and formulas of one's own with their values."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from derive.network.catalogue import ACTIVATIONS, LOSSES
from derive.network.description import Dense, Network
from tests.derivation import oracle
from tests.derivation.oracle import OWN, mp

# activation formulas that have a value everywhere → the same in mpmath
OWN_ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "x/(1 + abs(x))": lambda x: x / (1 + abs(x)),
    "x*exp(-x**2)": lambda x: x * mp.exp(-(x**2)),
    "max(x, 0.2*x) + 1/2": lambda x: max(x, x / 5) + mp.mpf(1) / 2,
    "sin(x) + x": lambda x: mp.sin(x) + x,
    "sqrt(1 + x**2) - 1": lambda x: mp.sqrt(1 + x**2) - 1,
    "x if x > 0.5 else 2*x - 0.5": lambda x: x if x > mp.mpf("0.5") else 2 * x - mp.mpf("0.5"),
    "atan(x)*2/pi": lambda x: mp.atan(x) * 2 / mp.pi,
    "2**x": lambda x: mp.mpf(2) ** x,
    "(exp(x) - 1)/(exp(x) + 1)": lambda x: (mp.exp(x) - 1) / (mp.exp(x) + 1),
    "min(max(0, x), 6)": lambda x: min(max(mp.zero, x), mp.mpf(6)),
    "0.5*x*(1 + erf(x/sqrt(2)))": lambda x: x * (1 + mp.erf(x / mp.sqrt(2))) / 2,
    "x**3/3 - x": lambda x: x**3 / 3 - x,
}
OWN_LOSSES: dict[str, Callable[..., Any]] = {
    "(y - t)**4": lambda y, t: (y - t) ** 4,
    "sqrt(1 + (y - t)**2) - 1": lambda y, t: mp.sqrt(1 + (y - t) ** 2) - 1,
    "1/2*(y - t)**2 if abs(y - t) <= 0.3 else 0.3*(abs(y - t) - 0.15)": lambda y, t: (
        (y - t) ** 2 / 2
        if abs(y - t) <= mp.mpf("0.3")
        else mp.mpf("0.3") * (abs(y - t) - mp.mpf("0.15"))
    ),
    "max(0, 1 - t*y)**2": lambda y, t: max(mp.zero, 1 - t * y) ** 2,
    "-t*y + ln(1 + exp(y))": lambda y, t: -t * y + mp.log(1 + mp.exp(y)),
}
OWN.update(OWN_ACTIVATIONS)
OWN.update(OWN_LOSSES)

PARAMETERS: dict[str, Mapping[str, float]] = {
    "leaky_relu": {"slope": 0.2},
    "elu": {"alpha": 1.7},
    "selu": {"scale": 1.1, "alpha": 0.6},
}
PAIRS = tuple(
    (activation, loss)
    for activation, row in ACTIVATIONS.items()
    for loss, of in LOSSES.items()
    if row.range.inside(of.domain)
)


def fits(activation: Any, loss: Any, units: int) -> bool:
    """Whether the catalogue allows a last layer and a loss."""
    if not isinstance(loss, str) or isinstance(activation, Mapping):
        return loss in ({"formula": f} for f in OWN_LOSSES) or loss not in (
            "binary_cross_entropy", "cross_entropy", "kl_divergence"
        )  # fmt: skip
    if activation == "softmax" and units == 1:
        return loss != "binary_cross_entropy"
    return (activation, loss) in PAIRS


@dataclass(frozen=True)
class Drawn:
    """A network, a seed for points, and the targets' formulas in mpmath where it has any."""

    network: Network
    seed: int
    targets: tuple[Callable[..., Any], ...] | None = None
    sum_to_one: bool = False

    def point(self, number: int = 0) -> oracle.Batch:
        chance = random.Random(f"{self.seed} {number}")
        return oracle.draw(self.network, chance, self.targets, self.sum_to_one)

    def __repr__(self) -> str:
        network = self.network
        layers = ", ".join(
            f"{layer.units} {layer.activation.formula or layer.activation.name} {layer.bias}"
            f"{' frozen ' + ' '.join(sorted(layer.frozen)) if layer.frozen else ''}"
            for layer in network.layers
        )
        return (
            f"{network.sizes[0]} → {layers}; {network.loss.formula or network.loss.name}"
            f"{' mean' if network.loss.mean else ''}, {network.example_count} examples, "
            f"{network.over_examples}, seed {self.seed}"
        )


def assumed(network: Network) -> bool:
    """Whether the page may assume that targets sum to 1."""
    return network.layers[-1].activation.name == "softmax" and network.loss.name in (
        "cross_entropy", "kl_divergence",
    )  # fmt: skip


def activations() -> st.SearchStrategy[Any]:
    """Every row of the catalogue, some with other parameters, and formulas of one's own."""
    return st.one_of(
        st.sampled_from(sorted(ACTIVATIONS)),
        st.sampled_from([{"name": name, **values} for name, values in PARAMETERS.items()]),
        st.sampled_from([{"formula": formula} for formula in OWN_ACTIVATIONS]),
    )


def losses() -> st.SearchStrategy[Any]:
    """Every row of the catalogue, summed or averaged over outputs, and formulas of one's own."""
    names = sorted(LOSSES)
    return st.one_of(
        st.sampled_from(names),
        st.sampled_from([{"name": name, "per_output": "mean"} for name in names
                         if not LOSSES[name].mean]),
        st.sampled_from([{"formula": formula} for formula in OWN_LOSSES]),
    )  # fmt: skip


@st.composite
def networks(draw: st.DrawFn, widest: int = 3) -> Drawn:
    """A network of one to three layers with everything that may vary."""
    depth = draw(st.integers(1, 3))
    sizes = [draw(st.integers(1, widest)) for _ in range(depth + 1)]
    used = [draw(activations()) for _ in range(depth)]
    loss = draw(losses().filter(lambda found: fits(used[-1], _plain(found), sizes[-1])))
    examples = draw(st.sampled_from((1, 1, 1, 2, 3)))
    chance = random.Random(draw(st.integers(0, 10**6)))

    def some(count: int) -> list[float]:
        return [round(chance.uniform(-1.5, 1.5), 3) for _ in range(count)]

    layers = []
    for index, (senders, units) in enumerate(pairwise(sizes)):
        bias = draw(st.sampled_from(("none", "neuron", "shared")))
        last = index == depth - 1
        frozen = () if last else draw(st.sampled_from(((), (), ("weights",), ("biases",))))
        if bias == "none":
            frozen = tuple(f for f in frozen if f != "biases")
        biases = {"none": None, "neuron": some(units), "shared": some(1)[0]}[bias]
        layers.append(
            Dense(units, used[index], bias, weights=[some(units) for _ in range(senders)],
                  biases=biases, frozen=frozen)
        )  # fmt: skip
    return Drawn(
        Network(
            [some(sizes[0]) for _ in range(examples)], layers, loss,
            targets=[_targets(loss, sizes[-1], chance) for _ in range(examples)],
            learning_rate=0.5, over_examples=draw(st.sampled_from(("mean", "sum"))),
        ),
        chance.randint(0, 10**6),
    )  # fmt: skip


def _plain(loss: Any) -> Any:
    return loss["name"] if isinstance(loss, Mapping) and "name" in loss else loss


def _targets(loss: Any, count: int, chance: random.Random) -> list[float]:
    name = _plain(loss)
    if name == "hinge":
        return [float(chance.choice((-1, 1))) for _ in range(count)]
    if name in ("cross_entropy", "kl_divergence", "binary_cross_entropy"):
        hot = chance.randrange(count)
        return [1.0 if k == hot else 0.0 for k in range(count)]
    return [round(chance.uniform(0.05, 0.95), 2) for _ in range(count)]
