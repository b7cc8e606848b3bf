"""Loss curves: the drawn lines are the losses, scales have sensible ticks, labels do not touch."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import derive
from derive.compute.training.runs import Run
from derive.document.training import account, pictures
from derive.document.wording import Wording
from derive.expression.nodes import Number
from derive.notation import names
from derive.pictures.charts import curves as drawn
from derive.pictures.charts.curves import (
    PENS,
    curves,
    cut_off,
    spread,
    straightened,
    thinned,
    vertical,
)
from derive.pictures.charts.scales import around, logarithmic
from derive.pictures.picture import Label, Line, Picture
from derive.writers.drawings.svg import svg

MAZUR = derive.load("examples/write-up-001.yaml")
SWEEP = derive.train(MAZUR, (0.1, 0.2, 0.5, 0.8, 1.0, 2.0), 300)


def run(losses: Sequence[float], rate: str = "0.5", ending: str = "finished") -> Run:
    return Run(Number(Fraction(rate), rate), array("d", losses), ending, (0,), array("d", [0.0]), 1)


def picture(runs: Sequence[Run], log: bool = False) -> Picture:
    return curves(runs, log, name="loss", title=("t",), description=("d",), epoch=("Epoch",),
                  loss=("E",))  # fmt: skip


def lines(shown: Picture, place: int) -> list[Line]:
    """The pieces of one curve: drawn with its pen, not beside the picture."""
    return [s for s in shown.shapes if isinstance(s, Line) and s.pen == PENS[place]
            and s.points[0][0] <= drawn._RIGHT]  # fmt: skip


@pytest.mark.parametrize("log", [False, True])
def test_every_drawn_point_is_a_loss(log: bool) -> None:
    shown = picture(SWEEP.runs, log)
    scale = vertical(SWEEP.runs, log)
    for place, one in enumerate(SWEEP.runs):
        (line,) = lines(shown, place)
        for x, y in line.points:
            epoch = (x - drawn._LEFT) / (drawn._RIGHT - drawn._LEFT) * 300
            loss = one.losses[round(epoch)]
            assert abs(epoch - round(epoch)) < 1e-9 and abs(scale(loss) - y) < 1e-9
        assert (line.points[0][0], line.points[-1][0]) == (drawn._LEFT, drawn._RIGHT)
        assert len(line.points) < 150


def test_a_straightened_line_stays_near_what_it_was() -> None:
    points = [(x / 2, 100 * math.exp(-x / 30) + math.sin(x)) for x in range(400)]
    fewer = straightened(points)
    assert set(fewer) <= set(points) and len(fewer) < len(points)
    for (x0, y0), (x1, y1) in pairwise(fewer):
        for x, y in points:
            if x0 <= x <= x1:
                across = y0 + (y1 - y0) * (x - x0) / (x1 - x0)
                assert abs(across - y) * (x1 - x0) / math.hypot(x1 - x0, y1 - y0) <= 0.05 + 1e-9


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=900), st.integers(5, 50))
def test_thinning_keeps_ends_and_extremes(losses: list[float], places: int) -> None:
    kept = list(thinned(losses, places))
    epochs = [epoch for epoch, _ in kept]
    assert epochs == sorted(set(epochs)) and (epochs[0], epochs[-1]) == (0, len(losses) - 1)
    assert all(losses[epoch] == loss for epoch, loss in kept)
    values = [loss for _, loss in kept]
    assert (min(values), max(values)) == (min(losses), max(losses))
    assert len(kept) <= max(2 * places + 2, len(losses) if len(losses) <= 2 * places else 0)


@pytest.mark.parametrize("log", [False, True])
def test_what_diverges_leaves_the_picture_with_an_arrow(log: bool) -> None:
    held, wild = run([1, 0.5, 0.25, 0.2]), run([1, 40, 1e5, 1e9], "3", "diverged")
    shown = picture([held, wild], log)
    scale = vertical([held, wild], log)
    assert cut_off(wild, scale) and not cut_off(held, scale)
    (piece,) = lines(shown, 1)
    assert piece.arrow and piece.points[-1][1] == drawn._TOP
    (whole,) = lines(shown, 0)
    assert not whole.arrow
    assert all(drawn._TOP <= y <= drawn._BOTTOM for s in (piece, whole) for _, y in s.points)


def test_a_loss_of_nothing_has_no_place_on_a_logarithmic_scale() -> None:
    zero = run([1, 0.1, 0.0, 0.0])
    assert cut_off(zero, vertical([zero], True)) and not cut_off(zero, vertical([zero], False))
    (piece,) = lines(picture([zero], True), 0)
    assert piece.arrow and piece.points[-1][1] == drawn._BOTTOM
    everything = run([0.0, 0.0, 0.0])
    assert isinstance(picture([everything], True), Picture)
    assert not lines(picture([everything], True), 0)


def test_a_curve_that_comes_back_is_drawn_in_pieces() -> None:
    hill = run([1, 1, 900, 1, 1, 1])
    first, second = lines(picture([hill]), 0)
    assert not first.arrow and not second.arrow, "only what does not come back has an arrow"
    assert first.points[-1][1] == second.points[0][1] == drawn._TOP


@pytest.mark.parametrize("log", [False, True])
def test_a_loss_that_begins_without_a_value_is_left_out_of_the_scale(log: bool) -> None:
    scale = vertical([run([math.inf, 2.0, 1.0])], log)
    assert math.isfinite(scale.low) and 2.0 <= scale.high < 20
    graph = derive.Graph.from_formulas({"f": "1/x"}, "f", given={"x": 0})
    training = derive.train(graph, rates=(0.1,), epochs=2)  # one step leads from 1/0 to 1/∞
    assert list(training.runs[0].losses) == [math.inf, 0, 0]
    assert pictures_of(training)


@pytest.mark.parametrize(
    "losses",
    [[1.0], [math.nan], [1.0, math.inf], [5.0, 5.0], [-2.0, -3.0], [1e-300, 1e-305],
     [1e300, 1e299], [2.0, math.nan, math.nan]],
)  # fmt: skip
@pytest.mark.parametrize("log", [False, True])
def test_odd_losses_make_a_picture(losses: list[float], log: bool) -> None:
    ending = "finished" if all(map(math.isfinite, losses)) else "diverged"
    shown = picture([run(losses, ending=ending)], log)
    numbers = [c for s in shown.shapes if isinstance(s, Line) for p in s.points for c in p]
    assert all(map(math.isfinite, numbers))
    ElementTree.fromstring(svg(shown, names("plain", MAZUR.shape, "from_to")))


@given(st.floats(-1e9, 1e9), st.floats(1e-9, 1e9))
def test_linear_ticks(low: float, span: float) -> None:
    if span < 1e-6 * abs(low):
        return
    scale = around(low, low + span, 100, 0)
    ticks = scale.ticks()
    assert scale.low <= low and scale.high >= low + span
    assert 3 <= len(ticks) <= 9
    texts = []
    for value, shown in ticks:
        assert isinstance(shown, Number)
        assert float(shown.value) == value
        texts.append(shown.text or str(shown.value))
        assert Fraction(texts[-1]) == shown.value and len(texts[-1]) < 18
        assert -1e-6 <= scale(value) <= 100 + 1e-6
    assert len(set(texts)) == len(texts)


@given(st.floats(1e-12, 1e6), st.floats(1, 1e14))
def test_logarithmic_ticks(low: float, ratio: float) -> None:
    scale = logarithmic(low, low * ratio, 100, 0)
    ticks = scale.ticks()
    assert scale.low <= low * (1 + 1e-9) and scale.high >= low * ratio * (1 - 1e-9)
    assert 1 <= len(ticks) <= 10
    places = [scale(value) for value, _ in ticks]
    assert places == sorted(places, reverse=True)
    assert all(-1e-6 <= place <= 100 + 1e-6 for place in places)


@given(st.lists(st.floats(drawn._TOP, drawn._BOTTOM), min_size=1, max_size=8))
def test_labels_do_not_touch(places: list[float]) -> None:
    found = spread(sorted(places))
    assert all(b - a >= drawn.APART - 1e-9 for a, b in pairwise(found))
    assert found[0] >= drawn._TOP - 1e-9 and found[-1] <= drawn._BOTTOM + 1e-9


def test_curves_are_told_apart_without_colour() -> None:
    assert len(PENS) == drawn.MOST == 8
    assert len({pen.dash for pen in PENS}) == 8
    eight = [run([1, k / 10], str(k)) for k in range(1, 12)]
    labels = [s for s in picture(eight).shapes if isinstance(s, Label) and s.at[0] > drawn._RIGHT]
    assert len(labels) == 8
    assert len({label.content for label in labels}) == 8


def spoken(content: Any) -> str:
    return "".join(part if isinstance(part, str) else "…" for part in content)


def test_captions_say_what_is_cut_off_and_descriptions_what_is_seen() -> None:
    linear = derive.load("examples/write-up-003-linear.yaml")
    for rates, cut in (((0.1, 0.5), False), ((0.1, 300), True)):
        training = derive.train(linear, rates, 20)
        (first, caption), (_, below) = pictures(account(training, Wording(), 5))
        assert ("lies outside the picture" in spoken(caption)) == cut
        assert "linear" in spoken(first.title) and "epoch 20" in spoken(first.description)
        assert "logarithmic" in spoken(below)
    many = derive.train(linear, [k / 20 for k in range(1, 12)], 5)
    assert "Only the first 8 rates are drawn" in spoken(pictures_of(many)[0][1])


def pictures_of(training: derive.Training) -> list[Any]:
    return list(pictures(account(training, Wording(), 5)))
