"""Many starts: where gradient descent ends from each of them, and how many get there."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any

from derive.compute.arguments import ArgumentError
from derive.compute.sources.source import names_of
from derive.compute.training.courses import DIVERGED, INTERRUPTED, Course
from derive.compute.training.runs import sequence
from derive.compute.training.settings import Settings, shown_rate, whole
from derive.compute.training.start import Drawn
from derive.compute.training.subject import subject
from derive.expression.errors import unknown
from derive.expression.nodes import Number, Quantity
from derive.graph import FormulaGraph
from derive.network.description import Network

MOST_STARTS = 100_000
MOST_EPOCHS = 10_000_000_000  # of all starts and rates together
SHARE = 10  # a start succeeds, unless told otherwise, with so small a part of the usual first loss
FINE = 100  # basins are told apart, unless told otherwise, to so small a part of it
LATE = 10  # the loss is looked at once more when so small a part of the epochs is left
SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
BINS = 20
_WIDE = 30  # the ratio of losses from which on bins are equal ratios


@dataclass(frozen=True, slots=True)
class Restart:
    """What became of one start.

    seed    with which it was drawn: ``derive.train(network, initial=seed)`` is the same run
    start   its parameters, in the order of theta
    end     those after its last epoch
    losses  after the epochs of ``Restarts.kept``, as far as it came, and after the last
    ending  as of a ``Run``: "finished", "diverged", …
    """

    seed: int
    start: tuple[float, ...]
    end: tuple[float, ...]
    losses: tuple[float, ...]
    epochs: int
    ending: str

    @property
    def loss(self) -> float:
        """After its last epoch."""
        return self.losses[-1]


@dataclass(frozen=True, slots=True)
class Basin:
    """Starts that end with the same loss, as far as the digits tell.

    low, high  the lowest and the highest of their losses
    seeds      of the starts
    """

    low: float
    high: float
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Basins:
    """Which starts end together, the lowest loss first.

    digits   decimals in which losses have to agree
    falling  seeds of the starts whose loss still falls by more than that in the last tenth of the
             epochs, or that were interrupted: these are in no minimum yet
    diverged seeds of those that diverged
    """

    digits: int
    basins: tuple[Basin, ...]
    falling: tuple[int, ...]
    diverged: tuple[int, ...]

    def numbers(self) -> dict[int, int]:
        """Seed → number of the basin, from 1, for each start that is in one."""
        return {seed: n for n, basin in enumerate(self.basins, 1) for seed in basin.seeds}


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many final losses lie between two edges each, the upper one excepted but for the last.

    logarithmic  the edges have equal ratios
    diverged     how many are in no bin
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    logarithmic: bool
    diverged: int


@dataclass(frozen=True, repr=False)
class Outcomes:
    """What the starts came to with one learning rate.

    target  the final loss with which a start succeeds
    unit    of the first losses: their median
    """

    rate: Number
    restarts: tuple[Restart, ...]
    target: float
    unit: float

    def __repr__(self) -> str:
        return f"<Outcomes with rate {shown_rate(self.rate)}: {self.account()}>"

    def account(self) -> str:
        """12 of 20 starts succeed."""
        return f"{self.successes:,} of {len(self.restarts):,} with a final loss ≤ {self.target:.3g}"

    @property
    def successes(self) -> int:
        """How many starts end with a loss of ``target`` or less."""
        return sum(one.loss <= self.target for one in self.restarts)

    @cached_property
    def losses(self) -> tuple[float, ...]:
        """All final losses in order; ∞ for a start that diverged."""
        return tuple(
            sorted(math.inf if one.ending == DIVERGED else one.loss for one in self.restarts)
        )

    def quantiles(self, shares: Sequence[float] = SHARES) -> tuple[float, ...]:
        """For each share the lowest loss that so many of the starts, or more, do not exceed.

        Raises ArgumentError for what is no share.
        """
        losses = self.losses
        for share in shares:
            if not 0 <= share <= 1:
                raise ArgumentError("shares", repr(share), "numbers from 0 to 1", "as in 0.5")
        return tuple(losses[max(0, math.ceil(share * len(losses)) - 1)] for share in shares)

    def histogram(self, bins: int = BINS) -> Histogram:
        """The final losses in bins of equal width, or of equal ratio where they are far apart.

        Raises ArgumentError.
        """
        bins = whole("bins", bins, 1, 1000)
        losses = [loss for loss in self.losses if math.isfinite(loss)]
        beyond = len(self.losses) - len(losses)
        if not losses:
            return Histogram((), (), False, beyond)
        low, high = losses[0], losses[-1]
        logarithmic = low > 0 and high / low > _WIDE
        if logarithmic:
            edges = [low * (high / low) ** (k / bins) for k in range(bins)]
        else:
            high = high if high > low else low + (abs(low) or 1.0)
            edges = [low + (high - low) * k / bins for k in range(bins)]
        counts = [0] * bins
        for loss in losses:
            counts[bisect_right(edges, loss) - 1] += 1
        return Histogram((*edges, high), tuple(counts), logarithmic, beyond)

    def basins(self, digits: int | None = None) -> Basins:
        """The starts by their final loss: neighbours in order that differ by no more than one unit
        of the last of ``digits`` decimals are together.

        digits  if left out, as many as tell a hundredth of the median first loss

        Raises ArgumentError.
        """
        if digits is None:
            digits = max(0, math.ceil(-math.log10(self.unit / FINE))) if self.unit > 0 else 3
        digits = whole("digits", digits, 0, 300)
        step = 10.0**-digits * (1 + 1e-9)  # 0.4 − 0.3 is a tenth
        diverged = [one.seed for one in self.restarts if one.ending == DIVERGED]
        falling: list[int] = []
        settled: list[Restart] = []
        for one in self.restarts:
            if one.ending == INTERRUPTED or (
                one.ending != DIVERGED and one.losses[-2:][0] - one.loss > step
            ):
                falling.append(one.seed)
            elif one.ending != DIVERGED:
                settled.append(one)
        groups: list[list[Restart]] = []
        for one in sorted(settled, key=lambda one: (one.loss, one.seed)):
            if groups and one.loss - groups[-1][-1].loss <= step:
                groups[-1].append(one)
            else:
                groups.append([one])
        basins = tuple(
            Basin(group[0].loss, group[-1].loss, tuple(sorted(one.seed for one in group)))
            for group in groups
        )
        return Basins(digits, basins, tuple(falling), tuple(diverged))


@dataclass(frozen=True, repr=False)
class Restarts:
    """What gradient descent gave from many starts: ``restarts[0.5].successes``.

    settings         what was asked for; ``initial`` is the seed of the first start
    starts           how many starts were asked for
    drawn            what is drawn anew for each start, and how
    inputs, targets  the examples, a row each
    kept             the epochs whose losses are kept, beside each start's last
    target           the final loss with which a start succeeds
    outcomes         one for each learning rate, its starts in the order of their seeds
    """

    network: Network
    settings: Settings
    starts: int
    drawn: tuple[Drawn, ...]
    inputs: Sequence[Sequence[float]]
    targets: Sequence[Sequence[float]]
    kept: tuple[int, ...]
    target: float
    outcomes: tuple[Outcomes, ...]

    def __hash__(self) -> int:
        return hash((self.network.title, self.settings, self.starts))

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.network.sizes))
        rates = ", ".join(f"{shown_rate(one.rate)}: {one.successes:,}" for one in self.outcomes[:4])
        more = f", … {len(self.outcomes)} in all" if len(self.outcomes) > 4 else ""
        return (
            f"<Restarts of a {sizes} network, {self.starts:,} starts, final loss ≤ "
            f"{self.target:.3g} per rate {rates}{more}>"
        )

    def _repr_markdown_(self) -> str:
        from derive.notebook import restarts  # from below, when a notebook asks

        return restarts(self)

    def __getitem__(self, rate: float) -> Outcomes:
        """The outcomes of a learning rate. Raises UnknownName, listing those that there are."""
        for one in self.outcomes:
            if float(one.rate.value) == float(rate):
                return one
        rates = (shown_rate(one.rate) for one in self.outcomes)
        raise unknown("learning rate", rate, rates)

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended it, so that starts are missing or not at their end."""
        return any(
            len(one.restarts) < self.starts
            or any(start.ending == INTERRUPTED for start in one.restarts)
            for one in self.outcomes
        ) or len(self.outcomes) < len(self.settings.rates)  # fmt: skip

    @property
    def are_redrawn(self) -> bool:
        """Whether the network gives what was drawn."""
        layers = self.network.layers
        return any(
            draw.block.numbers(layers[draw.block.layer - 1]) is not None for draw in self.drawn
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What each entry of a start's parameters is, in the notation's names."""
        return tuple(map(names_of(self.network).code, self.trained))

    @property
    def trained(self) -> tuple[Quantity, ...]:
        """The entries of theta."""
        return self.network.parameters()

    def basin_map(
        self, first: str, second: str, rate: float | None = None, digits: int | None = None
    ) -> Iterator[tuple[float, float, int | None]]:
        """For each start two of its weights before training, and the basin that it ends in, from 1.

        first, second  names of weights, as in ``names``
        rate           the first one if left out
        digits         see ``Outcomes.basins``

        Raises UnknownName, ArgumentError.
        """
        across, up = places_of((first, second), self.network)
        outcomes = self.outcomes[0] if rate is None else self[rate]
        number = outcomes.basins(digits).numbers().get
        for one in outcomes.restarts:
            yield one.start[across], one.start[up], number(one.seed)


def places_of(names: Sequence[str], given: Network | FormulaGraph) -> list[int]:
    """Where different parameters stand in theta. Raises UnknownName, ArgumentError."""
    trained = subject(given)
    source = trained.source()
    known = [source.names.code(q) for q in trained.trained]
    frozen = {source.names.code(q) for q in source.fixed} - set(known)
    places = []
    for name in names:
        if name in frozen and isinstance(given, Network):
            raise ArgumentError(
                "weights", f"{name!r}, which is frozen", "trained weights and biases",
                "name another one, or let it be trained",
            )  # fmt: skip
        if name not in known:
            raise unknown("trained weight or bias", name, known)
        if known.index(name) in places:
            raise ArgumentError(
                "weights", f"{name!r} twice", "two different ones", "name another one"
            )
        places.append(known.index(name))
    return places


def check_extent(starts: Any, settings: Settings) -> int:
    """How many starts, where that is not too much. Raises ArgumentError."""
    count = whole("starts", starts, 1, MOST_STARTS)
    epochs = count * len(settings.rates) * settings.epochs
    if epochs > MOST_EPOCHS:
        raise ArgumentError(
            "starts", f"{count:,} starts with {epochs:,} epochs in all",
            f"at most {MOST_EPOCHS:,} epochs of all starts and rates together",
            "take fewer starts, epochs or rates",
        )  # fmt: skip
    return count


def check_success(settings: Settings, network: Network) -> None:
    """Raises ArgumentError where nobody can say when a start succeeds."""
    if settings.target_loss is None and network.loss.formula:
        raise ArgumentError(
            "starts", "a loss of your own, and nothing says how low it goes",
            "a target_loss, with which a start succeeds", "give one (--target-loss)",
        )  # fmt: skip


def late_epochs(epochs: int) -> tuple[int, ...]:
    """The epochs whose losses are kept: 0, 1, 2, 3, 5, 10, …, that with a tenth left, the last."""
    return tuple(sorted({*sequence(epochs), epochs - epochs // LATE}))


def outcomes(courses: Iterable[Course], settings: Settings) -> tuple[float, tuple[Outcomes, ...]]:
    """The loss with which a start succeeds, and the runs by their learning rates.

    If no target is given, it is a tenth of the median first loss. The losses of the catalogue are 0
    where every output is its target and grow from there, so that such a start has done away with
    nine tenths of the loss that random weights usually have.
    """
    by_rate: dict[Number, list[Restart]] = {}
    for course in courses:
        assert course.job.seed is not None
        restart = Restart(
            course.job.seed, tuple(course.job.theta), tuple(course.parameters.values),
            tuple(course.losses.values), course.epochs, course.ending,
        )  # fmt: skip
        by_rate.setdefault(course.job.rate, []).append(restart)
    firsts = [one.losses[0] for runs in by_rate.values() for one in runs]
    unit = median(firsts) if firsts else 0.0
    target = unit / SHARE if settings.target_loss is None else settings.target_loss
    return target, tuple(
        Outcomes(rate, tuple(runs), target, unit) for rate, runs in by_rate.items()
    )
