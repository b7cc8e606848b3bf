"""Where a formula of one's own loses its digits in double precision, found by trying.

The catalogue's forms are right everywhere, and the tests say so. Of a formula of one's own nobody
knows: what is generated for it is run over a grid and held against the textbook formula at many
digits. Whoever compiles is told the ranges where it is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from derive.compute.backends.code import load
from derive.compute.sources.source import ScalarSource, names_of
from derive.compute.sources.text import Text
from derive.derivation.trace import ExampleTrace
from derive.expression.arithmetic import high_precision
from derive.expression.functions import ERF
from derive.expression.nodes import INPUT, TARGET, Apply, Expression, Quantity
from derive.graph import E, NetworkGraph
from derive.network.argument_types import OwnLoss
from derive.network.catalogue import ActivationUse, LossUse
from derive.network.description import Dense, Network
from derive.network.own_formulas import formula_with_values
from derive.network.saving import activation_entry

FAR = 1e150  # how far out is tried: there is room for its square
WRONG = 1e-8  # relative error past which digits count as lost
_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
_TINY = (1e-150, 1e-75, 1e-40, 1e-20, 1e-15)
_HUGE = (1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e12, 1e16, 1e20, 1e40, 1e75, FAR)
_SIZES = (*_TINY, *(float(f"{step}e{n}") for n in range(-12, 3) for step in _STEPS), *_HUGE)
GRID = (*(-size for size in reversed(_SIZES)), 0.0, *_SIZES)
_TIE = 1e-6  # nearer than that the terms of a softmax's derivative may cancel, as they should
_HOLES = 4  # good points between two bad ones that make no range of their own
FAR_OF_ERF = 40.0  # it is ±1 there, to 700 digits, and slow to work out
DIGITS = (60, 180, 540, 1_800)  # at last e^−1000 beside a 1, and its square
_ROOM = 1e290  # no larger and no smaller numbers are asked for
SHIFT = Fraction(1, 10**20)  # relative, for the condition of a value
SURE = 1e-32

Run = Callable[[float, Sequence[float]], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Lost:
    """A range low < x < high where a value or a derivative is wrong; at its ends it is right.

    what  "f(x) = x - sin(x)", or "the loss on sigmoid"
    of    "value" or "derivative"
    x     what is called so
    """

    what: str
    of: str
    low: float
    high: float

    x: str = "x"

    def __str__(self) -> str:
        where = f"{self.low:g} < {self.x} < {self.high:g}"
        if self.low == -FAR and self.high == FAR:
            where = f"every {self.x}"
        elif self.high == FAR:
            where = f"{self.x} > {self.low:g}"
        elif self.low == -FAR:
            where = f"{self.x} < {self.high:g}"
        return f"the {self.of} of {self.what} for {where}".replace("-", "−")


def lost(network: Network) -> tuple[Lost, ...]:
    """The ranges where what is compiled for the network's own formulas is wrong.

    x is the pre-activation of the layer that the formula belongs to.
    """
    ranges: dict[Lost, None] = {}
    for layer in network.layers:
        if layer.activation.row is None:
            ranges.update(dict.fromkeys(_of_activation(layer.activation)))
    if network.loss.row is None:
        ranges.update(dict.fromkeys(_of_loss(network.layers[-1].activation, network.loss)))
    return tuple(ranges)


@lru_cache(maxsize=64)
def _of_activation(use: ActivationUse) -> tuple[Lost, ...]:
    one = _probe(use, {"formula": "y"})
    return tuple(_ranges(f"f(x) = {formula_with_values(use)}", one, (0.0,), GRID))


@lru_cache(maxsize=64)
def _of_loss(use: ActivationUse, loss: LossUse) -> tuple[Lost, ...]:
    one = _probe(use, {"formula": loss.formula})
    units = one.sizes[-1]
    term = Text(names_of(one).text)(loss.term)
    ranges: dict[Lost, None] = {}
    for t in (0.0, 1.0, -1.0):
        what = f"{term}, t = {t:g}, on {formula_with_values(use) if use.formula else use.name}"
        ranges.update(dict.fromkeys(_ranges(what, one, (t,) * units, GRID[::3])))
    return tuple(ranges)


def _probe(use: ActivationUse, loss: OwnLoss) -> Network:
    """A network whose first pre-activation is its input; softmax gets a second one of 0."""
    units = 1 if use.function is not None else 2
    weights = [[1, 0][:units]]
    return Network(1, [Dense(units, activation_entry(use), bias="none", weights=weights)], loss)


def _ranges(
    what: str, one: Network, targets: Sequence[float], grid: Sequence[float]
) -> Iterator[Lost]:
    """The runs of grid points where the generated code is wrong."""
    run, graph = _runner(one), NetworkGraph(one)
    far = FAR_OF_ERF if mentions_erf(graph.definitions.values()) else FAR
    grid = [x for x in grid if abs(x) <= far and (len(targets) == 1 or abs(x) >= _TIE)]
    yield from lost_ranges(what, grid, [_wrong(x, run, graph, targets) for x in grid])


def lost_ranges(
    what: str, grid: Sequence[float], wrong: Sequence[tuple[bool, bool]], x: str = "x"
) -> Iterator[Lost]:
    """Ranges from what was found at each point: whether value, whether derivative is wrong."""
    for of, failed in zip(("value", "derivative"), zip(*wrong, strict=True), strict=True):
        for first, last in _runs([k for k, is_wrong in enumerate(failed) if is_wrong]):
            low = grid[first - 1] if first else -FAR
            yield Lost(what, of, low, grid[last + 1] if last + 1 < len(grid) else FAR, x)


def mentions_erf(expressions: Iterable[Expression]) -> bool:
    """Whether erf is in expressions or in the functions they call."""
    functions = {n.function for e in expressions for n in e.walk() if isinstance(n, Apply)}
    return ERF in functions or any(
        mentions_erf((f.definition,)) for f in functions if f.definition is not None
    )


def _runs(positions: list[int]) -> Iterator[tuple[int, int]]:
    """[1, 2, 3, 9] → (1, 3), (9, 9)"""
    while positions:
        run = [positions[0]]
        for position in positions[1:]:
            if position - run[-1] > _HOLES:
                break
            run.append(position)
        yield run[0], run[-1]
        positions = positions[len(run) :]


def _runner(one: Network) -> Run:
    """x, targets ↦ the loss and ∂loss/∂x by the generated code."""
    code = ScalarSource(one)
    functions = [load(code.source(name))[name] for name in ("loss_and_gradient", "input_gradient")]
    theta = [1.0, 0.0][: one.sizes[-1]]

    def run(x: float, targets: Sequence[float]) -> tuple[float, float]:
        (loss, _), (slope,) = (function(theta, [x], targets) for function in functions)
        return loss, slope

    return run


def _wrong(x: float, run: Run, graph: NetworkGraph, targets: Sequence[float]) -> tuple[bool, bool]:
    """Whether the value, and whether the derivative at x has lost its digits."""
    try:
        true, beside = (_known(graph, Fraction(x) * shift, targets) for shift in (1, 1 + SHIFT))
    except ArithmeticError:
        return False, False  # it has no value there
    loss, slope = run(x, targets)
    return differs(loss, true[0], beside[0]), differs(slope, true[1], beside[1])


def _known(graph: NetworkGraph, x: Fraction, targets: Sequence[float]) -> tuple[Any, Any]:
    """Value and derivative, with digits enough for e^−2x beside a 1."""
    least = min(2 * abs(x), Fraction(DIGITS[-1]))
    enough = [digits for digits in DIGITS if digits >= least]
    value, derivative = settled(lambda digits: _exact(graph, x, targets, digits), enough)
    return value, derivative


def settled(exact: Callable[[int], Sequence[Any]], precisions: Sequence[int]) -> Sequence[Any]:
    """Numbers with as many digits as they need: more while more make a change.

    Raises ArithmeticError where they have no value with most digits: ln(1 − σ(100)) has one only
    from 44 digits on.
    """
    previous: Sequence[Any] = ()
    for precision in precisions:
        try:
            values = exact(precision)
        except ArithmeticError:
            if precision == precisions[-1]:
                raise
            continue
        if previous and all(
            a and abs(a - b) <= SURE * abs(b) for a, b in zip(previous, values, strict=True)
        ):
            break
        previous = values
    return values


def _exact(
    graph: NetworkGraph, x: Fraction, targets: Sequence[float], digits: int
) -> tuple[Any, Any]:
    arithmetic = high_precision(digits)
    leaf = Quantity(INPUT)
    leaves = {leaf: arithmetic.number(x)}
    for k, t in enumerate(targets):
        leaves[Quantity(TARGET, unit=k)] = arithmetic.number(Fraction(t))
    for w in graph.network.parameters():
        leaves[w] = arithmetic.number(Fraction(int(w.unit == 0)))
    example = ExampleTrace(graph, leaves, arithmetic)
    return example.quantity(E), example.partial(E, leaf)


def differs(computed: float, true: Any, beside: Any) -> bool:
    """Whether a number is farther from the true one than its condition explains: by how much it
    changes when x does by its own rounding."""
    size = abs(true)
    if size > _ROOM or (size < 1 / _ROOM and abs(computed) < 1 / _ROOM):
        return False
    if not math.isfinite(computed):
        return True
    shift = abs(beside - true) * int(1 / SHIFT) * Fraction(1, 2**40)
    return bool(abs(computed - true) > size * WRONG + shift)
