"""Ways to descend: a loop, in machine code or generated, for small work, whole layers or columns on
arrays for large.

All offer, for parameters theta as a list or array,

    width                                   how many runs go side by side
    group(thetas, rates) -> Group           as many, or fewer, with all examples at each update
    epoch(theta, rate, batches) -> theta    an update for each batch of examples
    loss(theta) -> float                    of all examples
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from derive.compute.backends import numpy as arrays
from derive.compute.backends.code import load
from derive.compute.engines import Defaults, LayerEngine, scalar_examples
from derive.compute.precision import numpy_or_none
from derive.compute.sources.source import ScalarSource
from derive.compute.training.source import LoopSource
from derive.compute.training.start import Start
from derive.graph import FormulaGraph
from derive.network.description import Network

if TYPE_CHECKING:
    from derive.compute.formulas.source import FormulaSource

Rows = Sequence[Sequence[float]]
Numbers = Sequence[float]
LoopBackEnd = Literal["python", "native"]
LOOP_BACKENDS: tuple[LoopBackEnd, ...] = get_args(LoopBackEnd)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some epochs of a run: an array of the losses before each, and one of theta, flat.

    span  bounds of the losses, where any are known
    """

    losses: Any
    history: Any
    span: tuple[float, float] | None = None


class Group(Protocol):
    """Runs under way, side by side."""

    def advance(self, count: int) -> Sequence[Chunk]:
        """So many more updates, or fewer but one at least: the epochs of each run."""

    def thetas(self) -> Sequence[Any]:
        """Where the runs are."""

    def losses(self) -> Sequence[float]:
        """And what the loss is there."""


class Descent(Protocol):
    """What the runs ask of every way."""

    width: int

    def group(self, thetas: Sequence[Sequence[float]], rates: Sequence[float]) -> Group: ...
    def epoch(self, theta: Any, rate: float, batches: Sequence[Sequence[int]]) -> Any: ...
    def loss(self, theta: Any) -> float: ...


class OneByOne(ABC):
    """A way to descend with one run at a time."""

    width = 1

    def group(self, thetas: Sequence[Sequence[float]], rates: Sequence[float]) -> Group:
        (theta,), (rate,) = thetas, rates
        return _Alone(self, theta, rate)

    @abstractmethod
    def full(
        self, theta: Any, rate: float, count: int, losses: array[float], history: array[float]
    ) -> Any:
        """Theta after ``count`` updates with all examples; the loss and theta before each are
        appended."""

    @abstractmethod
    def epoch(self, theta: Any, rate: float, batches: Sequence[Sequence[int]]) -> Any: ...

    @abstractmethod
    def loss(self, theta: Any) -> float: ...


class _Alone:
    """A run that has no other beside it."""

    def __init__(self, descent: OneByOne, theta: Any, rate: float) -> None:
        self.descent, self.theta, self.rate = descent, theta, rate

    def advance(self, count: int) -> list[Chunk]:
        losses, history = array("d"), array("d")
        self.theta = self.descent.full(self.theta, self.rate, count, losses, history)
        return [Chunk(losses, history)]

    def thetas(self) -> list[Any]:
        return [self.theta]

    def losses(self) -> list[float]:
        return [self.descent.loss(self.theta)]


def descent(
    network: Network, start: Start, inputs: Rows, targets: Rows, batch_size: int | None,
    backend: LoopBackEnd | None = "python",
) -> Descent:  # fmt: skip
    """Whichever way is faster for so many weights and examples at a time; or machine code, which is
    fastest with all examples at each update, and for None is taken then, where there is any.

    Raises ArgumentError where there is none.
    """
    if backend is None and (batch_size or len(inputs)) >= len(inputs):
        from derive.compute.native.engine import why_not

        backend = None if why_not(network) else "native"
    if backend == "native":
        from derive.compute.native.descent import Lanes  # loads llvmlite

        return Lanes(network, start.fixed, inputs, targets)
    if (batch_size or len(inputs)) <= scalar_examples(network) or numpy_or_none() is None:
        return looped(network, start, inputs, targets)
    return Layers(network, start, inputs, targets)


def looped(network: Network, start: Start, inputs: Rows, targets: Rows) -> Loop:
    """The loop neuron by neuron."""
    source = LoopSource(ScalarSource(network), network.over_examples == "mean")
    examples = [(*x, *t) for x, t in zip(inputs, targets, strict=True)]
    return Loop(source, start.fixed, examples)


def descent_of_formulas(graph: FormulaGraph, inputs: Rows, batch_size: int | None) -> Descent:
    """The same for a graph of formulas, over whose examples the loss is a mean."""
    from derive.compute.formulas.source import FormulaSource

    source = FormulaSource(graph)
    if (batch_size or len(inputs)) <= _FEW or numpy_or_none() is None:
        return Loop(LoopSource(source, mean=True), (), [tuple(row) for row in inputs])
    return Columns(source, inputs)


_FEW = 8  # examples of formulas up to which a loop is faster than arrays


class Loop(OneByOne):
    """The generated loop, a statement for each quantity, in plain Python."""

    def __init__(
        self, source: LoopSource, fixed: Numbers, examples: Sequence[tuple[float, ...]]
    ) -> None:
        self.source = source
        self.fixed = list(fixed)
        self.examples = list(examples)
        self._loss = self._load(self.source.loss(len(self.examples)), "loss")
        self._steps: dict[int, Callable[..., Any]] = {}

    def _load(self, source: str, name: str) -> Callable[..., Any]:
        function: Callable[..., Any] = load(source)[name]
        return function

    def _descend(self, examples: int) -> Callable[..., Any]:
        """The loop over batches of so many examples, compiled when it is first asked for."""
        if examples not in self._steps:
            self._steps[examples] = self._load(self.source.descend(examples), "descend")
        return self._steps[examples]

    def full(
        self, theta: Any, rate: float, count: int, losses: array[float], history: array[float]
    ) -> Any:
        run = self._descend(len(self.examples))
        return run(theta, self.examples, self.fixed, rate, range(count), losses, history)

    def epoch(self, theta: Any, rate: float, batches: Sequence[Sequence[int]]) -> Any:
        for batch in batches:
            examples = [self.examples[k] for k in batch]
            run = self._descend(len(batch))
            theta = run(theta, examples, self.fixed, rate, (None,), [], [])
        return theta

    def loss(self, theta: Any) -> float:
        loss: float = self._loss(theta, self.examples, self.fixed)
        return loss


class Layers(OneByOne):
    """Whole layers, all examples of a batch at once, in NumPy."""

    def __init__(self, network: Network, start: Start, inputs: Rows, targets: Rows) -> None:
        defaults = Defaults(network)
        self.np = numpy_or_none()
        self.engine = LayerEngine(defaults)
        self.start = start
        self.defaults = defaults
        self.inputs = self.np.asarray(inputs, dtype=float)
        self.targets = self.np.asarray(targets, dtype=float)
        self.frozen: dict[str, Any] = {}
        place = 0
        for block in defaults.blocks:
            if block.frozen:
                values = self.np.asarray(start.fixed[place : place + block.size], dtype=float)
                self.frozen[block.key] = values.reshape(block.shape)
                place += block.size

    def _parameters(self, theta: Any) -> tuple[Any, ...]:
        parts = {b.key: theta[place].reshape(b.shape) for b, place in self.defaults.places}
        return tuple((parts | self.frozen)[b.key] for b in self.defaults.blocks)

    def full(
        self, theta: Any, rate: float, count: int, losses: array[float], history: array[float]
    ) -> Any:
        theta = self.np.asarray(theta, dtype=float)
        for _ in range(count):
            loss, gradient = self.engine.loss_and_gradient(
                self._parameters(theta), self.inputs, self.targets
            )
            losses.append(loss)
            history.frombytes(theta.tobytes())
            theta = self._step(theta, rate, gradient)
        return theta

    def epoch(self, theta: Any, rate: float, batches: Sequence[Sequence[int]]) -> Any:
        theta = self.np.asarray(theta, dtype=float)
        for batch in batches:
            _, gradient = self.engine.loss_and_gradient(
                self._parameters(theta), self.inputs[batch], self.targets[batch]
            )
            theta = self._step(theta, rate, gradient)
        return theta

    def _step(self, theta: Any, rate: float, gradient: Any) -> Any:
        with self.np.errstate(all="ignore"):  # what diverges is told in words
            return theta - rate * gradient

    def loss(self, theta: Any) -> float:
        theta = self.np.asarray(theta, dtype=float)
        return self.engine.loss(self._parameters(theta), self.inputs, self.targets)


class Columns(OneByOne):
    """The formulas of a graph on arrays of a number for each example, in NumPy."""

    def __init__(self, source: FormulaSource, inputs: Rows) -> None:
        self.np = numpy_or_none()
        self.inputs = self.np.asarray(inputs, dtype=float).T
        code = "\n".join(source.of_many(("loss_and_gradient", "loss"))) + "\n"
        functions = arrays.load(code)
        self._both = functions["loss_and_gradient_of_many"]
        self._loss = functions["loss_of_many"]

    def full(
        self, theta: Any, rate: float, count: int, losses: array[float], history: array[float]
    ) -> Any:
        theta = self.np.asarray(theta, dtype=float)
        for _ in range(count):
            loss, gradient = self._means(theta, self.inputs)
            losses.append(loss)
            history.frombytes(theta.tobytes())
            with self.np.errstate(all="ignore"):  # what diverges is told in words
                theta = theta - rate * gradient
        return theta

    def epoch(self, theta: Any, rate: float, batches: Sequence[Sequence[int]]) -> Any:
        theta = self.np.asarray(theta, dtype=float)
        for batch in batches:
            _, gradient = self._means(theta, self.inputs[:, batch])
            with self.np.errstate(all="ignore"):
                theta = theta - rate * gradient
        return theta

    def loss(self, theta: Any) -> float:
        with self.np.errstate(all="ignore"):
            (losses,) = self._loss(self.np.asarray(theta, dtype=float), self.inputs)
            return float(self.np.mean(losses))

    def _means(self, theta: Any, inputs: Any) -> tuple[float, Any]:
        with self.np.errstate(all="ignore"):
            loss, *slopes = (self.np.mean(values) for values in self._both(theta, inputs))
        return float(loss), self.np.asarray(slopes)
