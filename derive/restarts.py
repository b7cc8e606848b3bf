"""What ``derive train --starts`` writes: a row for each format, as in ``derive.trained``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from derive.compute.training import Restarts
from derive.compute.training.restarts import Outcomes, places_of
from derive.compute.training.settings import shown_rate
from derive.document.training.restarts import (
    LOSSES,
    MAP,
    MOST_RATES,
    Survey,
    pictures,
    restarts_report,
)
from derive.expression.nodes import Quantity
from derive.trained import Look, Output, finite, words_of, written

_HERE = "derive.restarts"


def outputs(rates: int) -> dict[str, Output]:
    """The rows, for so many learning rates, each of which has its own pictures."""
    numbers = [f"-{k + 1}" for k in range(min(rates, MOST_RATES))] if rates > 1 else [""]
    drawn = tuple(f"-{what}{n}.svg" for what in (LOSSES, MAP) for n in numbers)
    return {
        row.name: row
        for row in (
            Output("markdown", "a report with tables, a histogram and a map", ".md",
                   (_HERE, "markdown_files"), drawn),
            Output("latex", "the same report for pdflatex", ".tex", (_HERE, "latex_files")),
            Output("text", "the same report as plain text, without pictures", ".txt",
                   (_HERE, "text_files")),
            Output("csv", "a row for each learning rate and start, every value in full", ".csv",
                   (_HERE, "csv_files")),
            Output("json", "settings, counts, basins and starts, for a program", ".json",
                   (_HERE, "json_files")),
            Output("svg", "the histograms and the maps", "", (_HERE, "svg_files"), drawn),
        )
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """Many starts, and the two parameters of their map; None where there are no two."""

    restarts: Restarts
    pair: tuple[Quantity, Quantity] | None


def view(restarts: Restarts, names: tuple[str, ...]) -> View:
    """With the parameters of these names on the map, or the first two weights that are drawn.

    Raises UnknownName, ArgumentError.
    """
    if names:
        first, second = places_of(names, restarts.network)
        return View(restarts, (restarts.trained[first], restarts.trained[second]))
    drawn = {q for draw in restarts.drawn if draw.bound for q in draw.block.quantities}
    weights = sorted(drawn, key=lambda q: (q.layer, q.unit, q.source))[:2]
    return View(restarts, (weights[0], weights[1]) if len(weights) == 2 else None)


def _survey(view: View, look: Look) -> Survey:
    return Survey(view.restarts, words_of(view.restarts.network, look), look.digits, view.pair)


def markdown_files(view: View, look: Look, file: str) -> Mapping[str, str]:
    """The report in Markdown and its pictures."""
    return written(restarts_report(_survey(view, look)), look, file, "markdown")


def latex_files(view: View, look: Look, file: str) -> Mapping[str, str]:
    """The report in LaTeX, its pictures inside it."""
    return written(restarts_report(_survey(view, look)), look, file, "latex")


def text_files(view: View, look: Look, file: str) -> Mapping[str, str]:
    """The report as plain text."""
    return written(restarts_report(_survey(view, look)), look, file, "text")


def svg_files(view: View, look: Look, file: str) -> Mapping[str, str]:
    """The pictures alone: FILE-final-losses.svg and FILE-basin-map.svg."""
    from derive.writers.drawings.svg import svg

    survey, stem = _survey(view, look), file.removesuffix(".svg")
    return {
        f"{stem}-{picture.name}.svg": svg(picture, look.names)
        for what in (LOSSES, MAP) for picture, _ in pictures(survey, what)
    }  # fmt: skip


def csv_files(view: View, look: Look, file: str) -> Mapping[str, str]:
    """rate, seed, ending, epochs, the first and the last loss, success, basin, then every trained
    parameter at the start and at the end; numbers in the digits that make them again.

    basin  from 1, the lowest loss first; nothing for a start that is in none
    """
    restarts = view.restarts
    names = [look.names.code(q) for q in restarts.trained]
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow([
        "rate", "seed", "ending", "epochs", "loss_start", "loss_end", "success", "basin",
        *(f"{name}_{side}" for side in ("start", "end") for name in names),
    ])  # fmt: skip
    for outcomes in restarts.outcomes:
        basins = outcomes.basins().numbers()
        for one in outcomes.restarts:
            table.writerow([
                shown_rate(outcomes.rate), one.seed, one.ending, one.epochs, repr(one.losses[0]),
                repr(one.loss), int(one.loss <= outcomes.target), basins.get(one.seed, ""),
                *map(repr, (*one.start, *one.end)),
            ])  # fmt: skip
    return {file: lines.getvalue()}


def json_files(view: View, look: Look, file: str) -> Mapping[str, str]:
    """One object; what is no finite number is null.

    title       of the network
    settings    epochs, starts, first_seed, target_loss, patience, improvement, as asked for
    examples    how many there are
    target      the final loss with which a start succeeds
    drawn       block of parameters → the bound between whose negative and itself it was drawn
    parameters  the names of what is trained
    rates       one for each learning rate that was begun: rate, starts (how many were begun),
                successes, quantiles (share → final loss), histogram (edges, counts, logarithmic,
                diverged), basins (digits, groups: low, high, seeds; falling, diverged: seeds), runs
                (seed, ending, epochs, start, end, kept: epochs, losses: after these)
    """
    restarts, settings = view.restarts, view.restarts.settings
    data = {
        "title": restarts.network.title,
        "settings": {
            "epochs": settings.epochs, "starts": restarts.starts,
            "first_seed": settings.initial or 0, "target_loss": settings.target_loss,
            "patience": settings.patience, "improvement": settings.improvement,
        },
        "examples": len(restarts.inputs),
        "target": restarts.target,
        "drawn": {draw.block.key: draw.bound for draw in restarts.drawn},
        "parameters": [look.names.code(q) for q in restarts.trained],
        "rates": [_rate(outcomes, restarts.kept) for outcomes in restarts.outcomes],
    }  # fmt: skip
    return {file: json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n"}


def _rate(outcomes: Outcomes, kept: tuple[int, ...]) -> dict[str, Any]:
    shares = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
    table, basins = outcomes.histogram(), outcomes.basins()
    return {
        "rate": float(outcomes.rate.value),
        "starts": len(outcomes.restarts),
        "successes": outcomes.successes,
        "quantiles": dict(zip(map(str, shares), finite(outcomes.quantiles(shares)), strict=True)),
        "histogram": {
            "edges": list(table.edges), "counts": list(table.counts),
            "logarithmic": table.logarithmic, "diverged": table.diverged,
        },
        "basins": {
            "digits": basins.digits,
            "groups": [
                {"low": basin.low, "high": basin.high, "seeds": list(basin.seeds)}
                for basin in basins.basins
            ],
            "falling": list(basins.falling), "diverged": list(basins.diverged),
        },
        "runs": [
            {
                "seed": one.seed, "ending": one.ending, "epochs": one.epochs,
                "start": list(one.start), "end": finite(one.end),
                "kept": [*(epoch for epoch in kept if epoch < one.epochs), one.epochs],
                "losses": finite(one.losses),
            }
            for one in outcomes.restarts
        ],
    }  # fmt: skip
