"""derive.train: gradient descent from the network's parameters, and everything it came by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, overload

from derive.compute.arguments import ArgumentError
from derive.compute.compiling import compile as compiled
from derive.compute.programs.program import GRADIENT, about, gradient
from derive.compute.training.courses import DIVERGED, INTERRUPTED, Job
from derive.compute.training.descent import LOOP_BACKENDS, LoopBackEnd, Rows
from derive.compute.training.restarts import (
    Restarts,
    check_extent,
    check_success,
    late_epochs,
    outcomes,
)
from derive.compute.training.runner import Progress, Runner
from derive.compute.training.runs import Run, kept_epochs, run_of
from derive.compute.training.settings import Settings, settings, shown_rate
from derive.compute.training.start import Start
from derive.compute.training.subject import Subject, subject, table_row
from derive.expression.errors import unknown
from derive.expression.nodes import Expression, Number, Partial, Quantity
from derive.graph import FormulaGraph
from derive.graph.conversion import GivenGraph, network_or_formulas
from derive.network.argument_types import Examples, Value
from derive.network.description import Network

if TYPE_CHECKING:
    from derive.compute.training.landscape import Landscape

_FEW = 4  # runs that a short description names


class _Options(TypedDict, total=False):
    """What ``train`` takes by name, whatever it gives."""

    inputs: Examples | Mapping[str, Any]
    targets: Examples
    batch_size: int | None
    order: Literal["shuffled", "given"]
    seed: int
    initial: int | None
    target_loss: float | None
    patience: int | None
    improvement: float
    on_divergence: Literal["stop", "continue"]
    every: int
    progress: Progress | None
    backend: LoopBackEnd | None


@overload
def train(
    network: GivenGraph, rates: Iterable[Value | Number] = (0.5,), epochs: int = 1000, *,
    starts: None = None, **options: Unpack[_Options],
) -> Training: ...  # fmt: skip
@overload
def train(
    network: GivenGraph, rates: Iterable[Value | Number] = (0.5,), epochs: int = 1000, *,
    starts: int, **options: Unpack[_Options],
) -> Restarts: ...  # fmt: skip
def train(
    network: GivenGraph,
    rates: Iterable[Value | Number] = (0.5,),
    epochs: int = 1000,
    *,
    inputs: Examples | Mapping[str, Any] = None,
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
    starts: int | None = None,
    backend: LoopBackEnd | None = None,
) -> Training | Restarts:
    """Gradient descent θ ← θ − η·∂E/∂θ, once for each learning rate η, each from the same start;
    with ``starts`` from so many of them.

        >>> training = derive.train("examples/mazur.yaml", rates=(0.1, 0.5), epochs=100)
        >>> [round(run.losses[-1], 4) for run in training.runs]
        [0.1493, 0.02]
        >>> len(training[0.5].theta())
        8
        >>> xor = derive.Network(
        ...     [[0, 0], [0, 1], [1, 0], [1, 1]],
        ...     [derive.Dense(2, "sigmoid"), derive.Dense(1, "sigmoid")],
        ...     "half_squared_error", targets=[[0], [1], [1], [0]],
        ... )
        >>> derive.train(xor, rates=(5,), epochs=500, starts=20)
        <Restarts of a 2-2-1 network, 20 starts, final loss ≤ 0.013 per rate 5: 15>

    network         a Network, a Graph of formulas, the path of a file of either, or a mapping with
                    its keys
    rates           learning rates: numbers, or their text ("0.10")
    epochs          how often all examples are gone through
    inputs, targets (n_in,) or (examples, n_in), and (n_out,) or (examples, n_out); the
                    network's own if left out, targets that are formulas from the inputs. Of a
                    graph inputs by name, {"x": [0.5, 1.5], "t": [0, 1]}, and no targets: the
                    loss over several examples is their mean
    batch_size      examples of one update; all of them if left out
    order           of the examples where an update takes fewer than all: "shuffled", a new order
                    each epoch, drawn with ``seed``, the same for every rate; or as "given", one
                    after the other unless ``batch_size`` says more
    initial         a seed for weights that the network does not give: uniform between ±√(6/n_in)
                    for relu and its like (He), ±√(6/(n_in + n_out)) else (Glorot), biases 0
    target_loss, patience, improvement, on_divergence   see ``Settings``
    every           keep the parameters of every so many epochs; of past 20 million numbers, only
                    those of epochs 0, 1, 2, 3, 5, 10, 20, 50, … are kept
    progress        called with the rate and the epochs done with it, a few times a second
    starts          a number of starts, up to 100,000, drawn as ``initial`` says, with the seeds
                    ``initial``, ``initial`` + 1, … (from 0, if it is left out): what the network
                    lacks or, where it lacks nothing, every weight and bias that is trained. Then
                    the result is a ``Restarts``, each of whose runs is to twelve digits the one
                    from that seed alone, of whose parameters only those at both ends are kept; one
                    that diverges ends no other
    backend         "python", with which ``table`` is its own proof: each weight is, to the bit, the
                    one before less η times the slope beside it; "native", machine code of a network
                    (derive[fast]) for updates with all examples, eight runs side by side, which
                    agrees to some twelve digits. Left out: "python", and with ``starts``
                    whichever is faster

    Frozen parameters stay. Ctrl-C ends the training after the epochs under way; what was
    computed is returned. Raises ArgumentError, NetworkError.
    """
    if backend not in (None, *LOOP_BACKENDS):
        raise ArgumentError(
            "backend", repr(backend), " or ".join(map(repr, LOOP_BACKENDS)), "leave it out"
        )
    given = network_or_formulas(network)
    options = settings(
        rates, epochs, size=batch_size, order=order, seed=seed, initial=initial,
        target_loss=target_loss, patience=patience, improvement=improvement,
        on_divergence=on_divergence, every=every,
    )  # fmt: skip
    trained = subject(given)
    x, t = trained.examples(inputs, targets)
    if options.batch_size is not None and options.batch_size > len(x):
        raise ArgumentError(
            "batch_size", str(options.batch_size), f"1 to {len(x)}, the number of examples",
            "leave it out to take all of them at every step",
        )  # fmt: skip
    if starts is not None:
        return _restarted(given, options, starts, x, t, backend, progress)
    start = trained.start(options.initial)
    descent = trained.descent(start, x, t, options.batch_size, backend or "python")
    jobs = [Job(rate, start.theta) for rate in options.rates]
    kept = kept_epochs(options, len(start.theta))
    runner = Runner(descent, options, jobs, len(x), range(options.epochs + 1), kept, progress)
    runs: list[Run] = []
    with closing(runner.courses()) as courses:
        for course in courses:
            runs.append(run_of(course))
            if course.ending == DIVERGED and options.on_divergence == "stop":
                break
    return Training(given, options, start, x, t, tuple(runs))


def _restarted(
    given: Network | FormulaGraph, options: Settings, starts: int, x: Rows, t: Rows,
    backend: LoopBackEnd | None, progress: Progress | None,
) -> Restarts:  # fmt: skip
    """The runs of each rate from each start, in machine code where there is any."""
    trained = subject(given)
    drawing = trained.drawing()
    assert isinstance(given, Network), "nothing is drawn for formulas"
    count = check_extent(starts, options)
    check_success(options, given)
    first = options.initial or 0
    start = drawing.start(first)
    descent = trained.descent(start, x, t, options.batch_size, backend)
    jobs = (
        Job(rate, drawing.start(seed).theta, seed)
        for rate in options.rates for seed in range(first, first + count)
    )  # fmt: skip
    kept = late_epochs(options.epochs)
    runner = Runner(descent, options, jobs, len(x), kept, (), progress)
    target, ends = outcomes(runner.courses(), options)
    return Restarts(given, options, count, start.drawn, x, t, kept, target, ends)


@dataclass(frozen=True, repr=False)
class Training:
    """What gradient descent gave: ``training[0.5].losses``, a run for each learning rate.

    settings         what was asked for
    start            the parameters before the first update, and which of them were drawn
    inputs, targets  the examples, a row each
    runs             in the order of the rates; fewer than these where training was stopped
    """

    network: Network | FormulaGraph
    settings: Settings
    start: Start
    inputs: Rows
    targets: Rows
    runs: tuple[Run, ...]

    def __hash__(self) -> int:
        return hash((self.subject.title, self.settings))

    def __repr__(self) -> str:
        runs = ", ".join(f"{shown_rate(r.rate)}: {r.losses[-1]:.6g}" for r in self.runs[:_FEW])
        more = f", … {len(self.runs)} in all" if len(self.runs) > _FEW else ""
        return f"<Training of {self.subject.describe()}, loss at the end per rate {runs}{more}>"

    def _repr_markdown_(self) -> str:
        from derive.notebook import training  # from below, when a notebook asks

        return training(self)

    def svg(self, *, log: bool = False) -> str:
        """The loss over the epochs as a picture, a curve for each learning rate, in SVG.

            >>> training = derive.train("examples/mazur.yaml", epochs=20)
            >>> training.svg().startswith("<svg ")
            True

        log  on a logarithmic scale

        In a notebook: ``IPython.display.SVG(training.svg())``.
        """
        from derive.notebook import curves  # from below, when it is asked for

        return curves(self, log)

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
        return self.subject.goal(self.is_batch)

    @cached_property
    def subject(self) -> Subject:
        """What is trained, as training asks about it."""
        return subject(self.network)

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
        return _quantities(self.subject, self.is_batch)

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
        row = table_row(self.network, tuple(quantities))
        x, t = list(self.inputs[example]), list(self.targets[example])
        fixed = list(self.start.fixed)
        return lambda theta: row(theta, x, t, fixed)

    def values(
        self, run: Run, quantities: Sequence[Quantity], epoch: int = -1, example: int = 0
    ) -> list[float]:
        """Quantities of an example after an epoch. Raises ArgumentError."""
        return self._values(quantities, example)(run.theta(epoch))

    def parameters(self, rate: float, epoch: int = -1) -> dict[str, Any]:
        """{"W1": …, "b1": …}, what is trained, after an epoch; −1 is the last. Of a graph by name.

        Raises UnknownName, ArgumentError."""
        return compiled(self.network).unpack(self[rate].theta(epoch))

    def landscape(
        self, first: str, second: str, rate: float | None = None, points: int = 41
    ) -> Landscape:
        """The loss over two parameters around the way of a run, all others as they are at its end.

        first, second  names of trained weights or biases
        rate           the first one if left out
        points         along each side, up to 201

        Raises UnknownName, ArgumentError.
        """
        from derive.compute.training.landscape import landscape

        return landscape(self, first, second, rate, points)

    def sweep(self, epochs: Sequence[int]) -> Iterator[tuple[int, list[float | None]]]:
        """For each epoch the loss of every run, None where a run had ended before."""
        for epoch in epochs:
            yield (
                epoch,
                [run.losses[epoch] if epoch <= run.epochs else None for run in self.runs],
            )


def columns(network: Network | FormulaGraph, is_batch: bool) -> tuple[Expression, ...]:
    """The columns of a table of iterations: quantities, and derivatives of the loss.

    One example: inputs, targets, parameters, pre-activations and activations layer by layer, the
    terms of the loss, the loss, all gradients; of a graph its inputs, parameters, formulas and
    gradients. Several: parameters, loss, gradients.
    """
    goal = subject(network).goal(is_batch)
    return tuple(
        Partial(goal, about(q)) if q.kind == GRADIENT else q
        for q in _quantities(subject(network), is_batch)
    )


def _quantities(trained: Subject, is_batch: bool) -> tuple[Quantity, ...]:
    if not is_batch:
        return trained.of_one()
    goal, parameters = trained.goal(is_batch), set(trained.trained)
    return (*trained.tabled, goal, *(gradient(q) for q in trained.tabled if q in parameters))


class _BatchRow:
    """Parameters, loss and gradients over several examples."""

    def __init__(self, training: Training) -> None:
        self.columns = training._columns
        self.loss = training.loss
        self.trained = training.subject.trained
        self.run = training.subject.over(training.inputs, training.targets, training.start)
        others = [q for q in training.subject.tabled if q not in set(self.trained)]
        fixed = training.subject.source().fixed
        known = dict(zip(fixed, training.start.fixed, strict=True))
        self.fixed = {q: known[q] for q in others}

    def __call__(self, theta: list[float]) -> list[float]:
        loss, slopes = self.run(theta)
        values = {self.loss: loss, **self.fixed, **dict(zip(self.trained, theta, strict=True))}
        values |= {gradient(q): slope for q, slope in zip(self.trained, slopes, strict=True)}
        return [float(values[q]) for q in self.columns]
