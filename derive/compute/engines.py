"""Two ways to run a network: neuron by neuron on lists, or whole layers on arrays.

Both turn what callers give into their own kind of numbers, and both offer

    parameters_of_theta(theta), parameters_of(mapping), examples(value, names, what)
    loss_and_gradient(parameters, inputs, targets) -> loss, flat gradient
    loss(parameters, inputs, targets) -> loss
    forward(parameters, inputs) and input_gradient(parameters, inputs, targets) -> rows
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from derive.compute.arguments import ArgumentError, block_values, nested, rows, vector
from derive.compute.backends import numpy as arrays
from derive.compute.backends.code import load
from derive.compute.blocks import Block, blocks, trained
from derive.compute.precision import DOUBLE, Precision, numpy_or_none
from derive.compute.sources.looped import batch_source
from derive.compute.sources.source import LayerSource, ScalarSource, names_of
from derive.network.description import Network
from derive.notation.names import Names

# Up to so many weights one example alone goes neuron by neuron, so that building stays quick.
MOST_SCALAR = 500
# What a neuron and an example cost beside their weights, and what a layer costs as a whole,
# measured in weights on networks from 1-1 to 16-32-32-10.
_A_NEURON, _AN_EXAMPLE, _A_LAYER = 6, 25, 480


def scalar_examples(network: Network) -> int:
    """Up to how many examples are faster neuron by neuron than in whole layers."""
    weights = sum(block.size for block in blocks(network))
    if weights > MOST_SCALAR:
        return 0
    one = weights + _A_NEURON * sum(network.sizes[1:]) + _AN_EXAMPLE
    return max(1, _A_LAYER * len(network.layers) // one)


class Engine(Protocol):
    """What the function asks of either way to run."""

    def parameters_of_theta(self, theta: Any) -> Any: ...
    def parameters_of(self, given: Mapping[str, Any]) -> Any: ...
    def examples(self, value: Any, names: Sequence[str], what: str) -> tuple[Any, bool]: ...
    def loss_and_gradient(self, parameters: Any, inputs: Any, targets: Any) -> Any: ...
    def loss(self, parameters: Any, inputs: Any, targets: Any) -> float: ...
    def forward(self, parameters: Any, inputs: Any) -> Any: ...
    def input_gradient(self, parameters: Any, inputs: Any, targets: Any) -> Any: ...


class Defaults:
    """The network's own parameters, as numbers; and what becomes of those that are given."""

    def __init__(self, network: Network, precision: Precision = DOUBLE) -> None:
        self.network = network
        self.precision = precision
        self.blocks = blocks(network)
        self.places = tuple(trained(self.blocks))
        self.size = sum(block.size for block, _ in self.places)
        self._values: dict[str, list[float] | None] = {}

    def known(self, block: Block) -> list[float] | None:
        """A block's numbers in the network; None where it has none."""
        if block.key not in self._values:
            self._values[block.key] = block.numbers(self.network.layers[block.layer - 1])
        return self._values[block.key]

    def values(self, block: Block) -> list[float]:
        """A block's numbers in the network. Raises ArgumentError where it has none."""
        values = self.known(block)
        if values is None:
            raise ArgumentError(
                block.key, "nothing, and the network has no values for it",
                f"numbers of shape {block.shape}",
                f"give it among the parameters: {{{block.key!r}: …}}"
                if not block.frozen
                else "it is frozen, so it is not in theta: give it among the parameters of a "
                "call, or in the network",
            )  # fmt: skip
        return values

    def mapping(self, flat: Any, arrays: bool) -> dict[str, Any]:
        """The trained arrays by their keys, of a flat gradient or theta."""
        if arrays:
            flat = self.precision.array(flat)
            return {b.key: flat[place].reshape(b.shape) for b, place in self.places}
        values = nested(flat)
        return {block.key: block.shaped(values[place]) for block, place in self.places}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What each entry of theta is called in the network's notation."""
        every = (q for block, _ in self.places for q in block.quantities)
        return tuple(map(self.notation.code, every))

    @cached_property
    def notation(self) -> Names:
        """The network's own notation."""
        return names_of(self.network)

    @cached_property
    def keyed(self) -> Mapping[str, Block]:
        """Every block by its key."""
        return {block.key: block for block in self.blocks}

    @property
    def knows_fixed(self) -> bool:
        """Whether the network has the numbers of everything that is frozen."""
        return all(self.known(block) is not None for block in self.blocks if block.frozen)

    @cached_property
    def fixed(self) -> list[float]:
        """The frozen numbers, block after block. Raises ArgumentError."""
        return [v for block in self.blocks if block.frozen for v in self.values(block)]


class ScalarEngine:
    """One example after another, neuron by neuron, in plain Python; everything is a list."""

    def __init__(self, defaults: Defaults) -> None:
        self.defaults = defaults
        self.mean = defaults.network.over_examples == "mean"
        self.code = ScalarSource(defaults.network)
        self._functions: dict[str, Callable[..., Any]] = {}

    def function(self, name: str) -> Callable[..., Any]:
        """One of the generated functions, compiled when it is first asked for."""
        if name not in self._functions:
            self._functions[name] = load(self.code.source(name, checked=True))[name]
        return self._functions[name]

    @cached_property
    def batch(self) -> Callable[..., Any]:
        """The sum over examples in one loop, compiled when it is first asked for."""
        function: Callable[..., Any] = load(batch_source(self.code))["loss_and_gradient_of_batch"]
        return function

    def parameters_of_theta(self, theta: Any) -> tuple[list[float], list[float]]:
        return vector(theta, self.defaults.names, "theta"), self.defaults.fixed

    def parameters_of(self, given: Mapping[str, Any]) -> tuple[list[float], list[float]]:
        theta: list[float] = []
        fixed: list[float] = []
        for block in self.defaults.blocks:
            values = (
                block_values(given[block.key], block)
                if block.key in given
                else self.defaults.values(block)
            )
            (fixed if block.frozen else theta).extend(values)
        return theta, fixed

    def examples(
        self, value: Any, names: Sequence[str], what: str
    ) -> tuple[list[list[float]], bool]:
        return rows(value, names, what)

    def loss_and_gradient(
        self,
        parameters: tuple[list[float], list[float]],
        inputs: list[list[float]],
        targets: list[list[float]],
    ) -> tuple[float, list[float]]:
        theta, fixed = parameters
        count = len(inputs)
        if count == 1:
            loss, total = self.function("loss_and_gradient")(theta, inputs[0], targets[0], fixed)
            return float(loss), total
        loss, total = self.batch(theta, zip(inputs, targets, strict=True), fixed)
        if self.mean:
            loss, total = loss / count, [value / count for value in total]
        return float(loss), total

    def loss(
        self,
        parameters: tuple[list[float], list[float]],
        inputs: list[list[float]],
        targets: list[list[float]],
    ) -> float:
        theta, fixed = parameters
        run = self.function("loss")
        loss = 0.0
        for x, t in zip(inputs, targets, strict=True):
            loss += run(theta, x, t, fixed)
        return float(loss / len(inputs) if self.mean and len(inputs) > 1 else loss)

    def forward(
        self, parameters: tuple[list[float], list[float]], inputs: list[list[float]]
    ) -> list[list[float]]:
        theta, fixed = parameters
        run = self.function("forward")
        return [run(theta, x, fixed) for x in inputs]

    def input_gradient(
        self,
        parameters: tuple[list[float], list[float]],
        inputs: list[list[float]],
        targets: list[list[float]],
    ) -> list[list[float]]:
        theta, fixed = parameters
        run = self.function("input_gradient")
        gradients = [run(theta, x, t, fixed) for x, t in zip(inputs, targets, strict=True)]
        if self.mean and len(inputs) > 1:
            return [[value / len(inputs) for value in row] for row in gradients]
        return gradients

    def target_values(self, inputs: Any) -> list[list[float]]:
        """The targets of some examples, where the network gives them as formulas."""
        run = self.function("target_values")
        return [run([float(value) for value in x]) for x in inputs]


class LayerEngine:
    """Many examples at once, layer by layer, in NumPy, which works with float64 arrays."""

    def __init__(self, defaults: Defaults) -> None:
        self.defaults = defaults
        self.code = LayerSource(defaults.network)
        self._functions: dict[str, Callable[..., Any]] = {}

    @cached_property
    def np(self) -> Any:
        """NumPy, imported when arrays are first wanted; None where it is not installed."""
        return numpy_or_none()

    def function(self, name: str) -> Callable[..., Any]:
        """One of the generated functions, compiled when it is first asked for."""
        if name not in self._functions:
            self._functions[name] = arrays.load(self.code.source(name))[f"{name}_of_batch"]
        return self._functions[name]

    def parameters_of_theta(self, theta: Any) -> tuple[Any, ...]:
        flat = self._plain(theta)
        if flat is None or flat.shape != (self.defaults.size,):
            flat = self.np.asarray(vector(theta, self.defaults.names, "theta"))
        flat = self.defaults.precision.doubles(flat)
        parts = {b.key: flat[place].reshape(b.shape) for b, place in self.defaults.places}
        return tuple(
            parts[b.key] if b.key in parts else self._default(b) for b in self.defaults.blocks
        )

    def parameters_of(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            self._block(given[b.key], b) if b.key in given else self._default(b)
            for b in self.defaults.blocks
        )

    def _block(self, value: Any, block: Block) -> Any:
        array = self._plain(value)
        if array is None or array.shape != block.shape:
            array = self.np.asarray(block_values(value, block)).reshape(block.shape)
        return self.defaults.precision.doubles(array)

    def _default(self, block: Block) -> Any:
        return self.defaults.precision.doubles(self.defaults.values(block)).reshape(block.shape)

    def _plain(self, value: Any) -> Any:
        """An array of numbers; None for what has to be looked at one by one."""
        try:
            array = self.np.asarray(value)
        except ValueError:  # rows of different lengths
            return None
        return array if array.dtype.kind in "fiub" else None

    def _kept(self, examples: Any) -> Any:
        """The rows of examples as they are worked with."""
        return self.defaults.precision.doubles(examples)

    def examples(self, value: Any, names: Sequence[str], what: str) -> tuple[Any, bool]:
        array = self._plain(value)
        width = len(names)
        if array is None or array.shape[-1:] != (width,) or array.ndim > 2 or not len(array):
            numbers, single = rows(value, names, what)
            return self._kept(numbers), single
        return self._kept(array).reshape(-1, width), array.ndim == 1

    def loss_and_gradient(self, parameters: Any, inputs: Any, targets: Any) -> tuple[float, Any]:
        result: tuple[float, Any] = self.function("loss_and_gradient")(parameters, inputs, targets)
        return result

    def loss(self, parameters: Any, inputs: Any, targets: Any) -> float:
        loss: float = self.function("loss")(parameters, inputs, targets)
        return loss

    def forward(self, parameters: Any, inputs: Any) -> Any:
        return self.function("forward")(parameters, inputs)

    def input_gradient(self, parameters: Any, inputs: Any, targets: Any) -> Any:
        return self.function("input_gradient")(parameters, inputs, targets)
