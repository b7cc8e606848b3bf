"""What the losses show: facts about the runs that were made, nothing about others.

Each is data with a plain meaning, from which the report makes a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import exp
from typing import Any

from derive.compute.training.courses import DIVERGED
from derive.compute.training.runs import Run
from derive.compute.training.training import Training
from derive.derivation.calculus.cancellation import output_delta_simplified
from derive.expression.arithmetic import HIGH
from derive.expression.evaluate import Bindings, evaluate
from derive.expression.nodes import Quantity
from derive.graph import FormulaGraph, NetworkGraph, activations, pre_activations
from derive.network.catalogue import OUTPUT, TARGET_LETTER
from derive.network.intervals import Interval

# A rise smaller than this share of the first loss may be the rounding of the last digits.
ROUNDING = 1e-12
FLAT = 0.01  # the losses of a plateau lie within this share of the largest
_LONG = 4  # and a plateau takes one epoch out of so many, or more
SATURATED = 0.01  # a slope below this, of sigmoid (at most 1/4) or tanh (at most 1)

_MOST_LOOKS = 20_000  # forward passes in search of the epoch at which a unit died

# Losses that are 0 where the output is the target and grow with the distance between them.
_DISTANCES = frozenset(
    ("half_squared_error", "mean_squared_error", "absolute_error", "huber", "log_cosh")
)
# Activations whose range the catalogue gives exactly, one output at a time.
_EXACT = frozenset(("sigmoid", "tanh", "relu", "elu", "selu", "softplus", "softsign"))


def _sigmoid_slope(z: float) -> float:
    e = exp(-abs(z))
    return e / (1 + e) ** 2


# The slope by the pre-activation: by the activation, a·(1 − a), digits would cancel.
_SLOPES: dict[str, Callable[[float], float]] = {
    "sigmoid": _sigmoid_slope,
    "tanh": lambda z: 4 * _sigmoid_slope(2 * z),
}


@dataclass(frozen=True, slots=True)
class Lead:
    """From epoch ``first`` to ``last`` no run has a lower loss than this one."""

    run: Run
    first: int
    last: int


def leads(training: Training) -> tuple[Lead, ...]:
    """Who has the lowest loss when, from epoch 1 on; whoever leads keeps it while it ties.

    At each epoch the runs that have come so far, without having diverged there.
    """
    leaders: list[Lead] = []
    ends = [run.epochs - (run.ending == DIVERGED) for run in training.runs]
    leader = -1  # its place among the runs: to compare runs is to compare all their numbers
    for epoch in range(1, max(ends, default=0) + 1):
        losses = {
            place: run.losses[epoch]
            for place, run in enumerate(training.runs) if epoch <= ends[place]
        }  # fmt: skip
        lowest = min(losses.values())
        if leader not in losses or losses[leader] > lowest:
            leader = next(place for place, loss in losses.items() if loss == lowest)
            leaders.append(Lead(training.runs[leader], epoch, epoch))
        else:
            leaders[-1] = Lead(training.runs[leader], leaders[-1].first, epoch)
    return tuple(leaders)


def at_the_end(training: Training) -> tuple[Run, ...]:
    """The runs that came to the last epoch of all, lowest loss first; none that diverged."""
    last = max((run.epochs for run in training.runs), default=0)
    finished = [r for r in training.runs if r.epochs == last and r.ending != DIVERGED]
    return tuple(sorted(finished, key=lambda run: run.losses[last]))


@dataclass(frozen=True, slots=True)
class Rises:
    """So many epochs end with a higher loss than they began with, ``first`` the first of them."""

    count: int
    first: int


def rises(run: Run) -> Rises | None:
    """Where the loss rises, apart from rounding; None where it does not."""
    losses = run.losses
    least = ROUNDING * abs(losses[0])
    at = [n for n in range(1, len(losses)) if not losses[n] <= losses[n - 1] + least]
    return Rises(len(at), at[0]) if at else None


def falls_strictly(run: Run) -> bool:
    """Whether no epoch ends with a higher loss than it began with, not by the last digit."""
    losses = run.losses
    return all(losses[n] <= losses[n - 1] for n in range(1, len(losses)))


@dataclass(frozen=True, slots=True)
class Plateau:
    """From epoch ``since`` to the end every loss is between ``low`` and ``high``."""

    since: int
    low: float
    high: float


def plateau(run: Run) -> Plateau | None:
    """The longest flat end of a run, where it is long enough to speak of one."""
    losses = run.losses
    if run.ending == DIVERGED:
        return None
    low = high = losses[-1]
    since = len(losses) - 1
    while since:
        lower, higher = min(low, losses[since - 1]), max(high, losses[since - 1])
        if higher - lower > FLAT * max(abs(lower), abs(higher)):
            break
        low, high, since = lower, higher, since - 1
    long = run.epochs - since >= max(10, run.epochs / _LONG)
    return Plateau(since, low, high) if long and high else None


@dataclass(frozen=True, slots=True)
class Bound:
    """What the loss cannot fall below, because outputs stay in a range.

    infimum   of the loss over all outputs in the range
    attained  whether some outputs in the range have it
    beyond    the targets outside the range: example, output, target
    """

    span: Interval
    infimum: Any
    attained: bool
    beyond: tuple[tuple[int, int, float], ...]


def bound(training: Training) -> Bound | None:
    """The bound of a loss that is a distance, where a target is out of reach; else None."""
    network = training.network
    if isinstance(network, FormulaGraph):
        return None
    use, loss = network.layers[-1].activation, network.loss
    span = use.range
    if span is None or use.name not in _EXACT or loss.name not in _DISTANCES:
        return None
    total, attained = HIGH.number(Fraction(0)), True
    beyond: list[tuple[int, int, float]] = []
    for example, row in enumerate(training.targets):
        for unit, target in enumerate(row):
            typed = Fraction(repr(target))  # 3.3 is 33/10, not the double next to it
            nearest = _nearest(span, typed)
            if nearest != typed:
                beyond.append((example, unit, target))
            attained = attained and (span.closed or nearest not in (span.low, span.high))
            letters = {OUTPUT: HIGH.number(nearest), TARGET_LETTER: HIGH.number(typed)}
            total += evaluate(loss.term, Bindings(letters))
    share = len(training.targets) if network.over_examples == "mean" else 1
    if loss.mean:
        share *= network.sizes[-1]
    if not beyond:
        return None
    return Bound(span, total / share, attained, tuple(beyond))


def _nearest(span: Interval, target: Fraction) -> Fraction:
    if span.low is not None and target < span.low:
        return span.low
    if span.high is not None and target > span.high:
        return span.high
    return target


def at_the_edge(training: Training) -> tuple[Interval, int] | None:
    """How many targets are ends of an open range: approached, never reached."""
    layers = training.subject.layers
    if not layers:
        return None
    use = layers[-1].activation
    span = use.range
    alone = use.name == "softmax" and layers[-1].units == 1  # constantly 1
    if span is None or span.closed or alone or use.name not in (*_EXACT, "softmax"):
        return None
    ends = [float(end) for end in (span.low, span.high) if end is not None]
    count = sum(target in ends for row in training.targets for target in row)
    return (span, count) if count else None


@dataclass(frozen=True, slots=True)
class Saturated:
    """A unit with next to no slope at the end of a run.

    z      its pre-activation; slope: of its activation there
    short  output minus target, where the loss cancels the slope; None where it does not
    """

    z: Quantity
    slope: float
    short: float | None


def saturated(training: Training, run: Run) -> Iterator[Saturated]:
    """Units of sigmoid and tanh layers with next to no slope at the end, and of a softmax that
    its loss cancels. Only where there is one example.
    """
    layers = training.subject.layers
    if training.is_batch or not layers:
        return
    last = layers[-1]
    cancelled = _cancels(training)
    for layer in layers:
        name = layer.activation.name
        if name not in _SLOPES and not (layer is last and cancelled):
            continue
        zs, outputs = pre_activations(layer), activations(layer)
        values = training.values(run, [*zs, *outputs])
        for k, z in enumerate(zs):
            a = values[len(zs) + k]
            slope = _SLOPES[name](values[k]) if name in _SLOPES else a * (1 - a)
            if slope < SATURATED:
                short = a - training.targets[0][k] if layer is last and cancelled else None
                yield Saturated(z, slope, short)


def _cancels(training: Training) -> bool:
    """Whether the slope of the outputs cancels against the loss: δ is output minus target."""
    if isinstance(training.network, FormulaGraph):
        return False
    last = training.network.layers[-1]
    delta = output_delta_simplified(NetworkGraph(training.network), pre_activations(last)[0])
    sums = last.activation.function is not None
    return delta is not None and (sums or all(sum(row) == 1 for row in training.targets))


@dataclass(frozen=True, slots=True)
class Dead:
    """A ReLU unit whose pre-activation is on no example positive from an epoch to the last.

    alive  the last epoch before at which it was positive somewhere; None: it never was
    since  the first epoch looked at after that
    """

    z: Quantity
    alive: int | None
    since: int


def dead(training: Training, run: Run) -> tuple[Dead, ...]:
    """The ReLU units that are dead at the end of a run, and since when."""
    layers = [x for x in training.subject.layers if x.activation.name == "relu"]
    waiting = [z for layer in layers for z in pre_activations(layer)]
    since = dict.fromkeys(waiting, run.epochs)
    units: list[Dead] = []
    looked = 0
    for epoch in reversed(run.kept):
        if not waiting or looked > _MOST_LOOKS:
            break
        looked += len(training.inputs)
        alive = _alive(training, run, waiting, epoch)
        units += [Dead(z, epoch, since[z]) for z in alive if epoch < run.epochs]
        waiting = [z for z in waiting if z not in alive]
        since.update(dict.fromkeys(waiting, epoch))
    units += [Dead(z, None, since[z]) for z in waiting if since[z] == 0]
    return tuple(sorted(units, key=lambda one: (one.z.layer, one.z.unit)))


def _alive(training: Training, run: Run, units: list[Quantity], epoch: int) -> set[Quantity]:
    """The units that are positive on some example."""
    alive: set[Quantity] = set()
    for example in range(len(training.inputs)):
        values = training.values(run, units, epoch, example)
        alive |= {z for z, value in zip(units, values, strict=True) if value > 0}
    return alive
