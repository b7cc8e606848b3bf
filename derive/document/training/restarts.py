"""The report of many starts: how they were drawn, how many succeed, where they end."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.compute.training.restarts import Basins, Outcomes, Restarts
from derive.compute.training.start import ZERO, Drawn
from derive.derivation.steps import Relation
from derive.document.blocks import (
    Block,
    Document,
    Equation,
    Figure,
    Heading,
    Inline,
    Items,
    Paragraph,
    Table,
)
from derive.document.training.account import content, numeral
from derive.document.wording import Value, Wording
from derive.expression.nodes import Comparison, Negative, Number, Partial, Product, Quantity, Sum
from derive.graph import BATCH_E, RATE, E
from derive.pictures.charts import scatter as marks
from derive.pictures.charts.histogram import histogram
from derive.pictures.charts.scatter import Kind, scatter
from derive.pictures.picture import Picture, Shape

LOSSES, MAP = "final-losses", "basin-map"
MOST_ROWS = 12  # of basins
MOST_RATES = 4  # that have pictures and a table of basins
MOST_MARKS = 2000  # on a map
_SHARES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Survey:
    """The context of one report.

    digits  decimals shown; small values keep three significant digits
    pair    the two parameters of the map; None for no map
    """

    restarts: Restarts
    words: Wording
    digits: int
    pair: tuple[Quantity, Quantity] | None

    @property
    def loss(self) -> Quantity:
        return BATCH_E if len(self.restarts.inputs) > 1 else E

    def say(self, sentence: str, **values: Value) -> Paragraph:
        return Paragraph(self.words(sentence, **values))

    def number(self, value: float) -> Inline:
        return (numeral(value, self.digits),) if math.isfinite(value) else ("∞",)

    def rate(self, outcomes: Outcomes) -> Inline:
        return (Comparison(RATE, "==", outcomes.rate),)


def restarts_report(survey: Survey) -> Document:
    """A document about many starts."""
    title = survey.words("restarts_title", title=survey.restarts.network.title)
    return Document(title, (Heading(1, title), *_blocks(survey)))


def _blocks(survey: Survey) -> Iterator[Block]:
    yield from _setting(survey)
    if not survey.restarts.outcomes:
        return
    yield Heading(2, survey.words("heading_restarts_losses"))
    yield _quantiles(survey)
    for picture, caption in pictures(survey, LOSSES):
        yield Figure(picture, caption)
    yield Heading(2, survey.words("heading_restarts_basins"))
    yield from _basins(survey)
    for picture, caption in pictures(survey, MAP):
        yield Figure(picture, caption)


def _setting(survey: Survey) -> Iterator[Block]:
    restarts, settings = survey.restarts, survey.restarts.settings
    w = restarts.trained[0]
    step = Product((RATE, Partial(survey.loss, w)))
    values: dict[str, Value] = {
        "loss": survey.loss, "starts": restarts.starts, "epochs": settings.epochs,
        "rates": survey.words.listing(settings.rates),
    }  # fmt: skip
    if len(settings.rates) > 1:
        yield survey.say("restarts_sweep", **values)
    else:
        yield survey.say("restarts_one", rate=RATE, **values)
    yield Equation((Relation("", w), Relation("←", Sum((w, Negative(step))))))
    yield Items(tuple(_items(survey)))
    if restarts.interrupted:
        count = sum(len(one.restarts) for one in restarts.outcomes)
        yield survey.say(
            "restarts_interrupted", count=count, all=restarts.starts * len(settings.rates)
        )


def _items(survey: Survey) -> Iterator[Inline]:
    restarts, words, settings = survey.restarts, survey.words, survey.restarts.settings
    for drawn in restarts.drawn:
        yield _drawn(survey, drawn)
    if restarts.are_redrawn:
        yield words("restarts_redrawn")
    whole = restarts.network.layers
    if len(restarts.drawn) < len(whole) + sum(layer.bias != "none" for layer in whole):
        yield words("restarts_given")
    bound = survey.number(restarts.target)
    usual = "_usual" if settings.target_loss is None else ""
    yield words(f"restarts_success{usual}", loss=survey.loss, bound=bound)
    if settings.target_loss is not None:
        yield words("training_target", bound=bound)
    yield words("training_divergence")


def _drawn(survey: Survey, drawn: Drawn) -> Inline:
    restarts = survey.restarts
    some = drawn.block.quantities[0]
    layer = restarts.network.layers[drawn.block.layer - 1]
    name = layer.name or str(layer.index)
    if drawn.rule == ZERO:
        return survey.words("training_drawn_zero", layer=name, b=some)
    first = restarts.settings.initial or 0
    return survey.words(
        f"restarts_drawn_{drawn.rule}", layer=name, w=some,
        low=numeral(-drawn.bound, survey.digits), high=numeral(drawn.bound, survey.digits),
        first=first, last=first + restarts.starts - 1,
    )  # fmt: skip


def _quantiles(survey: Survey) -> Table:
    words = survey.words
    header = (
        (RATE,), words("restarts_count"), words("restarts_succeed"), words("restarts_lowest"),
        *((f"{100 * share:g} %",) for share in _SHARES), words("restarts_highest"),
    )  # fmt: skip
    body: tuple[tuple[Inline, ...], ...] = tuple(
        ((one.rate,), (str(len(one.restarts)),), (str(one.successes),),
         *map(survey.number, one.quantiles((0.0, *_SHARES, 1.0))))
        for one in survey.restarts.outcomes
    )  # fmt: skip
    return Table(header, body, "r" * len(header), words("restarts_quantiles", loss=survey.loss))


def _basins(survey: Survey) -> Iterator[Block]:
    words = survey.words
    every = [(one, one.basins()) for one in survey.restarts.outcomes[:MOST_RATES]]
    unit = _unit(every[0][1])
    yield survey.say("restarts_basins_rule", unit=unit, loss=survey.loss)
    for outcomes, basins in every:
        header = tuple(
            words(name)
            for name in (
                "restarts_lowest",
                "restarts_highest",
                "restarts_count",
                "restarts_share",
                "restarts_seed",
            )
        )
        largest = sorted(basins.basins, key=lambda basin: (-len(basin.seeds), basin.low))
        rows = sorted(largest[:MOST_ROWS], key=lambda basin: basin.low)
        body = tuple(
            (survey.number(basin.low), survey.number(basin.high), (str(len(basin.seeds)),),
             (f"{100 * len(basin.seeds) / len(outcomes.restarts):.1f} %",),
             (str(basin.seeds[0]),))
            for basin in rows
        )  # fmt: skip
        if body:
            yield Table(header, body, "rrrrr", words("restarts_basins", rate=survey.rate(outcomes)))
        if len(largest) > MOST_ROWS:
            yield survey.say("restarts_more_basins", count=MOST_ROWS, all=len(largest))
        if basins.falling:
            yield survey.say(
                "restarts_falling", rate=survey.rate(outcomes), count=len(basins.falling),
                unit=unit,
            )  # fmt: skip
        if basins.diverged:
            yield survey.say(
                "restarts_diverged", rate=survey.rate(outcomes), count=len(basins.diverged)
            )


def _unit(basins: Basins) -> Number:
    value = Fraction(1, 10**basins.digits)
    return Number(value, f"{float(value):.{basins.digits}f}")


# -- pictures ------------------------------------------------------------------------------------


def pictures(survey: Survey, what: str) -> Iterator[tuple[Picture, Inline]]:
    """The histograms or the maps, one for each learning rate, with captions."""
    draw = _histogram if what == LOSSES else _map
    several = len(survey.restarts.outcomes) > 1
    for place, outcomes in enumerate(survey.restarts.outcomes[:MOST_RATES], 1):
        name = f"{what}-{place}" if several else what
        picture = draw(survey, outcomes, name)
        if picture is not None:
            yield picture


def _histogram(survey: Survey, outcomes: Outcomes, name: str) -> tuple[Picture, Inline] | None:
    words, table = survey.words, outcomes.histogram()
    if not table.edges:
        return None
    bound = survey.number(outcomes.target)
    description = words(
        "restarts_describe_losses", loss=survey.loss, count=sum(table.counts),
        low=survey.number(table.edges[0]), high=survey.number(table.edges[-1]), bound=bound,
        successes=outcomes.successes,
    )  # fmt: skip
    caption = words("restarts_caption_losses", rate=survey.rate(outcomes))
    final = content(words("restarts_loss", loss=survey.loss))
    picture = histogram(
        table.edges, table.counts, table.logarithmic, outcomes.target, name=name,
        title=content(caption), description=content(description), across=final,
        up=content(words("restarts_count")),
        below=(content(words("restarts_succeed")), ("≤ ", _short(outcomes.target))),
    )  # fmt: skip
    return picture, caption


def _short(value: float) -> Number:
    text = f"{value:.3g}"
    return Number(Fraction(text), text)


def _map(survey: Survey, outcomes: Outcomes, name: str) -> tuple[Picture, Inline] | None:
    words = survey.words
    if survey.pair is None:
        return None
    first, second = survey.pair
    kinds = list(_kinds(survey, outcomes, survey.pair))
    described = words.listing(tuple(
        words("restarts_describe_kind", count=len(kind.points), words=kind.words)
        for kind in kinds
    ))  # fmt: skip
    title = words("restarts_map", first=first, second=second)
    picture = scatter(
        kinds, name=name, title=content(title),
        description=content(
            words("restarts_describe_map", first=first, second=second, kinds=described)
        ),
        across=(first,), up=(second,),
        above=content(words("restarts_kinds", loss=survey.loss)),
    )  # fmt: skip
    caption = words("restarts_caption_map", first=first, second=second, rate=survey.rate(outcomes))
    return picture, caption


def _kinds(survey: Survey, outcomes: Outcomes, pair: tuple[Quantity, Quantity]) -> Iterator[Kind]:
    """The marks: a kind for each of the largest basins, lowest first, and for what is in none."""
    places = [survey.restarts.trained.index(q) for q in pair]
    basins = outcomes.basins()
    by_seed = {
        one.seed: (one.start[places[0]], one.start[places[1]])
        for one in outcomes.restarts[:MOST_MARKS]
    }

    def kind(mark: tuple[Shape, ...], words: Inline, seeds: Sequence[int]) -> Iterator[Kind]:
        points = [by_seed[seed] for seed in seeds if seed in by_seed]
        if points:
            yield Kind(mark, content(words), points)

    ordered = sorted(basins.basins, key=lambda basin: (-len(basin.seeds), basin.low))
    own = sorted(ordered[: len(marks.MARKS)], key=lambda basin: basin.low)
    for basin, mark in zip(own, marks.MARKS, strict=False):
        words = survey.words(
            "restarts_kind_basin", value=f"{(basin.low + basin.high) / 2:.{basins.digits}f}",
            count=len(basin.seeds),
        )  # fmt: skip
        yield from kind(mark, words, basin.seeds)
    others = [seed for basin in ordered[len(marks.MARKS) :] for seed in basin.seeds]
    for name, mark, seeds in (
        ("others", marks.OTHERS, others), ("falling", marks.UNSETTLED, basins.falling),
        ("diverged", marks.LOST, basins.diverged),
    ):  # fmt: skip
        yield from kind(mark, survey.words(f"restarts_kind_{name}", count=len(seeds)), seeds)
