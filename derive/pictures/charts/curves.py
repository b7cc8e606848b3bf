"""Loss curves: a line for each learning rate, told apart by dash and label as well as colour."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from derive.compute.training.courses import DIVERGED
from derive.compute.training.runs import Run
from derive.expression.nodes import Expression, Number
from derive.graph import RATE
from derive.pictures.charts.frame import (
    APART,
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    frame,
)
from derive.pictures.charts.scales import Scale, around, logarithmic
from derive.pictures.picture import Content, Label, Line, Pen, Picture, Point, Shape

MOST = 8  # curves in a picture: as many dashes can be told apart
_LEFT, _RIGHT, _TOP, _BOTTOM = LEFT, RIGHT, TOP, BOTTOM
_DEPTH = 1e-16  # of the top: what is below is as good as 0
_SPIKE = 3.0  # times the highest start, past which a linear scale cuts curves off
_NEAR = 0.05  # points of 1/72 inch
_SAMPLE = 22.0  # length of the dashes beside a label

PENS = (
    Pen("output", 1.4),
    Pen("loss", 1.4, (6, 3)),
    Pen("hidden", 1.6, (1.5, 2.5)),
    Pen("negative", 1.4, (9, 3, 1.5, 3)),
    Pen("", 1.2, (3, 2)),
    Pen("positive", 1.6, (12, 4)),
    Pen("output", 1.4, (1.5, 2, 6, 2)),
    Pen("hidden", 1.4, (12, 2.5, 1.5, 2.5, 1.5, 2.5)),
)


def curves(
    runs: Sequence[Run], log: bool, *, name: str, title: Content, description: Content,
    epoch: Content, loss: Content,
) -> Picture:  # fmt: skip
    """The losses of the first eight runs against the epochs.

    log          a logarithmic scale, on which a loss of 0 or less has no place
    epoch, loss  what stands beside the axes

    What lies above or below the picture is cut off at its edge; see ``cut_off``.
    """
    drawn = runs[:MOST]
    last = max(1, *(run.epochs for run in drawn))
    x = Scale(0, last, _LEFT, _RIGHT)
    y = vertical(drawn, log)
    shapes: list[Shape] = [*frame(x, y, epoch, loss)]
    for run, pen in zip(drawn, PENS, strict=False):
        shapes += _curve(run, pen, x, y)
    shapes += _labels(drawn, y)
    return Picture(name, title, description, (WIDTH, HEIGHT), tuple(shapes))


def vertical(runs: Sequence[Run], log: bool) -> Scale:
    """The scale of the losses: all of them, but of diverging runs only what the others need."""
    starts = [run.losses[0] for run in runs if math.isfinite(run.losses[0])]
    whole = [run for run in runs if run.ending != DIVERGED]
    held = [loss for run in whole for loss in run.losses if math.isfinite(loss)]
    every = [*starts, *held]
    if not held:  # nothing but divergence: show how it begins
        every += [2 * max(map(abs, starts), default=1.0)]
    if log:
        positive = [loss for loss in every if loss > 0] or [1.0]
        top = max(positive)
        return logarithmic(max(min(positive), top * _DEPTH), top, _BOTTOM, _TOP)
    low, high = min(0.0, *every), max(every)
    if starts and max(starts) > 0:
        high = min(high, _SPIKE * max(starts))
    return around(low, high, _BOTTOM, _TOP)


def cut_off(run: Run, scale: Scale) -> bool:
    """Whether a curve leaves the picture, upwards or, on a logarithmic scale, downwards."""
    return any(not scale.low <= loss <= scale.high for loss in run.losses)


def _curve(run: Run, pen: Pen, x: Scale, y: Scale) -> Iterator[Shape]:
    """The curve in pieces inside the picture; an arrow where it leaves it for good."""
    pieces: list[list[Point]] = []
    before: Point | None = None
    inside = False
    for epoch, loss in thinned(run.losses, int(_RIGHT - _LEFT)):
        here = (x(epoch), y(loss) if math.isfinite(loss) else -math.inf)
        was, inside = inside, _TOP <= here[1] <= _BOTTOM
        if inside and not was:
            pieces.append([_crossing(here, before)] if before is not None else [])
        elif was and not inside and before is not None:
            pieces[-1].append(_crossing(before, here))
        if inside:
            pieces[-1].append(here)
        before = here
    for piece in pieces:
        if len(piece) == 1:  # a dot
            ((at, height),) = piece
            piece[:] = [(at - 1, height), (at + 1, height)]
        yield Line(straightened(piece), pen, arrow=piece is pieces[-1] and not inside)


def straightened(points: Sequence[Point]) -> tuple[Point, ...]:
    """A line through fewer points, nowhere further than ``_NEAR`` from the one given.

    Between two points that stay, the one furthest from the straight line stays too if it is
    too far away (Ramer, Douglas and Peucker).
    """
    vertices = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        (x0, y0), (x1, y1) = points[first], points[last]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        far, at = _NEAR, None
        for k in range(first + 1, last):
            x, y = points[k]
            off = abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) / length
            if off > far:
                far, at = off, k
        if at is not None:
            vertices.add(at)
            spans += [(first, at), (at, last)]
    return tuple(points[k] for k in sorted(vertices))


def _crossing(inner: Point, outer: Point) -> Point:
    """Where the way from a point inside to one outside crosses the upper or the lower edge."""
    edge = _TOP if outer[1] < _TOP else _BOTTOM
    if not math.isfinite(outer[1]):
        return outer[0], edge
    share = (edge - inner[1]) / (outer[1] - inner[1])
    return inner[0] + share * (outer[0] - inner[0]), edge


def thinned(losses: Sequence[float], places: int) -> Iterator[tuple[int, float]]:
    """Epochs and losses to draw: all, or of many the lowest and the highest at each place."""
    if len(losses) <= 2 * places:
        yield from enumerate(losses)
        return
    size = len(losses) / places
    for place in range(places):
        span = range(round(place * size), round((place + 1) * size))
        ends = {min(span, key=losses.__getitem__), max(span, key=losses.__getitem__)}
        if place == 0:
            ends.add(0)
        if place == places - 1:
            ends.add(len(losses) - 1)
        for epoch in sorted(ends):
            yield epoch, losses[epoch]


def _labels(runs: Sequence[Run], y: Scale) -> Iterator[Shape]:
    """At the right, as near to the end of its curve as the others allow: dashes and the rate."""
    ends = []
    for run, pen in zip(runs, PENS, strict=False):
        at = y(run.losses[-1]) if math.isfinite(run.losses[-1]) else _TOP
        ends.append((min(max(at, _TOP), _BOTTOM), run, pen))
    ends.sort(key=lambda one: (one[0], -float(one[1].rate.value)))
    for (_, run, pen), at in zip(ends, spread([w[0] for w in ends]), strict=True):
        start = _RIGHT + 8
        yield Line(((start, at), (start + _SAMPLE, at)), pen)
        content: tuple[str | Expression, ...] = (RATE, " = ", _short(run.rate))
        yield Label((start + _SAMPLE + 5, at), content, 8.5, "start", pen.role, halo=False)


def spread(places: Sequence[float]) -> list[float]:
    """Sorted places moved as little as needed to be ``APART`` and inside the picture."""
    positions: list[float] = []
    for place in places:
        positions.append(max(place, positions[-1] + APART) if positions else place)
    limit = _BOTTOM
    for k in range(len(positions) - 1, -1, -1):
        positions[k] = min(positions[k], limit)
        limit = positions[k] - APART
    return positions


def _short(rate: Number) -> Number:
    """The rate as it was typed, unless it is too long for a label."""
    text = rate.text or str(rate.value)
    if len(text) <= 10:
        return rate
    return Number(Fraction(f"{float(rate.value):.4g}"), f"{float(rate.value):.4g}")
