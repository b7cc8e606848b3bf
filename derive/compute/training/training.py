"""derive.train: gradient descent from the network's parameters, and everything it came by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any, Literal

from derive.compute.arguments import ArgumentError, rows
from derive.compute.backends import python as scalars
from derive.compute.blocks import blocks
from derive.compute.compiling import compile as compiled
from derive.compute.domain import check_examples
from derive.compute.engines import Defaults, ScalarEngine
from derive.compute.program import GRADIENT, about, gradient
from derive.compute.source import ScalarSource, names_of
from derive.compute.targets import as_rows
from derive.compute.training.descent import Rows, descent
from derive.compute.training.runs import DIVERGED, INTERRUPTED, Progress, Run, Runner
from derive.compute.training.settings import Settings, settings, shown_rate
from derive.compute.training.source import LoopSource, parameters_of, quantities_of_one
from derive.compute.training.start import Start, starting_point
from derive.expression.errors import unknown
from derive.expression.nodes import INPUT, TARGET, Expression, Number, Partial, Quantity
from derive.graph import BATCH_E, E
from derive.network.description import Network
from derive.network.given import Given, network_of
from derive.network.kinds import Examples, Value

_FEW = 4  # runs that a short description names


def train(
    network: Given,
    rates: Iterable[Value | Number] = (0.5,),
    epochs: int = 1000,
    *,
    inputs: Examples = None,
    targets: Examples = None,
    batch_size: int | None = None,
    order: Literal["shuffled", "given"] = "shuffled",
    seed: int = 0,
    initial: int | None = None,
    target_loss: float | None = None,
    patience: int | None = None,
    improvement: float = 0.0,
    on_divergence: Literal["stop", "continue"] = "stop",
    every: int = 1,
    progress: Progress | None = None,
) -> Training:
    """Gradient descent θ ← θ − η·∂E/∂θ, once for each learning rate η, each from the same start.

        >>> training = derive.train("examples/mazur.yaml", rates=(0.1, 0.5), epochs=100)
        >>> [round(run.losses[-1], 4) for run in training.runs]
        [0.1493, 0.02]
        >>> len(training[0.5].theta())
        8

    network         a Network, the path of a network file, or a mapping with the keys of one
    rates           learning rates: numbers, or their text ("0.10")
    epochs          how often all examples are gone through
    inputs, targets (n_in,) or (examples, n_in), and (n_out,) or (examples, n_out); the
                    network's own if left out, targets that are formulas from the inputs
    batch_size      examples of one update; all of them if left out
    order           of the examples where an update takes fewer than all: "shuffled", a new order
                    each epoch, drawn with ``seed``, the same for every rate; or as "given", one
                    after the other unless ``batch_size`` says more
    initial         a seed for weights that the network does not give: uniform between ±√(6/n_in)
                    for relu and its like (He), ±√(6/(n_in + n_out)) else (Glorot), biases 0
    target_loss, patience, improvement, on_divergence   see ``Settings``
    every           keep the parameters of every so many epochs; of past 20 million numbers, only
                    those of epochs 0, 1, 2, 3, 5, 10, 20, 50, … are kept
    progress        called with the rate and the epochs done, a few times a second

    Frozen parameters stay. Ctrl-C ends the training after the epochs under way; what was
    computed is returned. Raises ArgumentError, NetworkError.
    """
    network = network_of(network)
    asked = settings(
        rates, epochs, size=batch_size, order=order, seed=seed, initial=initial,
        target_loss=target_loss, patience=patience, improvement=improvement,
        on_divergence=on_divergence, every=every,
    )  # fmt: skip
    x, t = _data(network, inputs, targets)
    if asked.batch_size is not None and asked.batch_size > len(x):
        raise ArgumentError(
            "batch_size", str(asked.batch_size), f"1 to {len(x)}, the number of examples",
            "leave it out to take all of them at every step",
        )  # fmt: skip
    start = starting_point(network, asked.initial)
    way = descent(network, start, x, t, asked.batch_size)
    runner = Runner(way, asked, start.theta, len(x), progress)
    return Training(network, asked, start, x, t, tuple(runner.runs()))


@dataclass(frozen=True, repr=False)
class Training:
    """What gradient descent gave: ``training[0.5].losses``, a run for each learning rate.

    settings         what was asked for
    start            the parameters before the first update, and which of them were drawn
    inputs, targets  the examples, a row each
    runs             in the order of the rates; fewer than these where training was stopped
    """

    network: Network
    settings: Settings
    start: Start
    inputs: Rows
    targets: Rows
    runs: tuple[Run, ...]

    def __hash__(self) -> int:
        return hash((self.network.sizes, self.settings))

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.network.sizes))
        runs = ", ".join(f"{shown_rate(r.rate)}: {r.losses[-1]:.6g}" for r in self.runs[:_FEW])
        more = f", … {len(self.runs)} in all" if len(self.runs) > _FEW else ""
        return f"<Training of a {sizes} network, loss at the end per rate {runs}{more}>"

    def _repr_markdown_(self) -> str:
        from derive.notebook import training  # from below, when a notebook asks

        return training(self)

    def __getstate__(self) -> dict[str, Any]:
        """Its fields, without what was worked out from them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __getitem__(self, rate: float) -> Run:
        """The run of a learning rate. Raises UnknownName, listing those that there are."""
        for run in self.runs:
            if float(run.rate.value) == float(rate):
                return run
        raise unknown("run with the learning rate", rate, (shown_rate(r.rate) for r in self.runs))

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended it."""
        return any(run.ending == INTERRUPTED for run in self.runs)

    @property
    def diverged(self) -> tuple[Run, ...]:
        """The runs that diverged."""
        return tuple(run for run in self.runs if run.ending == DIVERGED)

    @property
    def is_batch(self) -> bool:
        """Whether there is more than one example."""
        return len(self.inputs) > 1

    @property
    def loss(self) -> Quantity:
        """The loss that the losses are values of."""
        return BATCH_E if self.is_batch else E

    @property
    def minibatches(self) -> bool:
        """Whether an update takes fewer than all examples."""
        size = self.settings.batch_size
        return size is not None and size < len(self.inputs)

    @cached_property
    def columns(self) -> tuple[Expression, ...]:
        """What ``table`` has in a row; see ``columns``."""
        return columns(self.network, self.is_batch)

    @cached_property
    def _columns(self) -> tuple[Quantity, ...]:
        return _quantities(self.network, self.is_batch)

    def table(self, rate: float, epochs: Iterable[int] | None = None) -> Iterator[list[float]]:
        """Rows of values, one after so many epochs each: the epoch, then the ``columns``.

        epochs  of ``run.kept``; all of these if left out

        The rows are computed as they are asked for. Raises UnknownName, ArgumentError.
        """
        run = self[rate]
        for epoch in run.kept if epochs is None else epochs:
            yield [epoch, *self._row(run.theta(epoch))]

    @cached_property
    def _row(self) -> Callable[[list[float]], list[float]]:
        return _BatchRow(self) if self.is_batch else self._values(self._columns)

    def _values(
        self, quantities: Sequence[Quantity], example: int = 0
    ) -> Callable[[list[float]], list[float]]:
        row = _table_row(self.network, tuple(quantities))
        x, t = list(self.inputs[example]), list(self.targets[example])
        fixed = list(self.start.fixed)
        return lambda theta: row(theta, x, t, fixed)

    def values(
        self, run: Run, quantities: Sequence[Quantity], epoch: int = -1, example: int = 0
    ) -> list[float]:
        """Quantities of an example after an epoch. Raises ArgumentError."""
        return self._values(quantities, example)(run.theta(epoch))

    def parameters(self, rate: float, epoch: int = -1) -> dict[str, Any]:
        """{"W1": …, "b1": …}, what is trained, after an epoch; −1 is the last.

        Raises UnknownName, ArgumentError."""
        return compiled(self.network).unpack(self[rate].theta(epoch))

    def sweep(self, epochs: Sequence[int]) -> Iterator[tuple[int, list[float | None]]]:
        """For each epoch the loss of every run, None where a run had ended before."""
        for epoch in epochs:
            yield (
                epoch,
                [run.losses[epoch] if epoch <= run.epochs else None for run in self.runs],
            )


@lru_cache(maxsize=32)
def _table_row(network: Network, quantities: tuple[Quantity, ...]) -> Callable[..., list[float]]:
    """The function that works out quantities of one example, loaded once."""
    loops = LoopSource(ScalarSource(network), mean=False)
    row: Callable[..., list[float]] = scalars.load(loops.table_row(quantities))["table_row"]
    return row


def columns(network: Network, is_batch: bool) -> tuple[Expression, ...]:
    """The columns of a table of iterations: quantities, and derivatives of the loss.

    One example: inputs, targets, parameters, pre-activations and activations layer by layer, the
    terms of the loss, the loss, all gradients. Several: parameters, loss, gradients.
    """
    goal = BATCH_E if is_batch else E
    return tuple(
        Partial(goal, about(q)) if q.kind == GRADIENT else q for q in _quantities(network, is_batch)
    )


def _quantities(network: Network, is_batch: bool) -> tuple[Quantity, ...]:
    if not is_batch:
        return quantities_of_one(network)
    every = parameters_of(network)
    trained = set(network.parameters())
    return (*every, BATCH_E, *(gradient(q) for q in every if q in trained))


class _BatchRow:
    """Parameters, loss and gradients over several examples."""

    def __init__(self, training: Training) -> None:
        network = training.network
        self.inputs, self.targets = training.inputs, training.targets
        self.columns = training._columns
        self.function = compiled(network)
        self.trained = network.parameters()
        self.fixed: dict[Quantity, float] = {}
        self.frozen: dict[str, Any] = {}
        left = list(training.start.fixed)
        for block in blocks(network):
            if block.frozen:
                mine, left = left[: block.size], left[block.size :]
                self.fixed |= zip(block.quantities, mine, strict=True)
                self.frozen[block.key] = block.shaped(mine)

    def __call__(self, theta: list[float]) -> list[float]:
        parameters = self.function.unpack(theta) | self.frozen
        loss, gradients = self.function(self.inputs, self.targets, parameters)
        values = {BATCH_E: loss, **self.fixed, **dict(zip(self.trained, theta, strict=True))}
        slopes = self.function.pack(gradients)
        values |= {gradient(q): slope for q, slope in zip(self.trained, slopes, strict=True)}
        return [float(values[q]) for q in self.columns]


def _data(
    network: Network, inputs: Any, targets: Any
) -> tuple[list[list[float]], list[list[float]]]:
    """The examples as rows of numbers: those given, else the network's own."""
    called = names_of(network)
    names_in = tuple(called.code(Quantity(INPUT, unit=i)) for i in range(network.sizes[0]))
    names_out = tuple(called.code(Quantity(TARGET, unit=k)) for k in range(network.sizes[-1]))
    own = network.inputs if inputs is None else None
    if inputs is None and own is None:
        raise ArgumentError(
            "inputs", "nothing, and the network has no values for them", "rows of numbers",
            "write them in the network file, or give data: inputs (--data FILE)",
        )  # fmt: skip
    x = _numbers(own) if own is not None else rows(inputs, names_in, "inputs")[0]
    if targets is not None:
        t = rows(as_rows(network, targets, len(x)), names_out, "targets")[0]
    elif network.target_formulas is not None and inputs is not None:
        t = ScalarEngine(Defaults(network)).target_values(x)
    elif network.targets is not None and inputs is None:
        t = _numbers(network.targets)
    else:
        raise ArgumentError(
            "targets", "nothing", "a row of numbers for each example",
            "write them in the network file, or give them with the inputs",
        )  # fmt: skip
    if len(t) != len(x):
        raise ArgumentError(
            "targets", f"{len(t)} rows", f"as many as there are inputs, {len(x)}",
            "give a row of targets for each example",
        )  # fmt: skip
    check_examples(network, x, t)
    return list(map(list, x)), list(map(list, t))  # its own, whatever becomes of those given


def _numbers(given: tuple[tuple[Number, ...], ...]) -> list[list[float]]:
    return [[float(number.value) for number in row] for row in given]
