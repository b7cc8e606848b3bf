"""Two ways to go along a direction: on lists, or on arrays; both take and give flat rows.

    gradient_along(parameters, inputs, targets, direction) -> flat, the mean or sum over examples
    gradients_each(parameters, inputs, targets) -> losses, flat rows
    pulled_back(parameters, inputs, weights) -> flat, summed over the examples
    pulled_back_each(parameters, inputs, weights) -> flat rows
    pulled_back_to_inputs(parameters, inputs, weights) -> rows
    outputs_along(parameters, inputs, direction) -> rows
    outputs_along_inputs(parameters, inputs, directions) -> rows

Each generates the code of what it is asked for when it is first asked: a function that is only
called costs nothing more for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from derive.compute.backends import numpy as arrays
from derive.compute.backends.code import load
from derive.compute.directions.along_source import AlongLayerSource, AlongSource
from derive.compute.engines import LayerEngine, ScalarEngine


class Along(Protocol):
    """What the second derivatives ask of either way."""

    def gradient_along(self, parameters: Any, inputs: Any, targets: Any, direction: Any) -> Any: ...
    def gradients_each(self, parameters: Any, inputs: Any, targets: Any) -> tuple[Any, Any]: ...
    def pulled_back(self, parameters: Any, inputs: Any, weights: Any) -> Any: ...
    def pulled_back_each(self, parameters: Any, inputs: Any, weights: Any) -> Any: ...
    def pulled_back_to_inputs(self, parameters: Any, inputs: Any, weights: Any) -> Any: ...
    def outputs_along(self, parameters: Any, inputs: Any, direction: Any) -> Any: ...
    def outputs_along_inputs(self, parameters: Any, inputs: Any, directions: Any) -> Any: ...


Rows = list[list[float]]
Numbers = tuple[list[float], list[float]]  # theta, and what is frozen


class ScalarAlong:
    """One example after another, on lists."""

    def __init__(self, engine: ScalarEngine) -> None:
        self.engine = engine
        self.code = AlongSource(engine.defaults.network)
        self._functions: dict[str, Callable[..., list[float]]] = {}

    def function(self, name: str) -> Callable[..., list[float]]:
        """One of the generated functions, compiled when it is first asked for."""
        if name not in self._functions:
            self._functions[name] = load(self.code.source(name))[name]
        return self._functions[name]

    def gradient_along(
        self, parameters: Numbers, inputs: Rows, targets: Rows, direction: Sequence[float]
    ) -> list[float]:
        theta, fixed = parameters
        run = self.function("gradient_along")
        total = _summed(
            run(theta, x, t, direction, fixed) for x, t in zip(inputs, targets, strict=True)
        )
        if self.engine.mean and len(inputs) > 1:
            return [value / len(inputs) for value in total]
        return total

    def gradients_each(
        self, parameters: Numbers, inputs: Rows, targets: Rows
    ) -> tuple[list[float], Rows]:
        theta, fixed = parameters
        run = self.engine.function("loss_and_gradient")
        pairs = [run(theta, x, t, fixed) for x, t in zip(inputs, targets, strict=True)]
        return [float(loss) for loss, _ in pairs], [gradient for _, gradient in pairs]

    def pulled_back(self, parameters: Numbers, inputs: Rows, weights: Rows) -> list[float]:
        return _summed(self.pulled_back_each(parameters, inputs, weights))

    def pulled_back_each(self, parameters: Numbers, inputs: Rows, weights: Rows) -> Rows:
        return self._rows("pulled_back", parameters, inputs, weights)

    def pulled_back_to_inputs(self, parameters: Numbers, inputs: Rows, weights: Rows) -> Rows:
        return self._rows("pulled_back_to_inputs", parameters, inputs, weights)

    def outputs_along(self, parameters: Numbers, inputs: Rows, direction: list[float]) -> Rows:
        return self._rows("outputs_along", parameters, inputs, [direction] * len(inputs))

    def outputs_along_inputs(self, parameters: Numbers, inputs: Rows, directions: Rows) -> Rows:
        return self._rows("outputs_along_inputs", parameters, inputs, directions)

    def _rows(self, name: str, parameters: Numbers, inputs: Rows, more: Rows) -> Rows:
        theta, fixed = parameters
        run = self.function(name)
        return [run(theta, x, v, fixed) for x, v in zip(inputs, more, strict=True)]


def _summed(rows: Any) -> list[float]:
    first, *others = rows
    total: list[float] = list(first)
    for row in others:
        total = [a + b for a, b in zip(total, row, strict=True)]
    return total


class LayerAlong:
    """Many examples at once, on arrays, tile after tile."""

    def __init__(self, engine: LayerEngine) -> None:
        self.engine = engine
        self.np = engine.np
        self.network = engine.defaults.network
        self.code = AlongLayerSource(engine.code)
        self._functions: dict[str, Callable[..., tuple[Any, ...]]] = {}

    def _tiles(self, name: str, parameters: Any, *columns: Any, more: Any = ()) -> Iterator[Any]:
        """What the function of a tile gives, for every tile of the examples in rows."""
        if name not in self._functions:
            self._functions[name] = arrays.load(self.code.source(name))[f"{name}_of_tile"]
        run, rows = self._functions[name], arrays.tile_rows(self.network.sizes)
        with self.np.errstate(all="ignore"):
            for start in range(0, len(columns[0]), rows):
                tile = slice(start, start + rows)
                yield run(parameters, *(column[tile].T for column in columns), *more)

    def gradient_along(self, parameters: Any, inputs: Any, targets: Any, direction: Any) -> Any:
        directions = (self._parts(direction),)
        total = self._sum(
            self._tiles("gradient_along", parameters, inputs, targets, more=directions)
        )
        mean = self.network.over_examples == "mean" and len(inputs) > 1
        return total / len(inputs) if mean else total

    def gradients_each(self, parameters: Any, inputs: Any, targets: Any) -> tuple[Any, Any]:
        tiles = list(self._tiles("gradients_each", parameters, inputs, targets))
        losses = self.np.concatenate([loss for loss, *_ in tiles])
        return losses, self._flat_rows([gradients for _, *gradients in tiles])

    def pulled_back(self, parameters: Any, inputs: Any, weights: Any) -> Any:
        return self._sum(self._tiles("pulled_back", parameters, inputs, weights))

    def pulled_back_each(self, parameters: Any, inputs: Any, weights: Any) -> Any:
        return self._flat_rows(self._tiles("pulled_back_each", parameters, inputs, weights))

    def pulled_back_to_inputs(self, parameters: Any, inputs: Any, weights: Any) -> Any:
        return self._columns(self._tiles("pulled_back_to_inputs", parameters, inputs, weights))

    def outputs_along(self, parameters: Any, inputs: Any, direction: Any) -> Any:
        directions = (self._parts(direction),)
        return self._columns(self._tiles("outputs_along", parameters, inputs, more=directions))

    def outputs_along_inputs(self, parameters: Any, inputs: Any, directions: Any) -> Any:
        return self._columns(self._tiles("outputs_along_inputs", parameters, inputs, directions))

    def _parts(self, flat: Any) -> tuple[Any, ...]:
        """A flat array as the arrays that are trained."""
        places = self.engine.defaults.places
        return tuple(flat[place].reshape(block.shape) for block, place in places)

    def _sum(self, tiles: Any) -> Any:
        first, *others = (self.np.concatenate(list(map(self.np.ravel, parts))) for parts in tiles)
        for other in others:
            first += other
        return first

    def _flat_rows(self, tiles: Any) -> Any:
        """A flat row for each example, of arrays with an example each."""
        return self.np.concatenate([
            self.np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)
            for parts in tiles
        ])  # fmt: skip

    def _columns(self, tiles: Any) -> Any:
        return self.np.concatenate([columns.T for (columns,) in tiles])
