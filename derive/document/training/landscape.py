"""What is said of the landscape of a loss, and its picture."""

from __future__ import annotations

import math

from derive.compute.training import Training
from derive.compute.training.landscape import Landscape
from derive.document.blocks import Inline
from derive.document.training.account import content, numeral
from derive.document.wording import Wording
from derive.expression.nodes import Comparison
from derive.graph import RATE
from derive.pictures.charts.contours import contours
from derive.pictures.picture import Picture


def landscape_picture(training: Training, plan: Landscape, words: Wording, digits: int) -> Picture:
    """Lines of equal loss over two parameters, and the way of the run."""
    heights = [loss for row in plan.losses for loss in row if math.isfinite(loss)]

    def number(value: float) -> Inline:
        return (numeral(value, digits),)

    def point(at: tuple[float, float]) -> Inline:
        return words(
            "landscape_point", first=plan.first, second=plan.second, a=number(at[0]),
            b=number(at[1]),
        )  # fmt: skip

    description = words(
        "landscape_describe", loss=training.loss, first=plan.first, second=plan.second,
        rate=(Comparison(RATE, "==", plan.run.rate),), epochs=plan.run.epochs,
        start=point(plan.way[0]), end=point(plan.way[-1]),
        low=number(min(heights, default=0.0)), high=number(max(heights, default=0.0)),
    )  # fmt: skip
    title = words("landscape_title", loss=training.loss, first=plan.first, second=plan.second)
    return contours(
        plan.across, plan.up, plan.losses, plan.way, name="landscape", title=content(title),
        description=content(description), beside=((plan.first,), (plan.second,)),
        above=(training.loss,), start=content(words("landscape_start")),
        end=content(words("landscape_end")),
    )  # fmt: skip
